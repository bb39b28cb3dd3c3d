"""Bringing a database to the current shape, without losing a row on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from insatsbas.core import paths
from insatsbas.core.db import Base
from insatsbas.core.errors import InsatsbasError

# Any number, the same in every process: only one migrates at a time on PostgreSQL. SQLite has its own write lock.
_LOCK = 1_901_060


class MigrationError(InsatsbasError):
    """A migration left rows that point at nothing; nothing was kept of it."""


def scripts() -> ScriptDirectory:
    """The numbered files of `migrations/`, in order."""
    config = Config()
    folder = str(paths.shipped("migrations"))
    config.set_main_option("script_location", folder)
    config.set_main_option("version_locations", folder)
    config.set_main_option("path_separator", "newline")
    return ScriptDirectory.from_config(config)


def upgrade(engine: Engine, target: str = "head") -> list[str]:
    """Bring the database up to `target` in one transaction; the names of the migrations that were run.

    Foreign keys are off meanwhile on SQLite: its batch migrations rebuild a table by dropping the old one, which would
    erase all children without a word. That every reference still holds is checked before anything is kept.

    Raises:
        MigrationError: rows would be left that point at nothing.
    """
    directory = scripts()
    done: list[str] = []

    def steps(revision: Any, _context: MigrationContext) -> Any:
        plan = directory._upgrade_revs(target, revision)
        done.extend(step.revision.revision for step in plan)
        return plan

    with _migrating(engine) as connection, EnvironmentContext(Config(), directory, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=Base.metadata, fn=steps)
        with Operations.context(environment.get_context()):
            environment.run_migrations()
        _check_references(connection)
    return done


def current(engine: Engine) -> str | None:
    """The migration that the database is at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current(engine: Engine) -> bool:
    """Whether the database has every migration that this program knows."""
    return current(engine) == scripts().get_current_head()


def differences(engine: Engine) -> list[Any]:
    """What the models say and the database does not, for the tests: empty when they agree."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """A connection in one transaction, alone in migrating, with foreign keys off where migrating needs that."""
    with engine.execution_options(write=True).connect() as connection:
        if engine.dialect.name != "sqlite":
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                yield connection
            return
        # The pragma has no effect inside a transaction, so it goes to the driver before one begins.
        raw = connection.connection.dbapi_connection
        assert raw is not None  # noqa: S101 - an open connection has one
        raw.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            connection.invalidate()


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        raise MigrationError(f"Migreringen lämnade {len(broken)} rader som pekar på något som inte finns: {broken[:3]}")
