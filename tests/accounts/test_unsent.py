"""A form that cannot be received, because the session has ended or the page is old, is carried on: what was typed is not lost."""

import io
from html import unescape
from xml.etree.ElementTree import Element

import pytest
from flask import Flask, redirect, request
from werkzeug import Response
from werkzeug.test import TestResponse

from insatsbas.accounts.guard import access
from insatsbas.accounts.policy import Permission
from insatsbas.core.viewer import Role
from tests.support.checks import parse
from tests.support.people import GOOD, SignedInClient, as_guest, signed_in, with_password

ANNA = "anna@huddinge.example"
OURS = {"Sec-Fetch-Site": "same-origin"}
TYPED = {"titel": "Språkcafé på onsdagar", "text": 'Rad ett\n\nRad två med <b>"tecken"</b> & åäö 🐴', "tom": "", "val": "a"}


@pytest.fixture
def kept(app: Flask) -> list[list[tuple[str, str]]]:
    """What a form of an editor's, made for these tests, has received."""
    received: list[list[tuple[str, str]]] = []

    @app.post("/prov")
    @access(Permission.KEEP)
    def trial() -> Response:
        received.append([(name, value.replace("\r\n", "\n")) for name, value in request.form.items(multi=True) if name != "csrf_token"])
        return redirect("/", 303)

    with_password(app, ANNA, (Role.EDITOR, "Huddinge kommun"))
    return received


def fields_of(answer: TestResponse, action: str) -> list[tuple[str, str]]:
    """The fields of the form on a page that is sent to an address."""
    forms = [form for form in parse(answer.get_data(as_text=True)).iter("form") if form.get("action") == action]
    assert len(forms) == 1, f"there are {len(forms)} forms to {action}"
    return [(field.get("name", ""), field.get("value", "")) for field in forms[0].iter("input") if isinstance(field, Element)]


def send(client: SignedInClient, path: str, fields: list[tuple[str, str]]) -> TestResponse:
    """Send the fields of a page as they stand."""
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    return super(SignedInClient, client).post(path, data=data)


def expired(app: Flask) -> SignedInClient:
    """Somebody who was signed in when they opened the page, and is no longer."""
    client = signed_in(app, ANNA)
    signed_in(app, ANNA).post("/mitt-konto/logga-ut-overallt")
    return client


def test_what_was_typed_is_sent_after_signing_in_again(app: Flask, kept: list[list[tuple[str, str]]]) -> None:
    client = expired(app)
    answer = client.post("/prov?id=7", data={**TYPED, "flera": ["1", "2"]}, headers=OURS)
    assert answer.status_code == 401
    assert "Det du skrev finns kvar" in answer.get_data(as_text=True)
    fields = [(n, v) for n, v in fields_of(answer, "/logga-in") if n not in ("epost", "losenord")]
    wrong = send(client, "/logga-in", [*fields, ("epost", ANNA), ("losenord", "fel")])
    assert wrong.status_code == 422
    fields = [(n, v) for n, v in fields_of(wrong, "/logga-in") if n not in ("epost", "losenord")]
    again = send(client, "/logga-in", [*fields, ("epost", ANNA), ("losenord", GOOD)])
    assert again.status_code == 200
    page = again.get_data(as_text=True)
    assert "Du är inloggad igen" in page
    assert "Språkcafé på onsdagar" in unescape(page.split("Det här skrev du")[1]), "one sees that it is there"
    assert kept == [], "nothing is sent by itself"
    assert send(client, "/prov?id=7", fields_of(again, "/prov?id=7")).status_code == 303
    assert kept == [[*TYPED.items(), ("flera", "1"), ("flera", "2")]]


