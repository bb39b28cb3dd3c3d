"""The one way to ask: what the page, the API and the files all answer with, so that they never answer differently.

Names in the question are understood; where nothing is found as it was typed, a word that the catalogue does not know is put
right and the answer is to that; where little is found, it is offered.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from flask import current_app

from insatsbas.catalogue.in_force_queries import InForce
from insatsbas.catalogue.rules import PUBLIC
from insatsbas.search.engine import Facet, Filters, Question, Results
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
    return Found(as_typed, results, suggestion=Suggestion(correction.text, total) if total else None)


def count(search: Search, question: Question) -> int:
    """How many hits a question has."""
    return search.engine.find(replace(question, offset=0, limit=0)).total


def _correct(search: Search, text: str, names: Known) -> Correction | None:
    kept: _Kept = current_app.extensions.setdefault(_KEY, _Kept())
    return kept.speller(search, names).correct(text)


@dataclass(slots=True)
class _Kept:
    """The speller of an application: made anew when the words of the catalogue or the lists have changed."""

    held: tuple[tuple[object, ...], float, Speller] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def speller(self, search: Search, names: Known, timer: Callable[[], float] = time.monotonic) -> Speller:
        """The speller to use now."""
        vocabulary = search.engine.vocabulary()
        made_of = (search.lists, search.analysis, names)
        with self.lock:
            if self.held is not None:
                held, at, speller = self.held
                is_same = all(one is other for one, other in zip(held, made_of, strict=True))
                is_young = len(vocabulary.words) >= _LARGE and timer() - at < _KEPT
                if is_same and (speller.vocabulary is vocabulary or is_young):
                    return speller
            speller = Speller(vocabulary, search.analysis, search.lists, names.texts)
            self.held = (made_of, timer(), speller)
            return speller
