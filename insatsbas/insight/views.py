"""The overview: what to develop, and what to wind down."""

from dataclasses import replace

from flask import Blueprint, Response, render_template, request

from insatsbas.accounts.guard import access
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue import queries
from insatsbas.catalogue.freshness_queries import confirmed_lately
from insatsbas.catalogue.rules import PUBLIC, Status
from insatsbas.core import clock
from insatsbas.core.db import db
from insatsbas.insight.overview import overview_page
from insatsbas.insight.page import OverviewPage
from insatsbas.organisations.queries import commuting_from
from insatsbas.search.engine import Facet, Filters, Question
from insatsbas.search.query import Plan
from insatsbas.search.service import current_search

blueprint = Blueprint("insight", __name__)


@blueprint.get("/oversikt")
@access(Permission.READ)
def overview() -> str:
    """As a table."""
    lately, total = confirmed_lately(db.session)
    return render_template("insight/overview.html", page=_page(), lately=lately, total=total)


@blueprint.get("/oversikt.svg")
@access(Permission.READ)
def overview_picture() -> Response:
    """As a picture."""
    return Response(render_template("insight/overview.svg", page=_page()), mimetype="image/svg+xml")


def _page() -> OverviewPage:
    lists = queries.lists(db.session)
    tops = {need.code for need in lists.needs if need.is_tile}
    opened = request.args.get("delar", "")
    return overview_page(_counts(lists), lists, opened if opened in tops else "")


def _counts(lists: queries.Lists) -> dict[tuple[str, str, Status], int]:
    """Asked of the search itself, once for each municipality and status: its counts are by need already."""
    engine = current_search().engine
    asked = Question(Plan(), Filters(reach=commuting_from(db.session)), clock.today(), limit=0)
    counts: dict[tuple[str, str, Status], int] = {}
    for code in ("", *(m.code for m in lists.municipalities if m.is_member)):
        for status in PUBLIC:
            filters = asked.filters.having(Facet.STATUS, [status.value]).having(Facet.GIVEN_IN, [code] if code else [])
            found = engine.find(replace(asked, filters=filters)).facets[Facet.NEED]
            counts |= {(need, code, status): number for need, number in found.items()}
    return counts
