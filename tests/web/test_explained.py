"""What the page says of how it understood a question, and that page, API and files answer alike."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from insatsbas.catalogue import queries
from insatsbas.catalogue.rules import Status
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import GUEST
from insatsbas.search.explaining import synonym_of
from insatsbas.search.service import current_search
from tests.conftest import client_of
from tests.factories import index_all, make_intervention, occasion
from tests.search import pages
from tests.search.conftest import app_in
from tests.search.pages import SearchPage
from tests.support.checks import CheckingClient

# How a person asks: typed wrong, by a synonym, by place, by need, of nothing, and plainly.
ASKED = (
    *(
        "samhälsorientering",
        "trauma i Botkyrka",
        "trauma nynäshamn",
        "dagis",
        "sfi haninge",
        "kvällskurs ösmo",
        "samhälsorientering kvällskurs",
    ),
    *("Haninge", "keramik kvällskurs", "förskola i Botkyrka", "sfi-kurs", "haninge/salem"),
    *("kvälskurs", "xyzzyq", "huddinge", "jodbro", "kvällskurs ösmo", "ortopedi", "kvällskurs -salem", '"tolk på plats"'),
)


@pytest.fixture(scope="module")
def app(bare_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A small catalogue, of which all is known."""
    with app_in(tmp_path_factory.mktemp("explained") / "data", bare_template) as app:
        with app.app_context(), writing() as session:
            make_intervention(session, title="Samhällsorientering", needs=["samhallsorientering"], given_in=["Haninge"])
            make_intervention(session, title="Traumastöd i grupp", needs=["trauma"], given_in=["Huddinge"])
            make_intervention(session, title="Trauma, tolk på plats", needs=["trauma"], given_in=["Botkyrka"])
            make_intervention(session, title="Psykologsamtal", needs=["trauma"], given_in=["Botkyrka"], status=Status.PAUSED)
            make_intervention(session, title="Öppen förskola", needs=["forskola-skola"], given_in=["Haninge"])
            make_intervention(session, title="Dagis på finska", summary="En förskola.", needs=["familj"], given_in=["Salem"])
            make_intervention(session, title="Svenska för invandrare", needs=["svenska"], given_in=["Haninge"])
            make_intervention(session, title="Bosättning", description="Den som har tillfälligt skydd får hjälp.", needs=["boende"])
            make_intervention(session, title="Skydd", summary="Tillfälligt, och nära skydd.", needs=["boende"], given_in=["Salem"])
            make_intervention(session, title="Keramik och kvällskurs", needs=["kultur"], given_in=["Salem"], status=Status.PAUSED)
            make_intervention(session, title="Ortopediskt stöd", needs=["halsa"], given_in=["Haninge"])
            for number in range(7):
                open_for = ["Salem"] if number == 6 else []
                make_intervention(session, title=f"Kvällskurs {number}", needs=["samtal"], given_in=["Salem"], open_for=open_for)
        index_all(app)
        yield app


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    """A guest's browser."""
    return client_of(app)


def page(client: CheckingClient, **asked: Any) -> SearchPage:
    """The search page for what is asked."""
    return pages.read(client.get("/sok", query_string=asked).text)


def text_of(client: CheckingClient, **asked: Any) -> str:
    """All that the page says, without its elements."""
    return pages.html_text(client.get("/sok", query_string=asked).text)


def api(client: CheckingClient, **asked: Any) -> dict[str, Any]:
    """The API's answer to the same."""
    found: dict[str, Any] = client.get("/api/v1/insatser", query_string=asked).get_json()
    return found


def test_a_word_put_right_is_told_with_the_way_back(client: CheckingClient) -> None:
    shown = page(client, q="samhälsorientering")
    assert shown.heading == "1 insats för ”samhällsorientering”"
    assert "Inget hittades för ”samhälsorientering”. Vi sökte på ”samhällsorientering” i stället." in shown.notices
    assert shown.q == "samhälsorientering", "the box and the address say what was typed"
    back = next(link for link in shown.links if link.text == "Sök på ”samhälsorientering” som du skrev")
    there = pages.read(client.get(back.url).text)
    assert (there.total, there.q) == (0, "samhälsorientering")
    assert ("exakt", "ja") in there.hidden
    meant = next(link for link in there.links if link.text == "samhällsorientering")
    assert meant.count == pages.read(client.get(meant.url).text).total == 1
    (chip,) = there.of("chip")
    assert pages.pairs_of(chip.url) == [("q", "samhälsorientering")]


