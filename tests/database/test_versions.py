"""The numbers by which a process sees that what it keeps a copy of has changed: no writer can forget them."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Need, NeedRedirect, Term
from insatsbas.catalogue.rules import TermKind
from insatsbas.core.db import db, writing
from insatsbas.core.versions import LISTS, WORDS, raise_version, versions
from insatsbas.organisations.models import Municipality, MunicipalityPlace, Organisation, commuting
from insatsbas.organisations.rules import OrganisationKind
from insatsbas.search.outbox import TOUCHES
from insatsbas.search.wordlist_models import WordLine
from insatsbas.search.wordlists import ListKind
from tests.factories import make_intervention


def number(name: str) -> int:
    with Session(db.engine) as session:
        return versions(session).get(name, 0)


def _rename_a_need(session: Session) -> None:
    need = session.scalars(select(Need)).first()
    assert need is not None
    need.label = "Något annat"


def _retire_a_term(session: Session) -> None:
    session.execute(update(Term).where(Term.kind == TermKind.AUDIENCE).values(retired=True), execution_options={TOUCHES: []})


def _redirect_a_need(session: Session) -> None:
    session.add(NeedRedirect(code="gammal", need_id=session.scalars(select(Need.id)).first()))


def _change_a_commute(session: Session) -> None:
    row = session.scalars(select(Municipality).where(Municipality.neighbours.any())).first()
    assert row is not None
    row.neighbours.pop()


CHANGES: dict[str, Callable[[Session], object]] = {
    "a need is renamed": _rename_a_need,
    "terms are changed by one statement": _retire_a_term,
    "a need gets an old code": _redirect_a_need,
    "an organisation comes to": lambda session: session.add(Organisation(slug="ny", name="Ny", kind=OrganisationKind.ASSOCIATION)),
    "an organisation goes": lambda session: session.delete(session.scalars(select(Organisation).where(Organisation.slug == "en")).one()),
    "a place comes to": lambda session: session.add(MunicipalityPlace(name="Ny ort", municipality_code="0136")),
    "places go by one statement": lambda session: session.execute(delete(MunicipalityPlace)),
    "a commute goes": _change_a_commute,
    "commutes go by one statement": lambda session: session.execute(delete(commuting)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_of_the_lists_raises_their_number_in_its_own_transaction(both_databases: Flask, change: str) -> None:
    with writing() as session:
        session.add(Organisation(slug="en", name="En", kind=OrganisationKind.ASSOCIATION))
    before, words = number(LISTS), number(WORDS)
    with Session(db.engine.execution_options(write=True)) as session:
        CHANGES[change](session)
        session.flush()
        assert versions(session)[LISTS] > before
        session.rollback()
    assert number(LISTS) == before, "what is not committed has not happened"
    with writing() as session:
        CHANGES[change](session)
    assert number(LISTS) > before
    assert number(WORDS) == words, "the word lists are none of these"


def test_a_line_of_a_word_list_raises_the_number_of_words_alone(both_databases: Flask) -> None:
    lists, words = number(LISTS), number(WORDS)
    with writing() as session:
        session.add(WordLine(kind=ListKind.SYNONYMS, line="a = b", note="", shipped=None, removed=False))
    assert (number(LISTS), number(WORDS)) == (lists, words + 1)
    with writing() as session:
        session.execute(update(WordLine).values(note="varför"))
    assert (number(LISTS), number(WORDS)) == (lists, words + 2)


def test_what_is_no_list_raises_nothing(both_databases: Flask) -> None:
    with writing() as session:
        make_intervention(session, title="Ny insats")
    before = number(LISTS), number(WORDS)
    with writing() as session:
        make_intervention(session, title="Ännu en")
        need = session.scalars(select(Need)).first()
        assert need is not None
        # Looked at and left as it was.
        need.label = str(need.label)
    assert (number(LISTS), number(WORDS)) == before


def test_numbers_are_asked_for_once_in_a_request(both_databases: Flask) -> None:
    with both_databases.test_request_context():
        before = versions(db.session)
        with writing() as session:
            session.add(MunicipalityPlace(name="Ny ort", municipality_code="0136"))
            session.flush()
            told = versions(session)
        assert told is not before, "who has changed something sees its number"
        assert versions(db.session) is told


def test_each_count_counts(both_databases: Flask) -> None:
    with writing() as session:
        for _ in range(3):
            raise_version(session, "något")
    assert number("något") == 3
