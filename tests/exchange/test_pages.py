"""The pages of a request, as those on both sides use them, from asking to agreeing."""

import re

import pytest
from flask import Flask

from insatsbas.core.db import db, writing
from insatsbas.core.viewer import Role
from insatsbas.exchange.models import ExchangeRequest
from insatsbas.exchange.states import State
from tests.exchange.market import HANINGE, Market, faults, words
from tests.factories import make_intervention
from tests.support.people import as_role


@pytest.fixture
def market(bare_app: Flask) -> Market:
    """A course to ask for, and people on both sides."""
    return Market(bare_app)


def test_a_purchase_is_prepared_decided_on_and_agreed(market: Market) -> None:
    assert "Fråga om platser" in market["asker"].get(f"/insatser/{market.public_id}").text
    address = market.ask()
    page = market["asker"].get(address)
    assert "Det kostar er 37 000 kr" in words(page.text)
    assert "/skicka" not in page.text, "an editor does not send what costs"
    assert market.do("asker", address, "lamna-for-beslut") == 303
    assert "Er beslutsfattare behöver godkänna" in market["asker"].get(address).text
    assert market.do("asker decides", address, "godkann") == 303
    assert "Er tur att svara" in market["answerer"].get(address).text
    assert "Väntar på svar från Haninge kommun" in market["asker"].get(address).text
    assert market.do("answerer", address, "foresla-ja") == 303
    assert market.do("answerer decides", address, "godkann") == 303
    assert market.state(address) is State.ACCEPTED
    assert "Överenskommelse" in market["asker"].get("/utbyten").text
    assert "2 lediga av 5" in market["asker"].get(f"/insatser/{market.public_id}").text


def test_whose_turn_it_is_stands_in_the_menu(market: Market) -> None:
    address = market.ask(pris="0")
    assert "Utbyten (1)" in market["asker"].get("/").text
    assert market.do("asker", address, "skicka") == 303
    assert "Utbyten (1)" not in market["asker"].get("/").text
    assert "Utbyten (1)" in market["answerer"].get("/").text


def test_a_swap_with_a_counter_proposal(market: Market) -> None:
    address = market.ask(way="byte", byte=str(market.own_start), byte_platser="1")
    assert market.do("asker", address, "skicka") == 303
    typed = {"del0-platser": "1", "del1-platser": "2", "varfor": "Vi har en plats."}
    sent = market.fill("answerer", f"{address}/motforslag", **typed)
    assert sent.status_code == 303, faults(sent)
    page = words(market["asker"].get(address).text)
    assert "Svetsning för nybörjare: från 2 platser till 1" in page
    assert "Truckkort: från 1 plats till 2" in page
    assert "Vi har en plats." in page
    assert market.do("asker decides", address, "tacka-ja") == 303
    assert market.state(address) is State.ACCEPTED


def test_declining_asks_for_a_reason_and_keeps_what_was_typed(market: Market) -> None:
    address = market.ask(pris="0")
    market.do("asker", address, "skicka")
    refused = market.fill("answerer", address, "/tacka-nej", varfor="Tyvärr fullt.")
    assert refused.status_code == 422
    assert "Välj en orsak" in refused.text
    assert refused.text.count("Tyvärr fullt.") == 1
    assert market.do("answerer", address, "tacka-nej", orsak="fullt", varfor="Tyvärr fullt.") == 303
    page = words(market["asker"].get(address).text)
    assert "Alla platser är upptagna" in page
    assert "Tyvärr fullt." in page


def test_a_deal_by_telephone_is_one_form(market: Market) -> None:
    address = market.ask("asker decides", way="redan")
    assert market.state(address) is State.REPORTED
    page = words(market["answerer decides"].get(address).text)
    assert "Er tur att bekräfta" in page
    assert "Huddinge kommun har registrerat en överenskommelse med Haninge kommun." in page
    assert "Bekräfta överenskommelsen" in page
    assert market.do("answerer decides", address, "tacka-ja") == 303
    assert market.state(address) is State.ACCEPTED


def test_a_deal_that_costs_is_told_of_by_who_decides(market: Market) -> None:
    told = {"start": str(market.start), "platser": "2", "pris": "18 500", "grund": "avtalssamverkan", "villkor": "Faktura i juni."}
    answer = market.fill("asker", f"{market.asking}?vad=redan", **told)
    assert answer.status_code == 422
    assert "beslutsfattare" in faults(answer)
    assert "Faktura i juni." in answer.text


def test_the_same_form_twice_is_one_request(market: Market, bare_app: Flask) -> None:
    first = market.ask(idempotency_key="the-same-key-for-both-of-them")
    assert market.ask(idempotency_key="the-same-key-for-both-of-them") == first
    with bare_app.app_context():
        assert db.session.query(ExchangeRequest).count() == 1


def test_what_is_not_traded_here_says_where_to_turn(market: Market, bare_app: Flask) -> None:
    with bare_app.app_context(), writing() as session:
        sfi = make_intervention(session, title="Sfi på dagen", needs=("sfi",), owner=HANINGE).public_id
        authority = make_intervention(session, title="Jobbspår", needs=("matchning",), owner="Arbetsförmedlingen").public_id
    assert "Sök via hemkommunens vuxenutbildning" in market["asker"].get(f"/insatser/{sfi}/fraga-om-platser").text
    assert "Myndigheten beslutar själv" in market["asker"].get(f"/insatser/{authority}/fraga-om-platser").text


def test_an_outsider_finds_no_request(market: Market, bare_app: Flask) -> None:
    address = market.ask()
    outsider = as_role(bare_app, (Role.DECISION_MAKER, "Nacka kommun"), email="ute@nacka.example")
    key = {"idempotency_key": "a-key-of-sixteen-letters"}
    assert outsider.get(address).status_code == 404
    assert outsider.get(f"{address}/motforslag").status_code == 404
    for step in ("ta-tillbaka", "meddelande", "motforslag"):
        assert outsider.post(f"{address}/{step}", data={**key, "text": "Hej", "lasare": "alla"}).status_code == 404
    assert market.state(address) is State.DRAFT


@pytest.mark.parametrize("number", ["999999999999999999999999", "99999999999", "0"])
def test_there_is_no_request_of_a_number_that_is_none(market: Market, number: str) -> None:
    for page in (f"/utbyten/{number}", f"/utbyten/{number}/motforslag"):
        assert market["asker"].get(page).status_code == 404
    assert market["asker"].post(f"/utbyten/{number}/meddelande", data={}).status_code == 404


def test_what_a_step_is_called_is_known(market: Market) -> None:
    address = market.ask(pris="0")
    for step in ("lat-ga-ut", "hitta-pa"):
        assert market["asker"].post(f"{address}/{step}", data={"idempotency_key": "a-key-of-sixteen-letters"}).status_code == 404
    assert not re.search(r"lat-ga-ut", market["asker"].get(address).text)
