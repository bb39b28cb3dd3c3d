"""The facts of a document as the index stores them, and of a segment's documents as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from insatsbas.search.engine import Document, Facet

Ids: TypeAlias = NDArray[np.int64]
Scores: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]

# Later than any day, for what has no last day or no start, in ordinal days.
NEVER = date.max.toordinal()
_FACETS = tuple(Facet)
# As in `Document.occasions`, with the row before.
_OCCASION_COLUMNS = 6

Packed: TypeAlias = tuple[
    str,
    str,
    int,
    bool,
    bool,
    tuple[tuple[str, ...], ...],
    tuple[tuple[int, int, int, int, int], ...],
]


def packed(document: Document) -> Packed:
    """The facts of a document: mark, title to sort by, level (−1 for none), whether at any time and for staff, codes by facet, starts."""
    return (
        document.mark,
        document.title_key,
        -1 if document.level is None else int(document.level),
        document.rolling,
        document.staff,
        tuple(tuple(document.codes[facet]) for facet in _FACETS),
        tuple(
            (_or_never(last), _or_never(start), -1 if left is None else left, _or_never(for_others), others)
            for last, start, left, for_others, others in document.occasions
        ),
    )


def _or_never(day: int | None) -> int:
    return NEVER if day is None else day


@dataclass(frozen=True, slots=True)
class Coded:
    """The codes of all filters, row by row: the row's numbers are `numbers[starts[row] : starts[row + 1]]`, which count into `values`."""

    values: tuple[tuple[Facet, str], ...]
    starts: Ids
    numbers: Ids


class Facts:
    """The facts of some documents in arrays, a row each."""

    def __init__(self, rows: Sequence[tuple[int, Packed]]) -> None:
        facts = [fact for _, fact in rows]
        self.ids: Ids = np.array([number for number, _ in rows], np.int64)
        self.marks: list[str] = [fact[0] for fact in facts]
        self.levels: Ids = np.array([fact[2] for fact in facts], np.int64)
        self.rolling: Mask = np.array([fact[3] for fact in facts], bool)
        self.staff: Mask = np.array([fact[4] for fact in facts], bool)
        self.coded = _coded([fact[5] for fact in facts])
        starts = [(row, *occasion) for row, fact in enumerate(facts) for occasion in fact[6]]
        self.occasions: Ids = np.array(starts, np.int64).reshape(-1, _OCCASION_COLUMNS).T
        # In order of titles, so that a snapshot only has to put together what is in order already.
        self.titles, self.by_title = _in_order([(fact[1], number, row) for row, (number, fact) in enumerate(rows)])


def _in_order(titles: list[tuple[str, int, int]]) -> tuple[list[tuple[str, int]], Ids]:
    """The titles with the documents' ids in order, and the rows in that order."""
    titles.sort()
    return [(key, number) for key, number, _ in titles], np.array([row for _, _, row in titles], np.int64)


def _coded(rows: Sequence[tuple[tuple[str, ...], ...]]) -> Coded:
    numbers: dict[tuple[Facet, str], int] = {}
    found = [
        [numbers.setdefault((facet, code), len(numbers)) for facet, codes in zip(_FACETS, row, strict=True) for code in codes]
        for row in rows
    ]
    starts = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(row) for row in found], out=starts[1:])
    return Coded(tuple(numbers), starts, np.array([number for row in found for number in row], np.int64))
