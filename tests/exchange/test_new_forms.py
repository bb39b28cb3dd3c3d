"""The three ways of asking: each with the fields that it needs; what is wrong in them is said, and nothing that was typed is lost."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import delete

from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.rules import Status
from insatsbas.core import clock, settings_store
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import Role
from insatsbas.exchange import legal, legal_queries, places, time_actions
from insatsbas.exchange.models import ExchangeRequest, Offer
from insatsbas.exchange.offers import OfferStatus
from insatsbas.exchange.states import Kind, Side, State
from insatsbas.exchange.terms import LegalBasis, PriceKind
from insatsbas.organisations.rules import OrganisationKind
from tests.exchange.market import HANINGE, HUDDINGE, Market, faults, form_of, number_of, words
from tests.factories import make_intervention, occasion, organisation
from tests.support.people import as_role

SWAPPED = {"byte", "byte_platser", "mellanskillnad", "betalar"}
PRICED = {"pris", "pris_slag"}
HUGE = "9" * 400


@pytest.fixture
def market(bare_app: Flask) -> Market:
    """A course to ask for, whose page tells a price, and people on both sides."""
    return Market(bare_app, place_price=Decimal(12_000))


def fields(market: Market, who: str, address: str) -> dict[str, str]:
    """The fields of the form of a page, as they stand."""
    return form_of(market[who].get(address).text)[1]


def offer(market: Market, left: int = 3, **more: object) -> int:
    """Haninge offers places of the first start for 900 kronor each."""
    with market.app.app_context(), writing() as session:
        made = Offer(
            occasion_id=market.start,
            organisation_id=organisation(session, HANINGE).id,
            offered=left,
            accepted=0,
            held=0,
            price_kind=PriceKind.PLACE,
            price=Decimal(900),
            terms="Faktura i juni.",
            status=OfferStatus.OPEN,
            **more,
        )
        places.open_offer(session, made)
        session.flush()
        return made.id


def request_at(address: str) -> ExchangeRequest:
    return db.session.get_one(ExchangeRequest, number_of(address))


def test_each_way_asks_for_what_it_needs_alone(market: Market) -> None:
    ways = {way: set(fields(market, "asker", f"{market.asking}?vad={way}")) for way in ("kop", "byte", "redan")}
    assert ways["kop"] >= PRICED
    assert not ways["kop"] & SWAPPED
    assert ways["byte"] >= SWAPPED
    assert not ways["byte"] & PRICED
    assert ways["redan"] >= PRICED | SWAPPED
    assert set(fields(market, "asker", market.asking)) == ways["kop"]
    assert set(fields(market, "asker", f"{market.asking}?vad=nonsens")) == ways["kop"]
    for way, heading in (("kop", "Fråga om platser"), ("byte", "Föreslå ett byte"), ("redan", "Registrera en överenskommelse")):
        page = words(market["asker"].get(f"{market.asking}?vad={way}").text)
        assert page.startswith(heading)
        assert page.count("ingen juridisk bedömning") == 1


def test_the_price_of_the_page_is_proposed_and_an_offers_is_its_own(market: Market) -> None:
    assert fields(market, "asker", market.asking)["pris"] == "12000"
    assert "Priset enligt insatsens sida: 12 000 kr." in words(market["asker"].get(market.asking).text)
    number = offer(market)
    assert fields(market, "asker", market.asking)["pris"] == "", "the first to choose is the offer, with its price"
    assert fields(market, "asker", f"{market.asking}?start={market.later_start}")["pris"] == "12000"
    assert fields(market, "asker", f"{market.asking}?start=erbjudande-{number}")["start"] == f"erbjudande-{number}"
    address = market.ask(start=f"erbjudande-{number}", pris="", villkor="Vi hämtar intyg.")
    (leg,) = market.legs(address)
    assert (leg.price, leg.offer_id, leg.terms) == (Decimal(900), number, "Faktura i juni.\n\nVi hämtar intyg.")
    with market.app.app_context():
        assert request_at(address).kind is Kind.SELL


def test_a_swap_is_of_no_offer(market: Market) -> None:
    number = offer(market, left=1)
    assert f"erbjudande-{number}" not in market["asker"].get(f"{market.asking}?vad=byte").text
    address = market.ask(way="byte", byte=str(market.own_start), byte_platser="1", mellanskillnad="1 000,50 kr", betalar="de")
    given, back = market.legs(address)
    assert (given.giver, given.places, given.price, given.offer_id) == (Side.ANSWERER, 2, 0, None)
    assert (back.giver, back.places, back.occasion_id) == (Side.ASKER, 1, market.own_start)
    with market.app.app_context():
        found = request_at(address)
        assert (found.kind, found.difference, found.difference_from) == (Kind.SWAP, Decimal("1000.50"), Side.ANSWERER)
    assert "Haninge kommun betalar 1 000,5 kr i mellanskillnad." in words(market["asker"].get(address).text)


def test_a_deal_made_already_is_a_swap_or_a_purchase(market: Market) -> None:
    swap = market.ask("asker decides", way="redan", byte=str(market.own_start), byte_platser="1", pris="")
    assert [leg.price for leg in market.legs(swap)] == [0, 0]
    assert [leg.price for leg in market.legs(market.ask("asker decides", way="redan"))] == [18_500]


def test_a_ground_that_is_the_only_one_is_chosen(market: Market) -> None:
    assert "grund" not in fields(market, "asker", market.asking), "one of several is for people to choose"
    with market.app.app_context(), writing() as session:
        only = legal.Rules({**{basis: frozenset() for basis in LegalBasis}, LegalBasis.LAW: legal.DEFAULT.between[LegalBasis.LAW]}, {})
        settings_store.write(session, legal_queries.SETTING, legal.as_text(only))
    assert fields(market, "asker", market.asking)["grund"] == LegalBasis.LAW


def test_places_have_the_days_of_their_start_or_their_own(market: Market) -> None:
    own = market.ask(fran_och_med="2027-02-01", till_och_med="2027-03-05")
    (leg,) = market.legs(own)
    assert (leg.start, leg.end) == (date(2027, 2, 1), date(2027, 3, 5))
    assert "1 februari 2027" in words(market["asker"].get(own).text)
    (leg,) = market.legs(market.ask())
    assert leg.start == clock.today() + timedelta(days=30)


def test_a_price_per_week_is_reckoned_on_the_days(market: Market, bare_app: Flask) -> None:
    with bare_app.app_context(), writing() as session:
        rolling = make_intervention(
            session, title="Verkstad", needs=("yrkesutbildning",), owner=HANINGE, occasions=[occasion(None, places=5)]
        )
        market.public_id, market.start = rolling.public_id, rolling.occasions[0].id
    weekly = {"pris": "500", "pris_slag": "per-plats-och-vecka"}
    unknown = market.ask(**weekly)
    assert "går inte att räkna ut" in words(market["asker"].get(unknown).text)
    known = market.ask(**weekly, fran_och_med="2027-02-01", till_och_med="2027-02-28")
    assert "Det kostar er 4 000 kr" in words(market["asker"].get(known).text)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"platser": "0"}, "som ett tal från 1"),
        ({"platser": "-1"}, "som ett tal från 1"),
        ({"platser": "många"}, "som ett tal från 1"),
        ({"platser": "１２"}, "som ett tal från 1"),
        ({"platser": "2,5"}, "som ett tal från 1"),
        ({"platser": HUGE}, "som ett tal från 1"),
        ({"platser": ""}, "Skriv hur många platser"),
        ({"platser": "\x00"}, "Skriv hur många platser"),
        ({"pris": "dyrt"}, "Skriv beloppet i kronor"),
        ({"pris": "1e5"}, "Skriv beloppet i kronor"),
        ({"pris": "NaN"}, "Skriv beloppet i kronor"),
        ({"pris": "Infinity"}, "Skriv beloppet i kronor"),
        ({"pris": "１２"}, "Skriv beloppet i kronor"),
        ({"pris": "-1"}, "Skriv beloppet i kronor"),
        ({"pris": "1_000"}, "Skriv beloppet i kronor"),
        ({"pris": "18.500"}, "Skriv beloppet i kronor"),
        ({"pris": HUGE}, "Skriv beloppet i kronor"),
        ({"pris": ""}, "Skriv priset"),
        ({"pris_slag": "enligt-overenskommelse"}, "Lämna priset tomt"),
        ({"pris_slag": "per-år"}, "Välj vad priset gäller för"),
        ({"start": "7777"}, "går inte längre att fråga om"),
        ({"start": "erbjudande-" + HUGE}, "går inte längre att fråga om"),
        ({"fran_och_med": "i mars"}, "Skriv dagen som år-månad-dag"),
        ({"fran_och_med": "2027-02-30"}, "Skriv dagen som år-månad-dag"),
        ({"till_och_med": "9999-12-31"}, "högst 5 år bort"),
        ({"fran_och_med": "2027-03-02", "till_och_med": "2027-03-01"}, "Sista dagen kan inte vara före den första"),
        ({"till_och_med": "2025-01-01"}, "Sista dagen kan inte vara före den första"),
        ({"grund": ""}, "Välj rättslig grund"),
        ({"grund": "kunglig-resolution"}, "Välj rättslig grund"),
        ({"villkor": "Gäller 850709-9805"}, "personnummer"),
        ({"platser": "850709-9805"}, "personnummer"),
        ({"pris": "850709-9805"}, "personnummer"),
        ({"idempotency_key": "x"}, "för gammal"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_kept(market: Market, typed: dict[str, str], said: str) -> None:
    whole = {"start": str(market.start), "platser": "2", "pris": "18 500", "grund": "avtalssamverkan", "villkor": "Faktura i juni."}
    answer = market.fill("asker", market.asking, **{**whole, **typed})
    assert answer.status_code == 422
    assert said in faults(answer)
    kept = form_of(answer.text)[1]
    for name in ("platser", "pris", "villkor", "fran_och_med", "till_och_med"):
        assert kept[name] == typed.get(name, whole.get(name, "")).replace("\x00", "")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"byte": ""}, "Välj vad ni ger i byte"),
        ({"byte": "7777"}, "Välj vad ni ger i byte"),
        ({"byte_platser": ""}, "hur många platser ni ger"),
        ({"byte_platser": "1e3"}, "som ett tal från 1"),
        ({"mellanskillnad": "NaN"}, "Skriv beloppet i kronor"),
        ({"betalar": "staten"}, "Välj vem som betalar"),
    ],
)
def test_what_is_wrong_in_a_swap_is_said(market: Market, typed: dict[str, str], said: str) -> None:
    whole = {"start": str(market.start), "platser": "2", "byte": str(market.own_start), "byte_platser": "1", "grund": "avtalssamverkan"}
    answer = market.fill("asker", f"{market.asking}?vad=byte", **{**whole, "villkor": "Vi kör taxi.", **typed})
    assert answer.status_code == 422
    assert said in faults(answer)
    assert form_of(answer.text)[1]["villkor"] == "Vi kör taxi."


def begin(market: Market) -> None:
    """The first start was yesterday."""
    with market.app.app_context(), writing() as session:
        session.get_one(Occasion, market.start).start = clock.today() - timedelta(days=1)


def test_a_start_that_is_gone_since_the_page_was_drawn(market: Market) -> None:
    action, held = form_of(market["asker"].get(f"{market.asking}?start={market.start}").text)
    held |= {"platser": "2", "grund": "avtalssamverkan", "villkor": "Faktura i juni."}
    begin(market)
    late = market["asker"].post(market.asking, data=held)
    assert (late.status_code, "går inte längre att fråga om" in faults(late)) == (422, True)
    assert form_of(late.text)[1]["villkor"] == "Faktura i juni."
    with market.app.app_context(), writing() as session:
        session.execute(delete(Occasion).where(Occasion.id == market.later_start), execution_options={"touches": []})
    gone = market["asker"].post(market.asking, data=held)
    assert (gone.status_code, "går inte längre att fråga om" in faults(gone)) == (422, True)
    assert "Faktura i juni." in gone.text
    with market.app.app_context(), writing() as session:
        session.query(Intervention).filter_by(public_id=market.public_id).one().status = Status.PAUSED
    assert market["asker"].post(market.asking, data=held).status_code == 422
    assert not action


def test_nothing_is_asked_for_where_there_is_nothing(market: Market, bare_app: Flask) -> None:
    with bare_app.app_context(), writing() as session:
        empty = make_intervention(session, title="Tomt", needs=("yrkesutbildning",), owner=HANINGE).public_id
    assert "Ingen start går att fråga om" in market["asker"].get(f"/insatser/{empty}/fraga-om-platser").text
    nacka = as_role(bare_app, (Role.EDITOR, "Nacka kommun"), email="redaktor@nacka.example")
    assert "Ingen av era insatser har en start med antal platser att ge" in nacka.get(f"{market.asking}?vad=byte").text


def test_somebody_of_two_organisations_asks_for_one_of_them(market: Market, bare_app: Flask) -> None:
    both = as_role(bare_app, (Role.EDITOR, HUDDINGE), (Role.EDITOR, "Nacka kommun"), email="bada@exempel.example")
    market.people["both"] = both
    assert "Du gör det här för Huddinge kommun. Byt till Nacka kommun" in words(both.get(market.asking).text)
    typed = {"start": str(market.start), "platser": "1", "grund": "avtalssamverkan", "pris": "0"}
    answer = market.fill("both", f"{market.asking}?fran=nacka-kommun", **typed)
    with bare_app.app_context():
        assert request_at(answer.headers["Location"]).asker.name == "Nacka kommun"
    assert both.get(f"{market.asking}?fran=haninge-kommun").status_code == 404
    assert both.get(f"{market.asking}?fran=salem-kommun").status_code == 404


# What is told of by the side that has given the places.


def test_one_does_not_ask_oneself_but_tells_of_what_one_has_sold(market: Market) -> None:
    own = f"/insatser/{market.public_id}/fraga-om-platser"
    page = market["answerer"].get(own).text
    assert "Insatsen är er egen" in page
    assert f"{own}?vad=redan" in page
    given = words(market["answerer"].get(f"{own}?vad=redan").text)
    assert "Vilken organisation har fått platserna?" in given
    assert "Huddinge kommun" in given
    assert "Arbetsförmedlingen" not in given, "an authority buys no places"


def test_the_giver_tells_of_a_deal_and_the_other_side_confirms(market: Market) -> None:
    told = {"till": "huddinge-kommun", "start": str(market.start), "platser": "2", "pris": "9 000", "grund": "avtalssamverkan"}
    answer = market.fill("answerer", f"{market.asking}?vad=redan", **told)
    assert answer.status_code == 303, faults(answer)
    address = answer.headers["Location"]
    with market.app.app_context():
        found = request_at(address)
        assert (found.state, found.asker.name, found.answerer.name) == (State.REPORTED, HANINGE, HUDDINGE)
        assert [leg.giver for leg in found.legs] == [Side.ASKER]
    page = words(market["asker"].get(address).text)
    assert "Haninge kommun har registrerat en överenskommelse med Huddinge kommun." in page
    assert "Det kostar er 18 000 kr" in page
    assert "Er beslutsfattare behöver bekräfta överenskommelsen." in page
    assert "Det kostar" not in words(market["answerer"].get(address).text)
    # It is corrected, and then confirmed by the one who told of it.
    assert market.fill("asker decides", f"{address}/motforslag", **{"del0-platser": "1"}).status_code == 303
    assert "från 2 platser till 1" in words(market["answerer decides"].get(address).text)
    assert market.do("answerer decides", address, "tacka-ja") == 303
    assert market.state(address) is State.ACCEPTED
    assert "3 lediga av 5" in market["asker"].get(f"/insatser/{market.public_id}").text


def test_what_the_giver_told_of_ends_when_nobody_confirms_it(market: Market, freeze: Callable[[date], None]) -> None:
    told = {"till": "huddinge-kommun", "start": str(market.start), "platser": "1", "pris": "0", "grund": "avtalssamverkan"}
    address = market.fill("answerer", f"{market.asking}?vad=redan", **told).headers["Location"]
    freeze(clock.today() + timedelta(days=29))
    with market.app.app_context(), writing() as session:
        assert [time_actions.expire(session, number) for number in time_actions.due(session)] == [True]
    assert market.state(address) is State.EXPIRED


def test_the_giver_can_tell_of_a_start_that_has_begun(market: Market) -> None:
    begin(market)
    told = {"till": "huddinge-kommun", "start": str(market.start), "platser": "1", "pris": "0", "grund": "avtalssamverkan"}
    assert market.fill("answerer", f"{market.asking}?vad=redan", **told).status_code == 303


@pytest.mark.parametrize("till", ["", "haninge-kommun", "arbetsformedlingen", "ingen"])
def test_the_giver_says_to_whom(market: Market, till: str) -> None:
    told = {"till": till, "start": str(market.start), "platser": "1", "pris": "0", "grund": "avtalssamverkan", "villkor": "Som vanligt."}
    answer = market.fill("answerer", f"{market.asking}?vad=redan", **told)
    assert answer.status_code == 422
    assert "Välj organisation" in faults(answer)
    assert "Som vanligt." in answer.text


def test_the_ground_is_one_between_the_two(market: Market, bare_app: Flask) -> None:
    with bare_app.app_context(), writing() as session:
        organisation(session, "Samordningsförbundet Södertörn").kind = OrganisationKind.COORDINATION_FEDERATION
        slug = organisation(session, "Samordningsförbundet Södertörn").slug
    told = {"till": slug, "start": str(market.start), "platser": "1", "pris": "0"}
    refused = market.fill("answerer", f"{market.asking}?vad=redan", **told, grund="avtalssamverkan")
    assert refused.status_code == 422
    assert "Välj en annan" in faults(refused)
    assert market.fill("answerer", f"{market.asking}?vad=redan", **told, grund="upphandling").status_code == 303
