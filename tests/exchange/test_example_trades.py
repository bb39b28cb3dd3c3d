"""The exchange of the demo: made by the people's own steps, about examples only, laid in once, with something for each to do."""

import pytest
from flask import Flask
from sqlalchemy import select

from insatsbas.accounts import examples as example_people
from insatsbas.core.config import current_settings
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import SYSTEM
from insatsbas.exchange import examples, periodic
from insatsbas.exchange.models import Agreement, ExchangeRequest, Offer
from insatsbas.exchange.states import State
from insatsbas.exchange.terms import PriceKind
from tests.factories import index_all
from tests.support.checks import parse, text_of
from tests.support.people import signed_in

HUDDINGE, HANINGE = "huddinge.exempel.example", "haninge.exempel.example"


@pytest.fixture
def tried(app: Flask) -> Flask:
    """The demo as the command lays it in."""
    with app.app_context():
        assert example_people.lay_in(SYSTEM, current_settings()) is not None
        with writing() as session:
            assert examples.lay_in(session) == 9
    index_all(app)
    return app


def test_there_are_open_offers_of_several_and_one_request_in_each_place(tried: Flask) -> None:
    with tried.app_context():
        offers = db.session.scalars(select(Offer).where(Offer.is_closed_deal.is_(False))).all()
        assert len({offer.organisation_id for offer in offers}) == len(offers) == 4
        assert {offer.price_kind for offer in offers} >= {PriceKind.PLACE, PriceKind.WEEK, PriceKind.AGREED}
        assert [len(offer.offered_to) for offer in offers if offer.offered_to] == [2]
        states = sorted(db.session.scalars(select(ExchangeRequest.state)))
        assert states == sorted([State.COUNTERED, State.DECIDING_TO_SEND, State.SENT, State.ACCEPTED, State.DECLINED])
        assert len(db.session.scalars(select(Agreement)).all()) == 1
        for request in db.session.scalars(select(ExchangeRequest)):
            assert all(leg.occasion.intervention.is_example for leg in request.legs), "what is history is not traded"
            assert [step.number for step in request.steps] == list(range(1, len(request.steps) + 1))
            assert all(step.person_id is not None for step in request.steps)
        assert all(offer.occasion.intervention.is_example for offer in offers)


def test_it_is_laid_in_once_and_time_changes_nothing_at_once(tried: Flask) -> None:
    with tried.app_context():
        with writing() as session:
            assert examples.lay_in(session) == 0
        periodic.keep_time()
        assert len(db.session.scalars(select(ExchangeRequest)).all()) == 5


def test_nothing_is_where_the_example_people_or_the_entries_are_not(app: Flask, bare_app: Flask) -> None:
    with app.app_context(), writing() as session:
        assert examples.lay_in(session) == 0
    with bare_app.app_context():
        example_people.lay_in(SYSTEM, current_settings())
        with writing() as session:
            assert examples.lay_in(session) == 0


def test_everybody_who_tries_it_meets_something_to_do_that_says_it_is_made_up(tried: Flask) -> None:
    for who, count in ((f"redaktor@{HUDDINGE}", 3), (f"beslutsfattare@{HUDDINGE}", 3), (f"handlaggare@{HUDDINGE}", 3)):
        text = text_of(parse(signed_in(tried, who).get("/utbyten").text))
        assert f"Er tur {count}" in text, who
        assert text.count("Exempel") >= 5, who
    assert "Väntar på andra 2" in text_of(parse(signed_in(tried, f"redaktor@{HANINGE}").get("/utbyten").text))
    editor = signed_in(tried, f"redaktor@{HUDDINGE}")
    for number in range(1, 6):
        assert "Exempel" in text_of(parse(editor.get(f"/utbyten/{number}").text).find(".//main"))  # type: ignore[arg-type]
    offers = text_of(parse(editor.get("/erbjudanden").text))
    assert "Till oss 3" in offers
    assert "Från oss 1" in offers
    assert "Platser för andra kommuner: 3" in editor.get("/sok?platser_for_andra=ja").text
    assert "Godkänn" in signed_in(tried, f"beslutsfattare@{HUDDINGE}").get("/utbyten/2").text
