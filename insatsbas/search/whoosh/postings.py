"""Whoosh's postings as arrays: where a term stands, how often, and at which positions. Kept per segment, which never changes."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import LENGTHS_COLUMN, _lenfield
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.util.numeric import byte_to_length

from insatsbas.search.whoosh.store import FIELDS, WORDS

Ids: TypeAlias = NDArray[np.int64]
Scores: TypeAlias = NDArray[np.float32]

# Okapi BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with its usual constants.
K1, B = 1.2, 0.75
_LENGTH_OF_BYTE = np.array([byte_to_length(i) for i in range(256)], dtype=np.float32)
_POSITION_BITS = 20
NOTHING: tuple[Ids, Scores] = (np.empty(0, np.int64), np.empty(0, np.float32))


class Segment:
    """One immutable segment of the index: its documents' facts, and its postings as they are asked for."""

    def __init__(self, reader: SegmentReader, most_cached: int = 20_000) -> None:
        self._reader = reader
        # Whoosh seeks in files that all threads share: two that meet new terms at once would read each other's places.
        self._reading = threading.Lock()
        self.size: int = reader.doc_count_all()
        # Columns are opened now: opened later, beside a merge, they may be gone.
        self.stored: list[dict[str, Any]] = [reader.stored_fields(number) for number in range(self.size)]
        self._norms = {name: self._norm(name) for name in FIELDS}
        self._saturated: OrderedDict[tuple[str, str], tuple[Ids, Scores]] = OrderedDict()
        self._positions: OrderedDict[tuple[str, str], Ids] = OrderedDict()
        self._most_cached = most_cached

    def _norm(self, field: str) -> Scores:
        """The part of BM25 that depends on the length of a document's field against the mean."""
        column = self._reader._perdoc._cached_reader(_lenfield(field), LENGTHS_COLUMN)
        codes = np.zeros(self.size, np.uint8) if column is None else np.array([column[i] for i in range(self.size)], np.uint8)
        lengths = _LENGTH_OF_BYTE[codes]
        mean = max(float(lengths.mean()), 1.0) if self.size else 1.0
        return np.asarray(K1 * (1 - B + B * lengths / mean), np.float32)

    @cached_property
    def words(self) -> Mapping[str, int]:
        """The words as written, each with how many documents have it, deleted ones too."""
        with self._reading:
            if WORDS not in self._reader.indexed_field_names():
                return {}
            return {text.decode(): int(info.doc_frequency()) for text, info in self._reader.iter_field(WORDS)}

    def term(self, field: str, stem: str) -> tuple[Ids, Scores]:
        """The documents that have a term in a field, and how much it says there (BM25 without the term's rarity)."""
        key = (field, stem)
        found = self._saturated.get(key)
        if found is None:
            ids, counts = self._counts(field, stem)
            found = (ids, np.asarray(counts * (K1 + 1) / (counts + self._norms[field][ids]), np.float32))
            _keep(self._saturated, key, found, self._most_cached)
        return found

    def _counts(self, field: str, stem: str) -> tuple[Ids, Scores]:
        ids, counts = [], []
        with self._reading:
            try:
                matcher = self._reader.postings(field, stem)
            except TermNotFound:
                return NOTHING
            while matcher.is_active():
                ids.append(matcher.id())
                counts.append(matcher.weight())
                matcher.next()
        return np.array(ids, np.int64), np.array(counts, np.float32)

    def phrase(self, field: str, stems: tuple[str, ...]) -> tuple[Ids, Scores]:
        """The documents in which the terms stand side by side in a field, and how much that says."""
        every = [self._places(field, stem) for stem in stems]
        if not all(len(places) for places in every):
            return NOTHING
        starts = every[0]
        for step, places in enumerate(every[1:], start=1):
            starts = starts[np.isin(starts + step, places, assume_unique=True)]
        ids, counts = np.unique(starts >> _POSITION_BITS, return_counts=True)
        return ids, np.asarray(counts * (K1 + 1) / (counts + self._norms[field][ids]), np.float32)

    def _places(self, field: str, stem: str) -> Ids:
        """Every place of a term: the document in the high bits, the position in the low ones."""
        key = (field, stem)
        found = self._positions.get(key)
        if found is None:
            found = self._read_places(field, stem)
            _keep(self._positions, key, found, self._most_cached // 10)
        return found

    def _read_places(self, field: str, stem: str) -> Ids:
        places: list[int] = []
        with self._reading:
            try:
                matcher = self._reader.postings(field, stem)
            except TermNotFound:
                return NOTHING[0]
            while matcher.is_active():
                document = matcher.id() << _POSITION_BITS
                places += [document | position for position in matcher.value_as("positions")]
                matcher.next()
        return np.array(places, np.int64)


def _keep(cache: OrderedDict[Any, Any], key: Any, value: Any, most: int) -> None:
    cache[key] = value
    if len(cache) > most:
        cache.popitem(last=False)
