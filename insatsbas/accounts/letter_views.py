"""The letters of an installation that sends none, for whoever tries it on their own computer."""

import re

from flask import abort, render_template, request
from markupsafe import Markup, escape

from insatsbas.accounts.blueprint import blueprint
from insatsbas.accounts.guard import access
from insatsbas.accounts.policy import Permission
from insatsbas.core import letters
from insatsbas.core.config import current_settings
from insatsbas.core.db import db

_LATEST = 30
_ADDRESS = re.compile(r"https?://[^/\s]+(/\S*)")
_OWN_COMPUTER = ("127.0.0.1", "::1")
# A tunnel or a proxy says whom it speaks for.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")


@blueprint.get("/brev")
@access(Permission.ENTER)
def shown_letters() -> str:
    """The latest letters, openly: only where nobody but the one who runs this can ask."""
    is_own_computer = request.remote_addr in _OWN_COMPUTER and not any(name in request.headers for name in _FORWARDED)
    if not (current_settings().shows_letters and is_own_computer):
        abort(404)
    rows = [(row, _linked(row.body)) for row in letters.latest(db.session, _LATEST)]
    return render_template("accounts/letters.html", letters=rows)


def _linked(body: str) -> Markup:
    """The text with its addresses as links within this site, whatever port the letter was written for."""
    return Markup(_ADDRESS.sub(lambda found: f'<a href="{found[1]}">{found[0]}</a>', str(escape(body))))  # noqa: S704 - escaped just before
