"""Passwords: which are taken, how one is changed, and links that let one choose one."""

import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from insatsbas.accounts import actions, password_views, passwords, queries, session_actions
from insatsbas.accounts.models import OneTimeLink
from insatsbas.accounts.rules import LETTERS_PER_ACCOUNT, LinkPurpose
from insatsbas.core.db import db, writing
from insatsbas.core.letters import Letter
from insatsbas.core.viewer import SYSTEM, Grant, Role
from tests.factories import organisation
from tests.support.people import GOOD, as_guest, enter, signed_in, with_password

ANNA = "anna@huddinge.example"
NEW = "fyra nya ord i rad"
NOON = datetime(2027, 1, 18, 11, 0, tzinfo=UTC)


def invited(app: Flask, email: str = ANNA) -> str:
    """The path of the link in the letter to somebody who has just been invited."""
    with app.app_context(), writing() as session:
        grants = [Grant(Role.EDITOR, organisation(session, "Huddinge kommun").id)]
        actions.invite(SYSTEM, session, email=email, name="Anna Ek", grants=grants)
    return link_to(app, email)


def link_to(app: Flask, email: str) -> str:
    """The path of the link in the latest letter to somebody."""
    with app.app_context(), writing() as session:
        body = session.scalars(select(Letter.body).where(Letter.to == email).order_by(Letter.id.desc())).first()
    assert body is not None, "there is no letter"
    return re.findall(r"https?://[^/]+(/valj-losenord/\S+)", body)[0]


def letters(app: Flask) -> int:
    """How many letters there are."""
    with app.app_context(), writing() as session:
        return session.scalar(select(func.count()).select_from(Letter)) or 0


@pytest.mark.parametrize(
    ("password", "is_taken"),
    [
        ("", False),
        ("elva-tecken", False),
        ("lösenord1234", False),
        ("Välkommen2026!", False),
        ("password12345", False),
        ("aaaaaaaaaaaaaaaa", False),
        ("Huddinge kommun", False),
        ("anna@huddinge.example", False),
        ("x" * 201, False),
        (NEW, True),
        (GOOD, True),
        ("🐴🔋📎✅🐴🔋📎✅ häst", True),
        ("  mellanslag i båda ändar  ", True),
    ],
)
def test_which_passwords_are_taken(app: Flask, password: str, is_taken: bool) -> None:
    client, link = as_guest(app), invited(app)
    answer = client.post(link, data={"losenord": password, "igen": password})
    assert answer.status_code == (303 if is_taken else 422)
    if is_taken:
        assert enter(as_guest(app), ANNA, password).status_code == 303
    else:
        assert client.get(link).status_code == 200, "the link is not spent by a password that was refused"


def test_two_different_ones_are_refused(app: Flask) -> None:
    answer = as_guest(app).post(invited(app), data={"losenord": NEW, "igen": NEW + "x"})
    assert answer.status_code == 422
    assert "Lösenorden är inte lika" in answer.get_data(as_text=True)


# Links


def test_from_the_letter_to_signed_in(app: Flask) -> None:
    link, client = invited(app), as_guest(app)
    for _ in range(3):
        assert ANNA in client.get(link).get_data(as_text=True), "opening it, as mail scanners do, spends nothing"
    answer = client.post(link, data={"losenord": NEW, "igen": NEW})
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Välkommen Anna Ek!" in client.get("/").get_data(as_text=True)
    for method in (client.get, client.post):
        spent = method(link)
        assert spent.status_code == 410
        assert "/glomt-losenord" in spent.get_data(as_text=True), "it says how to get a new one"


def test_a_link_lasts_an_hour(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(NOON)
    link = invited(app)
    freeze(NOON + timedelta(minutes=59))
    assert as_guest(app).get(link).status_code == 200
    freeze(NOON + timedelta(minutes=60))
    assert as_guest(app).get(link).status_code == 410
    assert as_guest(app).post(link, data={"losenord": NEW, "igen": NEW}).status_code == 410


@pytest.mark.parametrize("token", ["x", "x" * 2000, "%00", "..%2f..", "' OR 1=1 --"])
def test_a_link_that_nobody_was_sent(app: Flask, token: str) -> None:
    invited(app)
    assert as_guest(app).get(f"/valj-losenord/{token}").status_code in (404, 410)


def test_what_is_kept_is_not_the_link(app: Flask) -> None:
    token = invited(app).rsplit("/", 1)[1]
    with app.app_context(), writing() as session:
        row = session.scalars(select(OneTimeLink)).one()
        assert token not in row.token_hash


def test_using_one_link_spends_them_all(app: Flask) -> None:
    first = invited(app)
    as_guest(app).post("/glomt-losenord", data={"epost": ANNA})
    second = link_to(app, ANNA)
    assert first != second
    assert as_guest(app).post(second, data={"losenord": NEW, "igen": NEW}).status_code == 303
    assert as_guest(app).get(first).status_code == 410


def test_disabling_spends_them_too(app: Flask) -> None:
    link = invited(app)
    with app.app_context(), writing() as session:
        person = queries.by_email(session, ANNA)
        assert person is not None
        actions.disable(SYSTEM, session, person)
        actions.enable(SYSTEM, session, person)
    assert as_guest(app).get(link).status_code == 410


def test_of_many_who_use_a_link_at_once_one_succeeds(both_databases: Flask) -> None:
    app = both_databases
    token = invited(app).rsplit("/", 1)[1]
    hashes = [passwords.hash_password(f"{NEW} {n}") for n in range(4)]
    barrier, outcomes = threading.Barrier(4), []

    def use(password_hash: str) -> None:
        with app.app_context():
            barrier.wait()
            try:
                with writing() as session:
                    session_actions.use_link(session, token, password_hash)
                outcomes.append("used")
            except Exception as error:
                outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=use, args=(h,)) for h in hashes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["RefusedError"] * 3 + ["used"]


