"""What has happened, for the co-ordinator to read."""

from urllib.parse import urlencode

from flask import render_template, request, url_for

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.core.db import db
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _
from insatsbas.keeping.history import event_presenter, event_queries
from insatsbas.keeping.history.blueprint import blueprint
from insatsbas.keeping.history.event_presenter import EventsPage
from insatsbas.keeping.history.event_queries import NOBODY, Asked
from insatsbas.keeping.history.forms import EventsForm

_PER_PAGE = 50
_LAST_PAGE = 100_000


@blueprint.get("/samordna/handelser")
@access(Permission.COORDINATE)
def events() -> tuple[str, int]:
    """All events, or those asked for, newest first."""
    form = EventsForm(posted(request.args))
    organisations = event_queries.organisations(db.session)
    form.handelse.choices = [("", _("Allt")), *event_presenter.kinds(event_queries.kinds(db.session))]
    people = [(str(number), name) for number, name in event_queries.people(db.session)]
    form.person.choices = [("", _("Vem som helst")), *people, (NOBODY, _("Systemet"))]
    form.organisation.choices = [("", _("Vilken som helst")), *((o.slug, o.name) for o in organisations)]
    fits = form.validate()
    asked = Asked(
        kind=form.handelse.data or "",
        person=form.person.data or "",
        organisation_id=next((o.id for o in organisations if o.slug == form.organisation.data), None),
        about=form.om.data or "",
        first=form.fran.day,
        last=form.till.day,
    )
    page = min(max(1, request.args.get("sida", 1, type=int)), _LAST_PAGE)
    found = event_queries.some(current_viewer(), db.session, asked, page=page, size=_PER_PAGE) if fits else []
    names = event_queries.names(db.session, {event.subject for event in found})
    called = {o.id: o.name for o in organisations}
    shown = EventsPage(
        rows=tuple(event_presenter.row(event, names, called) for event in found[:_PER_PAGE]),
        newer_url=_page(page - 1) if page > 1 else "",
        older_url=_page(page + 1) if len(found) > _PER_PAGE else "",
    )
    return render_template("keeping/history/events.html", page=shown, form=form, faults=form.faults()), 200 if fits else 422


def _page(number: int) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "sida" and value]
    return url_for("history.events") + "?" + urlencode([*kept, ("sida", str(number))])
