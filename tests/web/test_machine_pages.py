"""What machines read: robots.txt, the map of the site, canonical addresses, JSON-LD, the Atom feed."""

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from insatsbas.catalogue.rules import Form
from insatsbas.core.db import writing
from tests.conftest import client_of, open_app, settings_in
from tests.factories import index_all, make_intervention, occasion
from tests.support import facts
from tests.support.checks import CheckingClient, parse
from tests.support.reading import page_of

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"
OURS = "http://localhost"
HOSTILE = "</script><script>alert(1)</script><!-- <b>&amp; \"'\\u2028 ]]>"
# Of the properties that schema.org gives each type, its own and those of the types above it, the ones that we tell.
SCHEMA = {
    "Course": {"@context", "name", "description", "url", "provider", "hasCourseInstance", "offers"},
    "GovernmentService": {"@context", "name", "description", "url", "provider", "areaServed", "offers"},
    "CourseInstance": {"courseMode", "startDate", "endDate", "location"},
    "Organization": {"name"},
    "AdministrativeArea": {"name"},
    "Place": {"name", "address"},
    "Offer": {"price", "priceCurrency", "category", "areaServed"},
}
READ = (
    *("/", "/behov", "/behov/svenska", "/behov/sfi", "/behov/skydd", "/kommuner", "/kommuner/haninge", "/organisationer"),
    *("/organisationer/haninge-kommun", "/kunskapsbank", "/oversikt", "/om", "/hjalp", "/tillganglighet", "/personuppgifter"),
)
FILTERED = ("/sok", "/sok?q=sfi", "/sok?behov=sfi&ges_i=0126", "/oversikt?delar=boende", "/finns-inte")


def robots_of(page: Element) -> str:
    """What the page tells robots."""
    return next(meta.get("content", "") for meta in page.iter("meta") if meta.get("name") == "robots")


def canonical_of(page: Element) -> list[str]:
    """The addresses that the page calls its own."""
    return [link.get("href", "") for link in page.iter("link") if link.get("rel") == "canonical"]


def json_ld_of(client: CheckingClient, address: str) -> list[dict[str, Any]]:
    """The JSON-LD of a page."""
    scripts = [script for script in page_of(client, address).iter("script") if script.get("type") == "application/ld+json"]
    return [json.loads("".join(script.itertext())) for script in scripts]


def check_schema(told: object) -> None:
    """Each thing has a type that we know, and of properties only those that its type has."""
    if isinstance(told, dict):
        strange = told.keys() - {"@type"} - SCHEMA[told["@type"]]
        assert not strange, f"schema.org gives {told['@type']} no {strange}"
    for one in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        check_schema(one)


def made(app: Flask, **told: Any) -> str:
    """The address of a new intervention that is no example."""
    with app.app_context(), writing() as session:
        public_id = make_intervention(session, **told).public_id
    index_all(app)
    return f"/insatser/{public_id}"


# Robots and the map of the site


def test_robots_txt(demo_client: CheckingClient) -> None:
    answer = demo_client.get("/robots.txt")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    lines = answer.text.splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /sok?" in lines
    assert f"Sitemap: {OURS}/sitemap.xml" in lines
    assert "Disallow: /" not in lines


def sitemap(client: CheckingClient) -> list[str]:
    """The addresses of the map, without the host."""
    answer = client.get("/sitemap.xml")
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    tree = ElementTree.fromstring(answer.data)
    assert tree.tag == f"{MAP}urlset"
    found = [url.findtext(f"{MAP}loc") or "" for url in tree.findall(f"{MAP}url")]
    assert all(address.startswith(OURS + "/") for address in found)
    return [address.removeprefix(OURS) for address in found]


def test_every_page_of_the_map_is_there_and_worth_finding(demo_app: Flask, demo_client: CheckingClient) -> None:
    addresses = sitemap(demo_client)
    assert len(addresses) == len(set(addresses))
    assert not [address for address in addresses if address.startswith(("/sok", "/api", "/static", "/halsa"))]
    shown = {address for address in addresses if address.startswith("/insatser/")}
    everything = facts.entries(demo_app)
    assert shown == {entry.url for entry in everything if not entry.is_example}, "all that is real, and no example"
    assert {address for address in addresses if address.startswith("/behov/")} == {
        f"/behov/{n.code}" for n in facts.needs(demo_app) if not n.for_staff
    }
    assert {f"{OURS}{address}" for address in READ if not address.startswith("/organisationer/")} <= {OURS + a for a in addresses}
    for address in addresses:
        page = page_of(demo_client, address)
        assert "noindex" not in robots_of(page), f"{address} is in the map, and asks not to be found"


def test_a_draft_is_not_in_the_map(bare_app: Flask) -> None:
    draft, known = made(bare_app, title="Utkast", status="utkast"), made(bare_app, title="Känd")
    addresses = sitemap(client_of(bare_app))
    assert known in addresses
    assert draft not in addresses


