"""The shape of what is typed when one signs in."""

from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired

from insatsbas.core.forms import SwedishForm
from insatsbas.core.i18n import lazy_gettext as _l


class SignInForm(SwedishForm):
    """Address and password. Named as browsers and password managers in Sweden see them."""

    epost = EmailField(_l("E-postadress"), [InputRequired(_l("Skriv din e-postadress"))])
    losenord = PasswordField(_l("Lösenord"), [InputRequired(_l("Skriv ditt lösenord"))])
