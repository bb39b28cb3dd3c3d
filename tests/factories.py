"""Things for tests, in a few words: what a test does not name has a plain value that stands in nobody's way.

Codes of `data/lists.toml` and names of `data/sodertorn.toml` stand for their rows. Write within `writing()`:

    with app.app_context(), writing() as session:
        make_intervention(session, title="Körkort på lätt svenska", needs=("korkort",), given_in=("Haninge",))
    index_all(app)
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.catalogue import actions
from insatsbas.catalogue.actions import InterventionChanges
from insatsbas.catalogue.models import Intervention, Need, Occasion, Term
from insatsbas.catalogue.occasion_actions import OccasionFacts
from insatsbas.catalogue.rules import Status, TermKind
from insatsbas.core import clock
from insatsbas.core.viewer import SYSTEM
from insatsbas.organisations.actions import add_organisation
from insatsbas.organisations.models import Municipality, Organisation
from insatsbas.search import indexing
from insatsbas.search.indexing import Comparison
from insatsbas.search.service import current_search

Terms = Mapping[TermKind | str, Iterable[str]]


def make_intervention(
    session: Session,
    *,
    title: str = "Språkcafé på biblioteket",
    needs: Iterable[str] = ("samtal",),
    owner: str = "Huddinge kommun",
    given_in: Iterable[str] = (),
    open_for: Iterable[str] = (),
    terms: Terms | None = None,
    status: Status | str = Status.ACTIVE,
    **more: Any,
) -> Intervention:
    """A new intervention, flushed and not committed. `more` is as in `InterventionChanges`."""
    return actions.create(
        SYSTEM,
        session,
        changes(
            session, title=title, needs=needs, owner=owner, given_in=given_in, open_for=open_for, terms=terms or {}, status=status, **more
        ),
    )


def changes(session: Session, **named: Any) -> InterventionChanges:
    """Changes with the rows that codes and names stand for. For `actions.create` and `actions.update`."""
    told: dict[str, Any] = dict(named)
    if "needs" in told:
        told["needs"] = [need(session, code) for code in told["needs"]]
    if "owner" in told:
        told["owner"] = organisation(session, told["owner"])
    for name in ("given_in", "open_for"):
        if name in told:
            told[name] = [municipality(session, known) for known in told[name]]
    if "terms" in told:
        told["terms"] = [term(session, TermKind(kind), code) for kind, codes in told["terms"].items() for code in codes]
    if "status" in told:
        told["status"] = Status(told["status"])
    if "title" in told:
        told.setdefault("summary", f"Du får stöd: {told['title']}.")
    found: InterventionChanges = told  # type: ignore[assignment]
    return found


def occasion(in_days: int | None = 14, **facts: Any) -> OccasionFacts:
    """A start so many days from today; None for an intake at any time. `facts` are as in `OccasionFacts`."""
    start = None if in_days is None else clock.today() + timedelta(days=in_days)
    return OccasionFacts(**{"start": start, **facts})


def agree_on(row: Occasion, places: int) -> None:
    """As if others had asked for so many places and got them, without the steps of the exchange."""
    row.offered = row.accepted = places
    row.in_exchange = True


def need(session: Session, code: str) -> Need:
    """The need with a code."""
    return session.scalars(select(Need).where(Need.code == code)).one()


def term(session: Session, kind: TermKind, code: str) -> Term:
    """The term of a kind with a code."""
    return session.scalars(select(Term).where(Term.kind == kind, Term.code == code)).one()


def municipality(session: Session, known: str) -> Municipality:
    """A municipality by its name or code."""
    return session.scalars(select(Municipality).where((Municipality.name == known) | (Municipality.code == known))).one()


def organisation(session: Session, name: str) -> Organisation:
    """An organisation by its name; a new one if there is none."""
    return session.scalars(select(Organisation).where(Organisation.name == name)).one_or_none() or add_organisation(SYSTEM, session, name)


def index_all(app: Flask) -> Comparison:
    """Do all that waits for the index; how it then stands to the database."""
    with app.app_context():
        indexing.drain(current_search(), wait=True)
        return indexing.compare(current_search())


def days(start: date, *steps: int) -> list[date]:
    """The days so many days from a day."""
    return [start + timedelta(days=step) for step in steps]
