"""Whole addresses, for what leaves the site: letters, and what a command prints. And which numbers there are in addresses."""

from typing import Any

from flask import current_app, has_request_context, request
from werkzeug.routing import IntegerConverter

from insatsbas.core.config import current_settings

_OWN_COMPUTER = "http://127.0.0.1:8000"
_MOST = 2**31 - 1


class NumberConverter(IntegerConverter):
    """A number in an address that a row can have: with any other there is no such page, rather than a database that cannot hold it."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **{"max": _MOST, **named})


def at(path: str) -> str:
    """The address of a path as people reach it, for pages of a feature that one does not know."""
    return _base() + path


def whole(endpoint: str, **values: str) -> str:
    """The address of a page as people reach it."""
    return _base() + current_app.url_map.bind("localhost").build(endpoint, values)


def _base() -> str:
    """The Host header is believed only where nobody else can reach us."""
    public_url = current_settings().public_url
    if public_url is not None:
        return f"{public_url.scheme}://{public_url.netloc}"
    return request.host_url.rstrip("/") if has_request_context() else _OWN_COMPUTER
