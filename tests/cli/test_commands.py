"""The command as people run it, with settings from the environment and all it keeps in a folder of its own."""

import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from insatsbas.cli import main
from insatsbas.core import migrations
from insatsbas.core.db import sqlite_module
from tests.support.needs import plain_environ
from tests.support.postgres import Cluster
from tests.support.serving import free_port

KEY = "k" * 32
MIGRATIONS = len(list(migrations.scripts().walk_revisions()))


def insatsbas(folder: Path, *words: str, **settings: str) -> Result:
    """Run the command on a data folder, in this process: starting one for each would take the better part of the suite's time."""
    environ: dict[str, str | None] = {f"INSATSBAS_{name}": value for name, value in {"DATA_DIR": str(folder), **settings}.items()}
    return CliRunner().invoke(main, words, prog_name="insatsbas", env=environ)


def in_a_process(folder: Path, *words: str, cwd: Path, **settings: str) -> str:
    """Run the command in a process of its own, as people do; what it said."""
    environ = plain_environ(DATA_DIR=str(folder), **settings)
    command = [sys.executable, "-m", "insatsbas", *words]
    result = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def done(folder: Path, *words: str, **settings: str) -> str:
    """Run the command, which must succeed; what it said."""
    result = insatsbas(folder, *words, **settings)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def refused(folder: Path, *words: str, **settings: str) -> list[str]:
    """Run the command, which must refuse in Swedish and not by a traceback; the lines that it says."""
    result = insatsbas(folder, *words, **settings)
    assert result.exit_code == 1, result.output
    lines = result.stderr.strip().splitlines()
    assert lines
    assert all(line.startswith("insatsbas: ") for line in lines), result.stderr
    return [line.removeprefix("insatsbas: ") for line in lines]


@contextmanager
def database(folder: Path) -> Iterator[Any]:
    """The database behind the application's back. With the same SQLite: two in one process take away each other's locks."""
    connection = sqlite_module().connect(folder / "insatsbas.db")
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def count(folder: Path, table: str) -> int:
    """How many rows a table has."""
    with database(folder) as connection:
        number: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return number


@pytest.fixture
def demo(demo_template: Path, tmp_path: Path) -> Path:
    """A data folder with the demo catalogue and its index."""
    return Path(shutil.copytree(demo_template, tmp_path / "demo"))


