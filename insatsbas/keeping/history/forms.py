"""What is asked of the one who puts a version back, and of the one who looks for events."""

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from insatsbas.core.forms import DayField, SwedishForm
from insatsbas.core.i18n import lazy_gettext as _l

_WHY_MAX = 500


class RestoreForm(SwedishForm):
    """Why a version is put back. `sedd` is the number of the latest version that was seen, so that nobody's change is undone unseen."""

    varfor = StringField(_l("Varför återställer du?"), [DataRequired(_l("Skriv varför du återställer versionen")), Length(max=_WHY_MAX)])
    sedd = HiddenField()


class EventsForm(SwedishForm):
    """Which events to show. All that is left empty means any."""

    handelse = SelectField(_l("Vad"), validate_choice=False)
    person = SelectField(_l("Vem"), validate_choice=False)
    organisation = SelectField(_l("Organisation"), validate_choice=False)
    om = StringField(_l("Gäller insatsen"))
    fran = DayField(_l("Från och med"))
    till = DayField(_l("Till och med"))
