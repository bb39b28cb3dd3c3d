"""What changes seldom and every search asks for, read once and kept until it changes: the lists, commuting, the days of review."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from insatsbas.catalogue.freshness import ReviewDays
from insatsbas.catalogue.freshness_queries import review_days
from insatsbas.catalogue.models import Need, Term
from insatsbas.catalogue.queries import Lists, lists
from insatsbas.core.db import db
from insatsbas.core.versions import LISTS, numbers, versions
from insatsbas.organisations.models import Municipality, Organisation
from insatsbas.organisations.queries import commuting_from

_KEY = "insatsbas.in_force"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class InForce:
    """The lists as they are now, shared by all requests of a process: to be read, never changed, and belonging to no session.

    `reach` is as `commuting_from` gives it. The others are the lists by id, each thing with its place in its order.
    """

    version: int
    lists: Lists
    reach: Mapping[str, frozenset[str]]
    review_days: ReviewDays
    needs: Mapping[int, tuple[int, Need]]
    terms: Mapping[int, tuple[int, Term]]
    municipalities: Mapping[int, tuple[int, Municipality]]
    owners: Mapping[int, Organisation]


def in_force(session: Session) -> InForce:
    """The lists as they are committed: those kept, if their version is still the one in the database."""
    version = versions(session).get(LISTS, 0)
    kept: InForce | None = current_app.extensions.get(_KEY)
    if kept is None or kept.version != version:
        current_app.extensions[_KEY] = kept = _read()
    return kept


def _read() -> InForce:
    # In a session of its own: what is kept is of no request, and holds nothing that may yet be taken back.
    with Session(db.engine) as aside:
        # Before the lists, so that what is kept is never older than it says.
        version = numbers(aside).get(LISTS, 0)
        # Held while the lists are read, so that those are the same rows, with what hangs on them.
        _held = (
            aside.scalars(select(Need).options(joinedload(Need.parent))).all(),
            aside.scalars(select(Municipality).options(selectinload(Municipality.places))).all(),
        )
        found = lists(aside)
        reach, days = commuting_from(aside), review_days(aside)
        aside.expunge_all()
    return InForce(
        version=version,
        lists=found,
        reach=reach,
        review_days=days,
        needs=_placed((need.id, need) for need in sorted(found.needs, key=lambda need: need.position)),
        terms=_placed((term.id, term) for term in found.terms),
        municipalities=_placed((int(municipality.code), municipality) for municipality in found.municipalities),
        owners={organisation.id: organisation for organisation in found.organisations},
    )


def _placed(things: Iterable[tuple[int, _T]]) -> dict[int, tuple[int, _T]]:
    return {number: (place, thing) for place, (number, thing) in enumerate(things)}
