"""From a request to its page: whose turn it is, what is on the table, what one can do, what has been said and agreed on."""

from collections.abc import Iterator, Sequence

from flask import url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from insatsbas.core import pdf
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.templating import longdate, number
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import agreement_queries, forms, message_queries, offer_letters, queries, waiting
from insatsbas.exchange.agreement_presenter import state_of
from insatsbas.exchange.forms import MessageForm, StepForm
from insatsbas.exchange.models import ExchangeLeg, ExchangeRequest
from insatsbas.exchange.page import LegRow, MessageRow, RequestPage
from insatsbas.exchange.presenter import (
    answer_by,
    giver_of,
    is_example,
    is_report,
    kind_of,
    kronor,
    organisation_of,
    price_of_leg,
    side_of,
    turn_of,
)
from insatsbas.exchange.states import Action, Side, State
from insatsbas.exchange.step_presenter import Steps, most_used, steps_for
from insatsbas.exchange.terms import PriceKind, Proposal
from insatsbas.exchange.timeline_presenter import timeline, who


def request_page(
    viewer: Viewer,
    session: Session,
    request: ExchangeRequest,
    *,
    pressed: tuple[Action, StepForm] | None = None,
    message: MessageForm | None = None,
) -> RequestPage:
    """A request, whole. `pressed` and `message` are forms that something was wrong with, drawn with what was typed in them."""
    sides = queries.sides_of(viewer, request)
    side = side_of(request, sides)
    proposal = queries.proposal_of(request)
    steps = steps_for(viewer, session, request, sides, pressed) if side else Steps()
    return RequestPage(
        number=request.id,
        title=_("%(kind)s: %(what)s", kind=kind_of(request, sides), what=" ↔ ".join(leg.title for leg in request.legs)),
        lead=_lead(request),
        where=_where(session, request),
        state=_(request.state.label),
        turn=turn_of(request, sides),
        answer_by=answer_by(request, sides),
        full=offer_letters.full_note(session, request, side),
        is_example=is_example(request),
        acting_for=organisation_of(request, side).name if side and len(sides) > 1 else "",
        legs=tuple(_leg(request, leg) for leg in request.legs),
        besides=_besides(request),
        money=_money(proposal, side) if side else "",
        used=_used(request),
        used_form=_used_form(request, sides, pressed),
        note=steps.note,
        main=steps.main,
        others=steps.others,
        unsent=steps.unsent,
        messages=tuple(_messages(viewer, session, request, sides)),
        message=(message or message_form(request, side)) if side else None,
        message_hint="" if request.is_sent else _("Den andra sidan ser inte förfrågan förrän den är skickad. Anteckningen ser bara ni."),
        agreements=tuple(_agreements(session, request)),
        links=tuple(_links(request)) if request.is_sent else (),
        timeline=tuple(timeline(viewer, request)),
    )


def side_named(viewer: Viewer, request: ExchangeRequest, named: str | None) -> Side | None:
    """The side that a form says it is sent for, where the viewer acts for it; else the one that they act for."""
    sides = queries.sides_of(viewer, request)
    return next((side for side in sides if side.value == named), side_of(request, sides))


def message_form(request: ExchangeRequest, side: Side, sent: MultiDict[str, str] | None = None) -> MessageForm:
    """The form of a message from a side."""
    other = organisation_of(request, side.other).name
    return forms.message_form(other, may_send=request.is_sent, side=side, sent=sent)


def _lead(request: ExchangeRequest) -> str:
    names = {"asker": request.asker.name, "answerer": request.answerer.name}
    if is_report(request):
        return _("%(asker)s har registrerat en överenskommelse med %(answerer)s.", **names)
    return _("%(asker)s frågar %(answerer)s.", **names) if request.turn else _("%(asker)s frågade %(answerer)s.", **names)


