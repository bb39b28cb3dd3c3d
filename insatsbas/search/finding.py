"""The one way to ask: what the page, the API and the files all answer with, so that they never answer differently.

Names in the question are understood; where nothing is found as it was typed, a word that the catalogue does not know is put
right and the answer is to that; where little is found, it is offered.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Literal

from flask import current_app

from insatsbas.catalogue.in_force_queries import InForce
from insatsbas.catalogue.rules import PUBLIC
from insatsbas.search.engine import Facet, Filters, Question, Results, Vocabulary
from insatsbas.search.forms import Asked
from insatsbas.search.names import Known, known
from insatsbas.search.query import NO_NAMES
from insatsbas.search.service import Search
from insatsbas.search.spelling import Correction, Speller

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
    """An answer, and what it answers: `question` is as typed, or as put right when `corrected_to` says so."""

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
    results = search.engine.find(as_typed)
    if as_typed.plan.is_empty or (results.total >= FEW and results.mode == "all"):
        return Found(as_typed, results)
    correction = _correct(search, asked.q, names)
    if correction is None:
        return Found(as_typed, results)
    put_right = replace(as_typed, plan=search.planner.plan(correction.text, names.within(correction.text)))
    if not results.total and not asked.exact:
        answer = search.engine.find(put_right)
        # Where only the filters are in the way, they are what to take away.
        if answer.total or count(search, replace(put_right, filters=_EVERYTHING)):
            return Found(put_right, answer, correction.text)
    total = count(search, put_right)
    # Where all the words were found, what finds no more is no help.
    is_help = total > 0 if results.mode == "any" else total > results.total
    return Found(as_typed, results, suggestion=Suggestion(correction.text, total) if is_help else None)


def count(search: Search, question: Question) -> int:
    """How many hits a question has."""
    return search.engine.find(replace(question, offset=0, limit=0)).total


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
