"""What is marked in a title and told on a card: whole words as inflected, parts of compounds, and nothing as markup that was none."""

import html
import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

import insatsbas
from insatsbas.core.text import fold
from insatsbas.search.query import Plan, Planner
from insatsbas.search.snippets import Marker, Match, mark, marker, snippet
from insatsbas.search.swedish import Analysis, normalise, tokens
from insatsbas.search.wordlists import WordLists


@pytest.mark.parametrize(
    ("asked", "text", "marked"),
    [
        ("insats", "Insatserna i år", "<mark>Insatserna</mark> i år"),
        ("vård", "Äldrevården på svenska", "Äldre<mark>vården</mark> på svenska"),
        ("svenska vård", "Äldrevården på svenska", "Äldre<mark>vården</mark> på <mark>svenska</mark>"),
        ("äldrevård", "Äldrevården", "<mark>Äldrevården</mark>"),
        ("äldre", "Äldrevården", "<mark>Äldre</mark>vården"),
        ("hälsa", "Hälsokommunikatörer", "<mark>Hälso</mark>kommunikatörer"),
        ("kommunikatör", "HÄLSOKOMMUNIKATÖRER", "HÄLSO<mark>KOMMUNIKATÖRER</mark>"),
        ("arbetsmarknad", "Arbetsmarknadsutbildning", "<mark>Arbetsmarknads</mark>utbildning"),
        ("aldrevard", "Äldrevården", "<mark>Äldrevården</mark>"),
        ("vard", "Äldrevården", "Äldre<mark>vården</mark>"),
        ("bocker", "Boken och böckerna", "<mark>Boken</mark> och <mark>böckerna</mark>"),
        ("halsan", "Hälsa", "<mark>Hälsa</mark>"),
        ("sprakcafe", "Språkcaféer", "<mark>Språkcaféer</mark>"),
        ("kurs kväll", "En kvällskurs", "En <mark>kvälls</mark><mark>kurs</mark>"),
        ('"svenska för invandrare"', "Svenska för invandrare", "<mark>Svenska</mark> för <mark>invandrare</mark>"),
        ("sfi", "Svenska för invandrare (sfi)", "<mark>Svenska</mark> för <mark>invandrare</mark> (<mark>sfi</mark>)"),
        ("dator", "Digitala tjänster och tjänsten", "<mark>Digitala</mark> <mark>tjänster</mark> och tjänsten"),
        ("hemlös", "Den som söker arbete, och söka\nbostad", "Den som söker arbete, och <mark>söka</mark>\n<mark>bostad</mark>"),
        ("LSS", "Stödet till familjen", "Stödet till familjen"),
        ("sfi", "Svenska för alla, svenska", "Svenska för alla, svenska"),
        ("dagis", "Öppen förskola", "Öppen <mark>förskola</mark>"),
        ("kurs -kväll", "Kurs på kväll", "<mark>Kurs</mark> på kväll"),
        ("män", "En man och två män", "En man och två <mark>män</mark>"),
        ("", "Svenska", "Svenska"),
        ("xyzzy", "Svenska", "Svenska"),
        ("kurs", "", ""),
        ("å", "Å", "<mark>Å</mark>"),
    ],
)
def test_what_answers_is_marked(planner: Planner, analysis: Analysis, asked: str, text: str, marked: str) -> None:
    assert mark(text, planner.plan(asked), analysis) == marked


@pytest.mark.parametrize(
    ("asked", "text", "marked"),
    [
        ("titel", "<b>Titel</b>", "&lt;b&gt;<mark>Titel</mark>&lt;/b&gt;"),
        ("b", "<b>Titel</b>", "&lt;<mark>b</mark>&gt;Titel&lt;/<mark>b</mark>&gt;"),
        ("script", "<script>alert(1)</script>", "&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt;"),
        ("mark", "<mark>", "&lt;<mark>mark</mark>&gt;"),
        ("amp", "R&amp;B", "R&amp;<mark>amp</mark>;B"),
        ("kurs", "\"kurs\" & 'kurs'", "&#34;<mark>kurs</mark>&#34; &amp; &#39;<mark>kurs</mark>&#39;"),
    ],
)
def test_everything_else_is_escaped(planner: Planner, analysis: Analysis, asked: str, text: str, marked: str) -> None:
    found = mark(text, planner.plan(asked), analysis)
    assert isinstance(found, Markup)
    assert found == marked


