"""The co-ordinator's people, settings and what is missing; and that nobody else sees who works where."""

import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from insatsbas.accounts.models import Membership, Person, SignIn
from insatsbas.catalogue import actions
from insatsbas.catalogue.freshness_queries import SETTING
from insatsbas.core import clock, settings_store
from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError
from insatsbas.core.events import Event
from insatsbas.core.letters import Letter
from insatsbas.core.viewer import Grant, Role, Viewer
from insatsbas.keeping.desk import settings_actions
from insatsbas.keeping.reports.models import Report
from insatsbas.keeping.reports.rules import ReportKind
from insatsbas.organisations.models import Organisation
from tests.factories import changes, index_all, make_intervention, need, organisation
from tests.support.people import SignedInClient, as_role, make_person, signed_in

PEOPLE = "/samordna/personer"
INVITED = {"epost": "ny@nacka.example", "namn": "Nova Ny", "roll": ["redaktor", ""], "organisation": ["nacka-kommun", ""]}


@pytest.fixture
def desk(bare_app: Flask) -> SignedInClient:
    """A co-ordinator who has signed in."""
    return as_role(bare_app, Role.COORDINATOR, email="samordnare@exempel.example")


def held(app: Flask, email: str) -> set[tuple[str, str]]:
    """Roles and the slugs of their organisations."""
    with app.app_context():
        rows = db.session.scalars(select(Membership).join(Person).where(Person.email == email))
        return {(row.role.value, row.organisation.slug if row.organisation else "") for row in rows}


def number_of(app: Flask, email: str) -> int:
    with app.app_context():
        return db.session.scalars(select(Person.id).where(Person.email == email)).one()


# People


