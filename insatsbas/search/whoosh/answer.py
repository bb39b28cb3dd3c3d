"""Answering a question from a snapshot: matching, filters, counts and order, all in arrays."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from insatsbas.catalogue.rules import Status
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
    Hit,
    Question,
    Results,
    Sort,
)
from insatsbas.search.query import MOST_CLAUSES, AllOf, AnyOf, Coded, Node, Phrase, Plan, Word
from insatsbas.search.weights import FEW_HITS, GRAM, LEAST_SHARED, LIFT, MOST_SIMILAR, RERANKED, WEIGHTS
from insatsbas.search.whoosh.postings import Ids, Scores
from insatsbas.search.whoosh.snapshot import NEVER, Mask, Snapshot
from insatsbas.search.whoosh.store import TEXT_FIELDS

_STATUS_ORDER = (Status.ACTIVE, Status.PAUSED, Status.ENDED)


@dataclass(frozen=True, slots=True)
class _Match:
    """Which rows match, and how well (zero where not)."""

    rows: Mask
    scores: Scores

    @property
    def count(self) -> int:
        return int(self.rows.sum())


def answer(snapshot: Snapshot, question: Question) -> Results:
    """The whole answer to a question."""
    plan = question.plan
    matched, mode = _match(snapshot, plan)
    chosen = _Filtering(snapshot, question)
    rows = np.flatnonzero(matched.rows & chosen.all)
    scores = matched.scores
    if plan.clauses:
        for lift in plan.lifts:
            scores = scores + LIFT * _weighted(snapshot, lift).scores
    order = rows[_order(snapshot, question, rows, scores)]
    shared = _shared(snapshot, plan.grams)
    if plan.clauses and question.sort is Sort.RELEVANCE:
        best, rest = order[:RERANKED], order[RERANKED:]
        scores = scores.copy()
        scores[best] += GRAM * shared[best]
        order = np.concatenate([best[_order(snapshot, question, best, scores)], rest])
    shown = order[question.offset : question.offset + question.limit]
    similar = _similar(snapshot, plan, chosen.all & ~matched.rows, shared) if len(rows) < FEW_HITS and question.limit else []
    return Results(_hits(snapshot, shown, scores), len(rows), mode, chosen.facets(matched.rows), similar)


def _hits(snapshot: Snapshot, rows: Ids, scores: Scores) -> list[Hit]:
    return [Hit(int(snapshot.ids[row]), round(float(scores[row]), 4)) for row in rows]


def _rarity(snapshot: Snapshot, count: int) -> np.float32:
    """How much it says that a document has something that `count` have: idf as in BM25."""
    return np.float32(np.log(1 + (snapshot.count - count + 0.5) / (count + 0.5)))


def _shared(snapshot: Snapshot, grams: frozenset[str]) -> Scores:
    """For each row, the rarity of all the grams that it shares with the question."""
    shared = np.zeros(snapshot.size, np.float32)
    for gram in grams:
        ids, _ = snapshot.term("gram", gram)
        shared[ids] += _rarity(snapshot, len(ids))
    return shared


def _similar(snapshot: Snapshot, plan: Plan, others: Mask, shared: Scores) -> list[Hit]:
    """Those of `others` that share most of the question's grams, with their part of all; those for staff last."""
    whole = sum(float(_rarity(snapshot, len(snapshot.term("gram", gram)[0]))) for gram in plan.grams)
    if not whole:
        return []
    parts = shared / np.float32(whole)
    others = others & snapshot.live & (parts >= LEAST_SHARED)
    for node in plan.excluded:
        others &= ~_evaluate(snapshot, node).rows
    rows = np.flatnonzero(others)
    order = np.lexsort((snapshot.title_order[rows], -parts[rows], snapshot.staff[rows]))
    return _hits(snapshot, rows[order][:MOST_SIMILAR], parts)


