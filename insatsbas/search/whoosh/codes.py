"""The values that are filtered on and counted: as bits, which count a thousand rows as quickly as one, and as each row's run of codes."""

from collections.abc import Collection, Sequence
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from insatsbas.search.engine import Facet
from insatsbas.search.whoosh.facts import Coded, Ids, Mask

_MOST_MASKS = 512
_WORD = 64
# So many words are made at once: of a large catalogue all together would be a hundred times the bits.
_AT_ONCE = 64
# So many words of bits are counted in the time that it takes to look up the codes of one row.
_WORDS_A_ROW = 50


class Codes:
    """The codes of all rows. A value's number counts through all filters: each filter's values lie side by side, in order."""

    def __init__(self, parts: Sequence[Coded]) -> None:
        every = sorted({value for part in parts for value in part.values})
        number = {value: place for place, value in enumerate(every)}
        self.values: dict[Facet, list[str]] = {facet: [] for facet in Facet}
        for facet, code in every:
            self.values[facet].append(code)
        self._number = number
        self._begin = {facet: next((number[facet, code] for code in values), 0) for facet, values in self.values.items()}
        moved = [np.array([number[value] for value in part.values], np.int64)[part.numbers] for part in parts if len(part.values)]
        self._numbers: Ids = np.concatenate([np.empty(0, np.int64), *moved])
        self._lengths: Ids = np.concatenate([np.empty(0, np.int64), *(np.diff(part.starts) for part in parts)])
        self._starts: Ids = np.cumsum(self._lengths) - self._lengths
        self.having = lru_cache(_MOST_MASKS)(self._having)
        self.none = lru_cache(len(Facet))(self._none)

    def slice_of(self, facet: Facet) -> slice:
        """Where a filter's values lie among all."""
        return slice(self._begin[facet], self._begin[facet] + len(self.values[facet]))

    def counts(self, rows: Ids, facets: Collection[Facet]) -> Ids:
        """How many of the rows have each value, by the values' numbers; only those of these filters are counted."""
        parts = [slice(None)] if len(facets) == len(Facet) else [self.slice_of(facet) for facet in facets]
        if len(rows) * _WORDS_A_ROW < sum(self._bits[part].size for part in parts):
            return self._one_by_one(rows)
        counts, wanted = np.zeros(len(self._number), np.int64), self._packed(rows)
        for part in parts:
            counts[part] = np.bitwise_count(self._bits[part] & wanted).sum(axis=1, dtype=np.int64)
        return counts

    def _one_by_one(self, rows: Ids) -> Ids:
        """The same of all filters, by the codes of each row."""
        many = self._lengths[rows]
        ends = many.cumsum()
        if not len(ends) or not ends[-1]:
            return np.zeros(len(self._number), np.int64)
        # Each row's run of codes, without a loop: a running number, moved for each row to where its run begins.
        places = (self._starts[rows] - ends + many).repeat(many)
        places += np.arange(len(places))
        return np.bincount(self._numbers[places], minlength=len(self._number))

    @cached_property
    def _bits(self) -> NDArray[np.uint64]:
        """For each value the rows that have it, a bit for each row."""
        size = len(self._lengths)
        words, ends = -(-size // _WORD), self._lengths.cumsum()
        bits = np.zeros((len(self._number), words), np.uint64)
        for first in range(0, words, _AT_ONCE):
            last = min(first + _AT_ONCE, words)
            begin, end = first * _WORD, min(last * _WORD, size)
            having = np.zeros((len(self._number), (last - first) * _WORD), bool)
            rows = np.repeat(np.arange(end - begin), self._lengths[begin:end])
            having[self._numbers[self._starts[begin] : ends[end - 1]], rows] = True
            bits[:, first:last] = np.packbits(having, axis=1, bitorder="little").view(np.uint64)
        return bits

    def _packed(self, rows: Ids) -> NDArray[np.uint64]:
        mask = np.zeros(self._bits.shape[1] * _WORD, bool)
        mask[rows] = True
        return np.packbits(mask, bitorder="little").view(np.uint64)

    def _having(self, facet: Facet, codes: frozenset[str]) -> Mask:
        """The rows that have one of a filter's values. Not to be changed."""
        some = self._bits[[self._number[facet, code] for code in codes if (facet, code) in self._number]]
        bits: NDArray[np.uint64] = np.bitwise_or.reduce(some, axis=0)
        return np.unpackbits(bits.view(np.uint8), count=len(self._lengths), bitorder="little").view(bool)

    def _none(self, facet: Facet) -> Mask:
        """The rows that have none of a filter's values. Not to be changed."""
        return ~self._having(facet, frozenset(self.values[facet]))
