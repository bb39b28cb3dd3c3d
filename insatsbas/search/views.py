"""The search page."""

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue import queries
from insatsbas.catalogue.freshness import stale_before
from insatsbas.catalogue.in_force_queries import in_force
from insatsbas.catalogue.shown_queries import shown
from insatsbas.core import clock
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.search import counted
from insatsbas.search.engine import Facet
from insatsbas.search.finding import find
from insatsbas.search.forms import Asked, address, with_needs
from insatsbas.search.presenter import Presenter
from insatsbas.search.service import current_search

blueprint = Blueprint("search", __name__)


@blueprint.get("/sok")
@access(Permission.READ)
def results() -> Response:
    """Find interventions: words, filters, and where nothing is found, a way on."""
    search, settings = current_search(), current_settings()
    now = in_force(db.session)
    lists = now.lists
    if moved := queries.moved_needs(db.session, lists, request.args.getlist(Facet.NEED)):
        return redirect(address(with_needs(request.args, moved)), 301)
    asked = Asked(request.args, lists)
    found = find(search, asked, now, clock.today())
    last = -(-found.results.total // asked.per_page)
    if asked.page > last > 0:
        return redirect(address([*asked.parameters(), *([("sida", str(last))] if last > 1 else [])]), 302)
    counted.note(asked.q, found.results.total)
    ids = [hit.id for hit in (*found.results.hits, *found.results.similar)]
    rows = {row.id: row for row in shown(current_viewer(), db.session, ids, now)}
    limit = stale_before(now.review_days, clock.today())
    page = Presenter(search, asked, found, now, region=settings.region, stale_before=limit).page(rows)
    return make_response(render_template("search/results.html", page=page))
