"""How the pages of those who have signed in are looked at: by axe-core, for sideways scroll, and as pictures."""

import re

from playwright.sync_api import Browser, Page

from tests.browser.conftest import DESKTOP, NARROW, PHONE, PeopleOfPages, Picture
from tests.browser.test_accessibility import sideways, unfold, violations


def wrong_with(role: str, people: PeopleOfPages, browser: Browser, axe: str, picture: Picture) -> dict[str, list[str]]:
    """Open every page of a role, signed in: what is wrong with each. One that is not there, or not theirs, stops it at once."""
    server, roles = people
    context = browser.new_context(base_url=server.url, locale="sv-SE", viewport={"width": DESKTOP, "height": 900})
    context.add_cookies([{"name": "insatsbas", "value": roles[role]["cookie"], "url": server.url}])
    page, wrong = context.new_page(), {}
    for path in roles[role]["pages"]:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == (404 if path == "/finns-inte" else 200), f"{path} answers {answer.status} to a {role}"
        assert page.locator(".ib-account").get_by_role("button", name="Logga ut").count() == 1, f"{path} does not know who has signed in"
        found = look(page, axe, picture, f"{role.replace(' ', '-')}-{name_of(path)}")
        wrong |= {f"{path}, {way}": complaints for way, complaints in found.items()}
    context.close()
    return wrong


def name_of(path: str) -> str:
    """What a picture of a page is called."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"/[a-z0-9]{8}(?=/|$)", "", path.casefold())).strip("-") or "start"


def look(page: Page, axe: str, picture: Picture, name: str) -> dict[str, list[str]]:
    """What axe finds at the widest and the narrowest, and where one must scroll sideways."""
    found = {}
    for width in (DESKTOP, PHONE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        if width != NARROW:
            picture(page, f"{name}-{width}")
        unfold(page)
        # Between the widest and the narrowest axe finds nothing of its own.
        if width != PHONE and (complaints := violations(page, axe)):
            found[f"at {width}"] = complaints
        if sideways(page):
            found[f"at {width}, sideways"] = [f"{sideways(page)} px"]
    page.set_viewport_size({"width": DESKTOP, "height": 900})
    return found