@pytest.mark.parametrize("address", READ)
def test_a_page_calls_its_address_its_own(demo_client: CheckingClient, address: str) -> None:
    for asked in (address, f"{address}?utm_source=brev"):
        page = page_of(demo_client, asked)
        assert canonical_of(page) == [OURS + address], asked
        assert robots_of(page) == "index, follow"


@pytest.mark.parametrize("address", FILTERED)
def test_what_is_filtered_is_not_to_be_found(demo_client: CheckingClient, address: str) -> None:
    assert robots_of(parse(demo_client.get(address).text)).startswith("noindex")


def test_an_intervention_calls_its_address_its_own(bare_app: Flask) -> None:
    address = made(bare_app, title="Språkcafé")
    page = page_of(client_of(bare_app), f"{address}?fran=brev")
    assert canonical_of(page) == [OURS + address]
    assert robots_of(page) == "index, follow"


# JSON-LD


def test_a_course_is_told_with_its_coming_starts(bare_app: Flask) -> None:
    starts = [occasion(30, place="Jordbro", address="Storgatan 1", places=10, taken=1), occasion(-30), occasion(60)]
    address = made(
        bare_app, title="Svenska för vården", owner="Haninge kommun", given_in=("Haninge",), participant_cost=0, occasions=starts
    )
    (told,) = json_ld_of(client_of(bare_app), address)
    assert (told["@context"], told["@type"], told["name"]) == ("https://schema.org", "Course", "Svenska för vården")
    assert told["url"] == OURS + address
    assert told["provider"]["name"] == "Haninge kommun"
    coming = [start.start.isoformat() for start in starts if start.start and start.start > starts[1].start]  # type: ignore[operator]
    assert [one["startDate"] for one in told["hasCourseInstance"]] == coming
    assert {one["@type"] for one in told["hasCourseInstance"]} == {"CourseInstance"}
    assert not [one for one in told["hasCourseInstance"] if "courseMode" in one], "nobody said how it is given"
    assert told["hasCourseInstance"][0]["location"]["address"] == "Storgatan 1, Jordbro"
    assert told["offers"]["price"] in ("0", "0.00")
    assert told["offers"]["category"] == "Free"
    assert [area["name"] for area in told["offers"]["areaServed"]] == ["Haninge"]
    check_schema(told)


@pytest.mark.parametrize(("form", "mode"), [(Form.ON_SITE, "onsite"), (Form.REMOTE, "online"), (Form.PARTLY_REMOTE, "blended")])
def test_how_a_course_is_given_and_what_it_costs(bare_app: Flask, form: Form, mode: str) -> None:
    (told,) = json_ld_of(client_of(bare_app), made(bare_app, form=form, participant_cost=300, occasions=[occasion(10)]))
    assert [one["courseMode"] for one in told["hasCourseInstance"]] == [mode]
    assert (told["offers"]["category"], told["offers"]["priceCurrency"]) == ("Paid", "SEK")
    check_schema(told)


def test_what_has_no_start_is_a_service(bare_app: Flask) -> None:
    address = made(bare_app, title="Rådgivning", given_in=("Haninge",), rolling=True, occasions=[occasion(None)])
    (told,) = json_ld_of(client_of(bare_app), address)
    assert told["@type"] == "GovernmentService"
    assert "hasCourseInstance" not in told
    assert [area["name"] for area in told["areaServed"]] == ["Haninge"]
    assert "offers" not in told
    check_schema(told)


@pytest.mark.parametrize("status", ["pausad", "avslutad"])
def test_what_is_not_given_is_told_to_no_machine(bare_app: Flask, status: str) -> None:
    assert json_ld_of(client_of(bare_app), made(bare_app, status=status, occasions=[occasion(10)])) == []


def test_an_example_is_told_to_no_machine(demo_app: Flask, demo_client: CheckingClient) -> None:
    for entry in facts.entries(demo_app):
        if entry.is_example or entry.status != "aktiv":
            assert json_ld_of(demo_client, entry.url) == [], entry.title


def test_a_hostile_text_stays_within_its_script(bare_app: Flask) -> None:
    address = made(
        bare_app, title=HOSTILE, summary=HOSTILE, owner=HOSTILE, needs=("samtal",), occasions=[occasion(9, place=HOSTILE, address=HOSTILE)]
    )
    html = bare_app.test_client().get(address).text
    page = parse(html)
    scripts = [script for script in page.iter("script") if not script.get("src")]
    assert len(scripts) == 1, "the text began a script of its own"
    told = json.loads("".join(scripts[0].itertext()))
    assert (told["name"], told["description"], told["provider"]["name"]) == (HOSTILE, HOSTILE, HOSTILE)
    assert "<" not in "".join(scripts[0].itertext())
    assert "alert(1)</script>" not in html


