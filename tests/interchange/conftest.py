"""An installation with lists and region laid in, made as often as a test needs one, and what files it is fed with."""

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from insatsbas.app import create_app
from insatsbas.catalogue import queries
from insatsbas.catalogue.models import Intervention
from insatsbas.core import clock, config
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import SYSTEM
from insatsbas.interchange.actions import ImportResult, import_file
from insatsbas.interchange.table import Fault
from insatsbas.interchange.writing import export_file

SOURCE = "hemma"
MONDAY = datetime(2027, 1, 18, 12, tzinfo=UTC)
ROW = {
    "källa": "test",
    "id": "1",
    "titel": "Språkcafé",
    "sammanfattning": "Vi pratar svenska.",
    "behov": "samtal",
    "anordnare": "Botkyrka kommun",
    "status": "aktiv",
}


class Installation:
    """An application with a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.app = create_app(config.from_environ({"INSATSBAS_DATA_DIR": str(folder), "INSATSBAS_SOURCE": SOURCE}))

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.app.app_context(), writing() as session:
            yield session

    def take_in(self, file: Path, **options: bool) -> ImportResult:
        with self.writing() as session:
            return import_file(SYSTEM, session, file, source=SOURCE, **options)

    def take_in_rows(self, *rows: Mapping[str, Any], ending: str = ".json", **options: bool) -> ImportResult:
        return self.take_in(self.file(rows, ending), **options)

    def file(self, rows: Sequence[Mapping[str, Any]], ending: str) -> Path:
        """A file of rows. In a table the first row has all headings; lists are joined as a table has them."""
        file = self.folder / f"in{ending}"
        if ending == ".json":
            file.write_text(json.dumps(rows), "utf-8")
            return file
        headings = list(rows[0])
        lines = [headings, *[["|".join(v) if isinstance(v := row.get(name), list) else v for name in headings] for row in rows]]
        file.write_bytes(csv_bytes(lines) if ending == ".csv" else xlsx_bytes(lines))
        return file

    def export(self, ending: str) -> bytes:
        file = self.folder / f"out{ending}"
        with self.app.app_context(), Session(db.engine) as session:
            export_file(SYSTEM, session, file, source=SOURCE)
        return file.read_bytes()

    def exported(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.export(".json"))
        return found

    def entry(self, key: str = "1") -> dict[str, Any]:
        return next(entry for entry in self.exported() if entry["id"] == key)

    @contextmanager
    def row(self, key: str = "1") -> Iterator[Intervention]:
        """An entry to look at or to change."""
        with self.writing() as session:
            yield session.scalars(select(Intervention).where((Intervention.external_id == key) | (Intervention.public_id == key))).one()

    def count(self, model: Any = Intervention) -> int:
        with self.app.app_context(), Session(db.engine) as session:
            return session.scalar(select(func.count()).select_from(model)) or 0

    def total(self) -> int:
        with self.app.app_context(), Session(db.engine) as session:
            return queries.count(session)


def csv_bytes(lines: Sequence[Sequence[Any]], encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode(encoding)


def xlsx_bytes(lines: Sequence[Sequence[Any]]) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def told(result: ImportResult) -> list[tuple[int | None, str | None]]:
    """Where the faults are."""
    return [(fault.row, fault.column) for fault in result.faults]


def only_fault(result: ImportResult) -> Fault:
    assert len(result.faults) == 1, result.faults
    return result.faults[0]


@pytest.fixture(autouse=True)
def _on_a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MONDAY)


@pytest.fixture
def install(bare_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Installation]]:
    made: list[Installation] = []

    def make() -> Installation:
        folder = tmp_path_factory.mktemp("installation")
        shutil.copytree(bare_template, folder, dirs_exist_ok=True)
        made.append(Installation(folder))
        return made[-1]

    yield make
    for installation in made:
        installation.close()


@pytest.fixture
def here(install: Callable[[], Installation]) -> Installation:
    return install()
