"""Letters by a real SMTP server, and on a page where none are sent."""

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from flask import Flask
from sqlalchemy import select

from insatsbas.accounts import actions
from insatsbas.core import letters, mail
from insatsbas.core.db import writing
from insatsbas.core.letters import Letter
from insatsbas.core.viewer import SYSTEM
from tests.cli.test_commands import insatsbas
from tests.conftest import client_of, open_app, settings_in
from tests.support.people import as_guest
from tests.support.serving import free_port

# The server of the tests is on this computer, where nobody listens.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
NOON = datetime(2027, 1, 18, 11, 0, tzinfo=UTC)


class Post:
    """What a post office receives, and whom it will not take letters for."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []
        self.refused: set[str] = set()
        self.full = False

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:
        """Take the recipient, or not."""
        if address in self.refused:
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        """Take the letter, or not."""
        if self.full:
            return "452 4.2.2 Mailbox full"
        self.received.append(envelope)
        return "250 OK"

    @property
    def letters(self) -> list[EmailMessage]:
        """What was received, read."""
        return [email.message_from_bytes(bytes(e.content or b""), _class=EmailMessage, policy=email.policy.default) for e in self.received]


@pytest.fixture
def post() -> Post:
    """A post office."""
    return Post()


@pytest.fixture
def smtp(post: Post) -> Iterator[str]:
    """A real SMTP server that asks for a password; its address as the setting says it."""

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: LoginPassword) -> AuthResult:
        is_right = given == LoginPassword(b"insats", b"l@sen/ord")
        return AuthResult(success=is_right, handled=is_right)

    port = free_port()
    rules = {"authenticator": known, "auth_required": True, "auth_require_tls": False}
    controller = Controller(post, hostname="127.0.0.1", port=port, **rules)
    controller.start()
    yield f"smtp://insats:l%40sen%2Ford@127.0.0.1:{port}"
    controller.stop()


@pytest.fixture
def sending(bare_app: Flask, smtp: str) -> Iterator[Flask]:
    """An application that sends by that server, within its context."""
    folder = bare_app.extensions["insatsbas"].data_dir
    with open_app(settings_in(folder, SMTP_URL=smtp, MAIL_FROM="insatsbas@kommun.example")) as app, app.app_context():
        yield app


def queue(to: str = "anna@huddinge.example", **more: Any) -> None:
    """Let a letter wait."""
    with writing() as session:
        letters.queue(session, **{"to": to, "subject": "Tre insatser behöver ses över", "body": "Hej!\n\nDags att se över.\n", **more})


def kept() -> list[Letter]:
    """The letters as they are kept."""
    with writing() as session:
        return list(session.scalars(select(Letter).order_by(Letter.id)).all())


def test_a_letter_arrives_as_it_was_written(sending: Flask, post: Post) -> None:
    body = "Hej Åsa!\n\nEn lång rad: " + "ordet " * 60 + "\n.\nEn punkt på egen rad 🐴\n"
    queue(subject="Å, Ä och Ö – översyn den 15 april, och en ämnesrad som är längre än vad som får plats på en rad", body=body)
    assert mail.send_waiting() == 1
    (envelope,), (letter,) = post.received, post.letters
    assert (envelope.mail_from, envelope.rcpt_tos) == ("insatsbas@kommun.example", ["anna@huddinge.example"])
    assert letter["Subject"].startswith("Å, Ä och Ö – översyn den 15 april, och en ämnesrad")
    assert letter["To"] == "anna@huddinge.example"
    assert letter["From"] == "Insatsbasen <insatsbas@kommun.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"].endswith("@kommun.example>")
    assert letter["Date"].datetime is not None
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content_charset() == "utf-8"
    assert letter.get_content().replace("\r\n", "\n") == body
    raw = bytes(envelope.content or b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert all(byte < 128 for byte in raw)


def test_each_is_sent_once(sending: Flask, post: Post) -> None:
    for n in range(5):
        queue(f"{n}@huddinge.example", key=f"oversyn:{n}")
        queue(f"{n}@huddinge.example", key=f"oversyn:{n}")
    assert [mail.send_waiting(), mail.send_waiting()] == [5, 0]
    assert len({letter["Message-ID"] for letter in post.letters}) == 5


def test_a_link_is_forgotten_when_it_is_sent(sending: Flask, post: Post) -> None:
    with writing() as session:
        actions.invite(SYSTEM, session, email="anna@huddinge.example", name="Anna", grants=[])
    queue()
    assert mail.send_waiting() == 2
    assert "/valj-losenord/" in post.letters[0].get_content()
    secret, plain = kept()
    assert (secret.body, plain.body != "") == ("", True)


def test_what_fails_is_tried_again_with_growing_pauses(sending: Flask, post: Post, freeze: Callable[[datetime], None]) -> None:
    freeze(NOON)
    queue("fel@huddinge.example")
    queue("ratt@huddinge.example")
    post.refused = {"fel@huddinge.example"}
    assert mail.send_waiting() == 1, "one that fails holds up no other"
    assert post.received[0].rcpt_tos == ["ratt@huddinge.example"]
    failed = kept()[0]
    assert (failed.attempts, failed.sent_at) == (1, None)
    assert "No such user" in failed.fault
    moment, pauses = NOON, []
    while (due := kept()[0].next_try_at) < NOON + mail.LASTS:
        freeze(due - timedelta(seconds=1))
        assert (mail.send_waiting(), kept()[0].attempts) == (0, len(pauses) + 1), "not before its time"
        freeze(due)
        assert (mail.send_waiting(), kept()[0].attempts) == (0, len(pauses) + 2)
        pauses.append(int((due - moment).total_seconds() // 60))
        moment = due
    assert pauses[:10] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360]
    assert set(pauses[10:]) == {360}
    freeze(due)
    mail.send_waiting()
    assert kept()[0].attempts == len(pauses) + 1, "in the end it tells of what is over"


def test_a_fault_is_taken_away_when_it_goes_at_last(sending: Flask, post: Post, freeze: Callable[[datetime], None]) -> None:
    freeze(NOON)
    queue()
    post.full = True
    assert mail.send_waiting() == 0
    assert "452" in kept()[0].fault
    post.full = False
    freeze(NOON + timedelta(minutes=1))
    assert mail.send_waiting() == 1
    assert (kept()[0].fault, kept()[0].attempts) == ("", 2)


def test_without_a_server_that_answers_all_wait(bare_app: Flask) -> None:
    folder = bare_app.extensions["insatsbas"].data_dir
    settings = settings_in(folder, SMTP_URL=f"smtp://127.0.0.1:{free_port()}", MAIL_FROM="insatsbas@kommun.example")
    with open_app(settings) as app, app.app_context():
        queue()
        queue()
        assert mail.send_waiting() == 0
        assert [row.attempts for row in kept()] == [1, 0], "the others are not blamed for it"
        assert "ConnectionRefusedError" in kept()[0].fault


def test_a_wrong_password_for_the_server(bare_app: Flask, smtp: str, post: Post) -> None:
    folder, wrong = bare_app.extensions["insatsbas"].data_dir, smtp.replace("l%40sen", "fel")
    with open_app(settings_in(folder, SMTP_URL=wrong, MAIL_FROM="insatsbas@kommun.example")) as app, app.app_context():
        queue()
        assert mail.send_waiting() == 0
        assert post.received == []
        assert "535" in kept()[0].fault
        assert "l%40sen" not in kept()[0].fault


HOSTILE = [
    {"to": "anna@huddinge.example\r\nBcc: evil@evil.example"},
    {"to": "anna@huddinge.example, evil@evil.example"},
    {"to": "Anna <anna@huddinge.example>"},
    {"to": ""},
]


@pytest.mark.parametrize("more", HOSTILE, ids=str)
def test_an_address_that_is_none_is_sent_nowhere(sending: Flask, post: Post, more: dict[str, str]) -> None:
    queue(**more)
    queue("ratt@huddinge.example")
    assert mail.send_waiting() == 1
    assert [envelope.rcpt_tos for envelope in post.received] == [["ratt@huddinge.example"]]
    assert kept()[0].fault


def test_a_subject_is_one_line(sending: Flask, post: Post) -> None:
    queue(subject="Hej\r\nBcc: evil@evil.example\r\n\r\nText", body="Hej\r\nBcc: evil@evil.example\n")
    assert mail.send_waiting() == 1
    (letter,) = post.letters
    assert letter["Subject"] == "Hej Bcc: evil@evil.example Text"
    assert letter["Bcc"] is None
    assert post.received[0].rcpt_tos == ["anna@huddinge.example"]


def test_the_periodic_work_sends(bare_app: Flask, smtp: str, post: Post) -> None:
    folder: Path = bare_app.extensions["insatsbas"].data_dir
    with bare_app.app_context():
        queue()
    given = {"SMTP_URL": smtp, "MAIL_FROM": "insatsbas@kommun.example", "SECRET_KEY": "k" * 32}
    result = insatsbas(folder, "work", "--once", **given)
    assert result.exit_code == 0, result.output
    assert len(post.received) == 1


def test_links_that_were_never_sent_are_forgotten(bare_app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(NOON)
    with bare_app.app_context():
        queue(is_secret=True)
        queue()
        freeze(NOON + mail.LASTS)
        assert mail.wipe_old_secrets() == 1
        assert [row.body == "" for row in kept()] == [True, False]


@pytest.mark.parametrize(
    ("url", "port"), [("smtp://post.example", 25), ("smtps://post.example", 465), ("smtp+starttls://post.example", 587)]
)
def test_where_a_connection_goes(url: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def refuse(address: tuple[str, int], *_more: Any, **_named: Any) -> socket.socket:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(OSError):  # noqa: PT011
        mail.connect(urlsplit(url))
    assert asked == [("post.example", port)]


# The page


def test_the_letters_are_shown_where_none_are_sent(app: Flask) -> None:
    client = client_of(app)
    assert "Inga brev än" in client.get("/brev").get_data(as_text=True)
    with app.app_context(), writing() as session:
        actions.invite(SYSTEM, session, email="anna@huddinge.example", name="<b>Anna</b>", grants=[])
    page = client.get("/brev").get_data(as_text=True)
    assert "Hej &lt;b&gt;Anna&lt;/b&gt;!" in page
    assert 'href="/valj-losenord/' in page, "its link leads to this site, whatever its port"
    assert "skickar inga brev" in page


@pytest.mark.parametrize(
    "given", [{"SMTP_URL": "smtp://post.example", "MAIL_FROM": "a@b.example"}, {"PUBLIC_URL": "http://localhost"}], ids=str
)
def test_the_letters_are_shown_nowhere_else(bare_app: Flask, given: dict[str, str]) -> None:
    with open_app(settings_in(bare_app.extensions["insatsbas"].data_dir, **given)) as app:
        assert client_of(app).get("/brev").status_code == 404


@pytest.mark.parametrize(
    ("headers", "address"),
    [({}, "192.0.2.1"), ({"X-Forwarded-For": "192.0.2.1"}, "127.0.0.1"), ({"Forwarded": "for=192.0.2.1"}, "127.0.0.1")],
)
def test_the_letters_are_shown_to_this_computer_only(app: Flask, headers: dict[str, str], address: str) -> None:
    assert as_guest(app).get("/brev", headers=headers, environ_base={"REMOTE_ADDR": address}).status_code == 404
