"""Files that nobody means well by, or that went wrong on the way: made when they are asked for, none is kept."""

import io
import json
import random
import struct
import zipfile
from collections.abc import Callable
from typing import NamedTuple

from tests.interchange.conftest import ROW, csv_bytes, xlsx_bytes
from tests.interchange.test_reading import CELLS, HEADINGS, MAIN, SHEET, repacked, with_sheet

MB = 1024 * 1024
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(12))
STRINGS = "xl/sharedStrings.xml"


class Hostile(NamedTuple):
    """A file: what it is called, how it is made, and what must stand in the reason; "" when it is read as harmless."""

    name: str
    make: Callable[[], bytes]
    reason: str = ""


def headed(rows: str) -> bytes:
    heading = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADINGS)
    return with_sheet(f'<row r="1">{heading}</row>{rows}')


def part(name: str, data: bytes) -> bytes:
    """A workbook with one part changed, or put in."""
    return repacked(lambda old, kept: data if old == name else kept, {} if name in _parts() else {name: data})


def sheet_xml(text: str, encoding: str = "utf-8") -> bytes:
    return repacked(lambda name, data: text.encode(encoding) if name == SHEET else data)


def with_row(**cells: object) -> bytes:
    return json.dumps([{**ROW, **cells}]).encode()


def csv_row(title: str) -> bytes:
    return csv_bytes([HEADINGS, [*CELLS[:2], title, *CELLS[3:]]])


def many_parts() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(40_000):
            archive.writestr(str(number), b"")
    return out.getvalue()


def nested() -> bytes:
    inner = bytes(20 * MB)
    for _ in range(3):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(5):
                archive.writestr(f"{number}.zip", inner)
        inner = out.getvalue()
    return inner


def lying_about_size() -> bytes:
    """A bomb whose list of contents says that it is small."""
    data = bytearray(repacked(lambda _, kept: kept, {"xl/bomb.xml": bytes(60 * MB)}))
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/bomb.xml"))
    struct.pack_into("<I", data, at + 24, 100)
    return bytes(data)


def one_text_said_often(rows: int) -> bytes:
    """One long text, said again in every cell."""
    heading = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADINGS)
    again = ("<row>" + '<c t="s"><v>0</v></c>' * len(HEADINGS) + "</row>") * rows
    changed = {
        SHEET: f'<worksheet xmlns="{MAIN}"><sheetData><row>{heading}</row>{again}</sheetData></worksheet>',
        STRINGS: f'<sst xmlns="{MAIN}"><si><t>{"x" * 32_000}</t></si></sst>',
    }
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    told = f'<Override PartName="/{STRINGS}" ContentType="{kind}"/></Types>'.encode()

    def change(name: str, data: bytes) -> bytes:
        return changed[name].encode() if name in changed else data.replace(b"</Types>", told)

    return repacked(change, {} if STRINGS in _parts() else {STRINGS: changed[STRINGS].encode()})


def _parts() -> list[str]:
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes([HEADINGS]))) as archive:
        return archive.namelist()


def macros() -> bytes:
    return repacked(lambda _, data: data, {"xl/vbaProject.bin": b"\xcc\x61" * 100})


