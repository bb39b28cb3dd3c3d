"""Telling of faults, hiding personal data at once, asking and answering."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from insatsbas.catalogue.queries import by_public_id
from insatsbas.catalogue.rules import Status
from insatsbas.core.db import db, writing
from insatsbas.core.events import Event
from insatsbas.core.letters import Letter
from insatsbas.core.viewer import SYSTEM, Role
from insatsbas.keeping.periodic import forget_addresses
from insatsbas.keeping.reports import rules
from insatsbas.keeping.reports.models import Report
from insatsbas.keeping.reports.rules import FaultReason
from tests.conftest import client_of
from tests.factories import index_all, make_intervention
from tests.support.people import SignedInClient, as_guest, as_role, make_person, signed_in

Freeze = Callable[[datetime], None]
NOON = datetime(2027, 3, 10, 11, tzinfo=UTC)
HUDDINGE = (Role.EDITOR, "Huddinge kommun")
ANNA, SAM, LISA = "anna@huddinge.example", "sam@samordning.example", "lisa@haninge.example"
PERSONAL = {"skal": "personuppgift"}


@pytest.fixture(autouse=True)
def _at_noon(freeze: Freeze) -> None:
    freeze(NOON)


@pytest.fixture
def public_id(bare_app: Flask) -> str:
    """An entry of Huddinge's, which has an editor; there is a co-ordinator, and a case officer in Haninge."""
    with bare_app.app_context(), writing() as session:
        for email, role in ((ANNA, HUDDINGE), (SAM, Role.COORDINATOR), (LISA, (Role.CASE_OFFICER, "Haninge kommun"))):
            make_person(session, email, role).password_hash = "has been here"
        found = make_intervention(session, title="Språkcafé på biblioteket", contact="sprakcafe@huddinge.example").public_id
    index_all(bare_app)
    return found


def tell(app: Flask, public_id: str, *, by: SignedInClient | None = None, network: str = "192.0.2.1", **fields: str) -> int:
    """Report a fault from an address on the network; the status of the answer."""
    client = by or as_guest(app)
    data = {"skal": "kontakt", **fields}
    return client.post(f"/insatser/{public_id}/rapportera-fel", data=data, environ_base={"REMOTE_ADDR": network}).status_code


def reports(app: Flask) -> list[Report]:
    with app.app_context():
        return list(db.session.scalars(select(Report).order_by(Report.id)))


def letters_to(app: Flask, email: str) -> list[Letter]:
    with app.app_context():
        return list(db.session.scalars(select(Letter).where(Letter.to == email).order_by(Letter.id)))


def is_hidden(app: Flask, public_id: str) -> bool:
    with app.app_context():
        return by_public_id(SYSTEM, db.session, public_id).hidden


def other_entry(app: Flask, n: int) -> str:
    with app.app_context(), writing() as session:
        return make_intervention(session, title=f"Annan insats {n}").public_id


def test_a_guest_tells_of_a_fault_and_its_owner_gets_a_task(bare_app: Flask, public_id: str) -> None:
    guest = as_guest(bare_app)
    assert f"/insatser/{public_id}/rapportera-fel" in guest.get(f"/insatser/{public_id}").text
    assert "Vad är fel?" in guest.get(f"/insatser/{public_id}/rapportera-fel").text
    answer = guest.post(
        f"/insatser/{public_id}/rapportera-fel", data={"skal": "kontakt", "text": "Numret går till en pizzeria."}, follow_redirects=True
    )
    assert "Tack för din rapport" in answer.text
    (report,) = reports(bare_app)
    assert (report.person_id, report.has_hidden, report.reason) == (None, False, FaultReason.CONTACT)
    anna = signed_in(bare_app, ANNA)
    page = anna.get("/att-gora").text
    assert "Numret går till en pizzeria." in page
    assert "En besökare som inte är inloggad" in page
    assert "Att göra (1)" in page
    assert "pizzeria" not in signed_in(bare_app, SAM).get("/att-gora").text
    (letter,) = letters_to(bare_app, ANNA)
    assert f"/arenden/{report.id}" in letter.body
    assert "pizzeria" not in letter.body, "what a stranger wrote is read on the page"
    case = anna.get(f"/arenden/{report.id}").text
    assert "Fel kontaktuppgifter" in case
    closed = anna.post(f"/arenden/{report.id}/svara", data={"text": "Numret är ändrat."}, follow_redirects=True).text
    assert "ärendet är avslutat" in closed
    assert "Numret är ändrat." in closed
    assert "Att göra (" not in closed
    again = anna.post(f"/arenden/{report.id}/svara", data={"text": "En gång till."})
    assert again.status_code == 409
    assert "Någon annan har redan svarat" in again.text
    with bare_app.app_context():
        kinds = {event.kind for event in db.session.scalars(select(Event))}
    assert {"arende.fel", "arende.besvarat"} <= kinds


