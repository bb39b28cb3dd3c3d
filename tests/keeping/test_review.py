"""What there is to do, confirming, links of letters, and how all stand."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from insatsbas.accounts import actions as accounts
from insatsbas.accounts import queries as people
from insatsbas.accounts.models import Membership
from insatsbas.catalogue import actions as catalogue
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.queries import by_public_id
from insatsbas.catalogue.revision_models import Revision
from insatsbas.catalogue.rules import Status
from insatsbas.core import clock, settings_store
from insatsbas.core.db import db, writing
from insatsbas.core.events import Event
from insatsbas.core.viewer import SYSTEM, Role
from insatsbas.keeping.review import links
from insatsbas.keeping.review.links import Leave
from tests.conftest import client_of
from tests.factories import changes, index_all, make_intervention
from tests.support.checks import parse, text_of
from tests.support.people import as_guest, as_role, make_person, signed_in

TODAY, REVIEW = date(2027, 4, 10), date(2027, 4, 15)
OLD, FRESH, OVERDUE = date(2027, 1, 10), date(2027, 3, 1), date(2026, 6, 1)
Freeze = Callable[[date], None]
HUDDINGE, HANINGE = (Role.EDITOR, "Huddinge kommun"), (Role.EDITOR, "Haninge kommun")


@pytest.fixture(autouse=True)
def _on_a_day(freeze: Freeze) -> None:
    freeze(TODAY)


def made(app: Flask, title: str, verified_on: date | None, **more: Any) -> str:
    """An entry of Huddinge's that was last confirmed then."""
    with app.app_context(), writing() as session:
        row = make_intervention(session, title=title, verified_on=verified_on, **more)
        # The default of a column keeps the real clock.
        row.created_at = clock.now()
        return row.public_id


def entry(public_id: str) -> Intervention:
    return by_public_id(SYSTEM, db.session, public_id)


def test_an_editor_sees_what_is_due_of_their_own_and_nothing_else(bare_app: Flask) -> None:
    made(bare_app, "Förfallen", OVERDUE)
    made(bare_app, "Snart dags", OLD)
    made(bare_app, "Pausad kurs", OLD, status=Status.PAUSED)
    made(bare_app, "Nyss bekräftad", FRESH)
    made(bare_app, "Ett utkast", OLD, status=Status.DRAFT)
    made(bare_app, "Slutade i fjol", OLD, status=Status.ENDED)
    made(bare_app, "Grannens", OLD, owner="Haninge kommun")
    page = as_role(bare_app, HUDDINGE).get("/att-gora").text
    assert page.index("Förfallen") < page.index("Snart dags")
    assert "Pausad kurs" in page
    for absent in ("Nyss bekräftad", "Ett utkast", "Slutade i fjol", "Grannens"):
        assert absent not in page, absent
    assert "3 insatser" in page
    assert "För 1 har tiden gått ut." in page
    assert page.count("Behöver ses över") == 1
    assert "Att göra (3)" in page


def test_one_click_confirms_and_changes_nothing_else(bare_app: Flask) -> None:
    public_id = made(bare_app, "Snart dags", OLD)
    anna = as_role(bare_app, HUDDINGE, email="anna@huddinge.example")
    with bare_app.app_context():
        row = entry(public_id)
        version, changed = row.version, row.updated_at
    answer = anna.post(f"/insatser/{public_id}/bekrafta", follow_redirects=True)
    assert "Du har bekräftat uppgifterna om Snart dags." in answer.text
    assert "Allt är bekräftat" in answer.text
    with bare_app.app_context():
        row = entry(public_id)
        assert (row.verified_on, row.version, row.updated_at) == (TODAY, version, changed)
        assert row.verified_by is not None
        assert row.verified_by.email == "anna@huddinge.example"
        assert db.session.scalar(select(func.count()).select_from(Revision)) == 1
        assert [e.who for e in db.session.scalars(select(Event).where(Event.kind == "insats.bekraftad"))] == ["Anna"]
    assert index_all(bare_app).is_equal


def test_many_are_confirmed_at_once_and_only_those_ticked(bare_app: Flask) -> None:
    first, second, third = (made(bare_app, title, OLD) for title in ("Ett", "Två", "Tre"))
    anna = as_role(bare_app, HUDDINGE)
    answer = anna.post("/att-gora/bekrafta", data={"insats": [first, second]}, follow_redirects=True)
    assert "Du har bekräftat 2 insatser." in answer.text
    with bare_app.app_context():
        assert [entry(one).verified_on for one in (first, second, third)] == [TODAY, TODAY, OLD]
    nothing = anna.post("/att-gora/bekrafta")
    assert nothing.status_code == 422
    assert "Kryssa för minst en insats" in nothing.text


