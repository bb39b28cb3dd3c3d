"""Every write of an intervention: check the rule, change, flush. Never commits."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict

from sqlalchemy.orm import Session

from insatsbas.catalogue import revision_actions, snapshot
from insatsbas.catalogue.models import Intervention, Lesson, Link, Need, Outcome, Term
from insatsbas.catalogue.occasion_actions import OccasionFacts, lock, set_next_occasion, set_occasions, set_values, withhold_addresses
from insatsbas.catalogue.rules import EndReason, Form, Level, PauseReason, Status, TermKind, is_for_staff
from insatsbas.core import clock
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Viewer
from insatsbas.organisations.models import Municipality, Organisation
from insatsbas.organisations.rules import has_left


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
        if intervention.occasions and changes.keys() & {"occasions", "next_occasion"}:
            lock(session, intervention)
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
    changed |= set_values(intervention, values)
    if lessons is not None:
        changed |= _set_rows(intervention.lessons, ({"text": text} for text in lessons), Lesson)
    if links is not None:
        changed |= _set_rows(intervention.links, ({"url": url} for url in links), Link)
    if outcomes is not None:
        changed |= _set_rows(intervention.outcomes, ({"label": label, "count": count} for label, count in outcomes), Outcome)
    if intervention.is_sheltered and not was_sheltered:
        changed |= withhold_addresses(intervention)
    if occasions is not None:
        changed |= set_occasions(intervention, occasions)
    if next_one is not None:
        changed |= set_next_occasion(intervention, next_one)
    return _set_for_staff(intervention) or changed


def _set_members(have: list[Any], want: Sequence[Any]) -> bool:
    wanted = list(dict.fromkeys(want))
    if set(have) == set(wanted):
        return False
    have[:] = wanted
    return True


def _set_rows(have: list[Any], want: Iterable[dict[str, Any]], model: type[Lesson] | type[Link] | type[Outcome]) -> bool:
    """Rows are changed in place: each has its own position, and the database lets no two share one, not even in passing."""
    wanted = list(want)
    changed = len(have) > len(wanted)
    del have[len(wanted) :]
    for position, values in enumerate(wanted):
        if position == len(have):
            have.append(model(position=position, **values))
            changed = True
        else:
            changed |= set_values(have[position], values)
    return changed


def _set_for_staff(intervention: Intervention) -> bool:
    for_staff = is_for_staff(
        need_flags=(need.for_staff for need in intervention.needs),
        audience_flags=(term.for_staff for term in intervention.terms_of(TermKind.AUDIENCE)),
    )
    return set_values(intervention, {"for_staff": for_staff})
