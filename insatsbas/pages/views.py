"""The start page, the page of an intervention, and whether we are well."""

from dataclasses import replace

from flask import Response, jsonify, render_template
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue import queries
from insatsbas.catalogue.freshness_queries import stale_limit
from insatsbas.catalogue.in_force_queries import in_force
from insatsbas.catalogue.shown_queries import shown
from insatsbas.core import clock
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.exchange import offer_presenter
from insatsbas.keeping.editing import presenter as editing
from insatsbas.keeping.editing.queries import kin
from insatsbas.keeping.reports import presenter as reports
from insatsbas.keeping.review.presenter import confirm_url
from insatsbas.organisations.queries import commuting_from
from insatsbas.pages.blueprint import blueprint
from insatsbas.pages.presenter import COMMON, intervention_page, start_page
from insatsbas.search.engine import ACTIVE_ONLY, Filters, Question
from insatsbas.search.query import Plan
from insatsbas.search.service import current_search, index_is_ready
from insatsbas.search.similar import similar_to

_NEWS = 6


def everything() -> Question:
    """The question that all active interventions for participants answer."""
    return Question(Plan(), Filters(values=ACTIVE_ONLY, reach=commuting_from(db.session)), clock.today(), limit=0)


@blueprint.get("/")
@access(Permission.READ)
def start() -> str:
    """Needs, municipalities, what is new."""
    search, asked = current_search(), everything()
    common = {words: search.engine.find(replace(asked, plan=search.planner.plan(words), counted=frozenset())).total for words in COMMON}
    page = start_page(
        search.engine.find(asked),
        queries.lists(db.session),
        common,
        queries.newest(current_viewer(), db.session, limit=_NEWS),
        region=current_settings().region,
        has_examples=queries.has_examples(db.session),
    )
    return render_template("pages/start.html", page=page)


@blueprint.get("/insatser/<public_id>")
@access(Permission.READ)
def intervention(public_id: str) -> str:
    """One intervention. Its address never changes."""
    search = current_search()
    row = queries.by_public_id(current_viewer(), db.session, public_id)
    similar = shown(current_viewer(), db.session, similar_to(search, row, everything()), in_force(db.session))
    page = intervention_page(row, similar, search.analysis, region=current_settings().region, stale_before=stale_limit(db.session))
    viewer = current_viewer()
    telling, review = reports.panel(viewer, db.session, row), confirm_url(viewer, row)
    told, panel = editing.past(row, kin(viewer, db.session, row)), editing.panel(viewer, row)
    places = offer_presenter.panel(viewer, db.session, row)
    more = {"telling": telling, "confirm_url": review, "past": told, "panel": panel, "places": places}
    return render_template("pages/intervention.html", page=page, **more)


@blueprint.get("/halsa")
@access(Permission.ENTER)
def health() -> tuple[Response, int]:
    """Whether database and index answer: 200, or 503 with what does not."""
    checks = {"databas": _database_answers(), "index": index_is_ready()}
    is_well = all(checks.values())
    body = {"status": "ok" if is_well else "fel", **{name: "ok" if fine else "svarar inte" for name, fine in checks.items()}}
    return jsonify(body), 200 if is_well else 503


def _database_answers() -> bool:
    try:
        db.session.execute(text("SELECT 1 FROM need LIMIT 1"))
    except SQLAlchemyError:
        return False
    return True
