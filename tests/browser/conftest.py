"""Chromium on a real server. Every page is watched: no request to another host, nothing to complain of in the console."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import KEY
from tests.support.needs import ROOT, plain_environ, require
from tests.support.serving import Server, serving

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps", "--no-first-run")
CHECKERS = Path(__file__).parent / "node_modules"
DESKTOP, PHONE, NARROW = 1280, 390, 320

OpenPage: TypeAlias = Callable[..., Page]
PeopleOfPages: TypeAlias = tuple[Server, dict[str, Any]]
Picture: TypeAlias = Callable[[Page, str], object]


@pytest.fixture(scope="session")
def addresses(server: Server) -> dict[str, str]:
    """The pages that are looked at, each by a name: every route, in the states that differ."""

    def listed(**parameters: str) -> list[dict[str, Any]]:
        query = "&".join(f"{name}={quote(value)}" for name, value in {"per_sida": "100", **parameters}.items())
        with urllib.request.urlopen(f"{server.url}/api/v1/insatser?{query}", timeout=30) as answer:
            items: list[dict[str, Any]] = json.load(answer)["items"]
        return items

    def first(items: list[dict[str, Any]]) -> str:
        return f"/insatser/{items[0]['id']}"

    return {
        "start": "/",
        "sok": "/sok?q=svenska",
        "sok-alla": "/sok",
        "sok-filter": "/sok?behov=svenska&ges_i=0126&pendla=ja&lediga=ja",
        "sok-fler": "/sok?vem=etablering&form=pa-plats",
        "sok-kunskapsbank": "/sok?status=pausad&status=avslutad&sida=2",
        "sok-noll": "/sok?q=zzxyq&behov=sfi&ges_i=0126",
        "sok-rattat": "/sok?q=samh%C3%A4lsorientering",
        "sok-menade": "/sok?q=samh%C3%A4lsorientering+kv%C3%A4ll&exakt=ja",
        "sok-tolkat": "/sok?q=dagis+i+Haninge",
        "insats-aktiv": first([item for item in listed() if item["next_start"] and item["places_left"]]),
        "insats-historisk": first([item for item in listed(status="avslutad") if not item["is_example"]]),
        "insats-avslutad": first([item for item in listed(status="avslutad") if item["is_example"]]),
        "insats-skyddad": first(listed(behov="skydd")),
        "behov-alla": "/behov",
        "behov": "/behov/svenska",
        "behov-skyddat": "/behov/skydd",
        "kommuner": "/kommuner",
        "kommun": "/kommuner/haninge",
        "organisationer": "/organisationer",
        "organisation": "/organisationer/botkyrka-kommun",
        "kunskapsbank": "/kunskapsbank",
        "overblick": "/oversikt",
        "overblick-delar": "/oversikt?delar=boende",
        "om": "/om",
        "hjalp": "/hjalp",
        "tillganglighet": "/tillganglighet",
        "personuppgifter": "/personuppgifter",
        "logga-in": "/logga-in",
        "glomt-losenord": "/glomt-losenord",
        "glomt-skickat": "/glomt-losenord/skickat",
        "brev": "/brev",
        "rapportera-fel": first(listed()) + "/rapportera-fel",
        "rapportera-tack": "/rapportera-fel/tack",
        "fel": "/finns-inte",
    }


@pytest.fixture(scope="session")
def people_of_pages(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeopleOfPages]:
    """A server with people of every role, and what they may open. The people are made by another process: no application here."""
    folder = tmp_path_factory.mktemp("roles") / "data"
    shutil.copytree(demo_template, folder)
    command = [sys.executable, "-m", "tests.browser.people_of_pages", str(folder)]
    made = subprocess.run(command, cwd=ROOT, env=plain_environ(), capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[-2000:]
    with serving(folder, SECRET_KEY=KEY, REGION="Södertörn") as running:
        yield running, json.loads(made.stdout)


@pytest.fixture(scope="package")
def chromium(addresses: dict[str, str]) -> Iterator[Browser]:
    """The browser. Started after the server, and ended with these tests: its loop would stand in the way of others."""
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    require(executable, "Chromium")
    options = [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=options)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, server: Server) -> Iterator[OpenPage]:
    """`open_page(path, width=…, scripts=…)` opens a page; at the end of the test all that were opened must have been quiet.

    `outside` is another site that the test itself goes to: it is answered here, and never asked.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def watch(page: Page, ours: tuple[str, ...]) -> None:
        page.on("console", lambda message: complaints.append(f"console: {message.text}") if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on(
            "requestfailed", lambda request: complaints.append(f"failed: {request.url} {request.failure}") if not _is_cut(request) else None
        )
        page.on("request", lambda request: complaints.append(f"another host: {request.url}") if not request.url.startswith(ours) else None)

    def open_(path: str, *, width: int = DESKTOP, scripts: bool = True, outside: str = "") -> Page:
        context = chromium.new_context(
            base_url=server.url, locale="sv-SE", viewport={"width": width, "height": 900}, java_script_enabled=scripts
        )
        contexts.append(context)
        if outside:
            context.route(f"{outside}**", lambda route: route.fulfill(body="<title>Outside</title>", content_type="text/html"))
        page = context.new_page()
        watch(page, (server.url, outside) if outside else (server.url,))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    # The page of what is not there is asked for on purpose, and the browser says so.
    unexpected = [complaint for complaint in complaints if "the server responded with a status of 404" not in complaint]
    assert not unexpected, f"the pages were not quiet: {unexpected}"


def _is_cut(request: Any) -> bool:
    """A live search that is overtaken by the next one is cut off, as it should be."""
    return "ERR_ABORTED" in (request.failure or "")


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    file = CHECKERS / "axe-core" / "axe.min.js"
    require(file.is_file(), "axe-core (npm ci --prefix tests/browser; `make test` does it)")
    return file.read_text("utf-8")


@pytest.fixture(scope="session")
def vnu() -> list[str]:
    """The command of the Nu validator."""
    jar, java = CHECKERS / "vnu-jar" / "build" / "dist" / "vnu.jar", shutil.which("java")
    require(java, "Java")
    require(jar.is_file(), "the Nu validator (npm ci --prefix tests/browser; `make test` does it)")
    return [str(java), "-Xss2m", "-jar", str(jar)]


@pytest.fixture(scope="session")
def picture(request: pytest.FixtureRequest) -> Picture:
    """`picture(page, name)` keeps a picture of the whole page in `artifacts/screenshots`, to be looked at.

    With `--pictures` only: they check nothing, and took a fifth of the time of these tests.
    """
    if not request.config.getoption("--pictures"):
        return lambda _page, _name: None
    folder = ROOT / "artifacts" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return lambda page, name: page.screenshot(path=folder / f"{name}.png", full_page=True)
