"""The shape of a counter-proposal: a part for the places of each side, and what goes besides."""

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from insatsbas.core.forms import DayField
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import lazy_gettext as _l
from insatsbas.exchange.forms import (
    TERMS_MAX,
    THEM,
    US,
    WHY_MAX,
    CountField,
    DaysForm,
    KronorField,
    OneOf,
    SidedForm,
    new_key,
    plain_amount,
    price_choices,
)
from insatsbas.exchange.states import Side
from insatsbas.exchange.terms import Leg, PriceKind, Proposal

_LONG = _l("Skriv kortare: högst %(max)d tecken.")


class LegForm(DaysForm):
    """The places of one side."""

    start = SelectField(_l("Start"), [OneOf(_l("Den start du valde finns inte längre. Välj en annan."))], validate_choice=False)
    platser = CountField(_l("Platser"), [InputRequired(_l("Skriv hur många platser ni vill ha"))])
    pris = KronorField(_l("Pris (exklusive moms)"))
    pris_slag = SelectField(_l("Priset gäller"), [OneOf(_l("Välj vad priset gäller för."))], validate_choice=False)
    fran_och_med = DayField(_l("Från och med"))
    till_och_med = DayField(_l("Till och med"))

    def validate_pris(self, field: KronorField) -> None:
        """A price is told exactly when it is not by agreement."""
        if (field.amount is None) != (self.pris_slag.data == PriceKind.AGREED):
            raise ValidationError(_("Skriv priset, 0 om det inte kostar något, eller välj enligt överenskommelse och lämna det tomt."))


class CounterForm(SidedForm):
    """What a counter-proposal says beside its legs."""

    mellanskillnad = KronorField(_l("Mellanskillnad i kronor"))
    betalar = RadioField(_l("Vem betalar mellanskillnaden?"), [OneOf(_l("Välj vem som betalar."))], validate_choice=False)
    villkor = TextAreaField(_l("Villkor"), [Length(max=TERMS_MAX, message=_LONG)])
    varfor = TextAreaField(_l("Varför ändrar ni?"), [Length(max=WHY_MAX, message=_LONG)])


def leg_form(leg: Leg, starts: Sequence[tuple[str, str]], *, place: int, is_swap: bool, sent: MultiDict[str, str] | None) -> LegForm:
    """The form of a leg, filled in with how it is now where nothing was sent. What is swapped without a price has none."""
    now = {
        "start": str(leg.occasion_id),
        "platser": str(leg.places),
        "pris_slag": leg.price_kind.value,
        "pris": plain_amount(leg.price),
        "fran_och_med": leg.start.isoformat() if leg.start else "",
        "till_och_med": leg.end.isoformat() if leg.end else "",
    }
    form = LegForm(sent, prefix=f"del{place}-", data=now)
    form.start.choices, form.pris_slag.choices = list(starts), price_choices()
    if is_swap and leg.price == 0:
        del form.pris
        del form.pris_slag
    return form


def counter_form(proposal: Proposal, side: Side, seen: int, sent: MultiDict[str, str] | None) -> CounterForm:
    """The form of the rest, filled in in the same way. Money besides goes with a swap alone."""
    now = {
        "idempotency_key": new_key(),
        "sida": side.value,
        "sedd": str(seen),
        "mellanskillnad": plain_amount(proposal.difference) if proposal.difference else "",
        "betalar": US if proposal.difference_from in (None, side) else THEM,
        "villkor": proposal.legs[0].terms,
    }
    form = CounterForm(sent, data=now)
    form.betalar.choices = [(US, _("Vi")), (THEM, _("De"))]
    if len(proposal.legs) == 1:
        del form.mellanskillnad
        del form.betalar
    return form