def several_sheets(count: int) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(HEADINGS)
    for number in range(count):
        book.create_sheet(f"Blad {number}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def encrypted() -> bytes:
    """An archive whose parts say that they are locked with a password."""
    data = bytearray(xlsx_bytes([HEADINGS, CELLS]))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


CORPUS: dict[str, Hostile] = {
    # Archives
    "zip bomb": Hostile("a.xlsx", lambda: repacked(lambda _, d: d, {"xl/media/bomb": bytes(400 * MB)}), "packas upp till mer"),
    "zip bomb in the sheet": Hostile("a.xlsx", lambda: headed("<row/>" * 7_000_000), "längre ner"),
    "zip bomb that lies about its size": Hostile("a.xlsx", lying_about_size, "ingen .xlsx"),
    "nested archives": Hostile("a.xlsx", nested, "arbetsbok"),
    "40 000 parts": Hostile("a.xlsx", many_parts, "packas upp till mer"),
    "truncated archive": Hostile("a.xlsx", lambda: xlsx_bytes([HEADINGS, CELLS])[:-400], "ingen .xlsx"),
    "half an archive": Hostile("a.xlsx", lambda: xlsx_bytes([HEADINGS, CELLS])[:2000], "ingen .xlsx"),
    "random bytes in an archive": Hostile("a.xlsx", lambda: b"PK\x03\x04" + random.Random(1).randbytes(4 * MB), "ingen .xlsx"),
    "locked parts": Hostile("a.xlsx", encrypted, "ingen .xlsx"),
    "names that lead out of the folder": Hostile(
        "a.xlsx", lambda: repacked(lambda _, d: d, {"../../../../tmp/x": b"x", "/etc/x": b"x"}), ""
    ),
    "an archive of other things": Hostile("a.xlsx", lambda: _zip_of("hej.txt"), "arbetsbok"),
    # XML
    "external entity": Hostile("a.xlsx", lambda: sheet_xml('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'), "DOCTYPE"),
    "external entity in the strings": Hostile(
        "a.xlsx", lambda: part(STRINGS, b'<!DOCTYPE a SYSTEM "http://evil.example/a.dtd"><sst/>'), "DOCTYPE"
    ),
    "billion laughs": Hostile("a.xlsx", lambda: sheet_xml(f"<!DOCTYPE a [{LAUGHS}]><a>&l11;</a>"), "DOCTYPE"),
    "billion laughs in UTF-16": Hostile("a.xlsx", lambda: sheet_xml(f"<!DOCTYPE a [{LAUGHS}]><a>&l11;</a>", "utf-16"), "DOCTYPE"),
    "billion laughs after much else": Hostile(
        "a.xlsx", lambda: sheet_xml(f"<?xml version='1.0'?>{'<!-- -->' * 200_000}<!DOCTYPE a [{LAUGHS}]><a>&l11;</a>"), "DOCTYPE"
    ),
    "XML nested a million deep": Hostile("a.xlsx", lambda: sheet_xml("<a>" * 1_000_000), "mer i sig"),
    "an attribute of 20 MB": Hostile("a.xlsx", lambda: sheet_xml(f'<worksheet x="{"y" * 20 * MB}"/>'), "längre än någon cell"),
    "a text of 45 MB in one cell": Hostile(
        "a.xlsx", lambda: headed(f'<row><c t="inlineStr"><is><t>{"å" * 22 * MB}</t></is></c></row>'), "längre än någon cell"
    ),
    "a million styles": Hostile("a.xlsx", lambda: part("xl/styles.xml", _styles(400_000)), "mer i sig"),
    "2 million texts": Hostile("a.xlsx", lambda: part(STRINGS, _texts(2_000_000)), "mer i sig"),
    "no XML at all": Hostile("a.xlsx", lambda: part(SHEET, b"\x00\xff" * 1000), "arbetsbok"),
    # Sheets
    "one cell at XFD1048576": Hostile("a.xlsx", lambda: headed('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "längre ner"),
    "one cell at XFD1": Hostile("a.xlsx", lambda: with_sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "bredare"),
    "wide rows": Hostile("a.xlsx", lambda: headed("".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(2, 1000))), ""),
    "2 million rows": Hostile("a.xlsx", lambda: headed("<row><c><v>1</v></c></row>" * 1_900_000), "längre ner"),
    "500 sheets": Hostile("a.xlsx", lambda: several_sheets(500), "packas upp till mer"),
    "150 sheets": Hostile("a.xlsx", lambda: several_sheets(150), ""),
    "formulas": Hostile("a.xlsx", lambda: xlsx_bytes([HEADINGS, ["=1+1", *['=HYPERLINK("http://evil.example")'] * 6]]), ""),
    "one long text in every cell": Hostile("a.xlsx", lambda: one_text_said_often(900), "mer text"),
    "numbers beyond all bounds": Hostile("a.xlsx", lambda: headed("<row>" + "<c><v>1e999</v></c>" * 7 + "</row>"), ""),
    "days beyond all bounds": Hostile("a.xlsx", lambda: headed('<row><c t="d"><v>99999-99-99</v></c></row>'), ""),
    "strings that are not there": Hostile("a.xlsx", lambda: headed('<row><c t="s"><v>999999999</v></c></row>'), ""),
    # What is not what it is called
    "a workbook called .csv": Hostile("a.csv", lambda: xlsx_bytes([HEADINGS, CELLS]), "heter .csv men är en Excelfil"),
    "a CSV called .xlsx": Hostile("a.xlsx", lambda: csv_bytes([HEADINGS, CELLS]), "ingen .xlsx"),
    "a page called .xlsx": Hostile("a.xlsx", lambda: b"<html><script>alert(1)</script></html>", "ingen .xlsx"),
    "a PDF called .csv": Hostile("a.csv", lambda: b"%PDF-1.7\n" + b"x" * 1000, "PDF"),
    "a picture called .json": Hostile("a.json", lambda: b"\x89PNG\r\n\x1a\n" + bytes(1000), "UTF-8"),
    "a program": Hostile("a.exe", lambda: b"MZ" + bytes(1000), ".xlsx, .csv eller .json"),
    "no ending": Hostile("insatser", lambda: csv_bytes([HEADINGS, CELLS]), ".xlsx, .csv eller .json"),
    "two endings": Hostile("insatser.xlsx.exe", lambda: xlsx_bytes([HEADINGS, CELLS]), ".xlsx, .csv eller .json"),
    "a workbook with a password": Hostile("a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000), "lösenord"),
    "an old .xls": Hostile("a.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000), "gamla formatet"),
    "a workbook with macros": Hostile("a.xlsm", macros, "makron"),
    "macros called .xlsx": Hostile("a.xlsx", macros, "makron"),
    # Size
    "100 MB": Hostile("a.csv", lambda: bytes(100 * MB), "större än 5 MB"),
    "just over 5 MB": Hostile("a.csv", lambda: b"x" * (5 * MB + 1), "större än 5 MB"),
    "nothing": Hostile("a.csv", lambda: b"", "tom"),
    "a mark of UTF-8 only": Hostile("a.csv", lambda: b"\xef\xbb\xbf", ""),
    # CSV
    "UTF-16": Hostile("a.csv", lambda: csv_bytes([HEADINGS, CELLS], "utf-16"), "UTF-8"),
    "Latin-1": Hostile("a.csv", lambda: csv_bytes([HEADINGS, CELLS], "latin-1"), "UTF-8"),
    "NULs": Hostile("a.csv", lambda: csv_bytes([HEADINGS, CELLS]) + b"\0" * 5_000_000, "mycket lång"),
    "control characters": Hostile("a.csv", lambda: csv_row("a\x07\x1b[31mb"), ""),
    "2 million rows of a CSV": Hostile("a.csv", lambda: csv_bytes([HEADINGS]) + b"a\n" * 2_000_000, "fler än 1000 rader"),
    "5 million blank rows": Hostile("a.csv", lambda: csv_bytes([HEADINGS]) + b"\n" * 5_000_000, "tomma rader"),
    "a million columns": Hostile("a.csv", lambda: b";".join(b"%d" % n for n in range(600_000)), "fler än 60 kolumner"),
    "a million cells in a row": Hostile("a.csv", lambda: csv_bytes([HEADINGS]) + b"a;" * 2_000_000, ""),
    "a quotation mark that never ends": Hostile("a.csv", lambda: csv_bytes([HEADINGS]) + b'"' + b"x;\n" * 1_500_000, "citattecken"),
    "a million quotation marks": Hostile("a.csv", lambda: csv_bytes([HEADINGS]) + b'"' * 5_000_001, "citattecken"),
    "formulas in a CSV": Hostile("a.csv", lambda: csv_row("=cmd|' /C calc'!A0"), ""),
    "carriage returns only": Hostile("a.csv", lambda: csv_bytes([HEADINGS, CELLS]).replace(b"\r\n", b"\r") * 1000, ""),
    # JSON
    "JSON nested very deep": Hostile("a.json", lambda: b"[" * 40_000, "djupt"),
    "objects nested very deep": Hostile("a.json", lambda: b'{"a":' * 40_000, "djupt"),
    "a million empty lists": Hostile("a.json", lambda: b"[" + b"[]," * 1_700_000 + b"[]]", "fler än 1000 rader"),
    "a million small objects": Hostile("a.json", lambda: b"[" + b'{"":{}},' * 600_000 + b"{}]", "fler än 1000 rader"),
    "a list of lists in one cell": Hostile("a.json", lambda: b'[{"behov":[' + b"[[[[]]]]," * 500_000 + b"[]]}]", "fler än 1000 rader"),
    "numbers of JSON beyond all bounds": Hostile("a.json", lambda: with_row(platser="X").replace(b'"X"', b"1e999"), ""),
    "a number of a million digits": Hostile("a.json", lambda: b"[" + b"9" * 1_000_000 + b"]", "orimligt"),
    "infinity": Hostile("a.json", lambda: b"[Infinity, -Infinity, NaN]", "orimligt"),
    "the same key twice": Hostile("a.json", lambda: b'[{"titel": "a", "titel": "b"}]', "två gånger"),
    "a million keys": Hostile("a.json", lambda: json.dumps([{str(n): 1 for n in range(400_000)}]).encode(), ""),
    "half of a letter": Hostile("a.json", lambda: json.dumps([{**ROW, "titel": "a\ud800", "\udfff": 1}]).encode(), ""),
    "names of Python's own": Hostile("a.json", lambda: with_row(__class__={"__init__": 1}), ""),
    "JSON cut short": Hostile("a.json", lambda: with_row()[:-20], "inte riktig JSON"),
}


def _zip_of(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, b"hej")
    return out.getvalue()


def _texts(count: int) -> bytes:
    return f'<sst xmlns="{MAIN}">{"<si><t>x</t></si>" * count}</sst>'.encode()


def _styles(count: int) -> bytes:
    cells = "<xf/>" * count
    return f'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>{cells}</cellXfs></styleSheet>'.encode()