def test_from_nothing_to_a_catalogue_and_again(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "a folder that is not there" / "data", tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert f"{MIGRATIONS} nya migreringar" in in_a_process(folder, "init", cwd=tmp_path)
    needs, terms = count(folder, "need"), count(folder, "term")
    assert needs > 60
    assert count(folder, "intervention") == 0
    # From another folder, and a second time: the same data, and nothing twice.
    assert "0 nya migreringar, 0 nya rader" in in_a_process(folder, "init", cwd=elsewhere)
    assert (count(folder, "need"), count(folder, "term")) == (needs, terms)
    said = in_a_process(folder, "demo", cwd=elsewhere)
    entries = count(folder, "intervention")
    assert f"{entries} insatser lades in" in said
    assert "och 9 erbjudanden och förfrågningar" in said
    assert "0 insatser lades in, och 0 erbjudanden" in done(folder, "demo")
    assert count(folder, "intervention") == entries
    assert "Lika" in done(folder, "index", "check")
    assert list(elsewhere.iterdir()) == [], "something was left where the command was run"


@pytest.mark.postgres
def test_init_on_postgresql(postgres: Cluster, tmp_path: Path) -> None:
    url = str(postgres.create())
    assert f"{MIGRATIONS} nya migreringar" in in_a_process(tmp_path / "data", "init", cwd=tmp_path, DATABASE_URL=url)
    in_a_process(tmp_path / "data", "demo", cwd=tmp_path, DATABASE_URL=url)
    assert "Lika" in in_a_process(tmp_path / "data", "index", "check", cwd=tmp_path, DATABASE_URL=url)
    assert not (tmp_path / "data" / "insatsbas.db").exists()


@pytest.mark.parametrize("words", [["demo"], ["work", "--once"], ["index", "check"], ["index", "rebuild"], ["export", "ut.csv"], ["serve"]])
def test_before_init_one_is_told_to_run_it(tmp_path: Path, words: list[str]) -> None:
    (said,) = refused(tmp_path / "data", *words, SECRET_KEY=KEY)
    assert "insatsbas init" in said


def test_every_fault_of_the_settings_is_told_at_once(tmp_path: Path) -> None:
    said = refused(
        tmp_path / "data", "init", DATABASE_URL="mysql://x/y", SECRET_KEY="kort", PUBLIC_URL="insatsbas.example", SOURCE="a|b", DATADIR="x"
    )
    assert len(said) == 5
    for name in ("DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "SOURCE", "DATADIR"):
        assert sum(f"INSATSBAS_{name} " in line for line in said) == 1, f"INSATSBAS_{name}: {said}"
    assert not (tmp_path / "data").exists(), "something was made although the settings are wrong"


def test_a_fault_in_a_process_of_its_own(tmp_path: Path) -> None:
    """No traceback reaches the one who typed, not even from the entry point."""
    environ = plain_environ(DATA_DIR=str(tmp_path / "data"), SECRET_KEY="kort")
    result = subprocess.run(
        [sys.executable, "-m", "insatsbas", "demo"], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("insatsbas: INSATSBAS_SECRET_KEY")
    assert result.stderr.count("\n") == 1


# Serving


def serve_until_it_answers(folder: Path, *words: str, **settings: str) -> None:
    """Start `serve`, wait until it has said its address, and ask it to stop."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "insatsbas", "serve", "--port", str(port), "--workers", "1", *words],
        env=plain_environ(DATA_DIR=str(folder), **settings),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "http://" in line:
                break
        assert f"http://127.0.0.1:{port}" in said, f"the address is not told: {said!r}"
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode in (0, 130), "stopping it with Ctrl+C is no fault"


def test_a_key_is_made_for_this_computer_only(demo: Path) -> None:
    serve_until_it_answers(demo)
    key = demo / "secret-key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    made = key.read_text()
    assert len(made) >= 32
    serve_until_it_answers(demo)
    assert key.read_text() == made, "a new key at each start signs everybody out"
    assert sorted(path.name for path in demo.glob("secret-key*")) == ["secret-key"]


def test_another_computer_is_not_answered_without_a_key_and_a_public_address(demo: Path) -> None:
    (said,) = refused(demo, "serve", "--host", "0.0.0.0", "--port", str(free_port()))
    assert "INSATSBAS_PUBLIC_URL" in said
    (said,) = refused(demo, "serve", "--host", "0.0.0.0", "--port", str(free_port()), PUBLIC_URL="https://insatsbas.example")
    assert "INSATSBAS_SECRET_KEY" in said
    assert not (demo / "secret-key").exists()


def test_a_busy_port_is_one_sentence(demo: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (said,) = refused(demo, "serve", "--port", str(port), SECRET_KEY=KEY)
    assert f"Port {port}" in said


# The index


def test_check_tells_by_its_code_whether_index_and_database_agree(demo: Path) -> None:
    assert "Lika" in done(demo, "index", "check")
    with database(demo) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("UPDATE intervention SET title = 'En annan titel' WHERE id = (SELECT min(id) FROM intervention)")
        connection.execute("DELETE FROM intervention WHERE id = (SELECT max(id) FROM intervention)")
    result = insatsbas(demo, "index", "check")
    assert result.exit_code == 1
    assert "0 saknas i indexet, 1 är för mycket, 1 är gamla" in result.output
    done(demo, "index", "rebuild")
    assert "Lika" in done(demo, "index", "check")
    assert str(demo / "index") in done(demo, "index", "show")


def test_check_without_an_index_is_a_sentence(demo: Path) -> None:
    shutil.rmtree(demo / "index")
    (said,) = refused(demo, "index", "check")
    assert "insatsbas index rebuild" in said


def queue_a_change(folder: Path) -> None:
    """A change with its job, as one that was committed just before the power went."""
    with database(folder) as connection:
        connection.execute("UPDATE intervention SET title = 'Ändrad i sista stund' WHERE id = 1")
        connection.execute("INSERT INTO index_job (kind, ref, created_at) VALUES ('intervention', 1, '2027-01-18 08:00:00')")


@pytest.mark.parametrize("words", [["work", "--once"], ["index", "drain"]], ids=" ".join)
def test_what_waits_is_done(demo: Path, words: list[str]) -> None:
    queue_a_change(demo)
    assert insatsbas(demo, "index", "check").exit_code == 1
    done(demo, *words)
    assert count(demo, "index_job") == 0
    assert "Lika" in done(demo, "index", "check")


def test_work_goes_on_until_it_is_told_to_stop(demo: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "insatsbas", "work"], env=plain_environ(DATA_DIR=str(demo)), cwd=demo, stderr=subprocess.DEVNULL
    )
    try:
        queue_a_change(demo)
        deadline = time.monotonic() + 30
        while count(demo, "index_job") and time.monotonic() < deadline:
            time.sleep(0.1)
        assert count(demo, "index_job") == 0, "the work was not done within half a minute"
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0
    assert "Lika" in done(demo, "index", "check")


# Files


def test_a_file_in_and_out(tmp_path: Path, bare_template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path(shutil.copytree(bare_template, tmp_path / "data"))
    head = "källa;id;titel;sammanfattning;behov;anordnare;status\n"
    row = "registret;1;Språkcafé i Flemingsberg;Du övar svenska.;samtal;Huddinge kommun;aktiv\n"
    (tmp_path / "in.csv").write_text(head + row, "utf-8")
    assert "Provkörning" in done(folder, "import", str(tmp_path / "in.csv"), "--dry-run")
    assert count(folder, "intervention") == 0
    assert "1 nya, 0 ändrade, 0 oförändrade" in done(folder, "import", "in.csv")
    assert "0 nya, 0 ändrade, 1 oförändrade" in done(folder, "import", "in.csv")
    assert "Lika: 1 insatser" in done(folder, "index", "check")
    assert "1 insatser skrevs" in done(folder, "export", "ut.json")
    assert "Språkcafé i Flemingsberg" in (tmp_path / "ut.json").read_text("utf-8")
    (tmp_path / "fel.csv").write_text(
        head + row + "registret;2;;;finns-inte;Ingen;kanske\n" + "registret;3;Ny;Du övar.;samtal;Huddinge kommun;aktiv\n"
    )
    result = insatsbas(folder, "import", str(tmp_path / "fel.csv"))
    assert result.exit_code == 1
    assert "Inget togs in" in result.stderr
    assert count(folder, "intervention") == 1
    done(folder, "import", str(tmp_path / "fel.csv"), "--skip-faulty")
    assert count(folder, "intervention") == 2
    assert "Lika: 2 insatser" in done(folder, "index", "check")


def test_another_region(tmp_path: Path, bare_template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path(shutil.copytree(bare_template, tmp_path / "data"))
    municipality = 'code = "0380"\nname = "Uppsala"\ncounty = "Uppsala län"\nmember = true\nplaces = ["Storvreta"]\nneighbours = []\n'
    (tmp_path / "uppsala.toml").write_text(f'name = "Uppsala"\n\n[[municipality]]\n{municipality}', "utf-8")
    assert "1 kommuner" in done(folder, "region", "uppsala.toml")
    done(folder, "region", "uppsala.toml")
    with database(folder) as connection:
        assert connection.execute("SELECT count(*) FROM municipality WHERE name = 'Uppsala'").fetchone() == (1,)


def test_two_inits_at_once(tmp_path: Path) -> None:
    environ = plain_environ(DATA_DIR=str(tmp_path / "data"))
    command = [sys.executable, "-m", "insatsbas", "init"]
    both = [subprocess.Popen(command, env=environ, cwd=tmp_path, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], "\n".join(said)
    assert "Lika: 0 insatser" in done(tmp_path / "data", "index", "check")