def test_a_word_put_right_beside_one_that_nothing_has_is_told_as_such(client: CheckingClient) -> None:
    shown = page(client, q="samhälsorientering xyzzyq")
    assert shown.total == 1
    assert "Vi sökte på ”samhällsorientering xyzzyq” i stället." in shown.notices
    assert "Ingen insats innehåller alla orden." in shown.notices
    assert api(client, q="samhälsorientering xyzzyq")["mode"] == "corrected"


def test_what_may_be_meant_is_offered_where_some_words_are_found(client: CheckingClient) -> None:
    shown = page(client, q="samhälsorientering kvällskurs")
    assert shown.total == 7
    assert "Ingen insats innehåller alla orden." in shown.notices
    assert "Menade du …?" in text_of(client, q="samhälsorientering kvällskurs")
    meant = next(link for link in shown.links if link.text == "samhällsorientering kvällskurs")
    assert meant.count == pages.read(client.get(meant.url).text).total == 8


def test_a_name_is_offered_as_the_filter_that_it_could_be(client: CheckingClient) -> None:
    shown = page(client, q="trauma i Botkyrka")
    assert shown.total == 2
    place, literal = shown.of("ib-understood")
    assert place.text.strip().startswith("Visa bara det som ges i Botkyrka")
    assert pages.pairs_of(place.url) == [("q", "trauma"), ("ges_i", "0127")]
    there = pages.read(client.get(place.url).text)
    assert there.total == 1
    assert not [link for link in there.of("ib-understood") if "ges_i" in link.url], "what is chosen is not offered"
    assert literal.text == "Sök på orden precis som de står"
    as_it_stands = pages.read(client.get(literal.url).text)
    assert (as_it_stands.total, as_it_stands.of("ib-understood")) == (1, [])


def test_a_need_beside_a_place_is_offered_and_the_place_still_only_lifts(client: CheckingClient) -> None:
    shown = page(client, q="förskola i Botkyrka")
    assert shown.total == 2
    need = shown.of("ib-understood")[0]
    assert need.text.strip().startswith("Visa bara behovet Förskola och skola")
    assert pages.pairs_of(need.url) == [("q", "förskola i Botkyrka"), ("behov", "forskola-skola")], "it is given in Haninge"
    assert need.count == pages.read(client.get(need.url).text).total == 1


def test_a_place_alone_has_as_many_as_its_filter(client: CheckingClient) -> None:
    shown, chosen = page(client, q="Haninge"), page(client, ges_i="0136")
    assert shown.total == chosen.total == shown.counts()["ges_i", "0136"] == 5
    assert shown.hits[-1:] == page(client, ges_i="0138").hits, "what is given everywhere comes last"


def test_any_of_the_words_is_told_beside_the_way_to_what_has_them_all(client: CheckingClient) -> None:
    asked = {"q": "keramik kvällskurs"}
    shown = page(client, **asked)
    assert (shown.total, api(client, **asked)["mode"]) == (7, "any")
    assert "Ingen av de aktiva insatserna innehåller alla orden." in shown.notices
    (way,) = [link for link in shown.links if link.text == "Sök i alla, även kunskapsbanken"]
    there = pages.read(client.get(way.url).text)
    assert (way.count, there.total, there.notices.strip()) == (1, 1, "")
    (bank,) = shown.of("ib-panel")
    assert bank.count == pages.read(client.get(bank.url).text).total == 1
    counts = shown.counts()
    assert (counts["status", "pausad"], counts["status", "aktiv"], counts["ges_i", "0128"]) == (1, shown.total, 7)
    for (name, value), count in counts.items():
        assert page(client, **asked, **{name: value}).total == count, (name, value)


