"""Keeping every state of an intervention, and reading what one holds. Never commits."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from insatsbas.catalogue import snapshot
from insatsbas.catalogue.models import Intervention, Need, NeedRedirect, Term
from insatsbas.catalogue.revision_models import Revision
from insatsbas.catalogue.rules import EndReason, Form, Level, PauseReason, Status, TermKind
from insatsbas.catalogue.snapshot import Content
from insatsbas.core import clock
from insatsbas.core.viewer import SYSTEM, Viewer
from insatsbas.organisations.models import Municipality, Organisation

_FIRST = "Så såg insatsen ut när ändringar började sparas."
_ELSEWHERE = "Så hade insatsen blivit när något annat ändrades."


def record_first(viewer: Viewer, session: Session, intervention: Intervention, why: str) -> None:
    """Keep the state of a new intervention, as its revision 1."""
    session.add(_revision(viewer, intervention, 1, snapshot.take(intervention), why))


def last(session: Session, intervention: Intervention) -> Revision | None:
    """The latest revision, though it be not flushed; None when none is kept yet."""
    if inspect(intervention).pending or session.is_modified(intervention):
        waiting = [thing for thing in session.new if isinstance(thing, Revision) and thing.intervention is intervention]
        if waiting:
            return max(waiting, key=lambda revision: revision.number)
    query = select(Revision).where(Revision.intervention_id == intervention.id).order_by(Revision.number.desc())
    return session.scalars(query.limit(1)).first()


def record(viewer: Viewer, session: Session, intervention: Intervention, *, before: Content, last: Revision | None, why: str) -> None:
    """Keep the state after a change, and the one before where it is not kept: no state is lost, however it came about.

    Args:
        viewer: who changed it.
        session: the one in which it was changed.
        intervention: what was changed, as it is now.
        before: as it was.
        last: its latest revision before the change.
        why: the reason that was given, or "".
    """
    number = last.number if last else 0
    if last is None or not _is_kept(session, before, last):
        number += 1
        session.add(_revision(SYSTEM, intervention, number, before, _ELSEWHERE if last else _FIRST))
    session.add(_revision(viewer, intervention, number + 1, snapshot.take(intervention), why))


def _is_kept(session: Session, state: Content, last: Revision) -> bool:
    """Whether a revision holds a state, be it that a need has got another code since."""
    kept = snapshot.upgraded(last.content, last.schema)
    if snapshot.differing(kept, state) == ["needs"]:
        kept["needs"] = sorted(need.code for need in needs_of(session, kept["needs"]))
    return not snapshot.differing(kept, state)


def _revision(viewer: Viewer, intervention: Intervention, number: int, content: Content, why: str) -> Revision:
    return Revision(
        intervention=intervention,
        number=number,
        at=clock.now(),
        person_id=viewer.person_id,
        who=viewer.name,
        why=why,
        schema=snapshot.SCHEMA,
        content=content,
    )


def values_of(session: Session, content: Content) -> dict[str, Any]:
    """The values of `InterventionChanges` that a content holds, but for its occasions.

    A need that has another code now, or was merged into another, is found by its old code. What is gone is left out.
    """
    told: dict[str, Any] = {name: content[name] for name in ("title", "summary", "description", "prerequisites", "length", "contact")}
    told |= {name: content[name] for name in ("knows_more", "rolling", "last_known", "is_example", "lessons", "links")}
    told |= {name: content[name] for name in ("forerunner_id", "template_id")}
    told["status"] = Status(content["status"])
    for name, enum in (("form", Form), ("end_reason", EndReason), ("pause_reason", PauseReason)):
        told[name] = None if content[name] is None else enum(content[name])
    for name in ("level_required", "level_reached"):
        told[name] = None if content[name] is None else Level(content[name])
    for name in ("hours_per_week", "participant_cost", "place_price"):
        told[name] = None if content[name] is None else Decimal(content[name])
    owner = session.scalars(select(Organisation).where(Organisation.slug == content["owner"])).one_or_none()
    told |= {"owner": owner} if owner else {}
    told["needs"] = needs_of(session, content["needs"])
    wanted = {(TermKind(kind), code) for kind, code in content["terms"]}
    told["terms"] = [term for term in session.scalars(select(Term)) if (term.kind, term.code) in wanted]
    for name in ("given_in", "open_for"):
        told[name] = list(session.scalars(select(Municipality).where(Municipality.code.in_(content[name]))))
    told["outcomes"] = [(label, cast("int | None", count)) for label, count in content["outcomes"]]
    for name in ("forerunner_id", "template_id"):
        # What it came from may be gone since: only a draft ever is.
        told[name] = told[name] if told[name] and session.get(Intervention, told[name]) else None
    return told


def needs_of(session: Session, codes: Sequence[str]) -> list[Need]:
    """The needs that have or once had some codes."""
    moved = select(NeedRedirect.need_id).where(NeedRedirect.code.in_(codes))
    return list(session.scalars(select(Need).where(Need.code.in_(codes) | Need.id.in_(moved))))


def day(text: str | None) -> date | None:
    """A day of a content."""
    return None if text is None else date.fromisoformat(text)
