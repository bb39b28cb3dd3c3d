"""How well search answers judged questions: the figures, and what they are taken of. For tests and for `bench/`."""

import json
import math
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from insatsbas.catalogue.in_force_queries import in_force
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import Status
from insatsbas.core import clock
from insatsbas.core.db import db
from insatsbas.core.text import fold
from insatsbas.organisations.models import Organisation
from insatsbas.search import finding
from insatsbas.search.documents import document
from insatsbas.search.engine import Filters, Hit, Question, Results, Vocabulary
from insatsbas.search.forms import Asked
from insatsbas.search.service import Search, current_search
from insatsbas.search.swedish import Analysis
from insatsbas.search.whoosh.engine import WhooshEngine
from insatsbas.search.whoosh.store import Store
from tests.search.judged import Judged

AT = 10
Rank: TypeAlias = Callable[[str], Sequence[str]]
"""From a question to the ids of what answers it, the best first."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over some questions, of the first ten answers to each.

    `mrr`: one over the place of the first relevant one, 0 where none is. `recall`: the share of the relevant ones that are there (of
    ten, where more are relevant). `ndcg`: as Järvelin and Kekäläinen (2002), with the grades as gains. `nothing`: the share of questions
    with no relevant one.
    """

    queries: int
    mrr: float
    recall: float
    ndcg: float
    nothing: float


def measured(rank: Rank, judged: Iterable[Judged]) -> Figures:
    """The figures of a ranking over some questions; there must be one at least."""
    each = [_of_one(list(rank(one.text))[:AT], one.relevant) for one in judged]
    mrr, recall, ndcg, nothing = (round(sum(values) / len(each), 4) for values in zip(*each, strict=True))
    return Figures(len(each), mrr, recall, ndcg, nothing)


def _of_one(found: Sequence[str], relevant: Mapping[str, int]) -> tuple[float, float, float, bool]:
    places = [place for place, one in enumerate(found, start=1) if one in relevant]
    gain = sum(relevant[found[place - 1]] / math.log2(place + 1) for place in places)
    ideal = sum(grade / math.log2(place + 1) for place, grade in enumerate(sorted(relevant.values(), reverse=True)[:AT], start=1))
    return (1 / places[0] if places else 0.0, len(places) / min(len(relevant), AT), gain / ideal, not places)


def shown(results: Results) -> Sequence[Hit]:
    """What a page shows of an answer, from above: the hits, and below them, where they are few, what is like them."""
    return (*results.hits, *results.similar)


# The demo catalogue


def demo_rank(app: Flask) -> Rank:
    """Our answers out of an application with the demo catalogue, as its page gives them to a guest who chose no filter."""
    with app.app_context():
        ids = {row.id: row.external_id or "" for row in db.session.scalars(select(Intervention))}

    def rank(text: str) -> list[str]:
        with app.app_context():
            now = in_force(db.session)
            found = finding.find(current_search(), Asked(MultiDict({"q": text}), now.lists), now, clock.today())
            return [ids[hit.id] for hit in shown(found.results)]

    return rank


# Texts that are no catalogue


@dataclass(frozen=True, slots=True)
class Entry:
    """What an engine is given of an entry: the texts that ours reads, as they are written."""

    id: str
    title: str
    keywords: str
    summary: str
    body: str


def swefaq(file: Path) -> tuple[tuple[Entry, ...], tuple[Judged, ...]]:
    """The answers of SweFAQ, each once, and its questions, each with the one answer that is right. The categories are not used."""
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    numbers = {answer: f"answer-{n}" for n, answer in enumerate(dict.fromkeys(a for line in lines for a in line["candidate_answers"]))}
    right = [MappingProxyType({numbers[line["candidate_answers"][line["label"]]]: 1}) for line in lines]
    questions = tuple(Judged(line["question"], "swefaq", "dev", one) for line, one in zip(lines, right, strict=True))
    return tuple(Entry(number, "", "", "", answer) for answer, number in numbers.items()), questions


@contextmanager
def ranking(entries: Iterable[Entry], search: Search) -> Iterator[Rank]:
    """Our answers over some texts by an index of their own: all of them active, nothing known of them but their title, summary and body."""
    numbered = dict(enumerate(entries, start=1))
    documents = [document(_transient(number, entry), search.analysis) for number, entry in numbered.items()]
    with tempfile.TemporaryDirectory(prefix="insatsbas-relevance-") as folder:
        engine = WhooshEngine(Store(Path(folder), search.analysis.mark))
        engine.rebuild(documents)
        plan, today = search.planner.plan, clock.today()
        yield lambda text: [numbered[hit.id].id for hit in shown(engine.find(Question(plan(text), Filters(), today)))]


def _transient(number: int, entry: Entry) -> Intervention:
    return Intervention(
        id=number,
        title=entry.title,
        summary=entry.summary,
        description=entry.body,
        prerequisites="",
        status=Status.ACTIVE,
        rolling=False,
        owner=Organisation(slug="", name=""),
    )


# Misspelt words

_LETTERS = "abcdefghijklmnoprstuvyåäö"
_LONG_ENOUGH, _COMMON_ENOUGH, _TWICE = 6, 3, 0.25


def misspelt(vocabulary: Vocabulary, analysis: Analysis, seed: int) -> list[tuple[str, str]]:
    """Words of a catalogue with mistakes made in them by chance, and as they are meant.

    Words of six letters or more that three documents have, but for stop words. Each gets a letter left out, put in, taken for another or
    swapped with its neighbour, or loses its dots; one in four gets two mistakes. What is another word of the catalogue then is left out.
    """
    chance = random.Random(seed)
    common = [word for word, count in vocabulary.words.items() if count >= _COMMON_ENOUGH and len(word) >= _LONG_ENOUGH and word.isalpha()]
    made = []
    for word in sorted(set(common) - analysis.stopwords):
        wrong = _mistaken(word, chance)
        if chance.random() < _TWICE:
            wrong = _mistaken(wrong, chance)
        if wrong != word and wrong not in vocabulary.words:
            made.append((wrong, word))
    return made


@dataclass(frozen=True, slots=True)
class Suggested:
    """Of some misspelt words: how often the first suggestion is the same word to search, and how often it is the very form."""

    words: int
    same_word: float
    same_form: float


def first_suggestions(suggest: Callable[[str], Sequence[str]], vocabulary: Vocabulary, analysis: Analysis, seed: int) -> Suggested:
    """How well a speller suggests what was meant by words that were misspelt by chance."""
    made = misspelt(vocabulary, analysis, seed)
    firsts = [(next(iter(suggest(wrong)), ""), meant) for wrong, meant in made]
    same_word = sum(bool(first) and analysis.stem(first) == analysis.stem(meant) for first, meant in firsts)
    same_form = sum(first == meant for first, meant in firsts)
    return Suggested(len(made), round(same_word / len(made), 4), round(same_form / len(made), 4))


def _mistaken(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    match chance.choice(("out", "in", "another", "swapped", "dots")):
        case "in":
            return word[:at] + chance.choice(_LETTERS) + word[at:]
        case "another":
            return word[:at] + chance.choice(_LETTERS) + word[at + 1 :]
        case "swapped" if at + 1 < len(word):
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case "dots" if fold(word) != word:
            return fold(word)
        case _:
            return word[:at] + word[at + 1 :]
