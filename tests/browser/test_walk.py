"""Walking through the pages: by keys, back and forward, by a shared address, out of nothing found, on a phone, without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.test_use import heading, option, total

pytestmark = pytest.mark.browser
OUTSIDE = "https://www.smhi.se/"
SKIP, LEAVE = "Hoppa till innehållet", "Lämna sidan snabbt"
TOP = ["Insatsbas", "Logga in", "Sök insatser", "Kunskapsbank", "Överblick", "Hjälp"]
# What has the focus: its own words, or its label's, or where it stands; and its place among all that can have it.
FOCUSED = """() => {
    const e = document.activeElement;
    const label = e.labels && e.labels[0] ? e.labels[0].textContent : '';
    const own = e.matches('select, input') ? label : e.textContent;
    const words = (e.getAttribute('aria-label') || own || '').split(/\\s+/).join(' ').trim();
    const all = [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')];
    const box = (e.labels && e.labels[0] || e).getBoundingClientRect();
    const seen = box.width > 0 && box.height > 0 && box.top < innerHeight && box.bottom > 0;
    return [words, e === document.body ? -1 : all.indexOf(e), seen, e.closest('header, main, footer, aside, nav')?.tagName || 'BODY'];
}"""


def walk(page: Page, steps: int) -> list[tuple[str, int, bool, str]]:
    """Tab so many times; what had the focus each time: its words, its place in the page, whether it was in view, and in which part."""
    found = []
    for _ in range(steps):
        page.keyboard.press("Tab")
        words, place, seen, part = page.evaluate(FOCUSED)
        found.append((words, place, seen, part))
    return found


def check_order(order: list[tuple[str, int, bool, str]]) -> None:
    """The focus goes as the page is read, and is never out of sight. (Of radio buttons one alone is stopped at.)"""
    places = [place for _, place, _, _ in order if place >= 0]
    assert places == sorted(places), f"the focus jumps: {order}"
    unseen = [words for words, place, seen, _ in order if place >= 0 and not seen]
    assert not unseen, f"the focus is where one does not see it: {unseen}"


# By keys alone


def test_the_order_of_focus_on_the_start_page(open_page: OpenPage) -> None:
    page = open_page("/")
    order = walk(page, 38)
    check_order(order)
    said = [words for words, *_ in order]
    assert said[0] == SKIP
    assert [words.split()[0] for words in said[1:7]] == [name.split()[0] for name in TOP]
    assert said[7] == "Sök på behov, yrke, kurs eller plats"
    assert said[8] == "Sök"
    own = said.index("Vilken kommun kommer deltagaren från?")
    assert said[own + 1] == "Kom ihåg kommunen"
    needs = page.locator(".ib-needs a").all_text_contents()
    at = own + 2
    assert said[at : at + len(needs)] == [" ".join(text.split()) for text in needs], "the needs, in their order"
    tiles = [" ".join(text.split()) for text in page.locator(".ib-map__grid a").all_text_contents()]
    after = at + len(needs) + 1
    assert said[after - 1].startswith("Visa alla behov")
    assert said[after : after + len(tiles)] == tiles, "then the map, row by row"


def test_the_order_of_focus_on_the_search_page(open_page: OpenPage) -> None:
    page = open_page("/sok?q=svenska&ges_i=0136")
    order = walk(page, 26)
    check_order(order)
    said = [words for words, *_ in order]
    assert said[0] == SKIP
    assert said[7:9] == ["Sök på behov, yrke, kurs eller plats", "Sök"]
    assert "Haninge" in said[9]
    assert said[10] == "Rensa alla filter"
    assert said[11] == "Sortera"
    assert said[12] == "Skriv ut"
    assert said[13].startswith("Svenska språket"), "the filters, and first of them the needs"
    # Nothing is caught: one comes to the hits and past them.
    page.locator("ol.ib-hits a").first.focus()
    after = walk(page, 3)
    check_order(after)


def test_the_order_of_focus_on_an_intervention(open_page: OpenPage, addresses: dict[str, str]) -> None:
    page = open_page(addresses["insats-aktiv"])
    order = walk(page, 14)
    check_order(order)
    said = [words for words, *_ in order]
    assert said[0] == SKIP
    assert said[7] == "Sök insatser", "where one came from"
    assert LEAVE not in said
    needs = [" ".join(text.split()) for text in page.locator(".ib-entry__marks a").all_text_contents()]
    assert said[8 : 8 + len(needs)] == needs
    assert "@" in said[8 + len(needs)], "then at once whom to reach for a place"


@pytest.mark.parametrize("name", ["insats-skyddad", "behov-skyddat"])
def test_leaving_quickly_comes_right_after_the_skip_link(open_page: OpenPage, addresses: dict[str, str], name: str) -> None:
    order = walk(open_page(addresses[name]), 4)
    assert [words for words, *_ in order[:2]] == [SKIP, LEAVE]
    assert order[2][0].startswith("Insatsbas")


def test_a_filter_is_chosen_by_keys(open_page: OpenPage) -> None:
    page = open_page("/sok")
    selector, count = option(page, "behov", "arbete")
    page.locator(f"{selector} input").focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("behov=arbete"))
    expect(page.locator("h1")).to_contain_text(f"{count} insats")
    expect(page.locator(f"{selector} input")).to_be_focused()


# Back, forward, and the address


def test_back_and_forward(open_page: OpenPage) -> None:
    page = open_page("/")
    page.locator(".ib-needs a").first.click()
    all_of_it = heading(page)
    page.locator(option(page, "ges_i", "0127")[0]).click()
    expect(page).to_have_url(re.compile("ges_i=0127"))
    expect(page.locator("h1")).not_to_have_text(all_of_it)
    fewer = heading(page)
    page.locator("ol.ib-hits a").first.click()
    expect(page).to_have_url(re.compile("/insatser/"))
    title = heading(page)
    page.go_back()
    expect(page.locator("h1")).to_have_text(fewer)
    expect(page.locator('input[name="ges_i"][value="0127"]')).to_be_checked()
    page.go_back()
    expect(page.locator("h1")).to_have_text(all_of_it)
    expect(page.locator('input[name="ges_i"][value="0127"]')).not_to_be_checked()
    page.go_back()
    expect(page.locator("h1")).to_have_text("Vad behöver deltagaren?")
    for expected in (all_of_it, fewer, title):
        page.go_forward()
        expect(page.locator("h1")).to_have_text(expected)


def test_a_shared_address_shows_the_same_to_another(open_page: OpenPage) -> None:
    mine = open_page("/sok?q=svenska")
    mine.locator(option(mine, "lediga", "ja")[0]).click()
    expect(mine).to_have_url(re.compile("lediga=ja"))
    mine.locator("#sortera").select_option("start")
    expect(mine).to_have_url(re.compile("sortera=start"))
    expect(mine.locator("#resultat")).not_to_have_attribute("aria-busy", "true")
    theirs = open_page(mine.url, width=PHONE)
    assert heading(theirs) == heading(mine)
    hits = mine.locator("ol.ib-hits h3").all_text_contents()
    assert hits
    assert theirs.locator("ol.ib-hits h3").all_text_contents() == hits
    expect(theirs.locator("#sortera")).to_have_value("start")


def test_live_filtering_overtakes_itself(open_page: OpenPage) -> None:
    page = open_page("/sok")
    page.evaluate("window.isTheSamePage = true")
    for value in ("svenska", "arbete", "utbildning"):
        page.locator(option(page, "behov", value)[0]).click()
    expect(page).to_have_url(re.compile("behov=svenska.*behov=arbete.*behov=utbildning"))
    expect(page.locator(".ib-chips li")).to_have_count(4)
    expect(page.locator("#resultat")).not_to_have_attribute("aria-busy", "true")
    live = heading(page), page.locator("ol.ib-hits h3").all_text_contents()
    assert page.evaluate("window.isTheSamePage"), "the page was fetched whole"
    page.reload()
    assert (heading(page), page.locator("ol.ib-hits h3").all_text_contents()) == live, "the last one asked for is the one shown"


# Nothing found


@pytest.mark.parametrize("scripts", [True, False])
def test_out_of_nothing_found(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("/sok?q=sfi&behov=korkort&ges_i=0126&lediga=ja", scripts=scripts)
    expect(page.locator("h1")).to_contain_text("Vi hittade inga insatser")
    ways = page.locator("#resultat .ib-choices a")
    assert ways.count() >= 2, "what to take away"
    told = page.locator("#resultat .ib-choices li").first.inner_text()
    found = re.search(r"(\d+) insats", told)
    assert found, told
    ways.first.click()
    expect(page.locator("h1")).not_to_contain_text("Vi hittade inga")
    assert total(page) == int(found[1]), "as many as it said"
    assert page.locator("ol.ib-hits > li").count() == min(20, int(found[1]))


# On a phone


def test_a_phone_shows_hits_before_filters(open_page: OpenPage) -> None:
    page = open_page("/sok?q=svenska", width=PHONE)
    fold = page.locator("#filtrera")
    assert fold.get_attribute("open") is None, "the filters are folded"
    choice = page.locator(option(page, "vag_in", "sjalv")[0])
    expect(choice).to_be_hidden()
    expect(page.locator("ol.ib-hits > li").first).to_be_visible()
    assert (page.locator("ol.ib-hits > li").first.bounding_box() or {"y": 9999})["y"] < 900, "the first hit is in the first screen"
    fold.locator("summary").click()
    selector, count = option(page, "lediga", "ja")
    page.locator(selector).click()
    expect(page).to_have_url(re.compile("lediga=ja"))
    expect(page.locator("h1")).to_contain_text(f"{count} insats")
    expect(page.locator("#filtrera-rubrik")).to_contain_text("1 vald")
    fold.locator("summary").click()
    expect(page.locator(selector)).to_be_hidden()
    expect(page.locator("ol.ib-hits > li").first).to_be_visible()


# Without scripts


@pytest.mark.parametrize("width", [1280, PHONE])
def test_without_scripts_from_start_to_an_intervention(open_page: OpenPage, width: int) -> None:
    page = open_page("/", width=width, scripts=False)
    expect(page.locator(".ib-own")).to_be_hidden()
    page.get_by_role("link", name="Visa alla behov").click()
    page.locator("main").get_by_role("link", name="Körkort och trafik").click()
    expect(page.locator("h1")).to_have_text("Körkort och trafik")
    page.locator("article a").first.click()
    expect(page).to_have_url(re.compile("/insatser/"))
    expect(page.get_by_role("heading", name="Så får deltagaren en plats")).to_be_visible()
    expect(page.get_by_role("button", name="Skriv ut")).to_be_hidden()
    page.locator(".ib-panel").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/organisationer/"))


def test_without_scripts_the_overview_opens_and_closes(open_page: OpenPage) -> None:
    page = open_page("/oversikt", scripts=False)
    rows = page.locator("tbody tr").count()
    page.get_by_role("link", name="Visa delarna av Boende").click()
    assert page.locator("tbody tr").count() > rows
    expect(page).to_have_url(re.compile(r"delar=boende#rad-\d+$"))
    page.get_by_role("link", name="Dölj delarna av Boende").click()
    assert page.locator("tbody tr").count() == rows


# My municipality


def test_my_municipality_is_remembered_and_told_to_nobody(open_page: OpenPage) -> None:
    page = open_page("/")
    asked: list[str] = []
    # But for the page's own icon, which comes when it comes.
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}") if "/static/" not in request.url else None)
    page.get_by_label("Vilken kommun kommer deltagaren från?").select_option("Tyresö")
    page.get_by_role("button", name="Kom ihåg kommunen").click()
    link = page.get_by_role("link", name="Öppet för deltagare från Tyresö")
    expect(link).to_be_visible()
    expect(link).to_be_focused()
    assert not asked, f"somebody was told: {asked}"
    page.reload()
    expect(link).to_be_visible()
    expect(page.get_by_label("Vilken kommun kommer deltagaren från?")).to_be_hidden()
    assert not [request for request in asked if "yres" in request or not request.startswith("GET ")], asked
    assert page.context.cookies() == []
    kept = page.evaluate("[{...localStorage}, {...sessionStorage}]")
    assert [list(kept[0].values()), kept[1]] == [["Tyresö"], {}], "and nowhere else"
    link.click()
    expect(page.locator("h1")).to_have_text("Tyresö")
    page.go_back()
    page.get_by_role("button", name="Byt kommun").click()
    choice = page.get_by_label("Vilken kommun kommer deltagaren från?")
    expect(choice).to_be_focused()
    choice.select_option("")
    page.get_by_role("button", name="Kom ihåg kommunen").click()
    assert page.evaluate("localStorage.length") == 0, "it is forgotten when one asks for that"
    page.reload()
    expect(choice).to_be_visible()
    expect(link).to_be_hidden()


# Leaving quickly


@pytest.mark.parametrize("how", ["button", "keys"])
def test_leaving_quickly_leaves_nothing_to_come_back_to(open_page: OpenPage, addresses: dict[str, str], how: str) -> None:
    page = open_page("/om", outside=OUTSIDE)
    page.goto(addresses["insats-skyddad"])
    if how == "button":
        page.get_by_role("link", name=LEAVE).click()
    else:
        expect(page.locator("[data-leave-how]")).to_be_visible()
        for _ in range(3):
            page.keyboard.press("Escape")
    page.wait_for_url(f"{OUTSIDE}**")
    page.go_back()
    expect(page).to_have_url(re.compile("/om$"))


def test_escape_twice_leaves_nothing(open_page: OpenPage, addresses: dict[str, str]) -> None:
    page = open_page(addresses["insats-skyddad"])
    for key in ("Escape", "Escape", "Tab", "Escape"):
        page.keyboard.press(key)
    expect(page.locator("h1")).to_be_visible()
    assert page.url.endswith(addresses["insats-skyddad"])


def test_one_can_leave_quickly_without_scripts(open_page: OpenPage, addresses: dict[str, str]) -> None:
    page = open_page(addresses["behov-skyddat"], scripts=False, outside=OUTSIDE)
    page.get_by_role("link", name=LEAVE).click()
    expect(page).to_have_url(OUTSIDE)


def test_leaving_is_in_reach_all_down_the_page(open_page: OpenPage, addresses: dict[str, str]) -> None:
    page = open_page(addresses["insats-skyddad"], width=PHONE)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.get_by_role("link", name=LEAVE)).to_be_in_viewport()
