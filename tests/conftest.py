"""Fixtures that every test may use. No test sees the developer's own INSATSBAS_* settings.

What a machine may lack is asked for with `support.needs.require(condition, what)`: the test is skipped with a sentence, or fails
under INSATSBAS_TEST_STRICT=1. `test_data` is the folder of real data (INSATSBAS_TEST_DATA, else ../shared/data); it is never required.

| fixture          | what it is                                                                                            |
|------------------|-------------------------------------------------------------------------------------------------------|
| `settings`       | settings that keep all in a temporary folder, on SQLite                                               |
| `app`            | an application of its own for this test, with the demo catalogue and its index: change it freely      |
| `bare_app`       | the same with lists and region only, no interventions: make them with `factories`, then `index_all`   |
| `demo_app`       | one application with the demo catalogue for all tests, to read only: the cheapest                     |
| `client`         | a test client of `app` that checks every page it fetches (`support.checks`)                           |
| `demo_client`    | the same of `demo_app`; prefer it where nothing is changed                                            |
| `plain_client`   | a client of `demo_app` that checks nothing: for thousands of requests                                 |
| `both_databases` | like `bare_app`, on SQLite and then on PostgreSQL, within its application context: `db.session` works |
| `blank_engine`   | an engine on an empty database without tables, on SQLite and then on PostgreSQL                       |
| `postgres`       | a throwaway PostgreSQL cluster: `.create(template)` and `.drop(url)` databases                        |
| `freeze`         | `freeze(datetime)` or `freeze(date)` stops `core.clock` there; call again to move it                  |
| `server`         | a real `insatsbas serve` with the demo catalogue, for all tests: `.url`, `.data_dir`, `.log`          |

`factories` makes interventions in a few words. An application context is pushed by the test: `with app.app_context(): …`.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from insatsbas.app import create_app
from insatsbas.core import clock, config, migrations, paths
from insatsbas.core.config import Settings
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import SYSTEM
from insatsbas.interchange import demo, region
from insatsbas.search import indexing
from insatsbas.search.service import current_search
from tests.support import kept, needs
from tests.support import postgres as throwaway
from tests.support.checks import CheckingClient
from tests.support.postgres import Cluster
from tests.support.serving import Server, serving

KEY = "the tests' own key, which is no secret at all"

for _name in [name for name in os.environ if name.startswith("INSATSBAS_")]:
    if _name.removeprefix("INSATSBAS_") not in config.TEST_ONLY:
        del os.environ[_name]


def pytest_addoption(parser: pytest.Parser) -> None:
    """What only these tests are asked."""
    parser.addoption("--pictures", action="store_true", help="keep pictures of the pages in artifacts/screenshots, to be looked at")


@pytest.fixture
def test_data() -> Path:
    """The folder of real data."""
    return needs.data_folder()


# Settings and applications


def settings_in(folder: Path, **given: str) -> Settings:
    """Settings that keep all in a folder; `given` are more of them, without the prefix."""
    told = {"DATA_DIR": str(folder), "SECRET_KEY": KEY, "REGION": "Södertörn", **given}
    return config.from_environ({f"INSATSBAS_{name}": value for name, value in told.items()})


@contextmanager
def open_app(settings: Settings) -> Iterator[Flask]:
    """An application; every connection is let go of in the end. A fault in a view gives the page of faults, not an exception."""
    app = kept.begin(create_app, settings)
    try:
        yield app
    finally:
        kept.end(app)


def _lay_in(app: Flask, *, with_demo: bool) -> None:
    with app.app_context():
        migrations.upgrade(db.engine)
        with writing() as session:
            if with_demo:
                demo.load_demo(SYSTEM, session, source="insatsbas")
            else:
                demo.lay_in_lists(SYSTEM, session)
                region.load(SYSTEM, session, paths.PACKAGE / "data" / "sodertorn.toml")
        indexing.rebuild(current_search())
        # What is to be copied lies in one file: no log beside it.
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")


def _template(folder: Path, *, with_demo: bool) -> Path:
    with open_app(settings_in(folder)) as app:
        _lay_in(app, with_demo=with_demo)
    return folder


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo catalogue and its index, to be copied and never used."""
    return _template(tmp_path_factory.mktemp("demo-template"), with_demo=True)


