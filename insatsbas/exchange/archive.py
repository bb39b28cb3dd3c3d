"""A whole request as its side keeps it: what was on the table, each step, what was said, what was agreed on. As JSON, and as a document.

Of the internal notes only those of the own side are in it; who took a step, and why something was handed back, only for the own side's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from insatsbas.core import clock
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.templating import longdate, number
from insatsbas.core.viewer import Role, Viewer
from insatsbas.exchange import agreement_queries, message_queries, queries
from insatsbas.exchange.agreement_page import ArchivePage, Line, Part
from insatsbas.exchange.agreement_presenter import parts_of
from insatsbas.exchange.models import Agreement, ExchangeMessage, ExchangeRequest, ExchangeStep
from insatsbas.exchange.presenter import days_in_words, price_in_words
from insatsbas.exchange.states import Action, CancelReason, DeclineReason, Kind, Side, State
from insatsbas.exchange.terms import PriceKind

FORMAT = "insatsbas.arkiv.1"
Told = Mapping[str, Any]


def content(viewer: Viewer, session: Session, request: ExchangeRequest) -> dict[str, Any]:
    """The request as plain values, for a side of it."""
    own = queries.sides_of(viewer, request)
    return {
        "format": FORMAT,
        "request": request.id,
        "trade": request.kind.value,
        "state": request.state.value,
        "taken_out_at": clock.now().isoformat(),
        "taken_out_for": [side.value for side in own],
        "parties": {
            side.value: {"name": known.name, "organisation_number": known.number}
            for side, known in ((Side.ASKER, request.asker), (Side.ANSWERER, request.answerer))
        },
        "created_at": request.created_at.isoformat(),
        "answer_by": request.answer_by.isoformat() if request.answer_by else None,
        "places_used": request.places_used,
        "history": [_step(step, own) for step in request.steps],
        "messages": [_message(message, own) for message in message_queries.messages(viewer, session, request)],
        "agreements": [_agreement(agreement) for agreement in agreement_queries.of_request(session, request.id)],
    }


def _step(step: ExchangeStep, own: Sequence[Side]) -> dict[str, Any]:
    # Why a decision-maker handed something back is said within the own side.
    is_ours = step.side in own
    return {
        "number": step.number,
        "at": step.at.isoformat(),
        "side": step.side.value if step.side else None,
        "who": step.who if is_ours else "",
        "role": step.role.value if step.role else None,
        "delegation": step.delegation,
        "is_decision": step.is_decision,
        "step": step.action.value if step.action else None,
        "from": step.before.value if step.before else None,
        "to": step.after.value,
        "reason": step.reason,
        "why": step.why if is_ours or step.action is not Action.RETURN else "",
        "proposal": step.proposal,
    }


def _message(message: ExchangeMessage, own: Sequence[Side]) -> dict[str, Any]:
    return {
        "at": message.at.isoformat(),
        "side": message.side.value,
        "who": message.who if message.side in own else "",
        "internal": message.is_internal,
        "text": message.text,
    }


def _agreement(agreement: Agreement) -> dict[str, Any]:
    beside = {known.side.value: {"diary": known.diary, "invoice": known.invoice} for known in agreement.references}
    return {**agreement.content, "references": beside}


def page(told: Told) -> ArchivePage:
    """The same as a document."""
    return ArchivePage(_("Förfrågan %(number)d", number=told["request"]), tuple(_parts(told)))


def _parts(told: Told) -> Iterator[Part]:
    names = {side: party["name"] for side, party in told["parties"].items()}
    state = _(State(told["state"]).label)
    facts = [
        (_("Slag"), _(Kind(told["trade"]).label)),
        *((_("Den som frågar") if side == Side.ASKER else _("Den som svarar"), _named(party)) for side, party in told["parties"].items()),
        (_("Status"), state),
        (_("Skapad"), _moment(told["created_at"])),
        (_("Svara senast"), longdate(date.fromisoformat(told["answer_by"])) if told["answer_by"] else ""),
        (_("Använda platser"), "" if told["places_used"] is None else number(told["places_used"])),
        (_("Uttagen"), _moment(told["taken_out_at"])),
    ]
    yield Part(_("Förfrågan"), _lines(facts))
    for step in told["history"]:
        yield Part(_("Steg %(number)d", number=step["number"]), _lines(_step_lines(step, names)))
    for message in told["messages"]:
        heading = _("Intern anteckning") if message["internal"] else _("Meddelande")
        yield Part(heading, _lines([*_by(message, names), (_("Text"), message["text"])]))
    for agreement in told["agreements"]:
        yield Part(_("Överenskommelse %(number)s", number=agreement["number"]), _lines(_references(agreement, names)))
        yield from parts_of(agreement)


def _step_lines(step: Told, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from _by(step, names)
    yield _("Steg"), _(Action(step["step"]).done) if step["step"] else _begun(step)
    yield _("Roll"), _(Role(step["role"]).label) if step["role"] else ""
    yield _("Delegation"), step["delegation"]
    yield _("Därefter"), _(State(step["to"]).label)
    yield _("Orsak"), _reason(step["reason"])
    yield _("Med egna ord"), step["why"]
    for leg in step["proposal"]["legs"]:
        places = ngettext("%(antal)d plats", "%(antal)d platser", leg["places"], antal=leg["places"])
        price = price_in_words(Decimal(leg["price"]) if leg["price"] is not None else None, PriceKind(leg["price_kind"]))
        days = days_in_words(*(date.fromisoformat(day) if day else None for day in (leg["start"], leg["end"])))
        told = f"{places}, {price}, {days}"
        yield _("På bordet"), f"{names[leg['giver']]}, {leg['title']}: {told}"


def _begun(step: Told) -> str:
    return _("Överenskommelsen registrerades") if step["to"] == State.REPORTED else _("Förfrågan skrevs")


def _by(told: Told, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield _("När"), _moment(told["at"])
    yield _("Vem"), ", ".join(part for part in (told["who"], names.get(told["side"], _("Systemet"))) if part)


def _reason(code: str) -> str:
    known = {reason.value: reason.label for kind in (CancelReason, DeclineReason) for reason in kind}
    return _(known[code]) if code in known else ""


def _references(agreement: Told, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for side, known in agreement["references"].items():
        yield _("Diarienummer, %(name)s", name=names[side]), known["diary"]
        yield _("Fakturareferens, %(name)s", name=names[side]), known["invoice"]


def _named(party: Told) -> str:
    return f"{party['name']}, {party['organisation_number']}" if party["organisation_number"] else str(party["name"])


def _moment(text: str) -> str:
    local = clock.local(datetime.fromisoformat(text))
    return f"{longdate(local.date())} {local:%H.%M}"


def _lines(pairs: Iterable[tuple[str, str]]) -> tuple[Line, ...]:
    return tuple(Line(label, text) for label, text in pairs if text)
