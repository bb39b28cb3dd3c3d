"""The shape of requests, counter-proposals and steps."""

import re
from decimal import Decimal, InvalidOperation

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Length, ValidationError

from insatsbas.core.forms import SwedishForm
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import lazy_gettext as _l
from insatsbas.exchange.states import Side
from insatsbas.exchange.terms import Leg, PriceKind

TERMS_MAX, WHY_MAX, PLACES_MAX = 2000, 1000, 999
PRICE_MAX = Decimal(1_000_000)
_KEY = re.compile(r"[\w-]{16,50}")
NO_SWAP = "inget"


class CountField(StringField):
    """A number of places. `count` is it, None when nothing is typed."""

    count: int | None = None

    def pre_validate(self, form: BaseForm) -> None:
        """Read the number.

        Raises:
            ValidationError: it is none, or not one that can be meant.
        """
        self.count = None
        if not self.data:
            return
        if not self.data.isascii() or not self.data.isdecimal() or not 1 <= int(self.data[:6]) <= PLACES_MAX:
            raise ValidationError(_("Skriv hur många platser, som ett tal från 1 till %(most)d.", most=PLACES_MAX))
        self.count = int(self.data)


class KronorField(StringField):
    """An amount in kronor. `amount` is it, None when nothing is typed."""

    amount: Decimal | None = None

    def pre_validate(self, form: BaseForm) -> None:
        """Read the amount.

        Raises:
            ValidationError: it is none, or more than can be meant.
        """
        self.amount = None
        plain = re.sub(r"\s|kr$", "", self.data or "").replace(",", ".")
        if not plain:
            return
        try:
            amount = Decimal(plain)
        except InvalidOperation:
            amount = Decimal(-1)
        if not (amount.is_finite() and 0 <= amount <= PRICE_MAX):
            raise ValidationError(_("Skriv beloppet i kronor, till exempel 18 500."))
        self.amount = amount.quantize(Decimal("0.01"))


class KeyedForm(SwedishForm):
    """A form that does something once, however often it is sent: the page has put a key of its own in it."""

    idempotency_key = HiddenField()

    def validate_idempotency_key(self, field: HiddenField) -> None:
        """Refuse a form that is not from a page of ours."""
        if not _KEY.fullmatch(field.data or ""):
            raise ValidationError(_("Sidan var för gammal. Ladda om den och försök igen."))


class RequestForm(KeyedForm):
    """A request for places: bought, swapped, or of an open offer."""

    fran = SelectField(_l("För vilken organisation frågar du?"))
    start = SelectField(_l("Vilken start gäller det?"))
    platser = CountField(_l("Hur många platser vill ni ha?"), [InputRequired(_l("Skriv hur många platser ni vill ha"))])
    pris_slag = SelectField(_l("Vad gäller priset för?"))
    pris = KronorField(_l("Pris (exklusive moms)"))
    byte = SelectField(_l("Vad ger ni i byte?"))
    byte_platser = CountField(_l("Hur många platser ger ni?"))
    mellanskillnad = KronorField(_l("Mellanskillnad i kronor"))
    betalar = RadioField(_l("Vem betalar mellanskillnaden?"), default="vi")
    grund = RadioField(_l("Vilken rättslig grund stöder ni er på?"), [InputRequired(_l("Välj rättslig grund"))])
    villkor = TextAreaField(_l("Villkor"), [Length(max=TERMS_MAX, message=_l("Skriv kortare: högst %(max)d tecken."))])

    def validate_pris(self, field: KronorField) -> None:
        """A price is told unless it is by agreement, or places are given in return."""
        is_told = field.amount is not None
        if self.pris_slag.data == PriceKind.AGREED and is_told:
            raise ValidationError(_("Lämna priset tomt när det är enligt överenskommelse."))
        if self.pris_slag.data != PriceKind.AGREED and not is_told and not self.takes_an_offer and not self.is_swap:
            raise ValidationError(_("Skriv priset, 0 om det inte kostar något, eller välj enligt överenskommelse."))

    def validate_byte_platser(self, field: CountField) -> None:
        """A swap tells how many places go the other way."""
        if self.is_swap and field.count is None:
            raise ValidationError(_("Skriv hur många platser ni ger i byte."))

    @property
    def is_swap(self) -> bool:
        """Whether places are given in return."""
        return bool(self.byte.data) and self.byte.data != NO_SWAP

    @property
    def takes_an_offer(self) -> bool:
        """Whether the start chosen is of an open offer, whose price is told already."""
        return str(self.start.data).startswith("erbjudande-")


class StepForm(KeyedForm):
    """What comes with a step that needs no proposal."""

    orsak = StringField(_l("Orsak"))
    varfor = TextAreaField(_l("Något mer att säga"), [Length(max=WHY_MAX, message=_l("Skriv kortare: högst %(max)d tecken."))])
    anvanda = CountField(_l("Hur många platser användes?"))


class LegForm(SwedishForm):
    """One leg of a counter-proposal."""

    start = SelectField(_l("Start"))
    platser = CountField(_l("Platser"), [InputRequired(_l("Skriv hur många platser"))])
    pris_slag = SelectField(_l("Priset gäller"))
    pris = KronorField(_l("Pris (exklusive moms)"))

    def validate_pris(self, field: KronorField) -> None:
        """A price is told exactly when it is not by agreement."""
        if (field.amount is None) != (self.pris_slag.data == PriceKind.AGREED):
            raise ValidationError(_("Skriv priset, 0 om det inte kostar något, eller välj enligt överenskommelse och lämna det tomt."))


class CounterForm(KeyedForm):
    """What a counter-proposal says beside its legs."""

    mellanskillnad = KronorField(_l("Mellanskillnad i kronor"))
    betalar = RadioField(_l("Vem betalar mellanskillnaden?"))
    villkor = TextAreaField(_l("Villkor"), [Length(max=TERMS_MAX, message=_l("Skriv kortare: högst %(max)d tecken."))])
    varfor = TextAreaField(_l("Varför ändrar ni?"), [Length(max=WHY_MAX, message=_l("Skriv kortare: högst %(max)d tecken."))])


def price_choices() -> list[tuple[str, str]]:
    """What a price can be for, in words."""
    return [(kind.value, _(kind.label).capitalize()) for kind in PriceKind]


def leg_form(sent: MultiDict[str, str] | None, leg: Leg, starts: list[tuple[str, str]], *, place: int) -> LegForm:
    """The form of a leg, filled in with how it is now where nothing was sent."""
    now = {
        "start": str(leg.occasion_id),
        "platser": str(leg.places),
        "pris_slag": leg.price_kind.value,
        "pris": "" if leg.price is None else f"{leg.price.normalize():f}".replace(".", ","),
    }
    form = LegForm(sent, prefix=f"del{place}-", data=now)
    form.start.choices, form.pris_slag.choices = starts, price_choices()
    return form


def payer(form: RequestForm | CounterForm, us: Side) -> Side | None:
    """Which side pays the money besides; None when there is none."""
    if not form.mellanskillnad.amount:
        return None
    return us if form.betalar.data == "vi" else us.other
