"""The one guard: who asks, by Flask-Login over sessions in the database, and whether the route is for them.

Only this file knows Flask-Login. What is in the browser's signed cookie is a random token and when it was last used; the session
itself is a row. So signing out, disabling and a new password end it everywhere, a copied cookie included, and reading writes nothing.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import joinedload
from werkzeug import Response

from insatsbas.accounts import unsent
from insatsbas.accounts.models import Person, SignIn
from insatsbas.accounts.policy import Permission, may
from insatsbas.accounts.rules import hashed, session_is_over
from insatsbas.core import clock
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.core.viewer import GUEST, Viewer

View = TypeVar("View", bound=Callable[..., Any])
_USED = "used"
# So often is the time of last use written to the cookie.
_STEP = timedelta(minutes=1)
_UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# What is read by programs, to whom a page for signing in says nothing.
_FOR_MACHINES = ("/api/", ".xml", ".svg", ".json", ".csv", ".xlsx")


class _User(UserMixin):  # type: ignore[misc]
    """What Flask-Login wants to know: a session's token stands for the user, not the person's number."""

    def __init__(self, token: str, viewer: Viewer) -> None:
        self.id, self.viewer = token, viewer


def access(permission: Permission) -> Callable[[View], View]:
    """Declare what a route asks for. Stands nearest the view, under the route. A route without one does not start."""

    def mark(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return mark


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """What a route has declared; static files are for anybody."""
    if endpoint == "static":
        return Permission.ENTER
    declared: Permission | None = getattr(app.view_functions[endpoint], "access", None)
    return declared


def current_viewer() -> Viewer:
    """Who asks in this request."""
    if "viewer" not in g:
        g.viewer = current_user.viewer if current_user.is_authenticated else GUEST
    viewer: Viewer = g.viewer
    return viewer


def begin(token: str, viewer: Viewer) -> None:
    """Let the browser keep the token of a session that has been begun in the database. All else that it kept is forgotten."""
    session.clear()
    session[_USED] = _stamp(clock.now())
    login_user(_User(token, viewer))
    g.pop("viewer", None)


def current_token() -> str | None:
    """The token of the session that asks, to end it by."""
    return current_user.id if current_user.is_authenticated else None


def end() -> None:
    """Let the browser forget its session."""
    logout_user()
    session.clear()
    g.pop("viewer", None)


def init_app(app: Flask) -> None:
    """Ask each request who it is, and whether the route is for them."""
    # Not strict about the referrer, which some browsers never tell: the token and SameSite suffice.
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False, WTF_I18N_ENABLED=False, WTF_CSRF_FIELD_NAME="csrf_token")
    login = LoginManager()
    login.session_protection = None
    login.user_loader(_load)
    login.init_app(app, add_context_processor=False)
    CSRFProtect(app)
    app.register_error_handler(CSRFError, _forged_or_old)
    app.before_request(_guard)
    app.context_processor(_told)


def check_declared(app: Flask) -> None:
    """Refuse to start with a route of which nobody has said whom it is for. Called when all routes are there."""
    undeclared = sorted(e for e in app.view_functions if permission_of(app, e) is None)
    if undeclared:
        raise RuntimeError(f"say with @access(Permission…) whom these are for: {undeclared}")


def _told() -> dict[str, object]:
    """What every template may ask of whoever asks, and of the installation they ask."""
    settings = current_settings()
    return {
        "viewer": current_viewer(),
        "may": _may_here,
        "Permission": Permission,
        "is_open": settings.is_open,
        "shows_letters": settings.shows_letters,
    }


def _may_here(permission: Permission, organisation_id: int | None = None) -> bool:
    return may(current_viewer(), permission, organisation_id, is_open=current_settings().is_open)


def _guard() -> Response | tuple[str, int] | None:
    if request.endpoint is None:
        return None
    permission = permission_of(current_app, request.endpoint)
    if permission is Permission.ENTER or permission is None:
        return None
    if _may_here(permission):
        return None
    if not current_viewer().is_signed_in:
        return to_sign_in()
    abort(403)


def to_sign_in() -> Response | tuple[str, int]:
    """To the page where one signs in, and after that back here. What was typed in a form is carried on there."""
    if request.path.startswith(_FOR_MACHINES[0]) or request.path.endswith(_FOR_MACHINES[1:]):
        abort(401)
    if request.method in _UNSAFE:
        return unsent.ask_to_sign_in()
    return redirect(url_for("accounts.sign_in", nasta=request.full_path.rstrip("?")), 303)


def _forged_or_old(_error: CSRFError) -> Response | tuple[str, int]:
    """A form without the right token: the session has ended, the page is old, or another site made it."""
    needs_sign_in = request.endpoint is not None and permission_of(current_app, request.endpoint) is not Permission.ENTER
    if needs_sign_in and not current_viewer().is_signed_in:
        return unsent.ask_to_sign_in()
    return unsent.ask_to_send_again()


def is_shut(person: Person) -> bool:
    """Whether an account lets nobody in: it is disabled, or an example where others can reach us."""
    return person.disabled_at is not None or (person.is_example and current_settings().public_url is not None)


def _load(token: str) -> _User | None:
    """The session that a token is of, unless it has ended."""
    used, now = _read(session.get(_USED)), clock.now()
    # Every page of theirs asks this: the session, the person and the roles at once.
    whole = joinedload(SignIn.person).joinedload(Person.memberships)
    row = db.session.get(SignIn, hashed(token), options=[whole])
    if row is None or used is None or is_shut(row.person) or session_is_over(began=row.began_at, used=used, now=now):
        return None
    if now - used >= _STEP:
        session[_USED] = _stamp(now)
    return _User(token, row.person.as_viewer())


def _stamp(moment: datetime) -> int:
    return int(moment.timestamp())


def _read(value: object) -> datetime | None:
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else None
