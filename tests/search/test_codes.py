"""Filters' values are counted by bits where the rows are many and one by one where they are few: both as one would by hand."""

from random import Random

import numpy as np
import pytest

from insatsbas.search.engine import Facet
from insatsbas.search.whoosh.codes import Codes
from insatsbas.search.whoosh.facts import Coded

_VALUES = tuple((facet, f"v{number}") for facet in (Facet.NEED, Facet.GIVEN_IN, Facet.OWNER) for number in range(40))


def _coded(rows: list[list[int]]) -> Coded:
    """A segment whose rows have these values."""
    starts = np.cumsum([0, *map(len, rows)])
    return Coded(_VALUES, starts, np.array([number for row in rows for number in row], np.int64))


def _by_hand(rows: list[list[int]], wanted: list[int], facets: frozenset[Facet]) -> dict[tuple[Facet, str], int]:
    held = [_VALUES[number] for row in wanted for number in rows[row]]
    return {value: held.count(value) for value in _VALUES if value[0] in facets}


@pytest.mark.parametrize("size", [1, 63, 64, 65, 300, 4097, 9000])
def test_few_rows_and_many_are_counted_as_by_hand(size: int) -> None:
    random = Random(size)
    rows = [sorted(random.sample(range(len(_VALUES)), random.choice((0, 1, 3)))) for _ in range(size)]
    rows[0] = list(range(len(_VALUES)))
    cut = size // 3
    codes = Codes([_coded(rows[:cut]), _coded(rows[cut:])])
    for many in {0, 1, min(5, size), size // 2, size}:
        wanted = sorted(random.sample(range(size), many))
        for facets in (frozenset(Facet), frozenset({Facet.NEED}), frozenset({Facet.OWNER, Facet.GIVEN_IN})):
            counts = codes.counts(np.array(wanted, np.int64), facets)
            told = {(f, v): int(n) for f in facets for v, n in zip(codes.values[f], counts[codes.slice_of(f)], strict=True)}
            assert told == _by_hand(rows, wanted, facets)


def test_the_rows_with_some_values_and_with_none() -> None:
    rows = [[0], [40], [], [0, 41], [1, 80]] * 30
    codes = Codes([_coded(rows)])
    assert codes.having(Facet.NEED, frozenset({"v0", "v7", "finns inte"})).tolist() == [0 in row for row in rows]
    assert not codes.having(Facet.NEED, frozenset()).any()
    assert codes.none(Facet.GIVEN_IN).tolist() == [not {40, 41} & set(row) for row in rows]