def test_somebody_is_invited_by_a_letter(desk: SignedInClient) -> None:
    app = desk.application
    assert 'value="nacka-kommun" selected' in desk.get(f"{PEOPLE}/bjud-in?organisation=nacka-kommun").text
    sent = {**INVITED, "roll": ["redaktor", "handlaggare", ""], "organisation": ["nacka-kommun", "huddinge-kommun", ""]}
    assert desk.post(f"{PEOPLE}/bjud-in", data=sent).status_code == 303
    assert held(app, "ny@nacka.example") == {("redaktor", "nacka-kommun"), ("handlaggare", "huddinge-kommun")}
    with app.app_context():
        assert db.session.scalars(select(Letter.to)).all() == ["ny@nacka.example"]
    page = desk.get(f"{PEOPLE}?visa=inbjudna").text
    assert "Nova Ny" in page
    assert "har inte kommit" in page
    # The co-ordinator of the test has signed in without a password.
    assert "2 personer är inbjudna men har inte kommit" in desk.get("/samordna").text
    number = number_of(app, "ny@nacka.example")
    assert desk.post(f"{PEOPLE}/{number}/bjud-in").status_code == 303
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Letter)) == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"epost": ""}, "Skriv e-postadressen"),
        ({"epost": "ingen"}, "Skriv en e-postadress"),
        ({"epost": "SAMORDNARE@exempel.example"}, "Det finns redan ett konto"),
        ({"namn": ""}, "Skriv namnet"),
        ({"roll": [""], "organisation": [""]}, "Välj minst en roll"),
        ({"roll": ["redaktor"], "organisation": [""]}, "Välj för vilken organisation rollen Redaktör gäller"),
        ({"roll": [""], "organisation": ["nacka-kommun"]}, "Välj en roll för organisationen"),
        ({"roll": ["kejsare"], "organisation": ["nacka-kommun"]}, "Välj en roll och en organisation i listorna"),
        ({"roll": ["gast"], "organisation": [""]}, "Välj en roll och en organisation i listorna"),
        ({"roll": ["redaktor"], "organisation": ["finns-inte"]}, "Välj en roll och en organisation i listorna"),
        ({"roll": []}, "Välj minst en roll"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused(desk: SignedInClient, wrong: dict[str, str | list[str]], said: str) -> None:
    answer = desk.post(f"{PEOPLE}/bjud-in", data={**INVITED, **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert "namn" in wrong or 'value="Nova Ny"' in answer.text
    with desk.application.app_context():
        assert db.session.scalar(select(func.count()).select_from(Person)) == 1
        assert db.session.scalar(select(func.count()).select_from(Letter)) == 0


def test_nobody_is_invited_to_one_that_has_left(desk: SignedInClient) -> None:
    with desk.application.app_context(), writing() as session:
        organisation(session, "Nacka kommun").left_on = clock.today()
    assert desk.post(f"{PEOPLE}/bjud-in", data=INVITED).status_code == 422


def test_roles_are_changed_and_take_effect_at_once(desk: SignedInClient) -> None:
    app = desk.application
    editor = as_role(app, (Role.EDITOR, "Nacka kommun"), email="nina@nacka.example")
    assert editor.get("/vara-kollegor").status_code == 200
    number = number_of(app, "nina@nacka.example")
    sent = {"roll": ["handlaggare", "samordnare"], "organisation": ["nacka-kommun", "huddinge-kommun"]}
    assert desk.post(f"{PEOPLE}/{number}", data=sent).status_code == 303
    assert held(app, "nina@nacka.example") == {("handlaggare", "nacka-kommun"), ("samordnare", "")}
    assert editor.get("/samordna").status_code == 200
    assert desk.post(f"{PEOPLE}/{number}", data={"roll": ["handlaggare"], "organisation": ["nacka-kommun"]}).status_code == 303
    assert editor.get("/samordna").status_code == 403
    answer = desk.post(f"{PEOPLE}/{number}", data={"roll": ["", ""], "organisation": ["", ""]})
    assert answer.status_code == 422
    assert "Välj minst en roll" in answer.text


def test_an_account_is_closed_and_opened(desk: SignedInClient) -> None:
    app = desk.application
    editor = as_role(app, (Role.EDITOR, "Nacka kommun"), email="nina@nacka.example")
    number = number_of(app, "nina@nacka.example")
    assert desk.post(f"{PEOPLE}/{number}/stang").status_code == 303
    assert editor.get("/vara-kollegor").status_code == 303
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignIn).where(SignIn.person_id == number)) == 0
    assert "Öppna kontot" in desk.get(f"{PEOPLE}/{number}").text
    assert "nina@nacka.example" in desk.get(f"{PEOPLE}?visa=avstangda").text
    assert desk.post(f"{PEOPLE}/{number}/bjud-in").status_code == 422
    assert desk.post(f"{PEOPLE}/{number}/oppna").status_code == 303
    assert signed_in(app, "nina@nacka.example").get("/vara-kollegor").status_code == 200


def test_the_last_coordinator_stays(desk: SignedInClient) -> None:
    number = number_of(desk.application, "samordnare@exempel.example")
    for address, sent in ((f"{PEOPLE}/{number}/stang", {}), (f"{PEOPLE}/{number}", {"roll": "redaktor", "organisation": "nacka-kommun"})):
        answer = desk.post(address, data=sent)
        assert answer.status_code == 422
        assert "är den enda samordnaren" in answer.text
    assert desk.get("/samordna").status_code == 200


def test_the_shared_guest_keeps_its_role(desk: SignedInClient) -> None:
    app = desk.application
    with app.app_context(), writing() as session:
        make_person(session, "gast@exempel.example", Role.GUEST)
    number = number_of(app, "gast@exempel.example")
    page = desk.get(f"{PEOPLE}/{number}").text
    assert "gemensamma gästinloggningen" in page
    assert 'name="roll"' not in page


# Who sees whom


def test_an_editor_sees_colleagues_and_nobody_else(desk: SignedInClient) -> None:
    app = desk.application
    nina = as_role(app, (Role.EDITOR, "Nacka kommun"), email="nina@nacka.example")
    with app.app_context(), writing() as session:
        make_person(session, "nils@nacka.example", (Role.CASE_OFFICER, "Nacka kommun"), (Role.EDITOR, "Haninge kommun"))
        make_person(session, "hugo@huddinge.example", (Role.EDITOR, "Huddinge kommun"))
    page = nina.get("/vara-kollegor").text
    assert "nils@nacka.example" in page
    assert "Nils" in page
    assert "hugo@huddinge.example" not in page
    assert "Haninge" not in page, "what a colleague does elsewhere is not theirs to see"
    officer = as_role(app, (Role.CASE_OFFICER, "Nacka kommun"), email="olle@nacka.example")
    assert officer.get("/vara-kollegor").status_code == 403
    assert "Du är inte redaktör för någon organisation" in desk.get("/vara-kollegor").text


NAMES = ("Zebulon Zanderfjord", "zebulon.zanderfjord@nacka.example", "Zebulon", "Zanderfjord", "zanderfjord")


@pytest.fixture
def known(bare_app: Flask) -> Flask:
    """Zebulon has entered, changed and confirmed entries, ended one, and told what is missing."""
    with bare_app.app_context(), writing() as session:
        zebulon = make_person(session, NAMES[1], (Role.EDITOR, "Nacka kommun"), name=NAMES[0])
        viewer = zebulon.as_viewer()
        confirmed = {"verified_on": clock.today(), "verified_by_id": zebulon.id}
        for status in ("aktiv", "pausad", "avslutad", "utkast"):
            row = actions.create(
                viewer,
                session,
                changes(
                    session,
                    title=f"Simskola {status}",
                    needs=("samtal",),
                    owner="Nacka kommun",
                    status=status,
                    lessons=["Börja."],
                    **confirmed,
                ),
                why="för att",
            )
            actions.update(viewer, session, row, changes(session, description="Mera att läsa."), why="rättelse")
        missing = {"kind": ReportKind.MISSING, "need_id": need(session, "sfi").id, "text": "Kvällskurs"}
        session.add(Report(person_id=zebulon.id, **missing))
    assert index_all(bare_app).is_equal
    return bare_app


def test_no_public_page_or_answer_holds_a_name(known: Flask) -> None:
    seen = dict(crawled(FlaskClient(known, known.response_class)))
    assert len(seen) > 60, "the walk saw too little to tell"
    assert {"/organisationer/nacka-kommun", "/api/v1/insatser", "/atom.xml", "/sitemap.xml", "/halsa"} <= seen.keys()
    assert sum(path.startswith("/insatser/") for path in seen) >= 3
    assert not telling(seen)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CASE_OFFICER, Role.DECISION_MAKER])
