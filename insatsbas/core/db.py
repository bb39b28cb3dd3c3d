"""The database: declarative base, how a session becomes a writer, and what SQLite needs to be safe."""

import importlib
import logging
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from inspect import iscoroutinefunction
from types import ModuleType
from typing import Any

from flask import Flask, request
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, Enum, MetaData, event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

log = logging.getLogger(__name__)
db = SQLAlchemy()
# Milliseconds that SQLite itself waits; seconds that a writer waits for its turn, and asks for it.
_BUSY, _PATIENCE, _ASKS_EVERY = 10000, 30.0, 0.008


class Base(DeclarativeBase):
    """Every model's base. The naming convention gives each constraint a name that a migration can use."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets the zone; it is put back on the way out, and a naive moment is refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone; give the rest in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Give the moment in UTC, with its zone."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def coded(enum: type[StrEnum], name: str) -> Enum:
    """The column type of a closed list: kept as its code, with a CHECK of that name that knows the codes."""
    return Enum(enum, native_enum=False, length=30, create_constraint=True, name=name, values_callable=lambda e: [m.value for m in e])


def sqlite_module() -> ModuleType:
    """The SQLite driver: the one that carries a mended SQLite where it has a wheel, else Python's own."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset bug, by which two writers at the same instant can corrupt the file.

    Source: sqlite.org/wal.html, "The WAL reset bug": mended in 3.51.3, 3.50.7 and 3.44.6.
    """
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def engine_options(url: URL) -> dict[str, Any]:
    """What Flask-SQLAlchemy-Lite is told about our one engine."""
    if url.get_backend_name() == "sqlite":
        return {"url": url, "module": sqlite_module()}
    return {"url": url, "pool_pre_ping": True}


def init_app(app: Flask) -> None:
    """Connect the database to the application and make writers take the write lock first."""
    db.init_app(app)
    # We have no asynchronous sessions, and to close none of them starts a thread and a loop at the end of every request.
    app.teardown_appcontext_funcs = [close for close in app.teardown_appcontext_funcs if not iscoroutinefunction(close)]
    with app.app_context():
        _prepare(db.engine)

    @app.before_request
    def _lock_before_writing() -> None:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            become_writer(db.session)


def become_writer(session: Session) -> None:
    """Let a session take the write lock at its first statement. To be called before that: asked for later it is ignored."""
    session.bind = db.engine.execution_options(write=True)


def stop_writing(session: Session) -> None:
    """Take back what was changed, and let go of the write lock: what is read after that, to say what was wrong, holds up nobody."""
    session.rollback()
    session.bind = db.engine


@contextmanager
def writing() -> Iterator[Session]:
    """A session that may write, committed at the end and rolled back on any error. For commands and jobs."""
    with Session(db.engine.execution_options(write=True), expire_on_commit=False) as session:
        yield session
        session.commit()


def refresh_statistics() -> None:
    """Let SQLite count anew what has grown or shrunk much, so that it seeks by what leaves least. PostgreSQL does so by itself.

    Source: sqlite.org/pragma.html#pragma_optimize; 0x10002 is all tables, and to do it.
    """
    if db.engine.dialect.name == "sqlite":
        with writing() as session:
            session.connection().exec_driver_sql("PRAGMA optimize=0x10002")


def _prepare(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    module = sqlite_module()
    use_wal = wal_is_safe(module.sqlite_version_info)
    if not use_wal:
        log.warning("SQLite %s kan skada filen i WAL-läge; journalen förs på det äldre, långsammare sättet.", module.sqlite_version)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        # SQLAlchemy emits our own BEGIN below; the driver must not emit its own.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY}")
        cursor.execute(f"PRAGMA journal_mode = {'WAL' if use_wal else 'DELETE'}")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        # A reader that turns writer midway fails at once, whatever the timeout: a writer says so from the start.
        is_writer = connection.get_execution_options().get("write")
        if not is_writer or not _begin_in_turn(connection.connection.dbapi_connection, module):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


def _begin_in_turn(connection: Any, module: ModuleType) -> bool:
    """Take SQLite's write lock, waiting for it as long as a person would. Whether it was taken.

    SQLite's own way of waiting asks ever more seldom, so that among many who write at once the newest come first and some never. Here
    all ask equally often.
    """
    cursor = connection.cursor()
    ends = time.monotonic() + _PATIENCE
    cursor.execute("PRAGMA busy_timeout = 0")
    try:
        while time.monotonic() < ends:
            try:
                cursor.execute("BEGIN IMMEDIATE")
                return True
            except module.OperationalError as error:
                if "locked" not in str(error):
                    raise
                # Not in step with others who wait.
                time.sleep(random.uniform(0.5, 1.5) * _ASKS_EVERY)  # noqa: S311 - nothing secret
        return False
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY}")
        cursor.close()
