"""The number at each value of a filter is what choosing it gives: through the API and the page, on every catalogue we have.

Two things are shown. Without words each number equals a plain SQL count that knows no engine (`counting`). With or without
words, whatever else is chosen, the number at a value equals the total that choosing that value alone gives.
"""

import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, TypeAlias
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from insatsbas.catalogue import queries
from insatsbas.catalogue.queries import Lists
from insatsbas.core import clock
from insatsbas.core.db import db
from insatsbas.core.viewer import GUEST
from insatsbas.organisations.queries import commuting_from
from insatsbas.search.engine import Results
from insatsbas.search.forms import Asked
from insatsbas.search.service import current_search
from tests.conftest import client_of
from tests.search import pages
from tests.search.counting import FACETS, SWITCHES, WORDS, alone, random_search, sql_count, values_of
from tests.search.pages import Pairs, SearchPage

Json: TypeAlias = Mapping[str, Any]


class Reader:
    """Reads one catalogue through the API and the page, without looking at each page as `client_of` does."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._client = FlaskClient(app, app.response_class)
        with app.app_context():
            self.lists: Lists = queries.lists(db.session)
            self.values = values_of(self.lists)

    def api(self, pairs: Pairs, **more: object) -> Json:
        response = self._client.get("/api/v1/insatser?" + urlencode([*pairs, *more.items()]))
        assert response.status_code == 200, response.get_data(as_text=True)
        found: Json = response.get_json()
        return found

    def total(self, pairs: Pairs) -> int:
        number: int = self.api(pairs, per_sida=1)["total"]
        return number

    def items(self, pairs: Pairs) -> list[Json]:
        first = self.api(pairs, per_sida=100)
        more = [self.api(pairs, per_sida=100, sida=number)["items"] for number in range(2, first["pages"] + 1)]
        return [*first["items"], *(item for items in more for item in items)]

    def find(self, pairs: Pairs) -> Results:
        """What the engine answers, with no HTTP between."""
        with self.app.app_context():
            search, reach = current_search(), commuting_from(db.session)
            return search.engine.find(Asked(MultiDict(pairs), self.lists).question(search.planner, reach, clock.today()))

    def page(self, pairs: Pairs | str) -> SearchPage:
        response = self._client.get(pairs if isinstance(pairs, str) else "/sok?" + urlencode(pairs))
        assert response.status_code == 200
        return pages.read(response.get_data(as_text=True))

    def counts(self, pairs: Pairs) -> dict[tuple[str, str], int]:
        facets = self.api(pairs, per_sida=1)["facets"]
        return {(name, option["value"]): option["count"] for name in FACETS for option in facets[name]}


@pytest.fixture
def reader(some_app: Flask) -> Reader:
    """Each catalogue in turn."""
    return Reader(some_app)


def searches(reader: Reader, seed: int, count: int, *, words: bool) -> Iterator[tuple[Random, Pairs]]:
    """Searches by chance, the same at each run."""
    random = Random(seed)
    for _ in range(count):
        yield random, random_search(random, reader.values, words=words)


# Against plain SQL


def test_every_number_of_an_empty_search_is_a_plain_count(reader: Reader) -> None:
    counts = reader.counts([])
    with reader.app.app_context():
        assert reader.total([]) == sql_count(db.session, [], clock.today())
        for (name, value), count in counts.items():
            assert count == sql_count(db.session, [(name, value)], clock.today()), (name, value)


def test_numbers_without_words_are_plain_counts_whatever_is_chosen(reader: Reader) -> None:
    for _, pairs in searches(reader, seed=1, count=14, words=False):
        answer = reader.api(pairs, per_sida=1)
        with reader.app.app_context():
            assert answer["total"] == sql_count(db.session, pairs, clock.today()), pairs
            for name in FACETS:
                for option in answer["facets"][name]:
                    expected = sql_count(db.session, alone(pairs, name, option["value"]), clock.today())
                    assert option["count"] == expected, (pairs, name, option)


def test_the_page_tells_the_same_numbers_as_sql(reader: Reader) -> None:
    for _, pairs in searches(reader, seed=2, count=4, words=False):
        page = reader.page(pairs)
        with reader.app.app_context():
            assert page.total == sql_count(db.session, pairs, clock.today()), pairs
            for (name, value), count in page.counts().items():
                assert count == sql_count(db.session, alone(pairs, name, value), clock.today()), (pairs, name, value)


# Against choosing


def test_the_number_in_the_api_is_what_choosing_gives(reader: Reader) -> None:
    for random, pairs in searches(reader, seed=3, count=20, words=True):
        counts = reader.counts(pairs)
        for name, value in random.sample(sorted(counts), 3):
            assert counts[name, value] == reader.total(alone(pairs, name, value)), (pairs, name, value)


def test_the_number_on_the_page_is_what_choosing_gives(reader: Reader) -> None:
    for random, pairs in searches(reader, seed=4, count=5, words=True):
        counts = reader.page(pairs).counts()
        for name, value in [*random.sample(sorted(counts), 2), ("pendla", "ja")]:
            assert counts[name, value] == reader.page(alone(pairs, name, value)).total, (pairs, name, value)


def test_page_and_api_tell_the_same(reader: Reader) -> None:
    for _, pairs in searches(reader, seed=5, count=4, words=True):
        page, answer = reader.page(pairs), reader.api(pairs)
        counts = {(name, option["value"]): option["count"] for name in FACETS for option in answer["facets"][name]}
        drawn = page.counts()
        assert page.total == answer["total"]
        assert {key: drawn[key] for key in drawn if key[0] != "pendla" and key in counts} == {
            key: counts[key] for key in counts if key in drawn
        }
        # What the page draws and the API does not know, no entry has; and what the page leaves out has nothing to show.
        assert {key for key in drawn.keys() - counts.keys() if drawn[key]} <= {("pendla", "ja")}
        assert {key for key in counts.keys() - drawn.keys() if counts[key]} == set()
        assert [hit.rsplit("/")[-1] for hit in page.hits] == [item["id"] for item in answer["items"]]


@pytest.mark.parametrize("seed", range(4))
def test_for_hundreds_of_searches_the_engine_counts_what_choosing_gives(random_app: Flask, seed: int) -> None:
    """The same once more without HTTP between, so that there may be many: 240 searches, eight values of each."""
    reader = Reader(random_app)
    for random, pairs in searches(reader, seed=100 + seed, count=60, words=True):
        facets = reader.find(pairs).facets
        every = [(name, value) for name, counts in facets.items() for value in counts]
        for name, value in random.sample(every, 8):
            assert facets[name][value] == reader.find(alone(pairs, name, value)).total, (pairs, name, value)


# What the numbers mean


def test_every_value_of_the_data_stands_in_its_facet(reader: Reader) -> None:
    facets = reader.api([("status", "alla"), ("personal", "ja")], per_sida=1)["facets"]
    told = {name: {option["value"] for option in facets[name]} for name in facets}
    with reader.app.app_context():
        rows = list(db.session.scalars(queries.visible(GUEST)))
        for row in rows:
            assert row.owner.slug in told["anordnare"]
            assert row.status.value in told["status"]
            assert row.form is None or row.form.value in told["form"]
            assert {need.code for need in row.needs} | {need.parent.code for need in row.needs if need.parent} <= told["behov"]
            assert {m.code for m in row.given_in} <= told["ges_i"]
            assert {m.code for m in row.open_for} <= told["oppen_for"]
            assert row.level_required is None or str(row.level_required.value) in told["klarat"]
        of_terms = {"vem": "eligibility", "passar": "audience", "tid": "time", "sprak": "language", "stod": "support", "vag_in": "way_in"}
        for name, kind in of_terms.items():
            assert {term.code for row in rows for term in row.terms if term.kind == kind} <= told[name]
    assert told["ges_i"] == told["oppen_for"] == {m.code for m in reader.lists.municipalities}
    labels = [option["label"] for options in facets.values() for option in options]
    assert all(label.strip() for label in labels)


def test_what_has_no_municipality_matches_every_one(random_app: Flask) -> None:
    reader = Reader(random_app)
    for name in ("ges_i", "oppen_for"):
        field = {"ges_i": "given_in", "oppen_for": "open_for"}[name]
        anywhere = {item["id"] for item in reader.items([("status", "alla")]) if not item[field]}
        assert anywhere
        for code in reader.values[name][:4]:
            items = reader.items([("status", "alla"), (name, code)])
            assert {item["id"] for item in items if not item[field]} == anywhere
            assert all(code in item[field] or not item[field] for item in items)


def test_commuting_widens_where_it_is_given_and_nothing_else(random_app: Flask) -> None:
    reader = Reader(random_app)
    with random_app.app_context():
        reach = commuting_from(db.session)
    for code in reader.values["ges_i"]:
        near = reader.items([("ges_i", code)])
        far = reader.items([("ges_i", code), ("pendla", "ja")])
        assert {item["id"] for item in near} <= {item["id"] for item in far}
        assert all(not item["given_in"] or set(item["given_in"]) & reach[code] for item in far)
    assert reader.total([("pendla", "ja")]) == reader.total([])
    assert (
        reader.counts([("oppen_for", "0126"), ("pendla", "ja")])["oppen_for", "0136"]
        == reader.counts([("oppen_for", "0126")])["oppen_for", "0136"]
    )


def test_a_parent_need_includes_its_parts(reader: Reader) -> None:
    counts = reader.counts([("status", "alla"), ("personal", "ja")])
    parts: dict[str, list[str]] = {}
    code_of = {need.id: need.code for need in reader.lists.needs}
    for need in reader.lists.needs:
        if need.parent_id is not None:
            parts.setdefault(code_of[need.parent_id], []).append(need.code)
    for parent, codes in parts.items():
        known = [counts[name, code] for name, code in counts if name == "behov" and code in codes]
        assert max(known, default=0) <= counts.get(("behov", parent), 0)
        together = reader.total([("status", "alla"), ("personal", "ja"), *(("behov", code) for code in codes)])
        assert together <= counts.get(("behov", parent), 0)


def test_what_has_been_passed_is_cumulative(reader: Reader) -> None:
    counts = reader.counts([])
    rising = [counts["klarat", str(level)] for level in range(7)]
    assert rising == sorted(rising)
    with reader.app.app_context():
        assert rising[-1] == sql_count(db.session, [("klarat", "6")], clock.today())


def test_several_values_of_one_filter_are_or_and_filters_are_and(random_app: Flask) -> None:
    reader = Reader(random_app)
    first, second = reader.counts([])["form", "pa-plats"], reader.counts([])["form", "pa-distans"]
    assert reader.total([("form", "pa-plats"), ("form", "pa-distans")]) == first + second
    assert (
        reader.total([("form", "pa-plats"), ("nar_som_helst", "ja")])
        == reader.counts([("form", "pa-plats")])["nar_som_helst", "ja"]
        < first
    )


def test_a_switch_says_no_as_well(random_app: Flask) -> None:
    reader = Reader(random_app)
    for name in (*SWITCHES, "pendla"):
        assert reader.total([(name, "nej")]) == reader.total([])


# Ways on


def empty_searches(reader: Reader, count: int) -> Iterator[Pairs]:
    """Searches that find nothing."""
    found = 0
    random = Random(6)
    for _ in range(2000):
        pairs = random_search(random, reader.values, words=True, most=6)
        # By any of the words there may be hits: the page looks for those too.
        if reader.find(pairs).total == 0 and reader.page(pairs).total == 0:
            yield pairs
            found += 1
        if found == count:
            return
    raise AssertionError("too few searches find nothing")


def test_each_way_out_of_an_empty_list_gives_what_it_says(reader: Reader) -> None:
    ways = 0
    for pairs in empty_searches(reader, 8):
        page = reader.page(pairs)
        assert page.total == 0
        assert page.hits == []
        told = [link for link in page.links if link.count is not None and link.place in ("ib-choices", "ib-choices--columns", "ib-panel")]
        for link in told:
            there = reader.page(link.url)
            assert there.total == link.count, (pairs, link)
            ways += bool(link.count)
        offered = [link for link in told if link.place == "ib-choices"]
        counts = [link.count or 0 for link in offered if link.text != "Rensa alla filter"]
        assert counts == sorted(counts, reverse=True)
        assert "Rensa alla filter" not in [link.text for link in offered[:-1]], "what loses everything comes last"
        assert page.of("ib-choices--columns"), "all needs, to begin again with"
    assert ways >= 8


def test_where_taking_one_filter_away_helps_it_is_offered(reader: Reader) -> None:
    missed = []
    for pairs in empty_searches(reader, 8):
        offered = {tuple(sorted(pages.pairs_of(link.url))) for link in reader.page(pairs).links if link.place == "ib-choices"}
        for name in {name for name, _ in pairs} - {"q", "status", "pendla", "personal"}:
            without = [pair for pair in pairs if pair[0] != name]
            if reader.find(without).total and tuple(sorted(without)) not in offered:
                missed.append((pairs, name))
    assert missed == []


def test_the_knowledge_bank_has_what_its_link_gives(reader: Reader) -> None:
    shown = 0
    for _, pairs in searches(reader, seed=7, count=6, words=True):
        panel = reader.page(pairs).of("ib-panel")
        for link in panel:
            assert link.count == reader.page(link.url).total, (pairs, link)
            assert {value for name, value in pages.pairs_of(link.url) if name == "status"} == {"pausad", "avslutad"}
            shown += 1
    assert shown or not reader.total([("status", "pausad"), ("status", "avslutad")])


def canonical(pairs: Pairs) -> Pairs:
    """The parameters of a search without what is at its default and what a page is: as the form would send them."""
    named = [(name, value) for name, value in pairs if name not in ("sida", "status") and value and (name, value) != ("per_sida", "20")]
    statuses = {value for name, value in pairs if name == "status"} or {"aktiv"}
    statuses = {"aktiv", "pausad", "avslutad"} if "alla" in statuses else statuses
    return sorted({*named, *(("status", status) for status in statuses)})


def test_each_chip_takes_away_its_own_filter_and_no_other(reader: Reader) -> None:
    for _, pairs in searches(reader, seed=8, count=5, words=True):
        page = reader.page([*pairs, ("sortera", "titel"), ("per_sida", "7")])
        chips = page.of("chip")
        here = (
            [pair for pair in pairs if pair not in (("status", "aktiv"), ("q", ""))]
            if {v for n, v in pairs if n == "status"} <= {"aktiv"}
            else pairs
        )
        gone: Pairs = []
        for chip in chips:
            there = pages.pairs_of(chip.url)
            assert {("sortera", "titel"), ("per_sida", "7")} <= set(there)
            removed = set(here) - set(there)
            assert len(removed) == 1, (pairs, chip)
            assert set(there) <= {*here, ("sortera", "titel"), ("per_sida", "7")}
            assert "Öppen för Öppen för" not in chip.text
            gone += removed
        assert sorted(gone) == sorted(pair for pair in here if pair[0] != "q")


def test_every_address_of_a_search_leads_to_the_search_it_says(reader: Reader) -> None:
    for random, pairs in searches(reader, seed=9, count=3, words=True):
        page = reader.page([*pairs, ("sortera", random.choice(["start", "titel"]))])
        links = [link for link in page.links if re.match(r"/sok(\?|$)", link.url) and link.place != "ib-hits"]
        # What the form would send again is the same search.
        assert reader.page(page.state()).state() == page.state()
        for link in random.sample(links, min(4, len(links))):
            there = reader.page(link.url)
            assert canonical(there.state()) == canonical(pages.pairs_of(link.url)), (pairs, link)


def test_pages_follow_on_each_other_and_hold_every_hit_once(random_app: Flask) -> None:
    reader = Reader(random_app)
    start: Pairs = [("status", "alla"), ("per_sida", "7"), ("sortera", "titel")]
    seen: list[str] = []
    page = reader.page(start)
    total = page.total
    for _ in range(100):
        seen += page.hits
        following = [link.url for link in page.of("govuk-pagination") if "Nästa" in link.text]
        if not following:
            break
        page = reader.page(following[0])
        assert page.total == total
    assert len(seen) == len(set(seen)) == total > 50
    items = [
        item["id"]
        for number in (1, 2, 3)
        for item in reader.api([("status", "alla"), ("sortera", "titel")], sida=number, per_sida=50)["items"]
    ]
    assert [url.rsplit("/", 1)[-1] for url in seen][: len(items)] == items


def test_what_is_wrong_is_dropped_on_the_page_and_refused_by_the_api(demo_app: Flask) -> None:
    client = FlaskClient(demo_app, demo_app.response_class)
    wrong = {
        "behov": "finns-inte",
        "ges_i": "9999",
        "status": "utkast",
        "klarat": "7",
        "form": "x",
        "anordnare": "x",
        "lediga": "kanske",
        "sortera": "pris",
        "sida": "0",
        "per_sida": "101",
    }
    whole = Reader(demo_app).total([("tid", "kvallstid")])
    for name, value in wrong.items():
        page = client.get("/sok", query_string={name: value, "tid": "kvallstid"})
        assert page.status_code == 200
        found = pages.read(page.get_data(as_text=True))
        assert "Vi tog bort" in found.notices, name
        assert found.total == whole
        problem = client.get("/api/v1/insatser", query_string={name: value})
        assert problem.status_code == 400
        assert problem.mimetype == "application/problem+json"
        assert name in str(problem.get_json()), name
    assert client.get("/api/v1/insatser?okand=1").status_code == 400
    # All of them at once, looked at as every page is.
    assert client_of(demo_app).get("/sok", query_string=wrong).status_code == 200


def test_all_words_that_are_tried_find_something_somewhere(demo_app: Flask, random_app: Flask) -> None:
    """The searches by chance are worth something: most of their words find something."""
    found = [word for word in WORDS if Reader(random_app).total([("q", word)]) or Reader(demo_app).total([("q", word)])]
    assert len(found) >= len(WORDS) - 3
