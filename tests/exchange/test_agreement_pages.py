"""An agreement as its sides read it, keep it and take it out: page, JSON and a PDF that can be read aloud."""

import io
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from insatsbas.core import pdf
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import Role
from insatsbas.exchange import message_actions
from insatsbas.exchange.actions import Said
from insatsbas.exchange.legal import NO_OPINION
from insatsbas.exchange.models import Agreement, ExchangeRequest
from insatsbas.exchange.states import Action
from tests.cli.test_help import run
from tests.exchange.conftest import Table, lay_table
from tests.support.needs import require
from tests.support.people import SignedInClient, as_role, signed_in


class Deal:
    """A deal between Huddinge, who asked, and Haninge; with what was said on the way."""

    def __init__(self, app: Flask, table: Table) -> None:
        self.app, self.table = app, table
        with writing() as session:
            self.request = table.ask(session, table.leg(places=2, price=18_500)).id
        table.do(self.request, Action.SEND, "asker-decider")
        for who, text, internal in (
            ("asker-editor", "Finns det tolk?", False),
            ("asker-editor", "Ring deras chef först.", True),
            ("answerer-editor", "Vi tar hellre någon annan.", True),
        ):
            with writing() as session:
                request = session.get_one(ExchangeRequest, self.request)
                message_actions.say(table.people[who], session, request, text, internal=internal, key=table.key())
        table.do(self.request, Action.ACCEPT, "answerer-decider", Said(why="Välkomna!"))
        self.number = db.session.scalars(select(Agreement.number)).one()
        db.session.rollback()

    @property
    def page(self) -> str:
        """The address of the agreement."""
        return f"/overenskommelser/{self.number}"

    def archive(self, form: str) -> str:
        """The address of the whole request."""
        return f"/utbyten/{self.request}/arkiv.{form}"

    def client(self, who: str) -> SignedInClient:
        """Somebody's browser."""
        return signed_in(self.app, f"{who}@exempel.example")


@pytest.fixture
def deal(bare_app: Flask) -> Deal:
    """A deal that was made."""
    with bare_app.app_context():
        return Deal(bare_app, lay_table())


def read(answer: Any) -> PdfReader:
    """A PDF that was fetched."""
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return PdfReader(io.BytesIO(answer.data))


