"""Finding, on a small catalogue made by hand: what answers, in which mode, and in which order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask

from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import Status
from insatsbas.core.db import db, writing
from insatsbas.search.engine import ACTIVE_ONLY, Facet, Filters, Hit, Question, Results, Sort
from insatsbas.search.query import Coded, Plan, Word
from insatsbas.search.service import current_search
from insatsbas.search.swedish import grams
from insatsbas.search.weights import FEW_HITS
from tests import factories
from tests.factories import make_intervention, occasion
from tests.search.conftest import ask

TODAY = date(2027, 3, 15)

# Title: what else there is to know of it. A summary says nothing unless it is told.
CATALOGUE: dict[str, dict[str, Any]] = {
    "Svenska i äldrevården": {"description": "Du lär dig orden som behövs på jobbet."},
    "Samtal om vardagen": {"description": "Vi pratar om vård, skola och svenska språket."},
    "Språkcafé på biblioteket": {"summary": "Öva svenska med andra.", "needs": ("samtal",)},
    "Svenska för invandrare på kvällen": {"summary": "Kurs på tre nivåer.", "needs": ("sfi",)},
    "Sfi för föräldralediga": {"summary": "Lär dig medan barnet leker.", "needs": ("svenska-foraldraledig",)},
    "Invandrare berättar på svenska": {"summary": "Kväll med föreläsning för alla.", "needs": ("kultur",)},
    "Körkortsteori på lätt språk": {"summary": "Teori för körkort.", "needs": ("korkort",)},
    "Läxhjälp": {"summary": "Hjälp med läxor efter skolan.", "needs": ("laxhjalp",)},
    "Simskola för kvinnor": {"summary": "Lär dig simma.", "needs": ("motion",)},
    "Hälsa på arabiska": {"summary": "Om mat och sömn.", "description": "En kurator är med.", "needs": ("halsokommunikation",)},
    "Kurator på mottagningen": {"summary": "Boka ett möte.", "needs": ("samtalsstod",)},
    "Ärlig ekonomi": {"summary": "Räkna på din lön.", "needs": ("ekonomi",)},
    "Åka kommunalt": {"summary": "Biljetter och tider.", "needs": ("myndigheter",)},
    "Öppen förskola": {"summary": "För barn och vuxna.", "needs": ("forskola-skola",)},
    "Zumba": {"summary": "Dans till musik.", "needs": ("motion",)},
    "Aktivitet utan plats": {"summary": "Ännu inte bestämt.", "needs": ("kultur",)},
    "Kurator i nätverk": {"summary": "För dig som möter nyanlända i jobbet. Kurator.", "needs": ("natverk",)},
    "Förra årets kurator": {"summary": "Slutade.", "needs": ("samtalsstod",), "status": Status.ENDED, "end_reason": None},
    "Kommande kurator": {"summary": "Skrivs på.", "needs": ("samtalsstod",), "status": Status.DRAFT},
    "Vilande simskola": {"summary": "Badet renoveras.", "needs": ("motion",), "status": Status.PAUSED},
}
OCCASIONS = {
    "Läxhjälp": [(30, 5)],
    "Zumba": [(10, 0), (40, 2)],
    "Öppen förskola": [(None, 9)],
    "Simskola för kvinnor": [(10, 7)],
    "Åka kommunalt": [(-10, 50)],
    "Ärlig ekonomi": [(10, None)],
}


@pytest.fixture(scope="module")
def filled(small_app: Flask) -> Iterator[dict[int, str]]:
    """The catalogue, indexed; titles by id."""
    patch = pytest.MonkeyPatch()
    patch.setattr("insatsbas.core.clock.today", lambda: TODAY)
    with small_app.app_context():
        for title, facts in CATALOGUE.items():
            starts = [
                occasion(days, places=None if left is None else 100, taken=None if left is None else 100 - left)
                for days, left in OCCASIONS.get(title, [])
            ]
            with writing() as session:
                named: dict[str, object] = {"summary": "Kom och var med.", "owner": "Huddinge kommun", **facts}
                make_intervention(session, title=title, occasions=starts, **named)  # type: ignore[arg-type]
    assert factories.index_all(small_app).is_equal
    with small_app.app_context():
        yield {row.id: row.title for row in db.session.query(Intervention)}
    patch.undo()


@dataclass(frozen=True)
class Finder:
    """The titles that answer a question, in order; `results` is the whole answer."""

    app: Flask
    titles: Mapping[int, str]

    def __call__(self, text: str = "", **named: Any) -> list[str]:
        return [self.titles[hit.id] for hit in self.results(text, **named).hits]

    def results(self, text: str = "", **named: Any) -> Results:
        return ask(self.app, text, **named)


@pytest.fixture
def found(small_app: Flask, filled: dict[int, str]) -> Finder:
    """Ask the small catalogue."""
    return Finder(small_app, filled)


STAFF = Filters(values=ACTIVE_ONLY, staff=True)


def test_an_empty_question_finds_every_active_one_for_participants(found: Finder, filled: dict[int, str]) -> None:
    active = {title for title, facts in CATALOGUE.items() if facts.get("status", Status.ACTIVE) is Status.ACTIVE}
    assert set(found()) == active - {"Kurator i nätverk"}
    answer = found.results()
    assert (answer.mode, answer.total) == ("all", len(active) - 1)
    assert {hit.score for hit in answer.hits} == {0.0}


def test_all_the_words_are_asked_for(found: Finder) -> None:
    assert set(found("svenska invandrare")) == {"Svenska för invandrare på kvällen", "Invandrare berättar på svenska"}
    assert found.results("svenska invandrare").mode == "all"


def test_any_of_the_words_when_none_has_all(found: Finder) -> None:
    answer = found.results("zumba läxhjälp")
    assert answer.mode == "any"
    assert set(found("zumba läxhjälp")) == {"Zumba", "Läxhjälp"}
    assert answer.total == 2


def test_nothing_is_nothing(found: Finder) -> None:
    answer = found.results("xyzzy")
    assert (answer.total, answer.mode, list(answer.hits)) == (0, "all", [])
    assert found("xyzzy qwerty") == []


def test_many_unknown_words_do_not_hide_the_known_one(found: Finder) -> None:
    unknown = " ".join(f"ordx{number}" for number in range(20))
    assert found.results(f"{unknown} zumba").mode == "any"
    assert found(f"{unknown} zumba") == ["Zumba"]
    assert found(f"zumba {unknown}") == ["Zumba"]


def test_a_phrase_is_found_in_that_order_only(found: Finder) -> None:
    assert found('"svenska för invandrare"') == ["Svenska för invandrare på kvällen"]
    assert found("”på svenska”") == ["Invandrare berättar på svenska"]
    assert found('"invandrare för svenska"') == []
    # A phrase is inflected as words are, and does not run from one text into another.
    assert found('"räkna på din löner"') == ["Ärlig ekonomi"]
    assert found('"biblioteket öva"') == []


def test_what_is_not_wanted_is_left_out(found: Finder) -> None:
    assert set(found("svenska -invandrare")) == set(found("svenska")) - {
        "Svenska för invandrare på kvällen",
        "Invandrare berättar på svenska",
    }
    assert "Svenska för invandrare på kvällen" not in found('invandrare -"svenska för invandrare"')
    assert "Invandrare berättar på svenska" in found('invandrare -"svenska för invandrare"')
    # A compound has its parts: who wants no vård wants no äldrevård.
    assert "Svenska i äldrevården" not in found("svenska -vård")
    assert set(found("-svenska")) == set(found()) - set(found("svenska"))
    assert found("zumba -zumba") == []


def test_a_word_is_found_within_a_compound(found: Finder) -> None:
    assert set(found("svenska vård")) == {"Svenska i äldrevården", "Samtal om vardagen"}
    assert "Svenska i äldrevården" in found("äldre")
    assert "Svenska i äldrevården" not in found("sjukvård")


def test_a_compound_is_found_where_its_parts_are_written_apart(found: Finder) -> None:
    assert "Samtal om vardagen" in found("vårdspråk")


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("aldrevard", "Svenska i äldrevården"),
        ("aldrevarden", "Svenska i äldrevården"),
        ("vard", "Svenska i äldrevården"),
        ("korkort", "Körkortsteori på lätt språk"),
        ("laxhjalp", "Läxhjälp"),
        ("sprakcafe", "Språkcafé på biblioteket"),
        ("forskola", "Öppen förskola"),
        ("halsan", "Hälsa på arabiska"),
        ("foraldraledig", "Sfi för föräldralediga"),
        ("oppen forskola", "Öppen förskola"),
        ("LÄXHJÄLPEN", "Läxhjälp"),
        ("simskolor", "Simskola för kvinnor"),
        ("kvinna", "Simskola för kvinnor"),
    ],
)
def test_a_word_is_found_inflected_and_without_dots(found: Finder, typed: str, title: str) -> None:
    assert title in found(typed)
    assert found.results(typed).mode == "all"


def test_an_abbreviation_and_a_synonym_find_what_they_stand_for(found: Finder) -> None:
    assert {"Svenska för invandrare på kvällen", "Sfi för föräldralediga"} <= set(found("sfi"))
    assert {"Svenska för invandrare på kvällen", "Sfi för föräldralediga"} <= set(found("svenska för invandrare"))
    assert "Öppen förskola" in found("dagis")
    assert "Språkcafé på biblioteket" in found("språkkafé")


def test_what_was_written_goes_before_what_it_may_mean(found: Finder) -> None:
    assert found("språkcafé")[0] == "Språkcafé på biblioteket"
    titles = found("dagis barn")
    assert titles == ["Öppen förskola"]
    score = found.results("förskola").hits[0].score
    assert score > found.results("dagis").hits[0].score > 0


def test_a_title_weighs_more_than_a_description(found: Finder) -> None:
    assert found("kurator") == ["Kurator på mottagningen", "Hälsa på arabiska"]
    scores = [hit.score for hit in found.results("kurator").hits]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 2 * scores[1] > 0


def test_what_is_for_staff_is_hidden_and_when_asked_for_comes_last(found: Finder) -> None:
    assert "Kurator i nätverk" not in found("kurator")
    for sort in Sort:
        titles = found("kurator", filters=STAFF, sort=sort)
        assert len(titles) == 3
        assert titles[-1] == "Kurator i nätverk", sort
        assert found(filters=STAFF, sort=sort)[-1] == "Kurator i nätverk", sort


def test_a_draft_is_never_found(found: Finder) -> None:
    every = Filters(values={Facet.STATUS: frozenset(status.value for status in Status)}, staff=True)
    assert "Kommande kurator" not in found("kurator", filters=every)
    assert "Förra årets kurator" in found("kurator", filters=every)
    assert found.results(filters=every).total == len(CATALOGUE) - 1


def test_needs_owner_municipality_and_terms_are_words_too(found: Finder) -> None:
    assert "Zumba" in found("motion")
    assert "Läxhjälp" in found("studiestöd")
    assert len(found("huddinge")) == len(found())


# Orders


def test_titles_are_sorted_as_swedish_sorts(found: Finder) -> None:
    titles = found(sort=Sort.TITLE)
    assert titles[0] == "Aktivitet utan plats"
    assert titles[-4:] == ["Zumba", "Åka kommunalt", "Ärlig ekonomi", "Öppen förskola"]
    assert titles == found("", sort=Sort.TITLE)
    assert found("på", sort=Sort.TITLE) == [title for title in titles if title in set(found("på"))]


def test_the_soonest_start_comes_first_and_what_has_none_last(found: Finder) -> None:
    titles = found(sort=Sort.START)
    assert titles[:4] == ["Simskola för kvinnor", "Zumba", "Ärlig ekonomi", "Läxhjälp"]
    # A start that has been, and an intake at any time, are no start to come; they follow by title.
    assert titles[4:] == [title for title in found(sort=Sort.TITLE) if title not in titles[:4]]


def test_most_places_left_come_first_and_the_unknown_last(found: Finder) -> None:
    titles = found(sort=Sort.PLACES)
    assert titles[:4] == ["Öppen förskola", "Simskola för kvinnor", "Läxhjälp", "Zumba"]
    # Places of a start that has been do not count; of the unknown, the one that starts goes first.
    assert titles[4] == "Ärlig ekonomi"
    assert set(titles[5:]) == set(found()) - set(titles[:5])


def test_without_words_the_active_go_first_then_those_that_start(found: Finder) -> None:
    every = Filters(values={Facet.STATUS: frozenset(("aktiv", "pausad", "avslutad"))})
    titles = found(filters=every)
    assert titles[-2:] == ["Vilande simskola", "Förra årets kurator"]
    assert set(titles[:4]) == {"Simskola för kvinnor", "Zumba", "Ärlig ekonomi", "Läxhjälp"}


def test_places_left_and_any_time(found: Finder) -> None:
    assert set(found(filters=Filters(values=ACTIVE_ONLY, places_left=True))) == {
        "Öppen förskola",
        "Simskola för kvinnor",
        "Läxhjälp",
        "Zumba",
    }


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("text", ["", "svenska", "på för", "kurs svenska"])
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_are_complete_and_in_one_order(found: Finder, sort: Sort, text: str, limit: int) -> None:
    whole = found.results(text, sort=sort)
    paged: list[Hit] = []
    for offset in range(0, whole.total + limit, limit):
        page = found.results(text, sort=sort, limit=limit, offset=offset)
        assert page.total == whole.total
        assert page.facets == whole.facets
        paged += page.hits
    assert paged == list(whole.hits)
    assert len({hit.id for hit in paged}) == whole.total


def test_relevance_never_rises_down_the_list(found: Finder) -> None:
    for text in ("svenska", "svenska kurs kväll", "zumba läxhjälp kurator"):
        assert all(one.score >= other.score for one, other in pairwise(found.results(text).hits))


def test_a_page_far_beyond_the_last_is_empty(found: Finder) -> None:
    answer = found.results("", offset=10**9)
    assert list(answer.hits) == []
    assert answer.total == len(found())


# What lifts, what orders, and what is like


def word(found: Finder, typed: str) -> Word:
    """A word in the texts themselves."""
    with found.app.app_context():
        return Word(current_search().analysis.stem(typed))


def planned(found: Finder, plan: Plan, **named: Any) -> Results:
    """The answer to a plan made by hand."""
    with found.app.app_context():
        return current_search().engine.find(Question(plan, Filters(values=ACTIVE_ONLY), TODAY, limit=100, **named))


def titles(found: Finder, answer: Results, *, similar: bool = False) -> list[str]:
    """The titles of an answer's hits, or of what is like them."""
    return [found.titles[hit.id] for hit in (answer.similar if similar else answer.hits)]


