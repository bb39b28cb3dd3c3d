"""Every read of reports. Whose they are to answer: the owner's editors; the co-ordinator where it has none, and for what is missing."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from insatsbas.accounts.models import Membership, Person
from insatsbas.catalogue.models import Intervention
from insatsbas.core.errors import NotFoundError
from insatsbas.core.viewer import Role, Viewer
from insatsbas.keeping.reports.models import Report
from insatsbas.keeping.reports.rules import FaultReason

# The largest number that every database can be asked about.
_MOST = 2**31 - 1


def _has_editor() -> ColumnElement[bool]:
    """Whether the organisation of a report has somebody who can answer."""
    held = select(Membership.id).join(Person).where(Membership.organisation_id == Report.organisation_id, Membership.role == Role.EDITOR)
    return held.where(Person.disabled_at.is_(None), Person.password_hash.is_not(None)).exists()


def _waits_for(viewer: Viewer) -> ColumnElement[bool]:
    own = viewer.organisations_as(Role.EDITOR)
    theirs = Report.organisation_id.in_(own) if own else false()
    if viewer.is_coordinator:
        return or_(theirs, Report.organisation_id.is_(None), ~_has_editor(), _is_urgent())
    return theirs


def _is_urgent() -> ColumnElement[bool]:
    return Report.reason == FaultReason.PERSONAL_DATA


def open_count(viewer: Viewer) -> Select[int]:
    """The question how many reports wait for this viewer."""
    return select(func.count()).select_from(Report).where(Report.closed_at.is_(None), _waits_for(viewer))


def open_for(viewer: Viewer, session: Session, organisations: Collection[int] | None = None) -> Sequence[Report]:
    """The reports that wait for this viewer, or about some organisations: personal data first, then the oldest."""
    whose = _waits_for(viewer) if organisations is None else Report.organisation_id.in_(organisations)
    query = _whole().where(Report.closed_at.is_(None), whose)
    return session.scalars(query.order_by((Report.reason == FaultReason.PERSONAL_DATA).desc().nulls_last(), Report.id)).all()


def by_number(viewer: Viewer, session: Session, number: int) -> Report:
    """One report, for the owner's editors, the co-ordinator, and whoever told it.

    Raises:
        NotFoundError: there is none, or it is not for this viewer.
    """
    report = session.scalars(_whole().where(Report.id == number)).one_or_none() if number <= _MOST else None
    if report is None or not (may_answer(viewer, report) or viewer.person_id == report.person_id):
        raise NotFoundError("Ärendet finns inte.")
    return report


def may_answer(viewer: Viewer, report: Report) -> bool:
    """Whether a report is the viewer's to answer: as an editor of its organisation, or as a co-ordinator."""
    return viewer.is_coordinator or (report.organisation_id is not None and viewer.has(Role.EDITOR, report.organisation_id))


def told_by(session: Session, person_id: int, *, limit: int = 100) -> Sequence[Report]:
    """What somebody has told and asked, newest first."""
    return session.scalars(_whole().where(Report.person_id == person_id).order_by(Report.id.desc()).limit(limit)).all()


def count_since(session: Session, since: datetime, *, address: str, person_id: int | None) -> int:
    """How many were told since a moment from an address or, where we know who it is, by a person."""
    who = Report.address == address if person_id is None else Report.person_id == person_id
    return session.scalar(select(func.count()).select_from(Report).where(who, Report.created_at > since)) or 0


def hidden_since(session: Session, since: datetime, address: str) -> tuple[int, int]:
    """How many entries guests have hidden since a moment: from an address, and in all."""
    by_address = func.count().filter(Report.address == address)
    query = select(by_address, func.count()).where(Report.has_hidden, Report.person_id.is_(None), Report.created_at > since)
    row = session.execute(query).one()
    return row[0], row[1]


def was_shown_again(session: Session, intervention_id: int, since: datetime) -> bool:
    """Whether the keeper of an entry has looked at a report of personal data in it since a moment."""
    query = select(Report.id).where(
        Report.intervention_id == intervention_id, Report.reason == FaultReason.PERSONAL_DATA, Report.closed_at > since
    )
    return session.scalar(query.limit(1)) is not None


def open_about(session: Session, intervention: Intervention) -> int | None:
    """The number of the report of personal data that waits about an entry, or None."""
    query = select(Report.id).where(
        Report.intervention_id == intervention.id, Report.reason == FaultReason.PERSONAL_DATA, Report.closed_at.is_(None)
    )
    return session.scalar(query.order_by(Report.id).limit(1))


def _whole() -> Select[Report]:
    return select(Report).options(
        joinedload(Report.intervention),
        joinedload(Report.organisation),
        joinedload(Report.need),
        joinedload(Report.municipality),
        joinedload(Report.person).selectinload(Person.memberships).joinedload(Membership.organisation),
    )