def text_of(reader: PdfReader) -> str:
    """What a PDF says, in one line."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_the_page_tells_what_was_agreed_on(deal: Deal) -> None:
    text = deal.client("asker-officer").get(deal.page).text
    for said in (
        f"Överenskommelse {deal.number}",
        "Huddinge kommun",
        "37\xa0000 kr",
        "18\xa0500 kr per plats",
        "Avtalssamverkan",
        NO_OPINION,
    ):
        assert said in text, said
    assert "Beslutsfattare" in text
    assert deal.client("answerer-editor").get(deal.page).status_code == 200
    assert deal.client("ute").get(deal.page).status_code == 404


def test_each_side_writes_its_numbers(deal: Deal) -> None:
    asker, answerer = deal.client("asker-officer"), deal.client("answerer-officer")
    typed = {"sida": "fragar", "fragar-diarienummer": "KS 2027/114", "fragar-faktura": "Ansvar 4711"}
    assert asker.post(f"{deal.page}/uppgifter", data=typed).status_code == 303
    assert answerer.post(f"{deal.page}/uppgifter", data=typed).status_code == 403
    assert "KS 2027/114" in answerer.get(deal.page).text
    wrong = asker.post(f"{deal.page}/uppgifter", data={**typed, "fragar-faktura": "811228-9874"})
    assert wrong.status_code == 422
    assert "personnummer" in wrong.text
    told = answerer.get(f"{deal.page}.json").get_json()
    assert told["references"] == {"fragar": {"diary": "KS 2027/114", "invoice": "Ansvar 4711"}}
    assert told["agreement"]["number"] == deal.number
    assert told["replaced_by"] is None


def test_when_the_deal_is_off_both_pages_say_so(deal: Deal) -> None:
    with deal.app.app_context():
        deal.table.do(deal.request, Action.ASK_TO_CANCEL, "asker-editor", Said(reason="installt"))
        deal.table.do(deal.request, Action.AGREE_TO_CANCEL, "answerer-decider")
        last = db.session.scalars(select(Agreement.number).order_by(Agreement.id.desc())).first()
    client = deal.client("asker-officer")
    assert f"Ersatt av {last}" in client.get(deal.page).text
    text = client.get(f"/overenskommelser/{last}").text
    assert f"Avbokning {last}" in text
    assert f"Ersätter {deal.number}" in text
    assert "Insatsen ställs in" in text
    assert client.get(f"{deal.page}.json").get_json()["replaced_by"] == last


def test_the_pdf_is_tagged_and_holds_the_facts(deal: Deal) -> None:
    require(not pdf.missing(), "what PDFs are made with")
    reader = read(deal.client("asker-officer").get(f"{deal.page}.pdf"))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert str(root["/Lang"]) == "sv"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == f"Överenskommelse {deal.number}"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    text = text_of(reader)
    for fact in (deal.number, "Huddinge kommun", "Haninge kommun", "37 000 kr", "Avtalssamverkan", "Beslutsfattare", NO_OPINION):
        assert fact in text, fact


def test_a_side_takes_out_the_whole_request_with_its_own_notes(deal: Deal) -> None:
    asker, answerer = deal.client("asker-officer"), deal.client("answerer-officer")
    told = asker.get(deal.archive("json")).get_json()
    assert [step["step"] for step in told["history"]] == [None, "skicka", "tacka-ja"]
    assert [step["who"] for step in told["history"]] == ["Asker-editor", "Asker-decider", ""]
    assert [m["text"] for m in told["messages"]] == ["Finns det tolk?", "Ring deras chef först."]
    assert [a["number"] for a in told["agreements"]] == [deal.number]
    assert told["history"][-1]["why"] == "Välkomna!"
    as_what = [(step["role"], step["is_decision"]) for step in told["history"]]
    assert as_what == [("redaktor", False), ("beslutsfattare", True), ("beslutsfattare", True)]
    assert [m["text"] for m in answerer.get(deal.archive("json")).get_json()["messages"]] == [
        "Finns det tolk?",
        "Vi tar hellre någon annan.",
    ]
    assert deal.client("ute").get(deal.archive("json")).status_code == 404
    require(not pdf.missing(), "what PDFs are made with")
    text = text_of(read(asker.get(deal.archive("pdf"))))
    for said in (f"Förfrågan {deal.request}", "Finns det tolk?", "Ring deras chef först.", "Tackade ja", "Välkomna!", deal.number):
        assert said in text, said
    assert "hellre någon annan" not in text


def test_why_something_was_handed_back_stays_within_the_side(deal: Deal) -> None:
    table = deal.table
    with deal.app.app_context():
        with writing() as session:
            number = table.ask(session, table.leg(places=1)).id
        table.do(number, Action.SEND, "asker-decider")
        table.do(number, Action.PROPOSE, "answerer-editor")
        table.do(number, Action.RETURN, "answerer-decider", Said(why="Vi har inte råd."))
    told = {
        who: deal.client(who).get(f"/utbyten/{number}/arkiv.json").get_json()["history"][-1] for who in ("answerer-editor", "asker-editor")
    }
    assert [(step["step"], step["why"]) for step in told.values()] == [("lamna-tillbaka", "Vi har inte råd."), ("lamna-tillbaka", "")]


def test_without_what_it_is_made_with_there_is_no_button_and_the_command_says_why(deal: Deal, monkeypatch: pytest.MonkeyPatch) -> None:
    client = deal.client("asker-officer")
    monkeypatch.setattr(pdf, "_weasyprint", lambda: "Pango saknas.")
    assert f"{deal.page}.pdf" not in client.get(deal.page).text
    assert client.get(f"{deal.page}.pdf").status_code == 404
    assert client.get(f"{deal.page}.json").status_code == 200
    answer = run("pdf")
    assert (answer.exit_code, "Pango saknas." in answer.output) == (1, True)
    monkeypatch.undo()
    require(not pdf.missing(), "what PDFs are made with")
    assert run("pdf").exit_code == 0
    assert f"{deal.page}.pdf" in client.get(deal.page).text


def test_a_pdf_fetches_nothing() -> None:
    require(not pdf.missing(), "what PDFs are made with")
    made = pdf.render('<html lang="sv"><title>x</title><img alt="" src="file:///etc/passwd"><p>Hej</p></html>')
    assert "Hej" in text_of(PdfReader(io.BytesIO(made)))
    assert b"root:" not in made


def test_one_who_acts_for_both_sides_writes_for_each(deal: Deal) -> None:
    client = as_role(deal.app, (Role.EDITOR, "Huddinge kommun"), (Role.EDITOR, "Haninge kommun"), email="bada@exempel.example")
    assert client.get(deal.page).text.count("Skriv in era uppgifter") == 2
    for side in ("fragar", "svarar"):
        assert client.post(f"{deal.page}/uppgifter", data={"sida": side, f"{side}-diarienummer": f"D {side}"}).status_code == 303
    assert {side: known["diary"] for side, known in client.get(f"{deal.page}.json").get_json()["references"].items()} == {
        "fragar": "D fragar",
        "svarar": "D svarar",
    }
