"""What organisations have given each other in a year, in places and money, and what has been decided: reckoned from the deals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from insatsbas.accounts.models import Membership
from insatsbas.core import clock
from insatsbas.core.viewer import Role, Viewer
from insatsbas.exchange import queries
from insatsbas.exchange.models import ExchangeRequest, ExchangeStep
from insatsbas.exchange.rules import HOLDS_PLACES, TRANSITIONS, Need
from insatsbas.exchange.states import Action, Side, State
from insatsbas.exchange.terms import Leg, proposal_from


@dataclass(frozen=True, slots=True)
class Account:
    """What one organisation gave another in a year. `unpriced` deals have a price by agreement, which `amount` does not hold."""

    giver: str
    taker: str
    deals: int
    places: int
    amount: Decimal
    unpriced: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that bound an organisation. `amount` is what it costs that organisation, None when it is not known."""

    at: datetime
    request_id: int
    organisation: str
    other: str
    action: Action
    what: str
    amount: Decimal | None
    who: str
    delegation: str


def years(viewer: Viewer, session: Session) -> list[int]:
    """The years of which there is anything to tell, the latest first; this year always."""
    told = {year for request in _deals(viewer, session) for year, _ in _legs_by_year(request)}
    return sorted(told | {clock.today().year}, reverse=True)


def accounts(viewer: Viewer, session: Session, year: int) -> list[Account]:
    """A row for each pair of organisations: those that the viewer is of, all for the co-ordinator."""
    found: dict[tuple[str, str], list[tuple[int, int, Decimal | None]]] = {}
    for request in _deals(viewer, session):
        names = {Side.ASKER: request.asker.name, Side.ANSWERER: request.answerer.name}
        for told, leg in _legs_by_year(request):
            if told == year:
                amount = _amount(request, leg)
                found.setdefault((names[leg.giver], names[leg.giver.other]), []).append((request.id, leg.places, amount))
    return [
        Account(
            giver=giver,
            taker=taker,
            deals=len({number for number, _, _ in legs}),
            places=sum(places for _, places, _ in legs),
            amount=sum((amount for _, _, amount in legs if amount is not None), Decimal(0)),
            unpriced=len({number for number, _, amount in legs if amount is None}),
        )
        for (giver, taker), legs in sorted(found.items())
    ]


def decisions(viewer: Viewer, session: Session, year: int) -> list[Decision]:
    """The decisions of the viewer's organisations in a year, the latest first; those of all for the co-ordinator."""
    own = _own(viewer)
    query = select(ExchangeStep).options(
        joinedload(ExchangeStep.request).options(joinedload(ExchangeRequest.asker), joinedload(ExchangeRequest.answerer))
    )
    if not viewer.is_coordinator:
        asker, answerer = ExchangeRequest.asker_id.in_(own), ExchangeRequest.answerer_id.in_(own)
        query = query.join(ExchangeStep.request).where(asker | answerer)
    steps = session.scalars(query.order_by(ExchangeStep.at.desc(), ExchangeStep.id.desc())).all()
    references = _references(session)
    found = []
    for step in steps:
        if step.side is None or step.action is None or clock.local_day(step.at).year != year or not is_decision(step):
            continue
        request = step.request
        organisation, other = request.asker, request.answerer
        if step.side is Side.ANSWERER:
            organisation, other = other, organisation
        if viewer.is_coordinator or organisation.id in own:
            names = {"organisation": organisation.name, "other": other.name}
            delegation = references.get((step.person_id, organisation.id), "")
            found.append(_decision(step, step.action, step.side, **names, delegation=delegation))
    return found


def is_decision(step: ExchangeStep) -> bool:
    """Whether a step bound the side that took it: it asked for a decision-maker, and was no handing back."""
    if step.action is None or step.before is None or step.side is None or step.action is Action.RETURN:
        return False
    needs = TRANSITIONS[step.before, step.action].needs
    return Need.DECIDES in needs or (Need.DECIDES_IF_IT_COSTS in needs and proposal_from(step.proposal).cost_of(step.side) != 0)


def _decision(step: ExchangeStep, action: Action, side: Side, *, organisation: str, other: str, delegation: str) -> Decision:
    proposal = proposal_from(step.proposal)
    return Decision(
        at=step.at,
        request_id=step.request_id,
        organisation=organisation,
        other=other,
        action=action,
        what=" ↔ ".join(leg.title for leg in proposal.legs),
        amount=proposal.cost_of(side),
        who=step.who,
        delegation=delegation,
    )


def _references(session: Session) -> dict[tuple[int | None, int | None], str]:
    query = select(Membership.person_id, Membership.organisation_id, Membership.delegation).where(Membership.role == Role.DECISION_MAKER)
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


def _own(viewer: Viewer) -> frozenset[int]:
    return viewer.organisations_as(*queries.STAFF)


def _deals(viewer: Viewer, session: Session) -> Sequence[ExchangeRequest]:
    """What stands agreed on, or has been carried out."""
    query = select(ExchangeRequest).where(ExchangeRequest.state.in_(HOLDS_PLACES))
    if not viewer.is_coordinator:
        own = _own(viewer)
        query = query.where(ExchangeRequest.asker_id.in_(own) | ExchangeRequest.answerer_id.in_(own))
    whole = (
        joinedload(ExchangeRequest.asker),
        joinedload(ExchangeRequest.answerer),
        selectinload(ExchangeRequest.legs),
        selectinload(ExchangeRequest.steps),
    )
    return session.scalars(query.options(*whole).order_by(ExchangeRequest.id)).all()


def _legs_by_year(request: ExchangeRequest) -> Iterator[tuple[int, Leg]]:
    """Each leg with its year: that in which its places begin; where no day is fixed, that in which it was agreed on."""
    agreed = next(step.at for step in request.steps if step.after is State.ACCEPTED)
    for leg in queries.proposal_of(request).legs:
        yield (leg.start.year if leg.start else clock.local_day(agreed).year), leg


def _amount(request: ExchangeRequest, leg: Leg) -> Decimal | None:
    """What a leg costs whoever gets its places, and what they pay besides."""
    if leg.amount is None:
        return None
    return leg.amount + (request.difference if request.difference_from is leg.giver.other else Decimal(0))
