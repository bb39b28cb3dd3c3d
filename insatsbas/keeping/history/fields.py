"""What the fields of an intervention are called, and how each is read: the same words as on its page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from insatsbas.catalogue.rules import EndReason, Form, Level, PauseReason, Status, TermKind
from insatsbas.catalogue.snapshot import Content
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.templating import longdate, number
from insatsbas.core.text import N_


@dataclass(frozen=True, slots=True)
class Names:
    """What codes are called now. What has no name any more is called by its code."""

    needs: Mapping[str, str]
    terms: Mapping[tuple[str, str], str]
    municipalities: Mapping[str, str]
    organisations: Mapping[str, str]
    interventions: Mapping[int, str]


class Shape(Enum):
    """How a field is read: as running text, as items of which each may be changed in part, or as items that are there or not."""

    TEXT = auto()
    ROWS = auto()
    ITEMS = auto()


Reader = Callable[[Content, Names], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Field:
    """A field: what it is called, how it is read, and the names under which a snapshot keeps it."""

    label: str
    shape: Shape
    read: Reader
    kept_as: str


def _text(name: str) -> Reader:
    return lambda content, _names: [content[name]] if content[name] else []


def _code(name: str, enum: type[Status] | type[Form] | type[EndReason] | type[PauseReason]) -> Reader:
    return lambda content, _names: [_(enum(content[name]).label)] if content[name] else []


def _level(name: str) -> Reader:
    return lambda content, _names: [] if content[name] is None else [_(Level(content[name]).label)]


def _price(content: Content, _names: Names) -> Sequence[str]:
    price = content["place_price"]
    return [] if price is None else [_("%(amount)s kr", amount=number(Decimal(price)))]


def _cost(content: Content, _names: Names) -> Sequence[str]:
    cost = content["participant_cost"]
    if cost is None:
        return []
    return [_("%(amount)s kr", amount=number(Decimal(cost))) if Decimal(cost) else _("Kostar inget för deltagaren")]


def _yes(name: str) -> Reader:
    return lambda content, _names: [_("Ja") if content[name] else _("Nej")]


def _named(name: str, called: Callable[[Names], Mapping[Any, str]]) -> Reader:
    return lambda content, names: sorted(called(names).get(code, code) for code in content[name])


def _terms(kind: TermKind) -> Reader:
    return lambda content, names: sorted(names.terms.get((k, code), code) for k, code in content["terms"] if k == kind.value)


def _other(name: str) -> Reader:
    def read(content: Content, names: Names) -> Sequence[str]:
        number_of = content[name]
        return [] if number_of is None else [names.interventions.get(number_of, _("En insats som inte finns längre"))]

    return read


def _hours(content: Content, _names: Names) -> Sequence[str]:
    hours = content["hours_per_week"]
    return [] if hours is None else [number(Decimal(hours))]


def _outcomes(content: Content, _names: Names) -> Sequence[str]:
    return [f"{label}: {_('färre än fem') if count is None else number(count)}" for label, count in content["outcomes"]]


def _occasions(content: Content, _names: Names) -> Sequence[str]:
    return [occasion(facts) for facts in content["occasions"]]


def occasion(facts: Content) -> str:
    """A start in a line: its days, where it is, and its places."""
    first = longdate(date.fromisoformat(facts["start"])) if facts["start"] else _("Går att börja när som helst")
    parts = [_("%(first)s till %(last)s", first=first, last=longdate(date.fromisoformat(facts["end"]))) if facts["end"] else first]
    if facts["apply_by"]:
        parts.append(_("anmäl senast %(day)s", day=longdate(date.fromisoformat(facts["apply_by"]))))
    parts += [_("adressen lämnas vid kontakt")] if facts["address_on_request"] else [p for p in (facts["place"], facts["address"]) if p]
    if facts["places"] is not None:
        parts.append(ngettext("%(antal)s plats", "%(antal)s platser", facts["places"], antal=number(facts["places"])))
    if facts["taken"] is not None:
        parts.append(_("%(count)s tagna av egna deltagare", count=number(facts["taken"])))
    return ", ".join(parts)


FIELDS: tuple[Field, ...] = (
    Field(N_("Namn"), Shape.TEXT, _text("title"), "title"),
    Field(N_("Status"), Shape.ITEMS, _code("status", Status), "status"),
    Field(N_("Varför insatsen avslutades"), Shape.ITEMS, _code("end_reason", EndReason), "end_reason"),
    Field(N_("Varför insatsen är pausad"), Shape.ITEMS, _code("pause_reason", PauseReason), "pause_reason"),
    Field(N_("Kort om insatsen"), Shape.TEXT, _text("summary"), "summary"),
    Field(N_("Om insatsen"), Shape.TEXT, _text("description"), "description"),
    Field(N_("Behov"), Shape.ITEMS, _named("needs", lambda names: names.needs), "needs"),
    Field(N_("Anordnas av"), Shape.ITEMS, lambda content, n: [n.organisations.get(content["owner"], content["owner"])], "owner"),
    Field(N_("Så får deltagaren en plats"), Shape.ITEMS, _terms(TermKind.WAY_IN), "terms"),
    Field(N_("Kontakt"), Shape.TEXT, _text("contact"), "contact"),
    Field(N_("Ges i"), Shape.ITEMS, _named("given_in", lambda names: names.municipalities), "given_in"),
    Field(N_("Öppen för deltagare från"), Shape.ITEMS, _named("open_for", lambda names: names.municipalities), "open_for"),
    Field(N_("Vem får delta"), Shape.ITEMS, _terms(TermKind.ELIGIBILITY), "terms"),
    Field(N_("Passar för"), Shape.ITEMS, _terms(TermKind.AUDIENCE), "terms"),
    Field(N_("Förkunskaper"), Shape.TEXT, _text("prerequisites"), "prerequisites"),
    Field(N_("Språknivå som krävs"), Shape.ITEMS, _level("level_required"), "level_required"),
    Field(N_("Leder till"), Shape.ITEMS, _level("level_reached"), "level_reached"),
    Field(N_("Form"), Shape.ITEMS, _code("form", Form), "form"),
    Field(N_("Tid"), Shape.ITEMS, _terms(TermKind.TIME), "terms"),
    Field(N_("Timmar i veckan"), Shape.ITEMS, _hours, "hours_per_week"),
    Field(N_("Längd"), Shape.TEXT, _text("length"), "length"),
    Field(N_("Språk"), Shape.ITEMS, _terms(TermKind.LANGUAGE), "terms"),
    Field(N_("Stöd"), Shape.ITEMS, _terms(TermKind.SUPPORT), "terms"),
    Field(N_("Går att börja när som helst"), Shape.ITEMS, _yes("rolling"), "rolling"),
    Field(N_("Alla starter"), Shape.ROWS, _occasions, "occasions"),
    Field(N_("Kostnad"), Shape.ITEMS, _cost, "participant_cost"),
    Field(N_("Pris per plats (exklusive moms)"), Shape.ITEMS, _price, "place_price"),
    Field(N_("Länkar"), Shape.ITEMS, lambda content, _names: content["links"], "links"),
    Field(N_("Lärdomar"), Shape.ROWS, lambda content, _names: content["lessons"], "lessons"),
    Field(N_("Så har det gått"), Shape.ROWS, _outcomes, "outcomes"),
    Field(N_("Vem vet mer"), Shape.TEXT, _text("knows_more"), "knows_more"),
    Field(N_("Föregångare"), Shape.ITEMS, _other("forerunner_id"), "forerunner_id"),
    Field(N_("Texten är gjord efter"), Shape.ITEMS, _other("template_id"), "template_id"),
    Field(N_("Senast känd"), Shape.ITEMS, lambda c, _names: [str(c["last_known"])] if c["last_known"] else [], "last_known"),
    Field(N_("Exempel"), Shape.ITEMS, _yes("is_example"), "is_example"),
)
