"""From requests to what their pages show. Each side reads it from its own end of the table."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from flask import url_for

from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import Status
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.templating import longdate, number
from insatsbas.core.viewer import Role, Viewer
from insatsbas.exchange import queries
from insatsbas.exchange.legal import NO_OPINION
from insatsbas.exchange.models import ExchangeLeg, ExchangeRequest, ExchangeStep
from insatsbas.exchange.page import LegRow, RequestGroup, RequestPage, RequestRow, StepButton, TimelineRow
from insatsbas.exchange.rules import FINAL, TRANSITIONS, Need, steps_of
from insatsbas.exchange.states import Action, CancelReason, DeclineReason, Side, State
from insatsbas.exchange.terms import LegalBasis, PriceKind

_REASONS: dict[Action, type[DeclineReason] | type[CancelReason]] = {
    Action.DECLINE: DeclineReason,
    Action.ASK_TO_CANCEL: CancelReason,
}
_FIRST = (Action.ACCEPT, Action.APPROVE, Action.SEND, Action.COMPLETE, Action.PROPOSE, Action.SUBMIT)
_ENDING = (Action.DECLINE, Action.WITHDRAW, Action.ASK_TO_CANCEL)


def groups(viewer: Viewer, requests: Iterable[ExchangeRequest]) -> tuple[RequestGroup, ...]:
    """The requests of a viewer's organisations: what waits for them first."""
    found: dict[str, list[RequestRow]] = {"er-tur": [], "vantar": [], "overenskommet": [], "avslutat": []}
    for request in requests:
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
        kind=_(request.kind.label),
        direction=_("Till %(other)s", other=other.name) if Side.ASKER in sides else _("Från %(other)s", other=other.name),
        state=_(request.state.label),
        whose_turn=turn_of(request, sides),
        answer_by=request.answer_by if request.turn else None,
    )


def request_page(viewer: Viewer, request: ExchangeRequest, *, decides: bool) -> RequestPage:
    """A request, whole. `decides` is whether the viewer is a decision-maker of the side that they act for."""
    sides = queries.sides_of(viewer, request)
    side = side_of(request, sides)
    proposal = queries.proposal_of(request)
    cost = proposal.cost_of(side) if side else None
    return RequestPage(
        number=request.id,
        title=_("%(kind)s: %(what)s", kind=_(request.kind.label), what=" ↔ ".join(leg.title for leg in request.legs)),
        kind=_(request.kind.label),
        asker=request.asker.name,
        answerer=request.answerer.name,
        state=_(request.state.label),
        turn=turn_of(request, sides),
        is_our_turn=request.turn is not None and request.turn in sides,
        answer_by=request.answer_by if request.turn else None,
        legs=tuple(_leg(request, leg) for leg in request.legs),
        besides=_besides(request),
        cost=_cost(cost) if side and any(leg.giver is not side for leg in request.legs) else "",
        buttons=tuple(_buttons(request, side, decides=decides, cost=cost)) if side else (),
        waits_for_a_decision=_decision(request, sides),
        timeline=tuple(_timeline(viewer, request)),
        no_opinion=_(NO_OPINION),
    )


def ask_url(viewer: Viewer, row: Intervention) -> str:
    """Where one asks for places in an intervention; "" where one does not: it is not active, or one has nobody to ask for but its owner."""
    others = viewer.organisations_as(*queries.STAFF) - {row.owner_id}
    return url_for("exchange.new", public_id=row.public_id) if row.status is Status.ACTIVE and others else ""


def side_of(request: ExchangeRequest, sides: Sequence[Side]) -> Side | None:
    """The side that one acts for: that whose turn it is, where one acts for both."""
    return next((side for side in sides if side is request.turn), sides[0] if sides else None)


def turn_of(request: ExchangeRequest, sides: Sequence[Side]) -> str:
    """Whose turn it is, in words."""
    if request.turn is None:
        return ""
    waited_for = request.asker if request.turn is Side.ASKER else request.answerer
    return _("Er tur att svara") if request.turn in sides else _("Väntar på svar från %(other)s", other=waited_for.name)


def kronor(amount: Decimal) -> str:
    """18 500 kr."""
    return _("%(amount)s kr", amount=number(amount))


def price_of(leg: ExchangeLeg) -> str:
    """What a place costs, in words."""
    if leg.price is None or leg.price_kind is PriceKind.AGREED:
        return _("Enligt överenskommelse")
    return _("%(amount)s %(each)s", amount=kronor(leg.price), each=_(leg.price_kind.label))


def _leg(request: ExchangeRequest, leg: ExchangeLeg) -> LegRow:
    giver = request.asker if leg.giver is Side.ASKER else request.answerer
    facts = [
        (_("Platser"), number(leg.places)),
        (_("Start"), longdate(leg.start) if leg.start else _("Går att börja när som helst")),
        (_("Slut"), longdate(leg.end) if leg.end else ""),
        (_("Pris (exklusive moms)"), price_of(leg)),
        (_("Rättslig grund"), _(leg.legal_basis.label)),
        (_("Villkor"), leg.terms),
    ]
    return LegRow(
        heading=_("%(giver)s ger: %(title)s", giver=giver.name, title=leg.title),
        url=url_for("pages.intervention", public_id=leg.occasion.intervention.public_id),
        facts=tuple((label, text) for label, text in facts if text),
    )


