"""What comes after a masking is committed: nothing of the text is left in the index, in freed pages, in logs of the database.

It is promised in the same transaction as the masking (`actions.WAITING`). If it is interrupted, the periodic work does it again.
Out of reach are copies outside the system: backups, downloads, letters that were sent, and PostgreSQL's archived log.
"""

import json
import logging

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from insatsbas.core import events, settings_store
from insatsbas.core.config import current_settings
from insatsbas.core.db import Base, db, writing
from insatsbas.core.errors import InsatsbasError
from insatsbas.core.settings_store import Setting
from insatsbas.core.viewer import SYSTEM
from insatsbas.keeping.masking.actions import WAITING
from insatsbas.search import counted, indexing
from insatsbas.search.service import Search

log = logging.getLogger(__name__)
# For so many seconds those who read an old state are waited for.
_PATIENCE = 10.0


class BusyError(InsatsbasError):
    """Somebody reads an old state of the database, so that it cannot be cleared yet."""


def clean(search: Search) -> bool:
    """Clear what is left after maskings, if there is anything. Whether there was.

    Raises:
        BusyError: the database could not be cleared yet; to be tried again.
    """
    with Session(db.engine) as session:
        waiting = settings_store.read(session, WAITING, "")
    if not waiting:
        return False
    indexing.rebuild(search)
    counted.forget(current_settings().data_dir)
    with search.engine.writing(wait=True):
        search.engine.discard_old()
    if db.engine.dialect.name == "sqlite":
        _clear_sqlite(db.engine)
    else:
        _clear_postgresql(db.engine, json.loads(waiting))
    with writing() as session:
        row = session.get(Setting, WAITING)
        if row is not None and row.value == waiting:
            session.delete(row)
        events.record(SYSTEM, session, "text.stadad")
    return True


def _clear_sqlite(engine: Engine) -> None:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute(f"PRAGMA busy_timeout = {int(_PATIENCE * 1000)}")
        # The log must be empty both before, so that all of it is in the file, and after, when the file has been written anew.
        _empty_log(cursor)
        cursor.execute("VACUUM")
        _empty_log(cursor)
        cursor.close()
    finally:
        connection.close()


def _empty_log(cursor: object) -> None:
    busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()  # type: ignore[attr-defined]
    if busy and busy[0]:
        raise BusyError("Någon läser databasen som den var, så dess logg kan inte tömmas än.")


def _clear_postgresql(engine: Engine, tables: list[str]) -> None:
    """Write the tables anew, and what the server remembers of their commonest values."""
    quoted = engine.dialect.identifier_preparer.quote
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET lock_timeout = '20s'"))
        try:
            for table in Base.metadata.tables.keys() & set(tables):
                connection.execute(text(f"VACUUM (FULL, ANALYZE) {quoted(table)}"))
            connection.execute(text("VACUUM (FULL) pg_statistic"))
        except SQLAlchemyError as error:
            raise BusyError("PostgreSQL kunde inte skriva om tabellerna än.") from error
        try:
            connection.execute(text("CHECKPOINT"))
        except SQLAlchemyError:
            # Not for everybody; the server does it by itself in some minutes.
            log.info("PostgreSQL skriver själv ut sina sidor inom några minuter.")
        connection.execute(text("RESET lock_timeout"))
