"""An editor changes a start while others are offered its places, or ask for them: neither undoes what the other did."""

from dataclasses import replace
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.catalogue import actions as catalogue
from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.occasion_actions import OccasionFacts, facts_of
from insatsbas.core.db import db, writing
from insatsbas.core.errors import RefusedError
from insatsbas.core.viewer import SYSTEM
from insatsbas.exchange import offer_actions
from insatsbas.exchange.offer_actions import Terms
from insatsbas.exchange.states import Action, Side
from insatsbas.exchange.terms import PriceKind
from tests.exchange.conftest import PLACES, TAKEN, Table

OFFER = Terms(PLACES - TAKEN, PriceKind.AGREED, None)


def entry(session: Session, table: Table) -> Intervention:
    """The answerer's intervention."""
    occasion = session.scalars(select(Occasion).where(Occasion.id == table.occasions[Side.ANSWERER])).one()
    return occasion.intervention


def starts(row: Intervention, **changed: int) -> list[OccasionFacts]:
    """Its only start as it is, but for what is changed."""
    return [replace(facts_of(row.occasions[0]), id=row.occasions[0].id, **changed)]


def test_places_never_fall_under_what_is_set_aside(table: Table) -> None:
    with writing() as session:
        offer_actions.open_offer(table.people["answerer-editor"], session, table.occasions[Side.ANSWERER], OFFER)
    with writing() as session:
        row = entry(session, table)
        fewer = starts(row, places=PLACES - 1)
        with pytest.raises(RefusedError, match="Platserna räcker inte"):
            catalogue.update(SYSTEM, session, row, {"occasions": fewer})
        session.rollback()
    with writing() as session:
        row = entry(session, table)
        assert catalogue.update(SYSTEM, session, row, {"occasions": starts(row, taken=TAKEN - 1)})
    assert table.left(Side.ANSWERER) == (PLACES - TAKEN, 0)


@pytest.mark.parametrize("end", [None, Action.WITHDRAW], ids=["a draft", "one that was taken back"])
def test_a_start_that_is_asked_for_is_never_removed(table: Table, end: Action | None) -> None:
    with writing() as session:
        number = table.ask(session, table.leg()).id
    if end:
        table.do(number, end, "asker-editor")
    with pytest.raises(RefusedError, match="kan inte tas bort"), writing() as session:
        catalogue.update(SYSTEM, session, entry(session, table), {"occasions": []})


def test_an_editor_sees_what_was_offered_meanwhile(both_databases: Flask, table: Table) -> None:
    """On PostgreSQL the editor has read the start before the offer is there; on SQLite they wait to read it."""
    has_read, told = Event(), list[BaseException]()

    def edit() -> None:
        with both_databases.app_context():
            try:
                with writing() as session:
                    row = entry(session, table)
                    fewer = starts(row, places=PLACES - 1)
                    has_read.set()
                    catalogue.update(SYSTEM, session, row, {"occasions": fewer})
            except BaseException as fault:
                told.append(fault)

    with writing() as session:
        offer_actions.open_offer(table.people["answerer-editor"], session, table.occasions[Side.ANSWERER], OFFER)
        editor = Thread(target=edit)
        editor.start()
        has_read.wait(timeout=1)
    editor.join(timeout=30)
    assert [type(fault) for fault in told] == [RefusedError], told
    db.session.rollback()
    assert table.left(Side.ANSWERER) == (PLACES - TAKEN, 0)
