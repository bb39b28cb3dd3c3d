"""The word lists in the database: what an update brings, what the co-ordinator changes, and that it is in effect everywhere at once."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError, RefusedError
from insatsbas.core.events import Event
from insatsbas.core.viewer import GUEST, SYSTEM
from insatsbas.search import indexing, wordlist_actions, wordlist_queries, wordlist_rules, wordlists
from insatsbas.search.engine import ACTIVE_ONLY, Filters, Question
from insatsbas.search.service import coming_search, current_search, index_is_ready
from insatsbas.search.wordlist_models import WordLine
from insatsbas.search.wordlist_rules import Change
from insatsbas.search.wordlists import Line, ListKind
from tests.conftest import open_app, settings_in

SYNONYMS, PARTS, EXCEPTIONS, STOPWORDS = ListKind.SYNONYMS, ListKind.PARTS, ListKind.EXCEPTIONS, ListKind.STOPWORDS


def shipped(*lines: tuple[ListKind, str]) -> list[Line]:
    return [Line(kind, number, text) for number, (kind, text) in enumerate(lines, start=1)]


@pytest.fixture
def empty(both_databases: Flask) -> Flask:
    """Lists with nothing in them."""
    with writing() as session:
        wordlist_actions.lay_in(SYSTEM, session, [])
    assert wordlist_queries.in_force(db.session) == ()
    db.session.rollback()
    return both_databases


def lay_in(*lines: tuple[ListKind, str]) -> int:
    with writing() as session:
        return wordlist_actions.lay_in(SYSTEM, session, shipped(*lines))


def in_force() -> list[tuple[ListKind, str]]:
    db.session.rollback()
    return [(line.kind, line.text) for line in wordlist_queries.in_force(db.session)]


def row(text: str) -> WordLine:
    db.session.rollback()
    return db.session.scalars(select(WordLine).where(WordLine.line == text)).one()


@contextmanager
def changing(text: str) -> Iterator[tuple[object, WordLine]]:
    with writing() as session:
        yield session, session.scalars(select(WordLine).where(WordLine.line == text)).one()


# What the program brings


def test_what_comes_with_the_program_is_what_is_in_force(both_databases: Flask) -> None:
    assert in_force() == [(line.kind, line.text) for line in wordlists.lines_of()]
    assert coming_search().lists == wordlists.read()
    with writing() as session:
        assert wordlist_actions.lay_in(SYSTEM, session) == 0, "it is laid in once"


def test_an_update_changes_nothing_that_the_coordinator_has_changed(empty: Flask) -> None:
    assert lay_in((SYNONYMS, "a = b"), (SYNONYMS, "c = d"), (SYNONYMS, "e = f"), (PARTS, "skola")) == 4
    with writing() as session:
        rows = {r.line: r for r in session.scalars(select(WordLine))}
        wordlist_actions.change(SYSTEM, session, rows["a = b"], "a = b = x", "Sägs här")
        wordlist_actions.remove(SYSTEM, session, rows["c = d"])
        wordlist_actions.add(SYSTEM, session, SYNONYMS, "egen = rad", "")
    # The same again; then one where a line has been mended, one has gone, and one has come that the co-ordinator has too.
    assert lay_in((SYNONYMS, "a = b"), (SYNONYMS, "c = d"), (SYNONYMS, "e = f"), (PARTS, "skola")) == 0
    assert sorted(in_force()) == [(PARTS, "skola"), (SYNONYMS, "a = b = x"), (SYNONYMS, "e = f"), (SYNONYMS, "egen = rad")]
    assert lay_in((SYNONYMS, "a = b"), (SYNONYMS, "c = d"), (SYNONYMS, "e = f = g"), (SYNONYMS, "egen = rad")) == 1
    assert sorted(in_force()) == [(SYNONYMS, "a = b = x"), (SYNONYMS, "e = f = g"), (SYNONYMS, "egen = rad")]
    assert row("a = b = x").note == "Sägs här"
    # What the program no longer brings stays where it has been changed, and is the co-ordinator's own from then on.
    assert lay_in() == 0
    assert in_force() == [(SYNONYMS, "a = b = x")]
    assert row("a = b = x").shipped is None
    assert lay_in((SYNONYMS, "c = d")) == 1, "nobody remembers a line that was removed before it left the program"


def test_what_an_update_brings_that_does_not_go_together_is_left_out(empty: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with writing() as session:
        wordlist_actions.add(SYSTEM, session, EXCEPTIONS, "kurs: kursen", "")
    assert lay_in((EXCEPTIONS, "kursen: kursens"), (EXCEPTIONS, "plats: platsen")) == 1
    assert in_force() == [(EXCEPTIONS, "kurs: kursen"), (EXCEPTIONS, "plats: platsen")]
    assert "kursen står redan under kurs." in caplog.text


# What the co-ordinator changes


def test_each_change_can_be_read_and_undone(empty: Flask) -> None:
    with writing() as session:
        made = wordlist_actions.add(SYSTEM, session, SYNONYMS, "  SFI =  svenska för invandrare # så", "")
        assert made.line == "sfi = svenska för invandrare"
        wordlist_actions.change(SYSTEM, session, made, "sfi = svenska", "kort")
        wordlist_actions.change(SYSTEM, session, made, "sfi = svenska", "kort")
        wordlist_actions.remove(SYSTEM, session, made)
        wordlist_actions.remove(SYSTEM, session, made)
    assert in_force() == []
    with changing("sfi = svenska") as (session, line):
        wordlist_actions.put_back(SYSTEM, session, line)  # type: ignore[arg-type]
        wordlist_actions.put_back(SYSTEM, session, line)  # type: ignore[arg-type]
    assert in_force() == [(SYNONYMS, "sfi = svenska")]
    told = [(event.kind, event.text) for event in db.session.scalars(select(Event).order_by(Event.id)) if event.kind.startswith("sokord.")]
    assert told == [
        ("sokord.nytt", "sfi = svenska för invandrare"),
        ("sokord.andrat", "sfi = svenska för invandrare → sfi = svenska"),
        ("sokord.borttaget", "sfi = svenska"),
        ("sokord.ater", "sfi = svenska"),
    ]


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        (SYNONYMS, "ensam", "Skriv a = b eller a -> b."),
        (SYNONYMS, "a = !", "Skriv a = b eller a -> b."),
        (SYNONYMS, "a = b -> c", "Skriv a = b eller a -> b."),
        (SYNONYMS, " # bara en kommentar", "Skriv en rad."),
        (SYNONYMS, "x = " + "y" * 500, "Raden är för lång."),
        (SYNONYMS, "SFI  = svenska", "Raden finns redan."),
        (EXCEPTIONS, "kursen: kursens", "kursen står redan under kurs."),
        (EXCEPTIONS, "plats", "Skriv ord: form form."),
        (EXCEPTIONS, "plats: a: b", "Skriv ord: form form."),
        (PARTS, "två ord", "Skriv del eller del: form form."),
        (STOPWORDS, "och/eller", "Skriv ord med mellanslag mellan."),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_with_what_is_wrong(empty: Flask, kind: ListKind, text: str, why: str) -> None:
    assert lay_in((SYNONYMS, "sfi = svenska"), (EXCEPTIONS, "kurs: kursen"), (PARTS, "skola"), (STOPWORDS, "och")) == 4
    before = in_force()
    with writing() as session, pytest.raises(RefusedError) as refused:
        wordlist_actions.add(SYSTEM, session, kind, text, "")
    assert str(refused.value) == why
    # Nor may one that is there become it; a line that stays as it is is no double of itself.
    number = next(line.at for line in wordlist_queries.in_force(db.session) if line.kind is kind)
    db.session.rollback()
    told = wordlist_rules.fault(wordlist_queries.in_force(db.session), Change(kind, number, text))
    is_its_own = why == "Raden finns redan." or "redan under" in why
    assert (told is None) is is_its_own
    assert in_force() == before


def test_what_has_been_written_since_may_hinder_putting_back(empty: Flask) -> None:
    lay_in((EXCEPTIONS, "kurs: kursen"))
    with writing() as session:
        wordlist_actions.remove(SYSTEM, session, session.scalars(select(WordLine)).one())
        wordlist_actions.add(SYSTEM, session, EXCEPTIONS, "kursen: kursens", "")
    with writing() as session, pytest.raises(RefusedError, match="kursen står redan under"):
        wordlist_actions.put_back(SYSTEM, session, session.scalars(select(WordLine).where(WordLine.removed)).one())
    with writing() as session, pytest.raises(RefusedError, match="Återställ den först"):
        wordlist_actions.change(SYSTEM, session, session.scalars(select(WordLine).where(WordLine.removed)).one(), "a: b", "")


def test_nobody_else_may(empty: Flask) -> None:
    with writing() as session:
        line = wordlist_actions.add(SYSTEM, session, SYNONYMS, "a = b", "")
        for forbidden in (
            lambda: wordlist_actions.add(GUEST, session, SYNONYMS, "c = d", ""),
            lambda: wordlist_actions.change(GUEST, session, line, "c = d", ""),
            lambda: wordlist_actions.remove(GUEST, session, line),
            lambda: wordlist_actions.put_back(GUEST, session, line),
            lambda: wordlist_actions.lay_in(GUEST, session, []),
            lambda: wordlist_queries.lines(GUEST, session, SYNONYMS),
            lambda: wordlist_queries.line(GUEST, session, SYNONYMS, line.id),
            lambda: wordlist_queries.counts(GUEST, session),
        ):
            with pytest.raises(ForbiddenError):
                forbidden()


def test_lines_are_searched_within_as_they_are_written(empty: Flask) -> None:
    lay_in((SYNONYMS, "ö = b"), (SYNONYMS, "100% = allt"), (SYNONYMS, "a_b = allt"), (PARTS, "allt"))
    found = [line.line for line in wordlist_queries.lines(SYSTEM, db.session, SYNONYMS, containing=" Allt ")]
    assert found == ["100% = allt", "a_b = allt"]
    assert [line.line for line in wordlist_queries.lines(SYSTEM, db.session, SYNONYMS, containing="%")] == ["100% = allt"]
    assert [line.line for line in wordlist_queries.lines(SYSTEM, db.session, SYNONYMS)] == ["100% = allt", "a_b = allt", "ö = b"]
    assert wordlist_queries.counts(SYSTEM, db.session) == {SYNONYMS: 3, PARTS: 1, EXCEPTIONS: 0, STOPWORDS: 0}


def test_the_words_of_a_change_are_what_one_would_search_for() -> None:
    lines = shipped((SYNONYMS, "sfi = svenska för invandrare"), (EXCEPTIONS, "kurs: kursen kurser"))
    assert Change(SYNONYMS, 1, "sfi -> svenska | lära språk").words(lines) == ["sfi", "svenska för invandrare", "svenska", "lära språk"]
    assert Change(EXCEPTIONS, 2, None).words(lines) == ["kurs", "kursen"]


# In effect at once, everywhere


def found(text: str) -> int:
    """How many active interventions a question finds, as a request would ask."""
    search = current_search()
    return search.engine.find(Question(search.planner.plan(text), Filters(values=ACTIVE_ONLY), clock.today())).total


@pytest.fixture
def two(demo_template: Path, tmp_path: Path) -> Iterator[tuple[Flask, Flask]]:
    """Two applications on one catalogue and one index, as two processes have them."""
    folder = tmp_path / "data"
    shutil.copytree(demo_template, folder)
    with ExitStack() as ending:
        first, second = (ending.enter_context(open_app(settings_in(folder))) for _ in range(2))
        yield first, second


def add(app: Flask, kind: ListKind, text: str) -> None:
    with app.app_context(), writing() as session:
        wordlist_actions.add(SYSTEM, session, kind, text, "")


def test_a_synonym_is_in_effect_in_every_process_at_once(two: tuple[Flask, Flask]) -> None:
    first, second = two
    with second.app_context():
        before, analysis = found("xyzlotsning"), current_search().analysis
        assert before == 0
        assert found("yrkessvenska") > 0
    add(first, SYNONYMS, "xyzlotsning -> yrkessvenska")
    for app in two:
        with app.app_context():
            assert found("xyzlotsning") > 0
            assert current_search() is coming_search(), "the index need not be made anew"
    with second.app_context():
        assert current_search().analysis is analysis, "what it remembers of words is kept"
        assert indexing.compare(coming_search()).is_equal


def test_what_shapes_the_index_waits_for_it_and_questions_are_answered_meanwhile(two: tuple[Flask, Flask]) -> None:
    first, second = two
    with second.app_context():
        whole, old = found("torsdag"), current_search()
        assert whole > 0
    # By the new analysis alone "torsdag" would find nothing in the index that is there.
    add(first, EXCEPTIONS, "xyztors: torsdag")
    # Synonyms are in effect at once all the same, and a process that starts meanwhile answers like the others.
    add(first, SYNONYMS, "xyzgro -> torsdag")
    with ExitStack() as ending:
        third = ending.enter_context(open_app(first.extensions["insatsbas"]))
        for app in (first, second, third):
            with app.app_context():
                assert found("torsdag") == whole, "the index in force is asked as it was made"
                assert found("xyztors") == 0
                assert found("xyzgro") > 0
                assert current_search().analysis.mark == old.analysis.mark
                assert coming_search().analysis.mark != old.analysis.mark
                assert index_is_ready()
                assert not coming_search().engine.is_ready()
    # What `work` does.
    with first.app_context():
        indexing.drain(coming_search())
        assert indexing.compare(coming_search()).is_equal
    for app in two:
        with app.app_context():
            assert found("torsdag") == found("xyztors") > 0
            assert current_search() is coming_search()
            assert not old.engine.is_ready()
    kept = list(Path(first.extensions["insatsbas"].index_dir).glob("lists-*"))
    assert len(kept) == 1, "only the lists of the index in force are kept"


def test_a_change_that_is_taken_back_leaves_nothing(two: tuple[Flask, Flask]) -> None:
    first, _ = two
    with first.test_request_context("/"):
        wordlist_actions.add(SYSTEM, db.session, SYNONYMS, "xyzlotsning -> yrkessvenska", "")
        assert found("xyzlotsning") == 0, "what is not committed is not searched by"
        db.session.rollback()
    add(first, SYNONYMS, "xyzlots -> yrkessvenska")
    with first.test_request_context("/"):
        assert found("xyzlotsning") == 0
        assert found("xyzlots") > 0


def test_one_search_is_the_same_throughout_a_request(two: tuple[Flask, Flask]) -> None:
    first, second = two
    with first.test_request_context("/"):
        search = current_search()
        add(second, SYNONYMS, "xyzlots -> yrkessvenska")
        assert current_search() is search


def test_lists_that_lie_beside_no_index_or_are_spoilt_are_done_without(app: Flask) -> None:
    with app.app_context():
        (file,) = Path(app.extensions["insatsbas"].index_dir).glob("lists-*")
        whole = found("svenska")
        for spoilt in ("", "{", json.dumps([["okänd", 1, "a"]])):
            file.write_text(spoilt, "utf-8")
            with writing() as session:
                wordlist_actions.add(SYSTEM, session, PARTS, f"abcdef{len(spoilt)}", "")
            assert found("svenska") == whole
            assert current_search() is coming_search()


def test_a_line_that_cannot_be_read_any_more_says_nothing(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with app.app_context():
        before = found("svenska")
        with writing() as session:
            # As masking may leave it.
            line = session.scalars(select(WordLine).where(WordLine.kind == SYNONYMS)).first()
            assert line is not None
            session.execute(update(WordLine).where(WordLine.id == line.id).values(line="[maskerat]"))
        assert found("svenska") == before
        assert "[maskerat]" in caplog.text


def test_order_does_not_shape_the_index() -> None:
    lines = wordlists.lines_of()
    forwards, _ = wordlists.understood(lines)
    backwards, _ = wordlists.understood(lines[::-1])
    assert forwards.mark == backwards.mark
    assert forwards.parts == {word: backwards.parts[word] for word in forwards.parts}
    assert forwards.exceptions == backwards.exceptions
    assert wordlists.understood([replace(line, at=line.at + 7) for line in lines])[0] == forwards


def test_a_question_is_answered_by_what_was_committed_by_another_process(two: tuple[Flask, Flask]) -> None:
    calls: list[Callable[[], None]] = [lambda: add(two[0], SYNONYMS, "xyza -> yrkessvenska"), lambda: add(two[1], SYNONYMS, "xyzb -> xyza")]
    for call in calls:
        call()
    for app in two:
        with app.app_context():
            assert found("xyza") > 0