def _match(snapshot: Snapshot, plan: Plan) -> tuple[_Match, Literal["all", "any"]]:
    """All clauses; where no document has them all, any of them. A loose plan leaves nothing out, and only orders."""
    base = snapshot.live.copy()
    for node in plan.excluded:
        base &= ~_evaluate(snapshot, node).rows
    if not plan.clauses:
        return _Match(base, np.zeros(snapshot.size, np.float32)), "all"
    found = [_weighted(snapshot, node) for node in plan.clauses]
    if len(found) > MOST_CLAUSES:
        # The rarest say the most; those that nothing matches say that there is nothing with all of them.
        found = sorted(found, key=lambda match: match.count)
    if plan.loose:
        return replace(_joined(np.logical_or, base, found[:MOST_CLAUSES]), rows=base), "any"
    every = _joined(np.logical_and, base, found[:MOST_CLAUSES])
    some_found = [match for match in found if match.count][:MOST_CLAUSES]
    if every.rows.any() or len(found) == 1 or not some_found:
        return every, "all"
    some = _joined(np.logical_or, base, some_found)
    return (some, "any") if some.rows.any() else (every, "all")


def _joined(how: np.ufunc, base: Mask, found: list[_Match]) -> _Match:
    scores = np.asarray(np.sum([match.scores for match in found], axis=0), np.float32)
    return _Match(base & how.reduce([match.rows for match in found]), scores)


def _weighted(snapshot: Snapshot, node: Node) -> _Match:
    """A clause with the weight of its rarity: idf over the documents that match it in any way."""
    match = _evaluate(snapshot, node)
    return replace(match, scores=np.asarray(match.scores * _rarity(snapshot, match.count), np.float32))


def _evaluate(snapshot: Snapshot, node: Node) -> _Match:
    match node:
        case Word():
            fields = TEXT_FIELDS if node.where == "text" else (node.where,)
            return _gather(snapshot, [(*snapshot.term(name, node.stem), WEIGHTS[name]) for name in fields])
        case Phrase():
            return _gather(snapshot, [(*snapshot.phrase(name, node.stems), WEIGHTS[name]) for name in TEXT_FIELDS])
        case Coded():
            rows = snapshot.codes[Facet(node.facet)].having(node.codes)
            return _Match(rows, rows.astype(np.float32))
        case AllOf():
            found = [_evaluate(snapshot, part) for part in node.nodes]
            rows = np.logical_and.reduce([match.rows for match in found])
            return _Match(rows, np.asarray(np.where(rows, np.sum([match.scores for match in found], axis=0), 0), np.float32))
        case AnyOf():
            weighed = [(_evaluate(snapshot, choice), weight) for choice, weight in node.choices]
            rows = np.logical_or.reduce([match.rows for match, _ in weighed])
            if node.otherwise is not None and not rows.any():
                return _evaluate(snapshot, node.otherwise)
            best = np.maximum.reduce([match.scores * weight for match, weight in weighed])
            return _Match(rows, np.asarray(best, np.float32))


def _gather(snapshot: Snapshot, found: list[tuple[Ids, Scores, float]]) -> _Match:
    rows, scores = np.zeros(snapshot.size, bool), np.zeros(snapshot.size, np.float32)
    for ids, weights, boost in found:
        rows[ids] = True
        scores[ids] += weights * np.float32(boost)
    return _Match(rows, scores)


