"""What somebody with an account could type or send to break or fool us: kept as harmless text, or refused in words."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from insatsbas.catalogue import actions
from insatsbas.catalogue.models import Intervention
from insatsbas.core.db import writing
from insatsbas.core.letters import Letter
from insatsbas.core.viewer import SYSTEM, Role
from tests.conftest import BOTH, open_app, settings_in
from tests.factories import index_all, make_intervention, occasion
from tests.interchange.conftest import ROW
from tests.keeping.editing import fields_of, row_of
from tests.support.checks import parse, text_of
from tests.support.people import SignedInClient, as_role, make_person, signed_in

HUDDINGE, HANINGE = "Huddinge kommun", "Haninge kommun"
NINES = "9" * 6000


@pytest.fixture(params=BOTH)
def either_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application on each database in turn, outside its context: each request has a session of its own."""
    if request.param == "sqlite":
        yield request.getfixturevalue("bare_app")
        return
    url = request.getfixturevalue("postgres").create(request.getfixturevalue("postgres_template").database)
    with open_app(settings_in(tmp_path / "data", DATABASE_URL=str(url))) as app:
        yield app


@pytest.fixture
def editor(either_app: Flask) -> SignedInClient:
    """An editor of Huddinge."""
    return as_role(either_app, (Role.EDITOR, HUDDINGE), email="anna@huddinge.example")


@pytest.fixture
def public_id(either_app: Flask) -> str:
    """An active intervention of Huddinge."""
    return made(either_app)


def made(app: Flask, owner: str = HUDDINGE, **facts: Any) -> str:
    """An active intervention; its address."""
    told = {"contact": "a@b.example", "terms": {"way_in": ("sjalv",)}, "occasions": [occasion(10, places=10, taken=1)], **facts}
    with app.app_context(), writing() as session:
        return make_intervention(session, owner=owner, **told).public_id


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("hours_per_week", "9" * 60),
        ("hours_per_week", NINES),
        ("place_price", "1e999999"),
        ("participant_cost", NINES),
        ("occasions-0-places", NINES),
        ("occasions-0-taken", NINES),
        ("occasions-0-start", "0001-01-01"),
        ("occasions-0-end", "9999-12-31"),
        ("title", "x" * 10_000),
        ("length", "x" * 10_000),
        ("contact", "x" * 10_000),
        ("why", "x" * 10_000),
        ("occasions-0-address", "x" * 10_000),
        ("links", "https://a.example/" + "x" * 10_000),
    ],
)
@pytest.mark.parametrize("asked", ["spara", "nasta-termin"])
def test_what_cannot_be_is_refused_at_its_field(editor: SignedInClient, public_id: str, field: str, typed: str, asked: str) -> None:
    """Neither a fault of ours nor kept: also where a button of the form reads the field."""
    sent = {**fields_of(editor.get(f"/insatser/{public_id}/redigera")), field: typed, "gor": asked}
    answer = editor.post(f"/insatser/{public_id}/redigera", data=sent)
    assert answer.status_code == (422 if asked == "spara" else 200)


def test_results_of_very_many_are_refused(editor: SignedInClient, public_id: str) -> None:
    told = {"reason": "projektslut", "outcomes-0-label": "Fick arbete", "outcomes-0-count": NINES}
    assert editor.post(f"/insatser/{public_id}/avsluta", data=told).status_code == 422


def test_signs_that_no_file_can_hold_are_not_kept(either_app: Flask, editor: SignedInClient, public_id: str) -> None:
    """One such sign in a title would keep everybody from fetching what they have found."""
    sent = fields_of(editor.get(f"/insatser/{public_id}/redigera"))
    odd = "".join(map(chr, (1, 11, 27, 0x85, 0xFFFE, 0xFFFF)))
    assert editor.post(f"/insatser/{public_id}/redigera", data={**sent, "title": f"Språk{odd}café"}).status_code == 303
    index_all(either_app)
    assert row_of(either_app, public_id).title == "Språkcafé"
    for path in ("/sok/hamta.xlsx", "/sok/hamta.csv", "/sok/hamta.json", "/las-in/insatser/huddinge-kommun.xlsx"):
        assert editor.get(path).status_code == 200


