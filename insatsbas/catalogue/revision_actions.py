"""Keeping every state of an intervention, and putting one back. Never commits."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import func, select
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


def record_first(viewer: Viewer, session: Session, intervention: Intervention, why: str) -> None:
    """Keep the state of a new intervention, as its revision 1."""
    session.add(_revision(viewer, intervention, number=1, why=why))


def last_number(session: Session, intervention: Intervention) -> int:
    """The number of the latest revision; 0 when there is none yet."""
    return session.scalar(select(func.max(Revision.number)).where(Revision.intervention_id == intervention.id)) or 0


def record(viewer: Viewer, session: Session, intervention: Intervention, *, before: Content, last: int, why: str) -> None:
    """Keep the state after a change. `before` is how it was: kept too when nothing was yet, so that no state is lost.

    Args:
        viewer: who changed it.
        session: the one in which it was changed.
        intervention: what was changed, as it is now.
        before: as it was.
        last: the number of its latest revision before the change; 0 when there was none.
        why: the reason that was given, or "".
    """
    if not last:
        first = _revision(SYSTEM, intervention, number=1, why=_FIRST)
        first.content = before
        session.add(first)
        last = 1
    session.add(_revision(viewer, intervention, number=last + 1, why=why))


def _revision(viewer: Viewer, intervention: Intervention, *, number: int, why: str) -> Revision:
    return Revision(
        intervention=intervention,
        number=number,
        at=clock.now(),
        person_id=viewer.person_id,
        who=viewer.name,
        why=why,
        schema=snapshot.SCHEMA,
        content=snapshot.take(intervention),
    )


def values_of(session: Session, content: Content) -> dict[str, Any]:
    """The values of `InterventionChanges` that put a content back, but for its occasions, which `actions` knows how to set.

    A need that has another code now, or was merged into another, is found by its old code.
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
    told["owner"] = session.scalars(select(Organisation).where(Organisation.slug == content["owner"])).one()
    told["needs"] = _needs(session, content["needs"])
    wanted = {(TermKind(kind), code) for kind, code in content["terms"]}
    told["terms"] = [term for term in session.scalars(select(Term)) if (term.kind, term.code) in wanted]
    for name in ("given_in", "open_for"):
        told[name] = list(session.scalars(select(Municipality).where(Municipality.code.in_(content[name]))))
    told["outcomes"] = [(label, cast("int | None", count)) for label, count in content["outcomes"]]
    for name in ("forerunner_id", "template_id"):
        # What it came from may be gone since: only a draft ever is.
        told[name] = told[name] if told[name] and session.get(Intervention, told[name]) else None
    return told


def _needs(session: Session, codes: Sequence[str]) -> list[Need]:
    moved = select(NeedRedirect.need_id).where(NeedRedirect.code.in_(codes))
    return list(session.scalars(select(Need).where(Need.code.in_(codes) | Need.id.in_(moved))))


def day(text: str | None) -> date | None:
    """A day of a content."""
    return None if text is None else date.fromisoformat(text)
