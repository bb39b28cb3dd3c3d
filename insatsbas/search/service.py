"""Search as one thing that a process holds: the analysis in force, the planner of questions, and the engine.

It is put together of the word lists in the database, and again when their number has moved: a change is in effect in every process at
its next question. What shapes the index waits for the index: until that has been made anew (`coming_search`, by the periodic work),
words are analysed as they were when it was made.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask, current_app, g, has_request_context
from sqlalchemy.orm import Session

from insatsbas.core.config import Settings
from insatsbas.core.db import db
from insatsbas.core.versions import WORDS, numbers, versions
from insatsbas.search import shaping, wordlist_queries
from insatsbas.search.engine import Document, Engine
from insatsbas.search.query import Planner
from insatsbas.search.swedish import Analysis
from insatsbas.search.whoosh.engine import WhooshEngine
from insatsbas.search.whoosh.store import MARK, Store
from insatsbas.search.wordlists import Line, ListKind, WordLists, understood

log = logging.getLogger(__name__)
_KEY = "insatsbas.search"
# The form of the index itself: raised when the schema or the documents change.
_FORM = "6"


@dataclass(frozen=True, slots=True)
class Search:
    """What finding needs. Immutable: a process that has newer word lists has another."""

    lines: tuple[Line, ...]
    lists: WordLists
    analysis: Analysis
    planner: Planner
    engine: Engine
    index_dir: Path

    @property
    def mark(self) -> str:
        """What the index is marked with when it is made by this analysis."""
        return _mark(self.analysis)

    def keep_lists(self) -> None:
        """Keep the word lists beside the index that is about to be made by them."""
        shaping.keep(self.index_dir, self.mark, self.lines)

    def drop_older_lists(self) -> None:
        """Throw away those of earlier indexes."""
        shaping.drop_all_but(self.index_dir, self.mark)


def understanding(lines: tuple[Line, ...]) -> tuple[WordLists, Analysis, Planner]:
    """What word lists make of words and questions. A line that cannot be read, after a masking say, says nothing.

    Kept for all applications of a process, and not only for the last lists: those before may still be the index's.
    """
    # Of its own, so that what it remembers of words outlives a change of synonyms.
    return _understanding(lines, _analysis(tuple(line for line in lines if line.kind is not ListKind.SYNONYMS)))


@lru_cache(maxsize=4)
def _understanding(lines: tuple[Line, ...], analysis: Analysis) -> tuple[WordLists, Analysis, Planner]:
    lists, faults = understood(lines)
    for fault in faults:
        log.warning("En rad i ordlistan %s går inte att läsa: %s. %s", fault.line.kind, fault.line.text, fault)
    return lists, analysis, Planner(analysis, lists)


@lru_cache(maxsize=4)
def _analysis(lines: tuple[Line, ...]) -> Analysis:
    return Analysis(understood(lines)[0])


def _mark(analysis: Analysis) -> str:
    return f"{analysis.mark}-{_FORM}"


class _Room:
    """What an application keeps between questions. Each value is replaced whole: a thread sees the one or the other."""

    def __init__(self, index_dir: Path) -> None:
        self._index_dir = index_dir
        self._store = Store(index_dir, "")
        # What was put together last, with the number of the word lists (and the mark of the index) that it is of.
        self._coming: tuple[int, Search] | None = None
        self._answering: tuple[int, str, Search] | None = None
        self._generation: tuple[Path, str] | None = None
        self._engines: dict[str, WhooshEngine] = {}
        self._lock = threading.Lock()

    def coming(self, session: Session) -> Search:
        """By the lists in force."""
        number = versions(session).get(WORDS, 0)
        held = self._coming
        if held is None or held[0] != number:
            # In a session of its own: what is kept must not be of a transaction that may yet be taken back.
            with Session(db.engine) as aside:
                number = numbers(aside).get(WORDS, 0)
                self._coming = held = (number, self._search(wordlist_queries.in_force(aside)))
        return held[1]

    def answering(self, session: Session) -> Search:
        """By the lists in force, words analysed as the index that is there was made."""
        coming = self.coming(session)
        made_by = self._mark_of_index()
        if made_by is None or made_by == coming.mark or not made_by.endswith(f"-{_FORM}"):
            self._let_go_of_all_but(coming)
            return coming
        number, held = versions(session).get(WORDS, 0), self._answering
        if held is None or held[:2] != (number, made_by):
            shaped = shaping.kept(self._index_dir, made_by)
            if shaped is None:
                return coming
            lines = (*(line for line in coming.lines if not line.kind.shapes_the_index), *shaped)
            self._answering = held = (number, made_by, self._search(lines))
        return held[2]

    def _let_go_of_all_but(self, search: Search) -> None:
        """The index before holds files and memory for as long as somebody holds it."""
        if self._answering is not None or len(self._engines) > 1:
            self._answering = None
            self._engines = {mark: engine for mark, engine in self._engines.items() if mark == search.mark}

    def is_ready(self) -> bool:
        """Whether there is a readable index of the form that is understood now."""
        made_by = self._mark_of_index()
        return made_by is not None and made_by.endswith(f"-{_FORM}") and self._engine(made_by).is_ready()

    def _search(self, lines: tuple[Line, ...]) -> Search:
        lists, analysis, planner = understanding(lines)
        return Search(lines, lists, analysis, planner, self._engine(_mark(analysis)), self._index_dir)

    def _engine(self, mark: str) -> WhooshEngine:
        # Each opens the index for itself: of two who ask at once both get the same one.
        with self._lock:
            engine = self._engines.get(mark)
            if engine is None:
                engine = WhooshEngine(Store(self._index_dir, mark))
                in_use = self._mark_of_index()
                self._engines = {**{known: held for known, held in self._engines.items() if known == in_use}, mark: engine}
            return engine

    def _mark_of_index(self) -> str | None:
        folder = self._store.current()
        if folder is None:
            return None
        held = self._generation
        if held is None or held[0] != folder:
            try:
                self._generation = held = (folder, (folder / MARK).read_text("ascii"))
            except (OSError, UnicodeDecodeError):
                return None
        return held[1]


def init_app(app: Flask, settings: Settings) -> None:
    """Make room for search in an application. Touches neither the index nor the database."""
    app.extensions[_KEY] = _Room(settings.index_dir)


def current_search() -> Search:
    """What questions are answered with: the same throughout a request."""
    if not has_request_context():
        return _aside(_Room.answering)
    search: Search | None = g.get(_KEY)
    if search is None:
        search = _room().answering(db.session)
        setattr(g, _KEY, search)
    return search


def coming_search() -> Search:
    """What the index is kept in step and made anew with. The same as `current_search` but while what shapes the index has changed.

    Asks the database in a session of its own: whoever is about to write an index must hold no transaction meanwhile.
    """
    return _aside(_Room.coming)


def by_other_lists(search: Search, lines: tuple[Line, ...]) -> Search:
    """The same search, questions understood by other word lists: to see what a change of what does not shape the index would do."""
    lists, analysis, planner = _made_of(lines)
    return replace(search, lines=lines, lists=lists, analysis=analysis, planner=planner)


@contextmanager
def made_aside(lines: tuple[Line, ...], of: Callable[[Analysis], Sequence[Document]]) -> Iterator[Search]:
    """A search by other word lists with an index of its own, thrown away afterwards: to see what any change would do.

    `of` gives the documents of the index by an analysis.
    """
    lists, analysis, planner = _made_of(lines)
    with TemporaryDirectory(prefix="insatsbas-") as folder:
        engine = WhooshEngine(Store(Path(folder), _mark(analysis)))
        engine.rebuild(of(analysis))
        yield Search(lines, lists, analysis, planner, engine, Path(folder))


def _made_of(lines: tuple[Line, ...]) -> tuple[WordLists, Analysis, Planner]:
    lists, _ = understood(lines)
    analysis = Analysis(lists)
    return lists, analysis, Planner(analysis, lists)


def index_is_ready() -> bool:
    """Whether there is a readable index to answer from. Asks the database nothing."""
    return _room().is_ready()


def _aside(of: Callable[[_Room, Session], Search]) -> Search:
    with Session(db.engine) as session:
        return of(_room(), session)


def _room() -> _Room:
    room: _Room = current_app.extensions[_KEY]
    return room
