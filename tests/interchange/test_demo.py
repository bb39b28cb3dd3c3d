"""The demo catalogue: days that follow the clock, and nothing that is there touched."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from insatsbas.catalogue.models import Need
from insatsbas.core import clock
from insatsbas.core.viewer import SYSTEM
from insatsbas.interchange import demo
from tests.interchange.conftest import ROW, SOURCE, Installation

MONDAY = date(2027, 1, 18)
SATURDAY = date(2027, 1, 16)
EXAMPLE = {
    **ROW,
    "källa": "exempel",
    "exempel": "ja",
    "bekräftad": -3,
    "tillfällen": [{"start": 5, "slut": 5, "anmäl senast": -1, "platser": 4}, {"start": 1}, {"platser": 2}],
}


def load(here: Installation, examples: list[dict[str, Any]]) -> int:
    files = here.folder / "historical.json", here.folder / "examples.json"
    files[0].write_text(json.dumps([{**ROW, "källa": "rapporter", "status": "avslutad"}]), "utf-8")
    files[1].write_text(json.dumps(examples), "utf-8")
    with here.writing() as session:
        return demo.load_demo(SYSTEM, session, source=SOURCE, historical=files[0], examples=files[1])


def test_distances_become_days_and_nothing_starts_on_a_weekend() -> None:
    data = json.dumps([EXAMPLE, ROW]).encode()
    first, second = json.loads(demo.dated(data, MONDAY))
    assert first["bekräftad"] == "2027-01-15"
    assert first["tillfällen"] == [
        {"start": "2027-01-25", "slut": "2027-01-25", "anmäl senast": "2027-01-17", "platser": 4},
        {"start": "2027-01-19"},
        {"platser": 2},
    ]
    assert second == ROW
    starts = [json.loads(demo.dated(data, MONDAY + timedelta(days=n)))[0]["tillfällen"][0]["start"] for n in range(7)]
    assert all(date.fromisoformat(start).weekday() < 5 for start in starts)


def test_the_demo_is_added_once(here: Installation) -> None:
    assert load(here, [EXAMPLE]) == 2
    assert here.take_in_rows({**ROW, "källa": "exempel", "titel": "Ändrad"}).changed == 1
    assert load(here, [EXAMPLE, {**EXAMPLE, "id": "2"}]) == 1
    assert [entry["titel"] for entry in here.exported()] == ["Ändrad", ROW["titel"], ROW["titel"]]


def test_what_was_added_before_keeps_its_days(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    load(here, [EXAMPLE])
    before = here.entry()
    monkeypatch.setattr(clock, "now", lambda: datetime(2028, 1, 1, 12, tzinfo=UTC))
    assert load(here, [EXAMPLE]) == 0
    assert here.entry() == before


def test_a_demo_that_does_not_fit_the_program_is_told(here: Installation) -> None:
    with pytest.raises(demo.DemoError, match="Rad 1, kolumn behov: Behovet ”nytt” finns inte"):
        load(here, [{**EXAMPLE, "behov": ["nytt"]}])
    assert here.total() == 0


@pytest.mark.parametrize("today", [MONDAY, SATURDAY, date(2028, 2, 29)])
def test_the_demo_that_comes_with_the_program(here: Installation, today: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(today.year, today.month, today.day, 12, tzinfo=UTC))
    with here.writing() as session:
        count = demo.load_demo(SYSTEM, session, source=SOURCE)
    assert count == here.total() > 0
    entries = here.exported()
    starts = [date.fromisoformat(o["start"]) for entry in entries if entry["exempel"] == "ja" for o in entry["tillfällen"] if o["start"]]
    assert max(starts) > today > min(starts)
    assert all(start.weekday() < 5 for start in starts)
    with here.writing() as session:
        assert demo.load_demo(SYSTEM, session, source=SOURCE) == 0


def test_lists_are_laid_in_once(here: Installation) -> None:
    needs = here.count(Need)
    with here.writing() as session:
        assert demo.lay_in_lists(SYSTEM, session) == 0
    assert here.count(Need) == needs > 60
