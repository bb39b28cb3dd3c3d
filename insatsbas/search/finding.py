"""The one way to ask: what the page, the API and the files all answer with, so that they never answer differently.

Names in the question are understood; where nothing is found as it was typed, a word that is surely a slip is put right and the
answer is to that; where it may be another word, or little is found, it is offered. Nothing is said of words that only what is
hidden has.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Literal

from flask import current_app

from insatsbas.catalogue.in_force_queries import InForce
from insatsbas.catalogue.rules import PUBLIC, Status
from insatsbas.search.engine import ACTIVE_ONLY, STAFF, YES, Facet, Filters, Question, Results, Vocabulary
from insatsbas.search.forms import Asked
from insatsbas.search.names import Known, known
from insatsbas.search.query import NO_NAMES
from insatsbas.search.service import Search
from insatsbas.search.spelling import Correction, Speller
from insatsbas.search.swedish import normalise, tokens

# Fewer hits than this and a word that nobody has written: something else may be meant.
FEW = 5
_EVERYTHING = Filters({Facet.STATUS: frozenset(status.value for status in PUBLIC)}, staff=True)
_KEY = "insatsbas.speller"
# A larger vocabulary takes a while to read: a speller made of it is kept for at least so many seconds, whatever is added.
_LARGE, _KEPT = 10_000, 60.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may have been meant instead, and how many hits that has."""

    text: str
    total: int


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, and what it answers: `question` is as typed, or as put right when `corrected_to` says so.

    With `question.any_word`, something that the filters hide has all of the words.
    """

    question: Question
    results: Results
    corrected_to: str = ""
    suggestion: Suggestion | None = None

    @property
    def mode(self) -> Literal["all", "any", "corrected"]:
        """Whether the hits have all of the words, any of them, or the words as put right."""
        if self.corrected_to:
            return "corrected"
        return self.results.mode if self.results.total else "all"


def find(search: Search, asked: Asked, now: InForce, today: date) -> Found:
    """Answer what was asked. With `asked.exact` the words are taken as they stand: no names in them, and nothing put right.

    Raises:
        EngineError: there is no readable index.
    """
    names = known(now.lists, search.analysis)
    as_typed = asked.question(search.planner, now.reach, today, NO_NAMES if asked.exact else names.within(asked.q))
    as_typed, results = _answer(search, as_typed)
    if as_typed.plan.is_empty or (results.total >= FEW and results.mode == "all"):
        return Found(as_typed, results)
    correction = _correct(search, asked.q, names)
    if correction is None or not all(_is_found(search, meant, names, as_typed) for _, meant in correction.changed):
        return Found(as_typed, results)
    put_right = replace(as_typed, plan=search.planner.plan(correction.text, names.within(correction.text)))
    if not results.total and not asked.exact and correction.is_sure:
        put_right, answer = _answer(search, put_right)
        # Where only the filters are in the way, they are what to take away.
        if answer.total or count(search, replace(put_right, filters=_EVERYTHING)):
            return Found(put_right, answer, correction.text)
    total = count(search, put_right)
    # Where all the words were found, what finds no more is no help.
    is_help = total > 0 if results.mode == "any" else total > results.total
    return Found(as_typed, results, suggestion=Suggestion(correction.text, total) if is_help else None)


def count(search: Search, question: Question) -> int:
    """How many hits a question has."""
    return _answer(search, replace(question, offset=0, limit=0, counted=frozenset()))[1].total


def _answer(search: Search, question: Question) -> tuple[Question, Results]:
    """The answer, and the question as it was answered.

    What is paused or has ended is hidden unless it is asked for: then it must not keep any of the words from being enough. Which it
    is does not depend on the other filters, so that their counts hold.
    """
    asked = replace(question, any_word=False)
    results, filters = search.engine.find(asked), asked.filters
    is_hidden = not results.total and len(asked.plan.clauses) > 1 and filters.of(Facet.STATUS) == ACTIVE_ONLY[Facet.STATUS]
    if not is_hidden or results.mode == "any" or _total(search, asked, Filters(ACTIVE_ONLY, staff=filters.staff)):
        return asked, results
    widened = replace(asked, any_word=True)
    found = search.engine.find(widened)
    return widened, replace(found, facets=_facets(search, asked, results, found))


def _facets(search: Search, asked: Question, by_all: Results, by_any: Results) -> dict[str, Mapping[str, int]]:
    """The counts of an answer by any of the words, but at the values that bring back what has all of them."""
    facets, status, active = dict(by_any.facets), Facet.STATUS.value, Status.ACTIVE.value
    if status in facets:
        facets[status] = {**by_all.facets[status], active: by_any.facets[status].get(active, 0)}
    if STAFF in facets and _total(search, asked, Filters(ACTIVE_ONLY, staff=True)):
        facets[STAFF] = {YES: by_all.facets[STAFF][YES]}
    return facets


def _total(search: Search, question: Question, filters: Filters) -> int:
    """How many hits the engine has by other filters, the words as they are."""
    return search.engine.find(replace(question, filters=filters, offset=0, limit=0, counted=frozenset())).total


def _is_found(search: Search, words: str, names: Known, question: Question) -> bool:
    """Whether each of some words is of a name, or finds something: the vocabulary has words of what is hidden, or has been changed, too."""
    others = (token.word for token in tokens(normalise(words)) if token.word not in names.words)
    return all(_total(search, replace(question, plan=search.planner.plan(word)), _EVERYTHING) for word in others)


def _correct(search: Search, text: str, names: Known) -> Correction | None:
    spelling: _Spelling = current_app.extensions.setdefault(_KEY, _Spelling())
    return spelling.corrector(search, names).correct(text)


class _Corrector:
    """Puts right by what the catalogue, the lists and the names are now, and remembers what it was asked lately."""

    def __init__(self, vocabulary: Vocabulary, search: Search, names: Known, made_at: float) -> None:
        self.vocabulary, self.made_of, self.made_at = vocabulary, (search.lists, search.analysis, names), made_at
        # Each page of an answer asks the same.
        self.correct = lru_cache(1000)(Speller(vocabulary, search.analysis, search.lists, names.texts).correct)


class _Spelling:
    """The corrector of an application: made anew when the words of the catalogue or the lists have changed."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer, self._lock = timer, threading.Lock()
        self._held: _Corrector | None = None

    def corrector(self, search: Search, names: Known) -> _Corrector:
        """The one to use now."""
        vocabulary, made_of = search.engine.vocabulary(), (search.lists, search.analysis, names)
        with self._lock:
            held, now = self._held, self._timer()
            if held is not None and all(one is other for one, other in zip(held.made_of, made_of, strict=True)):
                is_young = len(vocabulary.words) >= _LARGE and now - held.made_at < _KEPT
                if held.vocabulary is vocabulary or is_young:
                    return held
            self._held = made = _Corrector(vocabulary, search, names, now)
            return made
