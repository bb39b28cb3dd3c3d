"""The one way to ask: as typed, put right where nothing is found, offered where little is; and the same on every page of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from insatsbas.catalogue import queries
from insatsbas.catalogue.in_force_queries import in_force
from insatsbas.catalogue.rules import Status
from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import GUEST
from insatsbas.search import finding
from insatsbas.search.engine import Vocabulary
from insatsbas.search.finding import Found, Suggestion, find
from insatsbas.search.forms import Asked
from insatsbas.search.names import known
from insatsbas.search.service import current_search
from insatsbas.search.spelling import Correction
from tests.factories import index_all, make_intervention
from tests.search.conftest import app_in


@pytest.fixture(scope="module")
def told_app(bare_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A catalogue of fifteen, of which one knows what is asked for here."""
    with app_in(tmp_path_factory.mktemp("found") / "data", bare_template) as app:
        with app.app_context(), writing() as session:
            make_intervention(session, title="Samhällsorientering", needs=["samhallsorientering"], given_in=["Haninge"])
            make_intervention(session, title="Traumastöd i grupp", needs=["trauma"], given_in=["Huddinge"])
            make_intervention(session, title="Trauma, tolk på plats", needs=["trauma"], given_in=["Botkyrka"])
            for number in range(12):
                make_intervention(session, title=f"Kvällskurs {number}", needs=["samtal"], given_in=["Salem"])
        index_all(app)
        yield app


def found(app: Flask, **asked: str) -> Found:
    """The answer to what an address asks."""
    with app.test_request_context():
        now = in_force(db.session)
        return find(current_search(), Asked(MultiDict(asked), now.lists), now, clock.today())


def titles(app: Flask, answer: Found) -> list[str]:
    """The titles of the hits."""
    with app.app_context():
        return [row.title for row in queries.by_ids(GUEST, db.session, [hit.id for hit in answer.results.hits])]


def test_what_is_found_as_typed_is_the_answer(told_app: Flask) -> None:
    answer = found(told_app, q="samhällsorientering")
    assert (answer.mode, answer.corrected_to, answer.suggestion, answer.results.total) == ("all", "", None, 1)


def test_where_nothing_is_found_the_word_is_put_right_at_once(told_app: Flask) -> None:
    answer = found(told_app, q="Samhälsorientering")
    assert (answer.mode, answer.corrected_to, answer.results.total) == ("corrected", "Samhällsorientering", 1)
    assert titles(told_app, answer) == ["Samhällsorientering"]


def test_one_can_insist_on_what_was_typed(told_app: Flask) -> None:
    answer = found(told_app, q="samhälsorientering", exakt="ja")
    assert (answer.mode, answer.corrected_to, answer.results.total) == ("all", "", 0)
    assert answer.suggestion == Suggestion("samhällsorientering", 1)


