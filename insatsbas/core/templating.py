"""What every template may use: Swedish dates and numbers, addresses of static files, and texts through gettext."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask, Response, current_app, request, url_for
from flask_babel import Babel
from jinja2 import StrictUndefined
from jinja2.runtime import Macro
from markupsafe import Markup

from insatsbas.core import clock
from insatsbas.core.i18n import translations

LOCALE = "sv"
YEAR = 365 * 24 * 3600
_THOUSAND = 1000


def init_app(app: Flask, *, region: str) -> None:
    """Give the templates their globals and filters, and let browsers keep static files for a year."""
    Babel(app, default_locale=LOCALE, locale_selector=lambda: LOCALE, default_timezone="Europe/Stockholm")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: translations().ugettext(text),
        ngettext=lambda one, many, count: translations().ungettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {"longdate": longdate, "number": number}
    app.jinja_env.globals |= {"site_name": "Insatsbas", "region_name": region, "static_url": static_url}
    app.jinja_env.globals |= {"today": clock.today, "local_time": clock.local, "drawn": Drawn()}
    app.after_request(_cache_static)


def longdate(day: date) -> str:
    """18 januari 2027."""
    return format_date(day, "d MMMM y", locale=LOCALE)


def number(value: float | Decimal) -> str:
    """18 500 or 12,5, with a space that does not break."""
    # Most are small, and a page has hundreds: what has no thousands and no decimals is written the same without being asked for.
    return str(value) if isinstance(value, int) and 0 <= value < _THOUSAND else format_decimal(value, locale=LOCALE)


class Drawn:
    """Pieces of pages, kept as they were drawn: `drawn(macro, …)` is what the macro makes of what it is told.

    The key is all that it is told, so what is kept is never old. For what is drawn often alike: the choices of a filter, a card. Only
    for macros that read nothing else, and are imported without context.
    """

    def __init__(self, most: int = 8_000_000) -> None:
        self._kept: OrderedDict[tuple[object, ...], Markup] = OrderedDict()
        self._lock = threading.Lock()
        self._most, self._letters = most, 0

    def __call__(self, macro: Macro, *told: Hashable) -> Markup:
        """A piece, drawn now or earlier."""
        key = (macro, *told)
        with self._lock:
            piece = self._kept.get(key)
            if piece is not None:
                self._kept.move_to_end(key)
                return piece
        piece = Markup(macro(*told))  # noqa: S704 - a macro has escaped what it was told
        with self._lock:
            if key not in self._kept:
                self._kept[key] = piece
                self._letters += len(piece)
            # What it was told takes about as much as what came of it.
            while self._letters > self._most:
                _, oldest = self._kept.popitem(last=False)
                self._letters -= len(oldest)
        return piece


def static_url(path: str) -> str:
    """The address of a file under `static/`, with its contents' mark: it changes when the file does, and may be kept for a year."""
    file = Path(current_app.static_folder or "") / path
    return url_for("static", filename=path, v=_mark(str(file), file.stat().st_mtime_ns))


@lru_cache(maxsize=256)
def _mark(path: str, _changed: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:8]


def _cache_static(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code in (200, 304) and "v" in request.args:
        response.cache_control.public, response.cache_control.max_age = True, YEAR
        response.cache_control.immutable = True
        response.cache_control.no_cache = None
        # Read here, so that it is packed for every browser as pages are, and the file is closed.
        response.direct_passthrough = False
    return response
