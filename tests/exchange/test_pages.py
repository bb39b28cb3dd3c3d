"""The pages of a request, as those on both sides use them."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from insatsbas.core.db import db, writing
from insatsbas.core.viewer import Role
from insatsbas.exchange.models import ExchangeRequest
from insatsbas.exchange.states import State
from tests.factories import make_intervention, occasion
from tests.support.people import SignedInClient, as_role

HUDDINGE, HANINGE = "Huddinge kommun", "Haninge kommun"


class Market:
    """Haninge gives a course, Huddinge asks; on each side an editor and a decision-maker."""

    def __init__(self, app: Flask) -> None:
        with app.app_context(), writing() as session:
            row = make_intervention(
                session,
                title="Svetsning för nybörjare",
                needs=("yrkesutbildning",),
                owner=HANINGE,
                occasions=[occasion(30, places=5, taken=1)],
            )
            own = make_intervention(
                session, title="Truckkort", needs=("yrkesutbildning",), owner=HUDDINGE, occasions=[occasion(40, places=4, taken=0)]
            )
            self.public_id, self.start, self.own_start = row.public_id, row.occasions[0].id, own.occasions[0].id
        self.app = app
        self.people = {
            "asker": as_role(app, (Role.EDITOR, HUDDINGE), email="redaktor@huddinge.example"),
            "asker decides": as_role(app, (Role.DECISION_MAKER, HUDDINGE), email="beslut@huddinge.example"),
            "answerer": as_role(app, (Role.CASE_OFFICER, HANINGE), email="handlaggare@haninge.example"),
            "answerer decides": as_role(app, (Role.DECISION_MAKER, HANINGE), email="beslut@haninge.example"),
        }

    def __getitem__(self, who: str) -> SignedInClient:
        return self.people[who]

    def ask(self, **more: str) -> str:
        """Huddinge asks for two places; the address of the request."""
        address = f"/insatser/{self.public_id}/fraga-om-platser"
        page = self["asker"].get(address)
        key = re.search(r'name="idempotency_key" value="([^"]+)"', page.text)
        assert key
        typed = {
            "start": str(self.start),
            "platser": "2",
            "pris": "18 500",
            "pris_slag": "per-plats",
            "byte": "inget",
            "grund": "avtalssamverkan",
        }
        answer = self["asker"].post(address, data={"idempotency_key": key[1], "fran": "huddinge-kommun", "betalar": "vi", **typed, **more})
        assert answer.status_code == 303, said_by_text(answer.text)
        return answer.headers["Location"]

    def do(self, who: str, address: str, button: str, **typed: str) -> int:
        """Press a button of the page; what it answered."""
        page = self[who].get(address)
        forms = re.findall(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', page.text, re.DOTALL)
        action, inside = next((a, rest) for a, rest in forms if a.endswith(f"/{button}"))
        key = re.findall(r'name="idempotency_key" value="([^"]+)"', inside)[0]
        return self[who].post(action, data={"idempotency_key": key, **typed}).status_code

    def state(self, address: str) -> State:
        """Where a request is."""
        with self.app.app_context():
            return db.session.get_one(ExchangeRequest, int(address.rsplit("/", 1)[1])).state


def said_by_text(html: str) -> str:
    """What is wrong, for a failure's message."""
    return " ".join(re.findall(r'govuk-error-message">(.*?)</p>', html, re.DOTALL))


@pytest.fixture
def market(bare_app: Flask) -> Iterator[Market]:
    """A course to ask for, and people on both sides."""
    return Market(bare_app)


def test_a_purchase_is_prepared_decided_on_and_agreed(market: Market) -> None:
    assert "Fråga om platser" in market["asker"].get(f"/insatser/{market.public_id}").text
    address = market.ask()
    page = market["asker"].get(address)
    assert re.search(r"Det kostar er 37\s000\skr", page.text)
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
    address = market.ask(pris="", byte=str(market.own_start), byte_platser="1")
    assert market.do("asker", address, "skicka") == 303
    form = market["answerer"].get(f"{address}/motforslag")
    key = re.search(r'name="idempotency_key" value="([^"]+)"', form.text)
    assert key
    typed = {"del0-start": str(market.start), "del0-platser": "1", "del0-pris": "0", "del0-pris_slag": "per-plats"}
    typed |= {"del1-start": str(market.own_start), "del1-platser": "2", "del1-pris": "0", "del1-pris_slag": "per-plats", "betalar": "vi"}
    sent = market["answerer"].post(f"{address}/motforslag", data={"idempotency_key": key[1], "varfor": "Vi har en plats.", **typed})
    assert sent.status_code == 303, said_by_text(sent.text)
    page = market["asker"].get(address).text
    assert "från 2 platser till 1" in page
    assert "från 1 plats till 2" in page
    assert "Vi har en plats." in page
    assert market.do("asker decides", address, "tacka-ja") == 303
    assert market.state(address) is State.ACCEPTED


