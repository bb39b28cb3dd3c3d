"""What is told of an intervention's starts, and how it comes to stand in its rows. `catalogue.actions` keeps the revision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.rules import next_occasion
from insatsbas.core import clock
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class OccasionFacts:
    """A start as a form or a file tells it.

    `place`, `address` and `address_on_request` None mean not told: what is known stays, and a new start under a need that asks
    for protection gets its address on request. `taken` is how many places the owner's own participants have; None when unknown.
    `id` is that of the row that is meant, for those who know it: else the start tells which.
    """

    start: date | None = None
    end: date | None = None
    apply_by: date | None = None
    place: str | None = None
    address: str | None = None
    address_on_request: bool | None = None
    places: int | None = None
    taken: int | None = None
    id: int | None = None


def facts_of(row: Occasion) -> OccasionFacts:
    """An occasion that is there, as one would tell of it."""
    return OccasionFacts(row.start, row.end, row.apply_by, row.place, row.address, row.address_on_request, row.places, row.taken_by_own)


def lock(session: Session, intervention: Intervention) -> None:
    """Wait for those who are moving places of its starts, and see what they did: what fits is judged by how it is, not by how it was."""
    moved = (Occasion.offered, Occasion.accepted, Occasion.in_exchange)
    query = (
        select(Occasion.id, *moved).where(Occasion.intervention_id == intervention.id).order_by(Occasion.id).with_for_update(key_share=True)
    )
    now = {number: values for number, *values in session.execute(query)}
    for row in intervention.occasions:
        if row.id in now and [row.offered, row.accepted, row.in_exchange] != now[row.id]:
            session.refresh(row, [column.key for column in moved])


def set_values(row: Any, values: Mapping[str, Any]) -> bool:
    """Set what differs; whether anything did. What is set to what it was counts as touched, and would go to the index again."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


def set_occasions(intervention: Intervention, want: Sequence[OccasionFacts]) -> bool:
    """All starts that there are to be; whether anything differed.

    Matched by id or else by start, so that an occasion keeps its row, and what was agreed about it, when its other facts change.

    Raises:
        RefusedError: one would go that others have been offered or have asked for, or lose places that are set aside for them.
    """
    left, changed = list(intervention.occasions), False
    named = {row.id: row for row in left if row.id is not None}
    rows = [named.pop(facts.id, None) if facts.id is not None else None for facts in want]
    left = [row for row in left if row not in rows]
    for facts, known in zip(want, rows, strict=True):
        row = known or next((o for o in left if o.start == facts.start), None)
        if row is not None and row is not known:
            left.remove(row)
        if row is not None and row.offered and row.offered + (facts.taken or 0) > (facts.places or 0):
            raise RefusedError(_("Platserna räcker inte till dem som ni erbjuder andra eller har kommit överens om."))
        changed |= _set_occasion(intervention, row, facts)
    for row in left:
        if row.in_exchange:
            raise RefusedError(_("En start som andra har erbjudits eller frågat om kan inte tas bort. Ändra den i stället."))
        intervention.occasions.remove(row)
    return changed or bool(left)


def occasion_meant(intervention: Intervention, start: date | None) -> Occasion | None:
    """The occasion that someone means who tells of the next one only.

    The one with that start, the next one before others; else the next one, whose start has moved. None when there is none to mean.
    """
    following = next_occasion(intervention.occasions, clock.today())
    if following is not None and following.start == start:
        return following
    return next((o for o in intervention.occasions if o.start == start), following)


def set_next_occasion(intervention: Intervention, facts: OccasionFacts) -> bool:
    """The next start, told alone; whether anything differed. The others are left as they are."""
    return _set_occasion(intervention, occasion_meant(intervention, facts.start), facts)


def _set_occasion(intervention: Intervention, row: Occasion | None, facts: OccasionFacts) -> bool:
    changed = row is None
    if row is None:
        row = Occasion(
            offered=0, accepted=0, for_others=0, in_exchange=False, place="", address="", address_on_request=intervention.is_sheltered
        )
        intervention.occasions.append(row)
    on_request = row.address_on_request if facts.address_on_request is None else facts.address_on_request
    values = {
        "start": facts.start,
        "end": facts.end,
        "apply_by": facts.apply_by,
        "place": "" if on_request else row.place if facts.place is None else facts.place,
        "address": "" if on_request else row.address if facts.address is None else facts.address,
        "address_on_request": on_request,
        "places": facts.places,
        "taken_by_own": facts.taken,
    }
    return set_values(row, values) or changed


def withhold_addresses(intervention: Intervention) -> bool:
    """A need that asks for protection was added: what was no secret before is one now, until somebody says otherwise."""
    for row in intervention.occasions:
        row.address_on_request, row.address, row.place = True, "", ""
    return bool(intervention.occasions)
