"""Reading .xlsx: a packed archive of XML from anyone, so it is weighed before it is opened, and read no further than it need be."""

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import time, timedelta
from typing import IO, Any

from openpyxl import load_workbook

from insatsbas.interchange.table import UnreadableError, Unusable

MAX_FILE = 5 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_PARTS = 200
MAX_ROWS = 20_000
MAX_COLUMNS = 60
# What is not rows is parsed whole. Of styles and the like Excel itself allows some ten thousand; of texts there are no more than cells.
_MOST_MARKS, _MARKS_OF_A_TEXT, _DEEPEST = 200_000, 4, 1000
_CHUNK = 1024 * 1024
_DOCTYPE = b"<!DOCTYPE"
_SHEETS = "xl/worksheets/"


def check_size(size: int) -> None:
    """Refuse a file that is too large to look into.

    Raises:
        UnreadableError: it is.
    """
    if size > MAX_FILE:
        raise UnreadableError(
            f"Filen är {size / 1024 / 1024:.1f} MB.".replace(".", ",", 1) + " En .xlsx får vara högst 5 MB. Dela den, eller använd CSV."
        )


def lines(data: bytes, *, most: int = MAX_ROWS) -> Iterator[tuple[int, Sequence[object]]]:
    """The rows of the first sheet with their numbers, the headings first; no more than so many below those.

    Raises:
        UnreadableError: it is no workbook, or one that asks for too much.
    """
    check_size(len(data))
    _weigh(data, most * MAX_COLUMNS * _MARKS_OF_A_TEXT)
    try:
        with warnings.catch_warnings():
            # Of validation, styles and the like in the workbook, which are nothing to us.
            warnings.simplefilter("ignore")
            found = _rows(data, most)
    except UnreadableError:
        raise
    except Exception as fault:
        # openpyxl trusts the file: what it raises on a broken or hostile one may be anything.
        raise UnreadableError("Filen går inte att läsa som en arbetsbok. Spara den på nytt som .xlsx.") from fault
    return iter(found)


def _weigh(data: bytes, texts: int) -> None:
    """Look at the archive's list of contents, and through each part, before any XML of it is parsed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            # What a part says that it unpacks to is also all that zipfile unpacks of it.
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise UnreadableError("Filen packas upp till mer än vi tar emot. Dela den, eller använd CSV.")
            if any(part.filename.endswith("vbaProject.bin") for part in parts):
                raise UnreadableError("Filen har makron. Spara den som .xlsx utan makron.")
            for part in parts:
                most = texts if part.filename.startswith("xl/sharedStrings") else _MOST_MARKS
                with archive.open(part) as stream:
                    _look_through(stream, is_xml=part.filename.endswith(".xml"), most=None if part.filename.startswith(_SHEETS) else most)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise UnreadableError("Filen är ingen .xlsx. Kanske har den fått fel ändelse.") from None


def _look_through(stream: IO[bytes], *, is_xml: bool, most: int | None) -> None:
    # A workbook has none; it is how XML is made to grow without end. Zeros are taken out since it may be in UTF-16.
    tail, marks, depth = b"", 0, 0
    while read := stream.read(_CHUNK):
        chunk = read.replace(b"\0", b"")
        plain = tail + chunk
        if is_xml and len(read) == _CHUNK and b"<" not in plain:
            # A cell holds some ten thousand letters; a parser that is given a hundred times as many in one piece is slow.
            raise UnreadableError("Filen har en text som är längre än någon cell rymmer. Den läses inte.")
        if _DOCTYPE in plain:
            raise UnreadableError("Filen har en DOCTYPE, som ingen arbetsbok har. Den läses inte.")
        marks += chunk.count(b"<")
        depth += chunk.count(b"<") - 2 * chunk.count(b"</") - sum(map(chunk.count, (b"/>", b"<?", b"<!")))
        if is_xml and (depth > _DEEPEST or (most is not None and marks > most)):
            raise UnreadableError("Filen har mer i sig än en arbetsbok behöver. Kopiera bladet till en ny arbetsbok.")
        tail = plain[-len(_DOCTYPE) :]


def _rows(data: bytes, most: int) -> list[tuple[int, Sequence[object]]]:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        if not book.worksheets:
            raise UnreadableError("Filen har inget blad.")
        sheet = book.worksheets[0]
        # What the sheet says of its own size may be anything.
        sheet.reset_dimensions()
        first = next(sheet.iter_rows(min_row=1, max_row=1), ())
        if len(first) > MAX_COLUMNS:
            raise UnreadableError(f"Bladet är bredare än {MAX_COLUMNS} kolumner.")
        found: list[tuple[int, Sequence[object]]] = []
        # Rows come one by one, with those that are missing between them: a cell far down is never reached.
        for number, cells in enumerate(sheet.iter_rows(min_row=1, max_col=MAX_COLUMNS), start=1):
            if number > most + 1:
                raise UnreadableError(f"Bladet går längre ner än rad {most + 1}. Ta bort tomma rader sist, eller dela filen.")
            found.append((number, [_value(cell) for cell in cells]))
        return found
    finally:
        book.close()


def _value(cell: Any) -> object:
    if cell.value is None:
        return None
    if cell.data_type == "f":
        return Unusable("Cellen är en formel. Klistra in värdet i stället.")
    if cell.data_type == "e":
        return Unusable(f"Cellen visar ett fel: {cell.value}.")
    if isinstance(cell.value, time | timedelta):
        return Unusable("Cellen är ett klockslag. Här ska stå ett datum eller text.")
    value: object = cell.value
    return value
