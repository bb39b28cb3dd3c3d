"""The co-ordinator's needs and lists: renaming, moving, merging, retiring, sheltering."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from insatsbas.catalogue import need_actions, queries, term_actions
from insatsbas.catalogue.models import Intervention, Need, NeedRedirect, Term
from insatsbas.catalogue.need_actions import NeedFacts, facts_of
from insatsbas.catalogue.revision_models import Revision
from insatsbas.catalogue.rules import TermKind
from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError, RefusedError
from insatsbas.core.events import Event
from insatsbas.core.viewer import SYSTEM, Grant, Role, Viewer
from insatsbas.keeping.desk import need_actions as desk_actions
from insatsbas.keeping.reports.models import Report
from insatsbas.keeping.reports.rules import ReportKind
from tests.factories import index_all, make_intervention, need, occasion, term
from tests.support.people import SignedInClient, as_role, make_person

LANGUAGE = ("samtal", "sfi")


@pytest.fixture
def desk(bare_app: Flask) -> SignedInClient:
    """A co-ordinator who has signed in."""
    return as_role(bare_app, Role.COORDINATOR, email="samordnare@exempel.example")


def form_of(app: Flask, code: str, **given: str) -> dict[str, str]:
    """The form of a need as its page shows it."""
    with app.app_context():
        row = need(db.session, code)
        told = {"namn": row.label, "under": row.parent.code if row.parent else "", "symbol": row.icon or "", "farg": str(row.colour or "")}
        flags = {"ruta": row.is_tile, "skyddat": row.sheltered, "personal": row.for_staff, "vuxenutbildning": row.via_adult_education}
    return {**told, **{name: "ja" for name, is_on in flags.items() if is_on}, **given}


def order(parent: str | None) -> list[str]:
    """The codes under a need, or the tops, in order."""
    rows = queries.lists(db.session).needs
    return [row.code for row in rows if (row.parent.code if row.parent else None) == parent]


# Needs


def test_a_need_is_renamed_and_the_search_follows(desk: SignedInClient) -> None:
    app = desk.application
    with app.app_context(), writing() as session:
        make_intervention(session, title="Fikastunden", needs=("samtal",))
    assert index_all(app).is_equal
    assert desk.get("/api/v1/insatser?q=pratkvarn").get_json()["total"] == 0
    assert desk.post("/samordna/behov/samtal", data=form_of(app, "samtal", namn="Pratkvarn")).status_code == 303
    assert index_all(app).is_equal
    assert desk.get("/api/v1/insatser?q=pratkvarn").get_json()["total"] == 1
    with app.app_context():
        told = db.session.scalars(select(Event).where(Event.kind == "behov.andrat")).one()
        assert told.subject == "behov:samtal"
        assert told.text.endswith("→ Pratkvarn")


def test_what_is_wrong_with_a_need_is_said_and_nothing_typed_is_lost(desk: SignedInClient) -> None:
    app = desk.application
    for wrong, said in (
        ({"namn": ""}, "Skriv vad behovet heter"),
        ({"namn": "svenska FÖR invandrare (sfi)"}, "finns redan på samma ställe"),
        ({"namn": "Tal", "under": "", "ruta": "ja"}, "Välj en symbol och en färg"),
        ({"namn": "Tal", "ruta": "ja", "symbol": "sol", "farg": "3"}, "Bara behov som inte är en del"),
        ({"namn": "Tal", "under": "finns-inte"}, ""),
        ({"namn": "Tal", "farg": "13"}, ""),
        ({"namn": "Tal 850709-9805"}, "personnummer"),
        ({"namn": "x" * 101}, "Högst 100 tecken"),
    ):
        answer = desk.post("/samordna/behov/samtal", data=form_of(app, "samtal", **wrong))
        assert answer.status_code == 422, wrong
        assert said in answer.text
        assert f'value="{wrong["namn"]}"' in answer.text
    with app.app_context():
        assert need(db.session, "samtal").label != "Tal"


def test_a_need_with_parts_is_no_part(desk: SignedInClient) -> None:
    answer = desk.post("/samordna/behov/svenska", data=form_of(desk.application, "svenska", under="arbete", ruta=""))
    assert answer.status_code == 422
    assert "har egna delar" in answer.text


def test_a_new_need_gets_a_code_that_no_need_had(desk: SignedInClient) -> None:
    app = desk.application
    with app.app_context(), writing() as session:
        need_actions.change_code(SYSTEM, session, need(session, "samtal"), "prata")
    for code in ("samtal-2", "samtal-3"):
        sent = {"namn": "Samtal", "under": "svenska" if code == "samtal-2" else "arbete", "symbol": "", "farg": ""}
        assert desk.post("/samordna/nytt-behov", data=sent).status_code == 303
        with app.app_context():
            assert order("svenska" if code == "samtal-2" else "arbete")[-1] == code
    sent = {"namn": "Trygghet", "under": "", "ruta": "ja", "symbol": "sol", "farg": "11", "skyddat": "ja"}
    assert desk.post("/samordna/nytt-behov", data=sent).status_code == 303
    with app.app_context():
        assert order(None)[-1] == "trygghet"
        assert need(db.session, "trygghet").sheltered
    assert "Trygghet" in desk.get("/").text


def test_needs_change_places(desk: SignedInClient) -> None:
    with desk.application.app_context():
        before, tops = order("svenska"), order(None)
    assert desk.post(f"/samordna/behov/{before[1]}/flytta", data={"riktning": "upp"}).status_code == 303
    assert desk.post(f"/samordna/behov/{before[0]}/flytta", data={"riktning": "ner"}).status_code == 303
    assert desk.post(f"/samordna/behov/{before[-1]}/flytta", data={"riktning": "ner"}).status_code == 303
    assert desk.post(f"/samordna/behov/{tops[0]}/flytta", data={"riktning": "ner"}).status_code == 303
    with desk.application.app_context():
        assert order("svenska") == [before[1], before[2], before[0], *before[3:]]
        assert order(None) == [tops[1], tops[0], *tops[2:]]


def test_needs_of_one_position_change_places_too(both_databases: Flask) -> None:
    with writing() as session:
        for row in session.scalars(select(Need)):
            row.position = 7
        session.flush()
        before = [row.id for row in session.scalars(select(Need).where(Need.parent_id.is_(None)).order_by(Need.position, Need.id))]
        moved = session.get(Need, before[2])
        assert moved is not None
        need_actions.shift(SYSTEM, session, moved, up=True)
        after = [row.id for row in session.scalars(select(Need).where(Need.parent_id.is_(None)).order_by(Need.position, Need.id))]
        assert after == [before[0], before[2], before[1], *before[3:]]


def test_a_need_is_moved_under_another(desk: SignedInClient) -> None:
    app = desk.application
    with app.app_context(), writing() as session:
        make_intervention(session, title="Fikastunden", needs=("samtal",))
    assert index_all(app).is_equal
    assert desk.post("/samordna/behov/samtal", data=form_of(app, "samtal", under="arbete")).status_code == 303
    with app.app_context():
        assert order("arbete")[-1] == "samtal"
    assert index_all(app).is_equal
    assert desk.get("/api/v1/insatser?behov=arbete").get_json()["total"] == 1
    assert desk.get("/api/v1/insatser?behov=svenska").get_json()["total"] == 0


def test_a_code_leads_on_and_can_be_taken_back(desk: SignedInClient) -> None:
    assert desk.post("/samordna/behov/samtal/kod", data={"kod": "prata"}).status_code == 303
    assert desk.get("/behov/samtal").headers["Location"].endswith("/behov/prata")
    assert desk.post("/samordna/behov/prata/kod", data={"kod": "samtal"}).status_code == 303
    assert desk.get("/behov/prata").headers["Location"].endswith("/behov/samtal")
    for wrong, said in (("sfi", "används redan"), ("Åäö !", "bara ha bokstäverna"), ("", "Skriv en kod")):
        answer = desk.post("/samordna/behov/samtal/kod", data={"kod": wrong})
        assert answer.status_code == 422
        assert said in answer.text
    assert desk.post("/samordna/behov/sfi/kod", data={"kod": "prata"}).status_code == 422, "an old address of another leads on"


def test_merging_is_previewed_and_everything_follows(desk: SignedInClient) -> None:
    app = desk.application
    with app.app_context(), writing() as session:
        make_intervention(session, title="Ett", needs=("samtal", "korkort"))
        make_intervention(session, title="Två", needs=("samtal", "sfi"), status="utkast")
        someone = make_person(session, "hans@haninge.example", (Role.CASE_OFFICER, "Haninge kommun"))
        session.add(Report(kind=ReportKind.MISSING, need_id=need(session, "samtal").id, person_id=someone.id, text="Språkvän saknas"))
    preview = desk.post("/samordna/behov/samtal/sla-ihop", data={"i": "sfi"})
    assert preview.status_code == 200
    assert "2 insatser får behovet" in preview.text
    with app.app_context():
        assert need(db.session, "samtal"), "a preview does nothing"
    assert desk.post("/samordna/behov/samtal/sla-ihop", data={"i": "sfi", "gor": "ja"}).status_code == 303
    with app.app_context():
        codes = {row.title: sorted(n.code for n in row.needs) for row in db.session.scalars(select(Intervention))}
        assert codes == {"Ett": ["korkort", "sfi"], "Två": ["sfi"]}
        assert db.session.scalar(select(func.count()).select_from(Revision).where(Revision.number == 2)) == 2
        assert db.session.scalars(select(Report)).one().need_id == need(db.session, "sfi").id
        redirect = db.session.get(NeedRedirect, "samtal")
        assert redirect is not None
        assert redirect.need_id == need(db.session, "sfi").id
    assert index_all(app).is_equal
    assert desk.get("/behov/samtal").headers["Location"].endswith("/behov/sfi")
    assert "Språkvän saknas" in desk.get("/samordna/saknas").text


def test_merging_that_cannot_be_is_refused(desk: SignedInClient) -> None:
    for code, sent, said in (
        ("svenska", {"i": "arbete", "gor": "ja"}, "har delar"),
        ("samtal", {"i": "samtal", "gor": "ja"}, ""),
        ("samtal", {"i": ""}, "Välj det behov som ska finnas kvar"),
    ):
        answer = desk.post(f"/samordna/behov/{code}/sla-ihop", data=sent)
        assert answer.status_code == 422
        assert said in answer.text


def test_a_retired_need_is_kept_by_those_that_have_it_and_offered_to_none(desk: SignedInClient) -> None:
    app = desk.application
    with app.app_context(), writing() as session:
        make_intervention(session, title="Ett", needs=("samtal",))
    assert index_all(app).is_equal
    for code in LANGUAGE:
        assert desk.post(f"/samordna/behov/{code}/utga", data={"utga": "ja"}).status_code == 303
    search = desk.get("/sok").text
    assert 'name="behov" value="samtal"' in search, "it still finds something"
    assert 'name="behov" value="sfi"' not in search
    assert desk.get("/behov/sfi").status_code == 200
    assert desk.post("/samordna/behov/sfi/utga", data={"utga": "nej"}).status_code == 303
    assert 'name="behov" value="sfi"' in desk.get("/sok").text
    answer = desk.post("/samordna/behov/svenska/utga", data={"utga": "ja"})
    assert answer.status_code == 422
    assert "har delar" in answer.text


def test_a_retired_tile_is_no_tile(both_databases: Flask) -> None:
    with writing() as session:
        row = need_actions.add(SYSTEM, session, NeedFacts(label="Trygghet", icon="sol", colour=3, is_tile=True))
        part = need_actions.add(SYSTEM, session, NeedFacts(label="Larm", parent=row))
        need_actions.retire(SYSTEM, session, part, retired=True)
        need_actions.retire(SYSTEM, session, row, retired=True)
        assert not row.is_tile
        with pytest.raises(RefusedError, match="har utgått"):
            need_actions.change(SYSTEM, session, row, NeedFacts(label="Trygghet", icon="sol", colour=3, is_tile=True))
        with pytest.raises(RefusedError, match="har utgått"):
            need_actions.retire(SYSTEM, session, part, retired=False)


def test_sheltering_takes_addresses_away_when_that_is_known(desk: SignedInClient) -> None:
    app = desk.application
    with app.app_context(), writing() as session:
        first = occasion(14, place="Jordbro", address="Exempelgatan 1", places=5)
        make_intervention(session, title="Ett", needs=("samtal",), occasions=[first, occasion(20)])
        make_intervention(session, title="Två", needs=("samtal",))
    page = desk.get("/samordna/behov/samtal").text
    assert "1 insats med behovet har en adress" in page
    answer = desk.post("/samordna/behov/samtal", data=form_of(app, "samtal", skyddat="ja"))
    assert answer.status_code == 422
    assert "Kryssa i att de får tas bort" in answer.text
    assert desk.post("/samordna/behov/samtal", data=form_of(app, "samtal", skyddat="ja", adresser="ja")).status_code == 303
    with app.app_context():
        row = db.session.scalars(select(Intervention).where(Intervention.title == "Ett")).one()
        assert [(o.place, o.address, o.address_on_request) for o in row.occasions] == [("", "", True)] * 2
        assert row.occasions[0].places == 5
        whys = db.session.scalars(select(Revision.why).where(Revision.intervention_id == row.id).order_by(Revision.number)).all()
        assert whys[-1].endswith("är nu skyddat.")
    assert index_all(app).is_equal


def test_what_is_for_staff_follows_its_needs_and_audience(both_databases: Flask) -> None:
    with writing() as session:
        row = make_intervention(session, needs=("samtal",))
        samtal = need(session, "samtal")
        assert need_actions.change(SYSTEM, session, samtal, NeedFacts(**{**vars_of(facts_of(samtal)), "for_staff": True}))
        assert row.for_staff
        assert need_actions.change(SYSTEM, session, samtal, NeedFacts(**{**vars_of(facts_of(samtal)), "for_staff": False}))
        assert not row.for_staff
        assert not need_actions.change(SYSTEM, session, samtal, facts_of(samtal))
        new = term_actions.add(SYSTEM, session, TermKind.AUDIENCE, label="Lärare")
        other = make_intervention(session, title="Annan", needs=("sfi",))
        other.terms.append(new)
        session.flush()
        term_actions.change(SYSTEM, session, new, label="Lärare", for_staff=True, in_language=True)
        assert other.for_staff
        assert not new.in_language, "only support is given in a language"


def vars_of(facts: NeedFacts) -> dict[str, object]:
    return {name: getattr(facts, name) for name in NeedFacts.__slots__}


# Lists


def test_a_word_is_added_renamed_moved_and_retired(desk: SignedInClient) -> None:
    app = desk.application
    assert desk.post("/samordna/nytt-ord/passar", data={"namn": "Nattarbetare"}).status_code == 303
    with app.app_context(), writing() as session:
        make_intervention(session, title="Ett", terms={"audience": ("nattarbetare",), "support": ("tolk",)})
    assert index_all(app).is_equal
    assert desk.post("/samordna/listor/passar/nattarbetare", data={"namn": "Skiftarbetare"}).status_code == 303
    assert index_all(app).is_equal
    assert desk.get("/api/v1/insatser?q=skiftarbetare").get_json()["total"] == 1
    assert desk.post("/samordna/listor/passar/nattarbetare/flytta", data={"riktning": "upp"}).status_code == 303
    with app.app_context():
        codes = [row.code for row in term_actions.of_kind(db.session, TermKind.AUDIENCE)]
        assert codes[-2] == "nattarbetare"
    for name, code in (("stod", "tolk"), ("stod", "sprakstod")):
        assert desk.post(f"/samordna/listor/{name}/{code}/utga", data={"utga": "ja"}).status_code == 303
    search = desk.get("/sok").text
    assert 'name="stod" value="tolk"' in search
    assert 'name="stod" value="sprakstod"' not in search


def test_what_is_wrong_with_a_word_is_said(desk: SignedInClient) -> None:
    with desk.application.app_context():
        label = term(db.session, TermKind.SUPPORT, "tolk").label
    for wrong, said in (
        ({"namn": ""}, "Skriv vad det heter"),
        ({"namn": label.upper()}, "Listan har redan"),
        ({"namn": "x" * 101}, "Högst 100"),
    ):
        answer = desk.post("/samordna/nytt-ord/stod", data=wrong)
        assert answer.status_code == 422
        assert said in answer.text
    for address in (
        "/samordna/nytt-ord/finns-inte",
        "/samordna/listor/stod/finns-inte",
        "/samordna/behov/finns-inte",
        "/samordna/kommuner/9999",
    ):
        assert desk.get(address).status_code == 404
    for address in (
        "/samordna/organisationer/finns-inte",
        "/samordna/organisationer/finns-inte/lamnar",
        "/samordna/personer/4711",
        f"/samordna/personer/{10**30}",
    ):
        assert desk.get(address).status_code == 404


def test_only_the_coordinator_may(both_databases: Flask) -> None:
    editor = Viewer("Anna", 1, frozenset({Grant(Role.EDITOR, 1)}))
    with writing() as session:
        samtal, sfi = need(session, "samtal"), need(session, "sfi")
        row = session.scalars(select(Term)).first()
        assert row is not None
        calls: list[Callable[[], object]] = [
            lambda: need_actions.add(editor, session, NeedFacts("Nytt")),
            lambda: need_actions.change(editor, session, samtal, NeedFacts("Nytt")),
            lambda: need_actions.change_code(editor, session, samtal, "ny"),
            lambda: need_actions.shift(editor, session, samtal, up=True),
            lambda: need_actions.retire(editor, session, samtal, retired=True),
            lambda: need_actions.merge(editor, session, samtal, sfi),
            lambda: desk_actions.merge(editor, session, samtal, sfi),
            lambda: term_actions.add(editor, session, TermKind.TIME, label="Ny"),
            lambda: term_actions.change(editor, session, row, label="Ny", for_staff=False, in_language=False),
            lambda: term_actions.shift(editor, session, row, up=True),
            lambda: term_actions.retire(editor, session, row, retired=True),
        ]
        for call in calls:
            with pytest.raises(ForbiddenError):
                call()
        assert session.scalar(select(func.count()).select_from(Event)) == 0
