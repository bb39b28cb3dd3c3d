"""Writing what we have to a file. The same entries make the same bytes, whatever the database and whenever it is done."""

import csv
import io
import itertools
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.xml.functions import tostring
from sqlalchemy.orm import Session

from insatsbas.core.errors import RefusedError
from insatsbas.core.viewer import Viewer
from insatsbas.interchange.columns import CSV_GUARDED, LONGEST_TEXT, OF_OBJECTS, OF_TABLES
from insatsbas.interchange.entries import Entry, entries
from insatsbas.interchange.reading import ending_of
from insatsbas.interchange.spreadsheet import MAX_FILE, MAX_ROWS
from insatsbas.interchange.table import shown
from insatsbas.interchange.values import written

_FIXED = datetime(2000, 1, 1)
_TRY_OTHERWISE = "Exportera till .csv eller .json i stället."


def export_file(viewer: Viewer, session: Session, path: Path, *, source: str) -> int:
    """Write every entry that the viewer may read to a file, by its ending; how many. A file that was there stays until this one is whole.

    Raises:
        RefusedError: the catalogue is too large for the format, or the file cannot be written.
        UnreadableError: the ending is none of ours.
    """
    write = _WRITERS[ending_of(path)]
    count = 0

    def counted() -> Iterable[Entry]:
        nonlocal count
        for count, entry in enumerate(entries(viewer, session, source=source), start=1):  # noqa: B007 - counted for the caller
            yield entry

    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            with draft.open("wb") as out:
                write(counted(), out)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as fault:
        raise RefusedError(f"{path} går inte att skriva: {fault.strerror}.") from fault
    return count


def guard(cell: str) -> str:
    """A cell of a CSV, with a `'` before what a spreadsheet could take for a formula."""
    return f"'{cell}" if cell.startswith(CSV_GUARDED) else cell


def write_csv(found: Iterable[Entry], out: IO[bytes]) -> None:
    """Write entries as CSV: semicolons, CRLF, and the mark by which Excel knows UTF-8."""
    heads = [column.value for column in OF_TABLES]
    table_csv("", itertools.chain([heads], ([entry.get(column) for column in OF_TABLES] for entry in found)), out)


def table_csv(_title: str, lines: Iterable[Sequence[Any]], out: IO[bytes]) -> None:
    """Write the lines of any table as CSV."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for line in lines:
        writer.writerow(guard(written(value)) for value in line)
    text.flush()
    text.detach()


def write_json(found: Iterable[Entry], out: IO[bytes]) -> None:
    """Write entries as a JSON list of objects, each with every key."""
    opening, closing = "[\n", "[]\n"
    for entry in found:
        item = json.dumps({column.value: _plain(entry.get(column)) for column in OF_OBJECTS}, ensure_ascii=False, indent=2)
        out.write((opening + "\n".join(f"  {line}" for line in item.split("\n"))).encode())
        opening, closing = ",\n", "\n]\n"
    out.write(closing.encode())


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    match value:
        case bool():
            return written(value)
        case Decimal():
            return int(value) if value == int(value) else float(value)
        case date():
            return value.isoformat()
        case list():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case _:
            return value


def write_xlsx(found: Iterable[Entry], out: IO[bytes]) -> None:
    """Write entries as a workbook of one sheet.

    Raises:
        RefusedError: there is more of them than we would read again.
    """
    # All that can be refused is, before a workbook is begun: one that is left half done leaves files behind.
    lines: list[list[Any]] = [[column.value for column in OF_TABLES]]
    for number, entry in enumerate(found, start=1):
        if number > MAX_ROWS:
            raise RefusedError(f"En .xlsx rymmer högst {MAX_ROWS} insatser. {_TRY_OTHERWISE}")
        lines.append([_cell_value(entry.get(column)) for column in OF_TABLES])
    table_xlsx("Insatser", lines, out)
    if out.tell() > MAX_FILE:
        raise RefusedError(f"Filen blir större än de {MAX_FILE // 1024 // 1024} MB som en .xlsx får vara. {_TRY_OTHERWISE}")


def table_xlsx(title: str, lines: Iterable[Sequence[Any]], out: IO[bytes]) -> None:
    """Write the lines of any table as a workbook of one sheet, the headings first."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for line in lines:
        sheet.append([_cell(sheet, _plain(value) if isinstance(value, Decimal) else value) for value in line])
    book.properties.created = _FIXED
    packed = io.BytesIO()
    book.save(packed)
    # Saving writes the present moment there.
    book.properties.modified = _FIXED
    _repack(packed, out, replaced={"docProps/core.xml": tostring(book.properties.to_tree())})


def _cell_value(value: Any) -> Any:
    """A value as a cell has it: a number, a day, or a text that is short enough."""
    if isinstance(value, Decimal):
        return _plain(value)
    if value is None or (isinstance(value, int | date) and not isinstance(value, bool)):
        return value
    text = written(value)
    if len(text) > LONGEST_TEXT:
        # The library would cut it short without a word.
        raise RefusedError(f"En text är för lång för en cell i en .xlsx: {shown(text)}. {_TRY_OTHERWISE}")
    return text


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value or None)
    if value:
        # Or a text that begins with = would be a formula.
        cell.data_type = "s"
    return cell


def _repack(packed: IO[bytes], out: IO[bytes], *, replaced: Mapping[str, bytes]) -> None:
    """Pack an archive anew, as if each part were of one and the same moment."""
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, date_time=_FIXED.timetuple()[:6])
            part.compress_type, part.create_system, part.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            new.writestr(part, replaced.get(name, old.read(name)))


TABLES: dict[str, Callable[[str, Iterable[Sequence[Any]], IO[bytes]], None]] = {"csv": table_csv, "xlsx": table_xlsx}
_WRITERS: dict[str, Callable[[Iterable[Entry], IO[bytes]], None]] = {".csv": write_csv, ".json": write_json, ".xlsx": write_xlsx}
