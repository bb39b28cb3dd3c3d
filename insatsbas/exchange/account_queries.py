"""What organisations have given each other in a year, in places and money, and what has been decided: reckoned from the deals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from insatsbas.core import clock
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import queries
from insatsbas.exchange.models import ExchangeRequest, ExchangeStep
from insatsbas.exchange.rules import HOLDS_PLACES
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
    """A decision that bound an organisation: a step, or (None) the report of a deal already made.

    `amount` is what it costs that organisation, None when it is not known. Who decided, and by which delegation, is as it was then.
    """

    at: datetime
    request_id: int
    organisation: str
    other: str
    action: Action | None
    before: State | None
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
    found: dict[tuple[str, str], list[tuple[int, Leg, Decimal]]] = {}
    for request in _deals(viewer, session):
        names = {Side.ASKER: request.asker.name, Side.ANSWERER: request.answerer.name}
        for told, leg in _legs_by_year(request):
            if told == year:
                besides = request.difference if request.difference_from is leg.giver.other else Decimal(0)
                found.setdefault((names[leg.giver], names[leg.giver.other]), []).append((request.id, leg, besides))
    return [
        Account(
            giver=giver,
            taker=taker,
            deals=len({number for number, _, _ in legs}),
            places=sum(leg.places for _, leg, _ in legs),
            # What is paid besides is known, also where what the places cost is not.
            amount=sum(((leg.amount or Decimal(0)) + besides for _, leg, besides in legs), Decimal(0)),
            unpriced=len({number for number, leg, _ in legs if leg.amount is None}),
        )
        for (giver, taker), legs in sorted(found.items())
    ]


def decisions(viewer: Viewer, session: Session, year: int) -> list[Decision]:
    """The decisions of the viewer's organisations in a year, the latest first; those of all for the co-ordinator."""
    whole = joinedload(ExchangeStep.request).options(joinedload(ExchangeRequest.asker), joinedload(ExchangeRequest.answerer))
    query = select(ExchangeStep).where(_decided_by(viewer), ExchangeStep.at >= _begins(year), ExchangeStep.at < _begins(year + 1))
    steps = session.scalars(query.options(whole).order_by(ExchangeStep.at.desc(), ExchangeStep.id.desc())).all()
    return [_decision(step, step.side) for step in steps if step.side is not None]


def decision_years(viewer: Viewer, session: Session) -> list[int]:
    """The years from the first decision to the last, the latest first; this year always."""
    query = select(func.min(ExchangeStep.at), func.max(ExchangeStep.at)).where(_decided_by(viewer))
    told = {clock.local_day(moment).year for moment in session.execute(query).one() if moment is not None}
    return sorted({*told, *range(min(told, default=0), max(told, default=0)), clock.today().year}, reverse=True)


def _decided_by(viewer: Viewer) -> ColumnElement[bool]:
    """What was decided by an organisation of the viewer's; by any, for the co-ordinator."""
    if viewer.is_coordinator:
        return ExchangeStep.is_decision.is_(True)
    own = _own(viewer)
    asked = (ExchangeStep.side == Side.ASKER) & ExchangeStep.request.has(ExchangeRequest.asker_id.in_(own))
    answered = (ExchangeStep.side == Side.ANSWERER) & ExchangeStep.request.has(ExchangeRequest.answerer_id.in_(own))
    return ExchangeStep.is_decision.is_(True) & or_(asked, answered)


def _begins(year: int) -> datetime:
    """When a year begins in Sweden."""
    return datetime(year, 1, 1, tzinfo=clock.STOCKHOLM)


def _decision(step: ExchangeStep, side: Side) -> Decision:
    proposal, request = proposal_from(step.proposal), step.request
    asker, answerer = request.asker.name, request.answerer.name
    organisation, other = (asker, answerer) if side is Side.ASKER else (answerer, asker)
    return Decision(
        at=step.at,
        request_id=step.request_id,
        organisation=organisation,
        other=other,
        action=step.action,
        before=step.before,
        what=" ↔ ".join(leg.title for leg in proposal.legs),
        # Letting a deal go costs nothing by itself.
        amount=Decimal(0) if step.action is Action.AGREE_TO_CANCEL else proposal.cost_of(side),
        who=step.who,
        delegation=step.delegation,
    )


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
