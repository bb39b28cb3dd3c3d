"""What is asked of the one who masks a text."""

from collections.abc import Iterator

from wtforms import BooleanField, Field, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from insatsbas.core.forms import SwedishForm
from insatsbas.core.i18n import lazy_gettext as _l
from insatsbas.keeping.masking.rules import Order

_TEXT_MAX, _OTHERS_MAX, _WHY_MAX = 200, 2000, 300


class MaskForm(SwedishForm):
    """A text and other ways of writing it. A personal number may be looked for, but not be the reason."""

    text = StringField(_l("Text som ska bort"), [DataRequired(_l("Skriv texten som ska bort")), Length(max=_TEXT_MAX)])
    andra = TextAreaField(_l("Andra sätt som texten kan vara skriven på"), [Length(max=_OTHERS_MAX)])
    skal = StringField(_l("Varför"), [DataRequired(_l("Skriv varför texten ska bort")), Length(max=_WHY_MAX)])
    hela_ord = BooleanField(_l("Bara hela ord"))
    namn = BooleanField(_l("Även namn på dem som har konto"))
    adresser = BooleanField(_l("Även e-postadresser som konton och brev har"))

    def order(self) -> Order:
        """What the form asks for."""
        return Order(
            texts=(self.text.data or "", *(self.andra.data or "").splitlines()),
            whole_words=self.hela_ord.data,
            names=self.namn.data,
            addresses=self.adresser.data,
        )

    def _texts(self) -> Iterator[Field]:
        return iter((self.skal,))
