"""What is found when a text is masked, and what stands in its place."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import JSON, String

import insatsbas.cli  # noqa: F401 - every table is known where every module is
from insatsbas.catalogue import snapshot
from insatsbas.core.db import Base
from insatsbas.keeping.masking.rules import MARK, Order, as_url, fault, masked, shown
from insatsbas.keeping.masking.tables import ACCOUNTS, KEPT, LABELS, in_json, is_text, targets


def result(text: str, *looked_for: str, whole_words: bool = False) -> str:
    """A text with some others masked."""
    return masked(text, Order(looked_for, whole_words=whole_words).pattern())


@pytest.mark.parametrize(
    ("text", "looked_for", "expected"),
    [
        ("Ring Åsa Ek i morgon", "Åsa Ek", "Ring [maskerat] i morgon"),
        ("Ring ÅSA EK", "åsa ek", "Ring [maskerat]"),
        ("Ring Åsa\n   Ek, och Åsa\xa0Ek", "Åsa Ek", "Ring [maskerat], och [maskerat]"),
        ("Ring A\u030asa Ek", "Åsa Ek", "Ring [maskerat]"),
        ("Ring Asa Ek", "Åsa Ek", "Ring Asa Ek"),
        ("Ring Åsa Ek", "Asa Ek", "Ring Åsa Ek"),
        ("Åsa Eks dotter", "Åsa Ek", "[maskerat]s dotter"),
        ("a.b*c", "a.b*c", "[maskerat]"),
        ("axbxc", "a.b*c", "axbxc"),
        ("Ring 070-123 45 67.", "0701234567", "Ring [maskerat]."),
        ("Ring 0701 23 45 67", "070-123 45 67", "Ring [maskerat]"),
        ("Ring 07012345678", "0701234567", "Ring 07012345678"),
        ("19811218-9876", "8112189876", "[maskerat]"),
        ("811218-9876 och 198112189876", "19811218-9876", "[maskerat] och [maskerat]"),
        ("anna@exempel.example", "anna", "[maskerat]@exempel.example"),
    ],
)
def test_a_text_is_found_however_it_is_written(text: str, looked_for: str, expected: str) -> None:
    assert result(text, looked_for) == expected


def test_whole_words_leave_longer_ones() -> None:
    assert result("Anna tog annan väg än Annas", "anna", whole_words=True) == "[maskerat] tog annan väg än Annas"


def test_the_longest_of_several_goes_first() -> None:
    assert result("Anna Ek, Ek och Anna", "Anna", "Anna Ek", "", "  ") == "[maskerat], Ek och [maskerat]"


def test_what_may_not_be_asked_for() -> None:
    assert fault(Order(("Anna Ek",)), "Hon bad om det") is None
    assert fault(Order(("An",)), "x") == "short"
    assert fault(Order(("Anna", "E")), "x") == "short"
    assert fault(Order(("  ",)), "x") == "short"
    assert fault(Order(("Maskera",)), "x") == "mark"
    assert fault(Order(("https",)), "x") == "mark"
    assert fault(Order(("Anna Ek",)), "anna  ek bad om det") == "why"


@given(st.text(min_size=3, max_size=8).filter(lambda t: len(t.strip()) >= 3), st.text(max_size=40), st.integers(12, 60))
def test_nothing_is_left_and_the_mark_always_is(looked_for: str, around: str, longest: int) -> None:
    order = Order((looked_for,))
    if fault(order, "") is not None:
        return
    pattern = order.pattern()
    text = f"{around}{looked_for}{around}"[:longest]
    new = masked(text, pattern, longest)
    assert len(new) <= longest
    assert (MARK in new) >= bool(pattern.search(text))
    assert bool(list(shown(text, pattern))) == bool(pattern.search(text))


def test_a_text_that_gets_too_long_keeps_its_mark() -> None:
    assert masked("x" * 147 + "Bo1", Order(("Bo1",)).pattern(), 150) == "x" * 140 + MARK
    assert masked("Bo1" * 50, Order(("Bo1",)).pattern(), 150).startswith(MARK)
    assert masked("helt", Order(("Bo1",)).pattern(), 2) == "helt", "what was not touched stays as it was"


def test_the_words_around_show_whether_more_was_meant() -> None:
    assert list(shown("Annas, annan och Anna.\nAnna  Ek", Order(("anna",)).pattern())) == ["Annas", "annan", "Anna", "Anna"]


def test_an_address_of_a_page_stays_one() -> None:
    assert as_url("https://exempel.example/[maskerat]") == "https://exempel.example/[maskerat]"
    assert as_url("[maskerat]") == "https://maskerat.invalid/"


def test_the_codes_of_a_revision_stay() -> None:
    column = Base.metadata.tables["revision"].c.content
    content = {
        "title": "Sfi aktiv",
        "status": "aktiv",
        "needs": ["aktiv"],
        "links": ["aktiv"],
        "occasions": [{"start": "2027-01-18", "place": "aktiv"}],
        "outcomes": [["aktiv", 7]],
    }
    new = in_json(column, content, lambda text, _longest: re.sub("aktiv|2027", MARK, text))
    assert new == {
        "title": "Sfi [maskerat]",
        "status": "aktiv",
        "needs": ["aktiv"],
        "links": ["https://maskerat.invalid/"],
        "occasions": [{"start": "2027-01-18", "place": MARK}],
        "outcomes": [[MARK, 7]],
    }
    assert {"status", "needs", "terms", "owner", "start", "end", "apply_by"} <= snapshot.CODED


def test_no_table_is_forgotten() -> None:
    """Every column of text of every table is looked in, or is exempt by name, key or reference."""
    looked_in = {f"{table.name}.{target.column.name}" for table, columns in targets() for target in columns}
    holding = {
        f"{table.name}.{column.name}": column
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, String | JSON) and is_text(column)
    }
    assert looked_in == holding.keys()
    assert {"intervention.title", "revision.content", "letter.body", "event.text", "import_batch.rows", "report.answer"} <= looked_in
    all_columns = {f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns}
    assert all_columns >= KEPT | ACCOUNTS.keys(), "these columns are gone"
    assert {table.name for table, _ in targets()} <= LABELS.keys(), "say in masking/tables.py what this table is called"
