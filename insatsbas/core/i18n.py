"""Every text that a person reads goes through here. Swedish is the source; another language is a catalogue, not a change of code."""

from typing import Any

import flask_babel


def gettext(text: str, **values: object) -> str:
    """A text in the reader's language, with values put in."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """A text that depends on a number."""
    return str(flask_babel.ngettext(one, many, count, **values))


def lazy_gettext(text: str) -> Any:
    """A text that is translated when it is shown: for labels of forms, which are made before anybody asks."""
    return flask_babel.lazy_gettext(text)
