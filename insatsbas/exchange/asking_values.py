"""From what was typed to what is asked for."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from insatsbas.core.errors import RefusedError
from insatsbas.core.forms import DayField
from insatsbas.core.i18n import gettext as _
from insatsbas.exchange import starting
from insatsbas.exchange.asking_forms import Asked, PricedForm, SwappedForm
from insatsbas.exchange.counter_forms import CounterForm
from insatsbas.exchange.forms import US
from insatsbas.exchange.starting import Start, Table
from insatsbas.exchange.states import Kind, Side
from insatsbas.exchange.terms import Leg, LegalBasis, PriceKind, Proposal
from insatsbas.organisations.models import Organisation


def proposal(form: Asked, table: Table) -> tuple[Kind, Proposal]:
    """What is asked for, or told of as made already.

    Raises:
        RefusedError: a start has been taken away since the page was drawn, or the days do not fit together.
    """
    start = starting.chosen(table.starts, form.start.data or "")
    legs = [_asked_for(form, start, Side.ASKER if table.gives else Side.ANSWERER)]
    kind = Kind.SELL if start.offer and not table.gives else Kind.BUY
    if not isinstance(form, SwappedForm) or not form.is_swap:
        return kind, Proposal(tuple(legs), *_besides(form, Side.ASKER))
    back = starting.chosen(table.given, form.byte.data or "")
    legs.append(_leg(Side.ASKER, back, form.byte_platser.count or 0, legs[0].legal_basis))
    return Kind.SWAP, Proposal(tuple(legs), *_besides(form, Side.ASKER))


def answerer(form: Asked, table: Table) -> Organisation:
    """The other side: the owner of what is asked for, or the one that has got what is told of."""
    return next(taker for taker in table.takers if taker.slug == form.till.data) if table.gives else table.row.owner


def days(first: DayField, last: DayField, start: date | None, end: date | None) -> tuple[date | None, date | None]:
    """The days of places: those that were typed, else the start's own.

    Raises:
        RefusedError: the last is before the first.
    """
    begins, ends = first.day or start, last.day or end
    if begins and ends and ends < begins:
        raise RefusedError(_("Sista dagen kan inte vara före den första. Startens egna dagar gäller där du inte har skrivit någon."))
    return begins, ends


def besides(form: SwappedForm | CounterForm, us: Side) -> tuple[Decimal, Side | None]:
    """The money besides a swap, and which side pays it; None when there is none."""
    amount = form.mellanskillnad.amount
    return (amount, us if form.betalar.data == US else us.other) if amount else (Decimal(0), None)


def _besides(form: Asked, us: Side) -> tuple[Decimal, Side | None]:
    return besides(form, us) if isinstance(form, SwappedForm) and form.is_swap else (Decimal(0), None)


def _asked_for(form: Asked, start: Start, giver: Side) -> Leg:
    """What is asked for. Of an offer the price and the terms are the offer's, and one's own besides. A swap is of no offer."""
    begins, ends = days(form.fran_och_med, form.till_och_med, start.occasion.start, start.occasion.end)
    terms = form.villkor.data or ""
    leg = replace(_leg(giver, start, form.platser.count or 0, LegalBasis(form.grund.data)), start=begins, end=ends, terms=terms)
    if isinstance(form, PricedForm) and not (form.is_swap and form.pris.amount is None):
        leg = replace(leg, price_kind=PriceKind(form.pris_slag.data), price=form.pris.amount)
    if start.offer is None or form.is_swap:
        return leg
    offer = start.offer
    whole = "\n\n".join(part for part in (offer.terms, terms) if part)
    return replace(leg, price_kind=offer.price_kind, price=offer.price, terms=whole, offer_id=offer.id)


def _leg(giver: Side, start: Start, places: int, basis: LegalBasis) -> Leg:
    """Places of a start that cost nothing yet."""
    occasion = start.occasion
    return Leg(
        giver=giver,
        occasion_id=occasion.id,
        title=occasion.intervention.title,
        places=places,
        price_kind=PriceKind.PLACE,
        price=Decimal(0),
        start=occasion.start,
        end=occasion.end,
        legal_basis=basis,
    )
