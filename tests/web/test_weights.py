"""What a page weighs on its way: HTML, stylesheet and script, packed as they are served. The table is kept in `artifacts/weights.md`."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import facts
from tests.support.checks import parse
from tests.support.needs import ROOT

MOST = 60_000
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


# Flask-Compress drops the file that it packs instead of closing it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_page_weighs_more_than_it_may(demo_app: Flask, plain_client: FlaskClient) -> None:
    longest = max(facts.entries(demo_app), key=lambda entry: len(plain_client.get(entry.url).data))
    pages = {**PAGES, "intervention, the longest": longest.url}
    weights = {name: {way: weigh(plain_client, address, way) for way in PACKED} for name, address in pages.items()}
    head = ["page", *(f"{part}, {way}" for way in PACKED for part in ("HTML", "CSS", "JS", "whole"))]
    lines = [f"| {' | '.join(head)} |", "| --- |" + " ---: |" * 8]
    for name, ways in sorted(weights.items(), key=lambda item: -item[1]["http"].whole):
        told = [str(size) for weight in ways.values() for size in (weight.html, weight.css, weight.js, weight.whole)]
        lines.append(f"| {name} | {' | '.join(told)} |")
    table = "\n".join(["# What each page weighs, packed, in bytes", "", *lines, "", f"None may weigh more than {MOST}.", ""])
    (ROOT / "artifacts").mkdir(exist_ok=True)
    (ROOT / "artifacts" / "weights.md").write_text(table, "utf-8")
    print("\n" + table)
    heavy = {name: max(weight.whole for weight in ways.values()) for name, ways in weights.items()}
    heavy = {name: whole for name, whole in heavy.items() if whole > MOST}
    assert not heavy, f"these weigh more than {MOST} bytes: {heavy}"
