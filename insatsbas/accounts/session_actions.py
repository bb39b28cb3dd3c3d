"""Every write of sessions, passwords and tries to sign in. Never commits.

Nobody's permission is asked here: who has shown a password, a link or a session's token has shown who they are.
"""

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from insatsbas.accounts.models import FailedSignIn, OneTimeLink, Person, SignIn
from insatsbas.accounts.rules import LINK_LASTS, SESSION_LONGEST, TRIES_WINDOW, Counted, hashed, keyed, new_token
from insatsbas.core import clock, events
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Viewer


def begin_session(session: Session, person: Person) -> str:
    """A new session for somebody who has shown who they are; the token that their browser keeps."""
    token = new_token()
    session.add(SignIn(token_hash=hashed(token), person_id=person.id, began_at=clock.now()))
    session.flush()
    return token


def end_session(session: Session, token: str) -> None:
    """End the session of a token: whoever holds it, or a copy, is a guest from now on."""
    session.execute(delete(SignIn).where(SignIn.token_hash == hashed(token)))


def end_all_sessions(session: Session, person: Person) -> None:
    """Sign a person out everywhere."""
    session.execute(delete(SignIn).where(SignIn.person_id == person.id))


def spend_links(session: Session, person: Person) -> None:
    """Let no link that has been sent to a person work any more."""
    unspent = OneTimeLink.person_id == person.id, OneTimeLink.used_at.is_(None)
    session.execute(update(OneTimeLink).where(*unspent).values(used_at=clock.now()))


def set_password(viewer: Viewer, session: Session, person: Person, password_hash: str) -> None:
    """Give a person a new password, already hashed. All their sessions end, and no link sent before works any more."""
    person.password_hash = password_hash
    end_all_sessions(session, person)
    spend_links(session, person)
    events.record(viewer, session, "person.losenord", subject=f"person:{person.id}")
    session.flush()


def use_link(session: Session, token: str, password_hash: str) -> Person:
    """Choose a password by a link from a letter: the link is spent, and whoever had signed in is signed out. The link's person.

    Raises:
        RefusedError: the link is spent, too old or none, or the person is disabled.
    """
    now = clock.now()
    unspent = OneTimeLink.token_hash == hashed(token), OneTimeLink.used_at.is_(None), OneTimeLink.ends_at > now
    # One statement, so that of two who use it at once only one does.
    spent = session.execute(update(OneTimeLink).where(*unspent).values(used_at=now).returning(OneTimeLink.person_id)).scalar()
    person = session.get(Person, spent) if spent else None
    if person is None or person.disabled_at:
        raise RefusedError(_("Länken går inte att använda längre."))
    set_password(person.as_viewer(), session, person, password_hash)
    return person


def try_once(session: Session, secret: str, counted: Counted, *, account: str, network: str) -> bool:
    """Count a try, before it is made, so that many at once do not pass the limit. Whether it may be made; one too many is not counted."""
    now = clock.now()
    hashes = {"account": keyed(secret, counted, account), "address": keyed(secret, counted, network)}
    if session.get_bind().dialect.name == "postgresql":
        # Writers stand in line on SQLite anyway; here those that count must.
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('failed_sign_in'))"))
    for column, most in ((FailedSignIn.account, counted.per_account), (FailedSignIn.address, counted.per_address)):
        within = column == hashes[column.key], FailedSignIn.at > now - TRIES_WINDOW
        if (session.scalar(select(func.count()).where(*within)) or 0) >= most:
            return False
    session.add(FailedSignIn(at=now, **hashes))
    session.flush()
    return True


def forget_tries(session: Session, secret: str, account: str) -> None:
    """Somebody has shown who they are: what failed before counts no more for that account."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.account == keyed(secret, Counted.SIGN_IN, account)))


def throw_away_old(session: Session) -> int:
    """Take away sessions and links that have ended, and tries that no longer count; how many rows."""
    now = clock.now()
    ended = (
        delete(SignIn).where(SignIn.began_at <= now - SESSION_LONGEST).returning(SignIn.person_id),
        delete(OneTimeLink).where(OneTimeLink.ends_at <= now - LINK_LASTS).returning(OneTimeLink.person_id),
        delete(FailedSignIn).where(FailedSignIn.at <= now - TRIES_WINDOW).returning(FailedSignIn.id),
    )
    return sum(len(session.execute(statement).all()) for statement in ended)