def test_a_text_in_parts_is_marked_as_a_whole(planner: Planner, analysis: Analysis) -> None:
    assert mark("A\u0308ldreva\u030arden", planner.plan("vård"), analysis) == "Äldre<mark>vården</mark>"


_TEXTS = st.one_of(
    st.text(max_size=120),
    st.lists(st.sampled_from(["Äldrevården", "<b>", "&amp;", "kvällskurs", "İstanbul", "språkcafé", "svenska", "ﬁ", "ẞ"]), max_size=12).map(
        " ".join
    ),
)


@settings(derandomize=True, max_examples=400)
@given(_TEXTS, st.one_of(_TEXTS, st.sampled_from(["svenska vård", "aldrevard", "kurs", "b", "istanbul", "mark"])))
@example("<script>İ</script>", "script i")
def test_the_text_stays_the_same_under_its_marks(planner: Planner, analysis: Analysis, text: str, asked: str) -> None:
    found = str(mark(text, planner.plan(asked), analysis))
    assert html.unescape(re.sub("</?mark>", "", found)) == normalise(text)
    assert found.count("<") == found.count("<mark>") + found.count("</mark>")
    assert not re.search(r"<mark>[^<]*<mark>|<mark></mark>", found)
    if planner.plan(asked).is_empty:
        assert "<mark>" not in found


# What is looked at is only what can answer: nothing may be missed by that


def by_every_word(text: str, plan: Plan, analysis: Analysis) -> list[Match]:
    """What answers in a text, by analysing each of its words."""
    alone = plan.marks | {stems[0] for stems in plan.phrase_marks if len(stems) == 1}

    def is_wanted(stem: str) -> bool:
        return stem in alone or fold(stem) in plan.folded_marks

    found = []
    words = list(tokens(text))
    in_phrases = {}
    for stems in sorted(one for one in plan.phrase_marks if len(one) > 1):
        for run in (words[at : at + len(stems)] for at in range(len(words))):
            if [analysis.stem(token.word) for token in run] == list(stems):
                in_phrases.update({token.start: stems for token in run if token.word not in analysis.stopwords})
    for token in words:
        whole = analysis.stem(token.word)
        if token.start in in_phrases:
            found.append(Match(token.start, token.end, " ".join(in_phrases[token.start])))
        elif is_wanted(whole):
            found.append(Match(token.start, token.end, whole))
        else:
            parts = [part for part in analysis.split(token.word) if is_wanted(part.stem)]
            found += [Match(token.start + part.start, token.start + part.end, part.stem) for part in parts]
    return found


_LETTERS = st.text("aåäöéàeosktΣσςİßﬁ-_ ’–”?1🙂šЯ\x9a\u030a\u0308한", max_size=60)


@settings(derandomize=True, max_examples=500)
@given(st.one_of(_TEXTS, _LETTERS), st.one_of(_TEXTS, _LETTERS))
@example("Ἀθῆναι ΑΣ'Α ΑΣ", "ας'α")
@example("İstanbul istanbul", "istanbul")
@example("h\u030aals hål → halsa", "hal halsa")
@example("x" * 200 + "kurs", "x")
@example("kurs? – en 🙂 kvällskurs”", "kurs")
@example("курс kurs", "kurs")
def test_nothing_is_missed_in_any_text(planner: Planner, analysis: Analysis, text: str, asked: str) -> None:
    plain, plan = normalise(text), planner.plan(asked)
    assert list(marker(plan, analysis).matches(plain)) == by_every_word(plain, plan, analysis)


def test_nothing_is_missed_of_the_listed_words(planner: Planner, analysis: Analysis, lists: WordLists) -> None:
    words = sorted({*lists.exceptions, *lists.exceptions.values(), *lists.parts, *(f for forms in lists.parts.values() for f in forms)})
    words += [first + last for first in words[::71] for last in words[::59]]
    text = " ".join((*words, *map(str.upper, words)))
    for word in words[::199]:
        for asked in (word, fold(word)):
            plan = planner.plan(asked)
            assert list(marker(plan, analysis).matches(text)) == by_every_word(text, plan, analysis), asked