def test_nobody_confirms_what_is_not_theirs(bare_app: Flask) -> None:
    theirs, draft = (
        made(bare_app, "Grannens", OLD, owner="Haninge kommun"),
        made(bare_app, "Grannens utkast", OLD, owner="Haninge kommun", status=Status.DRAFT),
    )
    own, ended = made(bare_app, "Egen", OLD), made(bare_app, "Slut", OLD, status=Status.ENDED)
    anna = as_role(bare_app, HUDDINGE)
    assert anna.post(f"/insatser/{theirs}/bekrafta").status_code == 403
    assert anna.post(f"/insatser/{draft}/bekrafta").status_code == 404
    assert anna.post("/att-gora/bekrafta", data={"insats": [own, theirs]}).status_code == 403
    assert "Bara insatser som är aktiva" in anna.post(f"/insatser/{ended}/bekrafta", follow_redirects=True).text
    assert (
        as_role(bare_app, (Role.CASE_OFFICER, "Huddinge kommun"), email="h@h.example").post(f"/insatser/{own}/bekrafta").status_code == 403
    )
    assert as_guest(bare_app).post(f"/insatser/{own}/bekrafta").status_code in (303, 401)
    with bare_app.app_context():
        assert [entry(one).verified_on for one in (theirs, draft, own, ended)] == [OLD] * 4


def test_after_confirming_one_is_led_back_within_the_site_only(bare_app: Flask) -> None:
    public_id = made(bare_app, "Egen", OLD)
    anna = as_role(bare_app, HUDDINGE)
    assert "Bekräfta uppgifterna" in anna.get(f"/insatser/{public_id}").text
    path = f"/insatser/{public_id}"
    assert anna.post(f"{path}/bekrafta", data={"nasta": path}).location == path
    assert "Bekräfta uppgifterna" not in anna.get(path).text
    assert anna.post(f"{path}/bekrafta", data={"nasta": "//ond.example"}).location == "/att-gora"


def test_an_entry_that_nobody_confirmed_in_time_says_so_on_page_and_card(bare_app: Flask, freeze: Freeze) -> None:
    stale, fresh = made(bare_app, "Gammal kurs", OLD), made(bare_app, "Färsk kurs", FRESH)
    never = made(bare_app, "Ny kurs", None)
    ended = made(bare_app, "Avslutad kurs", OLD, status=Status.ENDED)
    index_all(bare_app)
    client = client_of(bare_app)
    for day, marks in ((REVIEW, 0), (REVIEW + timedelta(days=1), 1)):
        freeze(day)
        assert client.get("/sok?q=kurs&status=alla").text.count("Behöver ses över") == marks
        assert client.get("/organisationer/huddinge-kommun").text.count("Behöver ses över") == marks
        said = [" ".join(text_of(parse(client.get(f"/insatser/{one}").text)).split()) for one in (stale, fresh, never, ended)]
        assert ("Uppgifterna bekräftade 10 januari 2027 ; Behöver ses över ." in said[0]) is bool(marks), said[0][-900:]
        assert not any("Behöver ses över" in text for text in said[2:])
    # The index holds facts and never the day.
    assert index_all(bare_app).is_equal


def test_the_co_ordinator_may_set_other_days(bare_app: Flask, freeze: Freeze) -> None:
    public_id = made(bare_app, "Gammal kurs", OLD)
    client = client_of(bare_app)
    for told, day, is_stale in (("04-01 10-01", TODAY, True), ("05-01 11-01", TODAY, False), ("struntprat", REVIEW + timedelta(1), True)):
        freeze(day)
        with bare_app.app_context(), writing() as session:
            settings_store.write(session, "oversyn.dagar", told)
        assert ("Behöver ses över" in client.get(f"/insatser/{public_id}").text) is is_stale, told


def test_freshness_in_all_is_public_and_of_each_for_those_with_an_account(bare_app: Flask) -> None:
    made(bare_app, "Nyss", FRESH)
    made(bare_app, "Aldrig", None)
    made(bare_app, "För länge sedan", OVERDUE, status=Status.PAUSED)
    made(bare_app, "Slut", FRESH, status=Status.ENDED)
    index_all(bare_app)
    client = client_of(bare_app)
    assert "1 av 3 aktiva och pausade insatser är bekräftade det senaste halvåret." in client.get("/oversikt").text
    told = "1 av 3 insatser är bekräftade det senaste halvåret"
    assert told not in client.get("/organisationer/huddinge-kommun").text
    assert told not in as_role(bare_app, Role.GUEST, email="gast@alla.example").get("/organisationer/huddinge-kommun").text
    assert told in as_role(bare_app, (Role.CASE_OFFICER, "Haninge kommun"), email="h@h.example").get("/organisationer/huddinge-kommun").text
    with bare_app.app_context(), writing() as session:
        entry_owner = session.scalars(select(Intervention)).first().owner  # type: ignore[union-attr]
        entry_owner.shows_freshness = True
    assert told in client.get("/organisationer/huddinge-kommun").text


