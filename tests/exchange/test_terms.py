"""Prices and working days: pure."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from insatsbas.exchange.days import is_working_day, summer_rest, working_days_after
from insatsbas.exchange.states import Side
from insatsbas.exchange.terms import Leg, LegalBasis, PriceKind, Proposal, is_within

LEG = Leg(Side.ANSWERER, 1, "Sfi", 3, PriceKind.PLACE, Decimal(1000), date(2027, 1, 18), date(2027, 3, 26), LegalBasis.COOPERATION)


@pytest.mark.parametrize(
    ("kind", "amount"),
    [(PriceKind.PLACE, 3000), (PriceKind.WEEK, 30_000), (PriceKind.MONTH, 9000), (PriceKind.AGREED, None)],
)
def test_what_places_cost(kind: PriceKind, amount: int | None) -> None:
    """68 days: ten weeks begun, and three months begun on the 18th."""
    assert replace(LEG, price_kind=kind).amount == amount


def test_without_a_length_a_price_by_the_week_is_not_known() -> None:
    assert replace(LEG, price_kind=PriceKind.WEEK, end=None).amount is None


def test_what_each_side_pays_for_a_swap() -> None:
    swap = Proposal((LEG, replace(LEG, giver=Side.ASKER, places=1)), Decimal(500), Side.ANSWERER)
    assert swap.cost_of(Side.ASKER) == 3000
    assert swap.cost_of(Side.ANSWERER) == 1500
    unknown = Proposal((replace(LEG, price=None, price_kind=PriceKind.AGREED), swap.legs[1]))
    assert unknown.cost_of(Side.ASKER) is None
    assert unknown.cost_of(Side.ANSWERER) == 1000


def test_who_decides_up_to_an_amount() -> None:
    assert is_within(Decimal(100), Decimal(100))
    assert not is_within(Decimal(101), Decimal(100))
    assert not is_within(None, Decimal(100))
    assert is_within(None, None)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 11, 24), 10, date(2026, 12, 8)),
        (date(2026, 12, 21), 5, date(2026, 12, 30)),
        (date(2027, 3, 24), 2, date(2027, 3, 30)),
        (date(2027, 6, 17), 10, date(2027, 8, 16)),
        (date(2026, 8, 10), 1, date(2026, 8, 17)),
    ],
    ids=["plain", "over Christmas", "over Easter", "over midsummer", "in the rest"],
)
def test_working_days(day: date, count: int, expected: date) -> None:
    assert working_days_after(day, count) == expected


def test_nothing_goes_out_in_the_summers_rest() -> None:
    assert summer_rest(2027) == (date(2027, 6, 25), date(2027, 8, 15))
    for number in range(1, 300):
        day = working_days_after(date(2027, 1, 1), number)
        assert is_working_day(day)
        assert not date(2027, 6, 25) <= day <= date(2027, 8, 15)


@pytest.mark.parametrize(
    ("start", "end", "is_over"),
    [
        (date(2027, 1, 18), date(2027, 6, 4), False),
        (date(2027, 1, 18), date(2027, 6, 3), True),
        (date(2027, 6, 3), None, True),
        (date(2027, 6, 5), None, False),
        # An intake at any time has no last day: the parties know when it is over.
        (None, None, True),
    ],
)
def test_it_is_over_when_the_last_day_of_all_of_it_has_passed(start: date | None, end: date | None, is_over: bool) -> None:
    ended = replace(LEG, start=date(2027, 1, 1), end=date(2027, 2, 1))
    assert Proposal((replace(LEG, start=start, end=end), ended)).is_over(date(2027, 6, 4)) is is_over
