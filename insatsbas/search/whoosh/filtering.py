"""The chosen filters, and the counts they make.

The count at a value is the number of hits with its filter set to that value alone and all others as they are: so each
filter needs the rows that pass all filters but itself. A row passes those when it fails in nothing, or in that one only;
and what fails in nothing is the same for all filters, so that it is counted once.
"""

from collections.abc import Hashable, Iterable, Iterator
from datetime import date
from functools import cached_property, lru_cache

import numpy as np

from insatsbas.search.engine import (
    ANY_TIME,
    ANYWHERE,
    COMMUTE,
    FOR_OTHERS,
    PASSED,
    PLACES_LEFT,
    STAFF,
    YES,
    Facet,
    Filters,
    Question,
)
from insatsbas.search.whoosh.facts import Ids, Mask
from insatsbas.search.whoosh.snapshot import Days, Snapshot

_LEVELS = 7


class Filtering:
    """The chosen filters on a day as masks over all rows. Does not know what is asked for: many questions share one."""

    def __init__(self, snapshot: Snapshot, filters: Filters, today: date) -> None:
        masks = dict(_chosen(snapshot, filters, snapshot.on(today)))
        failed = np.sum([~mask for mask in masks.values()], axis=0, dtype=np.int8) if masks else np.zeros(snapshot.size, np.int8)
        one = snapshot.live & (failed == 1)
        self.passing: Mask = snapshot.live & (failed == 0)
        self.failing_only: dict[str, Mask] = {name: one & ~mask for name, mask in masks.items()}

    @cached_property
    def rows(self) -> Ids:
        """All rows that pass."""
        return np.flatnonzero(self.passing)


def key_of(filters: Filters, today: date) -> Hashable:
    """What a `Filtering` depends on: two questions with the same key share it."""
    given = filters.of(Facet.GIVEN_IN)
    reached = _widened(filters, given) if filters.commute and given else None
    chosen = frozenset(item for item in filters.values.items() if item[1])
    return chosen, reached, filters.passed, filters.places_left, filters.for_others, filters.rolling, filters.staff, today


@lru_cache(maxsize=64)
def _facets_of(names: frozenset[str]) -> frozenset[Facet]:
    return frozenset(facet for facet in Facet if facet.value in names)


def _chosen(snapshot: Snapshot, filters: Filters, days: Days) -> Iterator[tuple[str, Mask]]:
    for facet in Facet:
        if filters.of(facet):
            yield facet.value, _of_values(snapshot, filters, facet, commute=filters.commute)
    if filters.passed is not None:
        yield PASSED, (snapshot.levels >= 0) & (snapshot.levels <= filters.passed)
    if filters.places_left:
        yield PLACES_LEFT, days.left > 0
    if filters.for_others:
        yield FOR_OTHERS, days.for_others > 0
    if filters.rolling:
        yield ANY_TIME, snapshot.rolling
    if not filters.staff:
        yield STAFF, ~snapshot.staff


def _of_values(snapshot: Snapshot, filters: Filters, facet: Facet, *, commute: bool) -> Mask:
    values, codes = filters.of(facet), snapshot.codes
    mask = codes.having(facet, _widened(filters, values) if facet is Facet.GIVEN_IN and commute else values)
    return mask | codes.none(facet) if facet in ANYWHERE else mask


def _widened(filters: Filters, values: Iterable[str]) -> frozenset[str]:
    """The municipalities that one can commute to from some."""
    return frozenset().union(*(filters.reach.get(value, frozenset({value})) for value in values))


class Counting:
    """The counts of one answer: of the rows that match, and of these those that pass all filters."""

    def __init__(self, snapshot: Snapshot, question: Question, filtering: Filtering, matched: Ids, passing: Ids) -> None:
        self._snapshot, self._filters, self._days = snapshot, question.filters, snapshot.on(question.today)
        self._filtering, self._matched, self._passing = filtering, matched, passing

    def counts(self, names: frozenset[str]) -> dict[str, dict[str, int]]:
        """For each filter asked for, the count at each of its values."""
        facets = _facets_of(names)
        codes = self._snapshot.codes.counts(self._passing, facets)
        counts = {facet.value: self._of_facet(facet, codes) for facet in facets}
        if PASSED in names:
            levels = np.bincount(self._snapshot.levels[self._but(PASSED)] + 1, minlength=_LEVELS + 1)[1:]
            counts[PASSED] = {str(level): count for level, count in enumerate(np.cumsum(levels).tolist())}
        switches = {
            PLACES_LEFT: lambda rows: self._days.left[rows] > 0,
            FOR_OTHERS: lambda rows: self._days.for_others[rows] > 0,
            ANY_TIME: lambda rows: self._snapshot.rolling[rows],
        }
        for name in switches.keys() & names:
            counts[name] = {YES: int(np.count_nonzero(switches[name](self._but(name))))}
        if STAFF in names:
            counts[STAFF] = {YES: len(self._but(STAFF))}
        if COMMUTE in names:
            counts[COMMUTE] = {YES: self._commuting()}
        return counts

    def _failing(self, name: str) -> Ids:
        """The rows that match and fail in this filter only; none when nothing is chosen of it."""
        only = self._filtering.failing_only.get(name)
        if only is None:
            return self._matched[:0]
        if len(self._matched) == self._snapshot.count:
            return np.flatnonzero(only)
        return self._matched[only[self._matched]]

    def _but(self, name: str) -> Ids:
        """The rows that match and pass all filters but this one."""
        failing = self._failing(name)
        return np.concatenate([self._passing, failing]) if len(failing) else self._passing

    def _of_facet(self, facet: Facet, counted: Ids) -> dict[str, int]:
        codes, part = self._snapshot.codes, self._snapshot.codes.slice_of(facet)
        values, found = codes.values[facet], counted[part]
        failing = self._failing(facet.value)
        if len(failing):
            found = found + codes.counts(failing, frozenset({facet}))[part]
        if facet not in ANYWHERE:
            return dict(zip(values, found.tolist(), strict=True))
        rows, reach = self._but(facet.value), self._filters.reach
        everywhere = int(np.count_nonzero(codes.none(facet)[rows]))
        if facet is Facet.GIVEN_IN and self._filters.commute:
            return {value: count + everywhere for value, count in self._within_reach(rows, {*values, *reach}).items()}
        # What is given anywhere is given there too: also at the values that no row has by name.
        return dict.fromkeys(reach, everywhere) | dict(zip(values, (found + everywhere).tolist(), strict=True))

    def _within_reach(self, rows: Ids, values: Iterable[str]) -> dict[str, int]:
        """How many of the rows are given within reach of each municipality, by name."""
        having = self._snapshot.codes.having
        return {value: int(np.count_nonzero(having(Facet.GIVEN_IN, _widened(self._filters, (value,)))[rows])) for value in values}

    def _commuting(self) -> int:
        """Commuting takes nothing away: it widens where an intervention may be given."""
        rows = self._but(Facet.GIVEN_IN.value)
        if not self._filters.of(Facet.GIVEN_IN):
            return len(rows)
        return int(np.count_nonzero(_of_values(self._snapshot, self._filters, Facet.GIVEN_IN, commute=True)[rows]))
