"""What there is to do, confirming, and how all stand."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.accounts.rules import is_own_path
from insatsbas.catalogue import queries as catalogue
from insatsbas.catalogue.freshness_queries import review_days
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.viewer import Role
from insatsbas.keeping.reports import queries as reports
from insatsbas.keeping.reports.presenter import task_row
from insatsbas.keeping.review import actions, links, presenter, queries

blueprint = Blueprint("review", __name__)
_GONE = 410


@blueprint.get("/att-gora")
@access(Permission.KEEP)
def to_do() -> str:
    """The tasks and the entries that wait for this viewer; for a co-ordinator those of any organisation."""
    return _to_do(faults=())


def _to_do(faults: tuple[tuple[str, str], ...]) -> str:
    viewer, days = current_viewer(), review_days(db.session)
    asked = queries.organisation_by_slug(db.session, request.values.get("organisation", "")) if viewer.is_coordinator else None
    own = viewer.organisations_as(Role.EDITOR) if asked is None else frozenset((asked.id,))
    rows = queries.due(viewer, db.session, own, queries.limit_at_hand(days))
    tasks = [task_row(viewer, task) for task in reports.open_for(viewer, db.session, own if asked else None)]
    page = presenter.to_do_page(rows, tasks, days, region=current_settings().region, of=asked.name if asked else "", has_entries=bool(own))
    return render_template("keeping/review/to_do.html", page=page, faults=faults)


@blueprint.post("/insatser/<public_id>/bekrafta")
@access(Permission.KEEP)
def confirm(public_id: str) -> Response:
    """Say that one entry is right."""
    row = catalogue.by_public_id(current_viewer(), db.session, public_id)
    on = request.form.get("nasta", "")
    try:
        actions.confirm(current_viewer(), db.session, [row])
        flash(_("Du har bekräftat uppgifterna om %(title)s.", title=row.title))
    except RefusedError as error:
        flash(str(error))
    db.session.commit()
    return redirect(on if is_own_path(on) else url_for("review.to_do"), 303)


@blueprint.post("/att-gora/bekrafta")
@access(Permission.KEEP)
def confirm_many() -> Response | tuple[str, int]:
    """Say that all that were ticked are right."""
    rows = queries.by_public_ids(current_viewer(), db.session, request.form.getlist("insats"))
    if not rows:
        return _to_do((("", _("Kryssa för minst en insats som du har granskat.")),)), 422
    actions.confirm(current_viewer(), db.session, rows)
    flash(ngettext("Du har bekräftat %(antal)s insats.", "Du har bekräftat %(antal)s insatser.", len(rows), antal=len(rows)))
    db.session.commit()
    return redirect(url_for("review.to_do", organisation=request.form.get("organisation") or None), 303)


@blueprint.route("/bekrafta/<token>", methods=["GET", "POST"])
@access(Permission.ENTER)
def confirm_by_link(token: str) -> Response | str | tuple[str, int]:
    """What a link in a letter leads to: opening it changes nothing, the button confirms."""
    days, region = review_days(db.session), current_settings().region
    leave = links.read(token)
    found = queries.entry_of(db.session, leave) if leave else None
    if leave is None or found is None:
        page = presenter.confirm_page(None, days, region=region, is_done=False)
        return render_template("keeping/review/confirm.html", page=page), _GONE
    viewer, row = found
    is_done = queries.is_confirmed_for(row, leave.review, days)
    if request.method == "POST" and not is_done:
        actions.confirm(viewer, db.session, [row])
        db.session.commit()
        return redirect(url_for("review.confirm_by_link", token=token), 303)
    return render_template("keeping/review/confirm.html", page=presenter.confirm_page(row, days, region=region, is_done=is_done))


@blueprint.get("/samordna/oversyn")
@access(Permission.COORDINATE)
def overview() -> str:
    """How every organisation stands."""
    days = review_days(db.session)
    return render_template("keeping/review/overview.html", page=presenter.standings_page(queries.standings(db.session, days), days))