def test_nothing_is_missed_in_the_demo(planner: Planner, analysis: Analysis) -> None:
    entries = json.loads((Path(insatsbas.__file__).parent / "data" / "examples.json").read_text("utf-8"))
    told = normalise(" ".join(f"{e['titel']} {e['sammanfattning']} {e.get('beskrivning', '')}" for e in entries))
    words = sorted({token.word for token in tokens(told)})
    text = " ".join(words)
    for word in words[::97]:
        for asked in (word, fold(word)):
            plan = planner.plan(asked)
            assert list(marker(plan, analysis).matches(text)) == by_every_word(text, plan, analysis), asked


def test_few_words_are_analysed(planner: Planner, analysis: Analysis) -> None:
    looked_at: list[str] = []

    class Watched(Analysis):
        def __init__(self) -> None:
            pass

        def __getattr__(self, name: str) -> object:
            return getattr(analysis, name)

        def stem(self, word: str) -> str:
            looked_at.append(word)
            return str(analysis.stem(word))

    plan = planner.plan("kurs")
    text = "Det här är en text om ditt och datt, och sist en kvällskurs. " * 50
    assert len(list(Marker(plan.marks, plan.folded_marks, Watched(), plan.phrase_marks).matches(text))) == 50
    assert looked_at == ["kvällskurs"]


# Which text a card tells


LONG = (
    " ".join(f"Mening nummer {number} säger inte mycket." for number in range(30)) + " Här talas om trädgårdsarbete. " + "Och slut. " * 40
)


def test_a_card_tells_the_summary_when_it_answers(planner: Planner, analysis: Analysis) -> None:
    plan = planner.plan("kurs")
    assert snippet("Titeln", "En kurs.", "En annan kurs, på djupet.", plan, analysis) == "En <mark>kurs</mark>."


def test_a_card_tells_the_summary_when_nothing_was_asked(planner: Planner, analysis: Analysis) -> None:
    assert snippet("Titeln", "Sammanfattning & mer.", "Beskrivning.", planner.plan(""), analysis) == "Sammanfattning &amp; mer."


def test_a_card_tells_the_piece_of_the_description_that_alone_answers(planner: Planner, analysis: Analysis) -> None:
    found = snippet("Titeln", "Sammanfattningen.", LONG, planner.plan("trädgård"), analysis)
    assert "<mark>trädgårds</mark>arbete" in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    plain = re.sub("</?mark>", "", found).strip("… ")
    assert plain in LONG
    assert 40 < len(plain) <= 220


def test_what_was_typed_chooses_the_piece_before_what_it_leads_to(planner: Planner, analysis: Analysis) -> None:
    plan = planner.plan("dagis")
    text = f"Om förskola. {LONG} Dagis hette det. {LONG}"
    assert "<mark>Dagis</mark>" in snippet("Titeln", "Sammanfattningen.", text, plan, analysis)
    without = f"Om förskola. {LONG} Till förskola. {LONG}"
    assert "Om <mark>förskola</mark>" in snippet("Titeln", "Sammanfattningen.", without, plan, analysis)


def test_the_parts_of_a_compound_that_is_told_whole_say_nothing_more(planner: Planner, analysis: Analysis) -> None:
    plan = planner.plan("språkcafé")
    assert snippet("Språkcafé", "Kom och prata.", "Vi talar om språk på ett café.", plan, analysis) == "Kom och prata."
    assert "<mark>språk</mark>" in snippet("Kafé", "Kom och prata.", "Vi talar om språk på ett café.", plan, analysis)


def test_a_piece_is_escaped_and_cut_between_words(planner: Planner, analysis: Analysis) -> None:
    text = "x" * 30 + " <script>alert(1)</script> " + "y" * 500 + " kurs <b>&</b>"
    found = str(snippet("Titeln", "Sammanfattningen.", text, planner.plan("kurs"), analysis))
    assert "<mark>kurs</mark>" in found
    assert found.count("<") == 2
    assert "&lt;b&gt;&amp;" in found