def test_a_report_needs_a_reason_and_no_personal_number(bare_app: Flask, public_id: str) -> None:
    guest = as_guest(bare_app)
    path = f"/insatser/{public_id}/rapportera-fel"
    for data, fault in (
        ({}, "Välj vad som är fel"),
        ({"skal": "påhittat"}, ""),
        ({"skal": "annat", "text": "Ring 19811218-9876"}, "personnummer"),
        ({"skal": "annat", "text": "x" * 2001}, "högst 2000 tecken"),
    ):
        answer = guest.post(path, data=data)
        assert answer.status_code == 422
        assert fault in answer.text
    assert reports(bare_app) == []
    draft = other_entry(bare_app, 1)
    with bare_app.app_context(), writing() as session:
        by_public_id(SYSTEM, session, draft).status = Status.DRAFT
    assert guest.get(f"/insatser/{draft}/rapportera-fel").status_code == 404
    assert signed_in(bare_app, ANNA).get(f"/insatser/{draft}/rapportera-fel").status_code == 404
    assert guest.get("/insatser/finnsinte/rapportera-fel").status_code == 404


def test_so_many_are_told_from_one_address_and_no_more(bare_app: Flask, public_id: str, freeze: Freeze) -> None:
    assert [tell(bare_app, public_id) for _ in range(rules.TOLD_MOST + 1)] == [303] * rules.TOLD_MOST + [429]
    assert tell(bare_app, public_id, network="192.0.2.2") == 303
    # All the addresses of one household are one.
    for n in range(rules.TOLD_MOST):
        assert tell(bare_app, public_id, network=f"2001:db8:1:2::{n}") == 303
    assert tell(bare_app, public_id, network="2001:db8:1:2:ffff::1") == 429
    assert len(letters_to(bare_app, ANNA)) == 1, "one letter a day of the faults of an entry"
    freeze(NOON + timedelta(minutes=61))
    assert tell(bare_app, public_id) == 303
    # A person is counted by who they are, wherever they sit.
    lisa = signed_in(bare_app, LISA)
    assert [tell(bare_app, public_id, by=lisa, network=f"198.51.100.{n}") for n in range(11)] == [303] * 10 + [429]


def test_where_it_was_told_from_is_forgotten(bare_app: Flask, public_id: str, freeze: Freeze) -> None:
    tell(bare_app, public_id, by=signed_in(bare_app, LISA))
    tell(bare_app, public_id)
    tell(bare_app, public_id, **PERSONAL)
    assert [len(report.address) for report in reports(bare_app)] == [0, 64, 64]
    for after, kept in ((timedelta(minutes=59), 2), (timedelta(minutes=61), 1), (timedelta(hours=25), 0)):
        freeze(NOON + after)
        with bare_app.app_context():
            forget_addresses()
        assert sum(bool(report.address) for report in reports(bare_app)) == kept, after


# Personal data


