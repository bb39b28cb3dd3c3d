"""The index as it stands at one moment, in arrays: every document a row, deleted ones left out of the reckoning.

Never changes; a commit makes a new one, and segments that both have are shared. Whoosh's own `refresh()` is not used:
later versions of it show deleted documents.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache, partial

import numpy as np
from whoosh import index
from whoosh.filedb.filestore import FileStorage
from whoosh.reading import SegmentReader

from insatsbas.search.engine import Vocabulary
from insatsbas.search.whoosh import matches
from insatsbas.search.whoosh.cache import Cache
from insatsbas.search.whoosh.codes import Codes
from insatsbas.search.whoosh.facts import NEVER, Ids, Mask
from insatsbas.search.whoosh.matches import NOTHING, Match
from insatsbas.search.whoosh.postings import LEAST_BYTES, SEGMENTS_BYTES, Segment
from insatsbas.search.whoosh.store import schema

_MOST_BYTES = 64_000_000
# Where the parts of a row's place lie in one number: title, score, whether it is for staff.
TITLE_BITS, _STAFF_BIT = 31, 62


@dataclass(frozen=True, slots=True)
class Days:
    """What depends on the day: per document the next start (`NEVER` when none), the places left (−1 when unknown), those for others."""

    next_start: Ids
    left: Ids
    for_others: Ids


class Snapshot:
    """All that a question is answered from."""

    def __init__(self, segments: Mapping[str, Segment], deleted: Mapping[str, frozenset[int]], generation: tuple[str, int]) -> None:
        self.segments = segments
        self.generation = generation
        parts = [segment.facts for segment in segments.values()]
        self._offsets = np.cumsum([0, *(segment.size for segment in segments.values())]).tolist()
        self.size: int = self._offsets[-1]
        self.live: Mask = np.ones(self.size, bool)
        for offset, name in zip(self._offsets, segments, strict=False):
            self.live[[offset + number for number in deleted[name]]] = False
        self._all_live = bool(self.live.all())
        self.count = int(self.live.sum())
        self.ids: Ids = np.concatenate([np.empty(0, np.int64), *(part.ids for part in parts)])
        self.marks = [mark for part in parts for mark in part.marks]
        self.codes = Codes([part.coded for part in parts])
        self.levels: Ids = np.concatenate([np.empty(0, np.int64), *(part.levels for part in parts)])
        self.rolling: Mask = np.concatenate([np.empty(0, bool), *(part.rolling for part in parts)])
        self.staff: Mask = np.concatenate([np.empty(0, bool), *(part.staff for part in parts)])
        moved = [part.occasions + np.array([[offset], *[[0]] * 5]) for offset, part in zip(self._offsets, parts, strict=False)]
        self._occasions: Ids = np.concatenate([np.empty((6, 0), np.int64), *moved], axis=1)
        # What was reckoned for whole clauses and sets of filters; it goes with the snapshot.
        self.clauses: Cache[Match] = Cache(_MOST_BYTES)
        self.on = lru_cache(maxsize=3)(self._on)

    @property
    def cached_bytes(self) -> int:
        """What is kept in memory of postings and clauses."""
        return self.clauses.bytes + sum(segment.cached_bytes for segment in self.segments.values())

    @cached_property
    def title_order(self) -> Ids:
        """Each row's place when sorted by title, as Swedish sorts."""
        if not self.size:
            return np.empty(0, np.int64)
        parts = [(segment.facts, offset) for segment, offset in zip(self.segments.values(), self._offsets, strict=False)]
        largest, offset = max(parts, key=lambda part: len(part[0].ids))
        # The few rows that are not in the largest segment are put in where they belong.
        others = sorted(
            (title, row + moved)
            for part, moved in parts
            if part is not largest
            for title, row in zip(part.titles, part.by_title.tolist(), strict=True)
        )
        before = [bisect_left(largest.titles, title) for title, _ in others]
        order = np.insert(largest.by_title + offset, before, [row for _, row in others])
        places = np.empty(self.size, np.int64)
        places[order] = np.arange(self.size)
        return places

    @cached_property
    def unscored(self) -> Ids:
        """Each row's place among those without a score: by title, those for staff last. Between these bits there is room for a score."""
        return self.staff.astype(np.int64) << _STAFF_BIT | self.title_order

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of all segments."""
        words: Counter[str] = Counter()
        for segment in self.segments.values():
            words.update(segment.words)
        return Vocabulary(words)

    def commonest(self, count: int) -> list[str]:
        """The stems that most documents have in their bodies, the commonest first."""
        every: Counter[str] = Counter()
        for segment in self.segments.values():
            every.update(segment.frequencies("body"))
        return [stem for stem, _ in every.most_common(count)]

    def _on(self, today: date) -> Days:
        """The next start and the places left as of a day: the rules of `catalogue.rules` over all rows at once."""
        day = today.toordinal()
        row, last_day, start, places, last_for_others, others = self._occasions
        is_open = last_day >= day
        next_start = np.full(self.size, NEVER, np.int64)
        coming = is_open & (start >= day)
        np.minimum.at(next_start, row[coming], start[coming])
        left = np.full(self.size, -1, np.int64)
        known = is_open & (places >= 0)
        left[row[known]] = 0
        np.add.at(left, row[known], places[known])
        for_others = np.zeros(self.size, np.int64)
        offered = last_for_others >= day
        np.add.at(for_others, row[offered], others[offered])
        return Days(next_start, left, for_others)

    def term(self, where: str, stem: str) -> Match:
        """The live rows that have a term in a field, or in the text, and how much it says there."""
        return self._gathered([segment.term(where, stem) for segment in self.segments.values()])

    def phrase(self, stems: tuple[str, ...]) -> Match:
        """The live rows in which the terms stand side by side in a field of the text."""
        return self._gathered([segment.phrase(stems) for segment in self.segments.values()])

    def _gathered(self, found: list[Match]) -> Match:
        held = [
            (rows + offset if offset else rows, scores) for (rows, scores), offset in zip(found, self._offsets, strict=False) if len(rows)
        ]
        if not held:
            return NOTHING
        whole = held[0] if len(held) == 1 else (np.concatenate([rows for rows, _ in held]), np.concatenate([scores for _, scores in held]))
        return whole if self._all_live else matches.within(whole, self.live)

    def marks_of(self, ids: Collection[int] | None) -> Mapping[int, str]:
        """The mark of each live document, or of those asked for that there are."""
        rows = np.flatnonzero(self.live if ids is None else self.live & np.isin(self.ids, list(ids)))
        return {int(self.ids[row]): self.marks[row] for row in rows}

    def places_of(self, ids: Collection[int]) -> Mapping[str, list[int]]:
        """Where the live documents with these ids lie: in each segment, their numbers there."""
        rows = np.flatnonzero(self.live & np.isin(self.ids, list(ids))).tolist()
        found: dict[str, list[int]] = {}
        for offset, (name, segment) in zip(self._offsets, self.segments.items(), strict=False):
            found[name] = [row - offset for row in rows if offset <= row < offset + segment.size]
        return found


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
    # The bound on memory is one for all: a segment's part of it is its part of the documents when it is opened.
    whole = max(sum(part.doc_count_all() for part in toc.segments), 1)
    for part in toc.segments:
        name, share = str(part.segment_id()), max(SEGMENTS_BYTES * part.doc_count_all() // whole, LEAST_BYTES)
        reader = partial(SegmentReader, opened.storage, opened.schema, part, generation=toc.generation)
        segments[name] = known.get(name) or Segment(reader(), share)
        deleted[name] = frozenset(part.deleted_docs()) if part.has_deletions() else frozenset()
    return Snapshot(segments, deleted, (folder, toc.generation))


def generation(folder: str) -> tuple[str, int]:
    """What `Snapshot.generation` would be of a snapshot read now: tells cheaply whether there is a newer one."""
    return folder, _open(folder).latest_generation()


@lru_cache(maxsize=4)
def _open(folder: str) -> index.FileIndex:
    """A handle on an index; it holds no state of the index itself but the folder."""
    return index.FileIndex(FileStorage(folder), schema=schema())
