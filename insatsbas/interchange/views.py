"""The API: the same search as the page, for machines."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, jsonify, redirect, request
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue import queries
from insatsbas.catalogue.in_force_queries import in_force
from insatsbas.catalogue.shown_queries import shown
from insatsbas.core import clock
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.core.i18n import gettext as _
from insatsbas.interchange import api
from insatsbas.interchange.problems import ProblemError
from insatsbas.search.engine import Facet, Hit
from insatsbas.search.finding import find
from insatsbas.search.forms import Asked, address, with_needs
from insatsbas.search.service import current_search

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.get("/insatser")
@access(Permission.READ)
def interventions() -> Response:
    """Search, with the parameters of the search page."""
    search, settings, today = current_search(), current_settings(), clock.today()
    now = in_force(db.session)
    lists = now.lists
    if moved := queries.moved_needs(db.session, lists, request.args.getlist(Facet.NEED)):
        return redirect(address(with_needs(request.args, moved), endpoint="api.interventions"), 301)
    asked = Asked(request.args, lists)
    faults = dict(asked.faults) | {name: _("Parametern finns inte.") for name in asked.unknown}
    if faults:
        named = ", ".join(faults)
        raise ProblemError(400, _("Fel värde i en parameter"), _("Rätta det här och fråga igen: %(names)s.", names=named), faults)
    found = find(search, asked, now, today)
    results = found.results
    ids = [hit.id for hit in (*results.hits, *results.similar)]
    rows = {row.id: row for row in shown(current_viewer(), db.session, ids, now)}

    def items(hits: Iterable[Hit]) -> list[dict[str, Any]]:
        told = ((rows[hit.id], hit.score) for hit in hits if hit.id in rows)
        return [api.item(row, source=settings.source, today=today) | {"score": score} for row, score in told]

    return jsonify(
        total=results.total,
        page=asked.page,
        pages=-(-results.total // asked.per_page),
        mode=found.mode,
        corrected_to=found.corrected_to or None,
        items=items(results.hits),
        similar=items(results.similar),
        facets=api.facets(results, lists),
        suggestion=found.suggestion.text if found.suggestion else None,
    )


@blueprint.get("/insatser/<public_id>")
@access(Permission.READ)
def intervention(public_id: str) -> Response:
    """One intervention, whole."""
    row = queries.by_public_id(current_viewer(), db.session, public_id)
    return jsonify(api.whole(row, source=current_settings().source, today=clock.today()))
