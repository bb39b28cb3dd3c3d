"""Every text that a person reads goes through here. Swedish is the source; another language is a catalogue, not a change of code."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

import flask_babel
from babel.support import NullTranslations
from flask import g, has_app_context

_T = TypeVar("_T")


def translations() -> NullTranslations:
    """The catalogue of the reader's language. Flask-Babel looks it up for each text, and a page has hundreds: once a request is enough."""
    if not has_app_context():
        return NullTranslations()
    found: NullTranslations | None = g.get("translations")
    if found is None:
        g.translations = found = flask_babel.get_translations()
    return found


def per_language(told: Callable[[], _T]) -> Callable[[], _T]:
    """What a function without parameters tells, kept for each language: for lists of texts that a page asks for again and again."""
    kept = lru_cache(maxsize=4)(lambda _language: told())

    @wraps(told)
    def asked() -> _T:
        return kept(translations())

    return asked


def gettext(text: str, **values: object) -> str:
    """A text in the reader's language, with values put in."""
    told = translations().ugettext(text)
    return str(told % values if values else told)


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """A text that depends on a number."""
    return str(translations().ungettext(one, many, count) % {"num": count, **values})


def lazy_gettext(text: str) -> Any:
    """A text that is translated when it is shown: for labels of forms, which are made before anybody asks."""
    return flask_babel.lazy_gettext(text)
