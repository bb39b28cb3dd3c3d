"""What making an application takes most time for, kept for the next one of the same process: hundreds of tests have one of their own.

Nothing that an application is told or comes to know: templates, addresses and statements, compiled, which are the same in all.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from werkzeug.routing import Rule

from insatsbas.core.db import db


class Templates(BytecodeCache):
    """Templates that were compiled."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in what is known of a template; Jinja itself sees that it is of the same source."""
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._known[bucket.key] = bucket.bytecode_to_string()


class KeptRule(Rule):
    """An address whose making was compiled once for all that are written alike: of 38 ms that an application takes, 33 are this."""

    _known: dict[object, Callable[..., tuple[str, str]]] = {}  # noqa: RUF012 - one for all

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in self._known:
            self._known[key] = super()._compile_builder(append_unknown)
        return self._known[key]


_TEMPLATES = Templates()
# The first engine of each kind that was connected: what its dialect learned of the database then is so of all of ours.
_ENGINES: dict[str, Engine] = {}


def begin(make: Callable[[Any], Flask], settings: Any) -> Flask:
    """Make an application with all that is kept."""
    plain, Flask.url_rule_class = Flask.url_rule_class, KeptRule
    try:
        app = make(settings)
    finally:
        Flask.url_rule_class = plain
    app.jinja_env.bytecode_cache = _TEMPLATES
    with app.app_context():
        kept = _ENGINES.get(db.engine.dialect.name)
        if kept is not None:
            # A statement is kept by its dialect, so that both go together.
            db.engine.dialect, db.engine._compiled_cache = kept.dialect, kept._compiled_cache
    return app


def end(app: Flask) -> None:
    """Let go of every connection, and keep what was compiled."""
    with app.app_context():
        if db.engine.dialect.server_version_info is not None:
            _ENGINES.setdefault(db.engine.dialect.name, db.engine)
        db.engine.dispose()
