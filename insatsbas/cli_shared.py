"""What every command needs: an application around it, and a database that is there."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from insatsbas.app import create_app
from insatsbas.core import migrations
from insatsbas.core.db import db
from insatsbas.core.errors import RefusedError

P = ParamSpec("P")
R = TypeVar("R")


def with_app(command: Callable[P, R]) -> Callable[P, R]:
    """Run a command within an application made from the environment's settings."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        with create_app().app_context():
            return command(*args, **kwargs)

    return wrapped


def require_database() -> None:
    """Stop where there is no database that fits this version.

    Raises:
        RefusedError: it must be made or upgraded first.
    """
    if not migrations.is_current(db.engine):
        raise RefusedError("Databasen är inte skapad eller inte uppgraderad. Kör insatsbas init först.")
