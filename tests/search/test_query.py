"""What a person types, read by our own reader: words, phrases and -not, and nothing that can nest, repeat or scan."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from insatsbas.search.engine import Facet
from insatsbas.search.query import (
    LONGEST,
    MOST_CLAUSES,
    AllOf,
    AnyOf,
    Coded,
    Name,
    Names,
    Node,
    Phrase,
    Plan,
    Planner,
    Synonym,
    Word,
    clean,
)
from insatsbas.search.swedish import Analysis, grams
from insatsbas.search.wordlists import WordLists


def leaves(nodes: tuple[Node, ...]) -> Iterator[Word | Phrase | Coded]:
    """The words, phrases and codes of a plan."""
    for node in nodes:
        match node:
            case AllOf():
                yield from leaves(node.nodes)
            case AnyOf():
                yield from leaves(tuple(choice for choice, _ in node.choices))
                yield from leaves((node.otherwise,) if node.otherwise else ())
            case _:
                yield node


def depth(node: Node | None) -> int:
    """How deep a node nests."""
    match node:
        case AllOf():
            return 1 + max(map(depth, node.nodes))
        case AnyOf():
            return 1 + max(map(depth, (*(choice for choice, _ in node.choices), node.otherwise)))
        case _:
            return 1


def stems(planner: Planner, text: str) -> set[str]:
    """Every stem that a question would look for in words."""
    found = leaves(planner.plan(text).clauses)
    return {stem for leaf in found for stem in stems_of(leaf)}


def stems_of(leaf: Word | Phrase | Coded) -> tuple[str, ...]:
    """The stems that a leaf looks for."""
    match leaf:
        case Word():
            return (leaf.stem,)
        case Phrase():
            return leaf.stems
        case Coded():
            return ()


# Cleaning


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("  svenska \t\n kurs  ", "svenska kurs"),
        ("sfi\x00kurs", "sfi kurs"),
        ("a\u030aldrevård", "åldrevård"),
        ("\u202esvenska\u202c", "svenska"),
        ("\u200bkurs\ufeff", "kurs"),
        ("\ud800kurs", "kurs"),
        ("👩🏽‍🎓 kurs", "👩🏽 🎓 kurs"),
        ("", ""),
        ("\x00\x01\x7f\u2028", ""),
        ("ord " * 2500, ("ord " * 50).strip()),
        ("x" * 10_000, "x" * 200),
    ],
)
def test_only_visible_signs_are_taken_and_not_too_many(typed: str, taken: str) -> None:
    assert clean(typed) == taken


@settings(derandomize=True, max_examples=500)
@given(st.text(alphabet=st.characters(), max_size=400))
def test_what_is_cleaned_is_clean(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert len(once) <= LONGEST
    assert once == "" or once.isprintable()
    once.encode("utf-8")


# Words, phrases, not


def test_each_word_is_a_clause_and_stop_words_are_dropped(planner: Planner) -> None:
    plan = planner.plan("jag vill ha en kurs i svenska på dagtid")
    assert len(plan.clauses) == 3
    assert plan.excluded == ()
    assert plan.marks >= {"kurs", "svenska", "dagtid"}
    assert "i" not in plan.marks


@pytest.mark.parametrize("text", ["och", "en i på av", "HUR", "vad är det"])
def test_a_question_of_stop_words_only_is_meant_as_it_stands(planner: Planner, text: str) -> None:
    assert len(planner.plan(text).clauses) == len(text.split())


def test_stop_words_beside_a_phrase_are_dropped(planner: Planner) -> None:
    assert planner.plan('"svenska kurs" för').clauses == (Phrase(("svenska", "kurs")),)


@pytest.mark.parametrize(
    "text", ["", " ", "!!!", "- – —", "?*?*?*", "()[]{}", "…", '"', '""', '"" ""', "-", "---", "-!", '-""', "🙂🙂", "_"]
)
def test_signs_only_ask_for_nothing(planner: Planner, text: str) -> None:
    assert planner.plan(text) == Plan()
    assert planner.plan(text).is_empty


@pytest.mark.parametrize("quotes", ['""', "””", "“”", "»»", "»«", "«»"])
def test_quotation_marks_of_any_kind_make_a_phrase(planner: Planner, quotes: str) -> None:
    plan = planner.plan(f"kurs {quotes[0]}svenska för invandrare{quotes[1]} kväll")
    assert plan.clauses[0] == Phrase(("svenska", "för", "invandr"))
    assert len(plan.clauses) == 3
    assert "för" not in plan.marks


def test_a_phrase_of_one_word_is_a_word(planner: Planner) -> None:
    assert planner.plan('"läxhjälp"').clauses == planner.plan("läxhjälp").clauses


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('"språkcafé', {"språkcafé"}),
        ("språkcafé”", {"språkcafé"}),
        ('kurs"kväll', {"kurs", "kväll"}),
        ('("svenska kurs")', {"svenska", "kurs"}),
        ('kurs "kväll sommar', {"kurs", "kväll", "sommar"}),
        ('a"b"c"d', {"a", "b", "c", "d"}),
        ("»kurs”kväll“", {"kurs", "kväll"}),
    ],
)
def test_no_word_is_lost_to_a_quotation_mark(planner: Planner, text: str, wanted: set[str]) -> None:
    assert wanted <= stems(planner, text)


@pytest.mark.parametrize("minus", ["-", "\u2212"])
def test_a_minus_before_a_word_or_a_phrase_means_not(planner: Planner, minus: str) -> None:
    plan = planner.plan(f'kurs {minus}kväll {minus}"på distans"')
    assert len(plan.clauses) == 1
    assert {leaf.stem for leaf in leaves(plan.excluded[:1]) if isinstance(leaf, Word)} == {"kväll"}
    assert plan.excluded[1] == Phrase(("på", "distans"))
    assert "kväll" not in plan.marks


@pytest.mark.parametrize(
    ("text", "excluded"),
    [
        ("sfi-kurs", 0),
        ("läs- och skrivinlärning", 0),
        ("kurs - kväll", 0),
        ("-kurs", 1),
        ("kurs --kväll", 1),
        ("a -b -c", 2),
        ("e-post -e-post", 1),
    ],
)
def test_a_minus_within_a_word_or_alone_is_none(planner: Planner, text: str, excluded: int) -> None:
    assert len(planner.plan(text).excluded) == excluded


def test_only_what_is_not_wanted_is_no_empty_question(planner: Planner) -> None:
    plan = planner.plan("-kurs")
    assert plan.clauses == ()
    assert not plan.is_empty


def test_no_operator_of_another_engine_means_anything(planner: Planner) -> None:
    words = "title kurs or sfi and not kväll a to b kur"
    assert planner.plan("title:kurs OR sfi* AND (NOT kväll) [a TO b] kur?") == planner.plan(words)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("sim skola", "simskola"),
        ("samhälls orientering", "samhällsorientering"),
        ("körkort teori", "körkortsteori"),
        ("buss förare", "bussförare"),
    ],
)
def test_a_compound_written_apart_is_also_asked_for_as_one_word(planner: Planner, analysis: Analysis, text: str, whole: str) -> None:
    plan = planner.plan(text)
    assert len(plan.clauses) == 2
    for clause in plan.clauses:
        assert isinstance(clause, AnyOf)
        assert (Word(analysis.stem(whole)), 1.0) in clause.choices
    assert analysis.stem(whole) in plan.marks


def test_words_with_others_between_them_make_no_compound(planner: Planner, analysis: Analysis, names: Names) -> None:
    assert "simskola" not in stems(planner, "sim i skola")
    assert planner.plan("kurs Haninge", names).clauses == planner.plan("kurs").clauses


def test_the_first_half_of_a_compound_means_the_word_that_it_stands_for(planner: Planner, analysis: Analysis) -> None:
    assert analysis.stem("samhälle") in stems(planner, "samhälls")
    assert analysis.stem("hälsa") in stems(planner, "hälso")


def test_a_compound_typed_without_dots_is_asked_for_by_its_parts_too(planner: Planner) -> None:
    bare = [leaf for leaf in leaves(planner.plan("kvinnohalsa").clauses) if isinstance(leaf, Word)]
    assert {Word("kvinna", "folded"), Word("halsa", "folded")} <= set(bare)
    assert "halsa" in planner.plan("kvinnohalsa").folded_marks


# Synonyms


def spans(planner: Planner, text: str) -> list[tuple[str, ...]]:
    """The phrases that a question would also look for."""
    return [leaf.stems for leaf in leaves(planner.plan(text).clauses) if isinstance(leaf, Phrase)]


def test_an_abbreviation_and_what_it_stands_for_lead_to_each_other(planner: Planner) -> None:
    assert ("svenska", "för", "invandr") in spans(planner, "sfi")
    assert ("svenska", "för", "invandr") in spans(planner, "kurs SFI kväll")
    assert "sfi" in stems(planner, "svenska för invandrare")
    assert "sfi" in stems(planner, "kurs i svenska för invandrare på kvällen")


def test_a_stop_word_is_a_synonym_only_as_it_is_listed(lists: WordLists) -> None:
    shared = replace(lists, synonyms=(("jagad", "hund"), ("so", "samhällsorientering")), exceptions={"jag": "jagad"})
    planner = Planner(Analysis(shared), shared)
    assert "jag" in shared.stopwords
    assert planner.plan("jag kurs").clauses == planner.plan("kurs").clauses
    assert planner.plan("jag").synonyms == ()
    assert {synonym.other for synonym in planner.plan("jagad").synonyms} == {"hund"}


@pytest.mark.parametrize(
    ("text", "not_wanted"),
    [
        ("men svenska", "mens"),
        ("läkare", "legitimation"),
        ("bygga", "bygg"),
        ("truckförare", "lag"),
        ("sömmerska", "sömn"),
        ("låna böcker", "lån"),
        ("kostar", "hälsoskola"),
        ("nacken", "nack"),
    ],
)
def test_a_word_does_not_lead_to_another_that_only_begins_alike(planner: Planner, text: str, not_wanted: str) -> None:
    found = set(leaves(planner.plan(text).clauses))
    assert not found & {Word(not_wanted), Word(not_wanted, "part")}


@pytest.mark.parametrize("word", ["so", "SO", "af", "im"])
def test_an_abbreviation_that_is_a_small_word_too_leads_on(planner: Planner, word: str) -> None:
    assert planner.plan(word).synonyms


@pytest.mark.parametrize("word", ["job", "jobs", "interview"])
def test_an_english_word_leads_to_a_swedish_one(planner: Planner, word: str) -> None:
    assert planner.plan(word).synonyms


def test_the_longest_expression_wins(planner: Planner) -> None:
    # "hyra i andra hand" is one, although "hand" and "hyra" are words of their own.
    plan = planner.plan("hyra i andra hand nu")
    assert len(plan.clauses) == 1
    assert "andrahandsboend" in {stem.rstrip("e") for stem in stems(planner, "hyra i andra hand")}


def test_one_way_leads_one_way(planner: Planner) -> None:
    assert "förskola" in stems(planner, "dagis")
    assert "dagis" not in stems(planner, "förskola")


def test_what_an_expression_leads_to_brings_its_equals(lists: WordLists) -> None:
    chained = replace(lists, synonyms=(("abc", "def"), ("def", "ghi"), ("ghi", "def"), ("ghi", "jkl")))
    planner = Planner(Analysis(chained), chained)
    assert {synonym.other for synonym in planner.plan("abc").synonyms} == {"def", "ghi"}
    assert {synonym.other for synonym in planner.plan("def").synonyms} == {"ghi"}
    assert {synonym.other for synonym in planner.plan("ghi").synonyms} == {"def", "jkl"}


def test_a_synonym_is_worth_less_than_the_word_itself(planner: Planner) -> None:
    clause = planner.plan("sfi").clauses[0]
    assert isinstance(clause, AnyOf)
    assert clause.choices[0][1] == 1.0
    assert all(weight < 1.0 for _, weight in clause.choices[1:])


def test_every_expression_of_the_list_leads_to_its_synonyms(planner: Planner, lists: WordLists, analysis: Analysis) -> None:
    missed = []
    for expression, other in lists.synonyms:
        want = tuple(analysis.stems(other))
        found = list(leaves(planner.plan(expression).clauses))
        if not any(stems_of(leaf) == want for leaf in found):
            missed.append((expression, other))
    assert missed == []


def test_what_was_added_is_told_as_it_is_written(planner: Planner) -> None:
    told = planner.plan("kurs SFI kväll").synonyms
    assert Synonym("sfi", "svenska för invandrare", ("svenska", "för", "invandr")) in told
    assert {synonym.typed for synonym in told} == {"sfi", "kväll"}
    assert len(planner.plan("sfi sfi sfi").synonyms) == len(planner.plan("sfi").synonyms)
    assert planner.plan("dagtid").synonyms == ()


# Names

HANINGE = Name("Haninge", "ges_i", frozenset({"0136"}))
KUNGENS_KURVA = Name("Huddinge", "ges_i", frozenset({"0126"}))
TRAUMA = Name("Trauma och tortyr", "behov", frozenset({"trauma"}))


@pytest.fixture(scope="module")
def names(analysis: Analysis) -> Names:
    """Two places and a need, by the stems of what they are called."""
    called = {
        "Haninge": HANINGE,
        "Haninge kommun": HANINGE,
        "Kungens kurva": KUNGENS_KURVA,
        "trauma": TRAUMA,
        "trauma och tortyr": TRAUMA,
    }
    return {tuple(analysis.stems(text)): name for text, name in called.items()}


@pytest.mark.parametrize("text", ["sfi Haninge", "sfi i Haninge", "Haninge sfi", "sfi i haninge kommun", "HANINGES sfi"])
def test_a_place_beside_other_words_lifts_and_is_not_asked_for(planner: Planner, names: Names, text: str) -> None:
    plan = planner.plan(text, names)
    assert plan.clauses == planner.plan("sfi").clauses
    assert plan.named == (HANINGE,)
    assert Coded("ges_i", frozenset({"0136"})) in list(leaves(plan.lifts))
    assert Word("haning") in list(leaves(plan.lifts))
    assert "haning" in plan.marks


def test_what_is_given_in_a_place_is_lifted_as_much_however_the_place_is_written(planner: Planner, analysis: Analysis) -> None:
    varmdo = Name("Värmdö", "ges_i", frozenset({"0120"}))
    called = {tuple(analysis.stems(text)): varmdo for text in ("Värmdö", "Varmdo")}
    dotted, bare = (planner.plan(text, called).lifts for text in ("svenska Värmdö", "svenska Varmdo"))
    assert dotted[0] == bare[0] == Coded("ges_i", frozenset({"0120"}))
    assert all(weight < 1 for lift in (*dotted[1:], *bare[1:]) if isinstance(lift, AnyOf) for _, weight in lift.choices)


def test_a_place_alone_is_what_is_asked_for(planner: Planner, names: Names) -> None:
    plan = planner.plan("vad finns i Kungens kurva", names)
    assert plan.lifts == ()
    assert len(plan.clauses) == 1
    assert Coded("ges_i", frozenset({"0126"})) in list(leaves(plan.clauses))
    assert not plan.is_empty


def test_a_need_is_asked_for_by_its_words_or_by_what_is_filed_under_it(planner: Planner, names: Names) -> None:
    plan = planner.plan("trauma i Haninge", names)
    (clause,) = plan.clauses
    assert isinstance(clause, AnyOf)
    assert clause.choices[0] == (planner.plan("trauma").clauses[0], 1.0)
    assert clause.choices[1][0] == Coded("behov", frozenset({"trauma"}))
    assert clause.choices[1][1] < 1.0
    assert plan.named == (TRAUMA, HANINGE)
    assert len(plan.lifts) == 2


def test_the_longest_name_wins_and_what_stands_in_quotation_marks_is_none(planner: Planner, names: Names) -> None:
    assert len(planner.plan("trauma och tortyr", names).clauses) == 1
    assert planner.plan('"trauma" "haninge kommun" "i haninge"', names).named == (TRAUMA,)
    assert planner.plan("-haninge sfi", names).named == ()
    assert planner.plan("sfi haninge").named == ()


def test_the_filters_that_are_places_are_the_engines(planner: Planner, analysis: Analysis) -> None:
    for facet in Facet:
        plan = planner.plan("sfi solna", {tuple(analysis.stems("solna")): Name("Solna", facet.value, frozenset({"0184"}))})
        assert bool(plan.lifts) == (facet in (Facet.GIVEN_IN, Facet.OPEN_FOR))


def test_the_parts_of_a_compound_lift_and_a_place_does_so_first(planner: Planner, analysis: Analysis, names: Names) -> None:
    plan = planner.plan("äldrevårdbiträde Haninge", names)
    assert Coded("ges_i", frozenset({"0136"})) in list(leaves(plan.lifts[:1]))
    lifting = {leaf.stem for leaf in leaves(plan.lifts[2:]) if isinstance(leaf, Word)}
    assert lifting == {analysis.stem(part) for part in ("äldre", "vård", "biträde")}
    assert planner.plan("äldrevård " * 20).lifts == planner.plan("äldrevård").lifts


# Grams


def test_what_was_typed_gives_grams_but_stop_words_and_places_do_not(planner: Planner, names: Names) -> None:
    plan = planner.plan('sfi i Haninge "svenska för alla" -kurs', names)
    assert plan.grams == {*grams("sfi"), *grams("svenska")}
    assert planner.plan("vad är det").grams == set()


# Bounds

_TYPED = st.text(alphabet=st.sampled_from('abåäö -"”»−()*?:\\_0.\x00😀ส'), max_size=400)
_WORDS = st.lists(
    st.sampled_from(
        [
            "sfi",
            "svenska för invandrare",
            "-kurs",
            '"på distans"',
            "och",
            "äldrevård",
            "aldrevard",
            "lagen om stöd och service",
            "x" * 70,
            "-",
            '"',
        ]
    ),
    max_size=80,
).map(" ".join)


@settings(derandomize=True, max_examples=600)
@given(st.one_of(st.text(alphabet=st.characters(), max_size=1000), _TYPED, _WORDS))
@example("a " * 10_000)
@example("-a " * 10_000)
@example('"' * 10_000)
@example('"a b" ' * 2_000)
@example("OR" * 20_000)
@example("-" * 33)
@example("(" * 5_000)
@example("sfi " * 100)
@example("lss so im syv " * 30)
def test_a_plan_is_small_whatever_was_typed(planner: Planner, text: str) -> None:
    plan = planner.plan(text)
    assert len(plan.clauses) + len(plan.excluded) <= LONGEST // 2 + 1
    assert all(depth(node) <= 9 for node in (*plan.clauses, *plan.excluded))
    assert sum(1 for _ in leaves((*plan.clauses, *plan.excluded))) <= 1500
    assert len(plan.lifts) <= MOST_CLAUSES
    assert sum(isinstance(node, Phrase) for node in (*plan.clauses, *plan.excluded)) <= 3
    assert all(stem == stem.strip() != "" for stem in plan.marks | plan.folded_marks)
