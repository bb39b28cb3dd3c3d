"""The race of `bench/`, small: real processes over HTTP against a real server, on both databases, and the control that oversells."""

import pytest

from bench.race import Outcome, run
from bench.stage import Size
from tests.conftest import BOTH

SMALL = Size(processes=8, offers=20, swap_offers=8, places=2, contenders=5, seed=1)


@pytest.fixture(scope="module", params=BOTH)
def outcome(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A race on each database in turn."""
    folder = tmp_path_factory.mktemp("race")
    if request.param == "sqlite":
        return run("sqlite", SMALL, workers=2, folder=folder)
    cluster = request.getfixturevalue("postgres")
    return run("postgresql", SMALL, workers=2, folder=folder, url=cluster.create(), control_url=cluster.create())


def test_no_place_is_sold_twice_and_every_place_is_sold(outcome: Outcome) -> None:
    assert outcome.other_answers == {}
    assert (outcome.oversold, outcome.full) == (0, outcome.offers)


def test_what_is_acknowledged_is_there_and_nothing_else(outcome: Outcome) -> None:
    assert outcome.acknowledged == outcome.rows > outcome.offers
    assert (outcome.acknowledged_but_not_there, outcome.there_but_not_acknowledged) == (0, 0)


def test_a_swap_is_never_half_and_never_refused_where_there_is_room(outcome: Outcome) -> None:
    assert 0 < outcome.swaps_agreed < outcome.swaps
    assert (outcome.swaps_half, outcome.refused_with_room) == (0, 0)


def test_of_two_answers_one_wins_and_the_same_form_twice_is_one(outcome: Outcome) -> None:
    assert outcome.forms > outcome.requests, "some are sent twice, and some answered by two"
    assert outcome.answered_twice == 0


def test_counting_first_oversells(outcome: Outcome) -> None:
    """Else it was no race, and the rest of this shows nothing."""
    assert outcome.control_oversold > 0
