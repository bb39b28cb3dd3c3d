"""A question typed in a hurry: put right, understood, explained, and taken back, with scripts and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage

pytestmark = pytest.mark.browser


def search(page: Page, words: str) -> None:
    """Type and press Enter."""
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("searchbox").press("Enter")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_slip_of_the_finger_and_back(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("/sok", scripts=scripts)
    search(page, "samhälsorientering")
    expect(page.locator("h1")).to_contain_text("för ”samhällsorientering”")
    expect(page.locator("#notiser")).to_contain_text("Inget hittades för ”samhälsorientering”")
    expect(page.locator("ol.ib-hits mark").first).to_have_text("Samhällsorientering")
    page.get_by_role("link", name="Sök på ”samhälsorientering” som du skrev").click()
    expect(page.locator("h1")).to_have_text("Vi hittade inga insatser för ”samhälsorientering”")
    expect(page.locator("ol.ib-alike__cards h3").first).to_contain_text("Samhällsorientering")
    page.get_by_role("link", name="samhällsorientering", exact=True).click()
    expect(page.locator("h1")).to_contain_text("för ”samhällsorientering”")
    expect(page.get_by_role("searchbox")).to_have_value("samhällsorientering")
    expect(page.locator(".ib-chip")).to_have_count(0)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("scripts", [True, False])
def test_a_place_in_the_question_becomes_a_filter(open_page: OpenPage, scripts: bool, width: int) -> None:
    page = open_page("/sok?q=sfi+haninge", scripts=scripts, width=width)
    offer = page.locator(".ib-offer", has_text="Visa bara det som ges i Haninge")
    told = re.search(r"(\d+) insats", offer.inner_text())
    assert told is not None
    offer.click()
    expect(page).to_have_url(re.compile(r"/sok\?q=sfi&ges_i=0136$"))
    expect(page.locator("h1")).to_contain_text(f"{told.group(1)} insats")
    expect(page.locator("h1")).to_contain_text("för ”sfi”")
    expect(page.locator(".ib-chips .ib-chip")).to_contain_text("Haninge")
    expect(page.get_by_role("searchbox")).to_have_value("sfi")


def test_words_as_they_stand_stay_so_when_one_filters_and_can_be_taken_back(open_page: OpenPage) -> None:
    page = open_page("/sok?q=trauma+botkyrka")
    page.get_by_role("link", name="Sök på orden precis som de står").click()
    expect(page).to_have_url(re.compile("exakt=ja"))
    page.locator('[data-option]:has(input[name="lediga"])').click()
    expect(page).to_have_url(re.compile("lediga=ja"))
    expect(page).to_have_url(re.compile("exakt=ja"))
    page.locator(".ib-chip", has_text="Orden precis som de står").click()
    expect(page).not_to_have_url(re.compile("exakt"))
    expect(page).to_have_url(re.compile("lediga=ja"))
    expect(page.locator(".ib-understood")).to_be_visible()


def test_a_synonym_is_told_on_the_card(open_page: OpenPage) -> None:
    page = open_page("/sok?q=dagis", scripts=False)
    expect(page.locator(".ib-via").first).to_have_text("Hittades via synonymen förskola")
