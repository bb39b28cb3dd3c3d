"""One immutable segment: its documents' facts, and its postings as arrays, read when they are asked for and kept within a bound."""

import threading
from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import LENGTHS_COLUMN, _lenfield
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.util.numeric import byte_to_length

from insatsbas.search.weights import WEIGHTS
from insatsbas.search.whoosh import layout, matches
from insatsbas.search.whoosh.cache import Cache
from insatsbas.search.whoosh.facts import Facts, Ids, Scores
from insatsbas.search.whoosh.matches import NOTHING, Match
from insatsbas.search.whoosh.store import FIELDS, TEXT_FIELDS, WORDS

# Okapi BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with its usual constants.
K1, B = 1.2, 0.75
TEXT = "text"
# What all segments of an index may keep in memory, and what one of them may at least.
SEGMENTS_BYTES, LEAST_BYTES = 64_000_000, 1_000_000
_LENGTH_OF_BYTE = np.array([byte_to_length(i) for i in range(256)], dtype=np.float32)
_POSITION_BITS = 20
_NO_PLACES: Ids = np.empty(0, np.int64)


class Segment:
    """A segment of the index. Its rows are Whoosh's numbers of its documents; the caches go when it goes."""

    def __init__(self, reader: SegmentReader, most_bytes: int = SEGMENTS_BYTES) -> None:
        self._reader = reader
        # Whoosh seeks in files that all threads share: two that meet new terms at once would read each other's places.
        self._reading = threading.Lock()
        self.size: int = reader.doc_count_all()
        # Columns are read now: opened later, beside a merge, they may be gone.
        stored = [reader.stored_fields(number) for number in range(self.size)]
        self.facts = Facts([(int(row["id"]), row["facts"]) for row in stored])
        self._norms = {name: self._norm(name) for name in FIELDS}
        self._matches: Cache[Match] = Cache(most_bytes)
        self._places: Cache[tuple[Ids]] = Cache(most_bytes // 4)

    @property
    def cached_bytes(self) -> int:
        """What is kept in memory of its postings."""
        return self._matches.bytes + self._places.bytes

    def _norm(self, field: str) -> Scores:
        """The part of BM25 that depends on the length of a document's field against the mean."""
        column = self._reader._perdoc._cached_reader(_lenfield(field), LENGTHS_COLUMN)
        codes = np.zeros(self.size, np.uint8) if column is None else np.array(list(column), np.uint8)
        lengths = _LENGTH_OF_BYTE[codes]
        mean = max(float(lengths.mean()), 1.0) if self.size else 1.0
        return np.asarray(K1 * (1 - B + B * lengths / mean), np.float32)

    @cached_property
    def words(self) -> Mapping[str, int]:
        """The words as written, each with how many documents have it, deleted ones too."""
        return self.frequencies(WORDS)

    def frequencies(self, field: str) -> Mapping[str, int]:
        """The terms of a field, each with how many documents have it, deleted ones too. Reads them all."""
        with self._reading:
            if field not in self._reader.indexed_field_names():
                return {}
            return {text.decode(): int(info.doc_frequency()) for text, info in self._reader.iter_field(field)}

    def term(self, where: str, stem: str) -> Match:
        """The rows that have a term in a field, and how much that says: BM25 without its rarity. `TEXT` is the text's fields, weighed."""
        key = (where, stem)
        found = self._matches.get(key)
        if found is None:
            if where == TEXT:
                found = matches.added([_times(self._in_field(field, stem), WEIGHTS[field]) for field in TEXT_FIELDS], self.size)
            else:
                found = self._in_field(where, stem)
            # That a word is nowhere is soon found again, and there is no end to such words.
            if len(found[0]):
                self._matches.put(key, found)
        return found

    def _in_field(self, field: str, stem: str) -> Match:
        ids, counts, _ = self._postings(field, stem)
        rows = ids.astype(np.int64)
        return rows, self._saturated(field, rows, counts)

    def _saturated(self, field: str, rows: Ids, counts: Scores) -> Scores:
        """How much it says that a term stands in a field so many times."""
        return np.asarray(counts * np.float32(K1 + 1) / (counts + self._norms[field][rows]), np.float32)

    def phrase(self, stems: tuple[str, ...]) -> Match:
        """The rows in which the terms stand side by side in a field of the text, and how much that says."""
        key = (TEXT, stems)
        found = self._matches.get(key)
        if found is None:
            found = matches.added([_times(self._phrase_in(field, stems), WEIGHTS[field]) for field in TEXT_FIELDS], self.size)
            self._matches.put(key, found)
        return found

    def _phrase_in(self, field: str, stems: tuple[str, ...]) -> Match:
        every = [(step, self._places_of(field, stem)) for step, stem in enumerate(stems)]
        # From the rarest: each next one only has to be looked up at what is left.
        every.sort(key=lambda one: len(one[1]))
        starts = every[0][1] - every[0][0]
        for step, places in every[1:]:
            if not len(starts):
                break
            at = np.searchsorted(places, starts + step)
            at[at == len(places)] = 0
            starts = starts[places[at] == starts + step]
        if not len(starts):
            return NOTHING
        rows, counts = np.unique(starts >> _POSITION_BITS, return_counts=True)
        return rows, self._saturated(field, rows, counts.astype(np.float32))

    def _places_of(self, field: str, stem: str) -> Ids:
        """Every place of a term, rising: the row in the high bits, the position in the low ones."""
        found = self._places.get((field, stem))
        if found is None:
            ids, counts, positions = self._postings(field, stem)
            places = np.asarray(np.repeat(ids.astype(np.int64) << _POSITION_BITS, counts.astype(np.int64)) + positions, np.int64)
            found = self._places.put((field, stem), (places,))
        return found[0]

    def _postings(self, field: str, stem: str) -> tuple[NDArray[np.uint32], Scores, NDArray[np.uint32]]:
        terms = self._reader._terms
        with self._reading:
            try:
                return layout.read(terms._postfile, terms.term_info(field, stem.encode()))
            except TermNotFound:
                return _NO_POSTINGS


_NO_POSTINGS = (np.empty(0, np.uint32), np.empty(0, np.float32), np.empty(0, np.uint32))


def _times(match: Match, weight: float) -> Match:
    return match[0], match[1] * np.float32(weight)
