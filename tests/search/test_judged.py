"""The judged queries can be trusted as a measure: their answers exist and are shown, their kinds and halves are even."""

import json
import tomllib
from collections import Counter
from pathlib import Path

import insatsbas
from tests.search.judged import HALVES, KINDS, read

DATA = Path(insatsbas.__file__).parent / "data"
QUERIES = read()


def shown() -> set[str]:
    """The ids that a search shows unless asked for more: active, and not only for staff."""
    needs = tomllib.loads((DATA / "lists.toml").read_text(encoding="utf-8"))["need"]
    staff = {part["code"] for need in needs for part in need.get("part", []) if need.get("for_staff") or part.get("for_staff")}
    entries = json.loads((DATA / "examples.json").read_text(encoding="utf-8"))
    return {entry["id"] for entry in entries if entry["status"] == "aktiv" and not set(entry["behov"]) & staff}


def test_every_answer_is_an_entry_that_search_shows() -> None:
    ids = shown()
    assert ids
    assert {(query.text, id_) for query in QUERIES for id_ in query.relevant if id_ not in ids} == set()


def test_every_query_has_an_answer_with_a_grade() -> None:
    assert [query.text for query in QUERIES if not query.relevant or not set(query.relevant.values()) <= {1, 2}] == []


def test_there_are_enough_of_every_kind_and_none_twice() -> None:
    kinds = Counter(query.kind for query in QUERIES)
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) >= 14
    assert len(QUERIES) >= 170
    assert [text for text, count in Counter(query.text.casefold() for query in QUERIES).items() if count > 1] == []


def test_half_of_every_kind_is_kept_from_tuning() -> None:
    def count(kind: str, half: str) -> int:
        return sum(query.kind == kind and query.half == half for query in QUERIES)

    assert {query.half for query in QUERIES} == set(HALVES)
    assert [kind for kind in KINDS if abs(count(kind, "tune") - count(kind, "kept")) > 1] == []
