"""The shape of a request for places. Each way of asking has the fields that it needs, and no others."""

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
    CountField,
    DaysForm,
    KeyedForm,
    KronorField,
    OneOf,
    new_key,
    plain_amount,
    price_choices,
)
from insatsbas.exchange.offers import is_offer_key
from insatsbas.exchange.starting import Table, Way
from insatsbas.exchange.terms import PriceKind

NO_SWAP = "inget"
_GONE = _l("Den start du valde går inte längre att fråga om. Välj en annan.")


class AskForm(KeyedForm):
    """What every way of asking asks for first."""

    till = SelectField(_l("Vilken organisation har fått platserna?"), [OneOf(_l("Välj organisation."))], validate_choice=False)
    start = SelectField(_l("Vilken start gäller det?"), [OneOf(_GONE)], validate_choice=False)
    platser = CountField(_l("Hur många platser gäller det?"), [InputRequired(_l("Skriv hur många platser det gäller"))])

    @property
    def takes_an_offer(self) -> bool:
        """Whether the start chosen is of an open offer, whose price is told already."""
        return is_offer_key(str(self.start.data))

    @property
    def is_swap(self) -> bool:
        """Whether places are given in return."""
        return False


class PricedForm(AskForm):
    """With a price for each place."""

    pris = KronorField(_l("Pris (exklusive moms)"))
    pris_slag = SelectField(_l("Vad gäller priset för?"), [OneOf(_l("Välj vad priset gäller för."))], validate_choice=False)

    def validate_pris(self, field: KronorField) -> None:
        """A price is told unless it is by agreement, or the offer's, or places are given in return."""
        is_told, by_agreement = field.amount is not None, self.pris_slag.data == PriceKind.AGREED
        if self.takes_an_offer:
            return
        if by_agreement and is_told:
            raise ValidationError(_("Lämna priset tomt när det är enligt överenskommelse."))
        if not by_agreement and not is_told and not self.is_swap:
            raise ValidationError(_("Skriv priset, 0 om det inte kostar något, eller välj enligt överenskommelse."))


class SwappedForm(AskForm):
    """With places in return, and a difference in money."""

    byte = SelectField(_l("Vad ger ni i byte?"), [OneOf(_l("Välj vad ni ger i byte."))], validate_choice=False)
    byte_platser = CountField(_l("Hur många platser ger ni?"))
    mellanskillnad = KronorField(_l("Mellanskillnad i kronor"))
    betalar = RadioField(_l("Vem betalar mellanskillnaden?"), [OneOf(_l("Välj vem som betalar."))], validate_choice=False, default=US)

    def validate_byte_platser(self, field: CountField) -> None:
        """A swap tells how many places go the other way; what is none, does not."""
        if self.is_swap and field.count is None:
            raise ValidationError(_("Skriv hur många platser ni ger i byte."))
        if not self.is_swap and field.count is not None:
            raise ValidationError(_("Välj vad ni ger i byte, eller lämna antalet tomt."))

    @property
    def is_swap(self) -> bool:
        """Whether places are given in return."""
        return bool(self.byte.data) and self.byte.data != NO_SWAP


class GroundedForm(DaysForm):
    """What every way of asking asks for last: other days than the start's, the legal ground, the terms."""

    fran_och_med = DayField(_l("Från och med"))
    till_och_med = DayField(_l("Till och med"))
    grund = RadioField(
        _l("Vilken rättslig grund stöder ni er på?"),
        [InputRequired(_l("Välj rättslig grund")), OneOf(_l("Välj rättslig grund"))],
        validate_choice=False,
    )
    villkor = TextAreaField(_l("Villkor"), [Length(max=TERMS_MAX, message=_l("Skriv kortare: högst %(max)d tecken."))])


class BuyForm(PricedForm, GroundedForm):
    """Places for money."""


class SwapForm(SwappedForm, GroundedForm):
    """Places for places."""


class ReportForm(PricedForm, SwappedForm, GroundedForm):
    """A deal made already: it can be either."""


Asked = BuyForm | SwapForm | ReportForm


def ask_form(way: Way, table: Table, *, start: str | None = None, sent: MultiDict[str, str] | None = None) -> Asked:
    """The form of a way of asking, with what there is to choose. `start` is what the page came from."""
    # A swap is of no offer: that has its price.
    starts = [known for known in table.starts if way is not Way.SWAP or known.offer is None]
    keys = [known.key for known in starts]
    chosen = start if start in keys else keys[0] if keys else None
    of_an_offer = any(known.key == chosen and known.offer for known in starts)
    now = {
        "idempotency_key": new_key(),
        "start": chosen,
        # Of an offer the price is told already; what is told of may be a swap, which has none.
        "pris": "" if of_an_offer or (way is Way.REPORT and not table.gives) else plain_amount(table.row.place_price),
        "pris_slag": PriceKind.PLACE.value,
        "grund": table.bases[0].value if len(table.bases) == 1 else None,
    }
    form = {Way.BUY: BuyForm, Way.SWAP: SwapForm, Way.REPORT: BuyForm if table.gives else ReportForm}[way](sent, data=now)
    form.start.choices = [(known.key, known.label) for known in starts]
    form.grund.choices = [(basis.value, _(basis.label)) for basis in table.bases]
    if isinstance(form, PricedForm):
        form.pris_slag.choices = price_choices()
    if isinstance(form, SwappedForm):
        first = ("", _("Välj start")) if way is Way.SWAP else (NO_SWAP, _("Inget, det är inget byte"))
        form.byte.choices = [first, *((known.key, known.label) for known in table.given)]
        form.betalar.choices = [(US, _("Vi")), (THEM, _("De"))]
    if table.gives:
        form.till.choices = [("", _("Välj organisation")), *((taker.slug, taker.name) for taker in table.takers)]
    else:
        del form.till
    return form