def test_what_has_one_line_on_the_page_has_one_in_letters(either_app: Flask, editor: SignedInClient, public_id: str) -> None:
    """Who names an intervention writes no part of the letters that tell of it."""
    sent = fields_of(editor.get(f"/insatser/{public_id}/redigera"))
    title = "Språkcafé\r\n\r\nLogga in här:\nhttps://ond.example\u2028x"
    assert editor.post(f"/insatser/{public_id}/redigera", data={**sent, "title": title}).status_code == 303
    asker = as_role(either_app, (Role.CASE_OFFICER, HANINGE), email="bo@haninge.example")
    assert asker.post(f"/insatser/{public_id}/fraga", data={"text": "Finns tolk?"}).status_code == 303
    with either_app.app_context(), writing() as session:
        bodies = [letter.body for letter in session.scalars(select(Letter))]
        assert not any(line.startswith(("Logga in här", "https://ond.example")) for body in bodies for line in body.splitlines())
    assert "\n" not in row_of(either_app, public_id).title


@pytest.mark.parametrize(
    "row",
    [
        {"tillfällen": [{"\ud800": 1}]},
        {"resultat": [{"\ud800\x00": 1}]},
        {"\ud800": "x"},
        {"id": "811218-9876"},
        {"id": "\ud800"},
        {"källa": "\x00"},
        {"titel": "\udfff"},
        {"bekräftad": "2199-12-31"},
        {"platser": 10**4000},
        {"föregångare": {"källa": "\ud800", "id": "x"}},
    ],
)
def test_a_file_of_odd_signs_is_told_what_is_wrong(editor: SignedInClient, row: dict[str, Any]) -> None:
    data = json.dumps([{**ROW, "anordnare": HUDDINGE, **row}]).encode()
    sent = editor.post("/las-in", data={"fil": (io.BytesIO(data), "insatser.json")})
    assert sent.status_code in (303, 422)
    if sent.status_code == 303:
        page = editor.get(sent.headers["Location"])
        assert page.status_code == 200
        assert "811218" not in page.text
        assert editor.get(sent.headers["Location"] + "/fel.csv").status_code == 200
        assert editor.post(sent.headers["Location"] + "/godkann").status_code == 409


def test_somebody_with_a_very_long_address_can_work(either_app: Flask) -> None:
    """Events and revisions keep less of a name than an address may have."""
    email = f"{'a' * 180}@{'b' * 60}.example"
    with either_app.app_context(), writing() as session:
        make_person(session, email, (Role.EDITOR, HUDDINGE), name=" ").name = ""
    client = signed_in(either_app, email)
    assert client.post("/vara-insatser/ny", data={"title": "Språkcafé", "owner": "huddinge-kommun"}).status_code == 303


def test_an_address_of_an_organisation_is_one_address(either_app: Flask) -> None:
    boss = as_role(either_app, Role.COORDINATOR)
    told = {"namn": "Ny förening", "typ": "forening", "kommun": "", "nummer": "", "brevlada": "a@b.example <x@y.example>"}
    assert boss.post("/samordna/ny-organisation", data=told).status_code == 422


def test_who_was_there_before_is_not_named_to_another_organisation(either_app: Flask, editor: SignedInClient, public_id: str) -> None:
    """On the page of two versions, as among the changes, names are for the own organisation."""
    path = f"/insatser/{public_id}/redigera"
    sent = fields_of(editor.get(path))
    boss = as_role(either_app, Role.COORDINATOR, email="hemlig.samordnare@exempel.example")
    theirs = fields_of(boss.get(path))
    assert boss.post(path, data={**theirs, "length": "Ett år"}).status_code == 303
    answer = editor.post(path, data={**sent, "length": "Två år"})
    assert answer.status_code == 409
    assert "hemlig" not in answer.text.casefold()


def test_what_was_hidden_since_is_not_named_by_what_came_of_it(either_app: Flask, editor: SignedInClient) -> None:
    with either_app.app_context(), writing() as session:
        old = make_intervention(session, title="Stöd till Kalle Karlsson", owner=HANINGE)
        new = make_intervention(session, title="Stöd", owner=HUDDINGE, template_id=old.id)
        address, old_id = new.public_id, old.id
    path = f"/insatser/{address}/andringar/1"
    assert "Kalle Karlsson" in text_of(parse(editor.get(path).text))
    with either_app.app_context(), writing() as session:
        row = session.get(Intervention, old_id)
        assert row is not None
        actions.update(SYSTEM, session, row, {"hidden": True})
    assert "Kalle" not in text_of(parse(editor.get(path).text))
    assert "Kalle" not in text_of(parse(editor.get(f"/insatser/{address}").text))
