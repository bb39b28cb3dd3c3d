"""The first page of the desk: what waits, and where to go. And what readers say is missing."""

from flask import render_template

from insatsbas.accounts.guard import access
from insatsbas.accounts.policy import Permission
from insatsbas.core.db import db
from insatsbas.keeping.desk import presenter, queries
from insatsbas.keeping.desk.blueprint import blueprint


@blueprint.get("/samordna")
@access(Permission.COORDINATE)
def start() -> str:
    """What needs attention, and the rooms of the desk."""
    waits = list(presenter.waiting(queries.attention(db.session)))
    return render_template("keeping/desk/start.html", waits=waits, rooms=presenter.rooms())


@blueprint.get("/samordna/saknas")
@access(Permission.COORDINATE)
def missing() -> str:
    """What was said to be missing, by need and municipality."""
    return render_template("keeping/desk/missing.html", groups=queries.missing(db.session))
