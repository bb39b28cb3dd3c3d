"""The Swedish analysis and the word lists that it is made of."""

import unicodedata
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
import Stemmer
from hypothesis import example, given, settings
from hypothesis import strategies as st

from insatsbas.core import paths
from insatsbas.core.text import fold
from insatsbas.search import wordlists
from insatsbas.search.swedish import LONGEST_WORD, Analysis, normalise, tokens
from insatsbas.search.wordlists import FILES, WordListError, WordLists

# Stems


@pytest.mark.parametrize(
    "forms",
    [
        "insats insatser insatsen insatserna insatsens",
        "kurs kurser kursen kurserna kursernas",
        "plats platser platsen platserna",
        "praktikplats praktikplatser praktikplatsen",
        "bok böcker boken böckerna",
        "lots lotsar lotsen lotsarna",
        "barn barnet barnen barnens",
        "stad städer staden städerna",
        "bostad bostäder bostaden bostäderna",
        "skola skolor skolan skolornas",
        "kvinna kvinnor kvinnan kvinnorna",
        "förälder föräldrar föräldern föräldrarna",
        "kompetens kompetenser kompetensen",
        "nivå nivåer nivån nivåerna",
        "café cafe caféer caféet",
        "språkcafé språkcaféer språkcaféet",
        "svenska svenskan svensk svenskt",
        "yrke yrken yrket yrkena",
        "arbete arbeten arbetet arbeta arbetar",
        "ansökan ansökningar ansöka ansöker",
        "utbildning utbildningar utbildningen utbildningarna",
        "vård vården vårdens",
        "kommun kommuner kommunen kommunernas",
        "deltagare deltagaren deltagarna",
        "gymnasium gymnasiet gymnasier",
        "centrum centret centrumet",
        "arbetsmarknad arbetsmarknaden arbetsmarknadens",
        "distans distansen",
        "handel handeln",
        "förmåga förmågan förmågor",
        "sköterska sköterskan sköterskor",
        "verkstad verkstäder verkstaden",
        "koordinator koordinatorn koordinatorer",
        "spädbarn spädbarnet",
        "yrkeserfaren yrkeserfarna",
    ],
)
def test_the_forms_of_a_word_share_a_stem(analysis: Analysis, forms: str) -> None:
    assert len({analysis.stem(form) for form in forms.split()}) == 1, {form: analysis.stem(form) for form in forms.split()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kurs", "kur"),
        ("bok", "boka"),
        ("ledig", "ledare"),
        ("farlig", "far"),
        ("hemlig", "hem"),
        ("ungern", "ung"),
        ("pass", "passa"),
        ("lärare", "lär"),
        ("förare", "för"),
        ("hälsa", "hals"),
        ("vård", "värd"),
        ("kön", "kö"),
    ],
)
def test_different_words_keep_apart(analysis: Analysis, one: str, other: str) -> None:
    assert analysis.stem(one) != analysis.stem(other)


def test_words_are_read_the_same_however_they_are_written(analysis: Analysis) -> None:
    plain = "Äldrevården, SFI-kurs_nivå 2 (Språkcafé)"
    found = [token.word for token in tokens(normalise(plain))]
    assert found == ["äldrevården", "sfi", "kurs", "nivå", "2", "språkcafé"]
    assert [token.word for token in tokens(normalise(unicodedata.normalize("NFD", plain)))] == found
    assert analysis.stems("") == analysis.stems("–!? … _") == []


@settings(derandomize=True, max_examples=300)
@given(st.text(max_size=300))
@example("a" * 1000)
@example("İSTANBUL ẞ ﬁ")
def test_a_token_says_where_it_stands_in_any_text(text: str) -> None:
    plain = normalise(text)
    for token in tokens(plain):
        assert plain[token.start : token.end].lower()[:LONGEST_WORD] == token.word
        assert 0 < len(token.word) <= LONGEST_WORD


# Compounds

