"""How two texts and two lists differ, for people to read."""

import random
import time

from hypothesis import given
from hypothesis import strategies as st

from insatsbas.keeping.history.rules import Change, Piece, Row, by_items, by_words

GONE, NEW, SAME, FOLDED = Change.GONE, Change.NEW, Change.SAME, Change.FOLDED
TEXTS = st.text(st.sampled_from("ab å.\n-"), max_size=40)
ITEMS = st.lists(st.sampled_from(("Haninge", "Nacka", "Salem", "Sfi A", "Sfi B på kvällen", "Sfi B på dagen")), max_size=9)


def told(row: Row) -> list[tuple[str, str]]:
    """The pieces of a row in short."""
    return [(piece.change.value, piece.text) for piece in row]


def side(rows: tuple[Row, ...], gone: Change) -> list[str]:
    """The items of one side, put together again from the pieces: those of the other side left out."""
    texts = ["".join(p.text for p in row if p.change is not gone) for row in rows if any(p.change is not gone for p in row)]
    return texts


def test_words_that_changed_are_told_and_the_rest_stays() -> None:
    assert told(by_words("Två kvällar i veckan på biblioteket.", "Tre kvällar i veckan på biblioteket.")) == [
        ("borta", "Två"),
        ("ny", "Tre"),
        ("lika", " kvällar i veckan på biblioteket."),
    ]
    # The space before both is of neither.
    assert told(by_words("har 20 platser", "har 24 platser")) == [("lika", "har "), ("borta", "20"), ("ny", "24"), ("lika", " platser")]
    assert told(by_words("Vi ses.", "Vi ses ofta.")) == [("lika", "Vi ses"), ("ny", " ofta"), ("lika", ".")]
    assert told(by_words("", "Nytt")) == [("ny", "Nytt")]
    assert told(by_words("Gammalt", "")) == [("borta", "Gammalt")]
    assert told(by_words("Lika", "Lika")) == [("lika", "Lika")]


def test_a_phrase_is_changed_as_a_phrase() -> None:
    """Not as confetti around the one word that happens to be the same."""
    pieces = told(by_words("Kom gärna på måndagar före lunch.", "Ring oss på fredagar efter tolv."))
    assert pieces == [("borta", "Kom gärna på måndagar före lunch"), ("ny", "Ring oss på fredagar efter tolv"), ("lika", ".")]


def test_a_long_unchanged_stretch_is_folded() -> None:
    words = " ".join(f"ord{n}" for n in range(100))
    pieces = by_words(f"Först {words} sist", f"Början {words} slut")
    assert [piece.change for piece in pieces] == [GONE, NEW, SAME, FOLDED, SAME, GONE, NEW]
    assert pieces[3] == Piece(FOLDED, count=80)
    assert pieces[2].text.split() == [f"ord{n}" for n in range(10)]
    assert pieces[4].text.split() == [f"ord{n}" for n in range(90, 100)]
    at_the_ends = by_words(f"{words} sist", f"{words} slut")
    assert [(piece.change, piece.count) for piece in at_the_ends] == [(FOLDED, 90), (SAME, 0), (GONE, 0), (NEW, 0)]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_out_of_the_difference(before: str, after: str) -> None:
    pieces = by_words(before, after)
    assert "".join(p.text for p in pieces if p.change is not NEW) == before
    assert "".join(p.text for p in pieces if p.change is not GONE) == after
    assert (before == after) == all(p.change is SAME for p in pieces)


@given(ITEMS, ITEMS, st.booleans())
def test_both_lists_can_be_read_out_of_the_difference(before: list[str], after: list[str], within: bool) -> None:
    rows = by_items(before, after, within=within)
    if not any(piece.change is FOLDED for row in rows for piece in row):
        assert side(rows, NEW) == before
        assert side(rows, GONE) == after


def test_items_come_and_go_whole_and_rows_are_changed_in_part() -> None:
    assert [told(row) for row in by_items(["Haninge", "Nacka"], ["Haninge", "Salem"])] == [
        [("lika", "Haninge")],
        [("borta", "Nacka")],
        [("ny", "Salem")],
    ]
    rows = by_items(["18 januari 2027, Jordbro, 20 platser"], ["18 januari 2027, Jordbro, 24 platser"], within=True)
    assert [told(row) for row in rows] == [[("lika", "18 januari 2027, Jordbro, "), ("borta", "20"), ("ny", "24"), ("lika", " platser")]]
    rows = by_items(["Börja tidigt."], ["Ring tolken i god tid, och boka lokalen."], within=True)
    assert [told(row) for row in rows] == [[("borta", "Börja tidigt.")], [("ny", "Ring tolken i god tid, och boka lokalen.")]]
    many = [f"rad {n}" for n in range(30)]
    rows = by_items(many, [*many, "ny"])
    assert [[(p.change, p.count) for p in row] for row in rows] == [[(SAME, 0)], [(FOLDED, 28)], [(SAME, 0)], [(NEW, 0)]]


def test_a_book_and_a_trap_are_compared_in_time() -> None:
    chance = random.Random(4)
    book = [" ".join(chance.choices(["en", "två", "och", "sfi", "kurs", "på", "dag"], k=20_000)) for _ in range(2)]
    traps = [("a " * 30_000, "a b " * 15_000), ("." * 40_000, ".," * 20_000), (book[0], book[1]), (" " * 50_000, "\n" * 50_000)]
    for before, after in traps:
        began = time.process_time()
        by_words(before, after)
        assert time.process_time() - began < 5, f"{before[:20]!r} takes too long"
