"""Search as one thing that the application holds: the analysis in force, the planner of questions, and the engine."""

from dataclasses import dataclass
from functools import cache

from flask import Flask, current_app

from insatsbas.core.config import Settings
from insatsbas.search import wordlists
from insatsbas.search.engine import Engine
from insatsbas.search.query import Planner
from insatsbas.search.swedish import Analysis
from insatsbas.search.whoosh.engine import WhooshEngine
from insatsbas.search.whoosh.store import Store

_KEY = "insatsbas.search"


@dataclass(frozen=True, slots=True)
class Search:
    """What finding needs. One in a process."""

    analysis: Analysis
    planner: Planner
    engine: Engine


def init_app(app: Flask, settings: Settings) -> None:
    """Take the word lists and connect the engine. Does not touch the index."""
    analysis, planner = _understanding()
    # The second part is the form of the index itself: raised when the schema or the documents change.
    store = Store(settings.index_dir, f"{analysis.mark}-5")
    app.extensions[_KEY] = Search(analysis, planner, WhooshEngine(store))


@cache
def _understanding() -> tuple[Analysis, Planner]:
    """What the lists that come with the package make of words: read once in a process, however many applications there are."""
    lists = wordlists.read()
    analysis = Analysis(lists)
    return analysis, Planner(analysis, lists)


def current_search() -> Search:
    """The search of the current application."""
    search: Search = current_app.extensions[_KEY]
    return search
