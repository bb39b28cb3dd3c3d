"""Pausing, ending and starting again: every step from every status, what is asked, and where what was learned is read."""

import pytest
from flask import Flask

from insatsbas.catalogue.rules import EndReason, PauseReason, Status
from insatsbas.core import clock
from insatsbas.core.db import writing
from insatsbas.core.viewer import Role
from insatsbas.keeping.editing.rules import TRANSITIONS, Step
from tests.conftest import client_of
from tests.factories import index_all, make_intervention
from tests.keeping.editing import fields_of, filled, row_of
from tests.support.checks import parse, text_of
from tests.support.people import as_role

HUDDINGE, HANINGE = "Huddinge kommun", "Haninge kommun"
ASKED = {Step.PAUSE: {"reason": "sommar"}, Step.END: {"reason": "projektslut", "gor": "avsluta"}, Step.START: {}, Step.DELETE: {}}


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("status", Status)
def test_only_what_the_table_allows_can_be_done(bare_app: Flask, status: Status, step: Step) -> None:
    editor = as_role(bare_app, (Role.EDITOR, HUDDINGE))
    with bare_app.app_context(), writing() as session:
        public_id = make_intervention(session, owner=HUDDINGE, status=status, contact="a@b.example", terms={"way_in": ("sjalv",)}).public_id
    page = editor.get(f"/insatser/{public_id}").text
    allowed = (status, step) in TRANSITIONS
    if step is Step.PUBLISH:
        answer = editor.post(
            f"/insatser/{public_id}/redigera", data={**fields_of(editor.get(f"/insatser/{public_id}/redigera")), "gor": "publicera"}
        )
    else:
        assert (f"/insatser/{public_id}/{step.value}" in page) is allowed, "the page offers what can be done, and nothing else"
        shown = editor.get(f"/insatser/{public_id}/{step.value}")
        assert shown.status_code == 200
        assert ("Det går inte så länge" not in shown.text) is allowed
        answer = editor.post(f"/insatser/{public_id}/{step.value}", data=ASKED[step])
    assert answer.status_code == (303 if allowed else 422)
    leads_to = TRANSITIONS[status, step] if allowed else status
    if leads_to is None:
        assert editor.get(f"/insatser/{public_id}").status_code == 404
    else:
        assert row_of(bare_app, public_id).status is leads_to


def test_ending_keeps_what_was_learned(bare_app: Flask) -> None:
    editor = as_role(bare_app, (Role.EDITOR, HUDDINGE))
    with bare_app.app_context(), writing() as session:
        public_id = make_intervention(session, title="Mentorer", owner=HUDDINGE, contact="vux@huddinge.example").public_id
    asked = editor.get(f"/insatser/{public_id}/avsluta")
    assert fields_of(asked)["knows_more"] == "vux@huddinge.example"
    assert "Okänt (historisk uppgift)" not in asked.text, "nobody ends an intervention without knowing that it ended"
    answer = editor.post(f"/insatser/{public_id}/avsluta", data={"worked": "Praktik tidigt.", "gor": "avsluta"})
    assert answer.status_code == 422
    assert "Välj varför insatsen avslutas" in answer.text
    assert "Praktik tidigt." in answer.text
    told = {
        "reason": "projektslut",
        "worked": "Praktik tidigt.\n\nHandledare på plats.",
        "next_time": "Ordna barnpassning.",
        "outcomes-0-label": "Gick vidare till arbete",
        "outcomes-0-count": "12",
        "knows_more": "vux@huddinge.example",
        "why": "Nämnden beslutade det.",
    }
    more = editor.post(f"/insatser/{public_id}/avsluta", data={**told, "gor": "lagg-till-resultat"})
    assert more.status_code == 200
    told |= {"outcomes-1-label": "Gick vidare till studier", "outcomes-1-count": "3"}
    assert editor.post(f"/insatser/{public_id}/avsluta", data={**told, "gor": "avsluta"}).status_code == 303
    row = row_of(bare_app, public_id)
    assert (row.status, row.end_reason, row.last_known) == (Status.ENDED, EndReason.PROJECT_OVER, clock.today().year)
    assert [lesson.text for lesson in row.lessons] == [
        "Det som fungerade: Praktik tidigt.",
        "Handledare på plats.",
        "Nästa gång: Ordna barnpassning.",
    ]
    assert [(outcome.label, outcome.count) for outcome in row.outcomes] == [
        ("Gick vidare till arbete", 12),
        ("Gick vidare till studier", None),
    ]
    index_all(bare_app)
    guest = client_of(bare_app)
    page = text_of(parse(guest.get(f"/insatser/{public_id}").text))
    for text in (
        "Så har det gått",
        "Gick vidare till studier färre än fem",
        "Vet mer: vux@huddinge.example",
        "Projektet eller pengarna tog slut",
    ):
        assert text in page
    bank = guest.get("/kunskapsbank?skal=projektslut")
    assert "Mentorer" in bank.text
    # The form of the ended one holds the lessons, and is still no change when it is saved as it is.
    form = fields_of(editor.get(f"/insatser/{public_id}/redigera"))
    assert form["outcomes-1-count"] == "färre än fem"
    assert editor.post(f"/insatser/{public_id}/redigera", data={**form, "gor": "spara"}).status_code == 303
    again = row_of(bare_app, public_id)
    assert again.version == row.version


