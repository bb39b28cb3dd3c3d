"""What is searched for is counted, without telling of anybody and without holding up who searches."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select

from insatsbas.core import clock
from insatsbas.core.config import current_settings
from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError
from insatsbas.core.viewer import GUEST, SYSTEM
from insatsbas.search import counted, counted_actions, counted_queries, periodic
from insatsbas.search.counted import Counting, Tally
from insatsbas.search.counted_models import SearchCount
from insatsbas.search.counted_rules import kept, kept_since
from tests.conftest import client_of
from tests.support.needs import ROOT

DAY = date(2027, 1, 18)


@pytest.mark.parametrize(
    ("typed", "counted_as"),
    [
        ("Sfi", "sfi"),
        ("  SFI \n  Haninge ", "sfi haninge"),
        ("kurs c1 2027", "kurs c1 2027"),
        ("vård och omsorg (barnskötare)", "vård och omsorg (barnskötare)"),
        ("x" * 60, "x" * 60),
    ],
)
def test_what_is_asked_is_counted_in_one_form(typed: str, counted_as: str) -> None:
    assert kept(typed) == counted_as


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "900101-0017",
        "anna andersson 19900101-0017",
        "9001010017",
        "anna 900101",
        "anna andersson 070-123 45 67",
        "anna +46 (0)70 123 45 67",
        "ärende 2026/12345",
        "anna.andersson@exempel.example",
        "x" * 61,
    ],
)
def test_what_may_tell_of_somebody_is_not_counted(typed: str) -> None:
    assert kept(typed) is None


def test_a_process_hands_over_what_it_has_counted_and_work_takes_it_in(app: Flask, freeze: Callable[[date | datetime], None]) -> None:
    freeze(DAY)
    with app.app_context():
        for text, total in (("Sfi", 3), ("sfi", 0), ("svetsare", 0), ("anna 070-1234567", 0)):
            counted.note(text, total)
        assert periodic.count_searches() == 0, "nothing is written before its time"
        counted.current_counting().hand_over()
        assert periodic.count_searches() == 3
        assert periodic.count_searches() == 0, "it is taken in once"
        counted.note("sfi", 3)
        counted.current_counting().hand_over()
        assert periodic.count_searches() == 1
        rows = {row.text: (row.day, row.times, row.without) for row in db.session.scalars(select(SearchCount))}
    assert rows == {"sfi": (DAY, 3, 1), "svetsare": (DAY, 1, 1)}


def test_what_a_process_has_left_is_handed_over_when_it_ends(tmp_path: Path) -> None:
    told = f"from pathlib import Path; from insatsbas.search.counted import Counting; Counting(Path({str(tmp_path)!r})).note('sfi', 0)"
    subprocess.run([sys.executable, "-c", told], cwd=ROOT, check=True, timeout=60)
    ((_, tallies),) = counted.handed_over(tmp_path)
    assert tallies == [Tally(clock.today(), "sfi", 1, 1)]


def test_many_threads_lose_no_count(tmp_path: Path) -> None:
    counting = Counting(tmp_path)

    def ask() -> None:
        for number in range(500):
            counting.note(f"fråga {number % 7}", number)
            if number % 100 == 0:
                counting.hand_over()

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counting.hand_over()
    assert sum(tally.times for _, tallies in counted.handed_over(tmp_path) for tally in tallies) == 8 * 500


def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "_MOST", 3)
    counting = Counting(tmp_path)
    for text in ("a", "b", "c", "d", "e", "a"):
        counting.note(text, 1)
    counting.hand_over()
    ((_, tallies),) = counted.handed_over(tmp_path)
    assert {tally.text: tally.times for tally in tallies} == {"a": 2, "b": 1, "c": 1}


def test_the_table_is_bounded_and_keeps_the_commonest(bare_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted_actions, "MOST_A_DAY", 2)
    with bare_app.app_context():
        with writing() as session:
            counted_actions.add(session, [Tally(DAY, "a", 1, 0), Tally(DAY, "b", 5, 0), Tally(DAY, "c", 3, 0)])
        with writing() as session:
            counted_actions.add(session, [Tally(DAY, "b", 1, 0), Tally(DAY, "d", 9, 0)])
        assert {row.text: row.times for row in db.session.scalars(select(SearchCount))} == {"b": 6, "c": 3}


@pytest.mark.parametrize("broken", ["", "[", "[1]", '[["igår", "sfi", 1, 0]]', "{}", '"sfi"'])
def test_a_file_that_is_spoilt_stops_nothing(app: Flask, broken: str) -> None:
    with app.app_context():
        counted.note("sfi", 1)
        counted.current_counting().hand_over()
        folder = next(Path(app.extensions["insatsbas"].data_dir).rglob("sokt"))
        (folder / "0.json").write_text(broken, "utf-8")
        assert periodic.count_searches() == 1
        assert not list(folder.iterdir())


def test_what_may_tell_of_somebody_is_refused_where_it_is_written_too(bare_app: Flask) -> None:
    with bare_app.app_context():
        with writing() as session:
            assert (
                counted_actions.add(session, [Tally(DAY, "anna 070-1234567", 9, 0), Tally(DAY, "SFI", 9, 0), Tally(DAY, "sfi", 1, 2)]) == 0
            )
        assert db.session.scalars(select(SearchCount)).all() == []


def test_only_what_was_asked_three_times_is_shown(both_databases: Flask) -> None:
    with writing() as session:
        told = [
            *(Tally(date(2027, 1, day), "sfi", 2, 0) for day in (1, 2)),
            *(Tally(date(2027, 1, day), "svetsare", 1, 1) for day in (1, 2, 3)),
            Tally(date(2027, 1, 3), "anna andersson", 2, 2),
            Tally(date(2026, 12, 31), "anna andersson", 1, 1),
            Tally(date(2027, 1, 3), "truck", 3, 2),
        ]
        counted_actions.add(session, told)
    since = date(2027, 1, 1)
    common = counted_queries.commonest(SYSTEM, db.session, since=since, limit=10)
    assert [(row.text, row.times, row.without) for row in common] == [("sfi", 4, 0), ("svetsare", 3, 3), ("truck", 3, 2)]
    empty = counted_queries.without_hits(SYSTEM, db.session, since=since, limit=10)
    assert [(row.text, row.without) for row in empty] == [("svetsare", 3)]
    assert [row.text for row in counted_queries.commonest(SYSTEM, db.session, since=since, limit=1)] == ["sfi"]
    with pytest.raises(ForbiddenError):
        counted_queries.commonest(GUEST, db.session, since=since, limit=10)


def test_it_is_kept_for_thirteen_months(both_databases: Flask, freeze: Callable[[date | datetime], None]) -> None:
    freeze(DAY)
    assert kept_since(DAY) == date(2025, 12, 1)
    with writing() as session:
        counted_actions.add(session, [Tally(date(2025, 11, 30), "gammalt", 3, 0), Tally(date(2025, 12, 1), "nytt", 3, 0)])
    periodic.forget_searches()
    assert list(db.session.scalars(select(SearchCount.text))) == ["nytt"]


@pytest.mark.parametrize(
    ("address", "came_from", "is_counted"),
    [
        ("/sok?q=sfi", None, True),
        ("/sok?q=sfi", "http://localhost/", True),
        ("/sok?q=sfi", "http://localhost/sok?q=svenska", True),
        ("/sok?q=sfi&lediga=ja", "http://localhost/sok?q=SFI", False),
        ("/sok?q=sfi&sida=2", None, False),
        ("/sok?q=sfi&sida=1", None, True),
        ("/sok?q=sfi", "http://[", True),
        ("/sok?q=sfi", "http://\u2100.com", True),
    ],
)
def test_who_turns_the_page_or_filters_asks_the_same_again(app: Flask, address: str, came_from: str | None, is_counted: bool) -> None:
    headers = {"Referer": came_from} if came_from else {}
    with app.test_request_context(address, headers=headers):
        counted.note("sfi", 1)
        counted.current_counting().hand_over()
        assert periodic.count_searches() == int(is_counted)


def test_who_reads_the_page_anew_asks_the_same_again(app: Flask) -> None:
    with app.test_request_context("/sok?q=sfi", headers={"Cache-Control": "max-age=0"}):
        counted.note("sfi", 1)
        counted.current_counting().hand_over()
        assert periodic.count_searches() == 0


def test_what_has_been_counted_is_forgotten_after_a_masking(app: Flask) -> None:
    with app.app_context():
        data_dir = current_settings().data_dir
        counted.note("i en fil", 1)
        counted.current_counting().hand_over()
        counted.note("i minnet", 1)
        counted.forget(data_dir)
        counted.current_counting().hand_over()
        assert periodic.count_searches() == 0
        counted.note("efteråt", 1)
        counted.current_counting().hand_over()
        assert periodic.count_searches() == 1


def test_the_search_page_counts_what_it_answers_and_the_api_does_not(app: Flask) -> None:
    client = client_of(app)
    for address in (
        "/sok?q=Svenska",
        "/sok?q=svenska&sida=2",
        "/sok?q=svenska&exakt=ja",
        "/sok",
        "/sok?q=zzxyq",
        "/api/v1/insatser?q=svenska",
    ):
        assert client.get(address).status_code == 200
    with app.app_context():
        assert db.session.scalars(select(SearchCount)).all() == [], "a GET writes nothing"
        db.session.rollback()
        counted.current_counting().hand_over()
        assert periodic.count_searches() == 3
        rows = {row.text: (row.times, row.without) for row in db.session.scalars(select(SearchCount))}
    assert rows == {"svenska": (2, 0), "zzxyq": (1, 1)}
