"""From requests to their lists, and the words that every page of them has in common. Each side reads it from its own end of the table."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from flask import url_for

from insatsbas.core.i18n import gettext as _
from insatsbas.core.templating import longdate, number
from insatsbas.core.text import N_
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import queries
from insatsbas.exchange.models import ExchangeLeg, ExchangeRequest
from insatsbas.exchange.page import RequestGroup, RequestRow
from insatsbas.exchange.rules import FINAL, WAITS_FOR_AN_ANSWER
from insatsbas.exchange.states import Action, Kind, Side, State
from insatsbas.exchange.terms import PriceKind
from insatsbas.organisations.models import Organisation

# A deal made already is confirmed or corrected rather than answered.
_OF_A_REPORT = {
    Action.ACCEPT: N_("Bekräfta överenskommelsen"),
    Action.COUNTER: N_("Rätta uppgifterna"),
    Action.DECLINE: N_("Säg att det inte stämmer"),
    Action.WITHDRAW: N_("Ta tillbaka registreringen"),
}


def groups(viewer: Viewer, requests: Iterable[ExchangeRequest]) -> tuple[RequestGroup, ...]:
    """The requests of a viewer's organisations: what waits for them first, and of that what has waited the longest."""
    found: dict[str, list[RequestRow]] = {"er-tur": [], "vantar": [], "overenskommet": [], "avslutat": []}
    for request in sorted(requests, key=lambda request: request.id if request.turn in queries.sides_of(viewer, request) else 0):
        sides = queries.sides_of(viewer, request)
        key = "avslutat" if request.state in FINAL else "overenskommet" if request.state is State.ACCEPTED else "vantar"
        found["er-tur" if request.turn in sides else key].append(row(viewer, request))
    told = {
        "er-tur": (_("Er tur"), _("Inget väntar på er.")),
        "vantar": (_("Väntar på andra"), _("Ni väntar inte på någon.")),
        "overenskommet": (_("Överenskommet"), _("Ni har inga överenskommelser som pågår.")),
        "avslutat": (_("Avslutat"), _("Inget är avslutat än.")),
    }
    return tuple(RequestGroup(key, heading, tuple(found[key]), empty) for key, (heading, empty) in told.items())


def row(viewer: Viewer, request: ExchangeRequest) -> RequestRow:
    """A request in a list."""
    sides = queries.sides_of(viewer, request)
    other = request.answerer if Side.ASKER in sides else request.asker
    return RequestRow(
        url=url_for("exchange.one", number=request.id),
        title=" ↔ ".join(leg.title for leg in request.legs),
        kind=kind_of(request, sides),
        direction=_("Till %(other)s", other=other.name) if Side.ASKER in sides else _("Från %(other)s", other=other.name),
        state=_(request.state.label),
        whose_turn=turn_of(request, sides),
        answer_by=answer_by(request, sides),
        is_example=is_example(request),
    )


def is_example(request: ExchangeRequest) -> bool:
    """Whether it is about an example, and so made up."""
    return any(leg.occasion.intervention.is_example for leg in request.legs)


def side_of(request: ExchangeRequest, sides: Sequence[Side]) -> Side | None:
    """The side that one acts for: that whose turn it is, where one acts for both."""
    return next((side for side in sides if side is request.turn), sides[0] if sides else None)


def turn_of(request: ExchangeRequest, sides: Sequence[Side]) -> str:
    """Whose turn it is, in words."""
    if request.turn is None:
        return ""
    other = organisation_of(request, request.turn)
    if request.turn not in sides:
        return _("Väntar på svar från %(other)s", other=other.name)
    return {
        State.DRAFT: _("Er tur att skicka"),
        State.DECIDING_TO_SEND: _("Er tur att besluta"),
        State.DECIDING_TO_ACCEPT: _("Er tur att besluta"),
        State.REPORTED: _("Er tur att bekräfta"),
        State.QUEUED: _("Er tur att svara") if request.answer_by else _("Er tur att svara när platser blir lediga"),
    }.get(request.state, _("Er tur att svara"))


def kind_of(request: ExchangeRequest, sides: Sequence[Side]) -> str:
    """What it is for those who read: who gives the places sells, whoever asked or told of it first."""
    if request.kind is Kind.SWAP:
        return _(Kind.SWAP.label)
    return _(Kind.SELL.label) if any(leg.giver in sides for leg in request.legs) else _(Kind.BUY.label)


def answer_by(request: ExchangeRequest, sides: Sequence[Side]) -> str:
    """By when whoever is to answer does so, as those who are to, or those who wait, read it; "" where no answer is waited for."""
    if request.answer_by is None or request.state not in WAITS_FOR_AN_ANSWER:
        return ""
    told = _("Svara senast %(day)s.") if request.turn in sides else _("Svar väntas senast %(day)s.")
    return told % {"day": longdate(request.answer_by)}


def organisation_of(request: ExchangeRequest, side: Side) -> Organisation:
    """Who sits on a side."""
    return request.asker if side is Side.ASKER else request.answerer


def giver_of(request: ExchangeRequest, leg: ExchangeLeg) -> Organisation:
    """Who gives the places of a leg."""
    return organisation_of(request, leg.giver)


def is_report(request: ExchangeRequest) -> bool:
    """Whether it began as a deal that was made already."""
    return bool(request.steps) and request.steps[0].after is State.REPORTED


def label_of(action: Action, *, is_reported: bool) -> str:
    """The words on a step's button."""
    return _(_OF_A_REPORT[action]) if is_reported and action in _OF_A_REPORT else _(action.label)


def kronor(amount: Decimal) -> str:
    """18 500 kr."""
    return _("%(amount)s kr", amount=number(amount))


def price_in_words(price: Decimal | None, kind: PriceKind) -> str:
    """What a place costs, in words."""
    if price is None or kind is PriceKind.AGREED:
        return _("enligt överenskommelse")
    return _("%(amount)s %(each)s", amount=kronor(price), each=_(kind.label)) if price else _("kostar inget")


def price_of_leg(price: Decimal | None, kind: PriceKind, *, is_swap: bool) -> str:
    """The same of places in a request: those that are swapped cost nothing by themselves."""
    words = _("ingår i bytet") if is_swap and price == 0 else price_in_words(price, kind)
    return words[:1].upper() + words[1:]


def days_in_words(start: date | None, end: date | None) -> str:
    """From when to when, in words."""
    if start is None:
        return _("när som helst, till och med %(end)s", end=longdate(end)) if end else _("när som helst")
    return f"{longdate(start)}–{longdate(end)}" if end else _("från och med %(start)s", start=longdate(start))
