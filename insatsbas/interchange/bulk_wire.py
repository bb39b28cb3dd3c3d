"""A table that was read as plain values, which JSON can hold: on its way from the process that reads a file, and in a batch that waits.

What must not be kept is left out on the way: a cell with a sign that cannot be shown, or with what looks like a personal number, stands as
the reason why it will not do.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from insatsbas.interchange import values
from insatsbas.interchange.columns import Column
from insatsbas.interchange.table import Fault, Row, Table, UnreadableError, Unusable

# Letters in all cells together: a small workbook can say the same long text a million times.
MOST_TEXT = 8_000_000
TOO_MUCH = "Filen kräver för mycket minne eller tid att läsa. Dela den, eller spara den som CSV UTF-8."
_UNREASONABLE = "Talet är orimligt."

Packed = dict[str, Any]


def pack(table: Table) -> Packed:
    """A table as JSON can hold it.

    Raises:
        UnreadableError: there is more text in it than we take.
    """
    scale = _Scale()
    rows = [
        {"number": row.number, "cells": {c.value: _cell(v, scale) for c, v in row.cells.items()}, "reason": row.reason}
        for row in table.rows
    ]
    return {"rows": rows, "faults": pack_faults(table.faults)}


def pack_faults(faults: Iterable[Fault]) -> list[Packed]:
    """Faults as JSON can hold them."""
    return [{"row": fault.row, "column": _harmless(fault.column), "reason": _harmless(fault.reason)} for fault in faults]


def faults_of(packed: Iterable[Packed]) -> list[Fault]:
    """The faults that were packed."""
    return [Fault(one["row"], one["column"], one["reason"]) for one in packed]


def rows_of(packed: Iterable[Packed]) -> list[Row]:
    """The rows that were packed."""
    return [Row(one["number"], {Column(name): _value(cell) for name, cell in one["cells"].items()}, one["reason"]) for one in packed]


class _Scale:
    """How much text there has been so far."""

    def __init__(self) -> None:
        self._left = MOST_TEXT

    def add(self, text: str) -> None:
        self._left -= len(text)
        if self._left < 0:
            raise UnreadableError("Det är mer text i filen än vi tar emot på en gång. Dela den i flera.")


def _cell(cell: object, scale: _Scale) -> Any:  # noqa: PLR0911 - one a kind of value
    match cell:
        case str():
            scale.add(cell)
            reason = values.fault_in(cell)
            return {"unusable": reason} if reason else cell
        case None | bool():
            return cell
        case int():
            reason = values.fault_in(str(cell))
            return {"unusable": reason} if reason else cell
        case float():
            return cell if isfinite(cell) else {"unusable": _UNREASONABLE}
        case Decimal():
            return {"decimal": str(cell)}
        case datetime():
            return {"moment": cell.isoformat()}
        case date():
            return {"day": cell.isoformat()}
        case Unusable():
            return {"unusable": cell.reason}
        case list():
            return [_cell(item, scale) for item in cell]
        case Mapping():
            return {"object": {_harmless(str(name)) or "": _cell(item, scale) for name, item in cell.items()}}
        case _:
            return {"unusable": "Cellen går inte att läsa."}


def _value(cell: Any) -> object:  # noqa: PLR0911 - one a kind of value
    if isinstance(cell, list):
        return [_value(item) for item in cell]
    if not isinstance(cell, dict):
        found: object = cell
        return found
    mark, held = next(iter(cell.items()))
    match mark:
        case "decimal":
            return Decimal(held)
        case "day":
            return date.fromisoformat(held)
        case "moment":
            return datetime.fromisoformat(held)
        case "unusable":
            return Unusable(held)
        case _:
            return {name: _value(item) for name, item in held.items()}


def _harmless(text: str | None) -> str | None:
    """A name from the file, or a sentence that quotes one, as it may be kept and shown."""
    if text is None:
        return None
    tidy = values.tidy_line(text)
    return "…" if values.fault_in(tidy) else tidy