@pytest.mark.parametrize("field", ["worked", "failed", "next_time", "knows_more", "why", "outcomes-0-label"])
def test_no_personal_number_among_the_lessons(bare_app: Flask, field: str) -> None:
    editor = as_role(bare_app, (Role.EDITOR, HUDDINGE))
    with bare_app.app_context(), writing() as session:
        public_id = make_intervention(session, owner=HUDDINGE).public_id
    told = {"reason": "projektslut", "gor": "avsluta", "outcomes-0-count": "9", "outcomes-0-label": "Arbete", field: "Om 900101-0017"}
    answer = editor.post(f"/insatser/{public_id}/avsluta", data=told)
    assert answer.status_code == 422
    assert "personnummer" in answer.text
    assert "Om 900101-0017" in answer.text
    assert row_of(bare_app, public_id).status is Status.ACTIVE


def test_pausing_says_why_and_starting_again_asks_for_what_is_missing(bare_app: Flask) -> None:
    editor = as_role(bare_app, (Role.EDITOR, HUDDINGE))
    with bare_app.app_context(), writing() as session:
        public_id = make_intervention(session, owner=HUDDINGE).public_id
    assert editor.post(f"/insatser/{public_id}/pausa", data={"reason": "lokal", "why": "I augusti"}).status_code == 303
    assert row_of(bare_app, public_id).pause_reason is PauseReason.PREMISES
    assert "Saknar lokal just nu" in client_of(bare_app).get(f"/insatser/{public_id}").text
    answer = editor.post(f"/insatser/{public_id}/starta-igen")
    assert answer.status_code == 422
    assert "Skriv vem man kontaktar" in answer.text
    typed = {**fields_of(editor.get(f"/insatser/{public_id}/redigera")), **filled(), "gor": "spara"}
    assert editor.post(f"/insatser/{public_id}/redigera", data=typed).status_code == 303
    assert editor.post(f"/insatser/{public_id}/starta-igen").status_code == 303
    row = row_of(bare_app, public_id)
    assert (row.status, row.pause_reason) == (Status.ACTIVE, None)


def test_another_municipality_takes_it_up(bare_app: Flask) -> None:
    with bare_app.app_context(), writing() as session:
        ended = make_intervention(
            session, title="Mentorer", owner=HUDDINGE, status="avslutad", lessons=["Börja tidigt."], contact="h@huddinge.example"
        ).public_id
        active = make_intervention(session, title="Körskola", owner=HUDDINGE, needs=("korkort",)).public_id
    editor = as_role(bare_app, (Role.EDITOR, HANINGE))
    assert "Starta igen som ny" in editor.get(f"/insatser/{ended}").text
    assert editor.get(f"/insatser/{ended}/starta-som-ny").status_code == 200
    assert editor.get(f"/insatser/{active}/starta-som-ny").status_code == 404
    answer = editor.post(f"/insatser/{ended}/starta-som-ny", data={"owner": "haninge-kommun"})
    assert answer.status_code == 303
    page = editor.get(answer.location)
    assert "Börja tidigt." in page.text, "the lessons stand beside the form"
    assert fields_of(page)["contact"] == "", "the other's contact is not ours"
    new = answer.location.split("/")[-2]
    guest = client_of(bare_app)
    assert "Efterföljare" not in guest.get(f"/insatser/{ended}").text, "a draft is not told of"
    typed = {**fields_of(page), **filled(), "gor": "publicera"}
    assert editor.post(f"/insatser/{new}/redigera", data=typed).status_code == 303
    assert f"/insatser/{new}" in guest.get(f"/insatser/{ended}").text
    assert "Föregångare" in guest.get(f"/insatser/{new}").text
    copied = editor.post(f"/insatser/{active}/anvand-som-mall", data={"owner": "haninge-kommun"}).location.split("/")[-2]
    assert "Byggd på" in editor.get(f"/insatser/{copied}").text
    assert "Körskola (Huddinge kommun)" in editor.get(f"/insatser/{copied}").text


def test_each_reason_of_the_knowledge_bank_leads_to_as_many(app: Flask) -> None:
    guest = client_of(app)
    links = {li: li.find("a") for li in parse(guest.get("/kunskapsbank").text).iter("li")}
    lines = {li: a.get("href", "") for li, a in links.items() if a is not None and "skal=" in a.get("href", "")}
    assert lines
    for line, address in lines.items():
        lists = [ul for ul in parse(guest.get(address).text).iter("ul") if ul.get("class") == "ib-entries"]
        shown = sum(len(ul.findall("li")) for ul in lists)
        assert f"{shown} insats" in text_of(line)
    assert guest.get("/kunskapsbank?skal=finns-inte").status_code == 404


def test_a_step_is_not_taken_on_what_has_changed_since_it_was_read(bare_app: Flask) -> None:
    editor = as_role(bare_app, (Role.EDITOR, HUDDINGE))
    with bare_app.app_context(), writing() as session:
        row = make_intervention(session, owner=HUDDINGE, contact="a@b.example", needs=("sfi",), terms={"way_in": ("sjalv",)})
        public_id = row.public_id
    ending = {**fields_of(editor.get(f"/insatser/{public_id}/avsluta")), "reason": "projektslut", "worked": "Praktik tidigt."}
    edited = {**fields_of(editor.get(f"/insatser/{public_id}/redigera")), "summary": "Ges vidare i vår.", "gor": "spara"}
    assert editor.post(f"/insatser/{public_id}/redigera", data=edited).status_code == 303
    # A row more for results reads nothing anew: what was read first is still what counts.
    ending |= fields_of(editor.post(f"/insatser/{public_id}/avsluta", data={**ending, "gor": "lagg-till-resultat"}))
    stopped = editor.post(f"/insatser/{public_id}/avsluta", data={**ending, "gor": "avsluta"})
    assert stopped.status_code == 409
    assert "Någon har ändrat insatsen" in stopped.text
    assert row_of(bare_app, public_id).status is Status.ACTIVE
    again = {**fields_of(stopped), "gor": "avsluta"}
    assert again["worked"] == "Praktik tidigt."
    assert editor.post(f"/insatser/{public_id}/avsluta", data=again).status_code == 303
