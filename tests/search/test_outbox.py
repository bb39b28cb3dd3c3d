"""Index and database cannot part: what is promised with a change, what draining does, and what befalls a damaged index."""

import gc
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, inspect, select, update
from sqlalchemy.orm import Session

from insatsbas.catalogue import actions
from insatsbas.catalogue.models import Intervention, Lesson, Link, Need, Occasion, Term, intervention_given_in, intervention_need
from insatsbas.catalogue.rules import Status, TermKind
from insatsbas.core import clock
from insatsbas.core.config import Settings
from insatsbas.core.db import Base, db, writing
from insatsbas.core.jobs import Lease
from insatsbas.core.viewer import SYSTEM
from insatsbas.organisations.models import Municipality, Organisation
from insatsbas.search import indexing
from insatsbas.search.engine import EngineError, Filters, Question
from insatsbas.search.models import IndexJob, JobKind
from insatsbas.search.outbox import TOUCHES, UntoldChangeError
from insatsbas.search.query import Plan
from insatsbas.search.service import Search, current_search
from insatsbas.search.whoosh import snapshot, store
from insatsbas.search.whoosh.store import CURRENT, FIELDS, MARK
from insatsbas.search.whoosh.writing import ArrayWriter
from tests import factories
from tests.conftest import BOTH, open_app, settings_in
from tests.factories import changes, make_intervention, occasion
from tests.support.needs import plain_environ
from tests.support.postgres import Cluster
from tests.support.serving import serving

Change = Callable[[Session, Intervention, Intervention], object]


def the(session: Session, code: str) -> Need:
    return factories.need(session, code)


def set_to(name: str, value: object) -> Change:
    return lambda session, row, other: setattr(row, name, value)


def updated(**named: Any) -> Change:
    return lambda session, row, other: actions.update(SYSTEM, session, row, changes(session, **named))


def renamed(find: Callable[[Session], Any], name: str = "label") -> Change:
    return lambda session, row, other: setattr(find(session), name, "Ett helt nytt namn")


I, N, T, O, M = JobKind.INTERVENTION, JobKind.NEED, JobKind.TERM, JobKind.ORGANISATION, JobKind.MUNICIPALITY  # noqa: E741

