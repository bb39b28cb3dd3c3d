"""An intervention as others will see it: its card and its page, with what was typed but is not saved yet."""

from flask import render_template, request

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue import actions
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import Status
from insatsbas.core import clock
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.core.i18n import gettext as _
from insatsbas.keeping.editing import opening, rules
from insatsbas.keeping.editing.entry import Entry
from insatsbas.keeping.editing.presenter import past
from insatsbas.keeping.editing.queries import kin
from insatsbas.pages.blueprint import blueprint
from insatsbas.pages.presenter import intervention_page
from insatsbas.search.cards import card
from insatsbas.search.service import current_search


@blueprint.route("/insatser/<public_id>/forhandsgranska", methods=["GET", "POST"])
@access(Permission.KEEP)
def preview(public_id: str) -> str | tuple[str, int]:
    """What is saved, or what the form holds: then nothing is saved by looking at it."""
    row = opening.own(public_id)
    entry = opening.opened(row) if request.method == "GET" else opening.sent(row)
    if request.method == "POST" and not entry.validate(Status.DRAFT):
        return opening.form_page(row, entry), 422
    return _drawn(row, entry, is_sent=request.method == "POST")


def _drawn(row: Intervention, entry: Entry, *, is_sent: bool) -> str:
    search, viewer, region = current_search(), current_viewer(), current_settings().region
    lacking = rules.missing(entry.values(), Status.ACTIVE)
    public_id, is_draft, hidden = row.public_id, row.status is Status.DRAFT, entry.pairs()
    with db.session.no_autoflush:
        came_from = kin(viewer, db.session, row)
        if is_sent:
            actions.try_out(row, entry.changes(opening.saved(row)))
        if is_draft:
            row.status = Status.ACTIVE
        page = intervention_page(row, (), search.analysis, region=region)
        told = past(row, came_from)
        shown = card(row, search.analysis, today=clock.today(), region=region)
        db.session.rollback()
    return render_template(
        "pages/preview.html",
        page=page,
        past=told,
        panel=None,
        shown=shown,
        is_sent=is_sent,
        is_draft=is_draft,
        hidden=hidden,
        lacking=tuple(_(message) for message in lacking.values()) if is_draft else (),
        public_id=public_id,
    )
