"""Every write of people and sessions: check the policy, change, note the event, flush. Never commits."""

from collections.abc import Iterable

from sqlalchemy import delete
from sqlalchemy.orm import Session

from insatsbas.accounts.models import Membership, Person, SignIn
from insatsbas.accounts.policy import Permission, require
from insatsbas.accounts.rules import hashed, new_token, normal_email
from insatsbas.core import clock, events
from insatsbas.core.viewer import Grant, Viewer


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


def add_person(viewer: Viewer, session: Session, *, email: str, name: str, grants: Iterable[Grant], is_example: bool = False) -> Person:
    """Somebody new, with roles and without a password yet.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
    """
    require(viewer, Permission.COORDINATE)
    person = Person(email=normal_email(email), name=name, is_example=is_example, created_at=clock.now())
    person.memberships = [Membership(role=grant.role, organisation_id=grant.organisation_id) for grant in grants]
    session.add(person)
    session.flush()
    events.record(viewer, session, "person.ny", subject=f"person:{person.id}", text=person.email)
    return person


def set_password(viewer: Viewer, session: Session, person: Person, password_hash: str) -> None:
    """Give a person a new password, already hashed. All their sessions end."""
    person.password_hash = password_hash
    end_all_sessions(session, person)
    events.record(viewer, session, "person.losenord", subject=f"person:{person.id}")
    session.flush()


def disable(viewer: Viewer, session: Session, person: Person) -> None:
    """Let a person no longer sign in, and sign them out everywhere. What they have done stays.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
    """
    require(viewer, Permission.COORDINATE)
    person.disabled_at = clock.now()
    end_all_sessions(session, person)
    events.record(viewer, session, "person.avstangd", subject=f"person:{person.id}", text=person.email)
    session.flush()
