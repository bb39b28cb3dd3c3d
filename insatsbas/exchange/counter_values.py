"""From a counter-proposal as it was typed to what then lies on the table."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from insatsbas.catalogue.models import Occasion
from insatsbas.exchange.asking_values import besides, days
from insatsbas.exchange.counter_forms import CounterForm, LegForm
from insatsbas.exchange.states import Side
from insatsbas.exchange.terms import Leg, PriceKind, Proposal


def proposal(
    now: Proposal, form: CounterForm, legs: Sequence[LegForm], occasions: Sequence[Mapping[str, Occasion]], *, side: Side
) -> Proposal:
    """What is proposed. `occasions` are the starts that each leg can be of, by their keys.

    Raises:
        RefusedError: the days of a leg do not fit together.
    """
    changed = [_leg(leg, typed, known[typed.start.data]) for leg, typed, known in zip(now.legs, legs, occasions, strict=True)]
    # The terms are those of what was asked for; what is given in return has its own, as they are.
    changed[0] = replace(changed[0], terms=form.villkor.data or "")
    money = besides(form, side) if len(changed) > 1 else (Decimal(0), None)
    return Proposal(tuple(changed), *money)


def _leg(now: Leg, typed: LegForm, occasion: Occasion) -> Leg:
    is_same = occasion.id == now.occasion_id
    # Of another start, days that nobody has touched are its own.
    is_untouched = (typed.fran_och_med.day, typed.till_och_med.day) == (now.start, now.end)
    begins, ends = occasion.start, occasion.end
    if is_same or not is_untouched:
        begins, ends = days(typed.fran_och_med, typed.till_och_med, occasion.start, occasion.end)
    leg = replace(
        now,
        occasion_id=occasion.id,
        start=begins,
        end=ends,
        offer_id=now.offer_id if is_same else None,
        places=typed.platser.count or 0,
    )
    if "pris" not in typed:
        return leg
    return replace(leg, price_kind=PriceKind(typed.pris_slag.data), price=typed.pris.amount)
