"""From an agreement to its page. All that is shown of it comes from what was fixed, not from what has become of it since."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from insatsbas.core import clock, pdf
from insatsbas.core.i18n import gettext as _
from insatsbas.core.templating import longdate, number
from insatsbas.core.viewer import Role, Viewer
from insatsbas.exchange.agreement_forms import ReferenceForm
from insatsbas.exchange.agreement_page import AgreementPage, Line, Part
from insatsbas.exchange.agreement_rules import AgreementKind
from insatsbas.exchange.models import Agreement
from insatsbas.exchange.presenter import kronor, price_of_leg
from insatsbas.exchange.states import Action, CancelReason, Kind, Side
from insatsbas.exchange.terms import LegalBasis, PriceKind
from insatsbas.organisations.rules import OrganisationKind

Told = Mapping[str, Any]


def agreement_page(viewer: Viewer, agreement: Agreement, forms: Mapping[Side, ReferenceForm]) -> AgreementPage:
    """An agreement for somebody of one of its sides, with a form for each that they act for."""
    told: Told = agreement.content
    return AgreementPage(
        number=agreement.number,
        title=_("%(kind)s %(number)s", kind=_(AgreementKind(told["kind"]).label), number=agreement.number),
        lead=_lead(agreement),
        is_replaced=agreement.replaced_by is not None,
        parts=tuple(parts_of(told)),
        beside=tuple(_beside(agreement)),
        forms=[(side.value, _party(told, side)["name"], form) for side, form in forms.items()],
        links=tuple(_links(agreement)),
    )


def state_of(agreement: Agreement) -> str:
    """Whether it holds, in words."""
    if agreement.replaced_by is not None:
        return _("Ersatt av %(number)s", number=agreement.replaced_by.number)
    return _("Avbokad") if agreement.content["kind"] == AgreementKind.CANCELLATION else _("Gäller")


def parts_of(told: Told) -> Iterator[Part]:
    """What is fixed: parties, places, money, decisions. Of a deal that is off, the places that are no longer agreed on."""
    is_off = told["kind"] == AgreementKind.CANCELLATION
    for side in Side:
        party = _party(told, side)
        yield Part(_("Part: %(name)s", name=party["name"]), tuple(_party_lines(party)))
    for leg in told["legs"]:
        giver = _party(told, Side(leg["giver"]))["name"]
        heading = _("%(giver)s ger platser i %(title)s", giver=giver, title=leg["title"])
        if is_off:
            heading = _("Avbokas: platser hos %(giver)s i %(title)s", giver=giver, title=leg["title"])
        yield Part(heading, tuple(_leg_lines(leg, is_swap=len(told["legs"]) > 1)))
    if not is_off:
        yield Part(_("Pengar"), tuple(_money_lines(told)))
    if told["reason"] or told["why"]:
        reason = _(CancelReason(told["reason"]).label) if told["reason"] else ""
        yield Part(_("Orsak"), tuple(_known(((_("Orsak"), reason), (_("Med egna ord"), told["why"])))))
    for decision in told["decisions"]:
        name = _party(told, Side(decision["side"]))["name"]
        yield Part(_("Beslut av %(name)s", name=name), tuple(_decision_lines(decision)))


def _lead(agreement: Agreement) -> str:
    told = agreement.content
    what = {Kind.BUY: _("Köp av platser"), Kind.SWAP: _("Byte av platser"), Kind.SELL: _("Köp av erbjudna platser")}[Kind(told["trade"])]
    names = _("%(asker)s och %(answerer)s", asker=_party(told, Side.ASKER)["name"], answerer=_party(told, Side.ANSWERER)["name"])
    return _(
        "%(what)s mellan %(names)s, %(day)s. %(state)s.", what=what, names=names, day=_day_of(told["agreed_at"]), state=state_of(agreement)
    )


def _party(told: Told, side: Side) -> Mapping[str, str]:
    party: Mapping[str, str] = told["parties"][side.value]
    return party


def _party_lines(party: Mapping[str, str]) -> Iterator[Line]:
    number_of = party["organisation_number"] or _("Uppgift saknas")
    yield from _known(((_("Organisationsnummer"), number_of), (_("Slag"), _(OrganisationKind(party["kind"]).label))))


def _leg_lines(leg: Told, *, is_swap: bool) -> Iterator[Line]:
    price = Decimal(leg["price"]) if leg["price"] is not None else None
    amount = kronor(Decimal(leg["amount"])) if leg["amount"] is not None else _("Inte känt")
    yield from _known(
        (
            (_("Platser"), number(leg["places"])),
            (_("Start"), longdate(date.fromisoformat(leg["start"])) if leg["start"] else _("När som helst")),
            (_("Slut"), longdate(date.fromisoformat(leg["end"])) if leg["end"] else ""),
            (_("Pris (exklusive moms)"), price_of_leg(price, PriceKind(leg["price_kind"]), is_swap=is_swap)),
            (_("Summa (exklusive moms)"), amount),
            (_("Rättslig grund"), _(LegalBasis(leg["legal_basis"]).label)),
            (_("Villkor"), leg["terms"]),
        )
    )


def _money_lines(told: Told) -> Iterator[Line]:
    if told["difference_from"]:
        payer = _party(told, Side(told["difference_from"]))["name"]
        yield Line(_("Mellanskillnad"), _("%(payer)s betalar %(amount)s", payer=payer, amount=kronor(Decimal(told["difference"]))))
    for side in Side:
        cost = told["costs"][side.value]
        text = kronor(Decimal(cost)) if cost is not None else _("Inte känt")
        yield Line(_("%(name)s betalar sammanlagt (exklusive moms)", name=_party(told, side)["name"]), text)


def _decision_lines(decision: Told) -> Iterator[Line]:
    step = Action(decision["step"]).done if decision["step"] else ""
    role = decision["role"]
    yield from _known(
        (
            (_("Steg"), _(step) if step else _("Registrerade en överenskommelse som redan var gjord")),
            (_("Roll"), _(Role(role).label) if role else _("Uppgift saknas")),
            (_("Delegation"), decision["delegation"] or (_("Uppgift saknas") if role == Role.DECISION_MAKER else "")),
            (_("Datum"), _day_of(decision["at"])),
        )
    )


def _beside(agreement: Agreement) -> Iterator[Part]:
    known = {reference.side: reference for reference in agreement.references}
    for side in Side:
        found = known.get(side)
        lines = (
            (_("Diarienummer"), (found.diary if found else "") or _("Inte ifyllt")),
            (_("Fakturareferens"), (found.invoice if found else "") or _("Inte ifyllt")),
        )
        yield Part(_party(agreement.content, side)["name"], tuple(_known(lines)))


def form_of(agreement: Agreement, side: Side, sent: MultiDict[str, str] | None = None) -> ReferenceForm:
    """The form of a side, filled in with what it has written where nothing was sent."""
    found = next((reference for reference in agreement.references if reference.side is side), None)
    now = {"diarienummer": found.diary, "faktura": found.invoice} if found else {}
    return ReferenceForm(sent, data=now, prefix=f"{side.value}-")


def _links(agreement: Agreement) -> Iterator[tuple[str, str]]:
    if not pdf.missing():
        yield _("Hämta som PDF"), url_for("agreements.as_pdf", number=agreement.number)
    yield _("Hämta som JSON"), url_for("agreements.as_json", number=agreement.number)
    yield _("Förfrågan som ledde hit"), url_for("exchange.one", number=agreement.request_id)
    for other, text in ((agreement.replaces, _("Ersätter %(number)s")), (agreement.replaced_by, _("Ersatt av %(number)s"))):
        if other is not None:
            yield text % {"number": other.number}, url_for("agreements.one", number=other.number)


def _day_of(moment: str) -> str:
    return longdate(clock.local_day(datetime.fromisoformat(moment)))


def _known(pairs: Iterable[Sequence[str]]) -> Iterator[Line]:
    return (Line(label, text) for label, text in pairs if text)
