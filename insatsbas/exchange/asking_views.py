"""Asking for places: to buy, for a swap, or telling of a deal that is made already."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue import queries as catalogue
from insatsbas.catalogue.rules import PUBLIC
from insatsbas.core.db import db, stop_writing
from insatsbas.core.errors import ForbiddenError, NotFoundError, RefusedError
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _
from insatsbas.exchange import actions, asking_values, starting
from insatsbas.exchange.asking_forms import Asked, ask_form
from insatsbas.exchange.blueprint import blueprint
from insatsbas.exchange.starting import Table, Way

Answer = Response | str | tuple[str, int]


@blueprint.route("/insatser/<public_id>/fraga-om-platser", methods=["GET", "POST"])
@access(Permission.TRADE)
def new(public_id: str) -> Answer:
    """Ask for places of an intervention, in one of three ways."""
    way = Way.named(request.values.get("vad"))
    table = _table(public_id, way)
    if table.why_not:
        return render_template("exchange/not_here.html", table=table, way=way, may_report=_may_report(table, way))
    form = ask_form(way, table, start=request.args.get("start"), sent=posted(request.form) if request.method == "POST" else None)
    if request.method == "GET":
        return _drawn(way, table, form)
    if not form.validate():
        return _again(way, public_id, form, form.faults())
    try:
        number = _prepare(way, table, form)
    except (RefusedError, ForbiddenError) as refused:
        return _again(way, public_id, form, [("", str(refused))])
    flash(_(way.saved))
    db.session.commit()
    return redirect(url_for("exchange.one", number=number), 303)


def _table(public_id: str, way: Way) -> Table:
    row = catalogue.by_public_id(current_viewer(), db.session, public_id)
    if row.status not in PUBLIC:
        raise NotFoundError("Insatsen finns inte.")
    return starting.table_for(current_viewer(), db.session, row, way, asker=request.values.get("fran"))


def _prepare(way: Way, table: Table, form: Asked) -> int:
    other = asking_values.answerer(form, table)
    kind, proposal = asking_values.proposal(form, table)
    made = actions.prepare(
        current_viewer(),
        db.session,
        kind=kind,
        asker_id=table.asker.id if table.asker else 0,
        answerer_id=other.id,
        proposal=proposal,
        key=form.idempotency_key.data or "",
        is_report=way is Way.REPORT,
    )
    return made.id


def _again(way: Way, public_id: str, form: Asked, faults: Sequence[tuple[str, str]]) -> Answer:
    stop_writing(db.session)
    return _drawn(way, _table(public_id, way), form, faults), 422


def _drawn(way: Way, table: Table, form: Asked, faults: Sequence[tuple[str, str]] = ()) -> str:
    return render_template("exchange/new.html", way=way, table=table, form=form, faults=faults, ways=list(Way))


def _may_report(table: Table, way: Way) -> bool:
    return way is not Way.REPORT and any(o.id == table.row.owner_id for o in starting.own_organisations(current_viewer(), db.session))