COMPOUNDS = """
äldrevården = äldre vård
äldreomsorgen = äldre omsorg
äldrevårdbiträde = äldre vård biträde
vårdbiträdesutbildning = vård biträde utbildning
språkcafé = språk café
språkkaféer = språk kafé
språkträning = språk träning
språkpraktik = språk praktik
språkstöd = språk stöd
samhällsorientering = samhälle orientering
samhällskommunikatör = samhälle kommunikatör
arbetsmarknadsutbildning = arbetsmarknad utbildning
arbetsmarknadsinsatser = arbetsmarknad insats
arbetsträning = arbete träning
arbetsförmågan = arbete förmåga
hälsokommunikatör = hälsa kommunikatör
hälsokommunikatörerna = hälsa kommunikatör
hälsoundersökningar = hälsa undersökning
läxhjälpen = läxa hjälp
simskolorna = simning skola
simundervisning = simning undervisning
yrkessvenskan = yrke svenska
yrkesutbildningar = yrke utbildning
yrkesnätverk = yrke nätverk
svenskkurser = svenska kurs
praktikplatser = praktik plats
körkortsteori = körkort teori
körkortsutbildningen = körkort utbildning
föräldrakurs = förälder kurs
föräldragrupper = förälder grupp
bostadssociala = bostad social
kvinnojouren = kvinna jour
mentorsprogrammet = mentor program
studiecirklar = studie cirkel
idrottsföreningar = idrott förening
barnpassning = barn passning
familjeåterföreningen = familj återförening
hedersrelaterat = heder relaterad
folkhögskolekurser = folkhögskola kurs
flyktingguider = flykting guide
samtalsgrupper = samtal grupp
lokalvårdarutbildning = lokalvårdare utbildning
undersköterskeutbildningen = undersköterska utbildning
suicidprevention = suicid prevention
skuldrådgivaren = skuld rådgivare
medborgarskapskurs = medborgarskap kurs
vuxenutbildningen = vuxen utbildning
etableringsinsatser = etablering insats
fritidsaktiviteter = fritid aktivitet
tandvårdskostnader = tandvård kostnad
människohandeln = människa handel
människorelationer = människa relation
sommarskolor = sommar skola
andrahandsbostäder = andrahand bostad
"""


@pytest.mark.parametrize("line", COMPOUNDS.strip().splitlines())
def test_a_compound_is_found_by_its_parts(analysis: Analysis, line: str) -> None:
    word, _, parts = line.partition(" = ")
    assert set(analysis.part_stems(word)) == {analysis.stem(part) for part in parts.split()}, analysis.split(word)


# Words within which others stand by chance, and words that are parts themselves.
WHOLE = """
kommun kommunen förskola grundskola barnmorska hemlig farlig matematik semester praktisk personal program bokning kursiv insatser nyanländ
information planera planet matcha vårdslös syntes problem provins tidning tider dagis dagar lovande hemma barnslig badminton handel handla
handlingar ledare lärare läkare stödet plattform resultat station kroppen bankomat musiker konstig kulturell naturlig syster systematisk
planering kontanter kontrakt kontakter idrott tolkar helgon friskola hemmet synonym tjänar klassisk vännen svenska arbetsam datum stadig
spårvagn maten matta simmar gruppering yrkande kursledning tiden sfi af ifo språken kvinnor föräldrar
"""


@pytest.mark.parametrize("word", WHOLE.split())
def test_a_word_that_is_no_compound_of_the_list_stays_whole(analysis: Analysis, word: str) -> None:
    assert analysis.split(word) == ()


def test_the_fewest_parts_win(analysis: Analysis) -> None:
    assert [part.stem for part in analysis.split("arbetsmarknadskunskap")] == [analysis.stem("arbetsmarknad"), analysis.stem("kunskap")]
    assert analysis.split("arbetsmarknadens") != ()


@settings(derandomize=True, max_examples=300)
@given(st.data())
def test_parts_cover_the_whole_word_in_order(lists: WordLists, analysis: Analysis, data: st.DataObject) -> None:
    forms = sorted({form for word, more in lists.parts.items() for form in (word, *more)})
    word = "".join(data.draw(st.lists(st.sampled_from(forms), min_size=1, max_size=5)))[: data.draw(st.integers(6, 60))]
    parts = analysis.split(word)
    if parts:
        assert len(parts) >= 2
        assert parts[0].start == 0
        assert parts[-1].end == len(word)
        assert all(one.end == other.start for one, other in pairwise(parts))


