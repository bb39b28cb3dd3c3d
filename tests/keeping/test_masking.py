"""A text that is masked is found nowhere that the system keeps, and all else is as it was."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import String, cast, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from whoosh import index as whoosh_index

from insatsbas.catalogue import actions as catalogue
from insatsbas.catalogue import snapshot
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.restore_actions import restore
from insatsbas.catalogue.revision_models import Revision
from insatsbas.core import events, letters
from insatsbas.core.db import Base, db, writing
from insatsbas.core.errors import ForbiddenError, RefusedError
from insatsbas.core.events import Event
from insatsbas.core.letters import Letter
from insatsbas.core.settings_store import Setting
from insatsbas.core.viewer import SYSTEM, Role, Viewer
from insatsbas.interchange.batch_models import ImportBatch
from insatsbas.keeping.masking import actions, cleaning, queries
from insatsbas.keeping.masking.rules import MARK, Order
from insatsbas.keeping.reports.models import Report
from insatsbas.keeping.reports.rules import FaultReason, ReportKind
from insatsbas.organisations.models import Organisation
from insatsbas.search import indexing
from insatsbas.search.service import current_search
from tests.factories import index_all, make_intervention, occasion, organisation
from tests.support.checks import CheckingClient
from tests.support.needs import plain_environ
from tests.support.people import as_role, make_person
from tests.support.postgres import Cluster
from tests.support.serving import OURS

# A word that is nowhere else, with a letter that JSON, the index and the analysis each write in their own way.
WORD = "Kvixblåström"
# What the index makes of it: folded, and its stem. The beginning is common to all of them.
TRACES = ("kvixbl", "Kvixbl", "KVIXBL")
OTHER = "Zebrafärgad"
PAGE = "/samordna/maskera"


def put_everywhere(session: Session) -> None:
    """Put the word in every kind of thing that is kept; out of the intervention itself it is edited away."""
    anna = make_person(session, "anna@huddinge.example", (Role.EDITOR, "Huddinge kommun"), name="Anna").as_viewer()
    row = make_intervention(
        session,
        title=f"Samtal med {WORD}",
        summary=f"{OTHER} sammanfattning, {WORD}.",
        description=f"Fråga efter {WORD.upper()}",
        contact=f"{WORD.lower()}@exempel.example",
        lessons=["Börja tidigt.", f"Prata med {WORD}s chef"],
        links=[f"https://exempel.example/{WORD}"],
        occasions=[occasion(9, place=WORD, places=9)],
        outcomes=[(f"Gick till {WORD}", 7)],
    )
    catalogue.update(anna, session, row, {"title": f"{OTHER} titel", "lessons": ["Börja tidigt."]}, why=f"{WORD} bad om det")
    make_intervention(session, title=f"Kurs hos {WORD}", status="avslutad", lessons=[f"{WORD} kan mer"])
    session.add(
        Report(
            kind=ReportKind.FAULT, reason=FaultReason.OTHER, intervention=row, organisation=row.owner, text=f"Där står {WORD}!", answer=WORD
        )
    )
    letters.queue(session, to="anna@huddinge.example", subject=f"Om {WORD}", body=f"Hej!\n{WORD}\noch {OTHER}")
    events.record(anna, session, "slag.ett", text=f"Ringde {WORD}")
    cells = {"titel": f"Ny kurs, {WORD}", "lärdomar": [WORD]}
    session.add(
        ImportBatch(
            token="t",
            person_id=anna.person_id,
            file_name=f"{WORD}.xlsx",
            rows=[cells],
            faults=[{"text": f"”{WORD}” finns inte"}],
            versions={},
        )
    )
    session.merge(Setting(name="halsning", value=f"Välkommen, säger {WORD}"))


def traces(data: bytes) -> list[str]:
    """What of the word is in some bytes, as text or as JSON writes it."""
    return [trace for trace in TRACES if trace.encode() in data]


def files_with_traces(folder: Path) -> dict[str, list[str]]:
    """The files under a folder in which the word, or the beginning of it, stands."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): found for path in files if (found := traces(path.read_bytes()))}