_SAID = st.lists(
    st.tuples(
        st.sampled_from(["Dagis", "förskola", "förskolekurs", "språkcafé", "språk", "Café", "kvällskurs", "sfi", "svenska för invandrare"])
        | st.sampled_from(["<b>", "Vard", "vård", "VÅRDEN", "och", "till exempel", "R&D", "курс", "– ”", "x" * 90, "Mer sägs inte. " * 20]),
        st.sampled_from([" ", " ", " ", "  ", "\n", "\r\n\r\n", "\u00a0", ". "]),
    ),
    max_size=60,
).map(lambda pairs: "".join(word + sign for word, sign in pairs))


_ASKED = st.sampled_from(["dagis", "språkcafé", "vård språkcafé", "vard", "vård kurs", "sfi", "kvällskurs dagis", "курс", "xyzzy"])


@settings(derandomize=True, max_examples=500)
@given(st.tuples(_SAID, _SAID, _SAID), _ASKED)
def test_a_card_tells_what_a_plain_reading_of_all_texts_does(
    planner: Planner, analysis: Analysis, texts: tuple[str, str, str], asked: str
) -> None:
    title, summary, description = texts
    plan = planner.plan(asked)
    told = {
        stem
        for text in (title, summary)
        for match in by_every_word(text, plan, analysis)
        for stem in (match.stem, *analysis.part_stems(text[match.start : match.end].lower()))
    }
    whole = " ".join(description.split())
    more = [match for match in by_every_word(whole, plan, analysis) if match.stem not in told]
    typed = [match for match in more if match.stem in plan.marks or fold(match.stem) in plan.folded_marks]
    found = snippet(title, summary, description, plan, analysis)
    shown = html.unescape(re.sub("</?mark>", "", found))
    assert found == plainly_marked(shown, plan, analysis)
    if not more:
        assert shown == summary
    else:
        place, piece = (typed or more)[0].start, shown.removeprefix("… ").removesuffix(" …")
        assert any(at.start() <= place < at.start() + len(piece) for at in re.finditer(f"(?={re.escape(piece)})", whole))


def plainly_marked(text: str, plan: Plan, analysis: Analysis) -> Markup:
    """A text with what answers in it marked, each piece escaped for itself."""
    at, marked = 0, Markup("")
    for match in by_every_word(text, plan, analysis):
        marked += text[at : match.start] + Markup("<mark>") + text[match.start : match.end] + Markup("</mark>")
        at = match.end
    return marked + text[at:]


@pytest.mark.parametrize("place", [0, 1, 5, 59, 60, 61, 200, 400])
def test_the_piece_has_the_word_wherever_it_stands(planner: Planner, analysis: Analysis, place: int) -> None:
    words = ["utan"] * 120
    words.insert(min(place, 120), "slöjd")
    assert "<mark>slöjd</mark>" in snippet("", "Inget.", " ".join(words), planner.plan("slöjd"), analysis)


@settings(derandomize=True, max_examples=200)
@given(st.text(max_size=600), st.text(max_size=600), st.integers(0, 600))
def test_a_piece_never_fails_and_never_grows(planner: Planner, analysis: Analysis, before: str, after: str, place: int) -> None:
    text = before[:place] + " slöjd " + after
    found = str(snippet("", "Inget.", text, planner.plan("slöjd"), analysis))
    assert "<mark>" in found
    assert len(html.unescape(re.sub("</?mark>", "", found))) <= 220 + 4 + 60


def test_a_long_word_without_spaces_is_no_trouble(planner: Planner, analysis: Analysis) -> None:
    plan = planner.plan("slöjd")
    assert "slöjd" in snippet("", "Inget.", "x" * 1000 + " slöjd", plan, analysis)
    assert "slöjd" in snippet("", "Inget.", "slöjd " + "x" * 1000, plan, analysis)
    assert "slöjd" in snippet("", "Inget.", "-".join(["y" * 300, "slöjd", "z" * 300]), plan, analysis)