def test_personal_data_is_hidden_at_once_from_all_but_its_keepers(bare_app: Flask, public_id: str) -> None:
    guest = as_guest(bare_app)
    answer = guest.post(f"/insatser/{public_id}/rapportera-fel", data=PERSONAL, follow_redirects=True)
    assert "Insatsen är dold nu." in answer.text
    index_all(bare_app)
    lisa, anna, sam = (signed_in(bare_app, email) for email in (LISA, ANNA, SAM))
    for outsider in (guest, lisa):
        assert outsider.get(f"/insatser/{public_id}").status_code == 404
        assert outsider.get(f"/insatser/{public_id}/rapportera-fel").status_code == 404
        for path in ("/", "/sok", "/sok?q=språkcafé", "/behov/samtal", "/organisationer/huddinge-kommun", "/atom.xml", "/sitemap.xml"):
            assert "Språkcafé på biblioteket" not in outsider.get(path).text, path
            assert public_id not in outsider.get(path).text, path
        assert outsider.get("/api/v1/insatser").get_json()["total"] == 0
        assert outsider.get(f"/api/v1/insatser/{public_id}").status_code == 404
    for keeper, email in ((anna, ANNA), (sam, SAM)):
        assert "Insatsen är dold" in keeper.get(f"/insatser/{public_id}").text
        assert "Personuppgifter eller skyddad adress" in keeper.get("/att-gora").text
        (letter,) = letters_to(bare_app, email)
        assert letter.subject == "Personuppgifter i en insats: se över den nu"
    assert letters_to(bare_app, LISA) == []
    number = reports(bare_app)[0].id
    assert anna.post(f"/arenden/{number}/svara", data={"text": "Tittat."}).status_code == 422
    assert anna.post(f"/insatser/{public_id}/visa-igen", follow_redirects=True).text.count("Svara först på rapporten") == 1
    assert is_hidden(bare_app, public_id)
    anna.post(f"/arenden/{number}/svara", data={"text": "Numret är borta.", "visning": "visa"})
    assert not is_hidden(bare_app, public_id)
    assert index_all(bare_app).is_equal
    assert "Språkcafé på biblioteket" in guest.get("/sok").text


def test_it_may_stay_hidden_and_be_shown_later(bare_app: Flask, public_id: str) -> None:
    tell(bare_app, public_id, **PERSONAL)
    anna = signed_in(bare_app, ANNA)
    anna.post(f"/arenden/{reports(bare_app)[0].id}/svara", data={"text": "Vi skriver om den.", "visning": "dold"})
    assert is_hidden(bare_app, public_id)
    assert "Visa insatsen igen" in anna.get(f"/insatser/{public_id}").text
    as_haninge = as_role(bare_app, (Role.EDITOR, "Haninge kommun"), email="e@haninge.example")
    assert as_haninge.post(f"/insatser/{public_id}/visa-igen").status_code == 404
    anna.post(f"/insatser/{public_id}/visa-igen")
    assert not is_hidden(bare_app, public_id)


def test_guests_hide_few_and_what_they_tell_beyond_is_told_all_the_same(bare_app: Flask, public_id: str, freeze: Freeze) -> None:
    ids = [public_id, *(other_entry(bare_app, n) for n in range(4))]
    for one in ids:
        assert tell(bare_app, one, **PERSONAL) == 303
    assert [is_hidden(bare_app, one) for one in ids] == [True] * 3 + [False] * 2
    assert len(reports(bare_app)) == 5
    assert "visas fortfarande" in letters_to(bare_app, ANNA)[-1].body
    # Where one did not hide, one is not told that one did.
    path, at = f"/insatser/{ids[3]}/rapportera-fel", {"REMOTE_ADDR": "192.0.2.1"}
    answer = as_guest(bare_app).post(path, data=PERSONAL, environ_base=at, follow_redirects=True)
    assert "Insatsen är dold nu." not in answer.text
    # Somebody whom we know may, and so may the same guest the next day.
    assert tell(bare_app, ids[3], by=signed_in(bare_app, LISA), **PERSONAL) == 303
    assert is_hidden(bare_app, ids[3])
    freeze(NOON + timedelta(hours=25))
    assert tell(bare_app, ids[4], **PERSONAL) == 303
    assert is_hidden(bare_app, ids[4])


