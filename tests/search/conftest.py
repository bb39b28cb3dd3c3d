"""What the tests of search share: the analysis and the planner of the shipped word lists, and questions in a few words."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from insatsbas.core import clock
from insatsbas.core.db import db
from insatsbas.organisations.queries import commuting_from
from insatsbas.search import wordlists
from insatsbas.search.engine import ACTIVE_ONLY, Filters, Question, Results
from insatsbas.search.query import Planner
from insatsbas.search.service import current_search
from insatsbas.search.swedish import Analysis
from insatsbas.search.wordlists import WordLists
from tests.conftest import open_app, settings_in


@pytest.fixture(scope="session")
def lists() -> WordLists:
    """The word lists that are shipped."""
    return wordlists.read()


@pytest.fixture(scope="session")
def analysis(lists: WordLists) -> Analysis:
    """The Swedish analysis by the shipped lists."""
    return Analysis(lists)


@pytest.fixture(scope="session")
def planner(analysis: Analysis, lists: WordLists) -> Planner:
    """What makes plans by the shipped lists."""
    return Planner(analysis, lists)


Ask = Callable[..., Results]


def ask(app: Flask, text: str = "", *, filters: Filters | None = None, **named: Any) -> Results:
    """The answer of an application's engine to a text. Active ones only unless `filters` say otherwise; at most 100 hits."""
    with app.app_context():
        search = current_search()
        chosen = filters or Filters(values=ACTIVE_ONLY)
        chosen = replace(chosen, reach=chosen.reach or commuting_from(db.session))
        return search.engine.find(Question(search.planner.plan(text), chosen, clock.today(), **{"limit": 100, **named}))


@contextmanager
def app_in(folder: Path, template: Path) -> Iterator[Flask]:
    """An application on a copy of a template's data folder."""
    shutil.copytree(template, folder)
    with open_app(settings_in(folder)) as app:
        yield app


@pytest.fixture(scope="module")
def small_app(bare_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with lists and region but no interventions, of one module: it fills it itself."""
    with app_in(tmp_path_factory.mktemp("small") / "data", bare_template) as app:
        yield app