def test_signed_out_in_another_tab(app: Flask, kept: list[list[tuple[str, str]]]) -> None:
    client = signed_in(app, ANNA)
    client.post("/logga-ut")
    # The page still has the token of before, and the cookie has none.
    answer = send(client, "/prov", [("csrf_token", "old"), *TYPED.items()])
    assert answer.status_code == 401
    assert "kvar" not in dict(fields_of(answer, "/logga-in")), "nothing tells that the page was ours"
    answer = super(SignedInClient, client).post("/prov", data={"csrf_token": "old", **TYPED}, headers=OURS)
    assert answer.status_code == 401
    assert dict(fields_of(answer, "/logga-in"))["kvar"]


def test_an_old_page_says_so_and_offers_to_send_again(app: Flask, kept: list[list[tuple[str, str]]]) -> None:
    client = signed_in(app, ANNA)
    answer = super(SignedInClient, client).post("/prov", data={"csrf_token": "old", **TYPED}, headers=OURS)
    assert answer.status_code == 400
    assert "Vi tog inte emot det du skickade" in answer.get_data(as_text=True)
    assert send(client, "/prov", fields_of(answer, "/prov")).status_code == 303
    assert kept == [list(TYPED.items())]


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Referer": "https://evil.example/localhost"},
    {},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("is_in", [True, False])
def test_another_sites_words_are_not_carried(app: Flask, kept: list[list[tuple[str, str]]], headers: dict[str, str], is_in: bool) -> None:
    client = signed_in(app, ANNA) if is_in else as_guest(app)
    answer = super(SignedInClient, client).post("/prov", data={"csrf_token": "guessed", **TYPED}, headers=headers)
    assert answer.status_code == (400 if is_in else 401)
    assert "Språkcafé" not in answer.get_data(as_text=True)
    assert 'name="kvar"' not in answer.get_data(as_text=True)


@pytest.mark.parametrize("headers", [OURS, {"Origin": "http://localhost"}, {"Referer": "http://localhost/prov"}], ids=str)
def test_our_own_pages_are_known(app: Flask, kept: list[list[tuple[str, str]]], headers: dict[str, str]) -> None:
    answer = expired(app).post("/prov", data=TYPED, headers=headers)
    assert dict(fields_of(answer, "/logga-in"))["kvar"]


@pytest.mark.parametrize("sealed", ["", "x", "eyJhIjoxfQ.x", "A" * 100_000])
def test_a_seal_that_is_not_ours_is_passed_over(app: Flask, kept: list[list[tuple[str, str]]], sealed: str) -> None:
    answer = as_guest(app).post("/logga-in", data={"epost": ANNA, "losenord": GOOD, "kvar": sealed})
    assert (answer.status_code, answer.location) == (303, "/")


def test_passwords_are_never_carried(app: Flask, kept: list[list[tuple[str, str]]]) -> None:
    client = expired(app)
    answer = client.post("/mitt-konto/losenord", data={"nuvarande": GOOD, "losenord": "ett nytt lösenord", "igen": "x"}, headers=OURS)
    assert answer.status_code == 401
    assert 'name="kvar"' not in answer.get_data(as_text=True)
    old = super(SignedInClient, client).post("/logga-in", data={"epost": ANNA, "losenord": GOOD}, headers=OURS)
    assert old.status_code == 400
    assert GOOD not in old.get_data(as_text=True)


def test_what_is_too_much_is_not_carried(app: Flask, kept: list[list[tuple[str, str]]]) -> None:
    client = expired(app)
    answer = client.post("/prov", data={"text": "x" * 400_000}, headers=OURS)
    assert answer.status_code == 401
    assert 'name="kvar"' not in answer.get_data(as_text=True)


def test_a_file_must_be_chosen_again(app: Flask, kept: list[list[tuple[str, str]]]) -> None:
    client = expired(app)
    answer = client.post("/prov", data={**TYPED, "fil": (io.BytesIO(b"x"), "insatser.xlsx")}, headers=OURS)
    fields = [(n, v) for n, v in fields_of(answer, "/logga-in") if n not in ("epost", "losenord")]
    again = send(client, "/logga-in", [*fields, ("epost", ANNA), ("losenord", GOOD)])
    assert "Filen du valde följer inte med." in again.get_data(as_text=True)
