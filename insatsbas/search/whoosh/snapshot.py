"""The index as it stands at one moment, in arrays: every document a row, deleted ones left out of the reckoning.

Never changes; a commit makes a new one, and segments that both have are shared. Whoosh's own `refresh()` is not used:
later versions of it show deleted documents.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from whoosh import index
from whoosh.filedb.filestore import FileStorage
from whoosh.reading import SegmentReader

from insatsbas.search.engine import Facet, Vocabulary
from insatsbas.search.whoosh.postings import Ids, Scores, Segment
from insatsbas.search.whoosh.store import schema

Mask: TypeAlias = NDArray[np.bool_]
# Later than any day, for what has no last day or no start, in ordinal days.
NEVER = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Days:
    """What depends on the day: per document the next start (`NEVER` when none), the places left (−1 when unknown), those for others."""

    next_start: Ids
    left: Ids
    for_others: Ids


class Codes:
    """One filter's values, as pairs of a row and a value's number."""

    def __init__(self, per_row: list[tuple[str, ...]]) -> None:
        self.values = sorted({code for codes in per_row for code in codes})
        number = {code: i for i, code in enumerate(self.values)}
        self._size = len(per_row)
        self._rows = np.array([row for row, codes in enumerate(per_row) for _ in codes], np.int64)
        self._numbers = np.array([number[code] for codes in per_row for code in codes], np.int64)
        self._number = number
        self.none: Mask = np.array([not codes for codes in per_row], bool)

    def having(self, codes: frozenset[str]) -> Mask:
        """The rows that have one of these values."""
        mask = np.zeros(self._size, bool)
        wanted = [self._number[code] for code in codes if code in self._number]
        mask[self._rows[np.isin(self._numbers, wanted)]] = True
        return mask

    def counts(self, mask: Mask) -> dict[str, int]:
        """How many of the rows of `mask` have each value."""
        counted = np.bincount(self._numbers[mask[self._rows]], minlength=len(self.values))
        return dict(zip(self.values, counted.tolist(), strict=True))


class Snapshot:
    """All that a question is answered from."""

    def __init__(self, segments: Mapping[str, Segment], deleted: Mapping[str, frozenset[int]], generation: tuple[str, int]) -> None:
        self.segments = segments
        self.generation = generation
        self._offsets = np.cumsum([0, *(segment.size for segment in segments.values())])
        rows = [row for segment in segments.values() for row in segment.stored]
        facts = [row["facts"] for row in rows]
        self.size = len(rows)
        self.live: Mask = np.ones(self.size, bool)
        for offset, name in zip(self._offsets, segments, strict=False):
            self.live[[offset + number for number in deleted[name]]] = False
        self.count = int(self.live.sum())
        self.ids: Ids = np.array([int(row["id"]) for row in rows], np.int64)
        self.marks: list[str] = [fact["mark"] for fact in facts]
        self.codes = {facet: Codes([fact["codes"][facet.value] for fact in facts]) for facet in Facet}
        self.levels: Ids = np.array([-1 if fact["level"] is None else fact["level"] for fact in facts], np.int64)
        self.rolling: Mask = np.array([fact["rolling"] for fact in facts], bool)
        self.staff: Mask = np.array([fact["staff"] for fact in facts], bool)
        self._title_keys: list[str] = [fact["title_key"] for fact in facts]
        occasions = [(row, *occasion) for row, fact in enumerate(facts) for occasion in fact["occasions"]]
        self._occasion_row: Ids = np.array([o[0] for o in occasions], np.int64)
        self._last_day: Ids = np.array([NEVER if o[1] is None else o[1] for o in occasions], np.int64)
        self._start: Ids = np.array([NEVER if o[2] is None else o[2] for o in occasions], np.int64)
        self._left: Ids = np.array([-1 if o[3] is None else o[3] for o in occasions], np.int64)
        self._last_for_others: Ids = np.array([NEVER if o[4] is None else o[4] for o in occasions], np.int64)
        self._for_others: Ids = np.array([o[5] for o in occasions], np.int64)
        self.on = lru_cache(maxsize=3)(self._on)

    @cached_property
    def title_order(self) -> Ids:
        """Each row's place when sorted by title, as Swedish sorts."""
        order = sorted(range(self.size), key=lambda row: (self._title_keys[row], int(self.ids[row])))
        places = np.empty(self.size, np.int64)
        places[order] = np.arange(self.size)
        return places

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of all segments."""
        words: Counter[str] = Counter()
        for segment in self.segments.values():
            words.update(segment.words)
        return Vocabulary(words)

    def _on(self, today: date) -> Days:
        """The next start and the places left as of a day: the rules of `catalogue.rules` over all rows at once."""
        day = today.toordinal()
        is_open = self._last_day >= day
        next_start = np.full(self.size, NEVER, np.int64)
        coming = is_open & (self._start >= day)
        np.minimum.at(next_start, self._occasion_row[coming], self._start[coming])
        left = np.full(self.size, -1, np.int64)
        known = is_open & (self._left >= 0)
        left[self._occasion_row[known]] = 0
        np.add.at(left, self._occasion_row[known], self._left[known])
        for_others = np.zeros(self.size, np.int64)
        offered = self._last_for_others >= day
        np.add.at(for_others, self._occasion_row[offered], self._for_others[offered])
        return Days(next_start, left, for_others)

    def term(self, field: str, stem: str) -> tuple[Ids, Scores]:
        """The live rows that have a term in a field, and how much it says there."""
        return self._gather([segment.term(field, stem) for segment in self.segments.values()])

    def phrase(self, field: str, stems: tuple[str, ...]) -> tuple[Ids, Scores]:
        """The live rows in which the terms stand side by side in a field."""
        return self._gather([segment.phrase(field, stems) for segment in self.segments.values()])

    def _gather(self, found: list[tuple[Ids, Scores]]) -> tuple[Ids, Scores]:
        rows = np.concatenate([np.empty(0, np.int64), *(ids + offset for (ids, _), offset in zip(found, self._offsets, strict=False))])
        scores = np.concatenate([np.empty(0, np.float32), *(scores for _, scores in found)])
        alive = self.live[rows]
        return rows[alive], scores[alive]


def read(folder: str, before: Snapshot | None) -> Snapshot:
    """The snapshot of an index as it is now, sharing with `before` the segments that both have.

    Raises:
        OSError, KeyError, TypeError: a segment was merged away while it was being opened; ask again.
    """
    opened = _open(folder)
    toc = opened._read_toc()
    known = before.segments if before is not None else {}
    segments: dict[str, Segment] = {}
    deleted: dict[str, frozenset[int]] = {}
    for part in toc.segments:
        name = str(part.segment_id())
        segments[name] = known.get(name) or Segment(SegmentReader(opened.storage, opened.schema, part, generation=toc.generation))
        deleted[name] = frozenset(part.deleted_docs()) if part.has_deletions() else frozenset()
    return Snapshot(segments, deleted, (folder, toc.generation))


def generation(folder: str) -> tuple[str, int]:
    """What `Snapshot.generation` would be of a snapshot read now: tells cheaply whether there is a newer one."""
    return folder, _open(folder).latest_generation()


@lru_cache(maxsize=4)
def _open(folder: str) -> index.FileIndex:
    """A handle on an index; it holds no state of the index itself but the folder."""
    return index.FileIndex(FileStorage(folder), schema=schema())
