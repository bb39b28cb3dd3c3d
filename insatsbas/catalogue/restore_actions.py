"""Putting an earlier state of an intervention back, as a new revision. Never commits."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, may, require
from insatsbas.catalogue import actions, revision_actions
from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.occasion_actions import OccasionFacts, facts_of
from insatsbas.catalogue.rules import Status
from insatsbas.catalogue.snapshot import Content
from insatsbas.core.viewer import Viewer


def restore(viewer: Viewer, session: Session, intervention: Intervention, content: Content, *, why: str, flush: bool = True) -> bool:
    """Put a revision's content back, as a new revision. Whether anything differed.

    `content` is in today's form (`snapshot.upgraded`). All of it comes back, but for what may not: an occasion that others have been
    offered or have asked for stays, and so do the places set aside for them; what was published is no draft again; an entry goes to no
    organisation for which the viewer may not keep it, or that has left; an address from before a need was sheltered is not told.

    Raises:
        ForbiddenError: the viewer may not keep it.
    """
    require(viewer, Permission.KEEP, intervention.owner_id)
    with session.no_autoflush:
        changes: dict[str, Any] = revision_actions.values_of(session, content)
        owner = changes.get("owner")
        if owner is not None and owner is not intervention.owner and (owner.left_on or not may(viewer, Permission.KEEP, owner.id)):
            del changes["owner"]
        if changes["status"] is Status.DRAFT and intervention.status is not Status.DRAFT:
            for name in ("status", "end_reason", "pause_reason"):
                del changes[name]
            changes["summary"] = changes["summary"] or intervention.summary
        is_sheltered = any(need.sheltered for need in changes["needs"])
        wanted = [_facts(told, withhold=is_sheltered and not content["is_sheltered"]) for told in content["occasions"]]
        changes["occasions"] = _paired(wanted, intervention.occasions)
    return actions.update(viewer, session, intervention, cast("actions.InterventionChanges", changes), why=why, flush=flush)


def _facts(told: Content, *, withhold: bool) -> OccasionFacts:
    days = {name: revision_actions.day(told[name]) for name in ("start", "end", "apply_by")}
    facts = OccasionFacts(**{**told, **days})
    return replace(facts, place="", address="", address_on_request=True) if withhold else facts


def _paired(wanted: Sequence[OccasionFacts], rows: Sequence[Occasion]) -> list[OccasionFacts]:
    """Each start with the row that it is put back into; those in the exchange come first, and none of them is left out."""
    left = sorted(rows, key=lambda row: not row.in_exchange)
    paired = []
    for facts in wanted:
        row = next((row for row in left if row.start == facts.start), None)
        if row is not None:
            left.remove(row)
        paired.append(facts if row is None else _into(facts, row))
    return [*paired, *(replace(facts_of(row), id=row.id) for row in left if row.in_exchange)]


def _into(facts: OccasionFacts, row: Occasion) -> OccasionFacts:
    there_is_room = not row.offered or row.offered + (facts.taken or 0) <= (facts.places or 0)
    return replace(facts, id=row.id) if there_is_room else replace(facts, id=row.id, places=row.places, taken=row.taken_by_own)