# What happens; which jobs it leaves ("row" and "other" are the two interventions that there are); whether the index shows it.
CHANGES: dict[str, tuple[Change, set[tuple[JobKind, str]], bool]] = {
    "a new one": (lambda s, row, other: make_intervention(s, title="Nykomlingen"), {(I, "new")}, True),
    "a new draft": (lambda s, row, other: make_intervention(s, title="Utkastet", status=Status.DRAFT), {(I, "new")}, False),
    "a title": (set_to("title", "Omdöpt"), {(I, "row")}, True),
    "a description": (updated(description="Med vävning och slöjd."), {(I, "row")}, True),
    "a price, which nobody searches for": (updated(place_price=500), {(I, "row")}, False),
    "paused": (updated(status=Status.PAUSED), {(I, "row")}, True),
    "made a draft": (updated(status=Status.DRAFT), {(I, "row")}, True),
    "needs": (updated(needs=("korkort", "sfi")), {(I, "row")}, True),
    "a need taken from the list itself": (lambda s, row, other: row.needs.clear(), {(I, "row")}, True),
    "where it is given": (updated(given_in=("Nacka",)), {(I, "row")}, True),
    "for whom it is open": (updated(open_for=("Nacka",)), {(I, "row")}, True),
    "terms": (updated(terms={TermKind.TIME: ("helg",)}), {(I, "row")}, True),
    "owner": (updated(owner="Nacka kommun"), {(I, "row")}, True),
    "an occasion more": (updated(occasions=(occasion(14, places=10, taken=2), occasion(50))), {(I, "row")}, True),
    "places of an occasion": (lambda s, row, other: setattr(row.occasions[0], "taken_by_own", 9), {(I, "row")}, True),
    "an occasion moved in time": (
        lambda s, row, other: setattr(row.occasions[0], "start", row.occasions[0].start + timedelta(days=3)),
        {(I, "row")},
        True,
    ),
    "an occasion deleted": (lambda s, row, other: s.delete(row.occasions[0]), {(I, "row")}, True),
    "an occasion taken away": (lambda s, row, other: row.occasions.clear(), {(I, "row")}, True),
    "an occasion given to another": (lambda s, row, other: other.occasions.append(row.occasions[0]), {(I, "row"), (I, "other")}, True),
    "an occasion given to another by its key": (
        lambda s, row, other: setattr(row.occasions[0], "intervention_id", other.id),
        {(I, "row"), (I, "other")},
        True,
    ),
    "an occasion's place": (lambda s, row, other: setattr(row.occasions[0], "place", "Biblioteket"), {(I, "row")}, False),
    "a lesson's text": (lambda s, row, other: setattr(row.lessons[0], "text", "Börja med barnpassning."), {(I, "row")}, True),
    "lessons": (updated(lessons=("En", "Två")), {(I, "row")}, True),
    "a link": (lambda s, row, other: setattr(row.links[0], "url", "https://annan.example/"), {(I, "row")}, False),
    "deleted": (lambda s, row, other: s.delete(row), {(I, "row")}, True),
    "a need renamed": (renamed(lambda s: the(s, "samtal")), {(N, "samtal")}, True),
    "a parent of a need renamed": (renamed(lambda s: the(s, "svenska")), {(N, "svenska")}, True),
    "a need moved": (lambda s, row, other: setattr(the(s, "samtal"), "parent", the(s, "gemenskap")), {(N, "samtal")}, True),
    "a need that nothing has renamed": (renamed(lambda s: the(s, "juridik")), {(N, "juridik")}, False),
    "a term renamed": (renamed(lambda s: factories.term(s, TermKind.AUDIENCE, "kvinnor")), {(T, "kvinnor")}, True),
    "an organisation renamed": (renamed(lambda s: factories.organisation(s, "Huddinge kommun"), "name"), {(O, "huddinge-kommun")}, True),
    "a municipality renamed": (renamed(lambda s: factories.municipality(s, "Haninge"), "name"), {(M, "0136")}, True),
    "looked at": (lambda s, row, other: row.title and row.occasions[0].left, set(), False),
    "set to what it was": (lambda s, row, other: setattr(the(s, "samtal"), "label", the(s, "samtal").label), set(), False),
}


def two(session: Session) -> None:
    """The two interventions that everything is done to."""
    for title in ("Raden", "Den andra"):
        make_intervention(
            session,
            title=title,
            needs=("samtal",),
            given_in=("Haninge",),
            terms={TermKind.AUDIENCE: ("kvinnor",)},
            occasions=(occasion(14, places=10, taken=2),),
            lessons=("Ta god tid på er.",),
            links=("https://en.example/",),
        )


def rows(session: Session) -> tuple[Intervention, Intervention]:
    """The two of them, as they are."""
    found = {row.title: row for row in session.scalars(select(Intervention))}
    return found["Raden"], found["Den andra"]


def jobs(session: Session) -> set[tuple[JobKind, int]]:
    """What waits."""
    return {(job.kind, job.ref) for job in session.scalars(select(IndexJob))}


def expected(session: Session, named: set[tuple[JobKind, str]], ids: dict[str, int]) -> set[tuple[JobKind, int]]:
    """The jobs that the table tells of by names."""
    refs: dict[str, int] = dict(ids)
    refs["new"] = session.scalar(select(func.max(Intervention.id))) or 0
    refs |= {need.code: need.id for need in session.scalars(select(Need))}
    refs |= {term.code: term.id for term in session.scalars(select(Term).where(Term.kind == TermKind.AUDIENCE))}
    refs |= {o.slug: o.id for o in session.scalars(select(Organisation))}
    refs |= {m.code: int(m.code) for m in session.scalars(select(Municipality))}
    return {(kind, refs[name]) for kind, name in named}