def test_a_lift_raises_what_it_matches_and_neither_adds_nor_leaves_out(found: Finder) -> None:
    svenska = Plan((word(found, "svenska"),))
    plain = planned(found, svenska)
    for lift in (word(found, "kväll"), Coded(Facet.NEED.value, frozenset(("sfi",))), word(found, "zumba"), Word("xyzzy")):
        lifted = planned(found, replace(svenska, lifts=(lift,)))
        assert {hit.id for hit in lifted.hits} == {hit.id for hit in plain.hits}
        assert (lifted.total, lifted.facets) == (plain.total, plain.facets)
    # A weak hit with what is named comes before a strong one without.
    samtal = Coded(Facet.NEED.value, frozenset(("samtal",)))
    lifted = planned(found, replace(svenska, lifts=(samtal,)))
    cafe = next(number for number, title in found.titles.items() if title == "Språkcafé på biblioteket")
    place, placed = ([hit.id for hit in answer.hits].index(cafe) for answer in (plain, lifted))
    assert placed < place
    # Without words there is nothing to lift.
    assert planned(found, Plan(lifts=(word(found, "zumba"),))).hits == planned(found, Plan()).hits


def test_grams_order_what_was_found_and_count_nothing(found: Finder) -> None:
    plain = planned(found, Plan((word(found, "svenska"),)))
    ordered = planned(found, Plan((word(found, "svenska"),), grams=frozenset(grams("föräldraledigheten"))))
    assert {hit.id for hit in ordered.hits} == {hit.id for hit in plain.hits}
    assert (ordered.total, ordered.facets) == (plain.total, plain.facets)
    assert [hit.score for hit in ordered.hits] != [hit.score for hit in plain.hits]
    assert all(one.score >= other.score for one, other in pairwise(ordered.hits))


