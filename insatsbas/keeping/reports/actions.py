"""Every write of reports: telling, asking, answering, hiding and showing again. Never commits."""

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, may, require
from insatsbas.catalogue.models import Intervention, Need
from insatsbas.core import clock, events
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Viewer
from insatsbas.keeping.reports import letters, queries, rules
from insatsbas.keeping.reports.models import Report
from insatsbas.keeping.reports.rules import FaultReason, ReportKind
from insatsbas.organisations.models import Municipality


class TooManyError(RefusedError):
    """So much has been told from there that it must wait."""


def tell_fault(viewer: Viewer, session: Session, intervention: Intervention, *, reason: FaultReason, text: str, address: str) -> Report:
    """Say that something is wrong with an entry; personal data hides it at once. `address` is the keyed hash of where it is told from.

    Raises:
        ForbiddenError: the viewer may not.
        TooManyError: too much has been told from there.
    """
    require(viewer, Permission.REPORT_FAULT)
    report = Report(
        kind=ReportKind.FAULT, intervention=intervention, organisation_id=intervention.owner_id, reason=reason, text=text, address=address
    )
    _tell(viewer, session, report)
    if reason is FaultReason.PERSONAL_DATA and not intervention.hidden and _hides(session, report):
        report.has_hidden = True
        _set_hidden(session, intervention, hidden=True)
        events.record(viewer, session, "insats.dold", subject=f"insats:{intervention.public_id}", organisation_id=intervention.owner_id)
    session.flush()
    letters.tell_keepers(session, report)
    return report


def ask(viewer: Viewer, session: Session, intervention: Intervention, *, text: str) -> Report:
    """Ask the owner of an entry a question.

    Raises:
        ForbiddenError: the viewer may not.
        TooManyError: the viewer has told too much lately.
    """
    require(viewer, Permission.ASK)
    report = Report(kind=ReportKind.QUESTION, intervention=intervention, organisation_id=intervention.owner_id, text=text)
    _tell(viewer, session, report)
    letters.tell_keepers(session, report)
    return report


def tell_missing(viewer: Viewer, session: Session, *, need: Need | None, municipality: Municipality | None, text: str) -> Report:
    """Say that something is missing in the catalogue. It is the co-ordinator's to answer.

    Raises:
        ForbiddenError: the viewer may not.
        TooManyError: the viewer has told too much lately.
    """
    require(viewer, Permission.ASK)
    report = Report(kind=ReportKind.MISSING, need=need, municipality=municipality, text=text)
    _tell(viewer, session, report)
    letters.tell_keepers(session, report)
    return report


def _tell(viewer: Viewer, session: Session, report: Report) -> None:
    # Of the guest that many share nobody knows who it is.
    report.person_id = viewer.person_id if may(viewer, Permission.OWN_ACCOUNT) else None
    report.created_at = clock.now()
    if report.person_id is not None:
        report.address = ""
    since = report.created_at - rules.TOLD_WINDOW
    with session.no_autoflush:
        told = queries.count_since(session, since, address=report.address, person_id=report.person_id)
    if told >= rules.TOLD_MOST:
        raise TooManyError(_("Det har kommit många rapporter härifrån den senaste timmen. Vänta en stund och försök igen."))
    session.add(report)
    session.flush()
    subject = f"insats:{report.intervention.public_id}" if report.intervention else f"arende:{report.id}"
    events.record(
        viewer,
        session,
        {ReportKind.FAULT: "arende.fel", ReportKind.QUESTION: "arende.fraga", ReportKind.MISSING: "arende.saknas"}[report.kind],
        subject=subject,
        organisation_id=report.organisation_id,
    )


def _hides(session: Session, report: Report) -> bool:
    now = clock.now()
    by_address, by_all = queries.hidden_since(session, now - rules.HIDDEN_WINDOW, report.address)
    return rules.hides(
        is_guest=report.person_id is None,
        by_address=by_address,
        by_all=by_all,
        is_left_in_peace=queries.was_shown_again(session, report.intervention_id or 0, now - rules.LEFT_IN_PEACE),
    )


def answer(viewer: Viewer, session: Session, report: Report, *, text: str, show_again: bool = False) -> None:
    """Close a report with an answer. `show_again` shows an entry that was hidden because of it.

    Raises:
        ForbiddenError: it is not the viewer's to answer.
        RefusedError: somebody has answered it already.
    """
    if report.organisation_id is None:
        require(viewer, Permission.COORDINATE)
    else:
        require(viewer, Permission.KEEP, report.organisation_id)
    # Of two who answer at once the second waits, and then sees the answer of the first.
    session.refresh(report, ["closed_at"], with_for_update=True)
    if report.closed_at is not None:
        raise RefusedError(_("Någon annan har redan svarat. Svaret står här."))
    report.answer, report.closed_at, report.closed_by_id = text, clock.now(), viewer.person_id
    session.flush()
    events.record(viewer, session, "arende.besvarat", subject=f"arende:{report.id}", organisation_id=report.organisation_id)
    if show_again and report.intervention is not None and report.intervention.hidden:
        _show(viewer, session, report.intervention)
    letters.tell_asker(session, report)


def show_again(viewer: Viewer, session: Session, intervention: Intervention) -> None:
    """Show an entry that was hidden, when no report about it waits for an answer any more.

    Raises:
        ForbiddenError: it is not the viewer's to keep.
        RefusedError: a report of personal data in it waits for an answer.
    """
    require(viewer, Permission.KEEP, intervention.owner_id)
    if queries.open_about(session, intervention) is not None:
        raise RefusedError(_("Svara först på rapporten om personuppgifter."))
    if intervention.hidden:
        _show(viewer, session, intervention)


def _show(viewer: Viewer, session: Session, intervention: Intervention) -> None:
    require(viewer, Permission.KEEP, intervention.owner_id)
    _set_hidden(session, intervention, hidden=False)
    events.record(viewer, session, "insats.visad", subject=f"insats:{intervention.public_id}", organisation_id=intervention.owner_id)


def _set_hidden(session: Session, intervention: Intervention, *, hidden: bool) -> None:
    """Hide or show, without a new version: nothing that the entry tells is changed, and nobody who edits it is disturbed."""
    session.execute(
        update(Intervention)
        .where(Intervention.id == intervention.id)
        .values(hidden=hidden)
        .execution_options(touches=[intervention.id], synchronize_session="evaluate")
    )


def forget_addresses(session: Session) -> int:
    """Wipe where reports were told from, when it is not counted any more; how many were. For the periodic work."""
    now = clock.now()
    counted = or_(
        Report.created_at > now - rules.TOLD_WINDOW,
        Report.has_hidden & (Report.created_at > now - rules.HIDDEN_WINDOW),
    )
    wiped = session.execute(update(Report).where(Report.address != "", ~counted).values(address="").returning(Report.id))
    return len(wiped.all())
