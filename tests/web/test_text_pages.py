"""The pages about ourselves: with settings and without them, and never a claim that nothing is wrong."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import client_of, open_app, settings_in
from tests.support.checks import CheckingClient, text_of
from tests.support.reading import by_id, links, page_of

PAGES = ("/om", "/hjalp", "/tillganglighet", "/personuppgifter")
FAULTS = ("Kartan går inte att förstora", "Äldre dokument läses inte upp")
# What nobody can know, and the law does not ask for.
CLAIMS = re.compile(
    r"inga (?:kända )?brister(?! ännu)|(?:helt|fullt) (?:förenlig|tillgänglig)|(?<!inte )\b(?:uppfyller|följer) (?:alla|lagen helt)"
    r"|saknar brister|(?:är|helt) felfri|100 procent|alla kan använda",
    re.IGNORECASE,
)


@pytest.fixture
def told_app(bare_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """An installation that says who runs it, how to reach them, and what is wrong."""
    folder = tmp_path / "told"
    shutil.copytree(bare_template, folder)
    told = {
        "OPERATOR": "Södertörns samverkan",
        "CONTACT": "insatsbasen@sodertorn.example",
        "ACCESSIBILITY_REVIEWED": "2026-11-22",
        "ACCESSIBILITY_FAULTS": " | ".join(FAULTS),
    }
    with open_app(settings_in(folder, **told)) as app:
        yield app


def said(client: CheckingClient, address: str) -> str:
    """All the words of the page's own part."""
    return text_of(by_id(page_of(client, address), "innehall"))


@pytest.mark.parametrize("address", PAGES)
def test_with_settings(told_app: Flask, address: str) -> None:
    client = client_of(told_app)
    assert "mailto:insatsbasen@sodertorn.example" in links(by_id(page_of(client, address), "innehall"))
    words = said(client, address)
    assert not CLAIMS.search(words), CLAIMS.search(words)
    if address != "/hjalp":
        assert "Södertörns samverkan" in words
    if address == "/tillganglighet":
        assert all(fault in words for fault in FAULTS)
        assert "följer inte lagen helt" in words
    if address in ("/tillganglighet", "/personuppgifter"):
        assert "22 november 2026" in words


@pytest.mark.parametrize("address", PAGES)
def test_without_settings(bare_app: Flask, address: str) -> None:
    client = client_of(bare_app)
    words = said(client, address)
    assert not CLAIMS.search(words), CLAIMS.search(words)
    assert not [link for link in links(by_id(page_of(client, address), "innehall")) if link.startswith("mailto:")]
    assert "kontaktcenter" in words, "one is told where to turn all the same"
    if address == "/tillganglighet":
        assert "Det betyder inte att det inte finns några" in words
        assert "Det är inte angivet när" in words


def test_the_authority_can_be_reached(bare_app: Flask) -> None:
    page = page_of(client_of(bare_app), "/tillganglighet")
    outward = [link for link in links(by_id(page, "innehall")) if link.startswith("http")]
    assert outward
    assert all(re.match(r"https://www\.digg\.se/", link) for link in outward)
    assert "2018:1937" in text_of(page)


def test_what_belongs_in_the_catalogue_is_told(bare_app: Flask) -> None:
    words = said(client_of(bare_app), "/om")
    for needed in ("Vad ska in i insatsbasen?", "en anordnare", "en målgrupp", "en väg in", "Det här hör inte hit"):
        assert needed in words


def test_every_page_leads_to_the_pages_about_ourselves(demo_client: CheckingClient) -> None:
    for address in ("/", "/sok", "/kunskapsbank", "/oversikt", "/behov/skydd", "/finns-inte"):
        html = demo_client.get(address).text
        assert all(f'href="{page}"' in html for page in PAGES), address


def test_the_claims_that_are_looked_for() -> None:
    for claim in ("Webbplatsen har inga brister.", "Den är helt förenlig med lagen", "Vi uppfyller alla krav", "Vi följer lagen helt"):
        assert CLAIMS.search(claim), claim
    assert not CLAIMS.search("Webbplatsen följer inte lagen helt. Vi har inte listat några kända brister ännu.")
