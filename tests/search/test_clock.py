"""The index holds facts, never the day: the clock moves past a start, and hits, numbers, cards and check are right, with no re-indexing."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.search import indexing
from insatsbas.search.engine import Document
from insatsbas.search.service import current_search
from insatsbas.search.whoosh.store import Store
from tests.conftest import client_of
from tests.factories import index_all, make_intervention
from tests.search import pages
from tests.search.conftest import app_in
from tests.search.counting import FACETS, sql_count

Freeze = Callable[[date | datetime], None]
START = date(2027, 3, 28)  # Summer time begins that night.
DAY = timedelta(days=1)


@pytest.fixture
def moving(bare_app: Flask, freeze: Freeze, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """A catalogue with starts about one day, indexed a week before it. From then on nothing may be written to the index."""
    from insatsbas.catalogue.occasion_actions import OccasionFacts

    def starts(*facts: tuple[int | None, int | None, int | None, int | None]) -> list[OccasionFacts]:
        return [
            OccasionFacts(
                start=None if start is None else START + start * DAY,
                apply_by=None if apply_by is None else START + apply_by * DAY,
                places=places,
                taken=None if left is None or places is None else places - left,
            )
            for start, apply_by, places, left in facts
        ]

    freeze(START - 7 * DAY)
    catalogue = {
        "Början": starts((0, None, 10, 4)),
        "Början och mer": starts((0, None, 10, 4), (30, None, 8, 2)),
        "Sök senast": starts((20, 0, 10, 6)),
        "Sök efter start": starts((0, 10, 10, 3)),
        "Fullt": starts((0, None, 10, 0), (5, None, None, None)),
        "När som helst": starts((None, None, 10, 1)),
        "Sök senast när som helst": starts((None, 0, 5, 5)),
        "Okänt": starts((0, None, None, None)),
    }
    with bare_app.app_context(), writing() as session:
        for title, occasions in catalogue.items():
            make_intervention(session, title=title, occasions=occasions)
        make_intervention(session, title="Pausad", status="pausad", occasions=starts((0, None, 10, 9)))
    assert index_all(bare_app).is_equal

    def refused(self: Store, *_: object) -> None:
        raise AssertionError("the index is written to although only the day has changed")

    monkeypatch.setattr(Store, "apply", refused)
    monkeypatch.setattr(Store, "rebuild", refused)
    yield client_of(bare_app)
    assert index_all(bare_app).is_equal


# The day, and for each of them what is known then: the next start, as days from START, and the places left.
TOLD: dict[int, dict[str, tuple[int | None, int | None]]] = {
    -7: {
        "Början": (0, 4),
        "Början och mer": (0, 6),
        "Sök senast": (20, 6),
        "Sök efter start": (0, 3),
        "Fullt": (0, 0),
        "När som helst": (None, 1),
        "Sök senast när som helst": (None, 5),
        "Okänt": (0, None),
    },
    1: {
        "Början": (None, None),
        "Början och mer": (30, 2),
        "Sök senast": (None, None),
        "Sök efter start": (None, 3),
        "Fullt": (5, None),
        "När som helst": (None, 1),
        "Sök senast när som helst": (None, None),
        "Okänt": (None, None),
    },
    11: {
        "Början": (None, None),
        "Början och mer": (30, 2),
        "Sök senast": (None, None),
        "Sök efter start": (None, None),
        "Fullt": (None, None),
        "När som helst": (None, 1),
        "Sök senast när som helst": (None, None),
        "Okänt": (None, None),
    },
    31: {
        "Början": (None, None),
        "Början och mer": (None, None),
        "Sök senast": (None, None),
        "Sök efter start": (None, None),
        "Fullt": (None, None),
        "När som helst": (None, 1),
        "Sök senast när som helst": (None, None),
        "Okänt": (None, None),
    },
}
# Nothing ends on the day itself: it can be begun, and applied for, that day.
TOLD[0] = TOLD[-7]


def answer(client: FlaskClient, **named: str) -> Any:
    """What the API says."""
    return client.get("/api/v1/insatser", query_string={"per_sida": "100", **named}).get_json()


def check_day(client: FlaskClient, after: int) -> None:
    """All that is told on a day, compared with the table and with plain SQL."""
    told = TOLD[after]
    start_of = {title: None if start is None else (START + start * DAY).isoformat() for title, (start, _) in told.items()}
    items = {item["title"]: item for item in answer(client)["items"]}
    assert items.keys() == told.keys()
    for title, (_, left) in told.items():
        assert items[title]["next_start"] == start_of[title], title
        assert items[title]["places_left"] == left, title
        whole = client.get(f"/api/v1/insatser/{items[title]['id']}").get_json()
        assert (whole["next_start"], whole["places_left"]) == (start_of[title], left)
    with_places = {title for title, (_, left) in told.items() if left}
    assert {item["title"] for item in answer(client, lediga="ja")["items"]} == with_places
    facets = answer(client)["facets"]
    assert facets["lediga"][0]["count"] == len(with_places)
    with client.application.app_context():
        for name in FACETS:
            for option in facets[name]:
                assert option["count"] == sql_count(db.session, [(name, option["value"])], clock.today()), (name, option)
    by_start = [item["title"] for item in answer(client, sortera="start")["items"]]
    assert by_start == sorted(told, key=lambda title: (start_of[title] is None, start_of[title] or "", swedish(title)))
    by_places = [item["title"] for item in answer(client, sortera="platser")["items"]]
    assert [told[title][1] if told[title][1] is not None else -1 for title in by_places] == sorted(
        (-1 if left is None else left for _, left in told.values()), reverse=True
    )
    check_cards(client, told, start_of)


def swedish(title: str) -> str:
    """As the catalogue sorts titles."""
    from insatsbas.catalogue.queries import swedish_order

    return swedish_order(title)


def check_cards(client: FlaskClient, told: dict[str, tuple[int | None, int | None]], start_of: dict[str, str | None]) -> None:
    """What the cards of the search page say of the next start and the places."""
    html = client.get("/sok").get_data(as_text=True)
    cards = {pages.html_text(part.split("</h3>")[0]).strip(): part for part in html.split('<article class="ib-card')[1:]}
    cards = {re.sub(r"^[^>]*>", "", title).strip(): part.split("</article>")[0] for title, part in cards.items()}
    assert cards.keys() == told.keys()
    for title, (_, left) in told.items():
        shown = re.findall(r'<time datetime="([^"]+)"', cards[title])
        assert shown == ([start_of[title]] if start_of[title] else []), title
        places = re.search(r'<p class="ib-places">\s*<b>(\d+)</b>', cards[title])
        assert (int(places[1]) if places else None) == (left or None), title
        assert ("Fullt</p>" in cards[title]) is (left == 0), title


@pytest.mark.parametrize("after", sorted(TOLD))
def test_every_day_is_told_as_it_is_with_no_new_index(moving: FlaskClient, freeze: Freeze, after: int) -> None:
    freeze(START + after * DAY)
    check_day(moving, after)


def test_one_application_follows_the_clock_forth_and_back(moving: FlaskClient, freeze: Freeze) -> None:
    for after in (-7, 0, 1, 11, 31, 0, -7):
        freeze(START + after * DAY)
        titles = {item["title"] for item in answer(moving, lediga="ja")["items"]}
        assert titles == {title for title, (_, left) in TOLD[after].items() if left}
        with moving.application.app_context():
            assert indexing.compare(current_search()).is_equal


@pytest.mark.parametrize(
    ("moment", "after"),
    [
        # Midnight in Stockholm is 23:00 UTC in winter and 22:00 in summer; the night to the 28th is the one between them.
        (datetime(2027, 3, 27, 22, 59, 59, tzinfo=UTC), 0),
        (datetime(2027, 3, 27, 23, 0, tzinfo=UTC), 0),
        (datetime(2027, 3, 28, 21, 59, 59, tzinfo=UTC), 0),
        (datetime(2027, 3, 28, 22, 0, tzinfo=UTC), 1),
        (datetime(2027, 3, 28, 23, 30, tzinfo=UTC), 1),
    ],
)
def test_the_day_turns_at_midnight_in_stockholm(moving: FlaskClient, freeze: Freeze, moment: datetime, after: int) -> None:
    freeze(moment)
    check_day(moving, after)


def test_the_day_turns_at_midnight_when_winter_time_comes(bare_template: Any, tmp_path: Any, freeze: Freeze) -> None:
    """31 October 2027 has 25 hours."""
    from insatsbas.catalogue.occasion_actions import OccasionFacts

    freeze(date(2027, 10, 1))
    with app_in(tmp_path / "data", bare_template) as app:
        with app.app_context(), writing() as session:
            make_intervention(session, title="Höst", occasions=[OccasionFacts(start=date(2027, 10, 31), places=2, taken=1)])
        index_all(app)
        client = app.test_client()
        for moment, left in (
            (datetime(2027, 10, 30, 22, 0, tzinfo=UTC), 1),
            (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), 1),
            (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), 1),
            (datetime(2027, 10, 31, 22, 59, 59, tzinfo=UTC), 1),
            (datetime(2027, 10, 31, 23, 0, tzinfo=UTC), None),
        ):
            freeze(moment)
            assert answer(client)["items"][0]["places_left"] == left, moment
            assert answer(client, lediga="ja")["total"] == (left or 0), moment


def test_no_document_knows_the_day(moving: FlaskClient, freeze: Freeze) -> None:
    with moving.application.app_context():
        search = current_search()
        ids = sorted(search.engine.marks())
        made: list[list[Document]] = []
        for after in (-7, 0, 400):
            freeze(START + after * DAY)
            made.append(indexing._documents(db.session, search, ids))
            db.session.rollback()
    assert made[0] == made[1] == made[2]
