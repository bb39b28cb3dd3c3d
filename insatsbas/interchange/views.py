"""The API: the same search as the page, for machines."""

from flask import Blueprint, jsonify, redirect, request
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue import queries
from insatsbas.core import clock
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.core.i18n import gettext as _
from insatsbas.interchange import api
from insatsbas.interchange.problems import ProblemError
from insatsbas.organisations.queries import commuting_from
from insatsbas.search.engine import Facet
from insatsbas.search.forms import Asked, address, with_needs
from insatsbas.search.service import current_search

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.get("/insatser")
@access(Permission.READ)
def interventions() -> Response:
    """Search, with the parameters of the search page."""
    search, settings, today = current_search(), current_settings(), clock.today()
    lists = queries.lists(db.session)
    if moved := queries.moved_needs(db.session, lists, request.args.getlist(Facet.NEED)):
        return redirect(address(with_needs(request.args, moved), endpoint="api.interventions"), 301)
    asked = Asked(request.args, lists)
    faults = dict(asked.faults) | {name: _("Parametern finns inte.") for name in asked.unknown}
    if faults:
        named = ", ".join(faults)
        raise ProblemError(400, _("Fel värde i en parameter"), _("Rätta det här och fråga igen: %(names)s.", names=named), faults)
    found = search.engine.find(asked.question(search.planner, commuting_from(db.session), today))
    score = {hit.id: hit.score for hit in found.hits}
    rows = queries.by_ids(current_viewer(), db.session, list(score))
    return jsonify(
        total=found.total,
        page=asked.page,
        pages=-(-found.total // asked.per_page),
        mode=found.mode,
        corrected_to=None,
        items=[api.item(row, source=settings.source, today=today) | {"score": score[row.id]} for row in rows],
        similar=[],
        facets=api.facets(found, lists),
        suggestion=None,
    )


@blueprint.get("/insatser/<public_id>")
@access(Permission.READ)
def intervention(public_id: str) -> Response:
    """One intervention, whole."""
    row = queries.by_public_id(current_viewer(), db.session, public_id)
    return jsonify(api.whole(row, source=current_settings().source, today=clock.today()))
