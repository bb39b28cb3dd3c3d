"""What was typed and could not be received, because the session had ended or the page was old: carried on until it can be sent again.

It goes nowhere but back to the browser, sealed in a field of the page for signing in, and only what a page of our own has sent is
carried: another site cannot lay its words in a form that somebody then sends as theirs. Passwords and files are not carried.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, render_template, request, url_for
from itsdangerous import BadData, URLSafeSerializer

from insatsbas.accounts.forms import SignInForm
from insatsbas.accounts.rules import is_own_path
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _

_MOST_FIELDS, _MOST_LETTERS = 1000, 300_000
_TOKEN = "csrf_token"  # noqa: S105 - the name of a field


@dataclass(frozen=True, slots=True)
class Unsent:
    """Where it was to be sent, the fields, and whether files were chosen that must be chosen again."""

    path: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool

    @property
    def shown(self) -> tuple[str, ...]:
        """What somebody wrote themselves, as far as one can tell: for them to see that it is there."""
        return tuple(text for _name, text in self.fields if " " in text.strip())


def ask_to_sign_in() -> tuple[str, int]:
    """The page for signing in, with what was typed."""
    sealed = _sealed()
    back = "" if sealed else _came_from()
    return render_template("accounts/sign_in.html", form=SignInForm(), on=back, sealed=sealed, faults=(), notice=_ended(sealed)), 401


def ask_to_send_again() -> tuple[str, int]:
    """A page that says why the form was not received, with what was typed."""
    return render_template("accounts/send_again.html", unsent=opened(_sealed()), back=_came_from() or url_for("pages.start")), 400


def opened(sealed: str) -> Unsent | None:
    """What was sealed, if we did it."""
    try:
        path, fields, had_files = _sealer().loads(sealed)
    except BadData:
        return None
    return Unsent(path, tuple((name, text) for name, text in fields), had_files)


def _ended(sealed: str) -> str:
    if sealed:
        return _("Du är inte längre inloggad. Det du skrev finns kvar: logga in, så kan du skicka det.")
    return _("Du är inte inloggad. Logga in och försök igen.")


def _sealed() -> str:
    fields = [(name, text) for name, text in posted(request.form).items(multi=True) if name != _TOKEN]
    is_small = len(fields) <= _MOST_FIELDS and sum(len(name) + len(text) for name, text in fields) <= _MOST_LETTERS
    # The forms of this feature hold passwords, and little that takes long to type.
    if not fields or not is_small or request.blueprint == "accounts" or not _is_from_our_own_page():
        return ""
    path = request.full_path.rstrip("?")
    sealed: str = _sealer().dumps((path, fields, any(file.filename for file in request.files.values())))
    return sealed


def _is_from_our_own_page() -> bool:
    told = request.headers.get("Sec-Fetch-Site")
    if told is not None:
        return told == "same-origin"
    return urlsplit(request.headers.get("Origin") or request.referrer or "").netloc == request.host


def _came_from() -> str:
    parts = urlsplit(request.referrer or "")
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path if parts.netloc == request.host and is_own_path(path) else ""


def _sealer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="unsent form")
