"""Many writers at once: each takes the write lock first, and none is turned away."""

import multiprocessing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from insatsbas.accounts.guard import access
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue.models import Intervention, Need
from insatsbas.core.db import db, refresh_statistics, sqlite_module, wal_is_safe, writing
from insatsbas.search.outbox import TOUCHES
from tests.conftest import open_app, settings_in
from tests.factories import make_intervention

PROCESSES, WRITES = 4, 20


def add_up(folder: Path, url: str) -> None:
    """Read a number and write it back one higher, many times. Run in a process of its own."""
    with open_app(settings_in(folder, DATABASE_URL=url)) as app, app.app_context():
        for _ in range(WRITES):
            with writing() as session:
                # SQLite's lock is on the whole file and taken already; there it leaves these words out.
                need = session.scalars(select(Need).where(Need.code == "sfi").with_for_update()).one()
                need.position += 1


@pytest.mark.slow
def test_many_processes_write_and_none_is_refused_or_lost(both_databases: Flask, tmp_path: Path) -> None:
    query = select(Need.position).where(Need.code == "sfi")
    before = db.session.scalars(query).one()
    db.session.rollback()
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=add_up, args=(tmp_path / "data", str(db.engine.url))) for _ in range(PROCESSES)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0] * PROCESSES
    assert db.session.scalars(query).one() == before + PROCESSES * WRITES


def test_a_reader_that_turns_writer_is_refused_on_sqlite(bare_app: Flask) -> None:
    """The control: this is what would happen to many at once, if writers did not say so from the start."""
    statement = update(Need).where(Need.code == "sfi").values(position=Need.position + 1).execution_options(**{TOUCHES: []})
    with bare_app.app_context(), Session(db.engine) as one:
        one.scalars(select(Need)).all()
        with writing() as other:
            other.execute(statement)
        with pytest.raises(OperationalError, match="locked"):
            one.execute(statement)


def test_a_request_that_may_write_takes_the_lock_before_it_reads(bare_app: Flask) -> None:
    def change() -> str:
        need = db.session.scalars(select(Need).where(Need.code == "sfi")).one()
        locked = db.session.connection().get_execution_options().get("write")
        need.position += 1
        db.session.commit()
        return f"{locked}"

    access(Permission.ENTER)(change)
    bare_app.extensions["csrf"].exempt(change)
    bare_app.add_url_rule("/andra", view_func=change, methods=["GET", "POST"])
    client = bare_app.test_client()
    assert client.post("/andra").text == "True"
    assert client.get("/andra").text == "None", "a GET that takes the write lock makes readers wait"


def test_a_failed_writing_leaves_nothing(both_databases: Flask) -> None:
    def fail() -> None:
        with writing() as session:
            make_intervention(session)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert db.session.scalars(select(Intervention)).all() == []


def test_sqlite_is_safe(bare_app: Flask) -> None:
    with bare_app.app_context(), db.engine.connect() as connection:
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("foreign_keys", "synchronous", "busy_timeout")}
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    assert pragmas == {"foreign_keys": 1, "synchronous": 2, "busy_timeout": 10000}
    assert mode == ("wal" if wal_is_safe(sqlite_module().sqlite_version_info) else "delete")


def test_sqlite_seeks_by_what_leaves_least_when_it_has_counted(app: Flask) -> None:
    ids = ", ".join(map(str, range(1, 31)))
    asked = f"SELECT title FROM intervention WHERE id IN ({ids}) AND status IN ('aktiv', 'pausad', 'avslutad')"

    def plan() -> str:
        with db.engine.connect() as connection:
            return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()[0][3])

    with app.app_context():
        assert "(status=?)" in plan()
        for _ in range(2):
            refresh_statistics()
            assert "PRIMARY KEY" in plan()


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
    ],
)
def test_the_versions_of_sqlite_that_may_use_wal(version: tuple[int, ...], is_safe: bool) -> None:
    assert wal_is_safe(version) is is_safe
