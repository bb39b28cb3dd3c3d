"""What matches, and how well: some rows, rising, and a score above zero for each. What is done to them is done to whole arrays.

Where few rows are concerned they are looked up; where many are, they are laid out over all rows, which is then quicker.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from insatsbas.search.whoosh.facts import Ids, Mask, Scores

Match: TypeAlias = tuple[Ids, Scores]

NOTHING: Match = (np.empty(0, np.int64), np.empty(0, np.float32))
# Below one in so many rows, looking up beats laying out.
_SPARSE = 32


def added(found: Sequence[Match], size: int) -> Match:
    """The rows of any of them; of each the sum of its scores."""
    found = [match for match in found if len(match[0])]
    if len(found) < 2:  # noqa: PLR2004
        return found[0] if found else NOTHING
    whole = spread(found, size)
    rows = _union(found, whole, size)
    return rows, whole[rows]


def best(found: Sequence[Match], size: int) -> Match:
    """The rows of any of them; of each the highest of its scores."""
    found = [match for match in found if len(match[0])]
    if len(found) < 2:  # noqa: PLR2004
        return found[0] if found else NOTHING
    whole = np.zeros(size, np.float32)
    for rows, scores in found:
        whole[rows] = np.maximum(whole[rows], scores)
    rows = _union(found, whole, size)
    return rows, whole[rows]


def spread(found: Sequence[Match], size: int) -> Scores:
    """The sum of the scores at every row, zero where nothing matches."""
    whole = np.zeros(size, np.float32)
    for rows, scores in found:
        whole[rows] += scores
    return whole


def _union(found: Sequence[Match], whole: Scores, size: int) -> Ids:
    """The rows of any of them; `whole` is above zero there."""
    if sum(len(rows) for rows, _ in found) * _SPARSE < size:
        return np.unique(np.concatenate([rows for rows, _ in found]))
    return np.flatnonzero(whole)


def in_all(found: Sequence[Match], size: int) -> Match:
    """The rows of all of them, with the sum of their scores; there is at least one."""
    (rows, scores), *others = sorted(found, key=lambda match: len(match[0]))
    for other in others:
        more = at(other, rows, size)
        kept = more > 0
        rows, scores = rows[kept], scores[kept] + more[kept]
    return rows, scores


def at(match: Match, rows: Ids, size: int) -> Scores:
    """The scores at these rows, zero where it does not match."""
    there, scores = match
    if not len(there):
        return np.zeros(len(rows), np.float32)
    if len(rows) * _SPARSE > size:
        return spread([match], size)[rows]
    place = np.searchsorted(there, rows)
    place[place == len(there)] = 0
    return np.where(there[place] == rows, scores[place], np.float32(0))


def among(there: Ids, rows: Ids) -> Mask:
    """Which of these rows are there."""
    if not len(there):
        return np.zeros(len(rows), bool)
    place = np.searchsorted(there, rows)
    place[place == len(there)] = 0
    return np.asarray(there[place] == rows, bool)


def within(match: Match, mask: Mask) -> Match:
    """The rows that are in a mask over all rows."""
    rows, scores = match
    kept = mask[rows].nonzero()[0]
    return rows[kept], scores[kept]


def mask_of(rows: Ids, size: int) -> Mask:
    """A mask over all rows that is true at these."""
    mask = np.zeros(size, bool)
    mask[rows] = True
    return mask