def test_declining_asks_for_a_reason_and_keeps_what_was_typed(market: Market) -> None:
    address = market.ask(pris="0")
    market.do("asker", address, "skicka")
    page = market["answerer"].get(address)
    key = re.search(r'name="idempotency_key" value="([^"]+)"', page.text)
    assert key
    refused = market["answerer"].post(f"{address}/tacka-nej", data={"idempotency_key": key[1], "varfor": "Tyvärr fullt."})
    assert refused.status_code == 409
    assert "Välj en orsak" in refused.text
    assert "Tyvärr fullt." in refused.text
    assert market.do("answerer", address, "tacka-nej", orsak="fullt", varfor="Tyvärr fullt.") == 303
    assert "Alla platser är upptagna" in market["asker"].get(address).text


def test_a_deal_by_telephone_is_one_form(market: Market) -> None:
    address = market.ask(redan="ja")
    assert market.state(address) is State.REPORTED
    assert "Er tur att svara" in market["answerer"].get(address).text
    assert market.do("answerer decides", address, "tacka-ja") == 303
    assert market.state(address) is State.ACCEPTED


def test_the_same_form_twice_is_one_request(market: Market, bare_app: Flask) -> None:
    first = market.ask(idempotency_key="the-same-key-for-both-of-them")
    assert market.ask(idempotency_key="the-same-key-for-both-of-them") == first
    with bare_app.app_context():
        assert db.session.query(ExchangeRequest).count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"platser": "0"}, "som ett tal från 1"),
        ({"platser": "många"}, "som ett tal från 1"),
        ({"pris": "dyrt"}, "Skriv beloppet i kronor"),
        ({"pris": ""}, "Skriv priset"),
        ({"grund": ""}, "Välj rättslig grund"),
        ({"villkor": "Gäller 850709-9805"}, "personnummer"),
        ({"idempotency_key": "x"}, "för gammal"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_kept(market: Market, typed: dict[str, str], said: str) -> None:
    address = f"/insatser/{market.public_id}/fraga-om-platser"
    whole = {
        "start": str(market.start),
        "platser": "2",
        "pris": "18 500",
        "pris_slag": "per-plats",
        "byte": "inget",
        "grund": "avtalssamverkan",
    }
    whole |= {"idempotency_key": "a-key-of-sixteen-letters", "fran": "huddinge-kommun", "betalar": "vi", "villkor": "Faktura i juni."}
    answer = market["asker"].post(address, data={**whole, **typed})
    assert answer.status_code == 422
    assert said in answer.text
    if "villkor" not in typed:
        assert "Faktura i juni." in answer.text


def test_what_is_not_traded_here_says_where_to_turn(market: Market, bare_app: Flask) -> None:
    with bare_app.app_context(), writing() as session:
        sfi = make_intervention(session, title="Sfi på dagen", needs=("sfi",), owner=HANINGE).public_id
        authority = make_intervention(session, title="Jobbspår", needs=("matchning",), owner="Arbetsförmedlingen").public_id
    assert "Sök via hemkommunens vuxenutbildning" in market["asker"].get(f"/insatser/{sfi}/fraga-om-platser").text
    assert "Myndigheten beslutar själv" in market["asker"].get(f"/insatser/{authority}/fraga-om-platser").text


def test_an_outsider_finds_no_request(market: Market, bare_app: Flask) -> None:
    address = market.ask()
    outsider = as_role(bare_app, (Role.DECISION_MAKER, "Nacka kommun"), email="ute@nacka.example")
    assert outsider.get(address).status_code == 404
    assert outsider.post(f"{address}/ta-tillbaka", data={"idempotency_key": "a-key-of-sixteen-letters"}).status_code == 404
    assert market.state(address) is State.DRAFT
