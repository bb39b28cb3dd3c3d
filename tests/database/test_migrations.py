"""Migrations: they make what the models say, lose no row, and do all or nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import CheckConstraint, Engine, inspect, text

from insatsbas.core import migrations, paths
from insatsbas.core.db import Base
from insatsbas.core.migrations import MigrationError
from tests.database.filling import ROWS, contents, counts, fill

REVISIONS = [script.revision for script in reversed(list(migrations.scripts().walk_revisions()))]


@pytest.fixture
def one_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Add a migration after all the others, for this test alone: give the body of its `upgrade`."""
    folder = tmp_path / "migrations"
    shutil.copytree(paths.shipped("migrations"), folder, ignore=shutil.ignore_patterns("__pycache__"))
    shipped = paths.shipped

    def add(body: str) -> None:
        lines = [
            "import sqlalchemy as sa",
            "from alembic import op",
            "revision = '9999'",
            f"down_revision = {REVISIONS[-1]!r}",
            "def upgrade():",
        ]
        (folder / "9999_for_a_test.py").write_text("\n".join([*lines, *(f"    {line}" for line in body.splitlines())]) + "\n")
        monkeypatch.setattr(paths, "shipped", lambda name: folder if name == "migrations" else shipped(name))

    return add


def filled(engine: Engine) -> dict[str, int]:
    """Bring a database to the last migration, fill it, and tell how many rows each table has."""
    migrations.upgrade(engine)
    with engine.execution_options(write=True).begin() as connection:
        fill(connection)
        return counts(connection)


def test_models_and_migrations_say_the_same(blank_engine: Engine) -> None:
    migrations.upgrade(blank_engine)
    assert migrations.differences(blank_engine) == [], "write a migration for what the models have come to say"
    assert migrations.is_current(blank_engine)


def test_the_guards_of_the_models_are_in_the_database(blank_engine: Engine) -> None:
    """Alembic's comparison does not look at CHECK constraints: these are compared by their names."""
    migrations.upgrade(blank_engine)
    have = {(table, check["name"]) for table in Base.metadata.tables for check in inspect(blank_engine).get_check_constraints(table)}
    want = {
        (table.name, str(check.name))
        for table in Base.metadata.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint) and check.name
    }
    assert {(table, _full(table, name)) for table, name in want} == have


def _full(table: str, name: str) -> str:
    return name if name.startswith(f"ck_{table}_") else f"ck_{table}_{name}"


def test_upgrading_again_does_nothing(blank_engine: Engine) -> None:
    assert migrations.upgrade(blank_engine) == REVISIONS
    assert migrations.upgrade(blank_engine) == []


def test_no_migration_loses_a_row(blank_engine: Engine) -> None:
    """A filled database is walked through every migration, one at a time; each table is filled as soon as there is one."""
    before: dict[str, int] = {}
    for revision in REVISIONS:
        assert migrations.upgrade(blank_engine, revision) == [revision]
        with blank_engine.execution_options(write=True).begin() as connection:
            after = counts(connection)
            lost = {table: (count, after.get(table)) for table, count in before.items() if after.get(table) != count}
            assert not lost, f"migration {revision} lost rows (table: before, after): {lost}"
            fill(connection)
            before = counts(connection)
            assert set(before.values()) == {ROWS}, f"some tables are not filled after {revision}: {before}"
            if blank_engine.dialect.name == "sqlite":
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_a_parent_that_is_rebuilt_keeps_its_children(blank_engine: Engine, one_more: Callable[[str], None]) -> None:
    """With foreign keys on, SQLite would erase every child of the table that is dropped on the way, without a word."""
    before = filled(blank_engine)
    # SQLite cannot change a column, so the table is made anew.
    change = "table.alter_column('length', existing_type=sa.String(100), type_=sa.String(120), existing_nullable=False)"
    one_more(f"with op.batch_alter_table('intervention') as table:\n    {change}")
    assert migrations.upgrade(blank_engine) == ["9999"]
    with blank_engine.connect() as connection:
        assert counts(connection) == before
        if blank_engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1, "the guard is off after migrating"


def test_a_migration_that_breaks_leaves_the_database_as_it_was(blank_engine: Engine, one_more: Callable[[str], None]) -> None:
    filled(blank_engine)
    with blank_engine.connect() as connection:
        before = contents(connection)
    one_more(
        "op.create_table('half', sa.Column('id', sa.Integer()))\nop.execute('DELETE FROM lesson')\nraise RuntimeError('in the middle')"
    )
    with pytest.raises(RuntimeError, match="in the middle"):
        migrations.upgrade(blank_engine)
    with blank_engine.connect() as connection:
        assert contents(connection) == before


def test_a_migration_that_orphans_rows_is_undone(blank_engine: Engine, one_more: Callable[[str], None]) -> None:
    before = filled(blank_engine)
    one_more("op.execute('DELETE FROM organisation')")
    with pytest.raises(Exception, match=r"pekar på något|violates foreign key") as caught:
        migrations.upgrade(blank_engine)
    if blank_engine.dialect.name == "sqlite":
        assert isinstance(caught.value, MigrationError)
    with blank_engine.connect() as connection:
        assert counts(connection) == before
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == REVISIONS[-1]
