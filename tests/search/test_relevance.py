"""Search answers the judged questions as well as it has done: by no more than a hundredth worse than what stands in `baseline.toml`."""

import tomllib
from pathlib import Path

import pytest
from flask import Flask

from insatsbas.search.service import current_search
from insatsbas.search.spelling import Speller
from tests.search.judged import HALVES, Judged, read
from tests.search.relevance import Rank, demo_rank, first_suggestions, measured, ranking, swefaq
from tests.support.needs import data_folder

BASELINE = tomllib.loads(Path(__file__).with_name("baseline.toml").read_text("utf-8"))
_MOST_WORSE = 0.01
RENEW = "If that is meant, renew the figures by `python -m bench.relevance --record`, and say why."


@pytest.fixture(scope="module")
def rank(demo_app: Flask) -> Rank:
    """The demo catalogue's answers."""
    return demo_rank(demo_app)


def holds(name: str, rank: Rank, questions: list[Judged]) -> None:
    """Neither figure is more than a hundredth below what it was."""
    now, before = measured(rank, questions), BASELINE[name]
    assert now.mrr >= before["mrr"] - _MOST_WORSE, f"MRR@10 of {name} was {before['mrr']} and is {now.mrr}. {RENEW}"
    assert now.recall >= before["recall"] - _MOST_WORSE, f"recall@10 of {name} was {before['recall']} and is {now.recall}. {RENEW}"


@pytest.mark.parametrize("name", ["all", *HALVES])
def test_the_own_questions_are_answered_as_well_as_before(rank: Rank, name: str) -> None:
    holds(name, rank, [one for one in read() if name in ("all", one.half)])


def test_the_questions_of_authorities_are_answered_as_well_as_before(demo_app: Flask) -> None:
    file = data_folder() / "swefaq" / "swefaq_dev.jsonl"
    if not file.is_file():
        pytest.skip(f"{file} is not here.")
    answers, questions = swefaq(file)
    with demo_app.app_context(), ranking(answers, current_search()) as rank:
        holds("swefaq", rank, list(questions))


def test_misspelt_words_are_understood_as_well_as_before(demo_app: Flask) -> None:
    with demo_app.app_context():
        search = current_search()
        vocabulary = search.engine.vocabulary()
    before = BASELINE["misspelt"]
    speller = Speller(vocabulary, search.analysis, search.lists)
    now = first_suggestions(speller.suggest, vocabulary, search.analysis, before["seed"])
    assert now.words > 500
    assert now.same_word >= before["same_word"] - _MOST_WORSE, f"was {before['same_word']}, is {now.same_word}. {RENEW}"
