"""Reads of how fresh the catalogue is. The index knows nothing of it: what is stale depends on the day."""

from datetime import UTC, date, datetime, time
from typing import Protocol

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from insatsbas.catalogue.freshness import DEFAULT_DAYS, LATELY, REVIEWED, ReviewDays, read_days, stale_before
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.queries import published
from insatsbas.catalogue.rules import Status
from insatsbas.core import clock, settings_store

# The setting of the co-ordinator's: as "04-15 10-15".
SETTING = "oversyn.dagar"


def review_days(session: Session) -> ReviewDays:
    """The days of review in force."""
    try:
        return read_days(settings_store.read(session, SETTING, DEFAULT_DAYS))
    except ValueError:
        return read_days(DEFAULT_DAYS)


def stale_limit(session: Session) -> date:
    """What was last confirmed before this day needs to be looked over, today."""
    return stale_before(review_days(session), clock.today())


class Reviewed(Protocol):
    """What is asked of an entry to know whether it needs to be looked over."""

    @property
    def status(self) -> Status:
        """Only some statuses are reviewed."""
        ...

    @property
    def verified_on(self) -> date | None:
        """The day a person last confirmed it; None when nobody has."""
        ...

    @property
    def created_at(self) -> datetime:
        """When it was entered."""
        ...


def last_confirmed(row: Reviewed) -> date:
    """The day an entry was last confirmed; the day it was entered, if it never was."""
    return row.verified_on or clock.local_day(row.created_at)


def needs_review(row: Reviewed, limit: date) -> bool:
    """Whether an entry is reviewed, and was last confirmed before a day."""
    return row.status in REVIEWED and last_confirmed(row) < limit


def confirmed_before(day: date) -> ColumnElement[bool]:
    """The same asked of the database: reviewed, and last confirmed before a day."""
    entered = Intervention.created_at < datetime.combine(day, time(), clock.STOCKHOLM).astimezone(UTC)
    stale = or_(Intervention.verified_on < day, and_(Intervention.verified_on.is_(None), entered))
    return and_(Intervention.status.in_(REVIEWED), stale)


def confirmed_lately(session: Session) -> tuple[int, int]:
    """How many of the active and paused entries for participants were confirmed in the last half-year, and how many there are."""
    shown = published().where(Intervention.status.in_(REVIEWED), Intervention.for_staff.is_(False)).subquery()
    lately = func.count().filter(shown.c.verified_on >= clock.today() - LATELY)
    row = session.execute(select(lately, func.count()).select_from(shown)).one()
    return row[0], row[1]
