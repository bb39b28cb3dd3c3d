"""Every write of the catalogue: check the rule, change, flush. Never commits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict

from sqlalchemy.orm import Session

from insatsbas.catalogue import revision_actions, snapshot
from insatsbas.catalogue.models import Intervention, Lesson, Link, Need, Occasion, Outcome, Term
from insatsbas.catalogue.rules import EndReason, Form, Level, PauseReason, Status, TermKind, is_for_staff, next_occasion
from insatsbas.core import clock
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Viewer
from insatsbas.organisations.models import Municipality, Organisation
from insatsbas.organisations.rules import has_left


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


class InterventionChanges(TypedDict, total=False):
    """What to set; what is not named stays as it is.

    `occasions` are all of them; `next_occasion` is for those who know the next one only, and leaves the others alone.
    `outcomes` are results in numbers: what they count, and how many; None for fewer than five.
    """

    public_id: str
    source: str | None
    external_id: str | None
    owner: Organisation
    title: str
    summary: str
    description: str
    prerequisites: str
    status: Status
    form: Form | None
    level_required: Level | None
    level_reached: Level | None
    hours_per_week: Decimal | None
    length: str
    rolling: bool
    participant_cost: Decimal | None
    place_price: Decimal | None
    contact: str
    end_reason: EndReason | None
    pause_reason: PauseReason | None
    knows_more: str
    forerunner_id: int | None
    template_id: int | None
    last_known: int | None
    is_example: bool
    verified_on: date | None
    verified_by_id: int | None
    hidden: bool
    needs: Sequence[Need]
    terms: Sequence[Term]
    given_in: Sequence[Municipality]
    open_for: Sequence[Municipality]
    occasions: Sequence[OccasionFacts]
    next_occasion: OccasionFacts
    lessons: Sequence[str]
    links: Sequence[str]
    outcomes: Sequence[tuple[str, int | None]]


_SETS = ("needs", "terms", "given_in", "open_for")


def create(viewer: Viewer, session: Session, changes: InterventionChanges, *, why: str = "", flush: bool = True) -> Intervention:
    """A new intervention with what is given; the database refuses what must not be. Who makes many flushes them together.

    Its first revision is kept with it. `why` is the reason to be read there.

    Raises:
        RefusedError: its owner has left the co-operation, and it has not ended.
    """
    intervention = Intervention()
    with session.no_autoflush:
        _apply(intervention, changes)
        # Before it is the session's, so that nothing of what is refused is left there.
        _refuse_one_that_left(intervention)
        session.add(intervention)
        revision_actions.record_first(viewer, session, intervention, why)
    if flush:
        session.flush()
    return intervention


def update(
    viewer: Viewer, session: Session, intervention: Intervention, changes: InterventionChanges, *, why: str = "", flush: bool = True
) -> bool:
    """Change what differs, and keep a revision. Whether anything did: what is already so makes no new version and no work for the index.

    Raises:
        RefusedError: an occasion would go on which others have agreed, or one that has left would give it.
    """
    with session.no_autoflush:
        before, was = snapshot.take(intervention), (intervention.owner, intervention.status)
        changed = _apply(intervention, changes)
        if was != (intervention.owner, intervention.status):
            _refuse_one_that_left(intervention)
        if changed and snapshot.take(intervention) != before:
            # Asked for only now: most of what a file tells is already so.
            last = revision_actions.last(session, intervention)
            revision_actions.record(viewer, session, intervention, before=before, last=last, why=why)
    if changed:
        intervention.updated_at = clock.now()
    if changed and flush:
        session.flush()
    return changed


def try_out(intervention: Intervention, changes: InterventionChanges) -> bool:
    """Set values in memory only, to show what would come of them: no revision, no flush. Whoever calls it rolls back.

    Raises:
        RefusedError: as in `update`.
    """
    was = (intervention.owner, intervention.status)
    changed = _apply(intervention, changes)
    if was != (intervention.owner, intervention.status):
        _refuse_one_that_left(intervention)
    return changed


def facts_of(row: Occasion) -> OccasionFacts:
    """An occasion that is there, as one would tell of it."""
    return OccasionFacts(row.start, row.end, row.apply_by, row.place, row.address, row.address_on_request, row.places, row.taken_by_own)


def may_own(owner: Organisation, status: Status, known: Intervention | None = None) -> bool:
    """Whether an organisation may own an entry of that status: one that has left keeps what it had, and gives and starts nothing.

    `known` is the entry as it is, if it is there. For those who take in many, and must know before they change anything.
    """
    is_as_it_was = known is not None and (known.owner, known.status) == (owner, status)
    return is_as_it_was or status is Status.ENDED or not has_left(owner.left_on, clock.today())


def _refuse_one_that_left(intervention: Intervention) -> None:
    if not may_own(intervention.owner, intervention.status):
        raise RefusedError(_("%(name)s har lämnat samverkan och kan inte ge insatser.", name=intervention.owner.name))


def _apply(intervention: Intervention, changes: InterventionChanges) -> bool:
    # Taken out one by one, since each kind of value is compared in its own way.
    values: dict[str, Any] = dict(changes)
    occasions, next_one = values.pop("occasions", None), values.pop("next_occasion", None)
    lessons, links, outcomes = values.pop("lessons", None), values.pop("links", None), values.pop("outcomes", None)
    was_sheltered = intervention.is_sheltered
    changed = False
    for name in _SETS:
        if name in values:
            changed |= _set_members(getattr(intervention, name), values.pop(name))
    for name, value in values.items():
        if getattr(intervention, name) != value:
            setattr(intervention, name, value)
            changed = True
    if lessons is not None:
        changed |= _set_texts(intervention.lessons, lessons, Lesson, "text")
    if links is not None:
        changed |= _set_texts(intervention.links, links, Link, "url")
    if outcomes is not None:
        changed |= _set_outcomes(intervention, outcomes)
    if intervention.is_sheltered and not was_sheltered:
        changed |= _withhold_addresses(intervention)
    if occasions is not None:
        changed |= _set_occasions(intervention, occasions)
    if next_one is not None:
        changed |= _set_next_occasion(intervention, next_one)
    return _set_for_staff(intervention) or changed


def _set_members(have: list[Any], want: Sequence[Any]) -> bool:
    wanted = list(dict.fromkeys(want))
    if set(have) == set(wanted):
        return False
    have[:] = wanted
    return True


def _set_texts(have: list[Any], want: Iterable[str], model: type[Lesson] | type[Link], field: str) -> bool:
    """Rows are changed in place: each has its own position, and the database lets no two share one, not even in passing."""
    wanted = list(want)
    if [getattr(row, field) for row in have] == wanted:
        return False
    del have[len(wanted) :]
    for position, text in enumerate(wanted):
        if position < len(have):
            setattr(have[position], field, text)
        else:
            have.append(model(position=position, **{field: text}))
    return True


def _set_outcomes(intervention: Intervention, want: Sequence[tuple[str, int | None]]) -> bool:
    have = intervention.outcomes
    if [(row.label, row.count) for row in have] == [tuple(pair) for pair in want]:
        return False
    del have[len(want) :]
    for position, (label, count) in enumerate(want):
        if position < len(have):
            have[position].label, have[position].count = label, count
        else:
            have.append(Outcome(position=position, label=label, count=count))
    return True


def _set_occasions(intervention: Intervention, want: Sequence[OccasionFacts]) -> bool:
    """Match by id or else by start, so that an occasion keeps its row, and what was agreed about it, when its other facts change."""
    left, changed = list(intervention.occasions), False
    named = {row.id: row for row in left if row.id is not None}
    rows = [named.pop(facts.id, None) if facts.id is not None else None for facts in want]
    left = [row for row in left if row not in rows]
    for facts, known in zip(want, rows, strict=True):
        row = known or next((o for o in left if o.start == facts.start), None)
        if row is not None and row is not known:
            left.remove(row)
        if row is not None and row.accepted + (facts.taken or 0) > (facts.places or 0) and row.accepted:
            raise RefusedError("Platserna räcker inte till dem som andra har kommit överens om.")
        changed |= _set_occasion(intervention, row, facts)
    for row in left:
        if row.accepted:
            raise RefusedError("En start där andra har kommit överens om platser kan inte tas bort.")
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


def _set_next_occasion(intervention: Intervention, facts: OccasionFacts) -> bool:
    return _set_occasion(intervention, occasion_meant(intervention, facts.start), facts)


def _set_occasion(intervention: Intervention, row: Occasion | None, facts: OccasionFacts) -> bool:
    changed = row is None
    if row is None:
        row = Occasion(accepted=0, place="", address="", address_on_request=intervention.is_sheltered)
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
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed = True
    return changed


def _withhold_addresses(intervention: Intervention) -> bool:
    """A need that asks for protection was added: what was no secret before is one now, until somebody says otherwise."""
    for row in intervention.occasions:
        row.address_on_request, row.address, row.place = True, "", ""
    return bool(intervention.occasions)


def _set_for_staff(intervention: Intervention) -> bool:
    for_staff = is_for_staff(
        need_flags=(need.for_staff for need in intervention.needs),
        audience_flags=(term.for_staff for term in intervention.terms_of(TermKind.AUDIENCE)),
    )
    changed = intervention.for_staff != for_staff
    if changed:
        # Set only then: what is set to what it was counts as touched, and would go to the index again.
        intervention.for_staff = for_staff
    return changed
