"""The page of a request: whose turn it is, one button first, what was said, what has changed, and what it leads on to."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask, template_rendered
from sqlalchemy import select

from insatsbas.accounts.models import Membership
from insatsbas.core import clock, pdf
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import Role
from insatsbas.exchange.models import ExchangeLeg, ExchangeMessage
from insatsbas.exchange.states import State
from tests.exchange.market import HANINGE, HUDDINGE, Market, faults, form_of, number_of, words
from tests.support.checks import parse, text_of
from tests.support.people import as_role

WITHOUT_KEY = {"idempotency_key": ""}


@pytest.fixture
def market(bare_app: Flask) -> Market:
    """A course to ask for, and people on both sides."""
    return Market(bare_app)


def buttons(market: Market, who: str, address: str) -> list[str]:
    """What the page offers to do, in its order, but for writing a message."""
    main = next(parse(market[who].get(address).text).iter("main"))
    doing = [section for section in main.iter("section") if section.get("aria-labelledby") == "gor"]
    pressed = (e for section in doing for e in section.iter() if e.tag == "button" or "govuk-button" in (e.get("class") or ""))
    return [text_of(element) for element in pressed]


def sent(market: Market, **typed: str) -> str:
    """A request that costs nothing, sent."""
    address = market.ask(**{"pris": "0", **typed})
    assert market.do("asker", address, "skicka") == 303
    return address


def agreed(market: Market) -> str:
    """A request that was agreed on."""
    address = sent(market)
    assert market.do("answerer decides", address, "tacka-ja") == 303
    return address


def is_open(html: str, summary: str) -> bool:
    """Whether what is folded under those words is unfolded."""
    folds = [fold for fold in parse(html).iter("details") if text_of(next(fold.iter("summary"))) == summary]
    return bool(folds) and folds[0].get("open") is not None


# What one can do.


def test_each_is_shown_what_they_can_do_the_likeliest_first(market: Market) -> None:
    address = market.ask()
    assert buttons(market, "asker", address) == ["Lämna till beslutsfattaren", "Ta tillbaka förfrågan"]
    assert buttons(market, "asker decides", address) == ["Skicka förfrågan", "Ta tillbaka förfrågan"]
    assert "Er tur att skicka" in words(market["asker"].get(address).text)
    market.do("asker decides", address, "skicka")
    assert buttons(market, "answerer decides", address) == ["Tacka ja", "Lämna ett motförslag", "Ställ i kö", "Tacka nej"]
    assert buttons(market, "answerer", address) == ["Föreslå att tacka ja", "Lämna ett motförslag", "Ställ i kö", "Tacka nej"]
    market.do("answerer", address, "foresla-ja")
    assert buttons(market, "answerer", address) == ["Tacka nej"]
    assert "Er beslutsfattare behöver godkänna." in words(market["answerer"].get(address).text)
    market.do("answerer decides", address, "godkann")
    assert buttons(market, "asker", address) == ["Be om avbokning"], "it is not over yet"
    market.do("asker", address, "be-om-avbokning", orsak="fel")
    assert "Er beslutsfattare behöver godta avbokningen." in words(market["answerer"].get(address).text)
    assert buttons(market, "answerer decides", address) == ["Godta avbokningen", "Neka avbokningen"]
    assert buttons(market, "asker", address) == []


def test_who_may_not_decide_on_so_much_is_told_so(market: Market, bare_app: Flask) -> None:
    address = market.ask()
    with bare_app.app_context(), writing() as session:
        for held in session.scalars(select(Membership).where(Membership.role == Role.DECISION_MAKER)):
            held.decides_up_to = Decimal(1000)
    assert buttons(market, "asker decides", address) == ["Lämna till beslutsfattaren", "Ta tillbaka förfrågan"]
    assert "Kostnaden är högre än du får besluta om" in words(market["asker decides"].get(address).text)


def test_only_the_form_that_was_sent_keeps_what_was_typed(market: Market) -> None:
    address = agreed(market)
    market.do("asker", address, "be-om-avbokning", orsak="fel")
    refused = market.fill("answerer decides", address, "/neka-avbokning", **WITHOUT_KEY, varfor="Kursen är betald.")
    assert (refused.status_code, faults(refused)) == (422, "Något behöver rättas Sidan var för gammal. Ladda om den och försök igen.")
    assert form_of(refused.text, "/neka-avbokning")[1]["varfor"] == "Kursen är betald."
    assert is_open(refused.text, "Neka avbokningen")
    assert refused.text.count("Kursen är betald.") == 1
    # Sent again from the page that was answered: what was typed is still there.
    _action, held = form_of(market["answerer decides"].get(address).text, "/neka-avbokning")
    assert market["answerer decides"].post(f"{address}/neka-avbokning", data={**held, "varfor": "Kursen är betald."}).status_code == 303
    assert "Kursen är betald." in words(market["asker"].get(address).text)


def test_what_was_typed_for_a_step_that_is_gone_is_shown(market: Market) -> None:
    address = sent(market)
    _action, held = form_of(market["answerer"].get(address).text, "/tacka-nej")
    assert market.do("asker", address, "ta-tillbaka") == 303
    late = market["answerer"].post(f"{address}/tacka-nej", data={**held, "orsak": "fullt", "varfor": "Tyvärr fullt."})
    assert (late.status_code, "Någon annan hann före" in faults(late)) == (409, True)
    assert "Det här skrev du: Tyvärr fullt." in words(late.text)
    assert market.state(address) is State.WITHDRAWN
    worse = market["answerer"].post(f"{address}/tacka-nej", data={**held, "orsak": "hittepå", "varfor": "Tyvärr fullt."})
    assert (worse.status_code, "Välj en orsak" in faults(worse)) == (422, True)
    assert "Det här skrev du: Tyvärr fullt." in words(worse.text)


def test_who_may_not_take_a_step_is_told_on_the_page(market: Market) -> None:
    address = market.ask()
    _action, held = form_of(market["asker"].get(address).text, "/ta-tillbaka")
    forged = market["asker"].post(f"{address}/skicka", data=held)
    assert forged.status_code == 403
    assert "beslutsfattare behöver godkänna" in faults(forged)
    assert market.state(address) is State.DRAFT


@pytest.mark.parametrize(("typed", "said"), [("", "0 om ingen"), ("3", "från 0 till 2"), ("-1", "från 0 till 2"), ("１", "från 0 till 2")])
def test_the_buyer_tells_how_many_places_were_used(market: Market, bare_app: Flask, typed: str, said: str) -> None:
    address = agreed(market)
    with bare_app.app_context(), writing() as session:
        leg = session.scalars(select(ExchangeLeg)).one()
        leg.start, leg.end = clock.today() - timedelta(days=9), clock.today() - timedelta(days=1)
    assert buttons(market, "asker", address) == ["Markera som genomförd", "Be om avbokning"]
    refused = market.fill("asker", address, "/genomford", anvanda=typed)
    assert (refused.status_code, said in faults(refused)) == (422, True)
    assert form_of(refused.text, "/genomford")[1]["anvanda"] == typed
    assert "anvanda" not in form_of(market["answerer"].get(address).text, "/genomford")[1], "the one who gave them does not know"
    assert market.do("asker", address, "genomford", anvanda="0") == 303
    assert "0 platser användes." in words(market["answerer"].get(address).text)


def test_the_buyer_tells_afterwards_where_the_other_side_marked_it(market: Market, bare_app: Flask) -> None:
    address = agreed(market)
    with bare_app.app_context(), writing() as session:
        leg = session.scalars(select(ExchangeLeg)).one()
        leg.start, leg.end = clock.today() - timedelta(days=9), clock.today() - timedelta(days=1)
    assert market.do("answerer", address, "genomford") == 303
    refused = market.fill("asker", address, "/anvanda-platser", anvanda="3")
    assert (refused.status_code, "från 0 till 2" in faults(refused)) == (422, True)
    action, held = form_of(refused.text, "/anvanda-platser")
    assert held["anvanda"] == "3"
    assert market["answerer"].post(action, data={**held, "sida": "svarar", "anvanda": "1"}).status_code == 403, "they do not know"
    for status in (303, 409):
        assert market["asker"].post(action, data={**held, "anvanda": "1"}).status_code == status, "once"
    assert "1 plats användes." in words(market["answerer"].get(address).text)


def test_somebody_of_both_sides_answers_for_the_one_whose_turn_it_is(market: Market, bare_app: Flask) -> None:
    market.people["both"] = as_role(bare_app, (Role.DECISION_MAKER, HUDDINGE), (Role.DECISION_MAKER, HANINGE), email="bada@exempel.example")
    address = market.ask(pris="0")
    market.do("asker", address, "skicka")
    page = words(market["both"].get(address).text)
    assert "Du svarar för Haninge kommun." in page
    assert buttons(market, "both", address)[0] == "Tacka ja (för Haninge kommun)"
    assert "Ta tillbaka förfrågan (för Huddinge kommun)" in page
    assert market.fill("both", f"{address}/motforslag", **{"del0-platser": "1"}).status_code == 303
    assert "Du svarar för Huddinge kommun." in words(market["both"].get(address).text)
    assert market.do("both", address, "tacka-ja") == 303
    # Now it is nobody's turn, and the page asks to cancel for the asker.
    assert market.do("both", address, "be-om-avbokning", orsak="fel") == 303
    assert market.do("both", address, "godta-avbokning") == 303
    assert market.state(address) is State.CANCELLED
    assert [row.side for row in steps(market, address)[-2:]] == ["fragar", "svarar"]


def steps(market: Market, address: str) -> list[Any]:
    """The steps that were taken."""
    with market.app.app_context():
        return list(db.session.scalars(select(ExchangeLeg)).first().request.steps)  # type: ignore[union-attr]


def test_why_something_was_handed_back_is_said_within_the_side(market: Market) -> None:
    address = market.ask()
    market.do("asker", address, "lamna-for-beslut")
    assert market.do("asker decides", address, "lamna-tillbaka", varfor="Det är för dyrt.") == 303
    assert "Det är för dyrt." in words(market["asker"].get(address).text)
    market.do("asker decides", address, "skicka")
    page = words(market["answerer"].get(address).text)
    assert "Lämnades tillbaka av beslutsfattaren" in page
    assert "för dyrt" not in page


# The lock.


@pytest.mark.parametrize("kind", ["step", "counter", "message", "asking"])
def test_what_is_refused_is_drawn_without_the_write_lock(market: Market, bare_app: Flask, kind: str) -> None:
    address = sent(market)
    pages: dict[str, Callable[[], Any]] = {
        "step": lambda: market.fill("answerer", address, "/tacka-nej"),
        "counter": lambda: market.fill("answerer", f"{address}/motforslag", **{"del0-platser": "0"}),
        "message": lambda: market.fill("answerer", address, "/meddelande", text=""),
        "asking": lambda: market.fill("asker", market.asking, platser="0"),
    }
    locked: list[bool] = []

    def look(*_: object, **__: object) -> None:
        # Called when the page has been drawn, with all that it read still open.
        other = sqlite3.connect(bare_app.extensions["insatsbas"].data_dir / "insatsbas.db", timeout=0, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
            locked.append(False)
        except sqlite3.OperationalError:
            locked.append(True)
        finally:
            other.close()

    with template_rendered.connected_to(look, bare_app):
        answer = pages[kind]()
    assert answer.status_code == 422
    assert locked
    assert not any(locked)


# Messages.


def test_the_two_sides_write_to_each_other_and_to_themselves(market: Market) -> None:
    address = sent(market)
    assert market.fill("answerer", address, "/meddelande", text="Kan de lite svenska?\nVi har ingen tolk.").status_code == 303
    assert market.fill("asker", address, "/meddelande", text="Ring ekonomi först.", lasare="vi").status_code == 303
    own, other = (words(market[who].get(address).text) for who in ("asker decides", "answerer"))
    assert "Ser bara vi Redaktor, Huddinge kommun" in own
    assert "Ring ekonomi först." in own
    assert "Ring ekonomi först." not in other
    assert "Ser bara vi" not in other
    assert "Handlaggare, Haninge kommun" in other
    assert "Handlaggare" not in own, "staff are named to their own organisation alone"
    assert "Kan de lite svenska?" in own


def test_it_is_called_what_it_is_for_those_who_read(market: Market) -> None:
    address = sent(market)
    for who, word in (("asker", "Köp"), ("answerer", "Sälj")):
        assert f"{word}: Svetsning för nybörjare" in words(market[who].get(address).text)
        assert f"{word}. " in words(market[who].get("/utbyten").text)
    swap = market.ask(way="byte", byte=str(market.own_start), byte_platser="1")
    assert "Byt: Svetsning för nybörjare ↔ Truckkort" in words(market["asker"].get(swap).text)


def test_the_giver_reads_what_they_get_and_the_taker_what_they_pay(market: Market) -> None:
    address = market.ask(pris="900")
    market.do("asker decides", address, "skicka")
    assert "Det kostar er 1 800 kr, exklusive moms." in words(market["asker"].get(address).text)
    assert "Ni får 1 800 kr, exklusive moms." in words(market["answerer"].get(address).text)
    assert "/arkiv.json" in market["asker"].get(address).text
    assert "/arkiv.json" not in market["asker"].get(market.ask()).text, "a draft is nothing to keep"


def test_until_it_is_sent_there_are_only_notes(market: Market) -> None:
    address = market.ask()
    assert "Anteckningen ser bara ni" in words(market["asker"].get(address).text)
    assert market.fill("asker", address, "/meddelande", text="Vänta på chefen.").status_code == 303
    assert "Ser bara vi" in words(market["asker"].get(address).text)
    forged = market.fill("asker", address, "/meddelande", text="Hej!", lasare="alla")
    assert (forged.status_code, "Välj vem som ska läsa" in faults(forged)) == (422, True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"text": ""}, "Skriv ett meddelande"),
        ({"text": " \x00 "}, "Skriv ett meddelande"),
        ({"text": "x" * 5001}, "högst 5000 tecken"),
        ({"text": "Anna 850709-9805 vill börja"}, "personnummer"),
        ({"text": "Hej!", "lasare": "pressen"}, "Välj vem som ska läsa"),
        ({"text": "Hej!", "idempotency_key": "x"}, "för gammal"),
    ],
)
def test_what_cannot_be_said_is_kept_in_its_form(market: Market, typed: dict[str, str], said: str) -> None:
    address = sent(market)
    refused = market.fill("asker", address, "/meddelande", **typed)
    assert (refused.status_code, said in faults(refused)) == (422, True)
    assert form_of(refused.text, "/meddelande")[1]["text"] == typed["text"].replace("\x00", "").strip()
    assert is_open(refused.text, "Skriv ett meddelande eller en anteckning")


def test_the_same_message_twice_is_said_once(market: Market, bare_app: Flask) -> None:
    address = sent(market)
    _action, held = form_of(market["asker"].get(address).text, "/meddelande")
    for _ in range(2):
        assert market["asker"].post(f"{address}/meddelande", data={**held, "text": "Hej!"}).status_code == 303
    with bare_app.app_context():
        assert db.session.query(ExchangeMessage).count() == 1


# A counter-proposal.


def test_what_a_counter_proposal_changes_is_told_from_what_to_what(market: Market) -> None:
    address = market.ask(pris="900", fran_och_med="2027-01-18", till_och_med="2027-06-04", villkor="Faktura i juni.")
    market.do("asker decides", address, "skicka")
    changed = {"del0-platser": "3", "del0-pris": "400", "del0-pris_slag": "per-plats-och-vecka"}
    changed |= {"del0-fran_och_med": "2027-02-01", "del0-till_och_med": "2027-06-04", "villkor": "Faktura i maj."}
    assert market.fill("answerer", f"{address}/motforslag", **changed).status_code == 303
    page = words(market["asker"].get(address).text)
    for told in (
        "från 2 platser till 3",
        "pris från 900 kr per plats till 400 kr per plats och vecka",
        "ny tid, 1 februari 2027–4 juni 2027 i stället för 18 januari 2027–4 juni 2027",
        "villkor ”Faktura i maj.” i stället för ”Faktura i juni.”",
    ):
        assert f"Svetsning för nybörjare: {told}" in page
    later = {"del0-start": str(market.later_start), "del0-fran_och_med": "", "del0-till_och_med": "", "villkor": ""}
    assert market.fill("asker decides", f"{address}/motforslag", **later, **{"del0-pris": "0"}).status_code == 303
    page = words(market["answerer"].get(address).text)
    assert "pris från 400 kr per plats och vecka till kostar inget" in page
    assert "villkoren ”Faktura i maj.” är borttagna" in page


def test_another_start_brings_its_own_days(market: Market) -> None:
    address = sent(market)
    assert market.fill("answerer", f"{address}/motforslag", **{"del0-start": str(market.later_start)}).status_code == 303
    (leg,) = market.legs(address)
    assert (leg.occasion_id, leg.start, leg.end) == (market.later_start, clock.today() + timedelta(days=90), None)
    assert "ny tid, från och med" in words(market["asker"].get(address).text)


def test_the_money_besides_a_swap_is_proposed(market: Market) -> None:
    address = market.ask(way="byte", byte=str(market.own_start), byte_platser="1")
    market.do("asker", address, "skicka")
    held = form_of(market["answerer"].get(f"{address}/motforslag").text)[1]
    assert "del0-pris" not in held, "what is swapped has no price"
    assert market.fill("answerer", f"{address}/motforslag", mellanskillnad="2 500", betalar="de").status_code == 303
    page = words(market["asker"].get(address).text)
    assert "Mellanskillnad: Huddinge kommun betalar 2 500 kr i stället för ingen" in page
    assert "Det kostar er 2 500 kr" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"del0-platser": "1e1"}, "som ett tal från 1"),
        ({"del0-platser": ""}, "Skriv hur många platser"),
        ({"del0-pris": "NaN"}, "Skriv beloppet i kronor"),
        ({"del0-pris": ""}, "Skriv priset"),
        ({"del0-pris": "9" * 300}, "Skriv beloppet i kronor"),
        ({"del0-pris_slag": "per-dag"}, "Välj vad priset gäller för"),
        ({"del0-start": "7777"}, "finns inte längre"),
        ({"del0-till_och_med": "2020-13-01"}, "Skriv dagen som"),
        ({"del0-fran_och_med": "2027-03-02", "del0-till_och_med": "2027-03-01"}, "Sista dagen kan inte vara före den första"),
        ({"villkor": "x" * 2001}, "högst 2000 tecken"),
        ({"varfor": "För 850709-9805"}, "personnummer"),
    ],
)
def test_what_is_wrong_in_a_counter_proposal_is_said(market: Market, typed: dict[str, str], said: str) -> None:
    address = sent(market)
    refused = market.fill("answerer", f"{address}/motforslag", **{"varfor": "Vi har inte fler.", "villkor": "Som förut.", **typed})
    assert refused.status_code == 422
    assert said in faults(refused)
    kept = form_of(refused.text)[1]
    for name, value in ({"varfor": "Vi har inte fler.", "villkor": "Som förut."} | typed).items():
        assert kept[name] == value or name in ("del0-start", "del0-pris_slag")


def test_days_that_do_not_fit_the_start_are_refused(market: Market) -> None:
    address = sent(market)
    last = (clock.today() + timedelta(days=3)).isoformat()
    refused = market.fill("answerer", f"{address}/motforslag", **{"del0-fran_och_med": "", "del0-till_och_med": last}, varfor="Kortare.")
    assert (refused.status_code, "Sista dagen kan inte vara före den första" in faults(refused)) == (409, True)
    assert form_of(refused.text)[1]["varfor"] == "Kortare."


def test_there_is_no_counter_proposal_when_it_is_not_ones_turn(market: Market) -> None:
    address = sent(market)
    assert market["asker"].get(f"{address}/motforslag").headers["Location"] == address
    _action, held = form_of(market["answerer"].get(f"{address}/motforslag").text)
    assert market.do("asker", address, "ta-tillbaka") == 303
    late = market["answerer"].post(f"{address}/motforslag", data={**held, "varfor": "Vi har bara en."})
    assert late.status_code == 409
    assert "Vi har bara en." in late.text


# What it leads on to.


def test_the_place_in_the_queue_is_told(market: Market) -> None:
    first, second = sent(market), sent(market)
    for address in (first, second):
        assert market.do("answerer", address, "stall-i-ko") == 303
    assert "Status: I kö. Nummer 1 i kön." in words(market["asker"].get(first).text)
    assert "Status: I kö. Nummer 2 i kön." in words(market["answerer"].get(second).text)
    assert "Er beslutsfattare kan tacka ja" in words(market["answerer"].get(second).text)


def test_the_page_leads_to_what_was_agreed_on_and_to_the_archive(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "missing", lambda: "")
    address = agreed(market)
    text = market["asker"].get(address).text
    assert "/overenskommelser/" in text
    assert ". Gäller." in words(text)
    assert f"{address}/arkiv.json" in text
    assert f"{address}/arkiv.pdf" in text
    assert words(text).count("ingen juridisk bedömning") == 1
    monkeypatch.setattr(pdf, "missing", lambda: "Pango saknas.")
    text = market["asker"].get(address).text
    assert f"{address}/arkiv.json" in text
    assert f"{address}/arkiv.pdf" not in text
    assert number_of(address) == 1