def test_what_may_be_another_word_is_offered_and_not_answered(told_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    unsure = Correction("trauma", (("trauna", "trauma"),), is_sure=False)
    monkeypatch.setattr(finding, "_correct", lambda _search, _text, _names: unsure)
    answer = found(told_app, q="trauna")
    assert (answer.mode, answer.corrected_to, answer.results.total, answer.suggestion) == ("all", "", 0, Suggestion("trauma", 2))


def test_no_word_is_told_that_only_what_is_withdrawn_has(told_app: Flask) -> None:
    with told_app.app_context(), writing() as session:
        made = make_intervention(session, title="Flamingodans", needs=["kultur"])
    index_all(told_app)
    assert found(told_app, q="flamingodnas").corrected_to == "flamingodans"
    with told_app.app_context(), writing() as session:
        session.merge(made).status = Status.DRAFT
    index_all(told_app)
    with told_app.test_request_context():
        assert "flamingodans" in current_search().engine.vocabulary().words, "the index has not been written anew"
    for words in ("flamingodnas", "flamingodnas kvällskurs"):
        answer = found(told_app, q=words)
        assert (answer.corrected_to, answer.suggestion) == ("", None), words


def test_a_misspelt_word_of_a_place_is_put_right_though_nothing_has_that_word_alone(told_app: Flask) -> None:
    assert found(told_app, q="kungens kurvaa").corrected_to == "kungens kurva"


def test_what_is_paused_keeps_no_words_from_being_enough(told_app: Flask) -> None:
    with told_app.app_context(), writing() as session:
        made = make_intervention(session, title="Trauma och kvällskurs", needs=["trauma"], status=Status.PAUSED)
    index_all(told_app)
    answer = found(told_app, q="trauma kvällskurs")
    assert (answer.mode, answer.results.total, answer.question.any_word) == ("any", 14, True)
    assert answer.results.facets["status"] == {"aktiv": 14, "pausad": 1}
    seen = [hit.id for page in "123" for hit in found(told_app, q="trauma kvällskurs", per_sida="5", sida=page).results.hits]
    assert len(set(seen)) == len(seen) == 14
    for chosen, mode, total in (("alla", "all", 1), ("pausad", "all", 1), ("aktiv", "any", 14)):
        answer = found(told_app, q="trauma kvällskurs", status=chosen)
        assert (answer.mode, answer.results.total) == (mode, total), chosen
    # What the other filters hide is for them to bring back: the words stay as they are understood.
    nowhere = found(told_app, q="trauma i grupp", ges_i="0140")
    assert (nowhere.results.total, nowhere.question.any_word) == (0, False)
    with told_app.app_context(), writing() as session:
        session.delete(session.merge(made))
    index_all(told_app)


def test_where_some_words_are_found_what_may_be_meant_is_offered_with_its_count(told_app: Flask) -> None:
    answer = found(told_app, q="samhälsorientering kvällskurs")
    assert (answer.mode, answer.corrected_to, answer.results.total) == ("any", "", 12)
    assert answer.suggestion is not None
    assert answer.suggestion.text == "samhällsorientering kvällskurs"
    assert answer.suggestion.total == found(told_app, q=answer.suggestion.text).results.total == 13


def test_nothing_is_put_right_that_somebody_has_written(told_app: Flask) -> None:
    for words in ("trauma", "kvällskurs", "haninge", "trauma haninge", "-kvällskurs", ""):
        answer = found(told_app, q=words)
        assert (answer.corrected_to, answer.suggestion) == ("", None), words


def test_what_is_nothing_known_is_left_alone(told_app: Flask) -> None:
    answer = found(told_app, q="xyzzyqwx")
    assert (answer.mode, answer.corrected_to, answer.suggestion, answer.results.total) == ("all", "", None, 0)


def test_the_pages_of_what_was_put_right_are_pages_of_the_same(told_app: Flask) -> None:
    seen: list[int] = []
    for page in ("1", "2", "3", "4"):
        answer = found(told_app, q="kvälskurs", per_sida="5", sida=page)
        assert (answer.mode, answer.corrected_to, answer.results.total) == ("corrected", "kvällskurs", 12)
        seen += [hit.id for hit in answer.results.hits]
    assert len(seen) == len(set(seen)) == 12


def test_where_the_filters_are_in_the_way_the_word_is_still_put_right(told_app: Flask) -> None:
    answer = found(told_app, q="samhälsorientering", ges_i="0181")
    assert (answer.mode, answer.corrected_to, answer.results.total) == ("corrected", "samhällsorientering", 0)


def test_a_place_lifts_and_never_empties(told_app: Flask) -> None:
    answer = found(told_app, q="trauma i Botkyrka")
    assert [name.label for name in answer.question.plan.named] == ["Trauma och tortyr", "Botkyrka"]
    assert (answer.mode, titles(told_app, answer)) == ("all", ["Trauma, tolk på plats", "Traumastöd i grupp"])
    nowhere = found(told_app, q="trauma nynäshamn")
    assert nowhere.results.total == 2
    assert found(told_app, q="trauma jordbro").results.total == 2


def test_a_place_alone_is_what_was_asked_for(told_app: Flask) -> None:
    assert titles(told_app, found(told_app, q="Huddinge"))[0] == "Traumastöd i grupp"
    assert titles(told_app, found(told_app, q="jordbro")) == ["Samhällsorientering"]


def test_words_as_they_stand_name_nothing(told_app: Flask) -> None:
    answer = found(told_app, q="trauma nynäshamn", exakt="ja")
    assert answer.question.plan.named == ()
    assert answer.mode == "any"


def test_a_misspelt_place_is_put_right_too(told_app: Flask) -> None:
    answer = found(told_app, q="jodbro")
    assert (answer.corrected_to, titles(told_app, answer)) == ("jordbro", ["Samhällsorientering"])


def test_a_new_word_is_known_when_it_is_indexed(told_app: Flask) -> None:
    assert found(told_app, q="keramikk").corrected_to == ""
    with told_app.app_context(), writing() as session:
        made = make_intervention(session, title="Keramik", needs=["kultur"])
    index_all(told_app)
    assert found(told_app, q="keramikk").corrected_to == "keramik"
    with told_app.app_context(), writing() as session:
        session.delete(session.merge(made))
    index_all(told_app)


def test_the_speller_of_a_large_vocabulary_is_kept_for_a_while(told_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with told_app.test_request_context():
        search = current_search()
        names = known(in_force(db.session).lists, search.analysis)
        now = [0.0]
        spelling = finding._Spelling(lambda: now[0])
        monkeypatch.setattr(finding, "_LARGE", 2)
        words = [Vocabulary({"ett": 1, "två": 1}), Vocabulary({"tre": 1, "fyra": 1}), Vocabulary({"fem": 1})]
        monkeypatch.setattr(type(search.engine), "vocabulary", lambda _self: words[0])
        first = spelling.corrector(search, names)
        words.pop(0)
        now[0] = 59.0
        assert spelling.corrector(search, names) is first
        now[0] = 61.0
        second = spelling.corrector(search, names)
        assert second.vocabulary is words[0]
        words.pop(0)
        assert spelling.corrector(search, names).vocabulary is words[0], "a small one is made anew at once"


def test_words_written_apart_are_offered_together_only_where_that_finds_more(told_app: Flask) -> None:
    answer = found(told_app, q="samhälls orientering")
    assert (answer.mode, answer.results.total, answer.suggestion) == ("all", 1, None)
