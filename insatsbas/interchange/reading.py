"""Reading a file to a table: CSV and JSON here, .xlsx in `spreadsheet`. No meaning yet, and no database."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from insatsbas.interchange import spreadsheet
from insatsbas.interchange.columns import NEEDED, OF_TABLES, Column
from insatsbas.interchange.table import Fault, Row, Table, UnreadableError, shown
from insatsbas.interchange.values import tidy_line

ENDINGS = (".csv", ".xlsx", ".json")
# What a table may have in all; ours have fewer.
MAX_COLUMNS = spreadsheet.MAX_COLUMNS
# Objects and lists that an entry of JSON may need, with room to spare.
_MOST_IN_A_ROW = 50
_TOO_MANY = "Filen har fler än {} rader. Dela den i flera."
_BY_NAME = {column.value: column for column in Column}


def ending_of(path: Path) -> str:
    """The file's ending, which tells its format.

    Raises:
        UnreadableError: it is none of ours.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise UnreadableError(f"{path.name} slutar inte på .csv, .xlsx eller .json.")
    return ending


def read_file(path: Path) -> Table:
    """Read a file by its ending.

    Raises:
        UnreadableError: it is not there, or not what its ending says.
    """
    ending = ending_of(path)
    try:
        if ending == ".xlsx":
            spreadsheet.check_size(path.stat().st_size)
        data = path.read_bytes()
    except OSError as fault:
        raise UnreadableError(f"{path} går inte att läsa: {fault.strerror}.") from None
    return read_bytes(data, ending)


def read_bytes(data: bytes, ending: str, *, most: int | None = None) -> Table:
    """Read a file's contents, and refuse more than so many rows.

    Raises:
        UnreadableError: they are not what the ending says, or too many.
    """
    match ending:
        case ".json":
            text = _utf8(data)
            if most is not None and text.count("{") + text.count("[") > most * _MOST_IN_A_ROW:
                raise UnreadableError(_TOO_MANY.format(most))
            return _objects(_json(text), most)
        case ".xlsx":
            return _table(spreadsheet.lines(data, most=most or spreadsheet.MAX_ROWS), most)
        case _:
            return _table(_csv(_utf8(data)), most)


def unguard(cell: str) -> str:
    """A cell of a CSV without the `'` that keeps a spreadsheet from running it."""
    return cell.removeprefix("'")


def _utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError("Filen är inte kodad i UTF-8. Spara den i Excel som ”CSV UTF-8”.") from None


def _csv(text: str) -> Iterator[tuple[int, Sequence[object]]]:
    number = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, [unguard(cell) for cell in cells]
    except csv.Error as fault:
        is_long = "field larger" in str(fault)
        reason = "En cell är mycket lång; ett citattecken saknas kanske." if is_long else "Ett citattecken står fel eller saknas."
        raise UnreadableError(f"Filen går inte att läsa från rad {number + 1}. {reason}") from None


def _json(text: str) -> list[Any]:
    def refuse(word: str) -> None:
        raise ValueError(word)

    try:
        found = json.loads(text, parse_float=Decimal, parse_constant=refuse, object_pairs_hook=_object)
    except json.JSONDecodeError as fault:
        raise UnreadableError(f"Filen är inte riktig JSON: det är fel på rad {fault.lineno}, tecken {fault.colno}.") from None
    except (ValueError, ArithmeticError, RecursionError):
        raise UnreadableError("Filen är inte riktig JSON: ett tal är orimligt, eller listor ligger för djupt i varandra.") from None
    if not isinstance(found, list):
        raise UnreadableError("Filen ska vara en lista av objekt: [{…}, {…}].")
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1) if len(names) <= MAX_COLUMNS else ""
        raise UnreadableError(f"Filen säger samma uppgift två gånger i en post: {shown(tidy_line(twice))}.")
    return found


def _refuse_many(number: int, most: int | None) -> None:
    if most is not None and number > most:
        raise UnreadableError(_TOO_MANY.format(most))


def _objects(items: Sequence[object], most: int | None) -> Table:
    _refuse_many(len(items), most)
    rows: list[Row] = []
    unknown: dict[str, None] = {}
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            rows.append(Row(number, {}, "Posten är inget objekt: {…}."))
            continue
        if len(item) > MAX_COLUMNS:
            rows.append(Row(number, {}, "Posten har fler uppgifter än formatet har."))
            continue
        cells = {_heading(name): cell for name, cell in item.items()}
        unknown |= dict.fromkeys(name for name in cells if name not in _BY_NAME)
        rows.append(Row(number, _known(cells)))
    return Table(tuple(rows), tuple(_unknown(name) for name in unknown))


def _table(lines: Iterator[tuple[int, Sequence[object]]], most: int | None) -> Table:
    _, first = next(lines, (1, []))
    headings = [_heading(cell) for cell in first]
    while headings and not headings[-1]:
        headings.pop()
    if len(headings) > MAX_COLUMNS:
        raise UnreadableError(f"Filen har fler än {MAX_COLUMNS} kolumner.")
    faults = list(_faults_of_headings(headings))
    if any(column.value not in headings for column in NEEDED):
        # Every row would be faulty, for this one reason.
        return Table((), tuple(faults))
    rows: list[Row] = []
    for number, cells in lines:
        if most is not None and number > spreadsheet.MAX_ROWS:
            raise UnreadableError(f"Filen går längre ner än rad {spreadsheet.MAX_ROWS}. Ta bort tomma rader, eller dela filen.")
        if not _is_blank(cells):
            _refuse_many(len(rows) + 1, most)
            rows.append(_row(number, headings, cells))
    return Table(tuple(rows), tuple(faults))


def _faults_of_headings(headings: Sequence[str]) -> Iterable[Fault]:
    if not headings:
        yield Fault(1, None, "Filen har inga rubriker på första raden.")
        return
    if len(headings) == 1 and headings[0].count(",") >= len(NEEDED) - 1:
        yield Fault(1, None, "Kolumnerna är åtskilda av komma. De ska vara åtskilda av semikolon.")
    for name in dict.fromkeys(headings):
        if not name:
            yield Fault(1, None, "En kolumn mellan de andra har ingen rubrik.")
        elif name not in OF_TABLES:
            yield _unknown(name)
        elif headings.count(name) > 1:
            yield Fault(1, name, "Kolumnen finns mer än en gång.")
    for column in NEEDED:
        if column not in headings:
            yield Fault(1, column.value, "Kolumnen saknas. Den måste finnas.")


def _row(number: int, headings: Sequence[str], cells: Sequence[object]) -> Row:
    if len(cells) < len(headings):
        # What such a row lacks must not be taken as empty: that would clear it.
        return Row(number, {}, "Raden har färre celler än rubrikraden. Kanske står ett citattecken eller en radbrytning fel.")
    if not _is_blank(cells[len(headings) :]):
        return Row(number, {}, "Raden har fler celler än det finns rubriker.")
    return Row(number, _known(dict(zip(headings, cells, strict=False))))


def _known(cells: Mapping[str, object]) -> dict[Column, object]:
    return {_BY_NAME[name]: cell for name, cell in cells.items() if name in _BY_NAME}


def _heading(cell: object) -> str:
    return "" if cell is None else tidy_line(str(cell)).lower()


def _is_blank(cells: Sequence[object]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def _unknown(name: str) -> Fault:
    return Fault(None, name[:60], f"Kolumnen {shown(name)} är inte känd.")