def test_a_page_beyond_the_last_leads_to_the_last(client: CheckingClient) -> None:
    for asked, last in ((("q", "kvällskurs"), ""), (("per_sida", "3"), "&sida=6")):
        answer = client.get("/sok", query_string=[asked, ("sida", "99")])
        assert (answer.status_code, answer.location) == (302, f"/sok?{asked[0]}={quote(asked[1])}{last}")
        assert pages.read(client.get(answer.location).text).hits


@pytest.mark.parametrize("asked", ["😀😀😀", '"', "*", "- -"])
def test_signs_that_ask_for_nothing_are_not_said_to_be_answered(client: CheckingClient, asked: str) -> None:
    assert re.fullmatch(r"\d+ insatser", page(client, q=asked).heading)


def test_a_place_within_a_municipality_is_told_as_such(client: CheckingClient) -> None:
    (place,) = [link for link in page(client, q="förskola jordbro").of("ib-understood") if "ges_i" in link.url]
    assert "Visa bara det som ges i Haninge, där Jordbro ligger" in place.text
    assert pages.pairs_of(place.url) == [("q", "förskola"), ("ges_i", "0136")]


def test_where_nothing_is_given_in_the_place_that_is_said_and_what_is_open_for_those_from_there(client: CheckingClient) -> None:
    shown = page(client, q="trauma nynäshamn")
    assert shown.total == 2, "a place never empties the list"
    assert "Inget av det ges i Nynäshamn, men allt är öppet för deltagare därifrån" in text_of(client, q="trauma nynäshamn")
    shown = page(client, q="kvällskurs nynäshamn")
    (offer,) = [link for link in shown.of("ib-understood") if "oppen_for" in link.url]
    assert pages.pairs_of(offer.url) == [("q", "kvällskurs"), ("oppen_for", "0192")]
    assert pages.read(client.get(offer.url).text).total == 6 == shown.total - 1


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("more", [{}, {"status": "alla"}, {"ges_i": "0136"}, {"ges_i": "0136", "pendla": "ja"}])
def test_each_offer_gives_what_it_says(client: CheckingClient, asked: str, more: dict[str, str]) -> None:
    html = client.get("/sok", query_string={"q": asked, **more}).text
    for url, count in re.findall(r'<a class="ib-offer" href="([^"]+)">.*?<span class="ib-count">\s*(\d+)', html, re.DOTALL):
        assert pages.read(client.get(unescape(url)).text).total == int(count), url


def test_a_hit_by_a_synonym_alone_says_so(client: CheckingClient) -> None:
    html = client.get("/sok", query_string={"q": "dagis"}).text
    cards = {card: "Hittades via synonymen <em>förskola</em>" in card for card in re.findall(r"<article.*?</article>", html, re.DOTALL)}
    assert {("Öppen" in card): told for card, told in cards.items()} == {True: True, False: False}
    assert "<mark>förskola</mark>" in html
    assert "synonymen" not in client.get("/sok", query_string={"q": "förskola"}).text


def test_no_synonym_is_told_where_only_some_words_of_it_stand_or_what_is_not_searched(client: CheckingClient) -> None:
    html = client.get("/sok", query_string={"q": "ukraine"}).text
    cards = re.findall(r"<article.*?</article>", html, re.DOTALL)
    told = {"Bosättning" in card: "Hittades via synonymen <em>tillfälligt skydd</em>" in card for card in cards}
    assert told == {True: True}
    with client.application.test_request_context():
        search = current_search()
        shown = queries.by_ids(GUEST, db.session, range(1, 100))
        plan = search.planner.plan("ukraine")
        told = {row.title: synonym_of(row, plan, search.analysis) for row in shown}
    assert {title for title, synonym in told.items() if synonym} == {"Bosättning"}


