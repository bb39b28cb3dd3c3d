"""The search page."""

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug import Response

from insatsbas.catalogue import queries
from insatsbas.core import clock
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.core.viewer import GUEST
from insatsbas.organisations.queries import commuting_from
from insatsbas.search.engine import Facet
from insatsbas.search.forms import Asked, address
from insatsbas.search.presenter import Presenter
from insatsbas.search.service import current_search

blueprint = Blueprint("search", __name__)


@blueprint.get("/sok")
def results() -> Response:
    """Find interventions: words, filters, and where nothing is found, a way on."""
    search, settings = current_search(), current_settings()
    lists = queries.lists(db.session)
    moved = _moved_needs(lists)
    if moved:
        pairs = [(name, moved.get(value, value) if name == Facet.NEED else value) for name, value in request.args.items(multi=True)]
        return redirect(address(pairs), 301)
    asked = Asked(request.args, lists)
    question = asked.question(search.planner, commuting_from(db.session), clock.today())
    found = search.engine.find(question)
    rows = queries.by_ids(GUEST, db.session, [hit.id for hit in found.hits])
    page = Presenter(search, asked, question, lists, region=settings.region).page(found, rows)
    return make_response(render_template("search/results.html", page=page))


def _moved_needs(lists: queries.Lists) -> dict[str, str]:
    """The needs of the address that have another code now, or were merged into another."""
    known = {need.code for need in lists.needs}
    asked = {value: queries.current_code(db.session, value) for value in request.args.getlist(Facet.NEED) if value and value not in known}
    return {old: now for old, now in asked.items() if now is not None}
