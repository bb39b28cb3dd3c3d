"""Every read of what has happened: for the co-ordinator."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from insatsbas.accounts.models import Person
from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue.models import Intervention, Need
from insatsbas.core import clock
from insatsbas.core.events import Event
from insatsbas.core.viewer import Viewer
from insatsbas.organisations.models import Municipality, Organisation

_PUBLIC_ID = re.compile(r"/insatser/([^/?#]+)")
# Whoever has no account: the system and its commands.
NOBODY = "ingen"
_EARLIEST, _LATEST = date(1900, 1, 1), date(9000, 1, 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events are asked for; what is empty means any. `person` is a number of a person, or `NOBODY`."""

    kind: str = ""
    person: str = ""
    organisation_id: int | None = None
    about: str = ""
    first: date | None = None
    last: date | None = None


def some(viewer: Viewer, session: Session, asked: Asked, *, page: int, size: int) -> Sequence[Event]:
    """One page of the events asked for, the newest first, and one more if there is more.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
    """
    require(viewer, Permission.COORDINATE)
    query = _matching(select(Event), asked).order_by(Event.at.desc(), Event.id.desc())
    return session.scalars(query.offset((page - 1) * size).limit(size + 1)).all()


def _matching(query: Select[Event], asked: Asked) -> Select[Event]:
    if asked.kind:
        query = query.where(Event.kind == asked.kind)
    if asked.person == NOBODY:
        query = query.where(Event.person_id.is_(None))
    elif asked.person.isdecimal():
        query = query.where(Event.person_id == int(asked.person[:9]))
    if asked.organisation_id is not None:
        query = query.where(Event.organisation_id == asked.organisation_id)
    if asked.about:
        query = query.where(_is_about(asked.about))
    if asked.first is not None:
        query = query.where(Event.at >= _begins(asked.first))
    if asked.last is not None:
        query = query.where(Event.at < _begins(asked.last) + timedelta(days=1))
    return query


def _is_about(about: str) -> ColumnElement[bool]:
    address = _PUBLIC_ID.search(about)
    wanted = f"insats:{address[1]}" if address else about.strip()
    return Event.subject.in_((wanted, f"insats:{wanted}"))


def _begins(day: date) -> datetime:
    # In some zone the first and the last day of the calendar begin outside it.
    return datetime.combine(min(max(day, _EARLIEST), _LATEST), time(), clock.STOCKHOLM)


def kinds(session: Session) -> list[str]:
    """The kinds that there are events of."""
    return list(session.scalars(select(Event.kind).distinct().order_by(Event.kind)))


def people(session: Session) -> list[tuple[int, str]]:
    """Those who have done something, by the name that they did it under last."""
    latest = select(func.max(Event.id)).where(Event.person_id.is_not(None)).group_by(Event.person_id)
    rows = session.execute(select(Event.person_id, Event.who).where(Event.id.in_(latest)))
    return sorted(((row[0] or 0, row[1]) for row in rows), key=lambda pair: pair[1].casefold())


def organisations(session: Session) -> list[Organisation]:
    """The organisations that events are about."""
    told = select(Event.organisation_id).where(Event.organisation_id.is_not(None)).distinct()
    return list(session.scalars(select(Organisation).where(Organisation.id.in_(told)).order_by(Organisation.name)))


def names(session: Session, subjects: Iterable[str]) -> Mapping[str, str]:
    """What subjects such as `insats:k7m2` are called now; those that have no name any more are left out."""
    parts = {subject: subject.partition(":")[::2] for subject in subjects}
    found: dict[str, str] = {}
    for sort, key, name in (
        ("insats", Intervention.public_id, Intervention.title),
        ("behov", Need.code, Need.label),
        ("organisation", Organisation.slug, Organisation.name),
        ("kommun", Municipality.code, Municipality.name),
    ):
        wanted = {part for what, part in parts.values() if what == sort}
        rows = session.execute(select(key, name).where(key.in_(wanted))) if wanted else ()
        found |= {f"{sort}:{row[0]}": row[1] for row in rows}
    wanted = {part for what, part in parts.values() if what == "person" and part.isdecimal()}
    known = session.scalars(select(Person).where(Person.id.in_([int(part[:9]) for part in wanted]))) if wanted else ()
    return found | {f"person:{person.id}": person.shown_name for person in known}
