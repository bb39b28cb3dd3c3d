"""In which order the answer comes: the first so many are found without sorting all."""

from datetime import date

import numpy as np

from insatsbas.catalogue.rules import Status
from insatsbas.search.engine import Facet, Hit, Sort
from insatsbas.search.query import Plan
from insatsbas.search.weights import GRAM, MOST_SIMILAR, RERANKED
from insatsbas.search.whoosh import matches, matching
from insatsbas.search.whoosh.facts import NEVER, Ids, Scores
from insatsbas.search.whoosh.filtering import Filtering
from insatsbas.search.whoosh.snapshot import TITLE_BITS, Snapshot

_STATUS_ORDER = (Status.ACTIVE, Status.PAUSED, Status.ENDED)


def first(key: Ids, count: int) -> Ids:
    """Where the `count` lowest of some distinct keys stand, in order."""
    if 2 * count >= len(key):
        return key.argsort()[:count]
    lowest = key.argpartition(count)[:count]
    return lowest[key[lowest].argsort()]


def by_score(snapshot: Snapshot, rows: Ids, scores: Scores) -> Ids:
    """A key for each row, all distinct: those for staff last, then the best score, then the title.

    The bits of a score that is not below zero rise as it does, so that all three fit in one number.
    """
    return snapshot.unscored[rows] - (scores.view(np.int32).astype(np.int64) << TITLE_BITS)


def best(snapshot: Snapshot, plan: Plan, rows: Ids, scores: Scores, count: int) -> tuple[Ids, Scores]:
    """The first `count` by how well they answer, and their scores. The best by their words are put in order once more by grams."""
    if not plan.grams:
        order = first(by_score(snapshot, rows, scores), count)
        return rows[order], scores[order]
    order = first(by_score(snapshot, rows, scores), max(count, RERANKED))
    rows, scores = rows[order], scores[order]
    # Those below keep their scores, which are no higher than any of these: the order holds over all pages.
    scores[:RERANKED] += np.float32(GRAM) * matching.shared(snapshot, plan.grams, rows[:RERANKED])
    again = by_score(snapshot, rows, scores).argsort()[:count]
    return rows[again], scores[again]


def places(snapshot: Snapshot, sort: Sort, today: date) -> Ids:
    """The place of each row in an order that does not depend on the words; those for staff last."""
    days, title = snapshot.on(today), snapshot.title_order
    match sort:
        case Sort.TITLE:
            keys = [title]
        case Sort.START:
            keys = [title, days.next_start]
        case Sort.PLACES:
            keys = [title, days.next_start, -days.left]
        case Sort.RELEVANCE:
            keys = [title, days.next_start == NEVER, _status_order(snapshot)]
    found = np.empty(snapshot.size, np.int64)
    found[np.lexsort((*keys, snapshot.staff))] = np.arange(snapshot.size)
    return found


def _status_order(snapshot: Snapshot) -> Ids:
    having = snapshot.codes.having
    each = [having(Facet.STATUS, frozenset({status.value})) * place for place, status in enumerate(_STATUS_ORDER)]
    return np.asarray(sum(each), np.int64)


def similar(snapshot: Snapshot, plan: Plan, filtering: Filtering, found: Ids) -> list[Hit]:
    """Those that pass the filters, were not found, and share most of the question's grams; their scores are the part they share."""
    rows, parts = matches.within(matching.alike(snapshot, plan.grams), filtering.passing)
    others = ~matches.among(found, rows)
    rows, parts = matching.but_excluded(snapshot, plan, (rows[others], parts[others]))
    return hits(snapshot, *_first(snapshot, rows, parts, MOST_SIMILAR))


def _first(snapshot: Snapshot, rows: Ids, scores: Scores, count: int) -> tuple[Ids, Scores]:
    order = first(by_score(snapshot, rows, scores), count)
    return rows[order], scores[order]


def hits(snapshot: Snapshot, rows: Ids, scores: Scores) -> list[Hit]:
    """The rows as the one who asked knows them."""
    rounded = scores.astype(np.float64).round(4).tolist()
    return [Hit(number, score) for number, score in zip(snapshot.ids[rows].tolist(), rounded, strict=True)]
