"""Every page that is for those who have signed in, in each role that may open it: axe-core, sideways scroll, and pictures to look at."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import DESKTOP, NARROW, PHONE
from tests.browser.test_accessibility import sideways, unfold, violations
from tests.conftest import KEY
from tests.house.policy_world import ROLES
from tests.support.needs import ROOT, plain_environ
from tests.support.serving import Server, serving

pytestmark = pytest.mark.browser
SIGNED_IN = [role for role in ROLES if role != "anyone"]


@pytest.fixture(scope="module")
def told(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, Any]]]:
    """A server with people of every role, and what they may open. The people are made by another process: no application here."""
    folder = tmp_path_factory.mktemp("roles") / "data"
    shutil.copytree(demo_template, folder)
    command = [sys.executable, "-m", "tests.browser.people_of_pages", str(folder)]
    made = subprocess.run(command, cwd=ROOT, env=plain_environ(), capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[-2000:]
    with serving(folder, SECRET_KEY=KEY, REGION="Södertörn") as running:
        yield running, json.loads(made.stdout)


def name_of(path: str) -> str:
    """What a picture of a page is called."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"/[a-z0-9]{8}(?=/|$)", "", path.casefold())).strip("-") or "start"


@pytest.mark.parametrize("role", SIGNED_IN)
def test_every_page_of_a_role(chromium: Browser, told: tuple[Server, dict[str, Any]], axe: str, screenshots: Path, role: str) -> None:
    server, roles = told
    context = chromium.new_context(base_url=server.url, locale="sv-SE", viewport={"width": DESKTOP, "height": 900})
    context.add_cookies([{"name": "insatsbas", "value": roles[role]["cookie"], "url": server.url}])
    page, wrong = context.new_page(), {}
    for path in roles[role]["pages"]:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == (404 if path == "/finns-inte" else 200), f"{path} answers {answer.status} to a {role}"
        assert page.locator(".ib-account").get_by_role("button", name="Logga ut").count() == 1, f"{path} does not know who has signed in"
        wrong |= {
            f"{path}, {way}": found for way, found in look(page, axe, screenshots / f"{role.replace(' ', '-')}-{name_of(path)}").items()
        }
    context.close()
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)


def look(page: Page, axe: str, picture: Path) -> dict[str, list[str]]:
    """What axe finds at the widest and the narrowest, and where one must scroll sideways."""
    found = {}
    for width in (DESKTOP, PHONE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        if width != NARROW:
            page.screenshot(path=picture.with_name(f"{picture.name}-{width}.png"), full_page=True)
        unfold(page)
        # Between the widest and the narrowest axe finds nothing of its own.
        if width != PHONE and (complaints := violations(page, axe)):
            found[f"at {width}"] = complaints
        if sideways(page):
            found[f"at {width}, sideways"] = [f"{sideways(page)} px"]
    page.set_viewport_size({"width": DESKTOP, "height": 900})
    return found
