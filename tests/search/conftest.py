"""What the tests of search share: the analysis and the planner of the shipped word lists, and questions in a few words."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from insatsbas.catalogue import actions, queries
from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.occasion_actions import OccasionFacts
from insatsbas.catalogue.rules import Form, Level, Status
from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import SYSTEM
from insatsbas.exchange import places
from insatsbas.exchange.models import Offer
from insatsbas.exchange.offers import OfferStatus
from insatsbas.exchange.terms import PriceKind
from insatsbas.interchange.actions import import_file
from insatsbas.organisations.models import Organisation
from insatsbas.organisations.queries import commuting_from
from insatsbas.search import wordlists
from insatsbas.search.engine import ACTIVE_ONLY, Filters, Question, Results
from insatsbas.search.query import Planner
from insatsbas.search.service import current_search
from insatsbas.search.swedish import Analysis
from insatsbas.search.wordlists import WordLists
from tests.conftest import open_app, settings_in
from tests.factories import index_all
from tests.support.needs import data_folder


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


_TITLES = (
    "Svenska",
    "Språkcafé",
    "Körkort",
    "Äldrevården",
    "Läxhjälp",
    "Yrkessvenska",
    "Hälsoskola",
    "Sfi",
    "Mentor",
    "Boskola",
    "Ekonomi",
)
_MORE = (
    "på kvällen",
    "för föräldralediga",
    "med praktik",
    "i Huddinge",
    "för kvinnor",
    "och stöd",
    "på distans",
    "kurs",
    "sommar",
    "grupp",
)


def fill_by_chance(app: Flask, random: Random, count: int) -> None:
    """Interventions of every sort, by chance: all filters, starts before and after today, places known and unknown."""
    with app.app_context(), writing() as session:
        found = queries.lists(session)
        owners = list(found.organisations)
        for _ in range(count):
            status = random.choices(list(Status), [1, 10, 3, 4])[0]
            actions.create(
                SYSTEM,
                session,
                {
                    "title": f"{random.choice(_TITLES)} {random.choice(_MORE)}",
                    "summary": " ".join(random.sample((*_TITLES, *_MORE), 4)),
                    "description": random.choice(("", "Du får hjälp av andra.", "Vård och omsorg på svenska.")),
                    "status": status,
                    "needs": random.sample(found.needs, random.choice([1, 1, 2, 3])),
                    "owner": random.choice(owners),
                    "given_in": random.sample(found.municipalities, random.choice([0, 1, 1, 2, 4])),
                    "open_for": random.sample(found.municipalities, random.choice([0, 0, 1, 3])),
                    "terms": random.sample(found.terms, random.choice([0, 2, 4, 8])),
                    "form": random.choice([None, *Form]),
                    "level_required": random.choice([None, None, *Level]),
                    "rolling": random.random() < 0.3,
                    "occasions": [occasion_by_chance(random) for _ in range(random.choice([0, 0, 1, 2, 3]))],
                },
            )


def occasion_by_chance(random: Random) -> OccasionFacts:
    """A start within some weeks from today, either way, or none."""
    day = random.choice([None, *range(-20, 40)])
    start = None if day is None else clock.today() + timedelta(days=day)
    apply_by = None if start is None or random.random() < 0.5 else start - timedelta(days=random.randint(-5, 20))
    places = random.choice([None, 0, 5, 20])
    taken = None if places is None or random.random() < 0.2 else random.randint(0, places)
    return OccasionFacts(start=start, apply_by=apply_by, places=places, taken=taken)


def offer_by_chance(app: Flask, random: Random) -> None:
    """Offers of places to other organisations: to all and to some, agreed on, held and closed, with and without a last day."""
    with app.app_context(), writing() as session:
        others = list(session.scalars(select(Organisation).order_by(Organisation.id).limit(3)))
        for row in session.scalars(select(Occasion).where(Occasion.places > 0).order_by(Occasion.id)).all():
            free = (row.places or 0) - (row.taken_by_own or 0)
            if not free or random.random() < 0.4:
                continue
            made = Offer(
                occasion_id=row.id,
                organisation_id=row.intervention.owner_id,
                offered=random.randint(1, free),
                accepted=0,
                held=0,
                price_kind=PriceKind.AGREED,
                until=random.choice([None, clock.today() + timedelta(days=random.randint(-9, 20))]),
                status=OfferStatus.OPEN,
                offered_to=random.choice([[], [], others[:2]]),
            )
            places.open_offer(session, made)
            if random.random() < 0.4:
                places.hold(session, made.id, random.randint(1, made.offered))
            elif random.random() < 0.3:
                places.close_offer(session, made)


@pytest.fixture(scope="session")
def random_app(bare_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A catalogue made by chance, and changed and thinned after it was indexed: several segments, with deleted documents."""
    random = Random(20270315)
    with app_in(tmp_path_factory.mktemp("random") / "data", bare_template) as app:
        fill_by_chance(app, random, 110)
        index_all(app)
        fill_by_chance(app, random, 30)
        with app.app_context(), writing() as session:
            rows = list(session.scalars(select(Intervention).order_by(Intervention.id)))
            for row in random.sample(rows, 25):
                random.choice([session.delete, lambda one: setattr(one, "status", Status.PAUSED), lambda one: one.needs.reverse()])(row)
            for row in random.sample(rows, 10):
                if row not in session.deleted:
                    row.rolling = not row.rolling
        offer_by_chance(app, random)
        assert index_all(app).is_equal
        yield app


@pytest.fixture(scope="session")
def ptv_app(bare_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The service descriptions of Finland's catalogue, imported; skipped where they are not at hand."""
    file = data_folder() / "ptv_sv.insatser.csv"
    if not file.is_file():
        pytest.skip(f"{file} is not here.")
    with app_in(tmp_path_factory.mktemp("ptv") / "data", bare_template) as app:
        with app.app_context(), writing() as session:
            outcome = import_file(SYSTEM, session, file, source="insatsbas", create_missing=True)
            assert (outcome.is_taken_in, outcome.new) == (True, 337), outcome.faults[:3]
        assert index_all(app).is_equal
        yield app


@pytest.fixture(params=["demo", "random", "ptv"])
def some_app(request: pytest.FixtureRequest) -> Flask:
    """Each catalogue in turn, to read only."""
    app: Flask = request.getfixturevalue(f"{request.param}_app")
    return app
