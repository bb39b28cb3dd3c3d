"""The values that are filtered on and counted: every row's codes, one after another, so that one count is a count of all filters."""

from collections.abc import Collection, Sequence
from functools import cached_property, lru_cache

import numpy as np

from insatsbas.search.engine import Facet
from insatsbas.search.whoosh.facts import Coded, Ids, Mask

_MOST_MASKS = 512


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
        self._only = lru_cache(4)(self._of_facets)

    @cached_property
    def _rows(self) -> Ids:
        """The row of each code."""
        return np.repeat(np.arange(len(self._lengths)), self._lengths)

    def slice_of(self, facet: Facet) -> slice:
        """Where a filter's values lie among all."""
        return slice(self._begin[facet], self._begin[facet] + len(self.values[facet]))

    def _having(self, facet: Facet, codes: frozenset[str]) -> Mask:
        """The rows that have one of a filter's values. Not to be changed."""
        wanted = np.zeros(len(self._number), bool)
        wanted[[self._number[facet, code] for code in codes if (facet, code) in self._number]] = True
        mask = np.zeros(len(self._lengths), bool)
        mask[self._rows[wanted[self._numbers]]] = True
        return mask

    def _none(self, facet: Facet) -> Mask:
        """The rows that have none of a filter's values. Not to be changed."""
        return ~self._having(facet, frozenset(self.values[facet]))

    def _of_facets(self, facets: frozenset[Facet]) -> tuple[Ids, Ids, Ids]:
        """Where each row's codes of some filters begin, how many there are, and the codes."""
        if facets == frozenset(Facet):
            return self._starts, self._lengths, self._numbers
        wanted = np.zeros(len(self._number), bool)
        for facet in facets:
            wanted[self.slice_of(facet)] = True
        kept = wanted[self._numbers]
        lengths = np.bincount(self._rows[kept], minlength=len(self._lengths))
        return np.cumsum(lengths) - lengths, lengths, self._numbers[kept]

    def counts(self, rows: Ids, facets: Collection[Facet]) -> Ids:
        """How many of the rows have each value, by the values' numbers; only those of these filters are counted."""
        starts, lengths, numbers = self._only(frozenset(facets))
        many = lengths[rows]
        ends = many.cumsum()
        if not len(ends) or not ends[-1]:
            return np.zeros(len(self._number), np.int64)
        # Each row's run of codes, without a loop: a running number, moved for each row to where its run begins.
        places = (starts[rows] - ends + many).repeat(many)
        places += np.arange(len(places))
        return np.bincount(numbers[places], minlength=len(self._number))
