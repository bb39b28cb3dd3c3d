"""The shape of an offer of places to others."""

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Length, ValidationError

from insatsbas.core.forms import DayField, SwedishForm
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import lazy_gettext as _l
from insatsbas.exchange.forms import TERMS_MAX, CountField, KronorField, price_choices
from insatsbas.exchange.terms import PriceKind

ALL, SOME = "alla", "namngivna"


class ChangeForm(SwedishForm):
    """What can be changed of an offer: number, price, terms, until when."""

    platser = CountField(_l("Hur många platser erbjuder ni?"), [InputRequired(_l("Skriv hur många platser ni erbjuder"))])
    pris = KronorField(_l("Pris (exklusive moms)"))
    # Said when the form is made, in the language of whoever reads it.
    pris_slag = SelectField(_l("Vad gäller priset för?"), choices=price_choices)
    villkor = TextAreaField(_l("Villkor"), [Length(max=TERMS_MAX, message=_l("Skriv kortare: högst %(max)d tecken."))])
    till_och_med = DayField(_l("Erbjudandet gäller till och med"))
    haller = BooleanField(_l("Håll platserna för den som frågar, tills ni har svarat"))

    def validate_pris(self, field: KronorField) -> None:
        """A price is told exactly when it is not by agreement."""
        if (field.amount is None) != (self.pris_slag.data == PriceKind.AGREED):
            raise ValidationError(_("Skriv priset, 0 om det inte kostar något, eller välj enligt överenskommelse och lämna det tomt."))


class OfferForm(ChangeForm):
    """A new offer: of which start, to whom, and all that can be changed later."""

    start = SelectField(_l("Vilken start gäller det?"))
    till = RadioField(_l("Vilka får fråga?"), default=ALL)
    organisationer = SelectMultipleField(_l("Vilka organisationer?"))

    def validate_organisationer(self, field: BaseForm) -> None:
        """Who is named, is named; and nobody is, where all may ask: what was meant for some is not told all by mistake."""
        if self.till.data == SOME and not field.data:
            raise ValidationError(_("Välj minst en organisation."))
        if self.till.data == ALL and field.data:
            raise ValidationError(_("Välj ”Bara de som vi väljer”, eller ta bort kryssen: nu får alla fråga."))


class AgainForm(SwedishForm):
    """How many places are offered when an offer is opened again."""

    platser = CountField(_l("Hur många platser erbjuder ni?"), [InputRequired(_l("Skriv hur många platser ni erbjuder"))])
