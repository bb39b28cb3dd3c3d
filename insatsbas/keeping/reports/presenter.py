"""From rows to what the pages of reports show. Who told is named for the own organisation and the co-ordinator; others see where from."""

from flask import url_for
from sqlalchemy.orm import Session

from insatsbas.accounts.models import Person
from insatsbas.accounts.policy import Permission, may
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import PUBLIC
from insatsbas.core import clock
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Role, Viewer
from insatsbas.keeping.reports import queries
from insatsbas.keeping.reports.models import Report
from insatsbas.keeping.reports.page import CasePage, OwnRow, Panel, TaskRow
from insatsbas.keeping.reports.rules import FaultReason, ReportKind

_EXCERPT = 160


def task_row(viewer: Viewer, report: Report) -> TaskRow:
    """A report in the list of what there is to do."""
    text = report.text if report.kind is not ReportKind.MISSING else _where_missing(report)
    return TaskRow(
        url=url_for("reports.case", number=report.id),
        kind=_(report.kind.label),
        about=_about(report),
        reason=_(report.reason.label) if report.reason else "",
        text=text if len(text) <= _EXCERPT else text[:_EXCERPT].rsplit(" ", 1)[0] + " …",
        told_by=told_by(viewer, report),
        told_on=clock.local_day(report.created_at),
        is_urgent=report.reason is FaultReason.PERSONAL_DATA,
    )


def own_row(viewer: Viewer, report: Report) -> OwnRow:
    """A report in the list of what one has told oneself."""
    return OwnRow(
        url=url_for("reports.case", number=report.id),
        kind=_(report.kind.label),
        about=_about(report),
        about_url=_about_url(viewer, report),
        reason=_(report.reason.label) if report.reason else "",
        text=report.text if report.kind is not ReportKind.MISSING else _where_missing(report),
        told_on=clock.local_day(report.created_at),
        answered_by=_answered_by(report),
        answered_on=clock.local_day(report.closed_at) if report.closed_at else None,
        answer=report.answer,
    )


def case_page(viewer: Viewer, report: Report) -> CasePage:
    """One report, for whoever may read it."""
    is_keeper, entry = queries.may_answer(viewer, report), report.intervention
    return CasePage(
        title=_title(report),
        kind=_(report.kind.label),
        about=_about(report),
        about_url=_about_url(viewer, report),
        edit_url=url_for("editing.edit", public_id=entry.public_id) if is_keeper and entry else "",
        reason=_(report.reason.label) if report.reason else "",
        need=report.need.label if report.need else "",
        municipality=report.municipality.name if report.municipality else "",
        text=report.text,
        told_by=told_by(viewer, report),
        told_on=clock.local_day(report.created_at),
        is_known=report.person_id is not None,
        is_keeper=is_keeper,
        is_hidden=is_keeper and entry is not None and entry.hidden,
        may_answer=is_keeper and report.closed_at is None,
        answered_by=_answered_by(report),
        answered_on=clock.local_day(report.closed_at) if report.closed_at else None,
        answer=report.answer,
    )


def panel(viewer: Viewer, session: Session, row: Intervention) -> Panel:
    """What can be told of an entry on its page. The database is asked only about one that is hidden."""
    is_keeper = may(viewer, Permission.KEEP, row.owner_id)
    case = queries.open_about(session, row) if row.hidden and is_keeper else None
    is_public = row.status in PUBLIC
    may_ask = may(viewer, Permission.ASK) and not viewer.has(Role.EDITOR, row.owner_id)
    return Panel(
        fault_url=url_for("reports.fault", public_id=row.public_id) if is_public else "",
        question_url=url_for("reports.question", public_id=row.public_id) if is_public and may_ask else "",
        show_again_url=url_for("reports.show_again", public_id=row.public_id) if row.hidden and is_keeper and case is None else "",
        case_url="" if case is None else url_for("reports.case", number=case),
        is_hidden=row.hidden,
    )


def told_by(viewer: Viewer, report: Report) -> str:
    """Who told it, in the words that this viewer may read."""
    person = report.person
    if person is None:
        return _("En besökare som inte är inloggad")
    if person.id == viewer.person_id:
        return _("Du")
    own = {grant.organisation_id for grant in viewer.grants if grant.organisation_id is not None}
    theirs = {held.organisation_id for held in person.memberships}
    place = _place(person)
    return f"{person.shown_name}, {place}" if viewer.is_coordinator or own & theirs else place


def _place(person: Person) -> str:
    names = sorted({held.organisation.name for held in person.memberships if held.organisation})
    if names:
        return _("%(role)s hos %(organisations)s", role=_role(person), organisations=", ".join(names))
    return _(Role.COORDINATOR.label) if any(held.role is Role.COORDINATOR for held in person.memberships) else _("En kollega")


def _role(person: Person) -> str:
    return ", ".join(_(role.label) for role in Role if role.is_of_an_organisation and any(held.role is role for held in person.memberships))


def _answered_by(report: Report) -> str:
    if report.closed_at is None:
        return ""
    return report.organisation.name if report.organisation else _("Samordnaren")


def _title(report: Report) -> str:
    return {
        ReportKind.FAULT: _("Fel i uppgifterna om %(title)s", title=_about(report)),
        ReportKind.QUESTION: _("Fråga om %(title)s", title=_about(report)),
        ReportKind.MISSING: _("Saknas: %(what)s", what=_about(report)),
    }[report.kind]


def _about(report: Report) -> str:
    return report.intervention.title if report.intervention else report.text


def _about_url(viewer: Viewer, report: Report) -> str:
    row = report.intervention
    if row is None:
        return ""
    is_shown = (row.status in PUBLIC and not row.hidden) or may(viewer, Permission.KEEP, row.owner_id)
    return url_for("pages.intervention", public_id=row.public_id) if is_shown else ""


def _where_missing(report: Report) -> str:
    parts = (report.need.label if report.need else "", report.municipality.name if report.municipality else "")
    return ", ".join(part for part in parts if part)
