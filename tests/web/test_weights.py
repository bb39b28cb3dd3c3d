"""What a page weighs on its way: HTML, stylesheet and script, packed as they are served. The table is kept in `artifacts/weights.md`."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import facts
from tests.support.checks import parse
from tests.support.needs import ROOT
from tests.support.tables import rows_of

# Flask-Compress drops the file that it packs instead of closing it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
MOST = 60_000
# So much may a weight differ from what docs/READING.md tells.
SLACK = 0.1
LONGEST, LONGEST_CODE = "intervention, the longest", "/insatser/…"
# As a browser asks over https, and over plain http to another computer.
PACKED = {"https": "gzip, deflate, br", "http": "gzip, deflate"}
PAGES = {
    "start": "/",
    "search, all": "/sok",
    "search, words": "/sok?q=svenska",
    "search, every filter shown": "/sok?status=alla&personal=ja&vem=alla&vem=etablering&per_sida=20",
    "search, a hundred hits": "/sok?status=alla&personal=ja&per_sida=100",
    "search, no hits": "/sok?q=zzxyq&behov=sfi&ges_i=0126",
    "knowledge bank": "/kunskapsbank",
    "needs": "/behov",
    "need": "/behov/svenska",
    "municipalities": "/kommuner",
    "municipality": "/kommuner/haninge",
    "organisations": "/organisationer",
    "overview": "/oversikt",
    "overview, parts shown": "/oversikt?delar=svenska",
    "about": "/om",
    "help": "/hjalp",
    "accessibility": "/tillganglighet",
    "privacy": "/personuppgifter",
    "fault": "/finns-inte",
}


@dataclass(frozen=True, slots=True)
class Weight:
    """A page's parts in bytes, packed in one way."""

    html: int
    css: int
    js: int

    @property
    def whole(self) -> int:
        """All of it."""
        return self.html + self.css + self.js

    def __iter__(self) -> Iterator[int]:
        """The parts, and all of it, as the tables have them."""
        return iter((self.html, self.css, self.js, self.whole))


def packed(client: FlaskClient, address: str, way: str) -> int:
    """How many bytes an answer is, as it is packed for a way of asking."""
    answer = client.get(address, headers={"Accept-Encoding": PACKED[way]}, buffered=True)
    assert answer.headers.get("Content-Encoding") or answer.status_code >= 400, f"{address} is sent unpacked"
    return len(answer.data)


def weigh(client: FlaskClient, address: str, way: str) -> Weight:
    """What a page weighs with all the stylesheets and scripts that it names."""
    page = parse(client.get(address, buffered=True).text)
    styles = [link.get("href", "") for link in page.iter("link") if link.get("rel") == "stylesheet"]
    scripts = [script.get("src", "") for script in page.iter("script") if script.get("src")]
    assert styles
    assert scripts
    return Weight(
        packed(client, address, way),
        sum(packed(client, style, way) for style in styles),
        sum(packed(client, script, way) for script in scripts),
    )


@pytest.fixture(scope="module")
def weights(demo_app: Flask) -> dict[str, dict[str, Weight]]:
    """What each page weighs, in each way of packing; the table is kept."""
    client = FlaskClient(demo_app, demo_app.response_class, use_cookies=True)
    longest = max(facts.entries(demo_app), key=lambda entry: len(client.get(entry.url).data))
    pages = {**PAGES, LONGEST: longest.url}
    weights = {name: {way: weigh(client, address, way) for way in PACKED} for name, address in pages.items()}
    head = ["page", *(f"{part}, {way}" for way in PACKED for part in ("HTML", "CSS", "JS", "whole"))]
    lines = [f"| {' | '.join(head)} |", "| --- |" + " ---: |" * 8]
    for name, ways in sorted(weights.items(), key=lambda item: -item[1]["http"].whole):
        told = [str(size) for weight in ways.values() for size in weight]
        lines.append(f"| {name} | {' | '.join(told)} |")
    table = "\n".join(["# What each page weighs, packed, in bytes", "", *lines, "", f"None may weigh more than {MOST}.", ""])
    (ROOT / "artifacts").mkdir(exist_ok=True)
    (ROOT / "artifacts" / "weights.md").write_text(table, "utf-8")
    print("\n" + table)
    return weights


def test_no_page_weighs_more_than_it_may(weights: dict[str, dict[str, Weight]]) -> None:
    heavy = {name: max(weight.whole for weight in ways.values()) for name, ways in weights.items()}
    heavy = {name: whole for name, whole in heavy.items() if whole > MOST}
    assert not heavy, f"these weigh more than {MOST} bytes: {heavy}"


def test_the_page_for_readers_tells_what_each_page_weighs(weights: dict[str, dict[str, Weight]]) -> None:
    told = rows_of("docs/READING.md", "Vad sidorna väger")
    now = {PAGES.get(name, LONGEST_CODE): list(ways["https"]) for name, ways in weights.items()}
    assert told.keys() == now.keys(), "docs/READING.md has other pages in its table"
    stale = {code: (told[code], now[code]) for code in now if told[code] != pytest.approx(now[code], rel=SLACK)}
    assert not stale, f"docs/READING.md tells other weights (told, now): {stale}"
