"""What is suggested for words that nobody has written: misspelt, put together, or written apart."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from insatsbas.search.engine import Vocabulary
from insatsbas.search.letters import Spellings, sounds
from insatsbas.search.query import LONGEST, clean
from insatsbas.search.spelling import Correction, Speller
from insatsbas.search.swedish import Analysis
from insatsbas.search.wordlists import WordLists

WORDS = """
    samhällsorientering språkcafé körkort körkortsteori trauma psykolog praktik ensamkommande barn sjuksköterska barnmorska
    svenska kurs kurser kvinnor hälsa skola simskola buss förare bussförare möbler skjorta arbete arbetsplats ledig tjänst
    ingenjör stöd insats insatser väntetid kontakt kontakter skyddat boende för och med
"""
NAMES = ("Haninge", "Jordbro", "Kungens kurva", "Västerhaninge")


@pytest.fixture(scope="module")
def speller(analysis: Analysis, lists: WordLists) -> Speller:
    """Suggests from a small vocabulary, the shipped synonyms and four names."""
    return Speller(Vocabulary(dict.fromkeys(WORDS.split(), 2) | {"kontakt": 40}), analysis, lists, NAMES)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("samhällsorintering", "samhällsorientering"),
        ("samhälsorientering", "samhällsorientering"),
        ("samhallsoreintering", "samhällsorientering"),
        ("körkårt", "körkort"),
        ("shjukskötterska", "sjuksköterska"),
        ("sjorta", "skjorta"),
        ("ingengör", "ingenjör"),
        ("pyskolog", "psykolog"),
        ("sykolog", "psykolog"),
        ("prakitk", "praktik"),
        ("traumma", "trauma"),
        ("ensammkomande", "ensamkommande"),
        ("espråkcafé", "språkcafé"),
        ("arbettsplats", "arbetsplats"),
        ("kontatk", "kontakt"),
        ("jodbro", "jordbro"),
        ("västehanninge", "västerhaninge"),
    ],
)
def test_what_was_meant_is_the_first_suggestion(speller: Speller, typed: str, meant: str) -> None:
    assert not speller.is_known(typed)
    assert speller.suggest(typed)[0] == meant


@pytest.mark.parametrize("word", ["x", "zq", "qwrtzx", "xyzzyxyzzy", "", "😀", "1234567", "ส" * 20, "ö" * 60])
def test_nothing_is_suggested_where_nothing_is_near(speller: Speller, word: str) -> None:
    assert speller.suggest(word) == []
    assert speller.correct(word) is None


@pytest.mark.parametrize(
    "word", ["körkortet", "korkort", "insatsens", "sfi", "dagis", "orientering", "jordbro", "ab", "2027", "och", "halsa"]
)
def test_a_word_that_finds_something_in_some_form_is_left_alone(speller: Speller, word: str) -> None:
    assert all(map(speller.is_known, word.split()))
    assert speller.correct(word) is None


@pytest.mark.parametrize(
    ("text", "corrected", "changed"),
    [
        ("körkårt", "körkort", [("körkårt", "körkort")]),
        ("Traumma i Jodbro", "Trauma i Jordbro", [("Traumma", "trauma"), ("Jodbro", "jordbro")]),
        ("TRAUMMA", "TRAUMA", [("TRAUMMA", "trauma")]),
        ('kurs "prakitk för kvinnor" -traumma', 'kurs "praktik för kvinnor" -trauma', [("prakitk", "praktik"), ("traumma", "trauma")]),
        ("samhälls orientering", "samhällsorientering", [("samhälls orientering", "samhällsorientering")]),
        ("väntetidskjorta", "väntetid skjorta", [("väntetidskjorta", "väntetid skjorta")]),
    ],
)
def test_the_whole_question_is_put_right_and_keeps_its_form(
    speller: Speller, text: str, corrected: str, changed: list[tuple[str, str]]
) -> None:
    assert speller.correct(text) == Correction(corrected, tuple(changed), is_sure=True)


# What the running texts of a catalogue have: near to a good many words that it lacks.
RUNNING = "illa köra känner hand ame mira mälsa hälsan hotar lika säkra menas civic musik omsorg sanna alla noga nord fler samtal"

FIRST_NAMES = "Ahmed Amina Maria Hassan Zahra Ali Fatima Mohamed Olena Yusuf Amir Leila Sara Omar Noor Aisha Ivan Oksana Abdi Hodan"


@pytest.mark.parametrize("word", ["islam", "koran", "cancer", "hund", "muslim", "Nynäs"])
def test_a_word_that_is_only_lacking_is_never_put_right(analysis: Analysis, lists: WordLists, word: str) -> None:
    made = Speller(Vocabulary(dict.fromkeys((WORDS + RUNNING).split(), 20)), analysis, lists, NAMES).correct(word)
    assert made is None or not made.is_sure


@pytest.mark.parametrize("name", FIRST_NAMES.split())
def test_a_persons_name_is_never_put_right(analysis: Analysis, lists: WordLists, name: str) -> None:
    speller = Speller(Vocabulary(dict.fromkeys((WORDS + RUNNING).split(), 20)), analysis, lists, NAMES)
    for typed in (name, name.lower(), f"{name} sfi", name.upper()):
        made = speller.correct(typed)
        assert made is None or not made.is_sure, typed


@pytest.mark.parametrize("typed", ["hund", "koran", "cancer", "Ahmed sfi", "Maria", "covid-19", "kurs 2027x", "sfi nynäs"])
def test_nothing_is_suggested_for_a_short_word_but_a_slip(analysis: Analysis, lists: WordLists, typed: str) -> None:
    speller = Speller(Vocabulary(dict.fromkeys((WORDS + RUNNING).split(), 20)), analysis, lists, NAMES)
    assert speller.correct(typed) is None


@pytest.mark.parametrize(("typed", "is_sure"), [("pyskolog", True), ("sykolog", False), ("ingengör", True), ("prakitk", True)])
def test_with_another_first_letter_it_is_never_sure(speller: Speller, typed: str, is_sure: bool) -> None:
    made = speller.correct(typed)
    assert made is not None
    assert made.is_sure is is_sure


def test_one_unsure_word_makes_the_question_unsure(speller: Speller) -> None:
    made = speller.correct("prakitk sykolog")
    assert made == Correction("praktik psykolog", (("prakitk", "praktik"), ("sykolog", "psykolog")), is_sure=False)


def test_a_word_of_a_longer_expression_is_neither_known_nor_meant(analysis: Analysis, lists: WordLists) -> None:
    speller = Speller(Vocabulary({"kurs": 3}), analysis, replace(lists, synonyms=(("abcdef ghijkl", "mnopqr"),)))
    assert not speller.is_known("ghijkl")
    assert speller.is_known("mnopqr")
    assert speller.suggest("ghijklm") == []
    assert speller.suggest("mnopqrs") == ["mnopqr"]


def test_a_stop_word_is_never_meant(speller: Speller) -> None:
    assert speller.suggest("eftersmo") == []


def test_of_two_as_near_the_commoner_is_meant(analysis: Analysis, lists: WordLists) -> None:
    for common, rare in (("ratten", "rutten"), ("rutten", "ratten")):
        speller = Speller(Vocabulary({common: 50, rare: 1}), analysis, lists)
        assert speller.suggest("rxtten")[0] == common


def test_only_some_words_of_a_question_are_looked_at(speller: Speller) -> None:
    made = speller.correct("traumma " * 20)
    assert made is not None
    assert len(made.changed) == 4
    assert made.text.split().count("traumma") == 16


@settings(derandomize=True, max_examples=300)
@given(
    st.one_of(
        st.text(max_size=300), st.lists(st.sampled_from(["traumma", '"', "-", "körkårt", "åäö", "x" * 70]), max_size=60).map(" ".join)
    )
)
@example("a" * 10_000)
@example("ǅ ﬁ İ ẞ")
def test_a_correction_changes_what_it_says_and_nothing_else(speller: Speller, text: str) -> None:
    made = speller.correct(text)
    if made is None:
        return
    taken = clean(text)
    assert made.text != taken
    assert re.sub(r"[\w ]", "", made.text) == re.sub(r"[\w ]", "", taken)
    assert len(made.text) <= LONGEST * 2
    for typed, meant in made.changed:
        assert typed in taken
        assert meant == meant.lower() != typed.lower()


# The distance


def slow_distance(one: str, other: str) -> float:
    """The plain distance, every edit one: what the weighed one can never be more than, but for what sets it off."""
    table = np.arange(len(other) + 1, dtype=float)[None].repeat(len(one) + 1, axis=0) + np.arange(len(one) + 1)[:, None]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (one[i - 1] != other[j - 1]))
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return float(table[-1, -1])


@settings(derandomize=True, max_examples=400)
@given(
    st.lists(st.text("abeksåäö", min_size=1, max_size=9), min_size=1, max_size=6, unique=True), st.text("abeksåäö", min_size=1, max_size=9)
)
def test_weighed_edits_never_cost_more_than_plain_ones(words: list[str], typed: str) -> None:
    rows, distances = Spellings(words).near(typed)
    for row, far in zip(rows, distances, strict=True):
        plain = slow_distance(typed, words[row])
        if plain <= 3:
            # Another first letter costs a little more than the edit itself.
            assert far <= plain + 0.41
        assert (far == 0) == (words[row] == typed)
    near = {words[row] for row in rows}
    assert {word for word in words if slow_distance(typed, word) <= 1} <= near


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("skjorta", "sjorta"),
        ("kjol", "tjol"),
        ("sätter", "setter"),
        ("station", "stasjon"),
        ("läxor", "leksor"),
        ("hjälp", "jälp"),
        ("åka", "oka"),
    ],
)
def test_words_that_sound_alike_are_heard_alike(one: str, other: str) -> None:
    assert sounds(one) == sounds(other)
