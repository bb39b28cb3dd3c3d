"""The shape of steps, and the fields that forms about places and money have in common."""

import re
import secrets
from datetime import date
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Length, StopValidation, ValidationError

from insatsbas.core import clock
from insatsbas.core.forms import DayField, SwedishForm
from insatsbas.core.forms import KronorField as AnyKronorField
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import lazy_gettext as _l
from insatsbas.exchange.states import Action, CancelReason, DeclineReason, Side
from insatsbas.exchange.terms import PriceKind

TERMS_MAX, WHY_MAX, PLACES_MAX = 2000, 1000, 999
PRICE_MAX = 1_000_000
# So many years from today in either direction lie the days that somebody can mean.
_YEARS = 5
# Who pays, as those who fill in a form say it.
US, THEM = "vi", "de"
_COUNT = re.compile(r"[0-9]{1,6}")
_KEY = re.compile(r"[\w-]{16,50}")
REASONS: dict[Action, type[DeclineReason] | type[CancelReason]] = {
    Action.DECLINE: DeclineReason,
    Action.ASK_TO_CANCEL: CancelReason,
}
# With these one may say why in words.
WITH_WHY = frozenset({*REASONS, Action.RETURN, Action.REFUSE_TO_CANCEL})


class CountField(StringField):
    """A number of places. `count` is it, None when nothing is typed; `least` and `most` are what can be meant."""

    count: int | None = None
    least, most = 1, PLACES_MAX

    def pre_validate(self, form: BaseForm) -> None:
        """Read the number.

        Raises:
            StopValidation: it is none, or not one that can be meant.
        """
        self.count = None
        if not self.data:
            return
        if not self.data.isascii() or not self.data.isdecimal() or not self.least <= int(self.data[:6]) <= self.most:
            raise StopValidation(_("Skriv hur många platser, som ett tal från %(least)d till %(most)d.", least=self.least, most=self.most))
        self.count = int(self.data)


class KronorField(AnyKronorField):
    """An amount in kronor that a deal on places can be about."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **{"most": PRICE_MAX, **named})


class OneOf:
    """What was chosen is still among what there is to choose."""

    def __init__(self, message: object) -> None:
        self.message = message

    def __call__(self, form: BaseForm, field: RadioField | SelectField) -> None:
        """Refuse what is not there to choose, and the empty line that only says that one chooses."""
        if not field.data or field.data not in {choice[0] for choice in field.choices or ()}:
            raise StopValidation(str(self.message))


class KeyedForm(SwedishForm):
    """A form that does something once, however often it is sent: the page has put a key of its own in it."""

    idempotency_key = HiddenField()

    def validate_idempotency_key(self, field: HiddenField) -> None:
        """Refuse a form that is not from a page of ours."""
        if not _KEY.fullmatch(field.data or ""):
            raise ValidationError(_("Sidan var för gammal. Ladda om den och försök igen."))


class SidedForm(KeyedForm):
    """A form that one side sends. `side` is which, where somebody who acts for both has been told by the page.

    `seen` is how many steps the page told of: what has been said since, its reader has not read.
    """

    sida = HiddenField()
    sedd = HiddenField()

    @property
    def side(self) -> Side | None:
        """The side that the page named."""
        return next((side for side in Side if side.value == self.sida.data), None)

    @property
    def seen(self) -> int | None:
        """The number of steps that the page told of; None when it did not say."""
        told = self.sedd.data or ""
        return int(told) if _COUNT.fullmatch(told) else None


class StepForm(SidedForm):
    """What comes with a step that needs no proposal."""

    orsak = SelectField(_l("Orsak"), [OneOf(_l("Välj en orsak."))], validate_choice=False)
    varfor = TextAreaField(_l("Något mer att säga"), [Length(max=WHY_MAX, message=_l("Skriv kortare: högst %(max)d tecken."))])
    anvanda = CountField(_l("Hur många platser användes?"), [InputRequired(_l("Skriv hur många platser som användes, 0 om ingen."))])


class DaysForm(SwedishForm):
    """What holds for the days of places, where they are others than the start's own. The fields stand where the form has them."""

    fran_och_med: DayField
    till_och_med: DayField

    def validate_fran_och_med(self, field: DayField) -> None:
        """A day that can be meant."""
        _refuse_far_off(field)

    def validate_till_och_med(self, field: DayField) -> None:
        """A day that can be meant, and not before the first."""
        _refuse_far_off(field)
        if field.day and self.fran_och_med.day and field.day < self.fran_och_med.day:
            raise ValidationError(_("Sista dagen kan inte vara före den första."))


class MessageForm(SidedForm):
    """A word to the other side, or a note for the own one."""

    ALL, OWN = "alla", "vi"

    lasare = RadioField(_l("Vem ska läsa?"), [OneOf(_l("Välj vem som ska läsa."))], validate_choice=False)
    text = TextAreaField(_l("Meddelande"))


def new_key() -> str:
    """A key for a form that is to do what it does once."""
    return secrets.token_urlsafe(24)


def price_choices() -> list[tuple[str, str]]:
    """What a price can be for, in words."""
    return [(kind.value, _(kind.label).capitalize()) for kind in PriceKind]


def plain_amount(amount: Decimal | None) -> str:
    """An amount as one would type it."""
    return "" if amount is None else f"{amount.normalize():f}".replace(".", ",")


def step_form(
    action: Action, *, side: Side | None, most_used: int | None, seen: int | None = None, sent: MultiDict[str, str] | None = None
) -> StepForm:
    """The form of a step, with the fields that it asks for; each on a page has its own ids. `most_used` None: it does not ask."""
    form = StepForm(
        sent, data={"idempotency_key": new_key(), "sida": side.value if side else "", "sedd": "" if seen is None else str(seen)}
    )
    form.orsak.choices = [("", _("Välj orsak")), *((reason.value, _(reason.label)) for reason in REASONS.get(action, ()))]
    if action not in REASONS:
        del form.orsak
    if action not in WITH_WHY:
        del form.varfor
    if most_used is None or action is not Action.COMPLETE:
        del form.anvanda
    else:
        form.anvanda.least, form.anvanda.most = 0, most_used
    for field in form:
        field.id = field.label.field_id = f"{field.name}-{action.value}"
    return form


def message_form(other: str, *, may_send: bool, side: Side | None, sent: MultiDict[str, str] | None = None) -> MessageForm:
    """The form of a message to the other side, by its name; until it may be sent there, of a note alone."""
    readers = [(MessageForm.OWN, _("Bara vi, som en intern anteckning"))]
    if may_send:
        readers.insert(0, (MessageForm.ALL, _("%(other)s och vi", other=other)))
    now = {"idempotency_key": new_key(), "sida": side.value if side else "", "lasare": readers[0][0]}
    form = MessageForm(sent, data=now)
    form.lasare.choices = readers
    return form


def _refuse_far_off(field: DayField) -> None:
    today: date = clock.today()
    if field.day and abs(field.day.year - today.year) > _YEARS:
        raise ValidationError(_("Skriv en dag som ligger högst %(years)d år bort.", years=_YEARS))
