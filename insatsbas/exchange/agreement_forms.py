"""What a side may write beside an agreement."""

from wtforms import StringField
from wtforms.validators import Length

from insatsbas.core.forms import SwedishForm
from insatsbas.core.i18n import lazy_gettext as _l

_LONGEST = 60
_SHORTER = _l("Skriv kortare: högst %(max)d tecken.")


class ReferenceForm(SwedishForm):
    """A side's own numbers of an agreement. Its prefix is the side, since one may act for both and have both on one page."""

    diarienummer = StringField(_l("Ert diarienummer"), [Length(max=_LONGEST, message=_SHORTER)])
    faktura = StringField(_l("Er fakturareferens"), [Length(max=_LONGEST, message=_SHORTER)])