def _where(session: Session, request: ExchangeRequest) -> str:
    """Where it stands: whose turn it is, or how it ended, has been said already."""
    if request.turn is None:
        return ""
    told = _("Status: %(state)s.", state=_(request.state.label))
    if request.state is not State.QUEUED:
        return told
    return f"{told} {_('Nummer %(place)s i kön.', place=number(waiting.place_in_queue(session, request)))}"


def _leg(request: ExchangeRequest, leg: ExchangeLeg) -> LegRow:
    facts = [
        (_("Platser"), number(leg.places)),
        (_("Från och med"), longdate(leg.start) if leg.start else _("Går att börja när som helst")),
        (_("Till och med"), longdate(leg.end) if leg.end else ""),
        (_("Pris (exklusive moms)"), price_of_leg(leg.price, leg.price_kind, is_swap=len(request.legs) > 1)),
        (_("Rättslig grund"), _(leg.legal_basis.label)),
        (_("Villkor"), leg.terms),
    ]
    return LegRow(
        heading=_("%(giver)s ger: %(title)s", giver=giver_of(request, leg).name, title=leg.title),
        url=url_for("pages.intervention", public_id=leg.occasion.intervention.public_id),
        facts=tuple((label, text) for label, text in facts if text),
    )


def _besides(request: ExchangeRequest) -> str:
    if request.difference_from is None:
        return ""
    payer = organisation_of(request, request.difference_from)
    return _("%(who)s betalar %(amount)s i mellanskillnad.", who=payer.name, amount=kronor(request.difference))


def _money(proposal: Proposal, side: Side) -> str:
    """What a side pays; of a purchase the one who gives the places reads what it gets."""
    cost, income = proposal.cost_of(side), proposal.cost_of(side.other)
    if all(leg.giver is side for leg in proposal.legs):
        return _("Ni får %(amount)s, exklusive moms.", amount=kronor(income)) if income else ""
    if cost is not None:
        return _("Det kostar er %(amount)s, exklusive moms.", amount=kronor(cost)) if cost else _("Det kostar er inget.")
    if any(leg.giver is not side and leg.price_kind is PriceKind.AGREED for leg in proposal.legs):
        return _("Vad det kostar er bestäms enligt överenskommelse.")
    return _("Vad det kostar er går inte att räkna ut förrän det står från och med när och till och med när platserna gäller.")


def _used(request: ExchangeRequest) -> str:
    if request.places_used is None:
        return ""
    return ngettext("%(antal)s plats användes.", "%(antal)s platser användes.", request.places_used, antal=number(request.places_used))


def _used_form(request: ExchangeRequest, sides: Sequence[Side], pressed: tuple[Action, StepForm] | None) -> StepForm | None:
    """For a buyer who has not told yet, since the other side marked it as carried out."""
    if request.state is not State.COMPLETED or request.places_used is not None:
        return None
    if pressed is not None and pressed[0] is Action.COMPLETE:
        return pressed[1]
    buyer = next((side for side in sides if most_used(request, side) is not None), None)
    return forms.step_form(Action.COMPLETE, side=buyer, most_used=most_used(request, buyer)) if buyer else None


def _messages(viewer: Viewer, session: Session, request: ExchangeRequest, sides: Sequence[Side]) -> Iterator[MessageRow]:
    for message in message_queries.messages(viewer, session, request):
        by = who(viewer, request, message.side, message.who)
        yield MessageRow(message.at, by, message.text, is_note=message.is_internal, is_own=message.side in sides)


def _agreements(session: Session, request: ExchangeRequest) -> Iterator[tuple[str, str, str]]:
    for agreement in agreement_queries.of_request(session, request.id):
        words = _("Överenskommelse %(number)s", number=agreement.number)
        yield words, url_for("agreements.one", number=agreement.number), state_of(agreement)


def _links(request: ExchangeRequest) -> Iterator[tuple[str, str]]:
    if not pdf.missing():
        yield _("Hela förfrågan som PDF"), url_for("agreements.archive_as_pdf", number=request.id)
    yield _("Hela förfrågan som JSON"), url_for("agreements.archive_as_json", number=request.id)
