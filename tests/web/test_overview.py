"""The overview: every number is that of its link and of plain SQL, a gap is where nothing is given, and the picture says the same."""

from collections import Counter
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from tests.conftest import client_of
from tests.support import facts
from tests.support.checks import CheckingClient, text_of
from tests.support.facts import NeedFacts
from tests.support.reading import links, number, only, page_of, total, with_class

STATUSES = ("aktiv", "pausad", "avslutad")
SVG = "{http://www.w3.org/2000/svg}"
# Need, municipality ("" for all of them), status.
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as drawn: for each status its number and its link."""

    numbers: dict[str, int]
    urls: dict[str, str]
    is_gap: bool


@pytest.fixture(scope="module")
def counts(demo_app: Flask) -> Counter[Key]:
    """What plain SQL counts: what is given everywhere is given in each municipality."""
    found: Counter[Key] = Counter()
    codes = facts.municipalities(demo_app)
    for entry in facts.entries(demo_app):
        if not entry.for_staff:
            places = {"", *(entry.given_in or codes)}
            found.update((need, code, entry.status) for need in entry.needs for code in places)
    return found


@pytest.fixture(scope="module")
def needs(demo_app: Flask) -> list[NeedFacts]:
    """The needs of the tables."""
    return facts.needs(demo_app)


def columns(page: Element, app: Flask) -> list[str]:
    """The codes of the municipalities, in the order of the columns; "" is all of them."""
    names = {name: code for code, name in facts.municipalities(app).items()}
    heads = [text_of(head) for head in next(page.iter("thead")).iter("th")]
    assert (heads[0], heads[-1]) == ("Behov", "Alla")
    assert sorted(heads[1:-1]) == sorted(names)
    return [*(names[name] for name in heads[1:-1]), ""]


def table(page: Element, needs: list[NeedFacts]) -> dict[str, list[Cell]]:
    """For each need of the table its cells."""
    drawn = {}
    for row in next(page.iter("tbody")).iter("tr"):
        head, *cells = list(row)
        need = links(head)[0].removeprefix("/behov/")
        assert text_of(next(head.iter("a"))) == next(n.label for n in needs if n.code == need)
        drawn[need] = [_cell(cell) for cell in cells]
    return drawn


def _cell(cell: Element) -> Cell:
    numbers, urls = {}, {}
    for link in cell.iter("a"):
        (status,) = [name for name in STATUSES if f"ib-num--{name}" in link.get("class", "")]
        numbers[status], urls[status] = number(text_of(link)), link.get("href", "")
    return Cell(numbers, urls, "ib-gap" in cell.get("class", "").split())


def check_against(drawn: dict[str, list[Cell]], places: list[str], counts: Counter[Key]) -> None:
    """Every number is what SQL counts; where there is none, none is drawn; a gap is a cell without an active one."""
    for need, cells in drawn.items():
        assert len(cells) == len(places)
        for cell, place in zip(cells, places, strict=True):
            expected = {status: counts[need, place, status] for status in STATUSES if counts[need, place, status]}
            assert cell.numbers == expected, f"{need} in {place or 'all'}"
            assert cell.is_gap == ("aktiv" not in expected), f"{need} in {place or 'all'}"


def test_every_number_is_what_its_link_gives(
    demo_app: Flask, demo_client: CheckingClient, counts: Counter[Key], needs: list[NeedFacts]
) -> None:
    page = page_of(demo_client, "/oversikt")
    drawn = table(page, needs)
    assert list(drawn) == [n.code for n in needs if n.is_tile]
    check_against(drawn, columns(page, demo_app), counts)
    led = [(cell.urls[status], count) for cells in drawn.values() for cell in cells for status, count in cell.numbers.items()]
    assert len(led) > 100
    wrong = {url: (count, found) for url, count in led if (found := total(demo_client, url)) != count}
    assert not wrong, "the number and what its link gives"


def test_the_parts_of_each_need_are_counted_too(
    demo_app: Flask, demo_client: CheckingClient, counts: Counter[Key], needs: list[NeedFacts]
) -> None:
    for top in (n for n in needs if n.is_tile):
        page = page_of(demo_client, f"/oversikt?delar={top.code}")
        drawn = table(page, needs)
        parts = [n.code for n in needs if n.parent == top.code]
        at = list(drawn).index(top.code)
        assert list(drawn)[at + 1 : at + 1 + len(parts)] == parts, "its parts stand under it"
        assert len(drawn) == sum(n.is_tile for n in needs) + len(parts)
        check_against(drawn, columns(page, demo_app), counts)
    # That a part's link gives what it says is asked of one need's: they are made in the same way.
    led = [(cell.urls[status], count) for part in parts for cell in drawn[part] for status, count in cell.numbers.items()]
    wrong = {url: (count, found) for url, count in led if (found := total(demo_client, url)) != count}
    assert led
    assert not wrong


def test_the_sum_of_the_gaps_is_what_is_seen(demo_client: CheckingClient, needs: list[NeedFacts]) -> None:
    for address in ("/oversikt", "/oversikt?delar=boende"):
        page = page_of(demo_client, address)
        tops = {n.code for n in needs if n.is_tile}
        own = [cell for need, cells in table(page, needs).items() if need in tops for cell in cells[:-1]]
        gaps = sum(cell.is_gap for cell in own)
        assert f"{gaps} av {len(own)} rutor saknar" in text_of(only(page, "ib-overview__sum")), address


def test_a_gap_is_told_in_words_too(demo_client: CheckingClient) -> None:
    page = page_of(demo_client, "/oversikt")
    gaps = [cell for cell in with_class(page, "ib-gap") if cell.tag == "td"]
    assert gaps
    assert all("saknas: ingen aktiv" in text_of(cell) for cell in gaps)


def test_what_is_opened_can_be_closed(demo_client: CheckingClient) -> None:
    opened = page_of(demo_client, "/oversikt?delar=boende")
    switches = [text_of(link) for link in with_class(opened, "ib-grid__switch")]
    assert [words.startswith("Dölj") for words in switches].count(True) == 1
    assert demo_client.get("/oversikt?delar=finns-inte").text == demo_client.get("/oversikt").text
    assert demo_client.get("/oversikt?delar=sfi").text == demo_client.get("/oversikt").text, "a part has no parts"


@pytest.mark.parametrize("query", ["", "?delar=boende"])
def test_the_picture_says_the_same(demo_app: Flask, demo_client: CheckingClient, needs: list[NeedFacts], query: str) -> None:
    answer = demo_client.get(f"/oversikt.svg{query}")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    picture = ElementTree.fromstring(answer.data)
    assert picture.tag == f"{SVG}svg"
    page = page_of(demo_client, f"/oversikt{query}")
    drawn, places = table(page, needs), columns(page, demo_app)
    said = [" ".join((element.text or "").split()) for element in picture.iter(f"{SVG}text")]
    names = facts.municipalities(demo_app)
    labels = {n.code: n.label for n in needs}
    expected = [*(names[code] for code in places if code), "Alla"]
    for need, cells in drawn.items():
        expected += [labels[need], *("–" if cell.is_gap else str(cell.numbers["aktiv"]) for cell in cells)]
    # After its own heading, row by row as the table; then the key to it.
    assert said[1 : 1 + len(expected)] == expected
    assert picture.find(f"{SVG}title") is not None
    assert (picture.findtext(f"{SVG}desc") or "").rstrip(".") in text_of(page)
    assert not [e.tag for e in picture.iter() if "style" in e.attrib or e.tag in (f"{SVG}style", f"{SVG}script", f"{SVG}foreignObject")]


def test_the_picture_on_the_page_is_the_one_of_its_table(demo_client: CheckingClient) -> None:
    for address in ("/oversikt", "/oversikt?delar=boende"):
        page = page_of(demo_client, address)
        (picture,) = [image for image in page.iter("img") if "oversikt.svg" in image.get("src", "")]
        svg = ElementTree.fromstring(demo_client.get(picture.get("src", "")).data)
        rows = len(table_rows(page))
        labels = [e for e in svg.iter(f"{SVG}text") if e.get("text-anchor") is None and e.get("font-size") in ("14", "16")]
        assert len([e for e in labels if e.get("x") in ("8", "24")]) == rows, f"{address}: the picture shows other rows than the table"


def table_rows(page: Element) -> list[Element]:
    """The rows of needs."""
    return list(next(page.iter("tbody")).iter("tr"))


def test_with_nothing_in_the_catalogue_all_is_a_gap(bare_app: Flask) -> None:
    client = client_of(bare_app)
    page = page_of(client, "/oversikt")
    needs = facts.needs(bare_app)
    assert all(cell.is_gap and not cell.numbers for cells in table(page, needs).values() for cell in cells)
    assert "100 av 100 rutor saknar" in text_of(page)
    ElementTree.fromstring(client.get("/oversikt.svg").data)
