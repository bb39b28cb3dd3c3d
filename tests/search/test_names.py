"""What words of a question name a municipality or a need, and what words only look as if they did."""

from dataclasses import replace

import pytest
from flask import Flask

from insatsbas.catalogue import need_actions
from insatsbas.catalogue.in_force_queries import in_force
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import SYSTEM
from insatsbas.search.names import Known, known
from insatsbas.search.service import current_search
from tests.factories import need


@pytest.fixture
def names(small_app: Flask) -> Known:
    """The names of Södertörn and of the needs that are laid in."""
    with small_app.app_context():
        return known(in_force(db.session).lists, current_search().analysis)


def meant(names: Known, text: str) -> list[tuple[str, str, str]]:
    """What is named in a text: label, parameter, code."""
    return [(name.label, name.facet, *name.codes) for name in names.within(text).values()]


@pytest.mark.parametrize(
    ("text", "label", "code"),
    [
        ("sfi Haninge", "Haninge", "0136"),
        ("sfi i haninge kommun", "Haninge", "0136"),
        ("STOCKHOLMS STAD", "Stockholm", "0180"),
        ("Huddinges språkcaféer", "Huddinge", "0126"),
        ("sodertalje", "Södertälje", "0181"),
        ("nynashamns lots", "Nynäshamn", "0192"),
        ("sfi i Handen", "Handen", "0136"),
        ("Jobb på Handens torg", "Handen", "0136"),
        ("öppen förskola jordbro", "Jordbro", "0136"),
        ("bad i Kungens kurva på kvällen", "Kungens kurva", "0126"),
        ("skogas", "Skogås", "0126"),
        ("Skogås", "Skogås", "0126"),
    ],
)
def test_a_municipality_is_known_by_its_name_and_by_its_places(names: Known, text: str, label: str, code: str) -> None:
    assert (label, "ges_i", code) in meant(names, text)


@pytest.mark.parametrize(
    "text",
    [
        "ont i nacken",
        "ont i handen",
        "ONT I HANDEN",
        "Handen",
        "Handen kommun",
        "-Haninge",
        '"i Haninge nu"',
        "promenad i skog",
        "nykvarnen",
        "haningar",
        "bad",
        "",
        "kommun",
        "stad",
    ],
)
def test_a_word_that_only_has_the_stem_of_a_place_is_a_word(names: Known, text: str) -> None:
    assert meant(names, text) == []


@pytest.mark.parametrize(
    ("text", "label", "code"),
    [
        ("trauma i Botkyrka", "Trauma och tortyr", "trauma"),
        ("sfi Haninge", "Svenska för invandrare (sfi)", "sfi"),
        ("svenska för invandrare", "Svenska för invandrare (sfi)", "sfi"),
        ("samhällsorientering på arabiska", "Samhällsorientering", "samhallsorientering"),
        ("samhallsorientering", "Samhällsorientering", "samhallsorientering"),
        ("körkortet", "Körkort och trafik", "korkort"),
        ("god man", "God man och särskilt förordnad vårdnadshavare", "god-man"),
        ("boende", "Boende", "boende"),
        ("fritid, nätverk och gemenskap", "Fritid, nätverk och gemenskap", "gemenskap"),
    ],
)
def test_a_need_is_known_by_its_label_and_by_what_only_it_is_about(names: Known, text: str, label: str, code: str) -> None:
    assert (label, "behov", code) in meant(names, text)


@pytest.mark.parametrize("text", ["stöd", "barn", "hjälp", "svenska", "nätverk", "praktik", "mentor", "kunskapsträffar"])
def test_a_word_that_several_needs_are_about_names_none_of_them_and_so_does_one_for_staff(names: Known, text: str) -> None:
    assert meant(names, text) == []


def test_a_part_of_a_label_is_the_narrower_need(names: Known) -> None:
    # "Psykisk hälsa och trauma" is the parent of "Trauma och tortyr".
    assert [code for _, _, code in meant(names, "trauma")] == ["trauma"]


@pytest.mark.parametrize(
    ("text", "label", "left"),
    [
        ("sfi i Haninge", "Haninge", "sfi"),
        ("sfi i Haninge", "Svenska för invandrare (sfi)", "i Haninge"),
        ("sfi i Haninge för mammor", "Haninge", "sfi för mammor"),
        ("Haninge, sfi", "Haninge", "sfi"),
        ("Haninge", "Haninge", ""),
        ("haninge kommun haninge", "Haninge", ""),
        ('"på kvällen" i jordbro -helg', "Jordbro", '"på kvällen" -helg'),
        ("nykvarns kommun", "Nykvarn", ""),
        ("Salems kommun för barn", "Salem", "för barn"),
        ("stockholms stad", "Stockholm", ""),
        ("sfi-kurs", "Svenska för invandrare (sfi)", "kurs"),
        ("kurs-sfi-grupp", "Svenska för invandrare (sfi)", "kurs grupp"),
        ("sfi -kurs", "Svenska för invandrare (sfi)", "-kurs"),
        ("sfi*", "Svenska för invandrare (sfi)", ""),
        ("(sfi)", "Svenska för invandrare (sfi)", ""),
        ("SFI:s kurs", "Svenska för invandrare (sfi)", "kurs"),
        ("sfi/haninge", "Haninge", "sfi"),
        ("sfi/haninge", "Svenska för invandrare (sfi)", "haninge"),
        ("sfi i Haninge eller Tyresö", "Tyresö", "sfi i Haninge"),
        ("Haninge och Tyresö", "Haninge", "Tyresö"),
        ('"sfi kurs" sfi -sfi', "Svenska för invandrare (sfi)", '"sfi kurs" -sfi'),
    ],
)
def test_what_is_left_of_a_question_without_a_name(names: Known, text: str, label: str, left: str) -> None:
    name = next(name for name in names.within(text).values() if name.label == label)
    assert names.without(text, name) == left


def test_what_a_need_is_called_counts_at_once_and_a_retired_one_is_not_named(small_app: Flask) -> None:
    def now(text: str) -> list[tuple[str, str, str]]:
        with small_app.app_context():
            return meant(known(in_force(db.session).lists, current_search().analysis), text)

    with small_app.app_context(), writing() as session:
        row = need(session, "korkort")
        need_actions.change(SYSTEM, session, row, replace(need_actions.facts_of(row), label="Trafikskola"))
    assert now("trafikskola") == [("Trafikskola", "behov", "korkort")]
    assert now("körkort") == []
    with small_app.app_context(), writing() as session:
        need_actions.retire(SYSTEM, session, need(session, "korkort"), retired=True)
    assert now("trafikskola") == []
