"""Five newcomers, each with an officer who has never seen these pages: from the start page to an intervention that fits.

What it takes is declared here and may not grow. `docs/READING.md` tells where the first walk stumbled and what was changed after it.
"""

import json
import re
import urllib.request
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.test_reading_tasks import Hands, Step, card, given_in, tile, words
from tests.support.serving import Server

pytestmark = pytest.mark.browser


def farther(place: str) -> Step:
    """The list is short: all that takes participants from there, wherever it is given."""

    def step(hands: Hands) -> None:
        hands.click(hands.page.locator("#resultat").get_by_role("link", name=f"öppet för deltagare från {place}"))
        expect(hands.page.locator(".ib-chips")).to_contain_text(f"Öppen för {place}")

    return step


def again(need: str) -> Step:
    """Nothing was found: one of the needs to begin again with."""

    def step(hands: Hands) -> None:
        expect(hands.page.locator("h1")).to_contain_text("Vi hittade inga insatser")
        hands.click(hands.page.locator("#resultat").get_by_role("link", name=need))
        expect(hands.page.locator(".ib-chips")).to_contain_text(need)

    return step


def at_time(label: str) -> Step:
    """A time of the day among the filters, in view at once."""

    def step(hands: Hands) -> None:
        hands.click(hands.page.locator(".ib-filters label", has_text=label))
        expect(hands.page.locator(".ib-chips")).to_contain_text(label)

    return step


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who it is; the way to what fits, with what it takes; filters that it must pass; what must be seen there."""

    name: str
    who: str
    way: tuple[Step, ...]
    clicks: int
    keys: int
    fits: str
    seen: tuple[str, ...]


NEWCOMERS = (
    Newcomer(
        "mamman",
        "on parental leave in Botkyrka, has hardly been to school",
        (tile("Svenska språket"), given_in("Botkyrka"), card("Läs- och skrivstart för dig med kort skolgång")),
        3,
        0,
        "behov=lasa-skriva&oppen_for=0127&passar=kort-skolgang&nar_som_helst=ja&lediga=ja",
        ("Går att börja när som helst", "Inget krav", "Språkstöd", "lediga av"),
    ),
    Newcomer(
        "sjukskoterskan",
        "a nurse with a foreign degree, has passed sfi C, lives in Nacka",
        (words("sjuksköterska"), card("Sjuksköterska med utländsk examen: hjälp med bedömning och ansökan")),
        2,
        14,
        "behov=validering&oppen_for=0182&klarat=3&passar=akademiker&lediga=ja",
        ("Delvis på distans", "Deltagaren anmäler sig", "Tolk"),
    ),
    Newcomer(
        "ungdomen",
        "came without parents, soon 18, lives in Salem",
        (
            tile("Ensamkommande barn och unga"),
            given_in("Salem"),
            farther("Salem"),
            card("Bo ihop: dela lägenhet med någon i din ålder"),
        ),
        4,
        0,
        "behov=vuxenliv&oppen_for=0128&passar=unga&lediga=ja",
        ("Huddinge", "Handläggaren anmäler", "lediga av"),
    ),
    Newcomer(
        "den-som-inte-sover",
        "sleeps badly after the war, lives in Nynäshamn",
        (tile("Psykisk hälsa och trauma"), given_in("Nynäshamn"), farther("Nynäshamn"), card("Traumastöd i grupp")),
        4,
        0,
        "behov=trauma&oppen_for=0192&stod=tolk&lediga=ja",
        ("Tolk", "Remiss från vården", "telefontid"),
    ),
    Newcomer(
        "biodlaren",
        "an unemployed beekeeper without a driving licence in Södertälje, free in the evenings only",
        (
            words("biodlare"),
            again("Samhälle och vardag"),
            given_in("Södertälje"),
            at_time("Kvällstid"),
            card("Körkortsteori på enkel svenska"),
        ),
        5,
        9,
        "behov=korkort&ges_i=0181&tid=kvallstid&lediga=ja",
        ("Kvällstid", "Södertälje", "Deltagaren anmäler sig"),
    ),
)


@pytest.mark.parametrize("newcomer", NEWCOMERS, ids=lambda newcomer: newcomer.name)
def test_a_newcomer(open_page: OpenPage, server: Server, newcomer: Newcomer) -> None:
    hands = Hands(open_page("/"))
    for step in newcomer.way:
        step(hands)
    assert (hands.clicks, hands.keys) == (newcomer.clicks, newcomer.keys), "clicks and keys: it takes other than declared"
    page = hands.page
    way_in = page.locator(".ib-way")
    expect(way_in.get_by_role("heading", name="Så får deltagaren en plats")).to_be_in_viewport()
    expect(way_in.get_by_role("heading", name=re.compile(r"^(Nästa start|Start)$"))).to_be_in_viewport()
    expect(way_in.locator('a[href^="tel:"]')).to_be_in_viewport()
    said = " ".join(page.locator("main").inner_text().split())
    assert all(told in said for told in newcomer.seen), f"{[told for told in newcomer.seen if told not in said]} is not on the page"
    with urllib.request.urlopen(f"{server.url}/api/v1/insatser?per_sida=100&{newcomer.fits}", timeout=30) as answer:
        fitting = [item["id"] for item in json.load(answer)["items"]]
    assert page.url.rpartition("/")[2] in fitting, "what was found does not fit"


def test_a_short_list_tells_how_many_there_are_farther_off(open_page: OpenPage) -> None:
    page = open_page("/sok?behov=psykisk-halsa&ges_i=0192", scripts=False)
    here = page.locator("ol.ib-hits > li").count()
    told = page.locator("#resultat .ib-choices li", has_text="öppet för deltagare från Nynäshamn").inner_text()
    found = re.search(r"(\d+) insatser$", told.strip())
    assert found, told
    assert int(found[1]) > here
    page.get_by_role("link", name="öppet för deltagare från Nynäshamn").click()
    assert page.locator("ol.ib-hits > li").count() == int(found[1]), "as many as it said"


def test_a_long_list_offers_nothing_farther_off(open_page: OpenPage) -> None:
    page = open_page("/sok?ges_i=0127")
    assert page.locator("ol.ib-hits > li").count() > 3
    expect(page.get_by_role("link", name="öppet för deltagare från Botkyrka")).to_have_count(0)


def test_a_short_list_follows_to_the_filter_that_made_it_short(open_page: OpenPage) -> None:
    page = open_page("/sok?behov=samhalle&ges_i=0181")
    at_time("Kvällstid")(Hands(page))
    assert page.evaluate("scrollY") > 500, "the filter is far down"
    assert page.locator("ol.ib-hits > li").count() <= 5
    expect(page.locator("ol.ib-hits a").first).to_be_in_viewport()


def test_most_interventions_are_one_sheet_to_hand_out(open_page: OpenPage) -> None:
    page = open_page("/sok?lediga=ja")
    hits = [link.get_attribute("href") or "" for link in page.locator("ol.ib-hits h3 a").all()]
    sheets = []
    for address in hits:
        page.goto(address)
        sheets.append(len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))))
    assert len(sheets) == 20
    assert set(sheets) <= {1, 2}, sheets
    assert sheets.count(1) >= 15, sheets


def test_the_headings_of_a_phone_are_whole_words(open_page: OpenPage) -> None:
    page = open_page("/tillganglighet", width=PHONE)
    lines = page.locator("h1").evaluate("h => Math.round(h.getBoundingClientRect().height / parseFloat(getComputedStyle(h).lineHeight))")
    assert lines == 1, "the longest word we have for a heading is broken"
