"""What a person does: search, filter, go back, by mouse and by keys, with scripts and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage

pytestmark = pytest.mark.browser


def heading(page: Page) -> str:
    """What the outcome says."""
    return page.locator("h1").inner_text()


def total(page: Page) -> int:
    """How many hits the heading tells of."""
    found = re.match(r"[\d\s\xa0]+", heading(page))
    return int(re.sub(r"\D", "", found.group())) if found else 0


def option(page: Page, name: str, value: str) -> tuple[str, int]:
    """What tells a filter's value from others, and the count that stands at it."""
    selector = f'[data-option]:has(input[name="{name}"][value="{value}"])'
    shown = page.locator(f"{selector} [data-count]").first.text_content() or ""
    return selector, int(re.sub(r"\D", "", shown))


def open_filters(page: Page) -> None:
    """On a phone the filters are folded."""
    if page.locator("#filtrera summary").is_visible():
        page.locator("#filtrera summary").click()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_without_scripts(open_page: OpenPage, width: int) -> None:
    page = open_page("/", width=width, scripts=False)
    page.get_by_role("searchbox").fill("svenska")
    page.get_by_role("button", name="Sök", exact=True).click()
    expect(page).to_have_url(re.compile(r"/sok\?(.*&)?q=svenska"))
    assert total(page) > 0
    open_filters(page)
    choice, count = option(page, "ges_i", "0126")
    page.locator(choice).click()
    page.get_by_role("button", name="Visa träffar").last.click()
    expect(page).to_have_url(re.compile("ges_i=0126"))
    assert total(page) == count, "the count at the filter is what one gets"
    assert page.locator("ol.ib-hits > li").count() == min(count, 20)
    expect(page.get_by_role("searchbox")).to_have_value("svenska")
    # Away with it again, by its chip.
    page.locator(".ib-chips a", has_text="Huddinge").click()
    expect(page).not_to_have_url(re.compile("ges_i"))
    page.locator("ol.ib-hits a").first.click()
    expect(page).to_have_url(re.compile("/insatser/"))


def test_the_ways_from_the_start_page(open_page: OpenPage) -> None:
    page = open_page("/", scripts=False)
    links = page.locator(".ib-needs a")
    told = int(re.sub(r"\D", "", links.first.locator("xpath=.//span").inner_text().split("\n")[-1].split(" insats")[0].split()[-1]))
    links.first.click()
    assert total(page) == told, "the count at the need is what one gets"
    page.go_back()
    page.locator(".ib-tile").first.click()
    expect(page).to_have_url(re.compile(r"/sok\?ges_i=\d{4}"))


def test_filtering_is_live(open_page: OpenPage) -> None:
    page = open_page("/sok")
    page.evaluate("window.isTheSamePage = true")
    before = total(page)
    choice, count = option(page, "behov", "svenska")
    assert 0 < count < before
    page.locator(choice).click()
    expect(page).to_have_url(re.compile("behov=svenska"))
    expect(page.locator("h1")).to_contain_text(f"{count} insats")
    assert page.locator("ol.ib-hits > li").count() == min(count, 20)
    assert page.title().startswith(heading(page)), "the title follows"
    expect(page.locator("#besked")).to_have_text(heading(page))
    second, fewer = option(page, "vag_in", "sjalv")
    page.locator(".ib-more > summary").click()
    page.locator("details:has([name=vag_in]) > summary").last.click()
    page.locator(second).click()
    expect(page).to_have_url(re.compile("vag_in=sjalv"))
    expect(page.locator("h1")).to_contain_text(f"{fewer} insats")
    page.go_back()
    expect(page.locator("h1")).to_contain_text(f"{count} insats")
    expect(page.locator('input[name="behov"][value="svenska"]')).to_be_checked()
    expect(page.locator('input[name="vag_in"][value="sjalv"]')).not_to_be_checked()
    page.go_back()
    expect(page.locator("h1")).to_contain_text(f"{before} insats")
    expect(page.locator('input[name="behov"][value="svenska"]')).not_to_be_checked()
    assert page.evaluate("window.isTheSamePage"), "the page was fetched whole"


def test_searching_and_sorting_are_live(open_page: OpenPage) -> None:
    page = open_page("/sok")
    page.evaluate("window.isTheSamePage = true")
    page.get_by_role("searchbox").fill("yrkessvenska")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("h1")).to_contain_text("yrkessvenska")
    expect(page.locator("h1")).to_be_focused()
    page.locator("#sortera").select_option("titel")
    expect(page).to_have_url(re.compile("sortera=titel"))
    expect(page).to_have_url(re.compile("q=yrkessvenska"))
    expect(page.locator("mark").first).to_be_visible()
    page.reload()
    expect(page.locator("#sortera")).to_have_value("titel")
    expect(page.get_by_role("searchbox")).to_have_value("yrkessvenska")


def test_the_same_address_shows_the_same_with_and_without_scripts(open_page: OpenPage) -> None:
    page = open_page("/sok")
    page.locator(option(page, "behov", "arbete")[0]).click()
    expect(page).to_have_url(re.compile("behov=arbete"))
    expect(page.locator(".ib-chips")).to_contain_text("Arbete")
    address = page.url
    counts = page.locator("[data-count]").all_inner_texts()
    again = open_page(address, scripts=False)
    assert heading(again) == heading(page)
    assert again.locator("[data-count]").all_inner_texts() == counts


def test_by_keys_alone(open_page: OpenPage) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_have_text("Hoppa till innehållet")
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#innehall")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("körkort")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/sok\?"))
    expect(page.locator("h1")).to_contain_text("körkort")


def test_the_focus_is_seen(open_page: OpenPage) -> None:
    page = open_page("/sok?q=svenska")
    unseen = []
    for _ in range(25):
        page.keyboard.press("Tab")
        told = page.evaluate(
            """() => {
                const seen = (e) => {
                    const s = getComputedStyle(e);
                    return (s.outlineStyle !== 'none' && s.outlineWidth !== '0px') || s.boxShadow !== 'none';
                };
                const e = document.activeElement;
                const near = [e, e.nextElementSibling, e.parentElement, e.closest('label')].filter(Boolean);
                return near.some(seen) ? '' : e.outerHTML.slice(0, 120);
            }"""
        )
        unseen += [told] if told else []
    assert not unseen, f"one cannot see where the focus is: {unseen}"


def test_printing_shows_what_matters(open_page: OpenPage, addresses: dict[str, str]) -> None:
    page = open_page(addresses["insats-aktiv"])
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_role("heading", name="Så får deltagaren en plats")).to_be_visible()
    expect(page.locator(".ib-menu")).to_be_hidden()


def test_back_to_the_same_hits(open_page: OpenPage) -> None:
    page = open_page("/sok?q=svenska&ges_i=0126")
    page.locator("ol.ib-hits a").first.click()
    back = page.get_by_role("link", name="Tillbaka till träffarna")
    back.click()
    expect(page).to_have_url(re.compile(r"/sok\?q=svenska&ges_i=0126$"))