def _besides(request: ExchangeRequest) -> str:
    if request.difference_from is None:
        return ""
    who = request.asker if request.difference_from is Side.ASKER else request.answerer
    return _("%(who)s betalar %(amount)s i mellanskillnad.", who=who.name, amount=kronor(request.difference))


def _cost(cost: Decimal | None) -> str:
    if cost is None:
        return _("Vad det kostar er bestäms enligt överenskommelse.")
    return _("Det kostar er %(amount)s, exklusive moms.", amount=kronor(cost)) if cost else _("Det kostar er inget.")


def _decision(request: ExchangeRequest, sides: Sequence[Side]) -> str:
    if request.state not in (State.DECIDING_TO_SEND, State.DECIDING_TO_ACCEPT) or request.turn not in sides:
        return ""
    return _("Er beslutsfattare behöver godkänna.")


def _buttons(request: ExchangeRequest, side: Side, *, decides: bool, cost: Decimal | None) -> Iterable[StepButton]:
    possible = [a for a in steps_of(request.state, turn=request.turn, side=side) if _can(request.state, a, decides=decides, cost=cost)]
    for action in sorted(possible, key=lambda a: _FIRST.index(a) if a in _FIRST else len(_FIRST) + (a in _ENDING)):
        is_counter = Need.PROPOSAL in TRANSITIONS[request.state, action].needs
        yield StepButton(
            url=url_for("exchange.counter", number=request.id)
            if is_counter
            else url_for("exchange.take_step", number=request.id, action=action.value),
            label=_(action.label),
            kind=""
            if action is possible[0] or action in (Action.ACCEPT, Action.APPROVE)
            else "warning"
            if action in _ENDING
            else "secondary",
            reasons=[(reason.value, _(reason.label)) for reason in _REASONS.get(action, ())],
            asks_used=action is Action.COMPLETE,
            is_link=is_counter,
        )


def _can(state: State, action: Action, *, decides: bool, cost: Decimal | None) -> bool:
    """Whether a button is worth drawing: who does not decide proposes, who decides need not."""
    needs = TRANSITIONS[state, action].needs
    if Need.DECIDES in needs:
        return decides
    if Need.DECIDES_IF_IT_COSTS in needs and cost != 0:
        return decides
    if action is Action.SUBMIT:
        return not decides and cost != 0
    return not (action is Action.PROPOSE and decides)


def _timeline(viewer: Viewer, request: ExchangeRequest) -> Iterable[TimelineRow]:
    before: dict[str, Any] | None = None
    for step in request.steps:
        yield TimelineRow(
            at=step.at,
            who=_who(viewer, request, step),
            what=_(step.action.label) if step.action else _("Förfrågan skrevs"),
            reason=_reason(step),
            why=step.why,
            changes=tuple(_changes(before, step.proposal)) if before else (),
        )
        before = step.proposal


def _who(viewer: Viewer, request: ExchangeRequest, step: ExchangeStep) -> str:
    """Staff are named to their own organisation and the co-ordinator; the other side sees the organisation."""
    if step.side is None:
        return _("Systemet")
    organisation = request.asker if step.side is Side.ASKER else request.answerer
    own = viewer.organisations_as(Role.CASE_OFFICER, Role.EDITOR, Role.DECISION_MAKER)
    return f"{step.who}, {organisation.name}" if organisation.id in own or viewer.is_coordinator else organisation.name


def _reason(step: ExchangeStep) -> str:
    reasons = _REASONS.get(step.action) if step.action else None
    return _(reasons(step.reason).label) if reasons and step.reason in {reason.value for reason in reasons} else ""


def _changes(before: dict[str, Any], after: dict[str, Any]) -> Iterable[str]:
    for old, new in zip(before["legs"], after["legs"], strict=True):
        if old["places"] != new["places"]:
            values = {"title": new["title"], "old": old["places"], "new": new["places"]}
            yield ngettext(
                "%(title)s: från %(old)s plats till %(new)s", "%(title)s: från %(old)s platser till %(new)s", old["places"], **values
            )
        if (old["price"], old["price_kind"]) != (new["price"], new["price_kind"]):
            yield _("%(title)s: pris från %(old)s till %(new)s", title=new["title"], old=_plain_price(old), new=_plain_price(new))
        if (old["start"], old["end"]) != (new["start"], new["end"]):
            yield _("%(title)s: annan start, %(start)s", title=new["title"], start=new["start"] or _("när som helst"))
        if old["terms"] != new["terms"]:
            yield _("%(title)s: andra villkor", title=new["title"])
        if old["legal_basis"] != new["legal_basis"]:
            yield _("%(title)s: rättslig grund %(basis)s", title=new["title"], basis=_(LegalBasis(new["legal_basis"]).label))
    if (before["difference"], before["difference_from"]) != (after["difference"], after["difference_from"]):
        yield _("Mellanskillnad %(amount)s", amount=kronor(Decimal(after["difference"])))


def _plain_price(leg: dict[str, Any]) -> str:
    return kronor(Decimal(leg["price"])) if leg["price"] is not None else _("enligt överenskommelse")
