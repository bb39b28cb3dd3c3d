"""People for tests, who have signed in without typing: a session in the database, and its cookie in the client.

with app.app_context(), writing() as session:
    make_person(session, "anna@huddinge.example", (Role.EDITOR, "Huddinge kommun"))
anna = signed_in(app, "anna@huddinge.example")
anna.post("/vara-insatser/ny", data={…})          # the token against forgery is put in
"""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from insatsbas.accounts import actions, passwords, queries, session_actions
from insatsbas.accounts.models import Person
from insatsbas.accounts.rules import PREPARERS
from insatsbas.core import clock
from insatsbas.core.db import writing
from insatsbas.core.viewer import SYSTEM, Grant, Role
from tests.factories import organisation
from tests.support.checks import CheckingClient

_RAW = "the raw token of the tests"
GOOD = "korrekt häst batteri häftklammer"


class SignedInClient(CheckingClient):
    """A checking client that sends the token against forgery with every form."""

    def post(self, *args: Any, data: Any = None, **kwargs: Any) -> TestResponse:
        """Post a form as a page of ours would."""
        if data is None or isinstance(data, dict):
            # The page would have been fetched just before, and what it was made with kept.
            with self.session_transaction() as kept:
                kept["csrf_token"] = _RAW
            data = {"csrf_token": forgery_token(self.application), **(data or {})}
        return super().post(*args, data=data, **kwargs)


def forgery_token(app: Flask) -> str:
    """What a page would have put in its form."""
    return str(URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(_RAW))


def make_person(session: Session, email: str, *roles: tuple[Role, str] | Role, name: str = "") -> Person:
    """Somebody with roles: `(Role.EDITOR, "Huddinge kommun")`, or `Role.COORDINATOR` alone. Flushed, not committed.

    One who is to both prepare and decide for an organisation may: it is let to allow that.
    """
    of_one = [r for r in roles if not isinstance(r, Role)]
    for deciding in (where for role, where in of_one if role is Role.DECISION_MAKER):
        if any(role in PREPARERS and where == deciding for role, where in of_one):
            organisation(session, deciding).one_may_do_both = True
    grants = [Grant(r) if isinstance(r, Role) else Grant(r[0], organisation(session, r[1]).id) for r in roles]
    return actions.add_person(SYSTEM, session, email=email, name=name or email.split("@", 1)[0].capitalize(), grants=grants)


def signed_in(app: Flask, email: str) -> SignedInClient:
    """A client of somebody who is there and has signed in."""
    with app.app_context(), writing() as session:
        person = queries.by_email(session, email)
        assert person is not None, f"nobody has the address {email}"
        token = session_actions.begin_session(session, person)
    client = SignedInClient(app, app.response_class, use_cookies=True)
    keep_token(client, token)
    return client


def as_guest(app: Flask) -> SignedInClient:
    """A client of nobody, that can send forms."""
    return SignedInClient(app, app.response_class, use_cookies=True)


def as_role(app: Flask, *roles: tuple[Role, str] | Role, email: str = "nagon@exempel.example") -> SignedInClient:
    """Somebody new with these roles, signed in."""
    with app.app_context(), writing() as session:
        make_person(session, email, *roles)
    return signed_in(app, email)


def with_password(app: Flask, email: str, *roles: tuple[Role, str] | Role, password: str = GOOD) -> None:
    """Somebody new with these roles, who can sign in by typing."""
    password_hash = passwords.hash_password(password)
    with app.app_context(), writing() as session:
        session_actions.set_password(SYSTEM, session, make_person(session, email, *roles), password_hash)


def enter(client: FlaskClient, email: str, password: str = GOOD, **more: str) -> TestResponse:
    """Sign in by typing, as on the page."""
    return client.post("/logga-in", data={"epost": email, "losenord": password, **more})


def keep_token(client: SignedInClient, token: str) -> None:
    """Put a session's token in the client's cookie, as signing in does."""
    with client.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"], kept["used"] = token, True, int(clock.now().timestamp())