def words_of_index(folder: Path) -> set[str]:
    """Every term of every generation of the index, unpacked."""
    words: set[str] = set()
    for generation in folder.glob("g-*"):
        with whoosh_index.open_dir(str(generation)).reader() as reader:
            words |= {term.decode() for _field, term in reader.all_terms()}
            words |= {str(stored) for stored in reader.all_stored_fields()}
    return words


def rows_with_traces() -> list[str]:
    """The columns in which the word stands, as the database itself reads them: all columns of all tables, exempt or not."""
    db.session.rollback()
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            for value in db.session.scalars(select(cast(column, String)).where(column.is_not(None))):
                if "kvixbl" in str(value).lower():
                    found.append(f"{table.name}.{column.name}: {value}")
    # Who goes on reading an old state would keep the database from being cleared.
    db.session.rollback()
    return found


@pytest.fixture
def folder(bare_app: Flask) -> Path:
    """The data folder of an installation in which the word is everywhere, the index too."""
    with bare_app.app_context(), writing() as session:
        put_everywhere(session)
    index_all(bare_app)
    with bare_app.app_context():
        indexing.rebuild(current_search())
    return bare_app.extensions["insatsbas"].data_dir


@pytest.fixture
def coordinator(bare_app: Flask) -> CheckingClient:
    """A co-ordinator."""
    return as_role(bare_app, Role.COORDINATOR, email="sam@exempel.example")


def test_after_masking_the_word_is_nowhere_on_the_disk(bare_app: Flask, folder: Path, coordinator: CheckingClient) -> None:
    before = files_with_traces(folder)
    assert any(name.startswith("insatsbas.db") for name in before), "the word was never there: the test proves nothing"
    assert any("kvixbl" in word for word in words_of_index(folder / "index"))

    looked = coordinator.post(PAGE, data={"text": WORD, "skal": "En anhörig bad om det"})
    assert looked.status_code == 200
    for place in ("Insatser, som de är nu", "Tidigare versioner", "Brev", "Händelser", "Felrapporter", "Inlästa filer", "Inställningar"):
        assert place in looked.text
    assert f"<q>{WORD}s</q>" in looked.text
    assert files_with_traces(folder).keys() >= before.keys(), "looking has changed something"

    done = coordinator.post(f"{PAGE}/utfor", data={"text": WORD, "skal": "En anhörig bad om det"})
    assert done.status_code == 303
    assert "Sökindexet är ombyggt och databasen rensad." in coordinator.get(PAGE).text
    assert files_with_traces(folder) == {}
    assert not [word for word in words_of_index(folder / "index") if "kvixbl" in word.lower()]
    assert len(list((folder / "index").glob("g-*"))) == 1
    with bare_app.app_context():
        assert rows_with_traces() == []
        assert indexing.compare(current_search()).is_equal
    # What was not asked for is as it was, in database and index.
    assert any("zebrafärg" in word for word in words_of_index(folder / "index"))
    assert "Zebraf" in (folder / "insatsbas.db").read_bytes().decode("utf-8", "ignore")
    assert coordinator.get("/sok?q=zebrafärgad").text.count("ib-card") > 0
    assert "sam@exempel.example" in (folder / "insatsbas.db").read_bytes().decode("utf-8", "ignore")


def test_that_it_was_done_is_kept_without_the_text(bare_app: Flask, folder: Path, coordinator: CheckingClient) -> None:
    coordinator.post(f"{PAGE}/utfor", data={"text": WORD, "skal": "En anhörig bad om det"})
    page = coordinator.get("/samordna/handelser?handelse=text.maskerad").text
    assert "Sam maskerade en text överallt." in page
    assert "En anhörig bad om det. Texten stod på" in page
    assert "Systemet byggde om sökindexet och rensade databasen" in coordinator.get("/samordna/handelser?handelse=text.stadad").text