def test_nobody_of_another_organisation_sees_a_name(known: Flask, role: Role) -> None:
    seen = dict(crawled(as_role(known, (role, "Huddinge kommun"))))
    assert "/mitt-konto" in seen
    assert not telling(seen)


def test_the_coordinator_and_colleagues_see_it(known: Flask) -> None:
    """So that the walk is known to find what is there."""
    assert telling({"": as_role(known, (Role.EDITOR, "Nacka kommun")).get("/vara-kollegor").text})
    assert telling({"": as_role(known, Role.COORDINATOR, email="samordnare@exempel.example").get("/samordna/personer").text})


def telling(seen: dict[str, str]) -> dict[str, str]:
    """The pages that tell who works where, each with what it tells."""
    return {path: name for path, text in seen.items() for name in NAMES if name.casefold() in text.casefold()}


def crawled(client: FlaskClient) -> Iterator[tuple[str, str]]:
    """Every page that a guest finds by its links, with the routes for machines; a path once, whatever is asked of it."""
    waiting = [
        "/",
        "/sok?status=alla",
        "/api/v1/insatser?status=alla",
        "/atom.xml",
        "/sitemap.xml",
        "/robots.txt",
        "/halsa",
        "/oversikt.svg",
    ]
    seen: set[str] = set()
    while waiting:
        address = waiting.pop()
        path = address.split("?")[0]
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(address, buffered=True)
        text = words_of(answer.get_data())
        yield path, text
        waiting += re.findall(r'href="(/(?!static/)[^"#]*)', text)
        waiting += [f"/api/v1/insatser/{found}" for found in re.findall(r'"id":\s*"([a-z0-9]{8})"', text)]