def test_what_is_like_a_misspelt_word_is_told_apart_from_what_was_found(found: Finder) -> None:
    plan = Plan((Word("simskål"),), grams=frozenset(grams("simskolla")))
    answer = planned(found, plan)
    assert (answer.total, list(answer.hits)) == (0, [])
    assert all(not count for counts in answer.facets.values() for count in counts.values())
    assert titles(found, answer, similar=True) == ["Simskola för kvinnor"]
    assert 0 < answer.similar[0].score <= 1
    # Those that match are hits, and not like themselves; what must not match is not like either.
    assert titles(found, planned(found, replace(plan, clauses=(word(found, "simskola"),))), similar=True) == []
    assert titles(found, planned(found, replace(plan, excluded=(word(found, "kvinnor"),))), similar=True) == []
    # What the filters leave out is left out, and who only counts is told nothing.
    with found.app.app_context():
        elsewhere = Question(plan, Filters(values={Facet.STATUS: frozenset(("pausad",))}), TODAY)
        assert titles(found, current_search().engine.find(elsewhere), similar=True) == ["Vilande simskola"]
        assert current_search().engine.find(replace(elsewhere, limit=0)).similar == []


def test_what_is_for_staff_is_last_among_what_is_like_too(found: Finder) -> None:
    plan = Plan((Word("xyzzy"),), grams=frozenset(grams("kuratorn")))
    with found.app.app_context():
        answer = current_search().engine.find(Question(plan, STAFF, TODAY))
    assert len(answer.similar) == 3
    assert titles(found, answer, similar=True)[-1] == "Kurator i nätverk"


def test_many_hits_need_nothing_that_is_like_them(found: Finder) -> None:
    answer = planned(found, Plan((word(found, "svenska"),), grams=frozenset(grams("svenska"))))
    assert answer.total >= FEW_HITS
    assert list(answer.similar) == []


def test_the_vocabulary_is_the_words_as_written_and_how_many_have_them(found: Finder) -> None:
    with found.app.app_context():
        engine = current_search().engine
        vocabulary = engine.vocabulary()
        assert engine.vocabulary() is vocabulary
    assert vocabulary.words["zumba"] == 1
    assert vocabulary.words["kurator"] == 4
    assert vocabulary.words["äldrevården"] == 1
    assert vocabulary.words["språkcafé"] >= 1
    assert not {"Zumba", "xyzzy", "kommande"} & vocabulary.words.keys()
