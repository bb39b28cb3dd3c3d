"""What a file says before anyone has asked what it means: its rows, cell by cell, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from insatsbas.core.errors import InsatsbasError
from insatsbas.core.text import UNPRINTABLE
from insatsbas.interchange.columns import Column


class UnreadableError(InsatsbasError):
    """The file cannot be read at all; the message says why."""


class ValueFaultError(Exception):
    """A cell's value does not do; the message is the reason, for the one who filled it in."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a file. `row` is counted as a spreadsheet shows it, from 1 with the headings; in JSON it is the entry's place.

    `row` None means the file as a whole, `column` None the row as a whole.
    """

    row: int | None
    column: str | None
    reason: str

    def __str__(self) -> str:
        where = [part for part in (self.row and f"rad {self.row}", self.column and f"kolumn {self.column}") if part]
        place = ", ".join(where)
        return f"{place[:1].upper()}{place[1:]}: {self.reason}" if place else self.reason


@dataclass(frozen=True, slots=True)
class Unusable:
    """A cell that stands for no value, such as a formula, and the reason to tell."""

    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a file: the cells that it has, by column. `reason` is set when it cannot be told which cell is which."""

    number: int
    cells: Mapping[Column, object]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was read: its entries, and the faults that it has as a whole."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...] = ()


def shown(text: str, longest: int = 60) -> str:
    """A value in a message: in quotation marks, not too long, and nothing in it that no page can show."""
    text = UNPRINTABLE.sub("", text)
    return f"”{text[:longest]}…”" if len(text) > longest else f"”{text}”"
