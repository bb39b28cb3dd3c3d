"""What an engine is to the measurements, and our own as one of them.

All do the same work: of the active entries that have all the words, and the values filtered on, the twenty best; how many there are;
how many of them have each need, municipality and group; and of each of the twenty its id and a piece of its text with the words marked.
Ours also counts each filter's values as if nothing were chosen of it, falls back to any of the words, and reads halves of compounds,
synonyms and words without dots: as the application asks it, with nothing switched off but the filters that the others do not count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import ClassVar, Protocol

from bench.corpus import Entry, documents
from bench.questions import Asked
from insatsbas.catalogue.rules import Status
from insatsbas.search import wordlists
from insatsbas.search.engine import COUNTED, Facet, Filters, Question
from insatsbas.search.query import LONGEST, Plan, Planner
from insatsbas.search.snippets import snippet
from insatsbas.search.swedish import Analysis
from insatsbas.search.whoosh.engine import WhooshEngine
from insatsbas.search.whoosh.store import Store

SHOWN = 20
FACETS = (Facet.NEED, Facet.GIVEN_IN, Facet.AUDIENCE)
TODAY = date(2027, 3, 15)
_PIECE = 160


@dataclass(frozen=True, slots=True)
class Answer:
    """How many there are, the shown ones as (id, piece of text), and the counts by facet and value."""

    total: int
    shown: Sequence[tuple[int, str]]
    facets: Mapping[str, Mapping[str, int]]


class Engine(Protocol):
    """An engine that holds a catalogue."""

    name: ClassVar[str]

    def answer(self, asked: Asked) -> Answer:
        """Do the whole work for a question."""
        ...


@cache
def understanding() -> tuple[Analysis, Planner]:
    """The analysis and the planner that all engines of a process share, as all questions of a process of the application do."""
    lists = wordlists.read()
    analysis = Analysis(lists)
    return analysis, Planner(analysis, lists)


class Texts:
    """The texts of the shown, at hand in memory, and pieces of them marked as the application marks them: for engines without their own."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self._analysis, self._planner = understanding()

    def shown(self, ids: Sequence[int], plan: Plan) -> list[tuple[int, str]]:
        """Each with a piece of its text."""
        entries = [self._entries[number] for number in ids]
        return [(e.id, snippet(e.title, e.summary, e.description, plan, self._analysis)) for e in entries]

    def plan(self, text: str) -> Plan:
        """What is to be marked."""
        return self._planner.plan(text[:LONGEST])


class Ours:
    """The application's own: the plan, the engine, the pieces of text. Without the database and the page."""

    name: ClassVar[str] = "insatsbas"
    counted: ClassVar[frozenset[str]] = frozenset(FACETS)

    def __init__(self, entries: Sequence[Entry], folder: Path) -> None:
        self._entries = entries
        self._store = Store(folder, "bench")
        self.engine = WhooshEngine(self._store)
        if self._store.current() is not None:
            self.reopen()

    @classmethod
    def build(cls, entries: Sequence[Entry], folder: Path, analysis: Analysis) -> None:
        """Write the index."""
        WhooshEngine(Store(folder, "bench")).rebuild(documents(entries, analysis))

    def reopen(self) -> None:
        """As a process is when it has just started and warmed itself: the engine keeps nothing that was asked for before."""
        _, self.planner = understanding()
        self._texts = Texts(self._entries)
        self.engine = WhooshEngine(self._store)
        self.engine.warm()
        self._texts.shown([], self._texts.plan(""))

    def answer(self, asked: Asked) -> Answer:
        """Do the whole work for a question."""
        plan = self.planner.plan(asked.text)
        found = self.engine.find(Question(plan, filters_of(asked), TODAY, limit=SHOWN, counted=self.counted))
        return Answer(found.total, self._texts.shown([hit.id for hit in found.hits], plan), found.facets)


class OursCountingAll(Ours):
    """The same with every filter counted, as the search page shows them."""

    name: ClassVar[str] = "insatsbas, all filters"
    counted: ClassVar[frozenset[str]] = COUNTED


def filters_of(asked: Asked) -> Filters:
    """The filters of a question, and that the entries are active."""
    chosen = {Facet(name): frozenset((code,)) for name, code in asked.filters.items()}
    return Filters({Facet.STATUS: frozenset((Status.ACTIVE.value,)), **chosen})
