"""The co-ordinator's organisations and municipalities: adding, changing, leaving, coming back."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from insatsbas.accounts.models import Membership, Person, SignIn
from insatsbas.catalogue import actions
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.revision_models import Revision
from insatsbas.catalogue.rules import EndReason, Status
from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError, RefusedError
from insatsbas.core.events import Event
from insatsbas.core.viewer import SYSTEM, Grant, Role, Viewer
from insatsbas.keeping.desk import leaving, municipality_actions, organisation_actions
from insatsbas.keeping.desk.leaving import Way
from insatsbas.keeping.desk.organisation_actions import Details
from insatsbas.keeping.reports.models import Report
from insatsbas.keeping.reports.rules import FaultReason, ReportKind
from insatsbas.organisations.models import Municipality, Organisation
from insatsbas.organisations.rules import OrganisationKind
from tests.factories import changes, index_all, make_intervention, municipality, organisation
from tests.support.people import SignedInClient, as_role, make_person, signed_in

LIST, NACKA = "/samordna/organisationer", "/samordna/organisationer/nacka-kommun"
FORM = {"namn": "Tyresö IF", "typ": "forening", "kommun": "0138", "nummer": "", "brevlada": "", "farskhet": ""}


@pytest.fixture
def desk(bare_app: Flask) -> SignedInClient:
    """A co-ordinator who has signed in."""
    return as_role(bare_app, Role.COORDINATOR, email="samordnare@exempel.example")


def details(**given: Any) -> Details:
    plain: dict[str, Any] = {"name": "Ny", "kind": OrganisationKind.ASSOCIATION, "municipality": None, "number": "", "mailbox": ""}
    return Details(**{**plain, "shows_freshness": False, **given})


def in_database(app: Flask, statement: Any) -> Any:
    with app.app_context():
        return db.session.scalar(statement)


def nacka_with_all(app: Flask) -> None:
    """Nacka has one of each status, an editor of its own, one who is editor of Huddinge too, and what was reported."""
    with app.app_context(), writing() as session:
        for status in Status:
            row = make_intervention(session, title=f"Insats {status.value}", owner="Nacka kommun", status=status, lessons=["Börja tidigt."])
            if status is Status.ACTIVE:
                fault = {"kind": ReportKind.FAULT, "reason": FaultReason.CONTACT, "organisation_id": row.owner_id}
                session.add(Report(intervention_id=row.id, **fault))
        make_person(session, "egen@nacka.example", (Role.EDITOR, "Nacka kommun"), (Role.CASE_OFFICER, "Nacka kommun"))
        make_person(session, "bada@nacka.example", (Role.EDITOR, "Nacka kommun"), (Role.EDITOR, "Huddinge kommun"))


def statuses(session: Session, owner: str) -> list[str]:
    rows = session.scalars(select(Intervention).where(Intervention.owner_id == organisation(session, owner).id))
    return sorted(row.status.value for row in rows)


# Adding and changing


def test_an_organisation_is_added_and_changed_and_keeps_its_address(desk: SignedInClient) -> None:
    assert desk.post("/samordna/ny-organisation", data={**FORM, "nummer": "2120000068", "farskhet": "ja"}).status_code == 303
    page = desk.get(f"{LIST}/tyreso-if").text
    assert "212000-0068" in page
    assert "Ingen aktiv redaktör" in page
    changed = {**FORM, "namn": "Tyresö idrottsförening", "brevlada": "info@tyreso-if.example"}
    assert desk.post(f"{LIST}/tyreso-if", data=changed).status_code == 303
    row = in_database(desk.application, select(Organisation).where(Organisation.slug == "tyreso-if"))
    assert (row.name, row.number, row.mailbox, row.shows_freshness) == ("Tyresö idrottsförening", "", "info@tyreso-if.example", False)
    told = in_database(desk.application, select(Event.text).where(Event.kind == "organisation.andrad"))
    assert told == "Tyresö IF → Tyresö idrottsförening"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"namn": "nacka KOMMUN"}, "Det finns redan en organisation som heter Nacka kommun"),
        ({"nummer": "212000-0069"}, "är inget organisationsnummer"),
        ({"namn": ""}, "Skriv organisationens namn"),
        ({"brevlada": "ingen adress"}, "Skriv en e-postadress"),
        ({"namn": "Anna 850709-9805"}, "personnummer"),
        ({"namn": "x" * 151}, "Högst 150 tecken"),
        ({"typ": "kejsardöme"}, ""),
        ({"kommun": "9999"}, ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(desk: SignedInClient, wrong: dict[str, str], said: str) -> None:
    answer = desk.post("/samordna/ny-organisation", data={**FORM, **wrong, "farskhet": "ja"})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="ja" checked' in answer.text
    assert in_database(desk.application, select(Organisation).where(Organisation.slug == "tyreso-if")) is None


def test_what_differs_in_nothing_is_no_event(both_databases: Flask) -> None:
    with writing() as session:
        row = organisation_actions.add(SYSTEM, session, details(name="Ny förening"))
        assert not organisation_actions.change(SYSTEM, session, row, details(name="Ny förening"))
        assert organisation_actions.change(SYSTEM, session, row, details(name="Nyare förening"))
        assert session.scalar(select(func.count()).select_from(Event).where(Event.kind == "organisation.andrad")) == 1


def test_the_list_flags_those_without_an_active_editor(desk: SignedInClient) -> None:
    with desk.application.app_context(), writing() as session:
        make_intervention(session, owner="Nacka kommun")
        make_intervention(session, owner="Haninge kommun")
        make_person(session, "kommer@haninge.example", (Role.EDITOR, "Haninge kommun")).password_hash = "x"
        make_person(session, "inbjuden@nacka.example", (Role.EDITOR, "Nacka kommun"))
    page = desk.get(f"{LIST}?visa=utan-redaktor").text
    assert "Nacka kommun" in page, "one who never came is no active editor"
    assert "Haninge kommun" not in page
    assert "1 organisation ger insatser men saknar en aktiv redaktör" in desk.get("/samordna").text


# Leaving


@pytest.mark.parametrize("reason", ["anordnare", "avtal"])
def test_one_that_leaves_ends_what_it_gives(desk: SignedInClient, reason: str) -> None:
    app = desk.application
    nacka_with_all(app)
    own, both = signed_in(app, "egen@nacka.example"), signed_in(app, "bada@nacka.example")
    sent = {"dag": "2026-03-01", "satt": "avsluta", "till": "", "skal": reason}
    preview = desk.post(f"{NACKA}/lamnar", data=sent)
    assert preview.status_code == 200
    for told in ("2 insatser avslutas", "1 utkast ligger kvar", "2 personer mister sina roller", "1 har inga andra roller"):
        assert told in preview.text
    with app.app_context():
        assert statuses(db.session, "Nacka kommun") == ["aktiv", "avslutad", "pausad", "utkast"], "a preview does nothing"
    mark = preview.text.split('name="sett" value="')[1].split('"')[0]
    assert desk.post(f"{NACKA}/lamnar", data={**sent, "sett": mark, "gor": "ja"}).status_code == 303
    with app.app_context():
        assert statuses(db.session, "Nacka kommun") == ["avslutad", "avslutad", "avslutad", "utkast"]
        for title in ("Insats aktiv", "Insats pausad"):
            row = db.session.scalars(select(Intervention).where(Intervention.title == title)).one()
            assert row.end_reason == EndReason(reason)
            assert [lesson.text for lesson in row.lessons] == ["Börja tidigt."]
            last = db.session.scalars(select(Revision).where(Revision.intervention_id == row.id).order_by(Revision.number.desc())).first()
            assert last is not None
            assert last.why == "Nacka kommun lämnade samverkan 1 mars 2026."
        left = db.session.scalars(select(Organisation).where(Organisation.slug == "nacka-kommun")).one()
        assert left.left_on == date(2026, 3, 1)
        held = db.session.scalars(select(Membership).where(Membership.organisation_id == left.id)).all()
        assert not held
        people = {p.email: p for p in db.session.scalars(select(Person))}
        assert people["egen@nacka.example"].disabled_at is not None
        assert people["bada@nacka.example"].disabled_at is None
        sessions = db.session.scalars(select(SignIn.person_id)).all()
        assert people["egen@nacka.example"].id not in sessions
        assert people["bada@nacka.example"].id in sessions
        assert db.session.scalar(select(Report.organisation_id)) is None, "it is the co-ordinator's to answer now"
        assert db.session.scalar(select(func.count()).select_from(Event).where(Event.kind == "organisation.lamnat")) == 1
    assert own.get("/vara-kollegor").status_code == 303
    assert both.get("/vara-kollegor").status_code == 200
    assert index_all(app).is_equal
    page = desk.get(NACKA).text
    assert "Lämnade samverkan" in page
    assert "Utkast som ligger kvar: Insats utkast" in page
    assert "Lämnade samverkan" in desk.get("/organisationer/nacka-kommun").text


@pytest.mark.parametrize(
    ("chosen", "theirs", "stays"),
    [
        ({"satt": "lamna-over"}, ["aktiv", "pausad", "utkast"], ["avslutad"]),
        ({"satt": "valda", "valda": ("Insats aktiv", "Insats avslutad")}, ["aktiv", "avslutad"], ["avslutad", "utkast"]),
    ],
)
def test_one_that_leaves_hands_over(desk: SignedInClient, chosen: dict[str, Any], theirs: list[str], stays: list[str]) -> None:
    app = desk.application
    nacka_with_all(app)
    with app.app_context():
        ids = [db.session.scalar(select(Intervention.public_id).where(Intervention.title == title)) for title in chosen.get("valda", ())]
    sent = {"dag": "2026-03-01", "till": "huddinge-kommun", "skal": "anordnare", **chosen, "valda": ids}
    preview = desk.post(f"{NACKA}/lamnar", data=sent)
    assert preview.status_code == 200
    mark = preview.text.split('name="sett" value="')[1].split('"')[0]
    assert desk.post(f"{NACKA}/lamnar", data={**sent, "sett": mark, "gor": "ja"}).status_code == 303
    with app.app_context():
        assert statuses(db.session, "Huddinge kommun") == theirs
        assert statuses(db.session, "Nacka kommun") == stays
        row = db.session.scalars(select(Intervention).where(Intervention.title == "Insats aktiv")).one()
        assert row.verified_on is None, "the new owner has confirmed nothing"
        last = db.session.scalars(select(Revision).where(Revision.intervention_id == row.id).order_by(Revision.number.desc())).first()
        assert last is not None
        assert last.why.endswith("Lämnades över till Huddinge kommun.")
        assert db.session.scalar(select(Report.organisation_id)) == organisation(db.session, "Huddinge kommun").id


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"satt": "lamna-over"}, "Välj vilken organisation som tar över"),
        ({"satt": "valda", "till": "huddinge-kommun"}, "Välj minst en insats att lämna över"),
        ({"satt": ""}, "Välj vad som ska hända med insatserna"),
        ({"dag": "i går"}, "Skriv dagen som år-månad-dag"),
        ({"dag": "2999-01-01", "sett": "*", "gor": "ja"}, "Välj i dag eller en dag som har varit"),
        ({"satt": "lamna-over", "till": "nacka-kommun"}, ""),
        ({"skal": "fa-deltagare"}, ""),
    ],
)
def test_leaving_that_cannot_be_is_refused(desk: SignedInClient, wrong: dict[str, str], said: str) -> None:
    nacka_with_all(desk.application)
    sent = {"dag": "2026-03-01", "satt": "avsluta", "till": "", "skal": "anordnare", **wrong}
    if wrong.get("sett"):
        sent["sett"] = desk.post(f"{NACKA}/lamnar", data={**sent, "gor": ""}).text.split('name="sett" value="')[1].split('"')[0]
    answer = desk.post(f"{NACKA}/lamnar", data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    with desk.application.app_context():
        assert statuses(db.session, "Nacka kommun") == ["aktiv", "avslutad", "pausad", "utkast"]
        assert organisation(db.session, "Nacka kommun").left_on is None


def test_what_changed_after_the_preview_is_previewed_again(desk: SignedInClient) -> None:
    nacka_with_all(desk.application)
    sent = {"dag": "2026-03-01", "satt": "avsluta", "till": "", "skal": "anordnare"}
    mark = desk.post(f"{NACKA}/lamnar", data=sent).text.split('name="sett" value="')[1].split('"')[0]
    with desk.application.app_context(), writing() as session:
        make_intervention(session, title="En till", owner="Nacka kommun")
    again = desk.post(f"{NACKA}/lamnar", data={**sent, "sett": mark, "gor": "ja"})
    assert again.status_code == 200
    assert "Något har ändrats sedan du tittade" in again.text
    assert "3 insatser avslutas" in again.text
    assert in_database(desk.application, select(Organisation.left_on).where(Organisation.slug == "nacka-kommun")) is None


def test_one_that_left_gives_nothing_until_it_comes_back(both_databases: Flask) -> None:
    with writing() as session:
        row = make_intervention(session, owner="Nacka kommun")
        other = make_intervention(session, title="Annan", owner="Huddinge kommun")
        nacka = organisation(session, "Nacka kommun")
        plan = leaving.plan(SYSTEM, session, nacka, Way.END, to=None, chosen=())
        organisation_actions.leave(SYSTEM, session, plan, on=clock.today(), reason=EndReason.ORGANISER)
        with pytest.raises(RefusedError, match="redan lämnat"):
            organisation_actions.leave(SYSTEM, session, plan, on=clock.today(), reason=EndReason.ORGANISER)
    gives_nothing = pytest.raises(RefusedError, match="har lämnat samverkan")
    with writing() as session:
        again = changes(session, status="aktiv", end_reason=None)
        with gives_nothing:
            actions.update(SYSTEM, session, session.merge(row), again)
        session.rollback()
    with gives_nothing, writing() as session:
        make_intervention(session, title="Ny", owner="Nacka kommun")
    with writing() as session:
        theirs = changes(session, owner="Nacka kommun")
        with gives_nothing:
            actions.update(SYSTEM, session, session.merge(other), theirs)
        session.rollback()
    with writing() as session:
        organisation_actions.come_back(SYSTEM, session, organisation(session, "Nacka kommun"))
        make_intervention(session, title="Ny", owner="Nacka kommun")


def test_coming_back(desk: SignedInClient) -> None:
    with desk.application.app_context(), writing() as session:
        organisation(session, "Nacka kommun").left_on = date(2026, 3, 1)
    assert "Låt organisationen vara med igen" in desk.get(NACKA).text
    assert desk.post(f"{NACKA}/tillbaka").status_code == 303
    assert "Organisationen lämnar samverkan" in desk.get(NACKA).text


def test_only_the_coordinator_may(both_databases: Flask) -> None:
    with writing() as session:
        nacka = organisation(session, "Nacka kommun")
        editor = Viewer("Anna", 1, frozenset({Grant(Role.EDITOR, nacka.id)}))
        haninge = municipality(session, "Haninge")
        told = municipality_actions.Details("Haninge", "Stockholms län", True, None, None, (), ())
        plan = leaving.plan(SYSTEM, session, nacka, Way.END, to=None, chosen=())
        calls: list[Callable[[], object]] = [
            lambda: organisation_actions.add(editor, session, details()),
            lambda: organisation_actions.change(editor, session, nacka, details()),
            lambda: organisation_actions.leave(editor, session, plan, on=clock.today(), reason=EndReason.ORGANISER),
            lambda: organisation_actions.come_back(editor, session, nacka),
            lambda: organisation_actions.show_freshness(editor, session, set()),
            lambda: municipality_actions.add(editor, session, "9999", told),
            lambda: municipality_actions.change(editor, session, haninge, told),
        ]
        for call in calls:
            with pytest.raises(ForbiddenError):
                call()
        assert session.scalar(select(func.count()).select_from(Event).where(Event.kind.like("organisation.%"))) == 0


# Municipalities

HANINGE = {"namn": "Haninge", "lan": "Stockholms län", "medlem": "ja", "rad": "3", "kolumn": "4", "pendling": ["0126", "0182"]}


def test_a_municipality_is_changed_and_commuting_goes_both_ways(desk: SignedInClient) -> None:
    sent = {**HANINGE, "rad": "5", "kolumn": "5", "orter": "Jordbro\r\n\r\n  Nya   orten \r\nJordbro"}
    assert desk.post("/samordna/kommuner/0136", data=sent).status_code == 303
    with desk.application.app_context():
        rows = {m.code: m for m in db.session.scalars(select(Municipality))}
        assert (rows["0136"].tile_row, rows["0136"].tile_column) == (5, 5)
        assert [place.name for place in rows["0136"].places] == ["Jordbro", "Nya orten"]
        assert {m.code for m in rows["0136"].neighbours} == {"0126", "0182"}
        assert {code for code, m in rows.items() if rows["0136"] in m.neighbours} == {"0126", "0182"}
    assert index_all(desk.application).is_equal


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rad": "2", "kolumn": "3"}, "Huddinge ligger redan på den rutan"),
        ({"rad": "5", "kolumn": ""}, "Välj både rad och kolumn"),
        ({"namn": "huddinge"}, "Det finns redan en kommun som heter Huddinge"),
        ({"orter": "Jordbro\nflemingsberg"}, "Orten Flemingsberg hör redan till en annan kommun"),
        ({"orter": "x" * 61}, "högst 60 tecken"),
        ({"rad": "13"}, ""),
        ({"pendling": ["0136"]}, ""),
    ],
)
def test_a_municipality_that_cannot_be_is_refused(desk: SignedInClient, wrong: dict[str, Any], said: str) -> None:
    answer = desk.post("/samordna/kommuner/0136", data={**HANINGE, "orter": "Mitt ord", **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert "Mitt ord" in answer.text or "orter" in wrong
    with desk.application.app_context():
        row = municipality(db.session, "0136")
        assert (row.tile_row, row.tile_column, row.name) == (3, 4, "Haninge")
        assert "Jordbro" in [place.name for place in row.places]


def test_a_municipality_is_added(desk: SignedInClient) -> None:
    sent = {**HANINGE, "kod": "0188", "namn": "Norrtälje", "rad": "", "kolumn": "", "medlem": ""}
    assert desk.post("/samordna/ny-kommun", data=sent).status_code == 303
    assert "Norrtälje" in desk.get("/samordna/kommuner").text
    assert desk.post("/samordna/ny-kommun", data={**sent, "namn": "En annan"}).status_code == 422
    assert desk.post("/samordna/ny-kommun", data={**sent, "kod": "018", "namn": "Tredje"}).status_code == 422
