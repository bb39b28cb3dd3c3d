"""Each page by axe-core and the Nu validator, wide and narrow, with scripts and without."""

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, NARROW, PHONE, OpenPage
from tests.support.serving import Server

pytestmark = pytest.mark.browser
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
PAGES = (
    *("start", "sok", "sok-alla", "sok-filter", "sok-fler", "sok-kunskapsbank", "sok-noll"),
    *("insats-aktiv", "insats-historisk", "insats-avslutad", "insats-skyddad", "fel"),
)


Look: TypeAlias = Callable[[str, int], Page]


def violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds wrong, each with where."""
    page.evaluate(axe)
    options = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    assert found["passes"], "axe-core looked at nothing"
    return [f"{v['id']}: {v['help']} at {[node['target'] for node in v['nodes'][:3]]}" for v in found["violations"]]


def unfold(page: Page) -> None:
    """Open all that is folded, so that what is in it is looked at too."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")


def sideways(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider


@pytest.fixture
def look(open_page: OpenPage, addresses: dict[str, str], screenshots: Path) -> Look:
    """Open a page by its name at a width, and keep a picture of it."""

    def opened(name: str, width: int) -> Page:
        page = open_page(addresses[name], width=width)
        page.screenshot(path=screenshots / f"{name}-{width}.png", full_page=True)
        return page

    return opened


@pytest.mark.parametrize(("name", "width"), [(name, width) for width in (DESKTOP, PHONE) for name in PAGES])
def test_axe_finds_nothing(look: Look, axe: str, name: str, width: int) -> None:
    page = look(name, width)
    # On a phone as one meets it; wide, with all that is folded too. The folds of the filters are looked at both ways.
    if width == PHONE or name == "sok-filter":
        assert violations(page, axe) == []
    if width == DESKTOP or name == "sok-filter":
        unfold(page)
        assert violations(page, axe) == [], "with all folds open"
    assert sideways(page) == 0


@pytest.mark.parametrize("name", ["start", "sok-fler", "sok-noll", "insats-aktiv"])
def test_axe_finds_nothing_where_scripts_do_not_run(open_page: OpenPage, addresses: dict[str, str], axe: str, name: str) -> None:
    # With scripts off in the browser axe itself could not run: our own is kept from coming instead.
    page = open_page("/halsa", width=PHONE)
    page.route("**/*.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(addresses[name])
    assert not page.evaluate("document.documentElement.classList.contains('ib-js')"), "the script ran"
    unfold(page)
    assert violations(page, axe) == []


def test_nothing_scrolls_sideways_at_320(open_page: OpenPage, addresses: dict[str, str]) -> None:
    page = open_page("/", width=NARROW)
    wider = {}
    for name, address in addresses.items():
        page.goto(address)
        folded = sideways(page)
        unfold(page)
        wider[name] = (folded, sideways(page))
    assert set(wider.values()) == {(0, 0)}, f"pixels wider than the window (folded, unfolded): {wider}"


def test_the_html_is_valid(server: Server, addresses: dict[str, str], vnu: list[str], tmp_path: Path) -> None:
    for name, address in addresses.items():
        try:
            with urllib.request.urlopen(server.url + address, timeout=30) as answer:
                html = answer.read()
        except urllib.error.HTTPError as error:
            html = error.read()
            error.close()
        (tmp_path / f"{name}.html").write_bytes(html)
    done = subprocess.run([*vnu, "--format", "json", "--exit-zero-always", str(tmp_path)], capture_output=True, text=True, check=True)
    messages = json.loads(done.stderr)["messages"]
    wrong = [
        f"{Path(m['url']).name}:{m.get('lastLine')}: {m['message']}"
        for m in messages
        if m["type"] == "error" or m.get("subType") == "warning"
    ]
    assert not wrong, "\n".join(wrong)