def test_what_was_looked_at_and_shown_again_is_left_in_peace_for_a_day(bare_app: Flask, public_id: str, freeze: Freeze) -> None:
    tell(bare_app, public_id, **PERSONAL)
    anna = signed_in(bare_app, ANNA)
    anna.post(f"/arenden/{reports(bare_app)[0].id}/svara", data={"text": "Fanns inte.", "visning": "visa"})
    freeze(NOON + timedelta(hours=23))
    assert tell(bare_app, public_id, network="192.0.2.9", **PERSONAL) == 303
    assert not is_hidden(bare_app, public_id)
    assert len(reports(bare_app)) == 2
    assert tell(bare_app, public_id, by=signed_in(bare_app, LISA), **PERSONAL) == 303
    assert is_hidden(bare_app, public_id)


@pytest.mark.parametrize(
    ("is_guest", "by_address", "by_all", "in_peace", "hides"),
    [
        (True, 0, 0, False, True),
        (True, 2, 19, False, True),
        (True, 3, 3, False, False),
        (True, 0, 20, False, False),
        (True, 0, 0, True, False),
        (False, 9, 99, True, True),
    ],
)
def test_when_a_report_hides(is_guest: bool, by_address: int, by_all: int, in_peace: bool, hides: bool) -> None:
    assert rules.hides(is_guest=is_guest, by_address=by_address, by_all=by_all, is_left_in_peace=in_peace) is hides


# Questions, and what is missing


def test_a_case_officer_asks_and_is_answered(bare_app: Flask, public_id: str) -> None:
    lisa, anna = signed_in(bare_app, LISA), signed_in(bare_app, ANNA)
    assert f"/insatser/{public_id}/fraga" in lisa.get(f"/insatser/{public_id}").text
    assert f'/insatser/{public_id}/fraga"' not in anna.get(f"/insatser/{public_id}").text, "one asks nobody oneself"
    answer = lisa.post(f"/insatser/{public_id}/fraga", data={"text": "Kan man börja mitt i terminen?"}, follow_redirects=True)
    assert "Din fråga är skickad till Huddinge kommun." in answer.text
    assert "Väntar på svar." in answer.text
    number = reports(bare_app)[0].id
    seen = anna.get(f"/arenden/{number}").text
    assert "Handläggare hos Haninge kommun" in seen
    assert "Lisa" not in seen, "staff's names are seen by their own and the co-ordinator"
    assert "Lisa" in signed_in(bare_app, SAM).get(f"/arenden/{number}").text
    anna.post(f"/arenden/{number}/svara", data={"text": "Ja, varje måndag."})
    (letter,) = letters_to(bare_app, LISA)
    assert "Ja, varje måndag." in letter.body
    page = lisa.get("/mina-fragor").text
    assert "Ja, varje måndag." in page
    assert "Huddinge kommun" in page
    assert "Anna" not in page
    assert "Ja, varje måndag." in lisa.get(f"/arenden/{number}").text


def test_a_case_is_read_by_those_it_concerns_only(bare_app: Flask, public_id: str) -> None:
    lisa = signed_in(bare_app, LISA)
    lisa.post(f"/insatser/{public_id}/fraga", data={"text": "En fråga?"})
    number = reports(bare_app)[0].id
    path = f"/arenden/{number}"
    for role in (
        (Role.EDITOR, "Haninge kommun"),
        (Role.CASE_OFFICER, "Haninge kommun"),
        (Role.CASE_OFFICER, "Huddinge kommun"),
        (Role.DECISION_MAKER, "Huddinge kommun"),
    ):
        stranger = as_role(bare_app, role, email=f"{role[0].value}@{role[1][:4].lower()}.example")
        assert stranger.get(path).status_code == 404, role
        assert stranger.post(f"{path}/svara", data={"text": "Hej"}).status_code in (403, 404), role
        assert "En fråga?" not in stranger.get("/mina-fragor").text
    assert lisa.post(f"{path}/svara", data={"text": "Hej"}).status_code == 403
    assert as_role(bare_app, Role.GUEST, email="gast@alla.example").get(path).status_code == 403
    assert as_guest(bare_app).get(path).status_code == 303
    assert lisa.get("/arenden/99999999999999999999").status_code == 404
    assert reports(bare_app)[0].closed_at is None


