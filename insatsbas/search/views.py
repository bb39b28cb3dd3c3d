"""The search page."""

from flask import Blueprint, Response, make_response, render_template, request

from insatsbas.catalogue import queries
from insatsbas.core import clock
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.core.viewer import GUEST
from insatsbas.organisations.queries import commuting_from
from insatsbas.search.forms import Asked
from insatsbas.search.presenter import Presenter
from insatsbas.search.service import current_search

blueprint = Blueprint("search", __name__)


@blueprint.get("/sok")
def results() -> Response:
    """Find interventions: words, filters, and where nothing is found, a way on."""
    search, settings = current_search(), current_settings()
    lists = queries.lists(db.session)
    asked = Asked(request.args, lists)
    question = asked.question(search.planner, commuting_from(db.session), clock.today())
    found = search.engine.find(question)
    rows = queries.by_ids(GUEST, db.session, [hit.id for hit in found.hits])
    page = Presenter(search, asked, question, lists, region=settings.region).page(found, rows)
    return make_response(render_template("search/results.html", page=page))
