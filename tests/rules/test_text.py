"""Codes made of names, and letters without their dots."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insatsbas.core.text import fold, slug, unique_slug

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("åäö ÅÄÖ", "aao AAO"),
        ("café", "cafe"),
        ("a\u030a", "a"),
        ("språk", "sprak"),
        ("sfi", "sfi"),
        ("", ""),
        ("İ", "I"),
        ("日本 🙂", "日本 🙂"),
    ],
)
def test_folding_takes_dots_and_accents_and_nothing_else(text: str, bare: str) -> None:
    assert fold(text) == bare


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Huddinge kommun", "huddinge-kommun"),
        ("Läs- och skrivinlärning (nivå 1)", "las-och-skrivinlarning-niva-1"),
        ("  --Åse!!  ", "ase"),
        ("日本", "x"),
        ("", "x"),
        ("a" * 60, "a" * 40),
        ("a" * 39 + " b", "a" * 39),
    ],
)
def test_a_slug_is_plain(text: str, code: str) -> None:
    assert slug(text) == code


@settings(derandomize=True, max_examples=300)
@given(st.text(max_size=120), st.integers(1, 60))
def test_a_slug_is_always_a_code_that_fits(text: str, longest: int) -> None:
    code = slug(text, longest=longest)
    assert _CODE.fullmatch(code)
    assert len(code) <= longest


def test_a_taken_slug_gets_a_number_and_is_taken_from_then_on() -> None:
    taken = {"huddinge"}
    assert [unique_slug("Huddinge", taken) for _ in range(3)] == ["huddinge-2", "huddinge-3", "huddinge-4"]
    assert taken == {"huddinge", "huddinge-2", "huddinge-3", "huddinge-4"}


def test_a_slug_is_unique_also_where_there_is_little_room() -> None:
    taken: set[str] = set()
    made = [unique_slug("abcdef", taken, longest=6) for _ in range(120)]
    assert len(set(made)) == 120
    assert max(map(len, made)) <= 6


@settings(derandomize=True, max_examples=100)
@given(st.lists(st.text(max_size=12), max_size=30))
def test_slugs_of_any_names_are_all_different_codes(names: list[str]) -> None:
    taken: set[str] = set()
    made = [unique_slug(name, taken, longest=10) for name in names]
    assert len(set(made)) == len(names)
    assert all(_CODE.fullmatch(code) and len(code) <= 10 for code in made)
