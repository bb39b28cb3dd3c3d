"""Cells and values: what is read is what was written, and nothing else passes."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insatsbas.catalogue.rules import EndReason, Form, Level, Status
from insatsbas.interchange import values
from insatsbas.interchange.reading import unguard
from insatsbas.interchange.table import ValueFaultError
from insatsbas.interchange.writing import guard

ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=200)
MONEY = st.decimals(0, 99_999_999, places=2)
DAYS = st.dates(date(1950, 1, 1), date(2200, 12, 31))


@given(ANY_TEXT)
def test_a_guarded_cell_comes_back_as_it_was(cell: str) -> None:
    assert unguard(guard(cell)) == cell
    assert guard(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


@given(ANY_TEXT)
def test_text_is_tidied_once_and_for_all(text: str) -> None:
    for tidy in (values.tidy, values.tidy_line):
        once = tidy(text)
        assert tidy(once) == once
        assert values.text(once) == values.tidy(once)
    assert values.line(values.tidy_line(text)) == values.tidy_line(text)


@given(st.lists(ANY_TEXT, max_size=5))
def test_paragraphs_come_back_as_they_were(texts: list[str]) -> None:
    found = [part for text in texts for part in values.split_paragraphs(text)]
    assert values.paragraphs("\n\n".join(found)) == found
    assert values.paragraphs("\r\n \r\n".join(found)) == found


@given(MONEY)
def test_a_number_comes_back_as_it_was(number: Decimal) -> None:
    cell = values.written(number)
    assert values.money(cell) == number
    assert values.money(float(number)) == number
    assert cell == "0" or not cell.endswith(",0")


@given(DAYS)
def test_a_day_comes_back_as_it_was(day: date) -> None:
    assert values.day(values.written(day)) == day
    assert values.day(datetime(day.year, day.month, day.day)) == day


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="|"), max_size=20)))
def test_several_values_come_back_as_they_were(texts: list[str]) -> None:
    found = list(dict.fromkeys(line for text in texts if (line := values.tidy_line(text))))
    assert values.several(values.written(found)) == found
    assert values.several(found) == found


@pytest.mark.parametrize(
    ("read", "names"),
    [
        (values.status, {"aktiv": Status.ACTIVE, "Pausad": Status.PAUSED, "VILANDE": Status.PAUSED, "avslutad": Status.ENDED}),
        (values.form, {"på plats": Form.ON_SITE, "På Distans": Form.REMOTE, "delvis-pa-distans": Form.PARTLY_REMOTE}),
        (values.end_reason, {"projektslut": EndReason.PROJECT_OVER, "få deltagare": None, "För få deltagare": EndReason.TOO_FEW}),
        (values.level, {"SFI b": Level.SFI_B, "inget krav": Level.NONE, "sva gymnasial": Level.SVA_UPPER, "4": Level.SFI_D}),
        (values.level, {"Svenska som andraspråk, grundläggande nivå": Level.SVA_BASIC, "": None}),
    ],
)
def test_closed_lists_take_codes_and_labels(read: Callable[[object], Any], names: dict[str, Any]) -> None:
    for name, member in names.items():
        if name and member is None:
            with pytest.raises(ValueFaultError, match="finns inte att välja"):
                read(name)
        else:
            assert read(name) == member
    assert read(" \u00a0 ") is None


def test_a_level_may_be_a_number_of_a_spreadsheet() -> None:
    assert values.level(3) is Level.SFI_C
    assert values.level(0.0) is Level.NONE


@pytest.mark.parametrize(
    ("cell", "number"), [("18 500", "18500"), ("18\u00a0500,50", "18500.5"), ("12.5", "12.5"), (0.1 + 0.2, "0.3"), ("", None)]
)
def test_numbers_are_read_as_people_write_them(cell: object, number: str | None) -> None:
    assert values.money(cell) == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    ("read", "cell", "reason"),
    [
        (values.money, "gratis", "inget tal"),
        (values.money, "-5", "mindre än 0"),
        (values.money, "−5", "mindre än 0"),
        (values.money, "1.500", "två decimaler"),
        (values.money, "1e5", "inget tal"),
        (values.money, "٣", "inget tal"),
        (values.money, float("nan"), "inget tal"),
        (values.money, 10**9, "högst 99999999,99"),
        (values.money, Decimal("1E+999999"), "högst"),
        (values.money, Decimal("1E-999999"), "två decimaler"),
        (values.money, "9" * 6000, "högst"),
        (values.hours, "0", "större än 0"),
        (values.hours, "100,5", "högst 100"),
        (values.places, "2,5", "inget heltal"),
        (values.places, True, "inget tal"),
        (values.places, {"antal": 2}, "text"),
        (values.year, "1949", "ligger inte mellan 1950 och 2200"),
        (values.day, "18/1 2027", "inget datum"),
        (values.day, "20270118", "inget datum"),
        (values.day, "2027-02-30", "inget datum"),
        (values.day, "1899-01-01", "ligger inte mellan"),
        (values.yes_no, "kanske", "ja eller nej"),
        (values.links, "javascript:alert(1)", "ingen webbadress"),
        (values.links, "https://", "ingen webbadress"),
        (values.links, "https://[1", "ingen webbadress"),
        (values.links, "https://a.example/b c", "ingen webbadress"),
        (values.links, "https://a.example/" + "x" * 500, "Högst 500"),
        (values.text, "a\x00b", r"U\+0000"),
        (values.text, "a\ufffeb", r"U\+FFFE"),
        (values.text, "\ud800", r"U\+D800"),
        (values.text, "x" * 32_768, "Högst 32767"),
        (values.line, ["a", "b"], "bara stå ett värde"),
        (values.line, {"a": 1}, "ska stå text"),
    ],
)
def test_what_does_not_do_is_told(read: Callable[[object], Any], cell: object, reason: str) -> None:
    with pytest.raises(ValueFaultError, match=reason):
        read(cell)


def test_an_address_is_written_without_what_parts_several() -> None:
    assert values.links("HTTPS://a.example/x | http://b.example") == ["https://a.example/x", "http://b.example"]
    assert values.tidy_link("https://a.example/x|y") == "https://a.example/x%7Cy"


def test_what_a_spreadsheet_made_a_number_or_a_date_of_is_text_again() -> None:
    assert [values.line(cell) for cell in (17, 17.0, 0.5, date(2027, 1, 18), datetime(2027, 1, 18, 9), True)] == [
        "17",
        "17",
        "0.5",
        "2027-01-18",
        "2027-01-18",
        "ja",
    ]
