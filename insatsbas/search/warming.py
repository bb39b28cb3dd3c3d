"""What a process does before it answers its first question, so that nobody waits for what can be read beforehand."""

import logging
import time

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from insatsbas.search.engine import EngineError
from insatsbas.search.service import current_search

log = logging.getLogger(__name__)


def warm(app: Flask) -> None:
    """Open the index and read what is asked for most. Where there is none to read it is made by the periodic work, and opened then."""
    began = time.monotonic()
    with app.app_context():
        # A process that cannot be warmed answers all the same, when what it lacks is there again.
        try:
            engine = current_search().engine
            engine.warm()
        except (EngineError, SQLAlchemyError) as error:
            log.warning("Sökningen är inte varm: %s", error)
            return
        kept = engine.cached_bytes() / 1e6
        log.info("Sökningen är varm efter %.1f s och håller %.0f MB ordlägen i minnet.", time.monotonic() - began, kept)
