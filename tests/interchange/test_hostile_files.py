"""Files that nobody means well by: each is refused with a reason, or read as harmless, in little time and little memory.

What was measured stands in `artifacts/hostile_files.md` afterwards.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from insatsbas.interchange import bulk_guard, bulk_wire
from insatsbas.interchange.columns import OF_TABLES
from insatsbas.interchange.table import Row, Table, UnreadableError
from tests.interchange.conftest import ROW, csv_bytes, xlsx_bytes
from tests.interchange.hostile import CORPUS
from tests.support.needs import ROOT

# Seconds of the processor's work: how long a busy machine takes says nothing of a file. That stands in the table beside it.
SECONDS, MEGABYTES = 2.0, 300

Measured = dict[str, Any]


def measured(file: Path, name: str) -> Measured:
    """What it takes to read a file."""
    command = [sys.executable, "-m", "tests.interchange.measuring", str(file), name]
    found: Measured = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    return found


@pytest.fixture(scope="module")
def table() -> Iterator[dict[str, Measured]]:
    """What was measured, by file; written down when all are done."""
    found: dict[str, Measured] = {}
    yield found
    lines = ["| fil | storlek | svar | tid | arbete | minne |", "| --- | --- | --- | --- | --- | --- |"]
    for name, one in found.items():
        answer = one["reason"] or f"läst: {one['rows']} rader"
        facts = f"{one['size'] / 1e6:.2f} MB | {answer} | {one['seconds']:.2f} s | {one['worked']:.2f} s | {one['memory']:.0f} MB"
        lines.append(f"| {name} | {facts} |")
    folder = ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    (folder / "hostile_files.md").write_text("\n".join(lines) + "\n", "utf-8")


@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_file_is_refused_or_harmless(name: str, tmp_path: Path, table: dict[str, Measured]) -> None:
    hostile = CORPUS[name]
    data = hostile.make()
    file = tmp_path / "file"
    file.write_bytes(data)
    took = table[name] = {**measured(file, hostile.name), "size": len(data)}
    assert took["worked"] < SECONDS, took
    assert took["memory"] < MEGABYTES, took
    if hostile.reason:
        assert hostile.reason in took["reason"], took
        assert took["reason"].endswith("."), "a reason is a sentence"
    assert took["rows"] <= 1000, "no file gives more than we take"


def test_there_are_forty_and_more() -> None:
    assert len(CORPUS) >= 40
    assert sum(bool(hostile.reason) for hostile in CORPUS.values()) >= 40, "that are refused"


HARMLESS = [name for name, hostile in CORPUS.items() if not hostile.reason]


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_read_of_a_hostile_file_may_be_kept_and_shown(name: str) -> None:
    """Nothing that a page or a database cannot hold; a reason where it is refused after all."""
    try:
        found: object = bulk_guard.read(CORPUS[name].make(), CORPUS[name].name)
    except UnreadableError as fault:
        found = str(fault)
    text = json.dumps(found, ensure_ascii=False, allow_nan=False)
    assert text.encode()
    assert "\\u0000" not in text


def test_a_large_file_that_is_well_meant_is_read(tmp_path: Path, table: dict[str, Measured]) -> None:
    headings = [column.value for column in OF_TABLES]
    lines = [headings, *[[f"cell {number} i {name}, åäö" for name in headings] for number in range(1000)]]
    for name, data in (("a.xlsx", xlsx_bytes(lines)), ("a.csv", csv_bytes(lines))):
        file = tmp_path / name
        file.write_bytes(data)
        took = table[f"1 000 fulla rader, {name}"] = {**measured(file, name), "size": len(data)}
        assert (took["rows"], took["reason"]) == (1000, "")
        assert took["worked"] < SECONDS
        assert took["memory"] < MEGABYTES


def test_what_is_slow_or_large_all_the_same_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of the files comes so far: what is known is refused before."""
    limited = "from insatsbas.interchange import bulk_child; bulk_child._limit(); "
    for work, fault in (("while True: pass", ""), ("bytes(400 << 20)", "MemoryError")):
        ended = subprocess.run([sys.executable, "-c", limited + work], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
        assert ended.returncode != 0
        assert fault in ended.stderr
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, -signal.SIGPROF))
    with pytest.raises(UnreadableError, match="kräver för mycket"):
        bulk_guard.read(csv_bytes([list(ROW), list(ROW.values())]), "a.csv")


def test_the_child_is_told_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSATSBAS_SECRET_KEY", "secret")
    given: dict[str, Any] = {}
    run = subprocess.run

    def listen(*arguments: Any, **named: Any) -> Any:
        given.update(named["env"])
        return run(*arguments, **named)

    monkeypatch.setattr(subprocess, "run", listen)
    assert bulk_guard.read(csv_bytes([list(ROW), list(ROW.values())]), "a.csv")["rows"][0]["cells"] == ROW
    assert given
    assert not [name for name in given if name.startswith("INSATSBAS")]


def test_a_table_is_the_same_after_it_was_packed() -> None:
    table = bulk_guard.read(
        json.dumps([{**ROW, "tillfällen": [{"start": "2027-02-01"}], "platser": 1.5, "tid": ["dagtid"]}]).encode(), "a.json"
    )
    rows = bulk_wire.rows_of(json.loads(json.dumps(table["rows"])))
    assert bulk_wire.pack(Table(tuple(rows))) == {**table, "faults": []}
    assert isinstance(rows[0], Row)


def test_what_must_not_be_kept_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    number = "811218-9876"
    cells = {**ROW, "titel": f"Ring {number}", "kontakt": 8112189876, "tillfällen": [{"plats": number, number: 1}], number: "x"}
    text = json.dumps(bulk_guard.read(json.dumps([cells]).encode(), "a.json"), ensure_ascii=False)
    assert number not in text
    assert "8112189876" not in text
    assert text.count("ser ut som ett personnummer") == 3