def test_splitting_ends_soon_on_what_is_made_to_be_hard(analysis: Analysis) -> None:
    # Every third letter could end a part; the number of parts is bounded, so nothing is tried without end.
    for word in ("stöd" * 15, "mat" * 20, "hem" * 19 + "x", "sim" * 19 + "qqq"):
        assert len(analysis.split(word)) <= 5


# Without dots


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("aldrevard", "äldrevården"),
        ("sprakcafe", "språkcafé"),
        ("halsa", "hälsan"),
        ("forskolan", "förskola"),
        ("foraldraledig", "föräldraledig"),
        ("foraldraledighet", "föräldraledigheten"),
        ("larare", "lärarna"),
        ("bocker", "böcker"),
        ("stader", "städer"),
        ("lakare", "läkarna"),
        ("korkort", "körkortet"),
        ("laxhjalp", "läxhjälpen"),
        ("ansokan", "ansökningar"),
        ("utbildning", "utbildningen"),
        ("nyanland", "nyanlända"),
    ],
)
def test_a_word_without_dots_means_the_one_with_them(analysis: Analysis, typed: str, meant: str) -> None:
    assert analysis.bare(typed) == fold(analysis.stem(meant))
    assert analysis.bare(typed) in analysis.folded(meant) | {analysis.stem(meant)}


def test_a_compound_is_kept_without_dots_whole_and_in_parts(analysis: Analysis) -> None:
    assert {"aldrevard", "vard", "aldr"} <= analysis.folded("äldrevården")
    assert analysis.folded("kurs") == set()


@pytest.mark.parametrize(
    "word", ["äldrevården", "hälsoundersökningar", "föräldragrupper", "simskolorna", "körkortsteori", "läxhjälpen", "kvinnohälsa"]
)
def test_a_compound_without_dots_has_the_same_parts_without_dots(analysis: Analysis, word: str) -> None:
    assert set(analysis.bare_part_stems(fold(word))) == {fold(stem) for stem in analysis.part_stems(word)} != set()


def test_a_form_that_links_leads_to_its_word_and_other_words_nowhere(analysis: Analysis) -> None:
    assert analysis.linked("samhälls") == analysis.stem("samhälle")
    assert analysis.linked("hälso") == analysis.stem("hälsa")
    assert analysis.linked("kurs") == analysis.stem("kurs")
    assert analysis.linked("xyz") is None


def test_every_exception_is_found_without_its_dots(lists: WordLists, analysis: Analysis) -> None:
    meant: dict[str, set[str]] = {}
    for form, word in lists.exceptions.items():
        meant.setdefault(fold(form), set()).add(fold(word))
    # Where the bare form is a word of its own, or means several, it may lead elsewhere.
    clear = {bare: words for bare, words in meant.items() if len(words) == 1 and bare not in lists.exceptions}
    assert len(clear) > 500
    assert {bare: words for bare, words in clear.items() if {analysis.bare(bare)} != words} == {}


# The shipped lists

FOLDER = paths.shipped("index")


def lines(name: str) -> list[tuple[int, str]]:
    """The lines of a list that say something, with their numbers."""
    rows = enumerate((FOLDER / name).read_text("utf-8").splitlines(), start=1)
    return [(number, line.partition("#")[0].strip()) for number, line in rows if line.partition("#")[0].strip()]