def test_an_earlier_version_is_put_back_but_for_what_is_masked(bare_app: Flask, folder: Path) -> None:
    with bare_app.app_context(), writing() as session:
        row = session.scalars(select(Intervention).order_by(Intervention.id)).first()
        assert row is not None
        (first, *_) = session.scalars(select(Revision).where(Revision.intervention_id == row.id).order_by(Revision.number))
        was, version = dict(first.content), row.version
        mask(session)
        assert row.version > version, "who edits it meanwhile must meet a newer version"
        now = dict(first.content)
        assert {name for name in was if was[name] != now[name]} == {
            "title",
            "summary",
            "description",
            "contact",
            "lessons",
            "links",
            "occasions",
            "outcomes",
        }
        assert now["title"] == f"Samtal med {MARK}"
        assert now["contact"] == f"{MARK}@exempel.example"
        last = session.scalars(select(Revision).where(Revision.intervention_id == row.id).order_by(Revision.number.desc())).first()
        assert last is not None
        assert last.content == snapshot.take(row), "the last version is still how it is now"
        restore(SYSTEM, session, row, now, why="")
        assert snapshot.take(row) == now


def mask(session: Session, word: str = WORD, **more: Any) -> None:
    """Mask a word."""
    actions.mask(SYSTEM, session, Order((word,), **more), why="Skäl")


def test_names_and_addresses_of_accounts_are_masked_only_when_asked_for(bare_app: Flask) -> None:
    with bare_app.app_context(), writing() as session:
        person = make_person(session, "karin.ek@huddinge.example", (Role.EDITOR, "Huddinge kommun"), name="Karin Ek")
        twin = make_person(session, "karin@haninge.example", (Role.EDITOR, "Haninge kommun"), name="Karin")
        row = make_intervention(session, title="Fråga Karin", summary="S.")
        catalogue.update(person.as_viewer(), session, row, {"summary": "Nytt."})
        events.record(person.as_viewer(), session, "slag.ett")
        letters.queue(session, to=person.email, subject="Hej", body="Hej")
        mask(session, "Karin")
        assert (row.title, person.name, person.email) == (f"Fråga {MARK}", "Karin Ek", "karin.ek@huddinge.example")
        mask(session, "Karin", names=True)
        assert (person.name, twin.name, person.email) == (f"{MARK} Ek", MARK, "karin.ek@huddinge.example")
        assert {who for who in session.scalars(select(Revision.who)) if "Ek" in who} == {f"{MARK} Ek"}
        assert not [who for who in session.scalars(select(Event.who)) if "Karin" in who]
        mask(session, "Karin", addresses=True)
        assert (person.email, twin.email) == (f"maskerat-{person.id}@maskerat.invalid", f"maskerat-{twin.id}@maskerat.invalid")
        assert "karin" not in " ".join(session.scalars(select(Letter.to)))


def test_names_that_must_differ_still_do(bare_app: Flask) -> None:
    with bare_app.app_context(), writing() as session:
        organisation(session, "Karins förening")
        organisation(session, "karins förening")
        organisation(session, "KARINS förening")
        mask(session, "Karins")
        names = [name for name in session.scalars(select(Organisation.name)) if MARK in name]
    assert sorted(names) == [f"{MARK} förening", f"{MARK} förening 2", f"{MARK} förening 3"]
    assert index_all(bare_app).is_equal


def test_what_the_database_checks_still_holds(bare_app: Flask) -> None:
    with bare_app.app_context(), writing() as session:
        row = make_intervention(
            session, title="Bo1" * 50, summary="Bo1" * 133, links=["https://bo1.example/bo1", "http://bo1"], contact="x"
        )
        mask(session, "Bo1")
        assert 0 < len(row.title) <= 150
        assert [link.url for link in row.links] == [f"https://{MARK}.example/{MARK}", f"http://{MARK}"]
        mask(session, "http://[maskerat]".removesuffix("[maskerat]") + MARK[:4])
        assert row.links[1].url == "https://maskerat.invalid/"


