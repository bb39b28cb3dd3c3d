"""Files from anyone: read when they are what they say, and a plain reason when they are not."""

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from insatsbas.interchange import reading, spreadsheet
from insatsbas.interchange.columns import Column
from insatsbas.interchange.table import Table, UnreadableError, Unusable, ValueFaultError
from insatsbas.interchange.values import text
from tests.interchange.conftest import ROW, csv_bytes, xlsx_bytes

HEADINGS = list(ROW)
CELLS = list(ROW.values())
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read_csv(lines: Sequence[Sequence[Any]]) -> Table:
    return reading.read_bytes(csv_bytes(lines), ".csv")


def read_xlsx(lines: Sequence[Sequence[Any]]) -> Table:
    return reading.read_bytes(xlsx_bytes(lines), ".xlsx")


def repacked(change: Callable[[str, bytes], bytes], more: dict[str, bytes] | None = None) -> bytes:
    """A workbook with some of its parts changed, or with more of them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes([HEADINGS, CELLS]))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, data in (more or {}).items():
            new.writestr(name, data)
    return out.getvalue()


def with_sheet(rows: str) -> bytes:
    """A workbook whose sheet holds these rows, as XML."""
    sheet = f'<worksheet xmlns="{MAIN}"><dimension ref="A1"/><sheetData>{rows}</sheetData></worksheet>'.encode()
    return repacked(lambda name, data: sheet if name == SHEET else data)


def reason_of(data: bytes, ending: str) -> str:
    with pytest.raises(UnreadableError) as caught:
        reading.read_bytes(data, ending)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_csv_with_and_without_bom_and_any_newline(encoding: str, newline: str) -> None:
    data = csv_bytes([HEADINGS, CELLS], encoding).replace(b"\r\n", newline.encode())
    assert [dict(row.cells) for row in reading.read_bytes(data, ".csv").rows] == [ROW]


def test_csv_keeps_what_stands_in_quotation_marks() -> None:
    cell = 'Vi säger "hej";\n\nsedan fika'
    assert read_csv([HEADINGS, [*CELLS[:3], cell, *CELLS[4:]]]).rows[0].cells[Column.SUMMARY] == cell


def test_csv_loses_one_apostrophe_and_runs_nothing() -> None:
    cells = ["'=1+1", "''t", "=2+2", "'-5", *CELLS[4:]]
    assert list(read_csv([HEADINGS, cells]).rows[0].cells.values())[:4] == ["=1+1", "'t", "=2+2", "-5"]


@pytest.mark.parametrize("read", [read_csv, read_xlsx])
def test_rows_are_numbered_as_a_spreadsheet_shows_them(read: Callable[[Sequence[Sequence[Any]]], Table]) -> None:
    nothing = [""] * len(CELLS)
    assert [row.number for row in read([HEADINGS, nothing, CELLS, nothing, nothing, CELLS]).rows] == [3, 6]


def test_a_blank_line_of_a_csv_is_counted() -> None:
    data = csv_bytes([HEADINGS, CELLS, CELLS]).replace(b"\r\n", b"\r\n\r\n\r\n")
    assert [row.number for row in reading.read_bytes(data, ".csv").rows] == [4, 7]


def test_json_entries_are_numbered_and_keep_their_types() -> None:
    table = reading.read_bytes(json.dumps([ROW, {**ROW, "platser": 12, "tid": ["dagtid"], "timmar per vecka": 2.5}]).encode(), ".json")
    assert [row.number for row in table.rows] == [1, 2]
    assert table.rows[1].cells[Column.PLACES] == 12
    assert table.rows[1].cells[Column.TIME] == ["dagtid"]
    assert Column.TIME not in table.rows[0].cells


@pytest.mark.parametrize("read", [read_csv, read_xlsx])
def test_headings_in_any_order_and_any_case(read: Callable[[Sequence[Sequence[Any]]], Table]) -> None:
    table = read([[" " + name.upper() for name in reversed(HEADINGS)], list(reversed(CELLS))])
    assert table.faults == ()
    assert dict(table.rows[0].cells) == ROW


@pytest.mark.parametrize("read", [read_csv, read_xlsx])
def test_an_unknown_column_is_told_once(read: Callable[[Sequence[Sequence[Any]]], Table]) -> None:
    table = read([[*HEADINGS, "färg"], *[[*CELLS, "blå"]] * 3])
    assert [str(fault) for fault in table.faults] == ["Kolumn färg: Kolumnen ”färg” är inte känd."]


def test_an_unknown_key_is_told_once() -> None:
    table = reading.read_bytes(json.dumps([{**ROW, "färg": "blå"}] * 3).encode(), ".json")
    assert [str(fault) for fault in table.faults] == ["Kolumn färg: Kolumnen ”färg” är inte känd."]


@pytest.mark.parametrize("read", [read_csv, read_xlsx])
def test_what_only_json_carries_is_no_column(read: Callable[[Sequence[Sequence[Any]]], Table]) -> None:
    assert [fault.column for fault in read([[*HEADINGS, "tillfällen"], [*CELLS, ""]]).faults] == ["tillfällen"]


@pytest.mark.parametrize("read", [read_csv, read_xlsx])
@pytest.mark.parametrize("name", HEADINGS)
def test_a_needed_column_that_is_missing_is_told_once(read: Callable[[Sequence[Sequence[Any]]], Table], name: str) -> None:
    table = read([[h for h in HEADINGS if h != name], *[CELLS[1:]] * 3])
    assert [(fault.row, fault.column, fault.reason) for fault in table.faults] == [(1, name, "Kolumnen saknas. Den måste finnas.")]
    assert table.rows == ()


@pytest.mark.parametrize("read", [read_csv, read_xlsx])
def test_a_column_that_stands_twice(read: Callable[[Sequence[Sequence[Any]]], Table]) -> None:
    assert [fault.reason for fault in read([[*HEADINGS, "titel"], [*CELLS, "x"]]).faults] == ["Kolumnen finns mer än en gång."]


@pytest.mark.parametrize("read", [read_csv, read_xlsx])
def test_a_cell_under_no_heading(read: Callable[[Sequence[Sequence[Any]]], Table]) -> None:
    table = read([[*HEADINGS, ""], [*CELLS, ""], [*CELLS, "x"]])
    assert [row.reason for row in table.rows] == [None, "Raden har fler celler än det finns rubriker."]
    assert "ingen rubrik" in read([[*HEADINGS, "", "start"], [*CELLS, "", ""]]).faults[0].reason


def test_a_row_that_is_too_short_does_not_clear_what_it_lacks() -> None:
    assert "färre celler" in (read_csv([HEADINGS, CELLS[:5]]).rows[0].reason or "")


def test_commas_instead_of_semicolons() -> None:
    data = (",".join(HEADINGS) + "\n" + ",".join(CELLS)).encode()
    assert "semikolon" in reading.read_bytes(data, ".csv").faults[0].reason


@pytest.mark.parametrize("ending", [".csv", ".json", ".xlsx"])
def test_an_empty_file(ending: str) -> None:
    if ending == ".csv":
        assert reading.read_bytes(b"", ending).faults[0].reason == "Filen har inga rubriker på första raden."
    else:
        assert reason_of(b"", ending)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
@pytest.mark.parametrize("ending", [".csv", ".json"])
def test_a_file_that_is_not_utf8(encoding: str, ending: str) -> None:
    assert "inte kodad i UTF-8" in reason_of("källa;id".encode(encoding), ending)


@pytest.mark.parametrize("tail", ['"öppet', '"stängt"fel;b', '"' + "x" * 200_000 + '"'])
def test_a_csv_whose_quotation_marks_are_wrong(tail: str) -> None:
    reason = reason_of(csv_bytes([HEADINGS, CELLS]) + tail.encode(), ".csv")
    assert reason.startswith("Filen går inte att läsa från rad 3.")
    assert "citattecken" in reason


@pytest.mark.parametrize(
    ("text_", "reason"),
    [
        ('[{"källa": ', "fel på rad 1"),
        ('{"källa": "a"}', "lista av objekt"),
        ("[" * 100_000, "för djupt"),
        ("[" + "9" * 5000 + "]", "orimligt"),
        ("[NaN]", "orimligt"),
        ("[1e99999999999999999999]", "orimligt"),
    ],
)
def test_json_that_is_none(text_: str, reason: str) -> None:
    assert reason in reason_of(text_.encode(), ".json")


def test_an_entry_that_is_no_object() -> None:
    assert [row.reason for row in reading.read_bytes(b'["a"]', ".json").rows] == ["Posten är inget objekt: {…}."]


def test_an_ending_that_is_none_of_ours(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"\.csv, \.xlsx eller \.json"):
        reading.read_file(tmp_path / "a.ods")
    with pytest.raises(UnreadableError, match="går inte att läsa"):
        reading.read_file(tmp_path / "saknas.csv")


def test_xlsx_has_native_values() -> None:
    row = [17, True, 2.5, datetime(2027, 1, 18), date(2027, 1, 19), "'=1", "#N/A"]
    book = Workbook()
    book.active.append(HEADINGS)
    book.active.append(row)
    book.active["G2"].data_type = "s"
    out = io.BytesIO()
    book.save(out)
    found = list(reading.read_bytes(out.getvalue(), ".xlsx").rows[0].cells.values())
    assert found == [17, True, 2.5, datetime(2027, 1, 18), datetime(2027, 1, 19), "'=1", "#N/A"]


@pytest.mark.parametrize(("cell", "reason"), [("=1+1", "formel"), ("#REF!", "visar ett fel"), (time(9, 30), "klockslag")])
def test_a_cell_of_a_workbook_that_holds_no_value(cell: object, reason: str) -> None:
    found = read_xlsx([HEADINGS, [*CELLS[:-1], cell]]).rows[0].cells[Column.STATUS]
    assert isinstance(found, Unusable)
    with pytest.raises(ValueFaultError, match=reason):
        text(found)


def test_only_the_first_sheet_is_read() -> None:
    book = Workbook()
    book.active.append(HEADINGS)
    book.create_sheet("Hjälp").append(["Så här fyller du i"])
    out = io.BytesIO()
    book.save(out)
    assert reading.read_bytes(out.getvalue(), ".xlsx") == Table(())


@pytest.mark.parametrize("data", [b"PK\x03\x04 not really", b"<html></html>", csv_bytes([HEADINGS, CELLS])])
def test_what_is_no_workbook(data: bytes) -> None:
    assert "ingen .xlsx" in reason_of(data, ".xlsx")


def test_an_archive_that_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hej.txt", "hej")
    assert "arbetsbok" in reason_of(out.getvalue(), ".xlsx")


def test_a_broken_part_of_a_workbook() -> None:
    assert "arbetsbok" in reason_of(repacked(lambda name, data: data[: len(data) // 2] if name == SHEET else data), ".xlsx")


def test_a_file_that_is_too_large_is_not_opened() -> None:
    assert "högst 5 MB" in reason_of(b"PK" + b"x" * spreadsheet.MAX_FILE, ".xlsx")


def test_a_large_file_is_not_even_read(tmp_path: Path) -> None:
    file = tmp_path / "stor.xlsx"
    with file.open("wb") as out:
        out.truncate(10**12)
    with pytest.raises(UnreadableError, match="högst 5 MB"):
        reading.read_file(file)


def test_a_zip_bomb_is_weighed_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "load_workbook", None)
    bomb = repacked(lambda _, data: data, {"xl/media/bomb": bytes(spreadsheet.MAX_UNPACKED + 1)})
    assert len(bomb) < 200_000
    assert "packas upp till mer" in reason_of(bomb, ".xlsx")


def test_an_archive_of_very_many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "load_workbook", None)
    assert "packas upp till mer" in reason_of(repacked(lambda _, data: data, {f"x{i}": b"" for i in range(spreadsheet.MAX_PARTS)}), ".xlsx")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_that_would_grow_without_end(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "load_workbook", None)
    laughs = '<!DOCTYPE a [<!ENTITY b "ha">]><worksheet/>'.encode(encoding)
    assert "DOCTYPE" in reason_of(repacked(lambda name, data: laughs if name == SHEET else data), ".xlsx")


def test_a_cell_at_the_far_corner_does_not_hang() -> None:
    heading = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADINGS)
    data = with_sheet(f'<row r="1">{heading}</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    assert "längre ner än rad 20001" in reason_of(data, ".xlsx")


def test_a_heading_at_the_far_right() -> None:
    assert "bredare än 60" in reason_of(with_sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>'), ".xlsx")


def test_rows_that_are_wider_than_the_headings_are_not_filled_out() -> None:
    heading = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADINGS)
    wide = "".join(f'<row r="{number}"><c r="XFD{number}"><v>1</v></c></row>' for number in range(2, 20_001))
    assert reading.read_bytes(with_sheet(f'<row r="1">{heading}</row>{wide}'), ".xlsx").rows == ()


def test_a_sheet_that_lies_about_its_size() -> None:
    rows = "".join(
        f'<row r="{number}">' + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells) + "</row>"
        for number, cells in enumerate([HEADINGS, CELLS, CELLS], start=1)
    )
    assert len(reading.read_bytes(with_sheet(rows), ".xlsx").rows) == 2