def words_of(data: bytes) -> str:
    """What stands in an answer, in a workbook too."""
    if not data.startswith(b"PK"):
        return data.decode()
    with ZipFile(BytesIO(data)) as packed:
        return "\n".join(packed.read(name).decode() for name in packed.namelist())


# What is missing, and settings


def test_what_is_missing_is_counted_by_need_and_municipality(desk: SignedInClient) -> None:
    app = desk.application
    assert "Ingen har anmält" in desk.get("/samordna/saknas").text
    with app.app_context(), writing() as session:
        who = make_person(session, "olle@nacka.example", (Role.CASE_OFFICER, "Nacka kommun")).id
        sfi, samtal = need(session, "sfi").id, need(session, "samtal").id
        told = {"kind": ReportKind.MISSING, "person_id": who}
        session.add_all([Report(need_id=sfi, municipality_code="0136", text=f"Kvällskurs {n} <b>", **told) for n in range(2)])
        session.add(Report(need_id=samtal, municipality_code="0136", text="Språkvän", **told))
        session.add(Report(text="Något helt annat", closed_at=clock.now(), closed_by_id=who, answer="Det finns nu.", **told))
    page = desk.get("/samordna/saknas").text
    assert page.index("Kvällskurs 1 &lt;b&gt;") < page.index("Språkvän"), "what was said most often first"
    assert "Hela regionen" in page
    assert "besvarad" in page
    assert "3 anmälningar om att något saknas väntar på svar" in desk.get("/samordna").text


def test_the_days_of_review_are_set(desk: SignedInClient) -> None:
    app = desk.application
    with app.app_context(), writing() as session:
        make_intervention(session, owner="Nacka kommun")
    page = desk.get("/samordna/installningar").text
    assert page.count('<option value="15" selected>15</option>') == 2
    sent = {"dag_1": "01", "manad_1": "11", "dag_2": "30", "manad_2": "04", "farskhet": ["nacka-kommun"]}
    assert desk.post("/samordna/installningar", data=sent).status_code == 303
    with app.app_context():
        assert settings_store.read(db.session, SETTING, "") == "04-30 11-01"
        shown = db.session.scalars(select(Organisation.slug).where(Organisation.shows_freshness)).all()
        assert shown == ["nacka-kommun"]
        kinds = set(db.session.scalars(select(Event.kind)))
        assert {"installning.andrad", "organisation.andrad"} <= kinds
    assert 'value="nacka-kommun" checked' in desk.get("/samordna/installningar").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"dag_1": "31", "manad_1": "02"}, "Välj dagar som finns varje år"),
        ({"dag_1": "29", "manad_1": "02"}, "Välj dagar som finns varje år"),
        ({"dag_1": "15", "manad_1": "10"}, "Välj två olika dagar"),
        ({"manad_1": "07"}, ""),
        ({"dag_1": "32"}, ""),
        ({"farskhet": ["finns-inte"]}, ""),
    ],
)
def test_days_that_cannot_be_are_refused(desk: SignedInClient, wrong: dict[str, str], said: str) -> None:
    sent = {"dag_1": "15", "manad_1": "04", "dag_2": "15", "manad_2": "10", **wrong}
    answer = desk.post("/samordna/installningar", data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    with desk.application.app_context():
        assert settings_store.read(db.session, SETTING, "inget") == "inget"


def test_only_the_coordinator_sets(bare_app: Flask) -> None:
    editor = Viewer("Anna", 1, frozenset({Grant(Role.EDITOR, 1)}))
    with bare_app.app_context(), writing() as session, pytest.raises(ForbiddenError):
        settings_actions.save(editor, session, days=("04-15", "10-15"), show_freshness=set())
