"""Reading in a file in the browser: what the preview says, what taking in does, and for whom."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.revision_models import Revision
from insatsbas.core import clock
from insatsbas.core.db import writing
from insatsbas.core.events import Event
from insatsbas.core.viewer import Role
from insatsbas.interchange import bulk_actions
from insatsbas.interchange.batch_models import ImportBatch
from tests.factories import agree_on, make_intervention, occasion
from tests.interchange.conftest import MONDAY, ROW, csv_bytes, xlsx_bytes
from tests.support.people import SignedInClient, as_role
from tests.web.test_query_counts import count

OWN, OTHER = "Huddinge kommun", "Haninge kommun"
MINE = {**ROW, "anordnare": OWN}
NUMBER = "811218-9876"
MARK = "a-line-that-no-file-has"
_MANY = {"ny": "nya", "ändrad": "ändrade", "oförändrad": "oförändrade"}


def bytes_of(rows: Sequence[Mapping[str, Any]], ending: str = ".json") -> bytes:
    """A file of rows."""
    if ending == ".json":
        return json.dumps(list(rows)).encode()
    lines = [list(rows[0]), *[[row.get(name) for name in rows[0]] for row in rows]]
    return xlsx_bytes(lines) if ending == ".xlsx" else csv_bytes(lines)


def send(client: SignedInClient, *rows: Mapping[str, Any], name: str = "insatser.json", data: bytes | None = None) -> TestResponse:
    """Read in a file of rows, or of these bytes."""
    content = bytes_of(rows, f".{name.rsplit('.', 1)[-1]}") if data is None else data
    return client.post("/las-in", data=multipart(client, content, name), content_type=f"multipart/form-data; boundary={MARK}")


def multipart(client: SignedInClient, data: bytes, name: str) -> bytes:
    """A form with a file in it, as a browser sends it that has just fetched the page."""
    found = re.search('name="csrf_token" value="([^"]+)"', client.get("/las-in").get_data(as_text=True))
    assert found, "every page of somebody who has signed in has the token against forgery"
    token = found[1].encode()
    parts = [("csrf_token", "", token), ("fil", f'; filename="{name}"', data)]
    form = b"".join(f'--{MARK}\r\nContent-Disposition: form-data; name="{n}"{more}\r\n\r\n'.encode() + d + b"\r\n" for n, more, d in parts)
    return form + f"--{MARK}--\r\n".encode()


def waiting(client: SignedInClient, *rows: Mapping[str, Any], **how: Any) -> str:
    """The address of a file that was read in and waits."""
    answer = send(client, *rows, **how)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def counts(page: TestResponse) -> dict[str, int]:
    """The numbers at the top of a preview."""
    found = re.findall(r"<li><strong>(\d+)</strong> (\w+)</li>", page.get_data(as_text=True))
    return {_MANY.get(word, word): int(count) for count, word in found}


def titles(app: Flask) -> list[str]:
    with app.app_context(), writing() as session:
        return sorted(session.scalars(select(Intervention.title)))


@pytest.fixture
def editor(bare_app: Flask) -> SignedInClient:
    """An editor of Huddinge, in a catalogue without interventions."""
    return as_role(bare_app, (Role.EDITOR, OWN), email="anna@huddinge.example")


@pytest.mark.parametrize("ending", [".xlsx", ".csv", ".json"])
def test_a_file_is_looked_at_and_then_taken_in(bare_app: Flask, editor: SignedInClient, ending: str) -> None:
    address = waiting(editor, MINE, {**MINE, "id": "2", "titel": "Yrkessvenska", "status": "utkast"}, name=f"vår vår{ending}")
    page = editor.get(address)
    assert counts(page) == {"nya": 2, "ändrade": 0, "oförändrade": 0, "fel": 0}
    assert titles(bare_app) == [], "a preview keeps nothing"
    answer = editor.post(f"{address}/godkann")
    assert answer.status_code == 303
    assert titles(bare_app) == ["Språkcafé", "Yrkessvenska"]
    done = editor.get(answer.headers["Location"])
    assert "är inläst" in done.get_data(as_text=True)
    assert counts(done) == {"nya": 2, "ändrade": 0, "oförändrade": 0, "fel": 0}
    with bare_app.app_context(), writing() as session:
        assert set(session.scalars(select(Revision.why))) == {f"Läst in från vår vår{ending}"}
        events = list(session.scalars(select(Event).where(Event.kind == "insats.inlast")))
        assert len(events) == 2
        assert all(event.who == "Anna" and event.organisation_id and event.subject.startswith("insats:") for event in events)
        statuses = {row.title: row.status.value for row in session.scalars(select(Intervention))}
    assert statuses == {"Språkcafé": "aktiv", "Yrkessvenska": "utkast"}, "a new row has the status of the file"


def test_what_is_changed_is_told_field_by_field(bare_app: Flask, editor: SignedInClient) -> None:
    editor.post(f"{waiting(editor, MINE, {**MINE, 'id': '2'})}/godkann")
    changed = {**MINE, "titel": "Språkcafé på biblioteket", "ges i": ["Nacka"], "status": "pausad", "bekräftad": "2027-01-04"}
    page = editor.get(waiting(editor, changed, {**MINE, "id": "2"})).get_data(as_text=True)
    assert "<strong>1</strong> ändrad<" in page
    assert "<strong>1</strong> oförändrad<" in page
    for label in ("Namn", "Ges i", "Status", "Bekräftad"):
        assert f"<dt>{label}</dt>" in page
    assert re.search(r"<ins>.*på biblioteket.*</ins>", page)
    assert "<dt>Behov</dt>" not in page, "what is the same is not told"


def test_taking_in_twice_takes_in_once(bare_app: Flask, editor: SignedInClient) -> None:
    address = waiting(editor, MINE)
    first, second = editor.post(f"{address}/godkann"), editor.post(f"{address}/godkann")
    assert (first.status_code, second.status_code) == (303, 303)
    assert titles(bare_app) == ["Språkcafé"]
    with bare_app.app_context(), writing() as session:
        assert len(session.scalars(select(Event).where(Event.kind == "insats.inlast")).all()) == 1
        batch = session.scalars(select(ImportBatch)).one()
        assert (batch.rows, batch.versions) == ([], {}), "what was taken in waits no longer"


def test_a_row_without_source_and_id_is_a_new_one_of_our_own(bare_app: Flask, editor: SignedInClient) -> None:
    address = waiting(editor, {**MINE, "källa": "", "id": ""}, {**MINE, "källa": "", "id": None}, name="ny.xlsx")
    editor.post(f"{address}/godkann")
    editor.post(f"{address}/godkann")
    with bare_app.app_context(), writing() as session:
        rows = session.scalars(select(Intervention)).all()
    assert [(row.source, row.external_id) for row in rows] == [(None, None)] * 2
    assert len({row.public_id for row in rows}) == 2


def test_faults_are_told_with_row_and_column_and_nothing_is_taken_in(bare_app: Flask, editor: SignedInClient) -> None:
    address = waiting(
        editor, MINE, {**MINE, "id": "2", "status": "kanske", "behov": "flyga"}, {**MINE, "id": "3", "titel": ""}, name="a.xlsx"
    )
    page = editor.get(address)
    assert counts(page) == {"nya": 1, "ändrade": 0, "oförändrade": 0, "fel": 3}
    refused = editor.post(f"{address}/godkann")
    assert refused.status_code == 409
    assert "Inget togs in" in refused.get_data(as_text=True)
    assert titles(bare_app) == []
    lines = list(csv.reader(io.StringIO(editor.get(f"{address}/fel.csv").get_data().decode("utf-8-sig")), delimiter=";"))
    assert lines[0] == ["rad", "kolumn", "fel"]
    assert {(row, column) for row, column, _ in lines[1:]} == {("3", "status"), ("3", "behov"), ("4", "titel")}
    editor.post(f"{address}/godkann", data={"resten": "ja"})
    assert titles(bare_app) == ["Språkcafé"]
    assert counts(editor.get(address)) == {"nya": 1, "ändrade": 0, "oförändrade": 0, "fel": 3}
    assert len(editor.get(f"{address}/fel.csv").get_data().splitlines()) == 4, "what was left out can still be fetched"


def test_a_file_whose_columns_are_missing_is_told_so(editor: SignedInClient) -> None:
    page = editor.get(waiting(editor, name="a.csv", data=csv_bytes([["titel", "färg"], ["a", "b"]]))).get_data(as_text=True)
    assert "Kolumnen saknas" in page
    assert "Kolumnen ”färg” är inte känd" in page
    assert "Ta in" not in page


# Whose they are


def test_an_editor_writes_only_for_the_own_organisation(bare_app: Flask, editor: SignedInClient) -> None:
    with bare_app.app_context(), writing() as session:
        make_intervention(session, title="Deras", owner=OTHER, source="test", external_id="9")
        make_intervention(session, title="Deras utkast", owner=OTHER, source="test", external_id="8", status="utkast")
        make_intervention(session, title="Vår", owner=OWN, source="test", external_id="7")
    rows = [
        {**MINE, "id": "1", "anordnare": OTHER},
        {**MINE, "id": "9", "titel": "Tagen"},
        {**MINE, "id": "8", "titel": "Tagen"},
        {**MINE, "id": "7", "titel": "Bortskänkt", "anordnare": OTHER},
    ]
    address = waiting(editor, *rows)
    page = editor.get(address)
    assert counts(page) == {"nya": 0, "ändrade": 0, "oförändrade": 0, "fel": 4}
    text = page.get_data(as_text=True)
    assert "inte åt Haninge kommun" in text
    assert "Insatsen tillhör Haninge kommun" in text
    assert "Deras utkast" not in text, "another's draft is not told of"
    editor.post(f"{address}/godkann", data={"resten": "ja"})
    assert titles(bare_app) == ["Deras", "Deras utkast", "Vår"]


def test_rights_are_asked_again_when_it_is_taken_in(bare_app: Flask, editor: SignedInClient) -> None:
    with bare_app.app_context(), writing() as session:
        row = make_intervention(session, title="Vår", owner=OWN, source="test", external_id="1")
    address = waiting(editor, {**MINE, "titel": "Ny"})
    with bare_app.app_context(), writing() as session:
        from tests.factories import organisation

        session.merge(row).owner = organisation(session, OTHER)
    assert editor.post(f"{address}/godkann").status_code == 409
    editor.post(f"{address}/godkann", data={"resten": "ja"})
    assert titles(bare_app) == ["Vår"]


def test_a_coordinator_writes_for_anyone(bare_app: Flask) -> None:
    client = as_role(bare_app, Role.COORDINATOR)
    client.post(f"{waiting(client, MINE, {**MINE, 'id': '2', 'anordnare': OTHER, 'titel': 'B'})}/godkann")
    assert titles(bare_app) == ["B", "Språkcafé"]


@pytest.mark.parametrize("role", [(Role.CASE_OFFICER, OWN), (Role.DECISION_MAKER, OWN), Role.GUEST])
def test_others_may_not(bare_app: Flask, role: Any) -> None:
    client = as_role(bare_app, role)
    assert client.get("/las-in").status_code == 403
    assert send(client, MINE).status_code == 403


def test_only_who_read_it_in_sees_it(bare_app: Flask, editor: SignedInClient) -> None:
    address = waiting(editor, MINE)
    for other in (
        as_role(bare_app, (Role.EDITOR, OWN), email="bo@huddinge.example"),
        as_role(bare_app, Role.COORDINATOR, email="samordnare@exempel.example"),
    ):
        assert other.get(address).status_code == 404
        assert other.get(f"{address}/fel.csv").status_code == 404
        assert other.post(f"{address}/godkann").status_code == 404
        assert other.post(f"{address}/avbryt").status_code == 404
        assert "insatser.json" not in other.get("/las-in").get_data(as_text=True)
    assert editor.get(address).status_code == 200
    assert editor.get("/las-in/finns-inte").status_code == 404


# What happens meanwhile


def test_what_somebody_else_changed_is_told_and_not_written_over(bare_app: Flask, editor: SignedInClient) -> None:
    editor.post(f"{waiting(editor, MINE, {**MINE, 'id': '2'})}/godkann")
    address = waiting(editor, {**MINE, "titel": "Min"}, {**MINE, "id": "2", "titel": "Min två"})
    with bare_app.app_context(), writing() as session:
        session.scalars(select(Intervention).where(Intervention.external_id == "1")).one().title = "Deras"
    page = editor.get(address)
    assert counts(page) == {"nya": 0, "ändrade": 1, "oförändrade": 0, "fel": 1}
    assert "Någon har ändrat insatsen" in page.get_data(as_text=True)
    assert editor.post(f"{address}/godkann").status_code == 409
    assert titles(bare_app) == ["Deras", "Språkcafé"]
    editor.post(f"{address}/godkann", data={"resten": "ja"})
    assert titles(bare_app) == ["Deras", "Min två"]


def test_what_has_come_or_gone_meanwhile_is_told(bare_app: Flask, editor: SignedInClient) -> None:
    with bare_app.app_context(), writing() as session:
        make_intervention(session, owner=OWN, source="test", external_id="1", status="utkast")
    address = waiting(editor, MINE, {**MINE, "id": "2"})
    with bare_app.app_context(), writing() as session:
        session.delete(session.scalars(select(Intervention)).one())
        make_intervention(session, title="Hann före", owner=OWN, source="test", external_id="2")
    page = editor.get(address).get_data(as_text=True)
    assert "har tagits bort sedan" in page
    assert "med samma källa och id" in page
    editor.post(f"{address}/godkann", data={"resten": "ja"})
    assert titles(bare_app) == ["Hann före"]


def test_a_file_waits_for_a_day(bare_app: Flask, editor: SignedInClient, monkeypatch: pytest.MonkeyPatch) -> None:
    address = waiting(editor, MINE)
    assert "insatser.json" in editor.get("/las-in").get_data(as_text=True)
    with bare_app.app_context(), writing() as session:
        session.scalars(select(ImportBatch)).one().created_at = MONDAY - timedelta(days=1)
    assert editor.get(address).status_code == 404
    assert editor.post(f"{address}/godkann").status_code == 404
    with bare_app.app_context(), writing() as session:
        bulk_actions.forget_old(session)
    with bare_app.app_context(), writing() as session:
        assert session.scalars(select(ImportBatch)).all() == []
    assert clock.now() == MONDAY


def test_a_file_can_be_given_up(bare_app: Flask, editor: SignedInClient) -> None:
    address = waiting(editor, MINE)
    assert editor.post(f"{address}/avbryt").headers["Location"] == "/las-in"
    assert editor.get(address).status_code == 404
    assert titles(bare_app) == []


def test_five_files_wait_at_most(bare_app: Flask, editor: SignedInClient) -> None:
    addresses = [waiting(editor, MINE, name=f"{number}.json") for number in range(7)]
    assert [editor.get(address).status_code for address in addresses] == [404, 404, 200, 200, 200, 200, 200]


# What is never kept


def test_a_personal_number_is_refused_in_every_text_and_never_kept(bare_app: Flask, editor: SignedInClient) -> None:
    texts = ("titel", "sammanfattning", "beskrivning", "förkunskaper", "lärdomar", "längd", "kontakt", "vet mer", "behov", "id")
    rows = [{**MINE, "id": f"r{n}", name: f"Fråga {NUMBER}"} for n, name in enumerate(texts)]
    rows.append({**MINE, "id": "p", "tillfällen": [{"start": "2027-02-01", "plats": NUMBER}]})
    rows.append({**MINE, "id": "q", "resultat": [{"vad": NUMBER}]})
    address = waiting(editor, *rows)
    page = editor.get(address)
    assert counts(page)["fel"] == len(rows)
    assert counts(page)["nya"] == 0
    assert NUMBER not in page.get_data(as_text=True)
    with bare_app.app_context(), writing() as session:
        batch = session.scalars(select(ImportBatch)).one()
        assert NUMBER not in json.dumps([batch.rows, batch.faults], ensure_ascii=False)
    assert send(editor, MINE, name=f"{NUMBER}.json").status_code == 422


def test_what_is_published_becomes_no_draft_again(bare_app: Flask, editor: SignedInClient) -> None:
    editor.post(f"{waiting(editor, MINE)}/godkann")
    page = editor.get(waiting(editor, {**MINE, "status": "utkast"}))
    assert counts(page)["fel"] == 1
    assert "kan inte bli utkast igen" in page.get_data(as_text=True)


def test_a_start_that_others_have_asked_for_stays(bare_app: Flask, editor: SignedInClient) -> None:
    with bare_app.app_context(), writing() as session:
        row = make_intervention(session, owner=OWN, source="test", external_id="1", occasions=[occasion(10, places=5, taken=0)])
        agree_on(row.occasions[0], 2)
    page = editor.get(waiting(editor, {**MINE, "tillfällen": []}))
    assert counts(page)["fel"] == 1
    assert "frågat om kan inte tas bort" in page.get_data(as_text=True)


def test_a_file_that_is_refused_says_why_beside_the_field(editor: SignedInClient) -> None:
    for data, name, reason in [
        (b"", "a.csv", "Filen är tom."),
        (b"x", "a.txt", "Välj en fil som slutar på"),
        (b"hej", "a.xlsx", "ingen .xlsx"),
        (b"x", "", "Välj en fil"),
    ]:
        answer = send(editor, name=name, data=data)
        assert answer.status_code == 422
        text = answer.get_data(as_text=True)
        assert reason in text
        assert 'href="#fil"' in text


def test_entries_of_a_file_may_refer_to_each_other(bare_app: Flask, editor: SignedInClient) -> None:
    later = {**MINE, "id": "2", "titel": "Ny", "föregångare": {"källa": "test", "id": "1"}}
    lost = {**MINE, "id": "3", "föregångare": {"källa": "test", "id": "4"}}
    address = waiting(editor, later, MINE, lost, {**MINE, "id": "4", "status": "kanske"})
    assert counts(editor.get(address)) == {"nya": 2, "ändrade": 0, "oförändrade": 0, "fel": 2}
    editor.post(f"{address}/godkann", data={"resten": "ja"})
    with bare_app.app_context(), writing() as session:
        rows = {row.external_id: row for row in session.scalars(select(Intervention))}
        assert rows["2"].forerunner_id == rows["1"].id
    assert rows.keys() == {"1", "2"}


def test_long_lists_are_parted(bare_app: Flask, editor: SignedInClient) -> None:
    address = waiting(editor, *[{**MINE, "id": str(n), "titel": f"Nummer {n:03}"} for n in range(120)])
    first = editor.get(address).get_data(as_text=True)
    assert ("Nummer 049" in first, "Nummer 050" in first) == (True, False)
    second = editor.get(f"{address}?ny=2").get_data(as_text=True)
    assert ("Nummer 050" in second, "Nummer 100" in second) == (True, False)
    assert "Nummer 119" in editor.get(f"{address}?ny=999&fel=x&oforandrad=-1").get_data(as_text=True)


def test_one_that_is_there_already_is_warned_of(bare_app: Flask, editor: SignedInClient) -> None:
    editor.post(f"{waiting(editor, MINE)}/godkann")
    assert "har redan en insats som heter så" in editor.get(waiting(editor, {**MINE, "id": "2"})).get_data(as_text=True)


def test_many_rows_are_asked_for_as_one_is(bare_app: Flask, editor: SignedInClient) -> None:
    def rows(many: int) -> list[dict[str, Any]]:
        named = {"behov": "samtal|sfi", "ges i": "Haninge|Nacka", "start": "2027-02-01", "platser": 5, "lärdomar": "Börja tidigt."}
        return [{**MINE, **named, "id": str(n)} for n in range(2 * many)]

    asked = []
    for many in (1, 20):
        editor.post(f"{waiting(editor, *rows(many))}/godkann")
        address = waiting(editor, *[{**row, "titel": "Ny"} if n % 2 else row for n, row in enumerate(rows(many))])
        asked.append(len(count(bare_app, address, client=editor)))
    assert asked[0] == asked[1]
