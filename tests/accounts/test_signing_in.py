"""Signing in and out: what is asked for, what is told, and where one comes afterwards."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select

from insatsbas.accounts import actions, queries, session_actions
from insatsbas.accounts.models import FailedSignIn, SignIn
from insatsbas.accounts.rules import TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS, Counted
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import SYSTEM, Role
from tests.conftest import KEY
from tests.support.people import GOOD, SignedInClient, as_guest, enter, signed_in, with_password

ANNA = "anna@huddinge.example"
NOON = datetime(2027, 1, 18, 11, 0, tzinfo=UTC)


@pytest.fixture
def anna(app: Flask) -> str:
    """The address of an editor who has a password."""
    with_password(app, ANNA, (Role.EDITOR, "Huddinge kommun"))
    return ANNA


def rows(app: Flask, model: type) -> int:
    """How many rows a table has."""
    with app.app_context(), writing() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_in_and_out(app: Flask, anna: str) -> None:
    client = as_guest(app)
    answer = client.post("/logga-in", data={"epost": " Anna@Huddinge.example ", "losenord": GOOD})
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Anna" in client.get("/").get_data(as_text=True)
    assert client.get("/mitt-konto").status_code == 200
    assert client.post("/logga-ut").status_code == 303
    assert client.get("/mitt-konto").location == "/logga-in?nasta=/mitt-konto"
    assert rows(app, SignIn) == 0
    assert rows(app, FailedSignIn) == 0, "a try that succeeded is not kept"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Skriv din e-postadress"),
        ({"epost": ANNA}, "Skriv ditt lösenord"),
        ({"epost": ANNA, "losenord": "fel"}, "E-postadressen eller lösenordet stämmer inte."),
        ({"epost": "ingen@huddinge.example", "losenord": "fel"}, "E-postadressen eller lösenordet stämmer inte."),
        ({"epost": "x" * 100_000, "losenord": "y" * 100_000}, "E-postadressen eller lösenordet stämmer inte."),
        ({"epost": "\x00' OR 1=1 --", "losenord": "\x00x"}, "E-postadressen eller lösenordet stämmer inte."),
    ],
)
def test_what_is_wrong_is_told_and_no_more(app: Flask, anna: str, data: dict[str, str], said: str) -> None:
    answer = as_guest(app).post("/logga-in", data=data)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)


def test_an_unknown_address_gets_the_same_answer_to_the_letter(app: Flask, anna: str) -> None:
    known, unknown = (
        as_guest(app).post("/logga-in", data={"epost": email, "losenord": "fel"}).get_data(as_text=True).replace(email, "")
        for email in (anna, "anna@hudding3.example")
    )
    for text in ("csrf_token",):
        assert text in known
    assert _without_tokens(known) == _without_tokens(unknown)


def _without_tokens(html: str) -> str:
    return "\n".join(line for line in html.splitlines() if "csrf_token" not in line)


def test_somebody_invited_who_has_no_password_cannot_enter(app: Flask) -> None:
    with app.app_context(), writing() as session:
        actions.invite(SYSTEM, session, email=ANNA, name="Anna", grants=[])
    for password in ("", "None", "fel"):
        assert enter(as_guest(app), ANNA, password).status_code == 422


def test_somebody_disabled_cannot_enter(app: Flask, anna: str) -> None:
    with app.app_context(), writing() as session:
        person = queries.by_email(session, anna)
        assert person is not None
        actions.disable(SYSTEM, session, person)
    assert enter(as_guest(app), anna).status_code == 422
    with app.app_context(), writing() as session:
        person = queries.by_email(session, anna)
        assert person is not None
        actions.enable(SYSTEM, session, person)
    assert enter(as_guest(app), anna).status_code == 303


# The way on

HOSTILE = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:/evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r//evil.example",
    "\t//evil.example",
    " //evil.example",
    "evil.example",
    "//evil.example%2f..",
    "/\x00/evil.example",
    "//[::1",
    "https://[",
    "/\x7f/evil.example",
    "?nasta=//evil.example",
    "//user:pass@evil.example",
    "/ /evil.example",
    "ftp://evil.example",
    "//localhost@evil.example",
    "",
)


@pytest.mark.parametrize("nasta", HOSTILE)
def test_one_is_never_led_elsewhere(app: Flask, anna: str, nasta: str) -> None:
    answer = as_guest(app).post("/logga-in", data={"epost": anna, "losenord": GOOD, "nasta": nasta})
    assert (answer.status_code, answer.location) == (303, "/")


@pytest.mark.parametrize("nasta", ["/mitt-konto", "/sok?q=sfi&behov=samtal", "/insatser/abc#starter", "/sok?q=https://exempel.example"])
def test_one_comes_to_where_one_was_going(app: Flask, anna: str, nasta: str) -> None:
    assert as_guest(app).post("/logga-in", data={"epost": anna, "losenord": GOOD, "nasta": nasta}).location == nasta


def test_the_way_on_is_kept_through_a_wrong_password(app: Flask, anna: str) -> None:
    client = as_guest(app)
    assert 'name="nasta" value="/mitt-konto"' in client.get("/logga-in?nasta=/mitt-konto").get_data(as_text=True)
    answer = client.post("/logga-in", data={"epost": anna, "losenord": "fel", "nasta": "/mitt-konto"})
    assert 'name="nasta" value="/mitt-konto"' in answer.get_data(as_text=True)


# Tries


def test_an_account_is_locked_for_a_while(app: Flask, anna: str, freeze: Callable[[datetime], None]) -> None:
    freeze(NOON)
    for _ in range(TRIES_PER_ACCOUNT):
        assert enter(as_guest(app), anna, "fel").status_code == 422
    locked = enter(as_guest(app), anna)
    assert locked.status_code == 429
    assert locked.headers["Retry-After"] == "900"
    assert "Vänta 15 minuter" in locked.get_data(as_text=True)
    freeze(NOON + timedelta(minutes=14))
    assert enter(as_guest(app), anna).status_code == 429, "tries while it is locked do not count, nor shorten it"
    freeze(NOON + timedelta(minutes=15))
    assert enter(as_guest(app), anna).status_code == 303


def test_an_unknown_account_is_locked_likewise(app: Flask) -> None:
    answers = [enter(as_guest(app), "ingen@exempel.example", "fel").status_code for _ in range(TRIES_PER_ACCOUNT + 1)]
    assert answers == [422] * TRIES_PER_ACCOUNT + [429]


def test_a_success_begins_the_count_anew(app: Flask, anna: str) -> None:
    for _ in range(3):
        for _ in range(TRIES_PER_ACCOUNT - 1):
            assert enter(as_guest(app), anna, "fel").status_code == 422
        assert enter(as_guest(app), anna).status_code == 303


def test_an_address_on_the_network_is_locked_and_no_other(app: Flask, anna: str) -> None:
    def tried(email: str, address: str, password: str = GOOD) -> int:
        return (
            as_guest(app).post("/logga-in", data={"epost": email, "losenord": password}, environ_base={"REMOTE_ADDR": address}).status_code
        )

    for n in range(TRIES_PER_ADDRESS):
        assert tried(f"{n}@exempel.example", f"2001:db8:1:2::{n:x}", "fel") == 422
    assert tried(anna, "2001:db8:1:2::ffff") == 429, "all of one household are one"
    assert tried(anna, "2001:db8:1:3::1") == 303
    assert tried(anna, "192.0.2.7") == 303


def test_what_is_kept_of_a_try_names_nobody(app: Flask, anna: str) -> None:
    as_guest(app).post("/logga-in", data={"epost": anna, "losenord": "fel"}, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    with app.app_context(), writing() as session:
        row = session.scalars(select(FailedSignIn)).one()
        assert all(len(kept) == 64 and "anna" not in kept and "192" not in kept for kept in (row.account, row.address))


def test_a_locked_account_opens_for_its_owner_by_a_letter(app: Flask, anna: str) -> None:
    for _ in range(TRIES_PER_ACCOUNT):
        enter(as_guest(app), anna, "fel")
    with app.app_context(), writing() as session:
        person = queries.by_email(session, anna)
        assert person is not None
        link = actions.send_link(SYSTEM, session, person, actions.LinkPurpose.RESET)
    client: SignedInClient = as_guest(app)
    answer = client.post(link.removeprefix("http://127.0.0.1:8000"), data={"losenord": "fyra nya ord i rad", "igen": "fyra nya ord i rad"})
    assert answer.status_code == 303
    assert enter(as_guest(app), anna, "fyra nya ord i rad").status_code == 303


def test_many_tries_at_once_do_not_pass_the_limit(both_databases: Flask) -> None:
    barrier, outcomes = threading.Barrier(16), []

    def attempt(n: int) -> None:
        with both_databases.app_context():
            barrier.wait()
            with writing() as session:
                outcomes.append(session_actions.try_once(session, KEY, Counted.SIGN_IN, account=ANNA, network=f"192.0.2.{n}"))

    threads = [threading.Thread(target=attempt, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count(True), outcomes.count(False)) == (TRIES_PER_ACCOUNT, 16 - TRIES_PER_ACCOUNT)
    with writing() as session:
        assert session.scalar(select(func.count()).select_from(FailedSignIn)) == TRIES_PER_ACCOUNT


@pytest.mark.parametrize("email", [ANNA, "ingen@exempel.example", "inbjuden@exempel.example", "avstangd@exempel.example"])
def test_every_try_costs_one_hash(app: Flask, anna: str, email: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the time that it takes tells nothing of the address."""
    with_password(app, "avstangd@exempel.example")
    with app.app_context(), writing() as session:
        actions.invite(SYSTEM, session, email="inbjuden@exempel.example", name="", grants=[])
        closed = queries.by_email(session, "avstangd@exempel.example")
        assert closed is not None
        actions.disable(SYSTEM, session, closed)
    verified: list[str] = []
    verify = PasswordHasher.verify

    def noting(self: PasswordHasher, kept: str, password: str) -> bool:
        verified.append(kept.rsplit("$", 2)[0])
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", noting)
    assert enter(as_guest(app), email, "fel").status_code == 422
    assert verified == ["$argon2id$v=19$m=19456,t=2,p=1"], "the same work for each"


def test_no_transaction_is_open_while_hashing(app: Flask, anna: str, monkeypatch: pytest.MonkeyPatch) -> None:
    is_open: list[bool] = []
    verify = PasswordHasher.verify

    def noting(self: PasswordHasher, kept: str, password: str) -> bool:
        is_open.append(db.session.in_transaction())
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", noting)
    assert enter(as_guest(app), anna).status_code == 303
    client = signed_in(app, anna)
    new = "fyra nya ord i rad"
    assert client.post("/mitt-konto/losenord", data={"nuvarande": GOOD, "losenord": new, "igen": new}).status_code == 303
    assert is_open == [False, False]