class _Filtering:
    """The chosen filters as masks, and the counts they make.

    The count at a value is the number of hits with its filter set to that value alone and all others as they are: so each
    filter needs the rows that pass all filters but itself. A row passes those when it fails in nothing, or in that one only.
    """

    def __init__(self, snapshot: Snapshot, question: Question) -> None:
        self._snapshot, self._filters, self._days = snapshot, question.filters, snapshot.on(question.today)
        commute = question.filters.commute
        self._masks: dict[str, Mask] = {f.value: self._of_values(f, question.filters.of(f), commute=commute) for f in Facet}
        self._masks[PASSED] = self._of_level(question.filters.passed)
        self._masks[PLACES_LEFT] = self._days.left > 0 if question.filters.places_left else self._everything()
        self._masks[FOR_OTHERS] = self._days.for_others > 0 if question.filters.for_others else self._everything()
        self._masks[ANY_TIME] = snapshot.rolling if question.filters.rolling else self._everything()
        self._masks[STAFF] = self._everything() if question.filters.staff else ~snapshot.staff
        self._failed = np.sum([~mask for mask in self._masks.values()], axis=0)
        self.all: Mask = self._failed == 0

    def _everything(self) -> Mask:
        return np.ones(self._snapshot.size, bool)

    def _of_values(self, facet: Facet, values: frozenset[str], *, commute: bool) -> Mask:
        if not values:
            return self._everything()
        codes = self._snapshot.codes[facet]
        if facet is Facet.GIVEN_IN and commute:
            values = frozenset().union(*map(self._widened, values))
        mask = codes.having(values)
        return mask | codes.none if facet in ANYWHERE else mask

    def _widened(self, code: str) -> frozenset[str]:
        return self._filters.reach.get(code, frozenset({code}))

    def _of_level(self, passed: int | None) -> Mask:
        levels = self._snapshot.levels
        return self._everything() if passed is None else (levels >= 0) & (levels <= passed)

    def facets(self, matched: Mask) -> dict[str, dict[str, int]]:
        """For each filter, the count at each of its values."""
        counts = {facet.value: self._counts(facet, self._but(facet.value) & matched) for facet in Facet}
        known = np.bincount(self._snapshot.levels[self._but(PASSED) & matched & (self._snapshot.levels >= 0)], minlength=7)
        counts[PASSED] = {str(level): count for level, count in enumerate(np.cumsum(known).tolist())}
        counts[PLACES_LEFT] = {YES: int((self._but(PLACES_LEFT) & matched & (self._days.left > 0)).sum())}
        counts[FOR_OTHERS] = {YES: int((self._but(FOR_OTHERS) & matched & (self._days.for_others > 0)).sum())}
        counts[ANY_TIME] = {YES: int((self._but(ANY_TIME) & matched & self._snapshot.rolling).sum())}
        counts[STAFF] = {YES: int((self._but(STAFF) & matched).sum())}
        # Commuting takes nothing away: it widens where an intervention may be given.
        reached = self._of_values(Facet.GIVEN_IN, self._filters.of(Facet.GIVEN_IN), commute=True)
        counts[COMMUTE] = {YES: int((self._but(Facet.GIVEN_IN.value) & matched & reached).sum())}
        return counts

    def _but(self, name: str) -> Mask:
        """The rows that pass all filters but this one."""
        return np.asarray(self._failed - ~self._masks[name] == 0, bool)

    def _counts(self, facet: Facet, mask: Mask) -> dict[str, int]:
        codes = self._snapshot.codes[facet]
        if facet not in ANYWHERE:
            return codes.counts(mask)
        # Also the values that no row has by name: what is given anywhere is given there too.
        everywhere, named = int((mask & codes.none).sum()), codes.counts(mask)
        if facet is Facet.GIVEN_IN and self._filters.commute:
            named = {value: int((mask & codes.having(self._widened(value))).sum()) for value in {*named, *self._filters.reach}}
        return {value: named.get(value, 0) + everywhere for value in sorted({*named, *self._filters.reach})}


def _order(snapshot: Snapshot, question: Question, rows: Ids, scores: Scores) -> Ids:
    """The order of `rows`: by what was asked for, then title; those for staff last, whatever was asked for."""
    days = snapshot.on(question.today)
    start, title = days.next_start[rows], snapshot.title_order[rows]
    if question.sort is Sort.TITLE:
        keys: tuple[Ids | Scores, ...] = (title,)
    elif question.sort is Sort.START:
        keys = (title, start)
    elif question.sort is Sort.PLACES:
        keys = (title, start, -days.left[rows])
    elif question.plan.clauses:
        keys = (title, -scores[rows])
    else:
        keys = (title, start == NEVER, _status_order(snapshot)[rows])
    return np.lexsort((*keys, snapshot.staff[rows]))


def _status_order(snapshot: Snapshot) -> Ids:
    codes = snapshot.codes[Facet.STATUS]
    return np.asarray(sum(codes.having(frozenset({status.value})) * place for place, status in enumerate(_STATUS_ORDER)), np.int64)
