"""What is agreed on, as plain values: legs, prices, and what each side pays. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from insatsbas.core.text import N_
from insatsbas.exchange.states import Side


class PriceKind(StrEnum):
    """What a price is for. All are exclusive of VAT."""

    PLACE = "per-plats"
    WEEK = "per-plats-och-vecka"
    MONTH = "per-plats-och-manad"
    AGREED = "enligt-overenskommelse"

    @property
    def label(self) -> str:
        """The words on the page."""
        return _PRICE_LABELS[self]


_PRICE_LABELS = {
    PriceKind.PLACE: N_("per plats"),
    PriceKind.WEEK: N_("per plats och vecka"),
    PriceKind.MONTH: N_("per plats och månad"),
    PriceKind.AGREED: N_("enligt överenskommelse"),
}


class LegalBasis(StrEnum):
    """What a deal stands on, as the parties tell it. The catalogue gives no legal opinion."""

    COOPERATION = "avtalssamverkan"
    PROCUREMENT = "upphandling"
    COMPENSATION = "interkommunal-ersattning"
    LAW = "enligt-lag"
    OTHER = "annat"

    @property
    def label(self) -> str:
        """The words on the page."""
        return _BASIS_LABELS[self]


_BASIS_LABELS = {
    LegalBasis.COOPERATION: N_("Avtalssamverkan (kommunallagen 9 kap. 37 §)"),
    LegalBasis.PROCUREMENT: N_("Upphandling"),
    LegalBasis.COMPENSATION: N_("Interkommunal ersättning"),
    LegalBasis.LAW: N_("Enligt lag"),
    LegalBasis.OTHER: N_("Annat"),
}


@dataclass(frozen=True, slots=True)
class Leg:
    """Places that one side gives the other. Copied when a request is sent: what the intervention becomes later does not change it.

    `price` is in kronor, None where it is by agreement; `start` and `end` are the occasion's days when they are fixed.
    """

    giver: Side
    occasion_id: int
    title: str
    places: int
    price_kind: PriceKind
    price: Decimal | None
    start: date | None
    end: date | None
    legal_basis: LegalBasis
    terms: str = ""
    offer_id: int | None = None

    @property
    def amount(self) -> Decimal | None:
        """What the places cost in all; None when it is not told or the length that it goes by is not."""
        if self.price is None or self.price_kind is PriceKind.AGREED:
            return None
        if self.price_kind is PriceKind.PLACE:
            return self.price * self.places
        if self.start is None or self.end is None:
            return None
        days = (self.end - self.start).days + 1
        # A week or a month that has begun is paid for.
        count = math.ceil(days / 7) if self.price_kind is PriceKind.WEEK else _months(self.start, self.end)
        return self.price * self.places * count


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is on the table: one leg, or two that go together or not at all, and what one side pays besides."""

    legs: tuple[Leg, ...]
    difference: Decimal = Decimal(0)
    difference_from: Side | None = None

    def is_over(self, today: date) -> bool:
        """Whether the last day of all of it has passed. Where no day is told, as of an intake at any time, only the parties know."""
        ends = [leg.end or leg.start for leg in self.legs]
        return all(day is None or day < today for day in ends)

    def cost_of(self, side: Side) -> Decimal | None:
        """What a side is to pay in all; None when that is not known."""
        amounts = [leg.amount for leg in self.legs if leg.giver is not side]
        if any(amount is None for amount in amounts):
            return None
        own = self.difference if self.difference_from is side else Decimal(0)
        return sum((amount for amount in amounts if amount is not None), own)


def proposal_from(plain: Mapping[str, Any]) -> Proposal:
    """A proposal that was written down as JSON holds it."""
    legs = tuple(
        Leg(
            giver=Side(leg["giver"]),
            occasion_id=leg["occasion_id"],
            title=leg["title"],
            places=leg["places"],
            price_kind=PriceKind(leg["price_kind"]),
            price=None if leg["price"] is None else Decimal(leg["price"]),
            start=date.fromisoformat(leg["start"]) if leg["start"] else None,
            end=date.fromisoformat(leg["end"]) if leg["end"] else None,
            legal_basis=LegalBasis(leg["legal_basis"]),
            terms=leg["terms"],
            offer_id=leg["offer_id"],
        )
        for leg in plain["legs"]
    )
    paying = plain["difference_from"]
    return Proposal(legs, Decimal(plain["difference"]), Side(paying) if paying else None)


def is_within(cost: Decimal | None, limit: Decimal | None) -> bool:
    """Whether somebody who decides up to `limit` (None: without one) may decide on a cost. What is not known wants no limit."""
    return limit is None or (cost is not None and cost <= limit)


def _months(start: date, end: date) -> int:
    months = (end.year - start.year) * 12 + end.month - start.month
    return months + (1 if end.day >= start.day else 0) or 1