@pytest.fixture(scope="module", params=BOTH)
def on_each(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application on each database in turn, for all the changes: they clear up before they begin."""
    folder, given = tmp_path_factory.mktemp("on-each") / "data", {}
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("bare_template"), folder)
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        given["DATABASE_URL"] = str(cluster.create(request.getfixturevalue("postgres_template").database))
    with open_app(settings_in(folder, **given)) as app, app.app_context():
        yield app


@pytest.fixture(scope="module")
def named(on_each: Flask) -> dict[tuple[type, object], str]:
    """What needs, terms, organisations and municipalities are called to begin with."""
    with Session(db.engine) as session:
        return {(model, inspect(row).identity): getattr(row, name) for model, name in NAMED for row in session.scalars(select(model))}


NAMED: tuple[tuple[Any, str], ...] = ((Need, "label"), (Term, "label"), (Organisation, "name"), (Municipality, "name"))


def clear(named: dict[tuple[type, object], str]) -> None:
    """No interventions, and every name as it was."""
    with writing() as session:
        the(session, "samtal").parent = the(session, "svenska")
        for model, name in NAMED:
            for row in session.scalars(select(model)):
                setattr(row, name, named[model, inspect(row).identity])
        ids = list(session.scalars(select(Intervention.id)))
        session.execute(delete(Intervention), execution_options={TOUCHES: ids})


@pytest.mark.parametrize("what", CHANGES)
def test_each_change_leaves_its_jobs_with_it_and_draining_makes_all_equal(
    on_each: Flask, named: dict[tuple[type, object], str], what: str
) -> None:
    change, told, is_shown = CHANGES[what]
    search = current_search()
    clear(named)
    with writing() as session:
        two(session)
    assert indexing.drain(search, wait=True) > 0
    assert indexing.compare(search).is_equal

    def do(session: Session) -> None:
        row, other = rows(session)
        ids.update(row=row.id, other=other.id)
        change(session, row, other)
        session.flush()
        assert jobs(session) == expected(session, told, ids)

    ids: dict[str, int] = {}
    with Session(db.engine.execution_options(write=True)) as session:
        do(session)
        session.rollback()
        assert jobs(session) == set(), "the jobs outlive the change that was undone"
    assert indexing.compare(search).is_equal
    with writing() as session:
        do(session)
    waiting = indexing.compare(search)
    assert bool(waiting.waiting) is bool(told)
    assert waiting.is_equal is not is_shown
    assert indexing.drain(search, wait=True) == waiting.waiting
    after = indexing.compare(search)
    assert after.is_equal
    assert after.waiting == 0


def test_one_transaction_of_many_flushes_is_whole_or_nothing(bare_app: Flask) -> None:
    with bare_app.app_context():

        def half() -> None:
            with writing() as session:
                for number in range(5):
                    make_intervention(session, title=f"Nummer {number}")
                assert len(jobs(session)) == 5
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            half()
        with Session(db.engine) as session:
            assert jobs(session) == set()
            assert session.scalars(select(Intervention)).all() == []


# Statements that pass by the flush


@pytest.mark.parametrize(
    "statement",
    [
        update(Intervention).values(title="x"),
        delete(Intervention),
        update(Occasion).values(places=1),
        delete(Occasion).where(Occasion.id == 1),
        update(Lesson).values(text="x"),
        update(Link).values(url="https://x.example/"),
        update(Need).values(label="x"),
        update(Term).values(label="x"),
        update(Organisation).values(name="x"),
        update(Municipality).values(name="x"),
        delete(intervention_need),
        insert(intervention_given_in).values(intervention_id=1, municipality_code="0126"),
        update(Base.metadata.tables["intervention"]).values(title="x"),
        insert(Lesson).values(intervention_id=1, position=0, text="x"),
    ],
    ids=lambda statement: str(statement).split("SET", 1)[0].split("(")[0].strip(),
)
def test_a_statement_that_does_not_say_what_it_touches_is_refused(bare_app: Flask, statement: Any) -> None:
    with bare_app.app_context(), Session(db.engine.execution_options(write=True)) as session:
        with pytest.raises(UntoldChangeError, match="touches"):
            session.execute(statement)
        assert jobs(session) == set()


def test_a_statement_that_says_what_it_touches_leaves_its_jobs(bare_app: Flask) -> None:
    with bare_app.app_context():
        with writing() as session:
            two(session)
        indexing.drain(current_search(), wait=True)
        with writing() as session:
            ids = list(session.scalars(select(Intervention.id)))
            session.execute(update(Occasion).values(taken_by_own=10), execution_options={TOUCHES: ids})
            assert jobs(session) == {(I, number) for number in ids}
        assert not indexing.compare(current_search()).is_equal
        assert factories.index_all(bare_app).is_equal
        with writing() as session:
            session.execute(update(Need).where(Need.code == "finns-inte").values(label="x"), execution_options={TOUCHES: []})
            session.execute(delete(Lease))
            assert jobs(session) == set()


# Draining


@pytest.fixture
def ready(bare_app: Flask) -> Iterator[Search]:
    """Twelve interventions, indexed, within the application's context."""
    with bare_app.app_context():
        with writing() as session:
            for number in range(12):
                make_intervention(session, title=f"Kurs nummer {number}")
        indexing.drain(current_search(), wait=True)
        yield current_search()


def rename(number: int, title: str) -> None:
    """One change, committed."""
    with writing() as session:
        session.scalars(select(Intervention).where(Intervention.title.startswith(f"Kurs nummer {number}"))).first().title = title  # type: ignore[union-attr]


def titles(search: Search, words: str) -> int:
    """How many a question finds."""
    return search.engine.find(Question(search.planner.plan(words), Filters(), clock.today())).total


def test_what_changes_while_draining_is_not_lost(ready: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    apply, left = store.Store.apply, iter(range(3))

    def disturbed(self: store.Store, *arguments: Any) -> None:
        if (number := next(left, None)) is not None:
            # The same row that is being written, and another, change between the reading and the writing.
            rename(0, f"Kurs nummer 0 Mellankommen{number}")
            rename(5, f"Kurs nummer 5 Mellankommen{number}")
        apply(self, *arguments)

    monkeypatch.setattr(store.Store, "apply", disturbed)
    rename(0, "Kurs nummer 0 Först")
    assert indexing.drain(ready) == 1 + 6
    found = indexing.compare(ready)
    assert found.is_equal
    assert found.waiting == 0
    assert titles(ready, "Mellankommen2") == 2
    assert titles(ready, "Mellankommen1") == 0


def test_who_finds_the_lock_taken_leaves_the_jobs_and_the_holder_does_them(ready: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    apply = store.Store.apply
    others: list[int] = []

    def disturbed(self: store.Store, *arguments: Any) -> None:
        apply(self, *arguments)
        if not others:
            # Another request commits and tries to drain while we still hold the lock.
            rename(7, "Kurs nummer 7 Grannens")
            others.append(indexing.drain(ready))

    monkeypatch.setattr(store.Store, "apply", disturbed)
    rename(1, "Kurs nummer 1 Min")
    assert indexing.drain(ready) == 2
    assert others == [0]
    assert indexing.compare(ready).is_equal
    assert titles(ready, "Grannens") == 1


def test_a_busy_lock_leaves_the_jobs_for_the_next_one(ready: Search) -> None:
    rename(3, "Kurs nummer 3 Väntar")
    with ready.engine.writing(wait=False) as alone:
        assert alone
        assert indexing.drain(ready) == 0
        with ready.engine.writing(wait=False) as also:
            assert not also
    assert indexing.compare(ready).waiting == 1
    assert indexing.drain(ready) == 1
    assert indexing.compare(ready).is_equal


def test_who_waits_for_the_lock_gets_it(ready: Search) -> None:
    rename(3, "Kurs nummer 3 Väntar")
    app: Flask = db_app()
    done: list[int] = []

    def waiter() -> None:
        with app.app_context():
            done.append(indexing.drain(ready, wait=True))

    with ready.engine.writing(wait=True):
        thread = threading.Thread(target=waiter)
        thread.start()
        time.sleep(0.05)
        assert done == []
    thread.join(timeout=30)
    assert done == [1]


def db_app() -> Flask:
    """The application of this context, for another thread."""
    from flask import current_app

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


def test_a_job_goes_only_when_the_index_is_seen_to_agree(ready: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    rename(3, "Kurs nummer 3 Förlorad")
    monkeypatch.setattr(store.Store, "apply", lambda self, gone, documents: None)
    with pytest.raises(RuntimeError):
        indexing.drain(ready)
    assert indexing.compare(ready).waiting == 1
    monkeypatch.undo()
    assert indexing.drain(ready) == 1
    assert indexing.compare(ready).is_equal


def test_a_failed_write_keeps_no_lock_and_no_half(ready: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    rename(3, "Kurs nummer 3 Sen")
    add, calls = ArrayWriter.add, iter(range(10))

    def failing(self: ArrayWriter, document: Any, **named: Any) -> None:
        if next(calls) == 0:
            raise OSError("the disk is full")
        add(self, document, **named)

    monkeypatch.setattr(ArrayWriter, "add", failing)
    with pytest.raises(OSError, match="full"):
        indexing.drain(ready)
    assert titles(ready, "kurs") == 12
    assert titles(ready, "Sen") == 0
    assert indexing.drain(ready) == 1
    assert indexing.compare(ready).is_equal


def test_more_jobs_than_are_done_at_once(ready: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "_AT_ONCE", 5)
    for number in range(12):
        rename(number, f"Kurs nummer {number} igen")
    assert indexing.drain(ready) == 12
    assert indexing.compare(ready).is_equal
    assert indexing.rebuild(ready) == 12
    assert indexing.compare(ready).is_equal


def test_one_job_of_a_need_renews_all_that_have_it(ready: Search) -> None:
    with writing() as session:
        the(session, "samtal").label = "Trädgårdsodling"
        assert jobs(session) == {(N, the(session, "samtal").id)}
    assert titles(ready, "trädgårdsodling") == 0
    assert indexing.drain(ready) == 1
    assert titles(ready, "trädgårdsodling") == 12


def test_the_check_tells_what_is_missing_extra_and_old(ready: Search) -> None:
    ids = sorted(ready.engine.marks())
    kept = list(indexing._documents(db.session, ready, ids))
    rename(4, "Kurs nummer 4 Gammal")
    with writing() as session:
        session.execute(delete(IndexJob))
        session.execute(delete(IndexJob))
    ready.engine.apply([ids[0]], [])
    strange = type(kept[0])(**{**{name: getattr(kept[0], name) for name in kept[0].__dataclass_fields__}, "id": 9999})
    ready.engine.apply([], [strange])
    found = indexing.compare(ready)
    assert found.missing == (ids[0],)
    assert found.extra == (9999,)
    assert found.stale == (ids[4],)
    assert not found.is_equal
    assert found.waiting == 0
    indexing.rebuild(ready)
    assert indexing.compare(ready).is_equal


# Rebuilding


def test_a_rebuild_that_fails_leaves_users_on_the_old_one(ready: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    folder: Path = ready.engine.store.folder  # type: ignore[attr-defined]
    before = sorted(path.name for path in folder.iterdir())
    add = ArrayWriter.add

    def failing(self: ArrayWriter, document: Any, **named: Any) -> None:
        if document.title_key.endswith("9"):
            raise OSError("the disk is full")
        add(self, document, **named)

    monkeypatch.setattr(ArrayWriter, "add", failing)
    with pytest.raises(OSError, match="full"):
        indexing.rebuild(ready)
    assert sorted(path.name for path in folder.iterdir()) == before
    assert titles(ready, "kurs") == 12
    assert indexing.compare(ready).is_equal
    monkeypatch.undo()
    assert indexing.rebuild(ready) == 12


def test_a_rebuild_does_what_changed_meanwhile_and_throws_old_ones_away(ready: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    rebuild = store.Store.rebuild

    def disturbed(self: store.Store, documents: Any) -> None:
        rename(2, "Kurs nummer 2 Under bygget")
        rebuild(self, documents)

    monkeypatch.setattr(store.Store, "rebuild", disturbed)
    indexing.rebuild(ready)
    monkeypatch.undo()
    assert titles(ready, "bygget") == 1
    for _ in range(4):
        indexing.rebuild(ready)
    folder: Path = ready.engine.store.folder  # type: ignore[attr-defined]
    # The one in force, and the one before: a reader may be about to open it.
    assert len(list(folder.glob("g-*"))) == 2
    assert len(list(folder.glob("current*"))) == 1


def test_the_index_of_another_analysis_is_made_anew(bare_app: Flask, ready: Search) -> None:
    current: Path = ready.engine.store.current()  # type: ignore[attr-defined]
    assert ready.engine.is_ready()
    (current / MARK).write_text("an older analysis", "ascii")
    assert not ready.engine.is_ready()
    assert bare_app.test_client().get("/halsa").status_code == 503
    # It still answers until then.
    assert titles(ready, "kurs") == 12
    indexing.drain(ready)
    assert ready.engine.is_ready()
    assert ready.engine.store.current() != current  # type: ignore[attr-defined]
    assert indexing.compare(ready).is_equal


# Damage


def cut(size: float) -> Callable[[Path], None]:
    """Cut every segment to a part of its size."""

    def do(folder: Path) -> None:
        for file in folder.glob("*.seg"):
            file.write_bytes(file.read_bytes()[: int(file.stat().st_size * size)])

    return do


def cut_toc(size: int) -> Callable[[Path], None]:
    """Cut the table of contents."""

    def do(folder: Path) -> None:
        for file in folder.glob("*.toc"):
            file.write_bytes(file.read_bytes()[:size])

    return do


DAMAGE: dict[str, Callable[[Path], object]] = {
    "empty segments": cut(0),
    "segments cut short": cut(0.5),
    "segments cut at the end": cut(0.999),
    "an empty table of contents": cut_toc(0),
    "a table of contents cut short": cut_toc(100),
    "no segments": lambda folder: [file.unlink() for file in folder.glob("*.seg")],
    "no table of contents": lambda folder: [file.unlink() for file in folder.glob("*.toc")],
    "no mark": lambda folder: (folder / MARK).unlink(),
    "an empty folder": lambda folder: [file.unlink() for file in folder.iterdir()],
    "no folder": shutil.rmtree,
    "no pointer": lambda folder: (folder.parent / CURRENT).unlink(),
    "an empty pointer": lambda folder: (folder.parent / CURRENT).write_bytes(b""),
    "a pointer of noise": lambda folder: (folder.parent / CURRENT).write_bytes(bytes(range(128, 200))),
    "a pointer to nothing": lambda folder: (folder.parent / CURRENT).write_text("g-000000"),
    "no index at all": lambda folder: shutil.rmtree(folder.parent),
}


# What cannot be read whole is left open by Whoosh, until it is collected.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_index_is_told_of_and_made_anew(ready: Search, bare_app: Flask, what: str) -> None:
    current: Path = ready.engine.store.current()  # type: ignore[attr-defined]
    DAMAGE[what](current)
    # As after a restart: nothing is held from before.
    with open_app(settings_in(current.parent.parent)) as app, app.app_context():
        search, client = current_search(), app.test_client()
        assert not search.engine.is_ready()
        assert client.get("/halsa").status_code == 503
        assert client.get("/halsa").get_json()["index"] == "svarar inte"
        if what != "no mark":
            with pytest.raises(EngineError, match="index rebuild"):
                search.engine.find(Question(Plan(), Filters(), clock.today()))
            page, answer = client.get("/sok"), client.get("/api/v1/insatser")
            assert (page.status_code, answer.status_code) == (503, 503)
            assert answer.mimetype == "application/problem+json"
            assert client.get("/").status_code == 503
        indexing.drain(search)
        assert search.engine.is_ready()
        assert indexing.compare(search).is_equal
        assert client.get("/halsa").status_code == 200
        assert client.get("/sok?q=kurs").status_code == 200
    gc.collect()


def test_serve_makes_a_damaged_index_anew_at_its_start(bare_template: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(bare_template, folder)
    for file in (folder / "index").glob("g-*/*.seg"):
        file.write_bytes(b"")
    for file in (folder / "index").glob("g-*/*.toc"):
        file.write_bytes(b"")
    # Returns when /halsa answers 200.
    with serving(folder, SECRET_KEY="k" * 40):
        pass


# Readers beside a writer


def test_threads_that_meet_new_words_at_once_read_the_same(demo_app: Flask) -> None:
    """Whoosh seeks in files that threads share: without a lock two of them read each other's postings."""
    with demo_app.app_context():
        folder = str(current_search().engine.store.current())  # type: ignore[attr-defined]
    alone = snapshot.read(folder, None)
    terms = sorted({(f, t.decode()) for segment in alone.segments.values() for f, t in segment._reader.all_terms() if f in FIELDS})[::3]
    want = {key: alone.term(*key)[0].tolist() for key in terms}
    wrong: list[object] = []
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        shared = snapshot.read(folder, None)

        def read(step: int) -> None:
            for key in terms[step:] + terms[:step]:
                try:
                    if shared.term(*key)[0].tolist() != want[key] or (key[0] == "title" and not len(shared.phrase((key[1],))[0])):
                        wrong.append(key)
                except Exception as error:
                    wrong.append(error)

        threads = [threading.Thread(target=read, args=(step * len(terms) // 6,)) for step in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switch)
    assert len(terms) > 500
    assert wrong == []


READER = """
import sys, time
from pathlib import Path
from insatsbas.app import create_app
from insatsbas.core import clock
from insatsbas.search.engine import Filters, Question
from insatsbas.search.service import current_search
stop, total, seen = Path(sys.argv[1]), int(sys.argv[2]), set()
app, count = create_app(), 0
with app.app_context():
    search = current_search()
    question = Question(search.planner.plan("kurs"), Filters(), clock.today())
    print("ready", flush=True)
    while not stop.exists():
        seen.add(search.engine.find(question).total)
        seen.add(len(search.engine.marks()))
        count += 1
print(count, sorted(seen), flush=True)
sys.exit(0 if seen == {total} else 1)
"""


def test_readers_beside_a_writer_never_see_an_error_or_half_an_index(ready: Search, bare_app: Flask, tmp_path: Path) -> None:
    """Threads and other processes ask without end while rows change one by one and the index is rebuilt again and again."""
    stop = tmp_path / "stop"
    environ = plain_environ(DATA_DIR=str(ready.engine.store.folder.parent), SECRET_KEY="k" * 40)  # type: ignore[attr-defined]
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(stop), "12"],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
        for _ in range(2)
    ]
    faults: list[object] = []
    counted: list[int] = []

    def read() -> None:
        with bare_app.app_context():
            question, count = Question(ready.planner.plan("kurs"), Filters(), clock.today()), 0
            while not stop.exists():
                try:
                    found = ready.engine.find(question).total
                    if found != 12:
                        faults.append(found)
                except Exception as error:
                    faults.append(error)
                count += 1
            counted.append(count)

    threads = [threading.Thread(target=read) for _ in range(3)]
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n", reader.communicate()[1]
        for thread in threads:
            thread.start()
        for step in range(20):
            rename(step % 12, f"Kurs nummer {step % 12} varv {step}")
            indexing.drain(ready)
            if step % 7 == 0:
                indexing.rebuild(ready)
    finally:
        stop.touch()
        for thread in threads:
            if thread.ident:
                thread.join(timeout=60)
        ends = [reader.communicate(timeout=60) for reader in readers]
    assert faults == []
    assert [reader.returncode for reader in readers] == [0, 0], ends
    assert sum(counted) > 20
    assert all(int(out.split()[0]) > 10 for out, _ in ends)
    assert indexing.compare(ready).is_equal


def test_a_settings_folder_without_an_index_gets_one(settings: Settings, bare_template: Path) -> None:
    shutil.copytree(bare_template, settings.data_dir)
    shutil.rmtree(settings.index_dir)
    with open_app(settings) as app, app.app_context():
        assert not current_search().engine.is_ready()
        indexing.drain(current_search())
        assert current_search().engine.is_ready()