def test_what_was_not_cleared_at_once_is_cleared_by_the_periodic_work(
    bare_app: Flask, folder: Path, coordinator: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(indexing, "rebuild", lambda _search: 1 / 0)
        coordinator.post(f"{PAGE}/utfor", data={"text": WORD, "skal": "Skäl"})
        assert "rensas inom några minuter" in coordinator.get(PAGE).text
    assert files_with_traces(folder) != {}, "what was left is left"
    with bare_app.app_context():
        assert rows_with_traces() == []
    done = subprocess.run([*OURS, "work", "--once"], env=plain_environ(DATA_DIR=str(folder)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    with bare_app.app_context():
        assert not cleaning.clean(current_search()), "it is done once"
    assert files_with_traces(folder) == {}


def test_a_reader_of_an_old_state_delays_the_clearing(bare_app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with bare_app.app_context():
        with writing() as session:
            mask(session)
        with db.engine.connect() as reader:
            reader.execute(text("SELECT 1 FROM need LIMIT 1"))
            with writing() as session:
                events.record(SYSTEM, session, "slag.ett")
            monkeypatch.setattr(cleaning, "_PATIENCE", 0.1)
            with pytest.raises(cleaning.BusyError):
                cleaning.clean(current_search())
        assert cleaning.clean(current_search())
    assert files_with_traces(folder) == {}


def test_what_is_asked_is_checked(bare_app: Flask, folder: Path, coordinator: CheckingClient) -> None:
    for given, said in {
        ("", "Skäl"): "Skriv texten som ska bort",
        ("An", "Skäl"): "Skriv minst tre tecken",
        (WORD, ""): "Skriv varför texten ska bort",
        (WORD, f"{WORD} bad om det"): "Skriv skälet utan texten som ska bort",
        ("maskera", "Skäl"): "Texten är en del av det som sätts i stället",
    }.items():
        for address in (PAGE, f"{PAGE}/utfor"):
            answer = coordinator.post(address, data={"text": given[0], "skal": given[1]})
            assert (answer.status_code, said in answer.text) == (422, True), given
    assert "Texten finns inte någonstans." in coordinator.post(f"{PAGE}/utfor", data={"text": "qqqqq", "skal": "Skäl"}).text
    assert "Texten finns inte någonstans." in coordinator.post(PAGE, data={"text": "qqqqq", "skal": "Skäl"}).text
    assert coordinator.post(PAGE, data={"text": "19811218-9876", "skal": "Skäl"}).status_code == 200, "a personal number can be looked for"
    assert coordinator.post(PAGE, data={"text": "qqqqq", "andra": "x" * 2001, "skal": "Skäl"}).status_code == 422
    assert coordinator.get(PAGE).headers["Cache-Control"] == "no-store"


def test_it_is_for_the_co_ordinator_alone(bare_app: Flask, folder: Path) -> None:
    editor = as_role(bare_app, (Role.EDITOR, "Huddinge kommun"), (Role.DECISION_MAKER, "Huddinge kommun"), email="e@exempel.example")
    assert editor.get(PAGE).status_code == 403
    for address in (PAGE, f"{PAGE}/utfor"):
        assert editor.post(address, data={"text": WORD, "skal": "Elak"}).status_code == 403
    with bare_app.app_context(), writing() as session:
        nobody = Viewer("någon")
        with pytest.raises(ForbiddenError):
            actions.mask(nobody, session, Order((WORD,)), why="x")
        with pytest.raises(ForbiddenError):
            queries.findings(nobody, session, Order((WORD,)))
        with pytest.raises(RefusedError):
            actions.mask(SYSTEM, session, Order(("An",)), why="x")
    assert files_with_traces(folder) != {}


@pytest.mark.parametrize("both_databases", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_in_postgresql_too(both_databases: Flask, postgres: Cluster) -> None:
    """The server's own files are read: what it has written of this database, after a checkpoint."""
    with writing() as session:
        put_everywhere(session)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # What the server remembers of the commonest values is text too.
        connection.execute(text("ANALYZE"))
        connection.execute(text("CHECKPOINT"))
        own = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    files = postgres.folder / "data" / "base" / str(own)
    assert files_with_traces(files) != {}, "the word was never there: the test proves nothing"
    with writing() as session:
        mask(session)
        # Who writes meanwhile waits: what they add would not have been seen.
        with writing() as other:
            other.execute(text("SET LOCAL lock_timeout = '100ms'"))
            with pytest.raises(OperationalError):
                letters.queue(other, to="x@exempel.example", subject=WORD, body=WORD)
            other.rollback()
    db.session.rollback()
    assert cleaning.clean(current_search())
    assert rows_with_traces() == []
    assert files_with_traces(files) == {}
    assert indexing.compare(current_search()).is_equal
    # Nothing of it is kept to be done again.
    assert json.loads(db.session.scalar(select(Setting.value).where(Setting.name == actions.WAITING)) or "[]") == []
