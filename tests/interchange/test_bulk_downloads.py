"""What is fetched as a file: the hits of a search, one's own interventions, the template to begin with."""

import csv
import io
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from insatsbas.catalogue import need_actions
from insatsbas.catalogue.models import Intervention
from insatsbas.core.db import writing
from insatsbas.core.viewer import SYSTEM, Role
from insatsbas.interchange import writing as files
from insatsbas.interchange.columns import OF_OBJECTS, OF_TABLES
from tests.conftest import client_of
from tests.factories import index_all, make_intervention, need, occasion
from tests.interchange.test_bulk import MINE, OTHER, OWN, counts, send, waiting
from tests.support.people import SignedInClient, as_role
from tests.web.test_query_counts import count, filled, read_the_lists

FORMULA = '=HYPERLINK("http://evil.example")'


def rows_of(data: bytes, form: str) -> list[dict[str, Any]]:
    """The rows of a file by their headings."""
    if form == "json":
        found: list[dict[str, Any]] = json.loads(data)
        return found
    if form == "csv":
        return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    lines = [[cell.value for cell in line] for line in load_workbook(io.BytesIO(data)).worksheets[0].iter_rows()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


@pytest.fixture
def catalogue(bare_app: Flask) -> Flask:
    """Thirty that are found, one of each that is not."""
    with bare_app.app_context(), writing() as session:
        for number in range(30):
            make_intervention(session, title=f"Samtal {number:02}", owner=OWN, occasions=[occasion(number + 1, places=5, taken=0)])
        make_intervention(session, title=FORMULA, needs=("sfi",), owner=OWN)
        make_intervention(session, title="Samtal, utkast", owner=OWN, status="utkast")
        make_intervention(session, title="Samtal, dold", owner=OWN).hidden = True
    index_all(bare_app)
    return bare_app


@pytest.mark.parametrize("form", ["xlsx", "csv", "json"])
def test_all_hits_come_in_the_order_of_the_page(catalogue: Flask, form: str) -> None:
    client = client_of(catalogue)
    answer = client.get(f"/sok/hamta.{form}?behov=samtal&sortera=start&sida=2&per_sida=10")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["Content-Disposition"].endswith(f'.{form}"')
    rows = rows_of(answer.get_data(), form)
    assert [row["titel"] for row in rows] == [f"Samtal {number:02}" for number in range(30)]
    assert list(rows[0]) == [column.value for column in (OF_OBJECTS if form == "json" else OF_TABLES)]


@pytest.mark.parametrize("form", ["xlsx", "csv", "json"])
def test_an_editor_fetches_no_draft_and_nothing_hidden_either(catalogue: Flask, form: str) -> None:
    """Not even when the index has not heard of it yet."""
    with catalogue.app_context(), writing() as session:
        session.scalars(select(Intervention).where(Intervention.title == "Samtal 05")).one().hidden = True
    editor = as_role(catalogue, (Role.EDITOR, OWN))
    titles = {row["titel"] for row in rows_of(editor.get(f"/sok/hamta.{form}?q=samtal&status=alla").get_data(), form)}
    assert titles == {f"Samtal {number:02}" for number in range(30)} - {"Samtal 05"}


def test_no_cell_is_a_formula(catalogue: Flask) -> None:
    client = client_of(catalogue)
    assert f"'{FORMULA}".replace('"', '""').encode() in client.get("/sok/hamta.csv?behov=sfi").get_data()
    sheet = load_workbook(io.BytesIO(client.get("/sok/hamta.xlsx?behov=sfi").get_data())).active
    assert [(cell.value, cell.data_type) for cell in sheet[2] if cell.value == FORMULA] == [(FORMULA, "s")]


def test_the_results_lead_to_their_files(catalogue: Flask) -> None:
    client = client_of(catalogue)
    page = client.get("/sok?behov=samtal&sida=2&sortera=titel").get_data(as_text=True)
    for form in ("xlsx", "csv", "json"):
        assert f'href="/sok/hamta.{form}?behov=samtal&amp;sortera=titel"' in page
    assert "/sok/hamta" not in client.get("/sok?q=zzxyq").get_data(as_text=True), "nothing found, nothing to fetch"
    assert client.get("/sok/hamta.exe").status_code == 404


def test_an_old_address_leads_on(catalogue: Flask) -> None:
    with catalogue.app_context(), writing() as session:
        need_actions.change_code(SYSTEM, session, need(session, "samtal"), "prata")
    index_all(catalogue)
    answer = client_of(catalogue).get("/sok/hamta.csv?behov=samtal")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/sok/hamta.csv?behov=prata")


def test_more_than_a_workbook_holds_is_told(catalogue: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_ROWS", 3)
    answer = client_of(catalogue).get("/sok/hamta.xlsx?behov=samtal")
    assert answer.status_code == 422
    assert "rymmer högst 3 insatser" in answer.get_data(as_text=True)


def test_many_hits_are_asked_for_as_one_is(bare_app: Flask) -> None:
    filled(bare_app, 1)
    read_the_lists(bare_app)
    one = len(count(bare_app, "/sok/hamta.csv?status=alla"))
    filled(bare_app, 20)
    assert len(count(bare_app, "/sok/hamta.csv?status=alla")) == one


# One's own


@pytest.fixture
def editor(bare_app: Flask) -> SignedInClient:
    return as_role(bare_app, (Role.EDITOR, OWN))


def test_ones_own_go_out_with_drafts_and_come_in_unchanged(bare_app: Flask, editor: SignedInClient) -> None:
    filled(bare_app, 3)
    with bare_app.app_context(), writing() as session:
        make_intervention(session, title="Utkast", owner=OWN, status="utkast", summary="", needs=())
        make_intervention(session, title="Pausad", owner=OWN, status="pausad", lessons=["Ett.", "Två."], outcomes=[("Till arbete", 12)])
        make_intervention(session, title="Deras", owner=OTHER)
    assert "/las-in/insatser/huddinge-kommun.xlsx" in editor.get("/las-in").get_data(as_text=True)
    data = editor.get("/las-in/insatser/huddinge-kommun.xlsx").get_data()
    rows = rows_of(data, "xlsx")
    assert {row["anordnare"] for row in rows} == {OWN}
    assert {"Utkast", "Pausad"} <= {row["titel"] for row in rows}
    page = editor.get(waiting(editor, name="huddinge.xlsx", data=data))
    assert counts(page) == {"nya": 0, "ändrade": 0, "oförändrade": len(rows), "fel": 0}
    assert "Det finns inget att ta in." in page.get_data(as_text=True)


def test_anothers_are_not_fetched(bare_app: Flask, editor: SignedInClient) -> None:
    assert editor.get("/las-in/insatser/haninge-kommun.xlsx").status_code == 403
    assert editor.get("/las-in/insatser/finns-inte.xlsx").status_code == 404
    guest = FlaskClient(bare_app, bare_app.response_class)
    assert guest.get("/las-in/insatser/huddinge-kommun.xlsx").status_code in (303, 401)


# To begin with


def test_the_template_is_read_in_as_it_is(bare_app: Flask, editor: SignedInClient) -> None:
    data = editor.get("/las-in/mall.xlsx").get_data()
    book = load_workbook(io.BytesIO(data))
    assert [cell.value for cell in book.worksheets[0][1]] == [column.value for column in OF_TABLES]
    assert book.worksheets[0]["A2"].value.startswith("EXEMPEL")
    codes = {(line[0], line[1]) for line in book["Koder"].iter_rows(values_only=True)}
    assert {("behov", "samtal"), ("status", "utkast"), ("anordnare", OWN), ("ges i", "Nacka"), ("avslutsorsak", "projektslut")} <= codes
    assert ("anordnare", OTHER) not in codes
    assert send(editor, name="mall.xlsx", data=data).status_code == 303
    page = editor.get(waiting(editor, name="mall.xlsx", data=data))
    assert counts(page) == {"nya": 0, "ändrade": 0, "oförändrade": 0, "fel": 0}, "the example is passed over"


def test_the_templates_example_would_do_but_for_its_mark(bare_app: Flask, editor: SignedInClient) -> None:
    book = load_workbook(io.BytesIO(editor.get("/las-in/mall.xlsx").get_data()))
    book.worksheets[0]["A2"].value = None
    out = io.BytesIO()
    book.save(out)
    page = editor.get(waiting(editor, name="mall.xlsx", data=out.getvalue()))
    assert counts(page) == {"nya": 1, "ändrade": 0, "oförändrade": 0, "fel": 0}


def test_every_code_of_the_template_is_one_that_is_read(bare_app: Flask, editor: SignedInClient) -> None:
    sheet = load_workbook(io.BytesIO(editor.get("/las-in/mall.xlsx").get_data()))["Koder"]
    told = [line for line in sheet.iter_rows(values_only=True) if line[1] and line[0] != "Kolumn"]
    assert len(told) > 100
    rows = []
    for number, (column, code, _label) in enumerate(told):
        status = "avslutad" if column == "avslutsorsak" else "aktiv"
        rows.append({**MINE, "id": f"r{number}", "status": status, column: code})
    page = editor.get(waiting(editor, *rows))
    assert counts(page)["fel"] == 0
    assert counts(page)["nya"] == len(rows)
