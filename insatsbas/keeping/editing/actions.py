"""Every write of those who keep interventions: check the policy and the step, change, note the event, flush. Never commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue import actions
from insatsbas.catalogue.actions import InterventionChanges
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import EndReason, PauseReason, Status
from insatsbas.core import clock, events
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Viewer
from insatsbas.keeping.editing.rules import TRANSITIONS, Step
from insatsbas.organisations.models import Organisation

_EVENTS = {
    Step.PUBLISH: "insats.publicerad",
    Step.PAUSE: "insats.pausad",
    Step.END: "insats.avslutad",
    Step.START: "insats.startad",
    Step.DELETE: "insats.borttagen",
}
# What a text takes along when it is used again; what is the other organisation's own (contact, places, prices, links) stays there.
_COPIED = (
    "title",
    "summary",
    "description",
    "prerequisites",
    "form",
    "level_required",
    "level_reached",
    "hours_per_week",
    "length",
    "rolling",
    "participant_cost",
)


@dataclass(frozen=True, slots=True)
class Ending:
    """What is told when an intervention ends. `lessons` come after those that it has."""

    reason: EndReason
    lessons: Sequence[str] = ()
    outcomes: Sequence[tuple[str, int | None]] = ()
    knows_more: str = ""


def create_draft(viewer: Viewer, session: Session, owner: Organisation, changes: InterventionChanges, *, why: str = "") -> Intervention:
    """A new draft of an organisation, with little more than a title.

    Raises:
        ForbiddenError: the viewer does not keep that organisation's interventions.
    """
    require(viewer, Permission.KEEP, owner.id)
    blank: InterventionChanges = {"summary": ""}
    fixed: InterventionChanges = {"owner": owner, "status": Status.DRAFT}
    row = actions.create(viewer, session, cast("InterventionChanges", {**blank, **changes, **fixed}), why=why)
    _note(viewer, session, row, "insats.ny")
    return row


def save(viewer: Viewer, session: Session, row: Intervention, changes: InterventionChanges, *, why: str = "") -> bool:
    """Change what differs; whoever saves what is published has looked it through, and so confirms it. Whether anything was changed.

    Raises:
        ForbiddenError: the viewer does not keep that organisation's interventions.
        RefusedError: places or starts that others have agreed on would go.
    """
    require(viewer, Permission.KEEP, row.owner_id)
    changed = actions.update(viewer, session, row, cast("InterventionChanges", {**changes, **_confirmed(viewer, row.status)}), why=why)
    if changed:
        _note(viewer, session, row, "insats.andrad")
    return changed


def publish(viewer: Viewer, session: Session, row: Intervention, changes: InterventionChanges, *, why: str = "") -> None:
    """Save a draft and let everybody read it, as one change."""
    _take(viewer, session, row, Step.PUBLISH, changes, why=why)


def pause(viewer: Viewer, session: Session, row: Intervention, reason: PauseReason, *, why: str = "") -> None:
    """Say that it is not given just now, and why."""
    _take(viewer, session, row, Step.PAUSE, {"pause_reason": reason}, why=why)


def end(viewer: Viewer, session: Session, row: Intervention, ending: Ending, *, why: str = "") -> None:
    """Let it go to the knowledge bank with what was learned."""
    changes: InterventionChanges = {
        "end_reason": ending.reason,
        "pause_reason": None,
        "last_known": clock.today().year,
        "lessons": [*(lesson.text for lesson in row.lessons), *ending.lessons],
        "outcomes": [*((outcome.label, outcome.count) for outcome in row.outcomes), *ending.outcomes],
        "knows_more": ending.knows_more or row.knows_more,
    }
    _take(viewer, session, row, Step.END, changes, why=why)


def start(viewer: Viewer, session: Session, row: Intervention, *, why: str = "") -> None:
    """Let it be given again. What was learned is kept."""
    _take(viewer, session, row, Step.START, {"end_reason": None, "pause_reason": None, "last_known": None}, why=why)


def delete_draft(viewer: Viewer, session: Session, row: Intervention) -> None:
    """Take a draft away for good. What has been public is never deleted."""
    require(viewer, Permission.KEEP, row.owner_id)
    _check(row, Step.DELETE)
    _note(viewer, session, row, _EVENTS[Step.DELETE])
    session.delete(row)
    session.flush()


def use_as_template(viewer: Viewer, session: Session, source: Intervention, owner: Organisation) -> Intervention:
    """A draft with the text of another, which is noted as where it came from."""
    return create_draft(viewer, session, owner, {**_copy(source), "template_id": source.id})


def start_as_new(viewer: Viewer, session: Session, source: Intervention, owner: Organisation) -> Intervention:
    """A draft that takes up again what has ended."""
    return create_draft(viewer, session, owner, {**_copy(source), "forerunner_id": source.id})


def _copy(source: Intervention) -> InterventionChanges:
    told = {name: getattr(source, name) for name in _COPIED}
    told["needs"] = [need for need in source.needs if not need.retired]
    told["terms"] = [term for term in source.terms if not term.retired]
    return cast("InterventionChanges", told)


def _take(viewer: Viewer, session: Session, row: Intervention, step: Step, changes: InterventionChanges, *, why: str) -> None:
    require(viewer, Permission.KEEP, row.owner_id)
    status = _check(row, step)
    whole = cast("InterventionChanges", {**changes, **_confirmed(viewer, status), "status": status})
    actions.update(viewer, session, row, whole, why=why)
    _note(viewer, session, row, _EVENTS[step])


def _check(row: Intervention, step: Step) -> Status:
    """Where a step leads: to the status that it has, for one that takes it away.

    Raises:
        RefusedError: it cannot be taken from the status that the row has.
    """
    if (row.status, step) not in TRANSITIONS:
        status = _(row.status.label).lower()
        raise RefusedError(_("Det går inte längre: insatsen är %(status)s.", status=status))
    return TRANSITIONS[row.status, step] or row.status


def _confirmed(viewer: Viewer, status: Status) -> InterventionChanges:
    if status is Status.DRAFT:
        return {}
    return {"verified_on": clock.today(), "verified_by_id": viewer.person_id}


def _note(viewer: Viewer, session: Session, row: Intervention, kind: str) -> None:
    events.record(viewer, session, kind, subject=f"insats:{row.public_id}", organisation_id=row.owner_id, text=row.title)
