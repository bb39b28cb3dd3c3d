"""A throwaway PostgreSQL for one run of the tests: nothing is fsynced, nothing listens but a socket in its own folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import URL

_numbers = count(1)
# Each database takes some ten megabytes, and there are seldom more than a handful at once.
_ROOM = 2 * 1024**3


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: Debian keeps them off the PATH."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server. Databases are copies of others, so that a migrated one costs some milliseconds."""

    folder: Path

    def url(self, database: str) -> URL:
        """The address of a database, as SQLAlchemy wants it."""
        return URL.create("postgresql+psycopg", username="postgres", database=database, query={"host": str(self.folder)})

    def create(self, template: str = "template0") -> URL:
        """A new database like `template`, which nobody may be connected to meanwhile."""
        name = f"test_{next(_numbers)}"
        self._run(f'CREATE DATABASE {name} TEMPLATE "{template}" STRATEGY file_copy')
        return self.url(name)

    def drop(self, url: URL) -> None:
        """Throw a database away, whoever is connected to it."""
        self._run(f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def cluster(folder_of_programs: Path) -> Iterator[Cluster]:
    """A server that ends, and leaves nothing, when the block does."""
    # In a folder of its own directly under the temporary one: the server may run as another user than we, and a socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix="insatsbas-pg-", dir=_in_memory()))
    as_user = _another_user(folder) if os.geteuid() == 0 else {}
    folder.chmod(0o755)

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(folder_of_programs / program), *arguments],
            cwd=folder,
            check=False,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
            **as_user,
        )
        assert done.returncode == 0, f"{program} failed: {done.stdout or (folder / 'log').read_text()}"

    data = str(folder / "data")
    try:
        run("initdb", "-A", "trust", "-N", "-U", "postgres", "--locale=C", "--encoding=UTF8", "-D", data)
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=100"
        run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Cluster(folder)
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_memory() -> Path | None:
    """A folder that is kept in memory, where there is room for some databases: a new one is then made ten times as fast."""
    shared = Path("/dev/shm")
    return shared if shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > _ROOM else None


def _another_user(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
