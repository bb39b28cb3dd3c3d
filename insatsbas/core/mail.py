"""Sending the letters that wait, by SMTP. One run takes them one after the other, over one connection.

A letter is taken before it is sent and put off by a pause that grows, so that it is not sent twice by two at once, and one that
fails holds up no other. If the power goes between sending and noting it, it is sent again with the same Message-ID.
"""

import logging
import smtplib
import ssl
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import SplitResult, unquote

from sqlalchemy import select, update

from insatsbas.core import clock, letters
from insatsbas.core.config import Settings, current_settings
from insatsbas.core.db import writing
from insatsbas.core.letters import Letter

log = logging.getLogger(__name__)
# A letter that has not gone away by then tells of what is over.
LASTS = timedelta(days=3)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
_PATIENCE = 20.0
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
# What concerns one letter alone; anything else concerns the server, and so all that wait.
_OF_ONE_LETTER = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,
    ValueError,
)


def send_waiting(most: int = 200) -> int:
    """Send what waits and is due, `most` letters at a time; how many were sent. Without a server to send by, none."""
    settings, sent, client = current_settings(), 0, None
    if settings.smtp is None:
        return 0
    try:
        while sent < most and (letter := _take()) is not None:
            try:
                client = client or connect(settings.smtp)
                client.send_message(message(letter, settings))
            except _OF_ONE_LETTER as error:
                _note(letter, error)
            except OSError as error:
                _note(letter, error)
                log.warning("Brev går inte att skicka just nu: %s", type(error).__name__)
                break
            else:
                _done(letter)
                sent += 1
    finally:
        if client is not None:
            client.close()
    return sent


def pause_after(attempts: int) -> timedelta:
    """How long a letter waits for its next try: a minute, two, four … six hours."""
    doublings: int = 2 ** min(attempts - 1, 20)
    return min(FIRST_PAUSE * doublings, LONGEST_PAUSE)


def wipe_old_secrets() -> int:
    """Take away the text of letters with a link that were not sent in time; how many."""
    with writing() as session:
        old = Letter.is_secret, Letter.body != "", Letter.created_at <= clock.now() - LASTS
        return len(session.execute(update(Letter).where(*old).values(body="").returning(Letter.id)).all())


def connect(url: SplitResult) -> smtplib.SMTP:
    """A connection to the server that sends, encrypted and signed in as the setting says.

    Raises:
        OSError: it cannot be reached or does not want us; `SMTPException` is one.
    """
    host, port = url.hostname or "", url.port or _PORTS[url.scheme]
    client = (
        smtplib.SMTP_SSL(host, port, timeout=_PATIENCE, context=ssl.create_default_context())
        if url.scheme == "smtps"
        else smtplib.SMTP(host, port, timeout=_PATIENCE)
    )
    try:
        if url.scheme == "smtp+starttls":
            client.starttls(context=ssl.create_default_context())
        if url.username:
            client.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        client.close()
        raise
    return client


def message(letter: Letter, settings: Settings) -> EmailMessage:
    """The letter as it is sent: plain text.

    Raises:
        ValueError: an address is none, or a header would hold more than one line.
    """
    if not letters.is_address(letter.to):
        raise ValueError("not an address")
    sender = Address("Insatsbasen", addr_spec=settings.mail_from)
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = letter.to
    made["Subject"] = " ".join(letter.subject.split())
    made["Date"] = format_datetime(clock.now())
    # The same at each try, so that one that comes twice is known as one.
    made["Message-ID"] = f"<{letter.id}.{int(letter.created_at.timestamp())}.insatsbas@{sender.domain}>"
    # So that nobody's absence is told to a mailbox that does not read.
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = "sv"
    made.set_content(letter.body, cte="quoted-printable")
    return made


def _take() -> Letter | None:
    now = clock.now()
    waits = Letter.sent_at.is_(None), Letter.next_try_at <= now, Letter.created_at > now - LASTS
    with writing() as session:
        letter = session.scalar(
            select(Letter).where(*waits).order_by(Letter.next_try_at, Letter.id).limit(1).with_for_update(skip_locked=True)
        )
        if letter is not None:
            letter.attempts += 1
            letter.next_try_at = now + pause_after(letter.attempts)
        return letter


def _done(letter: Letter) -> None:
    told = {"sent_at": clock.now(), "fault": ""} | ({"body": ""} if letter.is_secret else {})
    with writing() as session:
        session.execute(update(Letter).where(Letter.id == letter.id).values(told))


def _note(letter: Letter, error: Exception) -> None:
    with writing() as session:
        fault = f"{type(error).__name__}: {error}"[:300]
        session.execute(update(Letter).where(Letter.id == letter.id).values(fault=fault))
