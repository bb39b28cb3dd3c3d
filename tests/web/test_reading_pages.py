"""The pages that one reads: start, knowledge bank, needs, municipalities, organisations.

Each number is that of the search its link leads to, and that of plain SQL.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from sqlalchemy import select

from insatsbas.catalogue import need_actions
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import EndReason
from insatsbas.core.db import db, writing
from insatsbas.core.text import slug
from insatsbas.core.viewer import SYSTEM
from insatsbas.interchange import demo
from tests.conftest import client_of
from tests.factories import index_all, make_intervention, need
from tests.support import facts
from tests.support.checks import CheckingClient, parse, text_of
from tests.support.facts import BANK, Entry, NeedFacts, participants
from tests.support.reading import answered, by_id, counted, last_number, links, only, page_of, total, with_class

LEAVE = "Lämna sidan snabbt"
IN_BANK = "&".join(f"status={status}" for status in BANK)
SHOWN = 10


@pytest.fixture(scope="session")
def catalogue(demo_app: Flask) -> list[Entry]:
    """The demo catalogue as plain SQL tells it."""
    return facts.entries(demo_app)


@pytest.fixture(scope="session")
def needs(demo_app: Flask) -> list[NeedFacts]:
    """The needs as plain SQL tells them."""
    return facts.needs(demo_app)


def urls(entries: list[Entry]) -> set[str]:
    """The addresses of some entries."""
    return {entry.url for entry in entries}


# Start


def test_each_need_of_the_start_page_tells_what_its_link_gives(demo_client: CheckingClient, needs: list[NeedFacts]) -> None:
    tiles = counted(only(page_of(demo_client, "/"), "ib-needs"))
    assert [tile.url for tile in tiles] == [f"/sok?behov={n.code}" for n in needs if n.is_tile]
    for tile in tiles:
        assert tile.count == total(demo_client, tile.url), tile.text
    assert sum(tile.count or 0 for tile in tiles) > len(tiles)


def test_the_map_tells_what_its_links_give(demo_app: Flask, demo_client: CheckingClient) -> None:
    page = page_of(demo_client, "/")
    tiles = counted(only(page, "ib-map__grid"))
    listed = counted(next(choices for choices in with_class(page, "ib-choices") if len(list(choices)) == len(tiles)))
    names = facts.municipalities(demo_app)
    assert {tile.url for tile in tiles} == {f"/sok?ges_i={code}" for code in names}
    for tile in tiles:
        name = names[tile.url.removeprefix("/sok?ges_i=")]
        assert tile.text.startswith(name), "the full name"
        assert tile.count == total(demo_client, tile.url), tile.text
    assert {(one.url, one.count) for one in listed} == {(one.url, one.count) for one in tiles}, "the list and the map"


def test_what_the_start_page_says_of_the_whole(demo_app: Flask, demo_client: CheckingClient, catalogue: list[Entry]) -> None:
    page = page_of(demo_client, "/")
    said = text_of(only(page, "ib-hero"))
    active = participants(catalogue, "aktiv")
    assert f"bland {len(active)} insatser som ges nu i {len(facts.municipalities(demo_app))} kommuner" in said
    assert total(demo_client, "/sok") == len(active)
    common = links(only(page, "ib-hero"))
    assert len(common) >= 3, "common searches"
    assert all(total(demo_client, url) for url in common), "none of them leads to nothing"
    assert "Katalogen innehåller exempel" in text_of(page)
    (bank,) = [one for one in counted(page) if one.text == "Sök i kunskapsbanken"]
    assert bank.count == total(demo_client, bank.url) == len(participants(catalogue, *BANK))


def test_what_is_new_is_active_and_marked_where_it_is_an_example(demo_client: CheckingClient, catalogue: list[Entry]) -> None:
    by_url = {entry.url: entry for entry in catalogue}
    items = list(only(page_of(demo_client, "/"), "ib-news"))
    assert len(items) == 6
    for item in items:
        entry = by_url[links(item)[0]]
        assert entry.status == "aktiv"
        assert not entry.for_staff
        assert any(text_of(mark) == "Exempel" for mark in with_class(item, "ib-tag--mark")) == entry.is_example, entry.title
        assert list(item.iter("time")), "when it came"


def test_the_newest_is_told_first(bare_app: Flask) -> None:
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    with bare_app.app_context(), writing() as session:
        for days, title in ((2, "Näst nyast"), (3, "Äldst av tre"), (1, "Nyast"), (0, "Ännu nyare, men pausad")):
            row = make_intervention(session, title=title, status="aktiv" if days else "pausad")
            row.created_at = now - timedelta(days=days)
    index_all(bare_app)
    page = page_of(client_of(bare_app), "/")
    assert [text_of(heading) for heading in only(page, "ib-news").iter("h3")] == ["Nyast", "Näst nyast", "Äldst av tre"]
    assert "exempel" not in text_of(page).lower(), "there is none"


def test_my_municipality_is_offered_with_what_is_open_for_its_participants(demo_app: Flask, demo_client: CheckingClient) -> None:
    page = page_of(demo_client, "/")
    own = only(page, "ib-own")
    assert "hidden" in own.attrib, "shown by the script alone, since only the browser remembers"
    names = sorted(facts.municipalities(demo_app).values())
    ready = {item.get("data-own-name", ""): item for item in own.iter("li")}
    assert sorted(ready) == names
    assert sorted(text_of(option) for option in own.iter("option") if option.get("value") is None) == names
    for name, item in ready.items():
        (link,) = links(item)
        assert link == f"/kommuner/{slug(name)}"
        assert last_number(text_of(item)) == search_of(page_of(demo_client, link))[1]


# The knowledge bank


def test_the_knowledge_bank_counts_as_the_searches_it_leads_to(
    demo_client: CheckingClient, catalogue: list[Entry], needs: list[NeedFacts]
) -> None:
    page, bank = page_of(demo_client, "/kunskapsbank"), participants(catalogue, *BANK)
    hero = only(page, "ib-hero")
    sent = [(field.get("name", ""), field.get("value", "")) for field in hero.iter("input") if field.get("type") == "hidden"]
    assert total(demo_client, f"/sok?{urlencode(sent)}") == len(bank), "one searches within it"
    assert f"finns {len(bank)} insatser" in text_of(hero)
    assert f"{sum(entry.has_lessons for entry in bank)} av dem har lärdomar" in text_of(hero)
    tiles = counted(only(page, "ib-needs"))
    assert len(tiles) == sum(n.is_tile for n in needs)
    for tile in tiles:
        assert IN_BANK in tile.url
        assert tile.count == total(demo_client, tile.url), tile.text


def test_every_entry_of_the_knowledge_bank_stands_once_in_its_year(demo_client: CheckingClient, catalogue: list[Entry]) -> None:
    page, bank = page_of(demo_client, "/kunskapsbank"), participants(catalogue, *BANK)
    years = {text_of(next(section.iter("h3"))): next(with_class(section, "ib-entries")) for section in with_class(page, "ib-year")}
    known = [int(name) for name in years if name.isdigit()]
    assert known == sorted(known, reverse=True), "the newest first"
    assert list(years)[len(known) :] in ([], ["Året är inte känt"]), "and what is not known last"
    told = [(year, item) for year, entries in years.items() for item in entries]
    assert Counter(links(item)[0] for _, item in told) == Counter(urls(bank))
    by_url = {entry.url: entry for entry in bank}
    for year, item in told:
        entry = by_url[links(item)[0]]
        assert str(entry.last_known or year) == year, entry.title
        if not entry.last_known:
            assert entry.status == "pausad" or year == "Året är inte känt", f"nobody knows that {entry.title} was given in {year}"
        said = text_of(item)
        assert ("Har lärdomar" in said) == entry.has_lessons, entry.title
        assert ("Exempel" in said.removeprefix(entry.title)) == entry.is_example, entry.title
        assert {"pausad": "Pausad", "avslutad": "Avslutad"}[entry.status] in said
    bars = {one.text: one.count for one in counted(only(page, "ib-bars"))}
    assert bars == {year: len(list(entries)) for year, entries in years.items()}
    assert {url.removeprefix("#") for url in links(only(page, "ib-bars"))} == {h.get("id") for h in page.iter("h3")}


def test_the_reasons_are_those_that_were_given(demo_client: CheckingClient, catalogue: list[Entry]) -> None:
    bank = participants(catalogue, *BANK)
    given = Counter(EndReason(e.end_reason).label for e in bank if e.end_reason and e.end_reason != EndReason.UNKNOWN.value)
    page = page_of(demo_client, "/kunskapsbank")
    section = next(section for section in page.iter("section") if section.get("aria-labelledby") == "skal")
    told = {}
    for item in section.iter("li"):
        label, _, count = text_of(item).rpartition(" ins")[0].rpartition(" ")
        told[label] = int(count)
    assert told == given
    assert list(told.values()) == sorted(told.values(), reverse=True)
    assert all(links(section)), "a link that leads nowhere"


# Needs


def test_the_needs_with_their_counts(demo_client: CheckingClient, needs: list[NeedFacts]) -> None:
    told = {one.url: one.count for one in counted(only(page_of(demo_client, "/behov"), "ib-directory"))}
    for n in needs:
        if n.is_tile or any(parent.is_tile and parent.code == n.parent for parent in needs):
            assert told[f"/behov/{n.code}"] == total(demo_client, f"/sok?behov={n.code}"), n.label
        if n.for_staff:
            assert f"/behov/{n.code}" not in told, "what is for staff is not shown at the desk"


def test_each_need_shows_what_answers_it(demo_client: CheckingClient, catalogue: list[Entry], needs: list[NeedFacts]) -> None:
    for n in needs:
        page = page_of(demo_client, f"/behov/{n.code}")
        assert text_of(next(page.iter("h1"))) == n.label
        mine = [e for e in catalogue if n.code in e.needs and e.for_staff == n.for_staff]
        for heading, statuses in (("aktiva", ("aktiv",)), ("kunskapsbank", BANK)):
            expected = [entry for entry in mine if entry.status in statuses]
            _check_group(demo_client, parse_group(page, heading), expected, where=n.label)
        if not mine:
            assert "Behovet är en lucka" in text_of(page)
        go, count = search_of(page)
        assert count == (total(demo_client, go) if go else 0), f"the button of {n.label}"
        assert bool(go) == any(entry.status == "aktiv" for entry in mine), f"the button of {n.label}"
        for way in (one for pills in with_class(page, "ib-pills") for one in counted(pills)):
            if way.url.startswith("/sok"):
                assert way.count == total(demo_client, way.url), f"{n.label}: {way.text}"
            else:
                assert way.count == search_of(page_of(demo_client, way.url))[1], f"{n.label}: {way.text}"
        assert (LEAVE in text_of(page)) == n.is_sheltered, n.label


def search_of(page: Element) -> tuple[str, int]:
    """Where the button of a page of cards leads, and how many it tells; nothing and none where there is nothing to search."""
    for button in with_class(page, "ib-go"):
        return links(button)[0], last_number(text_of(button)) or 0
    return "", 0


Group: TypeAlias = tuple[list[str], list[str], str] | None


def parse_group(page: Element, name: str) -> Group:
    """The cards of a group, the links to the rest, and what leads to it on the page; None where there is no such group."""
    for section in page.iter("section"):
        if section.get("aria-labelledby") == name:
            cards = [links(article)[0] for article in section.iter("article")]
            more = [url for choices in with_class(section, "ib-choices") for url in links(choices)]
            jump = next((text_of(item) for item in page.iter("li") if f"#{name}" in links(item)), "")
            return cards, more, jump
    return None


def _check_group(client: CheckingClient, group: Group, expected: list[Entry], *, where: str) -> None:
    """The cards are of the group, as many as fit; there is a way to the rest where there is a rest, and it finds them all."""
    if group is None:
        assert not expected, f"{where} does not show {expected[0].title}"
        return
    cards, more, jump = group
    assert len(cards) == len(set(cards)) == min(len(expected), SHOWN), where
    assert set(cards) <= urls(expected), where
    if jump:
        assert last_number(jump) == len(expected), f"{where}: {jump}"
    assert len(more) == (len(expected) > SHOWN), f"{where}: a way to the rest, where there is one"
    for url in more:
        found = {f"/insatser/{item['id']}" for item in answered(client, url, per_sida=100)["items"]}
        assert urls(expected) <= found, f"{where}: {url} does not find all"


def test_what_is_for_staff_stands_only_under_needs_for_staff(
    demo_client: CheckingClient, catalogue: list[Entry], needs: list[NeedFacts]
) -> None:
    staff = urls([entry for entry in catalogue if entry.for_staff])
    assert staff, "the demo has some"
    shown = {n.code: staff & set(links(page_of(demo_client, f"/behov/{n.code}"))) for n in needs}
    codes = {n.code for n in needs if n.for_staff}
    assert set().union(*shown.values()) == urls([entry for entry in catalogue if entry.for_staff and codes & entry.needs])
    assert all(n.for_staff for n in needs if shown[n.code])
    for address in ("/", "/kunskapsbank", "/behov", "/kommuner/haninge"):
        assert not staff & set(links(page_of(demo_client, address))), address


@pytest.mark.parametrize("address", ["/behov/finns-inte", "/kommuner/finns-inte", "/kommuner/Haninge/x", "/organisationer/finns-inte"])
def test_what_is_not_there(demo_client: CheckingClient, address: str) -> None:
    assert demo_client.get(address).status_code == 404


def test_the_address_of_a_renamed_need_leads_on(app: Flask, client: CheckingClient) -> None:
    before = total(client, "/sok?behov=korkort")
    with app.app_context(), writing() as session:
        need_actions.change_code(SYSTEM, session, need(session, "korkort"), "korkort-och-trafik")
    assert index_all(app).is_equal
    moved = client.get("/behov/korkort")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/behov/korkort-och-trafik")
    moved = client.get("/sok?q=teori&behov=korkort&behov=sfi&ges_i=0126")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/sok?q=teori&behov=korkort-och-trafik&behov=sfi&ges_i=0126")
    assert total(client, "/sok?behov=korkort-och-trafik") == before > 0
    assert "Körkort" in text_of(next(page_of(client, "/behov/korkort-och-trafik").iter("h1")))


def test_a_merged_need_leads_to_the_one_it_went_into_and_does_not_come_back(app: Flask, client: CheckingClient) -> None:
    whole = {f"{e.public_id}" for e in facts.entries(app) if {"motesplats", "delaktighet"} & e.needs}
    with app.app_context(), writing() as session:
        followed = need_actions.merge(SYSTEM, session, need(session, "delaktighet"), need(session, "motesplats"))
    assert followed > 0
    assert index_all(app).is_equal
    assert {e.public_id for e in facts.entries(app) if "motesplats" in e.needs} == whole
    for _again in range(2):
        for old, new in (("/behov/delaktighet", "/behov/motesplats"), ("/sok?behov=delaktighet", "/sok?behov=motesplats")):
            moved = client.get(old)
            assert (moved.status_code, moved.headers["Location"]) == (301, new)
        moved = client.get("/api/v1/insatser?q=samtal&behov=delaktighet&per_sida=5")
        assert (moved.status_code, moved.headers["Location"]) == (301, "/api/v1/insatser?q=samtal&behov=motesplats&per_sida=5")
        items = answered(client, "/sok?behov=motesplats&status=alla&personal=ja", per_sida=100)["items"]
        assert {item["id"] for item in items} == whole
        with app.app_context(), writing() as session:
            assert demo.lay_in_lists(SYSTEM, session) == 0, "`init` lays the old one in again"
    # A need that was moved twice leads all the way.
    with app.app_context(), writing() as session:
        need_actions.change_code(SYSTEM, session, need(session, "motesplats"), "motas")
    assert client.get("/behov/delaktighet").headers["Location"] == "/behov/motas"
    assert client.get("/behov/motesplats").headers["Location"] == "/behov/motas"


# Municipalities


def test_the_municipalities_with_what_is_open_for_their_participants(
    demo_app: Flask, demo_client: CheckingClient, catalogue: list[Entry]
) -> None:
    told = {one.url: one.count for one in counted(only(page_of(demo_client, "/kommuner"), "ib-directory"))}
    for code, name in facts.municipalities(demo_app).items():
        takes = [e for e in participants(catalogue, "aktiv") if not e.open_for or code in e.open_for]
        assert told[f"/kommuner/{slug(name)}"] == len(takes), name


def test_each_municipality_shows_what_is_open_for_its_participants(
    demo_app: Flask, demo_client: CheckingClient, catalogue: list[Entry]
) -> None:
    active = participants(catalogue, "aktiv")
    for code, name in facts.municipalities(demo_app).items():
        page = page_of(demo_client, f"/kommuner/{slug(name)}")
        takes = [e for e in active if not e.open_for or code in e.open_for]
        near = facts.neighbours(demo_app, code)
        groups = {
            "egna": [e for e in takes if code in e.given_in],
            "regionen": [e for e in takes if not e.given_in],
            "nara": [e for e in takes if e.given_in and code not in e.given_in and near & e.given_in],
            "andra": [e for e in takes if e.given_in and code not in e.given_in and not near & e.given_in],
        }
        assert groups["egna"], f"{name} gives nothing to its own"
        for group, expected in groups.items():
            _check_group(demo_client, parse_group(page, group), expected, where=f"{name}, {group}")
        shown = {url for url in links(by_id(page, "innehall")) if url.startswith("/insatser/")}
        assert not shown & urls([e for e in catalogue if e not in takes]), f"{name} shows what is closed to its participants"
        go, count = search_of(page)
        assert count == len(takes)
        found = {f"/insatser/{item['id']}" for item in answered(demo_client, go, per_sida=100)["items"]}
        assert found == urls(takes), name
        assert LEAVE not in text_of(page)


# Organisations


def test_each_organisation_shows_what_it_runs(demo_client: CheckingClient, catalogue: list[Entry]) -> None:
    counts = Counter(e.owner for e in catalogue if not e.for_staff)
    told = {one.url: one.count for one in counted(only(page_of(demo_client, "/organisationer"), "ib-directory"))}
    assert told == {f"/organisationer/{owner}": count for owner, count in counts.items()}
    for url in told:
        page = page_of(demo_client, url)
        mine = [e for e in catalogue if not e.for_staff and e.owner == url.rpartition("/")[2]]
        _check_group(demo_client, parse_group(page, "aktiva"), [e for e in mine if e.status == "aktiv"], where=url)
        _check_group(demo_client, parse_group(page, "kunskapsbank"), [e for e in mine if e.status in BANK], where=url)
        go, count = search_of(page)
        assert count == (total(demo_client, go) if go else 0), url


# What is like another


def test_each_intervention_leads_to_others_that_are_given(
    demo_client: CheckingClient, catalogue: list[Entry], needs: list[NeedFacts]
) -> None:
    by_url = {entry.url: entry for entry in catalogue}
    tops = {n.code for n in needs if n.is_tile}
    alone = []
    for entry in catalogue:
        page = page_of(demo_client, entry.url)
        sections = [section for section in page.iter("section") if section.get("aria-labelledby") == "liknande"]
        shown = [by_url[links(article)[0]] for section in sections for article in section.iter("article")]
        assert entry not in shown, f"{entry.title} is like itself"
        assert len(shown) == len({other.url for other in shown}) <= 4
        for other in shown:
            assert other.status == "aktiv", f"{entry.title} leads to {other.title}, which is not given"
            assert not other.for_staff or entry.for_staff
            assert other.needs & entry.needs, f"{entry.title} leads to {other.title}, which answers no need of it"
        own = entry.needs - tops
        same = [o for o in participants(catalogue, "aktiv") if o is not entry and o.needs & own]
        if same and shown:
            assert shown[0].needs & own, f"{entry.title}: those with the same need come first"
        if not shown and entry.needs & tops:
            alone.append(entry.title)
    assert not alone, f"these lead nowhere, though there are others under their needs: {alone}"


# What is sheltered


def test_only_pages_of_what_is_sheltered_can_be_left_quickly(demo_client: CheckingClient, catalogue: list[Entry]) -> None:
    assert any(entry.is_sheltered for entry in catalogue)
    for entry in catalogue:
        html = demo_client.get(entry.url).text
        assert (LEAVE in html) == entry.is_sheltered, entry.title
        if entry.is_sheltered:
            order = [text_of(link) for link in parse(html).iter("a")]
            assert order[:2] == ["Hoppa till innehållet", LEAVE], "it comes right after the skip link"
    for address in ("/", "/sok", "/kunskapsbank", "/kommuner", "/organisationer", "/oversikt", "/om", "/hjalp", "/tillganglighet"):
        assert not list(with_class(page_of(demo_client, address), "ib-leave")), address


def test_what_becomes_sheltered_can_be_left_quickly(bare_app: Flask) -> None:
    with bare_app.app_context(), writing() as session:
        make_intervention(session, title="Samtal", needs=("samtal", "skydd"))
    index_all(bare_app)
    with bare_app.app_context():
        row = db.session.scalars(select(Intervention)).one()
    assert LEAVE in client_of(bare_app).get(f"/insatser/{row.public_id}").text
