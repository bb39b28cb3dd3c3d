"""People who trade places, each in a browser of their own, doing what a person would by what the pages say."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_accessibility import sideways, unfold, violations
from tests.support.needs import ROOT, plain_environ
from tests.support.serving import Server

# How the pages are met: the width, and whether our scripts run.
WIDE, ON_PHONE = (DESKTOP, True), (PHONE, False)


def beside(server: Server, *what: str) -> str:
    """Run `people_of_exchange` on the server's folder: no application lives beside the browser."""
    command = [sys.executable, "-m", "tests.browser.people_of_exchange", str(server.data_dir), *what]
    done = subprocess.run(command, cwd=ROOT, env=plain_environ(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@dataclass
class Trader:
    """One of the people. What axe finds wrong with the pages that they look at closely is kept."""

    page: Page
    axe: str
    courses: dict[str, str]
    wrong: list[str] = field(default_factory=list)

    def ask(self, course: str, way: str = "Fråga om platser") -> None:
        """Open a course, and begin to ask for its places."""
        self.page.goto(self.courses[course])
        self.page.get_by_role("main").get_by_role("link", name=way, exact=True).click()
        expect(self.page.locator("h1")).to_have_text(way)

    def fill(self, **typed: str) -> None:
        """Fill in fields by their labels' first words, `_` for a space; the n-th of the same by `__n`."""
        for label, text in typed.items():
            words, _, nth = label.partition("__")
            self.page.get_by_label(words.replace("_", " ")).nth(int(nth or 0)).fill(text)

    def choose(self, label: str, words: str) -> None:
        """Choose in a list what begins with, or has, these words."""
        select = self.page.get_by_label(label)
        select.select_option(value=select.locator("option", has_text=words).first.get_attribute("value"))

    def press(self, words: str) -> None:
        """Press a button of the page itself."""
        self.page.get_by_role("main").get_by_role("button", name=words, exact=True).first.click()

    def unfold_and_press(self, words: str, *, reason: str = "", why: str = "") -> None:
        """Open a step that asks for more, say it, and take it."""
        inside = self.page.locator("details", has_text=words)
        # What was refused comes back opened.
        if inside.get_attribute("open") is None:
            inside.locator("summary").click()
        if reason:
            inside.get_by_label("Orsak").select_option(label=reason)
        if why:
            inside.get_by_label("Något mer att säga").fill(why)
        inside.get_by_role("button", name=words, exact=True).click()

    def open(self, course: str) -> None:
        """Find a request in the list of one's own, and open it."""
        self.page.goto("/utbyten")
        self.page.get_by_role("main").get_by_role("link", name=course, exact=False).first.click()
        self.sees(course)

    def sees(self, *words: str) -> None:
        """The page says so."""
        for each in words:
            expect(self.page.get_by_role("main")).to_contain_text(each)

    def look(self) -> None:
        """Look closely at the page, with all that is folded open."""
        unfold(self.page)
        self.wrong += [f"{self.page.url}: {found}" for found in violations(self.page, self.axe)]
        if wider := sideways(self.page):
            self.wrong.append(f"{self.page.url}: {wider} px sideways")


class Market:
    """The server, and whoever comes to it."""

    def __init__(self, server: Server, browser: Browser, axe: str) -> None:
        told = json.loads(beside(server, "lay-in"))
        self.server, self.browser, self.axe = server, browser, axe
        self.cookies: dict[str, str] = told["people"]
        self.courses: dict[str, str] = told["courses"]
        self._contexts: list[BrowserContext] = []
        self._traders: list[Trader] = []

    def enter(self, names: Sequence[str], how: tuple[int, bool]) -> list[Trader]:
        """These people, signed in, each with a window of their own."""
        return [self._enter(name, how) for name in names]

    def _enter(self, name: str, how: tuple[int, bool]) -> Trader:
        width, has_scripts = how
        context = self.browser.new_context(base_url=self.server.url, locale="sv-SE", viewport={"width": width, "height": 900})
        if not has_scripts:
            # With scripts off in the browser axe itself could not run: our own are kept from coming instead.
            context.route("**/*.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
        context.add_cookies([{"name": "insatsbas", "value": self.cookies[name], "url": self.server.url}])
        self._contexts.append(context)
        self._traders.append(Trader(context.new_page(), self.axe, self.courses))
        return self._traders[-1]

    def letters_to(self, email: str) -> str:
        """All letters to somebody, as the page of letters shows them."""
        context = self.browser.new_context(base_url=self.server.url)
        page = context.new_page()
        page.goto("/brev")
        told = "\n".join(page.locator("article", has_text=email).all_inner_texts())
        context.close()
        return told

    def leave(self) -> None:
        """Close the windows; nothing that was looked at closely may be wrong."""
        wrong = [each for trader in self._traders for each in trader.wrong]
        for context in self._contexts:
            context.close()
        self._contexts.clear()
        self._traders.clear()
        assert not wrong, wrong