@pytest.fixture(scope="session")
def bare_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with lists and region only, to be copied and never used."""
    return _template(tmp_path_factory.mktemp("bare-template"), with_demo=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that keep all in a temporary folder."""
    return settings_in(tmp_path / "data")


def _copied(template: Path, folder: Path) -> Iterator[Flask]:
    shutil.copytree(template, folder)
    with open_app(settings_in(folder)) as app:
        yield app


@pytest.fixture
def app(demo_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """An application with the demo catalogue, of this test alone."""
    yield from _copied(demo_template, tmp_path / "demo")


@pytest.fixture
def bare_app(bare_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """An application with lists and region but no interventions, of this test alone."""
    yield from _copied(bare_template, tmp_path / "bare")


@pytest.fixture(scope="session")
def demo_app(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with the demo catalogue, of all tests: read only."""
    yield from _copied(demo_template, tmp_path_factory.mktemp("demo-app") / "data")


def client_of(app: Flask) -> CheckingClient:
    """A client that checks every page it fetches, of any application."""
    return CheckingClient(app, app.response_class, use_cookies=True)


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    """A checking client of this test's own application."""
    return client_of(app)


@pytest.fixture
def demo_client(demo_app: Flask) -> CheckingClient:
    """A checking client of the application that all tests read."""
    return client_of(demo_app)


@pytest.fixture
def plain_client(demo_app: Flask) -> FlaskClient:
    """A client of the application that all tests read, that checks nothing."""
    return FlaskClient(demo_app, demo_app.response_class, use_cookies=True)


@pytest.fixture
def freeze(monkeypatch: pytest.MonkeyPatch) -> Callable[[date | datetime], None]:
    """Stop the clock at a moment, or at noon of a day. The default of a column keeps the real clock: set `created_at` where it matters."""

    def stop(moment: date | datetime) -> None:
        at = moment if isinstance(moment, datetime) else datetime.combine(moment, time(12), clock.STOCKHOLM)
        assert at.tzinfo is not None, "a moment without a time zone"
        monkeypatch.setattr(clock, "now", lambda: at.astimezone(UTC))

    return stop


# Databases


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A throwaway PostgreSQL cluster."""
    programs = throwaway.programs()
    needs.require(programs, "PostgreSQL (initdb and pg_ctl)")
    assert programs is not None
    with throwaway.cluster(programs) as running:
        yield running


@pytest.fixture(scope="session")
def postgres_template(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> URL:
    """A PostgreSQL database with lists and region, to be copied and never used."""
    url = postgres.create()
    with open_app(settings_in(tmp_path_factory.mktemp("postgres-template"), DATABASE_URL=str(url))) as app:
        _lay_in(app, with_demo=False)
    return url


BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(params=BOTH)
def both_databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application with lists and region, on each database in turn, within its context."""
    folder, given = tmp_path / "data", {}
    with ExitStack() as ending:
        if request.param == "sqlite":
            shutil.copytree(request.getfixturevalue("bare_template"), folder)
        else:
            cluster: Cluster = request.getfixturevalue("postgres")
            url = cluster.create(request.getfixturevalue("postgres_template").database)
            ending.callback(cluster.drop, url)
            given["DATABASE_URL"] = str(url)
        with open_app(settings_in(folder, **given)) as app, app.app_context():
            yield app


@pytest.fixture(params=BOTH)
def blank_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on an empty database, on each database in turn, made as the application makes it."""
    given = {"DATABASE_URL": str(request.getfixturevalue("postgres").create())} if request.param == "postgresql" else {}
    with open_app(settings_in(tmp_path / "data", **given)) as app, app.app_context():
        yield db.engine


# A real server


@pytest.fixture(scope="session")
def server(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server with the demo catalogue, for all tests."""
    folder = tmp_path_factory.mktemp("server") / "data"
    shutil.copytree(demo_template, folder)
    with serving(folder, SECRET_KEY=KEY, REGION="Södertörn") as running:
        yield running
