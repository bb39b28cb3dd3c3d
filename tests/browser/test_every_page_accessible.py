"""Every route at every width and in every way of seeing it: axe-core, text that grows, Nu, Swedish, and pictures to look at."""

import json
import re
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from insatsbas.accounts.policy import Permission
from tests.browser.conftest import DESKTOP, NARROW, PHONE, OpenPage, Picture
from tests.browser.test_accessibility import SAMPLED, sideways, unfold, violations
from tests.house.test_routes import ACCESS
from tests.support.checks import page_faults
from tests.support.serving import Server

pytestmark = pytest.mark.browser
# One address of each route that gives a page, by its name in `addresses`; those that look like another are left to it.
SAMPLES = {
    "start": "/",
    "sok": "/sok",
    "insats-aktiv": "/insatser/<public_id>",
    "insats-avslutad": "/insatser/<public_id>",
    "insats-skyddad": "/insatser/<public_id>",
    "behov-alla": "/behov",
    "behov": "/behov/<code>",
    "behov-skyddat": "/behov/<code>",
    "kommuner": "/kommuner",
    "kommun": "/kommuner/<slug>",
    "organisationer": "/organisationer",
    "organisation": "/organisationer/<slug>",
    "kunskapsbank": "/kunskapsbank",
    "overblick": "/oversikt",
    "overblick-delar": "/oversikt",
    "om": "/om",
    "hjalp": "/hjalp",
    "tillganglighet": "/tillganglighet",
    "personuppgifter": "/personuppgifter",
    "logga-in": "/logga-in",
    "glomt-losenord": "/glomt-losenord",
    "glomt-skickat": "/glomt-losenord/skickat",
    "brev": "/brev",
    "rapportera-fel": "/insatser/<public_id>/rapportera-fel",
    "rapportera-tack": "/rapportera-fel/tack",
    "fel": "",
}
# What answers with something else than a page.
NO_PAGES = {
    *("/halsa", "/api/v1/insatser", "/api/v1/insatser/<public_id>", "/static/<path:filename>"),
    *("/robots.txt", "/sitemap.xml", "/atom.xml", "/oversikt.svg", "/sok/hamta.<any(xlsx, csv, json):form>"),
}
# Pages behind a link of a letter, which no address of its own leads to.
BY_LETTER = {"/valj-losenord/<token>", "/bekrafta/<token>"}
FOR_GUESTS = (Permission.READ, Permission.ENTER, Permission.REPORT_FAULT)
# WCAG 1.4.12: what a reader may set, without anything being lost.
SPACING = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-block-end: 2em !important }
"""
ADOPT = "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets = [sheet] }"
# Text that does not fit where it stands and cannot be scrolled to.
CUT = """() => [...document.querySelectorAll('body *')].filter(e => {
    const style = getComputedStyle(e);
    const apart = '.govuk-visually-hidden, .govuk-skip-link, svg, select, .ib-scroll';
    if (!e.checkVisibility({ visibilityProperty: true }) || e.closest(apart)) return false;
    if (![...e.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())) return false;
    const box = e.getBoundingClientRect();
    const clipped = style.overflowX !== 'visible' && style.overflowX !== 'auto' && e.scrollWidth > e.clientWidth + 1
        || style.overflowY !== 'visible' && style.overflowY !== 'auto' && e.scrollHeight > e.clientHeight + 1;
    return clipped || box.right > document.documentElement.clientWidth + 1 || box.left < -1;
}).map(e => e.outerHTML.slice(0, 90))"""


def test_each_page_is_looked_at() -> None:
    # The table of routes is held to the application by its own test; no application is made here, beside a running browser.
    for_guests = {address for address, (methods, permission) in ACCESS.items() if permission in FOR_GUESTS and "GET" in methods}
    assert for_guests == {*filter(None, SAMPLES.values()), *NO_PAGES, *BY_LETTER}, (
        "name an address of the new page in tests/browser/conftest.py, and here"
    )
    assert set(SAMPLED) <= SAMPLES.keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_in_every_way_of_seeing_it(open_page: OpenPage, addresses: dict[str, str], axe: str, picture: Picture, name: str) -> None:
    page = open_page(addresses[name], width=DESKTOP)
    wrong: dict[str, list[str]] = {}

    def look(way: str, width: int, *, but: tuple[str, ...] = ()) -> None:
        page.set_viewport_size({"width": width, "height": 900})
        if found := violations(page, axe, but=but):
            wrong[way] = found
        if sideways(page):
            wrong[f"{way}, sideways"] = [f"{sideways(page)} px"]

    # A picture far down is fetched when one comes there.
    for image in page.locator("img").all():
        image.scroll_into_view_if_needed()
        expect(image).to_have_js_property("complete", True)
    page.evaluate("scrollTo(0, 0)")
    for width in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        picture(page, f"{name}-{width}")
    look("at 390", PHONE)
    unfold(page)
    for width in (DESKTOP, NARROW):
        look(f"unfolded, at {width}", width)
    page.emulate_media(forced_colors="active")
    look("in forced colours", DESKTOP)
    page.emulate_media(forced_colors="none", media="print")
    # Nobody points at paper: how large a target is says nothing there.
    look("in print", DESKTOP, but=("target-size",))
    page.emulate_media(media="screen")
    # What the script has made is Swedish too.
    page.evaluate("document.querySelectorAll('[hidden]').forEach(part => part.hidden = false)")
    html: str = page.evaluate("document.documentElement.outerHTML")
    if faults := page_faults(f"<!DOCTYPE html>{html}"):
        wrong["as the script has made it"] = list(faults)
    assert not wrong, wrong


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in ("start", "sok", "insats-aktiv")])
def test_a_page_where_scripts_do_not_run(open_page: OpenPage, addresses: dict[str, str], axe: str, name: str) -> None:
    # With scripts off in the browser axe itself could not run: our own is kept from coming instead. (The other three are elsewhere.)
    page = open_page("/halsa", width=DESKTOP)
    page.route("**/*.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(addresses[name])
    assert not page.evaluate("document.documentElement.classList.contains('ib-js')"), "the script ran"
    assert violations(page, axe) == []


def lost(page: Page) -> list[str]:
    """What is cut off, or makes the page wider than the window."""
    found: list[str] = page.evaluate(CUT)
    return [*found, *([f"{sideways(page)} px sideways"] if sideways(page) else [])]


@pytest.mark.parametrize("name", SAMPLES)
def test_text_may_grow_and_spread(open_page: OpenPage, addresses: dict[str, str], name: str) -> None:
    page = open_page(addresses[name], width=DESKTOP)
    unfold(page)
    wrong = {"as it is": lost(page)}
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)") >= 40, "the text did not grow"
    wrong["text at 200 %"] = lost(page)
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.evaluate(ADOPT, SPACING)
    for width in (DESKTOP, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        wrong[f"text spacing at {width}"] = lost(page)
    assert not any(wrong.values()), {way: found[:5] for way, found in wrong.items() if found}


def test_the_html_is_valid(server: Server, addresses: dict[str, str], vnu: list[str], tmp_path: Path) -> None:
    """Every page there is, in one run: each route, each state, each intervention, each need, and the picture."""
    with urllib.request.urlopen(f"{server.url}/sok?status=alla&personal=ja&per_sida=100", timeout=30) as answer:
        first = answer.read().decode()
    with urllib.request.urlopen(f"{server.url}/sok?status=alla&personal=ja&per_sida=100&sida=2", timeout=30) as answer:
        interventions = re.findall(r'href="(/insatser/\w+)"', first + answer.read().decode())
    with urllib.request.urlopen(f"{server.url}/sitemap.xml", timeout=30) as answer:
        mapped = re.findall(rf"<loc>{re.escape(server.url)}(/[^<]*)</loc>", answer.read().decode())
    assert len(mapped) > 50
    pages = dict.fromkeys((*addresses.values(), *interventions, *mapped, "/oversikt.svg", "/oversikt.svg?delar=boende"))
    for number, address in enumerate(pages):
        (tmp_path / f"{number}.{'svg' if '.svg' in address else 'html'}").write_bytes(fetched(server.url + address))
    done = subprocess.run(
        [*vnu, "--format", "json", "--exit-zero-always", "--also-check-svg", str(tmp_path)], capture_output=True, text=True, check=True
    )
    named = list(pages)
    wrong = [
        f"{named[int(Path(m['url']).stem)]}:{m.get('lastLine')}: {m['message']}"
        for m in json.loads(done.stderr)["messages"]
        if m["type"] == "error" or m.get("subType") == "warning"
    ]
    assert not wrong, "\n".join(wrong)


def fetched(url: str) -> bytes:
    """A page as it is sent, one of a fault too."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return bytes(error.read())
