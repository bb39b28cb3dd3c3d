"""The states of search and of an intervention by axe-core, wide and narrow, with scripts and without."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, NARROW, PHONE, OpenPage, Picture

pytestmark = pytest.mark.browser
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
STATES = (
    *("sok-alla", "sok-filter", "sok-fler", "sok-kunskapsbank", "sok-noll"),
    *("sok-rattat", "sok-menade", "sok-tolkat", "insats-historisk"),
)
# `test_every_page_accessible` looks at these too, wide and with all folds open: not twice.
SAMPLED = ("start", "sok", "insats-aktiv", "insats-avslutad", "insats-skyddad", "fel")
PAGES = (*SAMPLED, *STATES)
# What is right is counted and left in the page: to carry it here takes longer than to find it.
RUN = """async rules => {
    const found = await axe.run(document, { runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'] });
    const wrong = found.violations.map(v => ({ id: v.id, help: v.help, at: v.nodes.slice(0, 3).map(node => node.target.join(' ')) }));
    return { looked: found.passes.length, wrong };
}"""


Look: TypeAlias = Callable[[str, int], Page]


def violations(page: Page, axe: str, *, but: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds wrong, each with where. `but` are rules that do not apply."""
    page.wait_for_load_state()
    if page.evaluate("!window.axe"):
        page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(RUN, list(RULES))
    assert found["looked"], "axe-core looked at nothing"
    return [f"{v['id']}: {v['help']} at {v['at']}" for v in found["wrong"] if v["id"] not in but]


def unfold(page: Page) -> None:
    """Open all that is folded, so that what is in it is looked at too."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")


def sideways(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    page.wait_for_load_state()
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider


@pytest.fixture
def look(open_page: OpenPage, addresses: dict[str, str], picture: Picture) -> Look:
    """Open a page by its name at a width, and keep a picture of it."""

    def opened(name: str, width: int) -> Page:
        page = open_page(addresses[name], width=width)
        picture(page, f"{name}-{width}")
        return page

    return opened


@pytest.mark.parametrize(("name", "width"), [*((name, DESKTOP) for name in STATES), *((name, PHONE) for name in PAGES)])
def test_axe_finds_nothing(look: Look, axe: str, name: str, width: int) -> None:
    page = look(name, width)
    if name == "sok-filter":
        assert violations(page, axe) == []
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


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways_at_320(open_page: OpenPage, addresses: dict[str, str], name: str) -> None:
    page = open_page(addresses[name], width=NARROW)
    assert sideways(page) == 0
    unfold(page)
    assert sideways(page) == 0, "with all folds open"
