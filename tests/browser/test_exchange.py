"""Places bought, swapped and sold, from the first question to what came of it, as the people on both sides see it.

Some with scripts on a wide screen, some without on a phone. Pages met on the way are looked at by axe-core in the state they are in.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people_of_exchange import DELEGATION
from tests.browser.trading import ON_PHONE, WIDE, Market, beside
from tests.conftest import KEY
from tests.support.serving import serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(chromium: Browser, axe: str, demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """A server of these tests alone: they change what is in it."""
    folder = tmp_path_factory.mktemp("exchange") / "data"
    shutil.copytree(demo_template, folder)
    with serving(folder, SECRET_KEY=KEY, REGION="Södertörn") as running:
        yield Market(running, chromium, axe)


@pytest.fixture
def market(place: Market) -> Iterator[Market]:
    """The market, which everybody leaves in the end."""
    yield place
    place.leave()


def test_a_purchase_with_a_decision_on_both_sides(market: Market) -> None:
    course = "Svetsning för nybörjare"
    asker, asker_decides, answerer, answerer_decides = market.enter(
        ["Huddinge prepares", "Huddinge decides", "Haninge edits", "Haninge decides"], WIDE
    )
    asker.ask(course)
    asker.look()
    asker.fill(Hur_många_platser="2", Pris="18 500")
    asker.page.get_by_label("Avtalssamverkan").check()
    asker.press("Spara och läs igenom")
    asker.sees("Det kostar er 37 000 kr")
    asker.look()
    asker.press("Lämna till beslutsfattaren")
    asker.sees("Er beslutsfattare behöver godkänna")

    asker_decides.page.goto("/utbyten")
    expect(asker_decides.page.get_by_role("link", name="Utbyten (1)")).to_be_visible()
    asker_decides.open(course)
    asker_decides.press("Godkänn")
    asker_decides.sees("Väntar på svar från Haninge kommun")

    answerer.open(course)
    answerer.sees("Er tur att svara", "Svara senast")
    answerer.look()
    answerer.press("Föreslå att tacka ja")
    answerer_decides.open(course)
    answerer_decides.press("Godkänn")

    answerer_decides.page.get_by_role("main").get_by_role("link", name="Överenskommelse 20").first.click()
    answerer_decides.sees("Gäller", "37 000 kr", DELEGATION, "Huddinge kommun", "Haninge kommun")
    answerer_decides.look()
    asker.page.goto(market.courses[course])
    asker.sees("4 lediga av 6")


def test_a_swap_with_two_counter_proposals(market: Market) -> None:
    course, given = "Restaurangkök första året", "Truckkort på lätt svenska"
    asker, answerer, answerer_decides = market.enter(["Huddinge decides", "Haninge edits", "Haninge decides"], ON_PHONE)
    asker.ask(course, "Föreslå ett byte")
    asker.look()
    asker.fill(Hur_många_platser_gäller="2", Hur_många_platser_ger="1")
    asker.choose("Vad ger ni i byte?", given)
    asker.page.get_by_label("Avtalssamverkan").check()
    asker.press("Spara och läs igenom")
    asker.sees(course, given)
    asker.press("Skicka förfrågan")

    answerer.open(course)
    answerer.page.get_by_role("main").get_by_role("link", name="Lämna ett motförslag").click()
    answerer.look()
    answerer.fill(Platser__0="1", Varför_ändrar_ni="Vi har bara en plats.")
    answerer.press("Skicka")
    asker.open(course)
    asker.sees("Motförslag", f"{course}: från 2 platser till 1", "Vi har bara en plats.")
    asker.page.get_by_role("main").get_by_role("link", name="Lämna ett motförslag").click()
    asker.fill(Platser__1="2", Mellanskillnad="500")
    asker.page.get_by_label("De", exact=True).check()
    asker.press("Skicka")
    answerer_decides.open(course)
    answerer_decides.sees(f"{given}: från 1 plats till 2", "500 kr")
    answerer_decides.look()
    answerer_decides.press("Tacka ja")
    answerer_decides.sees("Överenskommelse")
    for each, left in ((course, "5 lediga av 6"), (given, "4 lediga av 6")):
        asker.page.goto(market.courses[each])
        asker.sees(left)


def test_an_open_sale_with_three_answers(market: Market) -> None:
    course = "Lastbilskörkort steg ett"
    buyers = market.enter(["Nacka decides", "Tyresö decides", "Botkyrka decides"], WIDE)
    seller, decides = market.enter(["Haninge edits", "Haninge decides"], WIDE)
    seller.page.goto(market.courses[course])
    seller.page.get_by_role("main").get_by_role("link", name="Erbjud platser", exact=True).click()
    seller.look()
    seller.fill(Hur_många_platser="4", Pris="1 000")
    seller.press("Erbjud platserna")
    for buyer in buyers:
        buyer.ask(course)
        buyer.fill(Hur_många_platser="2")
        buyer.page.get_by_label("Avtalssamverkan").check()
        buyer.press("Spara och läs igenom")
        buyer.sees("2 000 kr")
        buyer.press("Skicka förfrågan")
        buyer.sees("Väntar på svar från Haninge kommun")
    for _ in range(2):
        decides.open(course)
        decides.press("Tacka ja")
        decides.sees("Överenskommelse")
    # Who asked last gets to know, and may stand in the queue.
    last = buyers[2]
    last.open(course)
    last.sees("Alla platser i erbjudandet är slut")
    last.look()
    decides.open(course)
    decides.press("Tacka ja")
    decides.sees("Det finns inte så många platser kvar")
    decides.press("Ställ i kö")
    decides.look()
    last.open(course)
    last.sees("I kö", "Nummer 1 i kön")
    last.look()
    seller.page.goto(market.courses[course])
    seller.sees("Fullt")
    assert "Platserna som ni frågade om är slut" in market.letters_to("botkyrka-decides@exempel.example")


def test_a_deal_by_telephone(market: Market) -> None:
    course = "Lokalvård med praktik"
    asker, answerer = market.enter(["Huddinge decides", "Haninge decides"], ON_PHONE)
    asker.ask(course)
    asker.page.get_by_role("main").get_by_role("link", name="Registrera en överenskommelse").click()
    asker.look()
    asker.fill(Hur_många_platser_gäller="3", Pris="900")
    asker.page.get_by_label("Avtalssamverkan").check()
    asker.press("Registrera överenskommelsen")
    asker.sees("har registrerat en överenskommelse", "Väntar på svar från Haninge kommun")
    answerer.open(course)
    answerer.sees("Huddinge kommun har registrerat en överenskommelse")
    answerer.look()
    answerer.press("Bekräfta överenskommelsen")
    answerer.page.get_by_role("main").get_by_role("link", name="Överenskommelse 20").first.click()
    answerer.sees("2 700 kr", "Registrerade en överenskommelse som redan var gjord")


def test_a_request_that_nobody_answers_in_time(market: Market) -> None:
    course = "Plåtslageri på kvällstid"
    asker, answerer = market.enter(["Huddinge prepares", "Haninge edits"], ON_PHONE)
    asker.ask(course)
    asker.fill(Hur_många_platser="1", Pris="0")
    asker.page.get_by_label("Avtalssamverkan").check()
    asker.press("Spara och läs igenom")
    asker.press("Skicka förfrågan")
    beside(market.server, "days", "13")
    assert "Svara snart" in market.letters_to("haninge-edits@exempel.example")
    beside(market.server, "days", "25")
    for trader in (asker, answerer):
        trader.open(course)
        trader.sees("Tiden har gått ut")
        expect(trader.page.get_by_role("main").get_by_role("button", name="Tacka ja")).to_have_count(0)
    asker.look()
    letters = market.letters_to("huddinge-prepares@exempel.example")
    assert "Tiden att svara har gått ut" in letters
    assert "svarar mot samma behov och har platser kvar" in letters


def test_a_cancellation_that_is_asked_for_and_refused(market: Market) -> None:
    course = "Plåtslageri på kvällstid"
    asker, answerer, decides = market.enter(["Huddinge prepares", "Haninge edits", "Haninge decides"], WIDE)
    asker.ask(course)
    asker.fill(Hur_många_platser="2", Pris="0")
    asker.page.get_by_label("Avtalssamverkan").check()
    asker.press("Spara och läs igenom")
    asker.press("Skicka förfrågan")
    decides.open(course)
    decides.press("Tacka ja")
    asker.open(course)
    asker.unfold_and_press("Be om avbokning")
    asker.sees("Välj en orsak")
    asker.unfold_and_press("Be om avbokning", reason="Deltagaren började aldrig", why="Flyttade till en annan kurs.")
    asker.sees("Väntar på svar från Haninge kommun")
    answerer.open(course)
    answerer.sees("Avbokning begärd", "Deltagaren började aldrig", "Flyttade till en annan kurs.")
    answerer.look()
    answerer.press("Neka avbokningen")
    asker.open(course)
    asker.sees("Överenskommelse")
    asker.page.goto(market.courses[course])
    asker.sees("4 lediga av 6")
    assert "har sagt nej till avbokningen" in market.letters_to("huddinge-prepares@exempel.example")