def test_an_address_that_is_given_on_contact_is_told_to_no_machine(bare_app: Flask) -> None:
    start = occasion(10, place="Qvarnbyholm", address="Zyxelgränden 14", address_on_request=True)
    address = made(bare_app, title="Stöd efter våld", needs=("skydd",), occasions=[start])
    client = client_of(bare_app)
    (told,) = json_ld_of(client, address)
    assert told["hasCourseInstance"]
    assert all("location" not in one for one in told["hasCourseInstance"])
    for machine in (address, "/atom.xml", "/sitemap.xml", "/oversikt.svg"):
        assert not {"zyxelgr", "qvarnby"} & set(client.get(machine).text.lower().replace("å", " ").split()), machine
        assert "qvarnby" not in client.get(machine).text.lower(), machine


# The feed


def feed(client: CheckingClient) -> Element:
    """The feed, well-formed, with what RFC 4287 requires of it."""
    answer = client.get("/atom.xml")
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    tree = ElementTree.fromstring(answer.data)
    assert tree.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert len(tree.findall(f"{ATOM}{name}")) == 1, name
        assert tree.findtext(f"{ATOM}{name}")
    assert tree.findtext(f"{ATOM}author/{ATOM}name")
    selves = [link.get("href") for link in tree.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert selves == [f"{OURS}/atom.xml"]
    for entry in tree.findall(f"{ATOM}entry"):
        for name in ("id", "title", "updated"):
            assert len(entry.findall(f"{ATOM}{name}")) == 1, name
            assert entry.findtext(f"{ATOM}{name}")
        assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "").tzinfo
        assert [link.get("rel") for link in entry.findall(f"{ATOM}link")] == ["alternate"]
    ids = [entry.findtext(f"{ATOM}id") for entry in tree.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    return tree


def test_the_feed_of_the_demo(demo_app: Flask, demo_client: CheckingClient) -> None:
    tree = feed(demo_client)
    active = {entry.url for entry in facts.entries(demo_app) if entry.status == "aktiv" and not entry.for_staff}
    led = [urlsplit(link.get("href", "")).path for entry in tree.findall(f"{ATOM}entry") for link in entry.findall(f"{ATOM}link")]
    assert 10 <= len(led) <= 50
    assert set(led) <= active
    assert demo_client.get(led[0]).status_code == 200


def test_an_example_is_marked_in_the_feed(demo_app: Flask, demo_client: CheckingClient) -> None:
    examples = {entry.url for entry in facts.entries(demo_app) if entry.is_example}
    for entry in feed(demo_client).findall(f"{ATOM}entry"):
        (link,) = entry.findall(f"{ATOM}link")
        if urlsplit(link.get("href", "")).path in examples:
            assert "exempel" in "".join(entry.itertext()).lower(), "who follows the feed takes it for real"


def test_the_feed_has_the_newest_first(bare_app: Flask) -> None:
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    with bare_app.app_context(), writing() as session:
        for days, title in ((2, "Andra"), (3, "Tredje"), (1, "Första"), (0, HOSTILE)):
            row = make_intervention(session, title=title)
            row.created_at = row.updated_at = now - timedelta(days=days)
        make_intervention(session, title="Utkast", status="utkast")
    index_all(bare_app)
    tree = feed(client_of(bare_app))
    entries = tree.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [HOSTILE, "Första", "Andra", "Tredje"]
    assert datetime.fromisoformat(tree.findtext(f"{ATOM}updated") or "") == now


def test_the_names_of_a_feed_stay_and_are_addresses_of_no_place(bare_template: Path, tmp_path: Path) -> None:
    shutil.copytree(bare_template, tmp_path / "data")
    with open_app(settings_in(tmp_path / "data", SOURCE="Södertörns bas <1>")) as app:
        address = made(app)
        (entry,) = feed(client_of(app)).findall(f"{ATOM}entry")
    name = entry.findtext(f"{ATOM}id") or ""
    assert re.fullmatch(r"urn:insatsbas:[\w.~%-]+:[a-z0-9]+", name, re.ASCII), "no IRI"
    assert name.endswith(":" + address.rpartition("/")[2]), "it is named by what never changes"


def test_an_empty_feed(bare_app: Flask) -> None:
    assert not feed(client_of(bare_app)).findall(f"{ATOM}entry")


def test_pages_tell_of_the_feed(demo_client: CheckingClient) -> None:
    for address in ("/", "/sok", "/kunskapsbank"):
        kinds = {
            link.get("type"): link.get("href") for link in page_of(demo_client, address).iter("link") if link.get("rel") == "alternate"
        }
        assert kinds == {"application/atom+xml": "/atom.xml"}
