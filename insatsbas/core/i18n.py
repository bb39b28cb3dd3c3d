"""Every text that a person reads goes through here. Swedish is the source; another language is a catalogue, not a change of code."""

from typing import Any

import flask_babel
from babel.support import NullTranslations
from flask import g, has_app_context


def translations() -> NullTranslations:
    """The catalogue of the reader's language. Flask-Babel looks it up for each text, and a page has hundreds: once a request is enough."""
    if not has_app_context():
        return NullTranslations()
    found: NullTranslations | None = g.get("translations")
    if found is None:
        g.translations = found = flask_babel.get_translations()
    return found


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
