"""What an agreement holds, made of what was agreed on: plain values, as JSON keeps them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from insatsbas.core.text import N_
from insatsbas.exchange.states import Action, Kind, Side
from insatsbas.exchange.terms import Leg, Proposal

# Raised when what an agreement holds changes its form; those that are made keep theirs.
FORMAT = "insatsbas.overenskommelse.1"
# With these a side says what it binds itself to; the last one counts. A report of a deal already made is no step.
_BINDING = frozenset({Action.SEND, Action.APPROVE, Action.ACCEPT, Action.COUNTER, None})
_CANCELLING = frozenset({Action.ASK_TO_CANCEL, Action.AGREE_TO_CANCEL})


class AgreementKind(StrEnum):
    """Whether places are agreed on, or that the deal is off."""

    DEAL = "overenskommelse"
    CANCELLATION = "avbokning"

    @property
    def label(self) -> str:
        """The word on the page."""
        return {AgreementKind.DEAL: N_("Överenskommelse"), AgreementKind.CANCELLATION: N_("Avbokning")}[self]


@dataclass(frozen=True, slots=True)
class Party:
    """One side, as it was then."""

    name: str
    organisation_number: str
    kind: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A step by which a side bound itself: in which role, by which delegation, when. Who it was, the own side's history tells."""

    side: Side
    action: Action | None
    role: str
    delegation: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """Places of a leg, with the address of the intervention that they are in."""

    leg: Leg
    public_id: str


def is_binding(action: Action | None, kind: AgreementKind) -> bool:
    """Whether a side binds itself by a step to what becomes an agreement of this kind."""
    return action in (_CANCELLING if kind is AgreementKind.CANCELLATION else _BINDING)


def number_of(year: int, running: int) -> str:
    """The number of an agreement, 2027-0014."""
    return f"{year}-{running:04d}"


def content(
    *,
    number: str,
    kind: AgreementKind,
    replaces: str | None,
    request: int,
    trade: Kind,
    at: datetime,
    parties: Mapping[Side, Party],
    proposal: Proposal,
    given: Sequence[Given],
    decisions: Iterable[Decision],
    reason: str = "",
    why: str = "",
) -> dict[str, Any]:
    """All that was agreed on. Codes are Swedish words, amounts are text in kronor, days and times are as ISO 8601 has them."""
    return {
        "format": FORMAT,
        "number": number,
        "kind": kind.value,
        "replaces": replaces,
        "request": request,
        "trade": trade.value,
        "agreed_at": at.isoformat(),
        "parties": {side.value: _party(party) for side, party in parties.items()},
        "legs": [_leg(each) for each in given],
        "difference": _amount(proposal.difference),
        "difference_from": proposal.difference_from.value if proposal.difference_from else None,
        "costs": {side.value: _amount(proposal.cost_of(side)) for side in Side},
        "decisions": [_decision(decision) for decision in decisions],
        "reason": reason,
        "why": why,
    }


def _party(party: Party) -> dict[str, str]:
    return {"name": party.name, "organisation_number": party.organisation_number, "kind": party.kind}


def _leg(given: Given) -> dict[str, Any]:
    leg = given.leg
    return {
        "giver": leg.giver.value,
        "intervention": given.public_id,
        "title": leg.title,
        "places": leg.places,
        "price_kind": leg.price_kind.value,
        "price": _amount(leg.price),
        "amount": _amount(leg.amount),
        "start": leg.start.isoformat() if leg.start else None,
        "end": leg.end.isoformat() if leg.end else None,
        "legal_basis": leg.legal_basis.value,
        "terms": leg.terms,
    }


def _decision(decision: Decision) -> dict[str, str | None]:
    return {
        "side": decision.side.value,
        "step": decision.action.value if decision.action else None,
        "role": decision.role,
        "delegation": decision.delegation,
        "at": decision.at.isoformat(),
    }


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
