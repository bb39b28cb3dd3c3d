"""Answering questions from a snapshot: matching, filters, counts and order, all in arrays."""

import threading
from collections import OrderedDict
from datetime import date
from functools import lru_cache

from insatsbas.search.engine import Question, Results, Sort
from insatsbas.search.weights import FEW_HITS
from insatsbas.search.whoosh import filtering, matches, matching, ranking
from insatsbas.search.whoosh.facts import Ids, Scores
from insatsbas.search.whoosh.filtering import Counting, Filtering
from insatsbas.search.whoosh.matches import Match
from insatsbas.search.whoosh.snapshot import Snapshot

_MOST_FILTERINGS = 64


class Answers:
    """Answers from one snapshot, with what many questions share: the filters' masks and the orders of all rows."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._filterings: OrderedDict[object, Filtering] = OrderedDict()
        self._lock = threading.Lock()
        self._places = lru_cache(maxsize=len(Sort) * 3)(self._places_by)

    def to(self, question: Question) -> Results:
        """The whole answer to a question."""
        snapshot, plan, chosen = self.snapshot, question.plan, self._filtering(question)
        found, mode = matching.matched(snapshot, plan, any_word=question.any_word)
        rows, scores = matches.within(found, chosen.passing)
        shown = self._shown(question, rows, scores) if question.limit else matches.NOTHING
        similar = question.limit and len(rows) < FEW_HITS and plan.grams and not plan.loose
        return Results(
            hits=ranking.hits(snapshot, *shown),
            total=len(rows),
            mode=mode,
            facets=Counting(snapshot, question, chosen, found[0], rows).counts(question.counted),
            similar=ranking.similar(snapshot, plan, chosen, found[0]) if similar else [],
        )

    def _shown(self, question: Question, rows: Ids, scores: Scores) -> Match:
        """The hits of the page that is asked for."""
        plan, end = question.plan, min(question.offset + question.limit, len(rows))
        if plan.clauses:
            scores = matching.lifted(self.snapshot, plan, rows, scores)
        if plan.clauses and question.sort is Sort.RELEVANCE:
            rows, scores = ranking.best(self.snapshot, plan, rows, scores, end)
        else:
            order = ranking.first(self._places(question.sort, question.today)[rows], end)
            rows, scores = rows[order], scores[order]
        return rows[question.offset :], scores[question.offset :]

    def _places_by(self, sort: Sort, today: date) -> Ids:
        return ranking.places(self.snapshot, sort, today)

    def _filtering(self, question: Question) -> Filtering:
        key = filtering.key_of(question.filters, question.today)
        with self._lock:
            if key in self._filterings:
                self._filterings.move_to_end(key)
                return self._filterings[key]
        made = Filtering(self.snapshot, question.filters, question.today)
        with self._lock:
            self._filterings[key] = made
            if len(self._filterings) > _MOST_FILTERINGS:
                self._filterings.popitem(last=False)
        return made
