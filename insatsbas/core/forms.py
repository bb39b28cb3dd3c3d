"""The base of every form: Swedish messages, spaces at the ends taken away, and no personal number in any field.

A form says what shape input has; whether it may be done is for rules and actions. `templates/components/forms.html` draws it.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import wtforms
from werkzeug.datastructures import MultiDict
from wtforms import Field, StringField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation, ValidationError

from insatsbas.core import personal_numbers
from insatsbas.core.i18n import gettext as _
from insatsbas.core.text import UNPRINTABLE

_AMOUNT = re.compile(r"[0-9]{1,10}(?:[.,][0-9]{1,2})?")


class SwedishForm(wtforms.Form):
    """A form in Swedish. Every text is stripped, and refused when something in it looks like a personal number."""

    class Meta:
        """How WTForms itself speaks, and what it does to every text."""

        locales = ("sv",)

        def bind_field(self, form: wtforms.Form, unbound: Any, options: dict[str, Any]) -> Any:
            """Strip what is typed in every text field, but for passwords."""
            if issubclass(unbound.field_class, StringField) and not issubclass(unbound.field_class, wtforms.PasswordField):
                tidy = _stripped if issubclass(unbound.field_class, wtforms.TextAreaField) else _on_one_line
                options = {**options, "filters": (*unbound.kwargs.get("filters", ()), tidy)}
                unbound = type(unbound)(unbound.field_class, *unbound.args, **{**unbound.kwargs, "filters": options.pop("filters")})
            return unbound.bind(form=form, **options)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the input has the right shape; refuses personal numbers wherever they stand."""
        for field in self:
            if isinstance(field, StringField) and isinstance(field.data, str) and not isinstance(field, wtforms.PasswordField):
                # What is asked for must be there when the spaces at its ends have gone.
                field.raw_data = field.raw_data and [field.data]
        fits = super().validate(extra_validators)
        for field in self:
            # A message that waits to be translated is no text yet, and would be passed over.
            field.errors = [error if isinstance(error, (str, list, dict)) else str(error) for error in field.errors]
        for field in self._texts():
            found = personal_numbers.find(field.data or "")
            if found:
                field.errors = [
                    *field.errors,
                    _("Ta bort %(number)s. Det ser ut som ett personnummer, och sådana får inte stå här.", number=found),
                ]
                fits = False
        return fits

    def faults(self) -> list[tuple[str, str]]:
        """The id of each field that has a fault, with what it is, in the order of the form. For the summary of errors."""
        return [(_place(field), str(error)) for field in self for error in field.errors if isinstance(error, str)]

    def _texts(self) -> Iterator[Field]:
        return (field for field in self if isinstance(field, StringField) and not isinstance(field, wtforms.PasswordField))


def _place(field: Field) -> str:
    """Where a fault can be mended: nowhere, when the field is not seen."""
    return "" if isinstance(field, wtforms.HiddenField) else str(field.id)


class DayField(StringField):
    """A day, typed as 2027-01-18 in one text field. `day` is the date, None when nothing is typed."""

    day: date | None = None

    def pre_validate(self, form: BaseForm) -> None:
        """Read the day.

        Raises:
            ValidationError: it is no day.
        """
        self.day = None
        if not self.data:
            return
        try:
            self.day = date.fromisoformat(self.data)
        except ValueError as error:
            raise ValidationError(_("Skriv dagen som år-månad-dag, till exempel 2027-01-18.")) from error


class KronorField(StringField):
    """An amount in kronor, typed as 18 500 or 18500,50 kr. `amount` is it, None when nothing is typed; `most` can be meant."""

    amount: Decimal | None = None

    def __init__(self, *args: Any, most: int = 1_000_000_000, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most

    def pre_validate(self, form: BaseForm) -> None:
        """Read the amount.

        Raises:
            StopValidation: it is none, or more than can be meant.
        """
        self.amount = None
        plain = re.sub(r"\s|kr$", "", self.data or "")
        if not plain:
            return
        amount = Decimal(plain.replace(",", ".")) if _AMOUNT.fullmatch(plain) else None
        if amount is None or amount > self.most:
            raise StopValidation(_("Skriv beloppet i kronor, till exempel 18 500."))
        self.amount = amount.quantize(Decimal("0.01"))


def _stripped(text: str | None) -> str:
    return (text or "").strip()


def _on_one_line(text: str | None) -> str:
    """What has one line on the page has one in a letter too: nobody writes more of it than its field is for."""
    return " ".join((text or "").splitlines()).strip()


def posted(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """What a browser sent, without the line ends of Windows that it puts in, and without what no page, file or database can hold."""
    return MultiDict((name, _readable(value)) for name, value in form.items(multi=True))


def _readable(text: str) -> str:
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