def test_without_an_active_editor_it_is_the_co_ordinators(bare_app: Flask, public_id: str) -> None:
    with bare_app.app_context(), writing() as session:
        orphan = make_intervention(session, title="Simskola", owner="Salems kommun").public_id
        make_person(session, "inbjuden@salem.example", (Role.EDITOR, "Salems kommun"))
    signed_in(bare_app, LISA).post(f"/insatser/{orphan}/fraga", data={"text": "Finns det plats?"})
    assert len(letters_to(bare_app, SAM)) == 1
    assert letters_to(bare_app, "inbjuden@salem.example") == []
    sam = signed_in(bare_app, SAM)
    assert "Finns det plats?" in sam.get("/att-gora").text
    sam.post(f"/arenden/{reports(bare_app)[0].id}/svara", data={"text": "Ja."})
    assert "Ja." in signed_in(bare_app, LISA).get("/mina-fragor").text


def test_a_search_without_hits_leads_to_saying_what_is_missing(bare_app: Flask, public_id: str) -> None:
    lisa, sam = signed_in(bare_app, LISA), signed_in(bare_app, SAM)
    asked = "/sok?q=zumba&behov=samtal&ges_i=0136"
    assert "Anmäl att detta saknas" not in client_of(bare_app).get(asked).text
    assert "Anmäl att detta saknas" not in lisa.get("/sok?q=språkcafé").text
    assert "/saknas?q=zumba&amp;behov=samtal&amp;ges_i=0136" in lisa.get(asked).text
    form = lisa.get("/saknas?q=zumba&behov=samtal&ges_i=0136").text
    assert '<option value="samtal" selected>' in form
    assert '<option value="0136" selected>' in form
    assert 'value="zumba"' in form
    lisa.get("/saknas?behov=finnsinte&ges_i=xx&q=" + "y" * 500)
    assert lisa.post("/saknas", data={"behov": "samtal", "kommun": "0136"}).status_code == 422
    assert lisa.post("/saknas", data={"behov": "samtal", "kommun": "9999", "text": "Zumba"}).status_code == 422
    lisa.post("/saknas", data={"behov": "samtal", "kommun": "0136", "text": "Zumba på svenska"})
    (report,) = reports(bare_app)
    assert (report.organisation_id, report.municipality_code, report.intervention_id) == (None, "0136", None)
    assert "Zumba på svenska" in sam.get("/att-gora").text
    assert "Zumba på svenska" not in signed_in(bare_app, ANNA).get("/att-gora").text
    assert signed_in(bare_app, ANNA).get(f"/arenden/{report.id}").status_code == 404
    sam.post(f"/arenden/{report.id}/svara", data={"text": "Vi tar upp det i styrgruppen."})
    assert "styrgruppen" in lisa.get("/mina-fragor").text


def test_those_who_may_not_ask_are_not_shown_how(bare_app: Flask, public_id: str) -> None:
    shared = as_role(bare_app, Role.GUEST, email="gast@alla.example")
    assert "/fraga" not in shared.get(f"/insatser/{public_id}").text
    for path in (f"/insatser/{public_id}/fraga", "/saknas"):
        assert shared.get(path).status_code == 403
        assert shared.post(path, data={"text": "Hej"}).status_code == 403
    # Of the guest that many share nobody knows who it is.
    assert tell(bare_app, public_id, by=shared, **PERSONAL) == 303
    assert reports(bare_app)[0].person_id is None
    assert reports(bare_app)[0].address
