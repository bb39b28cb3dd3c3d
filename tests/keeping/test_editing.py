"""Entering, changing, publishing and taking away: what an editor does, and what is refused."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.revision_models import Revision
from insatsbas.catalogue.rules import PUBLIC, Status
from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.core.events import Event
from insatsbas.core.viewer import Role
from tests.conftest import client_of
from tests.factories import agree_on, index_all, make_intervention, need, occasion, term
from tests.keeping.editing import fields_of, filled, row_of
from tests.support.checks import parse, text_of
from tests.support.people import SignedInClient, as_role, make_person, signed_in

HUDDINGE, HANINGE = "Huddinge kommun", "Haninge kommun"

PERSONAL = "900101-0017"


@pytest.fixture
def editor(bare_app: Flask) -> SignedInClient:
    """An editor of Huddinge, in a catalogue without interventions."""
    return as_role(bare_app, (Role.EDITOR, HUDDINGE))


def begun(client: SignedInClient, title: str = "Svenska för vården") -> str:
    """A new draft; its public id."""
    answer = client.post("/vara-insatser/ny", data={"title": title, "owner": "huddinge-kommun"})
    assert answer.status_code == 303
    return str(answer.location).split("/")[-2]


def save(client: SignedInClient, public_id: str, *, do: str = "spara", **fields: Any) -> Any:
    """Open the form, change some fields, and press a button."""
    typed = {**fields_of(client.get(f"/insatser/{public_id}/redigera")), **fields, "gor": do}
    return client.post(f"/insatser/{public_id}/redigera", data=typed)


def test_from_a_title_to_a_published_intervention(bare_app: Flask, editor: SignedInClient) -> None:
    public_id = begun(editor)
    assert client_of(bare_app).get(f"/insatser/{public_id}").status_code == 404, "a draft is nobody else's to read"
    assert save(editor, public_id, summary="Du lär dig svenska för vården.").status_code == 303
    assert row_of(bare_app, public_id).status is Status.DRAFT
    answer = save(editor, public_id, do="publicera")
    assert answer.status_code == 422
    told = text_of(parse(answer.text))
    assert "Välj minst ett behov" in told
    assert "Välj hur deltagaren får en plats" in told
    assert "Skriv vem man kontaktar" in told
    assert save(editor, public_id, do="publicera", **filled()).status_code == 303
    row = row_of(bare_app, public_id)
    assert (row.status, row.verified_on) == (Status.ACTIVE, clock.today())
    assert row.verified_by_id is not None
    index_all(bare_app)
    guest = client_of(bare_app)
    assert "Svenska för vården" in text_of(parse(guest.get("/sok?q=vården").text))
    page = guest.get(f"/insatser/{public_id}").text
    assert "Handläggaren anmäler" in page
    assert "Redigera" not in page
    with bare_app.app_context():
        assert [e.kind for e in db.session.scalars(select(Event).where(Event.kind.like("insats.%")).order_by(Event.id))] == [
            "insats.ny",
            "insats.andrad",
            "insats.publicerad",
        ]


@pytest.mark.parametrize("kind", ["full", "bare"])
def test_what_is_opened_and_saved_unchanged_is_no_change(bare_app: Flask, editor: SignedInClient, kind: str) -> None:
    with bare_app.app_context(), writing() as session:
        more = {} if kind == "bare" else everything()
        row = make_intervention(
            session, owner=HUDDINGE, contact="a@b.example", terms={"way_in": ("sjalv",)} | more.pop("terms", {}), **more
        )
        public_id = row.public_id
    assert save(editor, public_id).status_code == 303
    with bare_app.app_context():
        numbers = db.session.scalars(select(Revision.number)).all()
    assert numbers == [1], "nothing was changed, and nothing is kept"
    row = row_of(bare_app, public_id)
    assert row.verified_on == clock.today(), "but whoever saves has looked it through"


def everything() -> dict[str, Any]:
    """Something in every field."""
    return {
        "needs": ("samtal", "sfi"),
        "given_in": ("Haninge", "Huddinge"),
        "open_for": ("Tyresö",),
        "terms": {
            "support": ("sprakstod",),
            "language": ("arabiska",),
            "eligibility": ("alla",),
            "audience": ("unga",),
            "time": ("dagtid",),
        },
        "description": "Ett.\n\nTvå.",
        "occasions": [
            occasion(10, places=10, taken=1, place="Biblioteket", address="Gatan 1"),
            occasion(10, place="Skolan"),
            occasion(None),
        ],
        "lessons": ["Börja\n\ntidigt.", "Sluta sent."],
        "links": ["https://exempel.example/", "http://annan.example/?a=b&c=d"],
        "outcomes": [("Arbete", 12), ("Studier", None)],
        "knows_more": "info@huddinge.example",
        "rolling": True,
        "length": "20 veckor",
    }


def test_every_demo_entry_is_unchanged_by_its_form(app: Flask) -> None:
    """The same for all that is there, as its form is drawn and read back."""
    coordinator = as_role(app, Role.COORDINATOR)
    with app.app_context():
        entries = db.session.execute(select(Intervention.public_id, Intervention.status).where(Intervention.status.in_(PUBLIC))).all()
        before = db.session.scalar(select(Revision.id).order_by(Revision.id.desc()).limit(1))
    assert len(entries) > 100
    lacking = []
    for public_id, _status in entries[::4]:
        if save(coordinator, public_id).status_code != 303:
            lacking.append(public_id)
    assert lacking == []
    with app.app_context():
        assert db.session.scalar(select(Revision.id).order_by(Revision.id.desc()).limit(1)) == before


def test_a_personal_number_is_refused_everywhere(bare_app: Flask, editor: SignedInClient) -> None:
    public_id = begun(editor)
    fields = (
        "title",
        "summary",
        "description",
        "prerequisites",
        "length",
        "contact",
        "links",
        "why",
        "occasions-0-place",
        "occasions-0-address",
    )
    for field in fields:
        text = f"https://x.example/{PERSONAL}" if field == "links" else f"Ring {PERSONAL}"
        answer = save(editor, public_id, **{field: text})
        assert answer.status_code == 422, field
        assert "personnummer" in answer.text
        assert fields_of(answer)[field] == text, "what was typed is kept"
    assert editor.post("/vara-insatser/ny", data={"title": PERSONAL, "owner": "huddinge-kommun"}).status_code == 422
    assert row_of(bare_app, public_id).title == "Svenska för vården"


def test_rows_of_starts_without_scripts(bare_app: Flask, freeze: Any) -> None:
    freeze(date(2027, 2, 1))
    editor = as_role(bare_app, (Role.EDITOR, HUDDINGE))
    public_id = begun(editor)
    page = save(editor, public_id, do="lagg-till-start", summary="Du lär dig.")
    assert page.status_code == 200
    assert row_of(bare_app, public_id).summary == "", "a button of a row saves nothing"
    typed = fields_of(page) | {
        "occasions-0-start": "2027-01-18",
        "occasions-0-end": "2027-05-28",
        "occasions-0-places": "12",
        "occasions-0-taken": "5",
        "gor": "nasta-termin",
    }
    copied = fields_of(editor.post(f"/insatser/{public_id}/redigera", data=typed))
    assert copied["summary"] == "Du lär dig."
    assert [copied[f"occasions-1-{name}"] for name in ("start", "end", "places", "taken")] == ["2027-08-16", "2027-12-24", "12", "0"]
    again = fields_of(editor.post(f"/insatser/{public_id}/redigera", data={**copied, "gor": "ta-bort-occasions-0"}))
    assert again["occasions-0-start"] == "2027-08-16"
    assert "occasions-1-start" not in again
    assert editor.post(f"/insatser/{public_id}/redigera", data={**copied, "gor": "spara"}).status_code == 303
    starts = [o.start.isoformat() for o in row_of(bare_app, public_id).occasions if o.start]
    assert starts == ["2027-01-18", "2027-08-16"]
    moved = save(editor, public_id, **{"occasions-0-start": "2027-01-25"})
    assert moved.status_code == 303
    row = row_of(bare_app, public_id)
    assert next((o.id, o.start.isoformat(), o.taken_by_own) for o in row.occasions if o.start) == (1, "2027-01-25", 5), (
        "the row is the same"
    )


def test_odd_rows_are_told_of(editor: SignedInClient) -> None:
    public_id = begun(editor)
    answer = save(
        editor,
        public_id,
        **{
            "occasions-0-start": "18 januari",
            "occasions-1-start": "2027-03-01",
            "occasions-1-end": "2027-02-01",
            "occasions-2-start": "2027-03-02",
            "occasions-2-places": "3",
            "occasions-2-taken": "4",
            "occasions-3-start": "2027-03-03",
            "occasions-3-places": "många",
            "hours_per_week": "tolv",
            "participant_cost": "-1",
            "links": "www.huddinge.example",
            "level_required": "9",
            "needs": "finns-inte",
        },
    )
    assert answer.status_code == 422
    told = text_of(parse(answer.text))
    for message in (
        "Skriv dagen som år-månad-dag",
        "Slutet är före starten",
        "fler än platserna",
        "Skriv antalet med siffror",
        "Skriv ett tal",
        "för stort eller för litet",
        "börja med https://",
        "Inte ett giltigt val",
        "Välj bland det som finns i listan",
    ):
        assert message in told, message


def test_a_need_for_protection_keeps_addresses_out(bare_app: Flask, editor: SignedInClient) -> None:
    public_id = begun(editor, "Samtal om våld")
    start = {"occasions-0-start": "2027-01-18", "occasions-0-address": "Hemliga gatan 1"}
    answer = save(editor, public_id, needs="skydd", **start)
    assert answer.status_code == 422
    assert "adressen lämnas bara vid kontakt" in answer.text
    start["occasions-0-address"] = ""
    assert save(editor, public_id, needs="skydd", **start).status_code == 303
    (kept,) = row_of(bare_app, public_id).occasions
    assert (kept.address_on_request, kept.address) == (True, "")


def test_what_is_retired_is_kept_but_not_offered(bare_app: Flask, editor: SignedInClient) -> None:
    with bare_app.app_context(), writing() as session:
        public_id = make_intervention(
            session, owner=HUDDINGE, needs=("sfi",), contact="a@b.example", terms={"way_in": ("sjalv",)}
        ).public_id
        need(session, "sfi").retired = True
        need(session, "samtal").retired = True
        term(session, "way_in", "sjalv").retired = True  # type: ignore[arg-type]
    page = editor.get(f"/insatser/{public_id}/redigera").text
    assert 'value="sfi" checked' in page
    assert 'value="samtal"' not in page
    assert save(editor, public_id, title="Ett annat namn").status_code == 303
    row = row_of(bare_app, public_id)
    assert ([n.code for n in row.needs], [t.code for t in row.terms]) == (["sfi"], ["sjalv"])


def test_what_exists_already_is_warned_of(bare_app: Flask, editor: SignedInClient) -> None:
    with bare_app.app_context(), writing() as session:
        make_intervention(session, title="Språkcafé på biblioteket", owner=HANINGE, given_in=("Haninge",))
        make_intervention(session, title="Promenader i skogen", owner=HANINGE, needs=("motion",))
    index_all(bare_app)
    page = editor.get(f"/insatser/{begun(editor, 'Språkcaféet på bibliotek')}/redigera").text
    assert "Finns redan i Haninge:" in page
    assert "Promenader" not in page
    assert "Finns redan" not in editor.get(f"/insatser/{begun(editor, 'Körkort för alla')}/redigera").text


def test_only_a_draft_can_be_taken_away(bare_app: Flask, editor: SignedInClient) -> None:
    draft = begun(editor)
    with bare_app.app_context(), writing() as session:
        public_id = make_intervention(session, owner=HUDDINGE).public_id
    assert editor.post(f"/insatser/{public_id}/ta-bort").status_code == 422
    assert row_of(bare_app, public_id).status is Status.ACTIVE
    assert "Ta bort utkastet" in editor.get(f"/insatser/{draft}/ta-bort").text
    assert editor.post(f"/insatser/{draft}/ta-bort").status_code == 303
    assert editor.get(f"/insatser/{draft}").status_code == 404


def test_others_interventions_are_theirs(bare_app: Flask, editor: SignedInClient) -> None:
    with bare_app.app_context(), writing() as session:
        theirs = make_intervention(session, owner=HANINGE).public_id
        draft = make_intervention(session, owner=HANINGE, status="utkast").public_id
    for step in ("redigera", "pausa", "avsluta", "starta-igen", "ta-bort", "forhandsgranska"):
        for method in (editor.get, editor.post):
            assert method(f"/insatser/{theirs}/{step}").status_code == 403
            assert method(f"/insatser/{draft}/{step}").status_code == 404
    assert editor.get(f"/insatser/{draft}/anvand-som-mall").status_code == 404
    answer = editor.post("/vara-insatser/ny", data={"title": "Smyg", "owner": "haninge-kommun"})
    assert answer.status_code == 422, "an organisation that is not offered"
    assert editor.post(f"/insatser/{theirs}/anvand-som-mall", data={"owner": "haninge-kommun"}).status_code == 422
    assert row_of(bare_app, theirs).status is Status.ACTIVE


def test_the_list_of_ones_own(bare_app: Flask) -> None:
    with bare_app.app_context(), writing() as session:
        for status in Status:
            make_intervention(session, title=f"Huddinges {status.value}", owner=HUDDINGE, status=status)
        make_intervention(session, title="Haninges", owner=HANINGE)
        make_person(session, "samordnare@exempel.example", Role.COORDINATOR)
    editor = as_role(bare_app, (Role.EDITOR, HUDDINGE))
    page = text_of(parse(editor.get("/vara-insatser").text))
    places = [page.index(f"Huddinges {status}") for status in ("utkast", "aktiv", "pausad", "avslutad")]
    assert places == sorted(places)
    assert "Haninges" not in page
    assert "Haninges" not in editor.get("/vara-insatser?organisation=haninge-kommun").text, "what one may not keep is not listed"
    coordinator = signed_in(bare_app, "samordnare@exempel.example")
    assert "Välj en organisation" in coordinator.get("/vara-insatser").text
    assert "Haninges" in coordinator.get("/vara-insatser?organisation=haninge-kommun").text


def test_the_preview_saves_nothing(bare_app: Flask, editor: SignedInClient) -> None:
    public_id = begun(editor)
    typed = {**fields_of(editor.get(f"/insatser/{public_id}/redigera")), **filled(), "summary": "Du provar något nytt."}
    page = editor.post(f"/insatser/{public_id}/forhandsgranska", data=typed)
    assert page.status_code == 200
    assert page.text.count("Du provar något nytt.") >= 2, "on the page and on the card"
    assert row_of(bare_app, public_id).summary == ""
    assert editor.post(f"/insatser/{public_id}/redigera", data={**fields_of(page), "gor": "publicera"}).status_code == 303
    row = row_of(bare_app, public_id)
    assert (row.status, row.summary, [n.code for n in row.needs]) == (Status.ACTIVE, "Du provar något nytt.", ["yrkessvenska"])
    assert editor.get(f"/insatser/{public_id}/forhandsgranska").status_code == 200


@pytest.mark.parametrize(
    "odd", ["\x00", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "<script>alert(1)</script>", "x" * 20_000]
)
def test_odd_texts_break_nothing(bare_app: Flask, editor: SignedInClient, odd: str) -> None:
    public_id = begun(editor)
    names = [name for name in fields_of(editor.get(f"/insatser/{public_id}/redigera")) if name not in ("version", "revision")]
    for name in (
        *names,
        "version",
        "revision",
        "occasions-0-start",
        "occasions-0-row",
        "occasions-999999-place",
        "outcomes-0-count",
        "gor",
    ):
        answer = save(editor, public_id, **{name: odd})
        assert answer.status_code in (200, 303, 409, 422), name
    many = {f"occasions-{n}-place": "x" for n in range(400)}
    assert save(editor, public_id, **many).status_code in (303, 422)
    assert len(row_of(bare_app, public_id).occasions) <= 60


def test_places_that_others_have_agreed_on_stay(bare_app: Flask, editor: SignedInClient) -> None:
    with bare_app.app_context(), writing() as session:
        row = make_intervention(
            session, owner=HUDDINGE, contact="a@b.example", terms={"way_in": ("sjalv",)}, occasions=[occasion(10, places=10, taken=1)]
        )
        agree_on(row.occasions[0], 5)
        public_id = row.public_id
    fewer = save(editor, public_id, description="Nytt.", **{"occasions-0-places": "3"})
    assert fewer.status_code == 422
    assert "Platserna räcker inte" in fewer.text
    assert (fields_of(fewer)["description"], fields_of(fewer)["occasions-0-places"]) == ("Nytt.", "3"), "what was typed is kept"
    without = {name: "" for name in fields_of(editor.get(f"/insatser/{public_id}/redigera")) if name.startswith("occasions-")}
    gone = save(editor, public_id, **without)
    assert gone.status_code == 422
    assert "kan inte tas bort" in gone.text
    assert save(editor, public_id, **{"occasions-0-start": "2030-01-07"}).status_code == 303, "its day may be moved"
    (kept,) = row_of(bare_app, public_id).occasions
    assert (kept.accepted, kept.places, str(kept.start)) == (5, 10, "2030-01-07")