def test_the_co_ordinator_sees_how_all_stand(bare_app: Flask) -> None:
    made(bare_app, "Förfallen", OVERDUE)
    made(bare_app, "Snart", OLD)
    made(bare_app, "Klar", FRESH)
    made(bare_app, "Grannens", OLD, owner="Haninge kommun")
    with bare_app.app_context(), writing() as session:
        make_person(session, "anna@huddinge.example", HUDDINGE).password_hash = "x"
    sam = as_role(bare_app, Role.COORDINATOR)
    page = parse(sam.get("/samordna/oversyn").text)
    rows = [[text_of(cell) for cell in row if cell.tag in ("th", "td")] for row in page.iter("tr")]
    assert rows[1][1:] == ["1", "1", "1", "3", "1"]
    assert rows[1][0].startswith("Huddinge kommun")
    assert rows[2][1:] == ["0", "1", "0", "1", "Saknas"]
    assert rows[3][1:5] == ["1", "2", "1", "4"]
    of_haninge = sam.get("/att-gora?organisation=haninge-kommun").text
    assert "Att göra för Haninge kommun" in of_haninge
    assert "Grannens" in of_haninge
    assert as_role(bare_app, HUDDINGE, email="e@h.example").get("/samordna/oversyn").status_code == 403
    assert "Grannens" not in signed_in(bare_app, "e@h.example").get("/att-gora?organisation=haninge-kommun").text


# The link of a letter


def linked(app: Flask, public_id: str, email: str = "anna@huddinge.example") -> str:
    with app.app_context(), writing() as session:
        person = make_person(session, email, HUDDINGE)
        return f"/bekrafta/{links.sign(Leave(person.id, public_id, REVIEW))}"


def test_a_link_confirms_by_its_button_alone(bare_app: Flask, freeze: Freeze) -> None:
    public_id = made(bare_app, "Snart dags", OLD)
    path = linked(bare_app, public_id)
    guest = as_guest(bare_app)
    for _time in range(2):
        page = guest.get(path)
        assert "Stämmer uppgifterna?" in page.text
        assert "Snart dags" in page.text
        assert guest.head(path).status_code == 200
    with bare_app.app_context():
        assert entry(public_id).verified_on == OLD
    assert guest.post(path).location == path
    assert "Uppgifterna är bekräftade" in guest.get(path).text
    with bare_app.app_context():
        row = entry(public_id)
        assert row.verified_on == TODAY
        assert row.verified_by is not None
        assert row.verified_by.email == "anna@huddinge.example"
    # It was for that review: pressed again later it confirms nothing more.
    freeze(TODAY + timedelta(days=30))
    assert guest.post(path).status_code == 200
    with bare_app.app_context():
        assert entry(public_id).verified_on == TODAY


def test_a_link_is_of_no_use_to_one_who_is_no_editor_any_more(bare_app: Flask, freeze: Freeze) -> None:
    public_id = made(bare_app, "Snart dags", OLD)
    path = linked(bare_app, public_id)
    guest = as_guest(bare_app)
    forged = path[:-1] + ("A" if path[-1] != "A" else "B")
    for useless in (forged, "/bekrafta/x", "/bekrafta/" + "x" * 3000):
        assert guest.get(useless).status_code == 410, useless
        assert guest.post(useless).status_code == 410, useless
    freeze(TODAY + timedelta(days=61))
    assert guest.get(path).status_code == 410
    assert guest.post(path).status_code == 410
    freeze(TODAY + timedelta(days=59))
    assert guest.get(path).status_code == 200
    freeze(TODAY)
    with bare_app.app_context(), writing() as session:
        session.scalars(select(Membership)).one().role = Role.CASE_OFFICER
    assert guest.post(path).status_code == 410
    with bare_app.app_context():
        assert entry(public_id).verified_on == OLD


@pytest.mark.parametrize("how", ["disabled", "moved", "ended"])
def test_a_link_ends_with_the_person_the_owner_and_the_entry(bare_app: Flask, how: str) -> None:
    public_id = made(bare_app, "Snart dags", OLD)
    path = linked(bare_app, public_id)
    with bare_app.app_context(), writing() as session:
        row = by_public_id(SYSTEM, session, public_id)
        if how == "disabled":
            person = people.by_email(session, "anna@huddinge.example")
            assert person is not None
            accounts.disable(SYSTEM, session, person)
        elif how == "moved":
            catalogue.update(SYSTEM, session, row, changes(session, owner="Haninge kommun"))
        else:
            catalogue.update(SYSTEM, session, row, changes(session, status="avslutad"))
    assert as_guest(bare_app).post(path).status_code == 410