def test_what_is_like_the_question_stands_below_and_is_not_counted(client: CheckingClient) -> None:
    shown = page(client, q="ortopedi")
    alike = [link.url for link in shown.of("ib-alike__cards") if link.url.startswith("/insatser/")]
    assert not set(alike) & set(shown.hits)
    answer = api(client, q="ortopedi")
    assert [item["url"].partition("/insatser/")[2] for item in answer["similar"]] == [url.partition("/insatser/")[2] for url in alike]
    assert len({*alike, *shown.hits}) == len(alike) + len(shown.hits) >= 1
    assert shown.total == answer["total"] == len(shown.hits)


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("more", [{}, {"exakt": "ja"}, {"status": "alla", "sortera": "titel"}])
def test_page_api_and_files_answer_alike(client: CheckingClient, asked: str, more: dict[str, str]) -> None:
    shown, answer = page(client, q=asked, **more), api(client, q=asked, **more)
    assert shown.total == answer["total"]
    assert shown.hits == ["/insatser/" + item["id"] for item in answer["items"]]
    alike = [link.url for link in shown.of("ib-alike__cards") if link.url.startswith("/insatser/")]
    assert alike == ["/insatser/" + item["id"] for item in answer["similar"]]
    told = {
        "any": "innehåller alla orden." in shown.notices,
        "corrected": "i stället." in shown.notices,
        "all": not shown.notices,
    }
    assert told[answer["mode"]], asked
    assert (answer["mode"] == "corrected") == (answer["corrected_to"] is not None)
    assert answer["suggestion"] is None or answer["suggestion"] in [link.text for link in shown.links]
    if shown.total:
        file = client.get("/sok/hamta.csv", query_string={"q": asked, **more}).data.decode("utf-8-sig")
        assert len(list(csv.DictReader(io.StringIO(file), delimiter=";"))) == shown.total
        address = next(link.url for link in shown.links if "hamta.csv" in link.url)
        assert client.get(address).data.decode("utf-8-sig") == file


def test_every_page_of_what_was_put_right_has_the_same_total(client: CheckingClient) -> None:
    seen: list[str] = []
    for number in (1, 2, 3):
        answer = api(client, q="kvälskurs", per_sida=3, sida=number)
        assert (answer["total"], answer["pages"], answer["mode"]) == (7, 3, "corrected")
        seen += [item["id"] for item in answer["items"]]
        shown = page(client, q="kvälskurs", per_sida=3, sida=number)
        assert (shown.total, len(shown.hits)) == (7, len(answer["items"]))
    assert len(set(seen)) == 7


def test_filters_of_what_was_put_right_are_counted_on_it(client: CheckingClient) -> None:
    counts = page(client, q="kvälskurs").counts()
    assert counts["ges_i", "0128"] == 7
    assert page(client, q="kvälskurs", ges_i="0128").total == 7
    empty = page(client, q="kvälskurs", ges_i="0136")
    assert (empty.total, empty.heading) == (0, "Vi hittade inga insatser för ”kvällskurs”")
    ways = {link.text: link for link in empty.of("ib-choices")}
    assert ways["Ta bort Haninge"].count == 7
    assert pages.read(client.get(ways["Ta bort Haninge"].url).text).total == 7


def test_places_of_several_starts_are_told_as_such(bare_app: Flask) -> None:
    with bare_app.app_context(), writing() as session:
        make_intervention(session, title="En start", occasions=[occasion(10, places=20, taken=5), occasion(40)])
        make_intervention(session, title="Två", occasions=[occasion(10, places=20, taken=18), occasion(40, places=9, taken=0)])
    index_all(bare_app)
    html = client_of(bare_app).get("/sok").text
    told = {
        "Två" in card: " ".join(re.sub("<[^<>]*>", " ", card.partition('class="ib-places')[2].partition(">")[2]).split())
        for card in re.findall(r"<article.*?</article>", html, re.DOTALL)
    }
    assert told == {False: "15 lediga platser", True: "11 lediga platser på 2 starter"}


def test_no_markup_of_a_question_reaches_the_page(client: CheckingClient) -> None:
    for asked in ("<b>samhälsorientering</b>", 'samhälsorientering"><script>alert(1)</script>', "trauma i Botkyrka<script>"):
        html = client.get("/sok", query_string={"q": asked}).text
        assert "<script>alert" not in html
        assert "<b>samh" not in html
