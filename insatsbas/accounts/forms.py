"""The shape of what is typed when one signs in or chooses a password."""

from wtforms import EmailField, PasswordField
from wtforms.validators import EqualTo, InputRequired

from insatsbas.accounts import passwords
from insatsbas.core.forms import SwedishForm
from insatsbas.core.i18n import lazy_gettext as _l


class SignInForm(SwedishForm):
    """Address and password. Named as browsers and password managers in Sweden see them."""

    epost = EmailField(_l("E-postadress"), [InputRequired(_l("Skriv din e-postadress"))])
    losenord = PasswordField(_l("Lösenord"), [InputRequired(_l("Skriv ditt lösenord"))])


class ForgottenForm(SwedishForm):
    """The address that a link is to be sent to."""

    epost = EmailField(_l("E-postadress"), [InputRequired(_l("Skriv din e-postadress"))])


def _new() -> PasswordField:
    return PasswordField(_l("Nytt lösenord"), [InputRequired(_l("Skriv ett nytt lösenord"))])


def _again() -> PasswordField:
    return PasswordField(_l("Samma lösenord igen"), [EqualTo("losenord", _l("Lösenorden är inte lika. Skriv samma i båda rutorna."))])


class ChooseForm(SwedishForm):
    """A new password, twice, since one does not see what one types."""

    losenord = _new()
    igen = _again()

    def is_good(self, *, known: tuple[str, ...]) -> bool:
        """Whether it has the right shape and is hard to guess; `known` are words that stand for the person."""
        if not self.validate():
            return False
        fault = passwords.fault(self.losenord.data or "", known=known)
        if fault:
            self.losenord.errors = [fault]
        return fault is None


class ChangeForm(ChooseForm):
    """The password that one has, and a new one. Named in the order of the page."""

    nuvarande = PasswordField(_l("Nuvarande lösenord"), [InputRequired(_l("Skriv det lösenord du har nu"))])
    losenord = _new()
    igen = _again()