@pytest.mark.parametrize("name", FILES)
def test_a_list_begins_with_what_it_is_for(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")
    assert text.startswith("# ")
    assert text == unicodedata.normalize("NFC", text)
    assert all(line == line.rstrip() for line in text.splitlines())


def test_each_pair_of_synonyms_says_something(lists: WordLists, analysis: Analysis) -> None:
    assert [pair for pair in lists.synonyms if analysis.stems(pair[0]) == analysis.stems(pair[1])] == []
    assert [pair for pair, count in Counter(lists.synonyms).items() if count > 1] == []
    # Words that a question does without lead nowhere.
    assert [a for a, _ in lists.synonyms if all(word in lists.stopwords for word in a.split())] == []
    assert [b for pair in lists.synonyms for b in pair if not analysis.stems(b)] == []


def test_each_exception_is_needed(lists: WordLists) -> None:
    stem = Stemmer.Stemmer("swedish").stemWord
    useless = []
    for number, line in lines("exceptions.txt"):
        word, _, forms = line.partition(":")
        group = [word.strip(), *forms.split()]
        assert len(set(group)) == len(group), f"exceptions.txt line {number} says a form twice"
        plain = {stem(form) for form in group}
        # Needed when the stemmer parts the forms, or takes them together with another word.
        unlisted = {"ung", "led", "hem", "far", "bok", "pass", "lån", "kost", "matt", "nack", "sömn", "lag", "järn"}
        others = unlisted | {stem(form) for form, other in lists.exceptions.items() if other != word.strip()}
        if len(plain) == 1 and not plain & others and not word.startswith("föräldraledig"):
            useless.append((number, word))
    assert useless == []


def test_parts_are_words_of_three_letters_or_more_and_said_once(lists: WordLists) -> None:
    assert [form for word, more in lists.parts.items() for form in (word, *more) if len(form) < 3 or not form.isalpha()] == []
    assert [word for word, count in Counter(line.partition(":")[0] for _, line in lines("parts.txt")).items() if count > 1] == []
    assert [word for word, more in lists.parts.items() if len({word, *more}) != 1 + len(more)] == []


def test_no_form_of_a_part_stands_for_two_words(lists: WordLists, analysis: Analysis) -> None:
    stands_for: dict[str, set[str]] = {}
    for word, more in lists.parts.items():
        for form in (word, *more):
            stands_for.setdefault(form, set()).add(analysis.stem(word))
    assert {form: stems for form, stems in stands_for.items() if len(stems) > 1} == {}


def test_stop_words_are_small_words_said_once(lists: WordLists) -> None:
    assert [word for word, count in Counter(word for _, line in lines("stopwords.txt") for word in line.split()).items() if count > 1] == []
    assert not lists.stopwords & set(lists.parts)
    assert not lists.stopwords & {"kurs", "insats", "kommun", "stöd", "hjälp", "inte", "utan", "gratis"}


def test_the_mark_changes_with_what_shapes_the_index_and_only_then(tmp_path: Path) -> None:
    before = wordlists.read(copied(tmp_path)).mark
    for name, line, shapes in (
        ("synonyms.txt", "abc = def", False),
        ("stopwords.txt", "abc", False),
        ("exceptions.txt", "# bara en kommentar", False),
        ("exceptions.txt", "abcd: abcde", True),
        ("parts.txt", "abcdef", True),
    ):
        now = wordlists.read(copied(tmp_path / f"{name}-{line[:4]}", **{name: line})).mark
        assert (now != before) is shapes, (name, line)


def copied(folder: Path, **more: str) -> Path:
    """A copy of the shipped lists with a line more in some of them."""
    folder.mkdir(exist_ok=True)
    for name in FILES:
        text = (FOLDER / name).read_text("utf-8")
        (folder / name).write_text(text + more.get(name, "") + "\n", "utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("synonyms.txt", "ensam"),
        ("synonyms.txt", "a ="),
        ("synonyms.txt", "= b"),
        ("synonyms.txt", "a -> "),
        ("synonyms.txt", "-> b"),
        ("synonyms.txt", "a -> b |"),
        ("synonyms.txt", "a = b -> c"),
        ("exceptions.txt", "ensam"),
        ("exceptions.txt", "ord:"),
        ("exceptions.txt", ": form"),
        ("exceptions.txt", "två ord: form"),
        ("exceptions.txt", "annat: insatser"),
        ("parts.txt", "två ord"),
        ("parts.txt", ": form"),
        ("parts.txt", "ord:"),
    ],
)
def test_a_faulty_line_is_told_with_its_file_and_number(tmp_path: Path, name: str, line: str) -> None:
    folder = copied(tmp_path, **{name: line})
    number = len((folder / name).read_text("utf-8").splitlines())
    with pytest.raises(WordListError, match=rf"^{name} rad {number}: "):
        wordlists.read(folder)


def test_case_and_comments_do_not_count(tmp_path: Path, analysis: Analysis) -> None:
    folder = copied(tmp_path, **{"synonyms.txt": "ABC = Def # förklaring\n   # bara det"})
    assert ("abc", "def") in wordlists.read(folder).synonyms
    assert ("def", "abc") in wordlists.read(folder).synonyms