# Forgotten


def test_whoever_asks_gets_the_same_answer(app: Flask) -> None:
    with_password(app, ANNA, (Role.EDITOR, "Huddinge kommun"))
    answers = [as_guest(app).post("/glomt-losenord", data={"epost": email}) for email in (ANNA, "ingen@exempel.example")]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/glomt-losenord/skickat")}
    assert as_guest(app).get("/glomt-losenord/skickat").status_code == 200
    assert letters(app) == 1
    assert as_guest(app).post(link_to(app, ANNA), data={"losenord": NEW, "igen": NEW}).status_code == 303
    assert enter(as_guest(app), ANNA).status_code == 422
    assert enter(as_guest(app), ANNA, NEW).status_code == 303


@pytest.mark.parametrize("email", [ANNA, "ingen@exempel.example"])
def test_time_does_not_tell_whether_there_was_a_letter(app: Flask, email: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_password(app, ANNA)
    waited: list[float] = []
    is_open: list[bool] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        is_open.append(db.session.in_transaction())

    monkeypatch.setattr(password_views.time, "sleep", wait)
    began = time.monotonic()
    as_guest(app).post("/glomt-losenord", data={"epost": email})
    assert len(waited) == 1
    assert time.monotonic() - began + waited[0] >= 0.3, "the answer comes after the same time"
    assert is_open == [False], "nobody else waits for it"


def test_letters_are_not_sent_without_end(app: Flask) -> None:
    with_password(app, ANNA)
    for email in (ANNA, "ingen@exempel.example"):
        codes = [as_guest(app).post("/glomt-losenord", data={"epost": email}).status_code for _ in range(LETTERS_PER_ACCOUNT + 2)]
        assert codes == [303] * LETTERS_PER_ACCOUNT + [429] * 2
    assert letters(app) == LETTERS_PER_ACCOUNT
    assert enter(as_guest(app), ANNA).status_code == 303, "asking for letters locks nobody out"


def test_somebody_disabled_gets_no_letter(app: Flask) -> None:
    with_password(app, ANNA)
    with app.app_context(), writing() as session:
        person = queries.by_email(session, ANNA)
        assert person is not None
        actions.disable(SYSTEM, session, person)
    assert as_guest(app).post("/glomt-losenord", data={"epost": ANNA}).status_code == 303
    assert letters(app) == 0


def test_a_letter_can_be_read_and_understood(app: Flask) -> None:
    with app.app_context(), writing() as session:
        person = actions.invite(SYSTEM, session, email=ANNA, name="Anna Ek", grants=[])
        actions.send_link(SYSTEM, session, person, LinkPurpose.RESET)
    with app.app_context(), writing() as session:
        invitation, reset = session.scalars(select(Letter).order_by(Letter.id)).all()
    for letter, subject in ((invitation, "Välkommen till insatsbasen: välj ett lösenord"), (reset, "Välj ett nytt lösenord i insatsbasen")):
        assert letter.subject == subject
        assert letter.body.startswith("Hej Anna Ek!\n\n")
        assert "inom en timme" in letter.body
        assert "/glomt-losenord" in letter.body
        assert letter.is_secret


# Changing


@pytest.fixture
def anna(app: Flask) -> str:
    """The address of an editor who has a password."""
    with_password(app, ANNA, (Role.EDITOR, "Huddinge kommun"))
    return ANNA


def test_a_password_is_changed_by_whoever_knows_it(app: Flask, anna: str) -> None:
    client, other = signed_in(app, anna), signed_in(app, anna)
    wrong = client.post("/mitt-konto/losenord", data={"nuvarande": "fel", "losenord": NEW, "igen": NEW})
    assert wrong.status_code == 422
    assert "Det är inte ditt nuvarande lösenord." in wrong.get_data(as_text=True)
    weak = client.post("/mitt-konto/losenord", data={"nuvarande": GOOD, "losenord": "kommunen2026", "igen": "kommunen2026"})
    assert weak.status_code == 422
    done = client.post("/mitt-konto/losenord", data={"nuvarande": GOOD, "losenord": NEW, "igen": NEW})
    assert (done.status_code, done.location) == (303, "/mitt-konto")
    assert "Du har bytt lösenord." in client.get("/mitt-konto").get_data(as_text=True), "still signed in here"
    assert other.get("/mitt-konto").status_code == 303, "and nowhere else"
    assert enter(as_guest(app), anna).status_code == 422
    assert enter(as_guest(app), anna, NEW).status_code == 303


def test_guessing_the_present_password_is_counted(app: Flask, anna: str) -> None:
    client = signed_in(app, anna)
    data = {"nuvarande": "fel", "losenord": NEW, "igen": NEW}
    codes = [client.post("/mitt-konto/losenord", data=data).status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]


def test_the_guest_that_many_share_has_no_account_to_change(app: Flask) -> None:
    with_password(app, "gast@exempel.example", Role.GUEST)
    guest = signed_in(app, "gast@exempel.example")
    assert guest.get("/mitt-konto").status_code == 403
    assert guest.get("/mitt-konto/losenord").status_code == 403
    assert guest.post("/mitt-konto/losenord", data={"nuvarande": GOOD, "losenord": NEW, "igen": NEW}).status_code == 403
    assert enter(as_guest(app), "gast@exempel.example").status_code == 303
