"""The pages of needs, municipalities and organisations, and the knowledge bank's own."""

from dataclasses import replace

from flask import redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission, may
from insatsbas.catalogue import queries
from insatsbas.catalogue.freshness_queries import stale_limit
from insatsbas.catalogue.rules import KNOWLEDGE_BANK
from insatsbas.core import clock
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.core.errors import NotFoundError
from insatsbas.pages import bank, listings
from insatsbas.pages.blueprint import blueprint
from insatsbas.pages.listings import Drawing
from insatsbas.pages.views import everything
from insatsbas.search.engine import Facet
from insatsbas.search.service import current_search


def _drawing() -> Drawing:
    return Drawing(current_search().analysis, clock.today(), current_settings().region, stale_limit(db.session))


@blueprint.get("/behov")
@access(Permission.READ)
def needs() -> str:
    """All needs."""
    page = listings.needs_directory(queries.lists(db.session), current_search().engine.find(everything()))
    return render_template("pages/directory.html", page=page)


@blueprint.get("/behov/<code>")
@access(Permission.READ)
def need(code: str) -> str | Response:
    """One need; the address of one that was renamed or merged leads on."""
    lists = queries.lists(db.session)
    found = next((n for n in lists.needs if n.code == code), None)
    if found is None:
        now = queries.current_code(db.session, code)
        if now is None:
            raise NotFoundError("Behovet finns inte.")
        return redirect(url_for("pages.need", code=now), 301)
    asked = everything()
    filters = replace(asked.filters.having(Facet.NEED, [code]), staff=found.for_staff)
    results = current_search().engine.find(replace(asked, filters=filters))
    rows = queries.under_need(current_viewer(), db.session, found)
    return render_template("pages/listing.html", page=listings.need_page(found, rows, lists, results, _drawing()))


@blueprint.get("/kommuner")
@access(Permission.READ)
def municipalities() -> str:
    """All municipalities."""
    page = listings.municipalities_directory(queries.lists(db.session), current_search().engine.find(everything()))
    return render_template("pages/directory.html", page=page)


@blueprint.get("/kommuner/<slug>")
@access(Permission.READ)
def municipality(slug: str) -> str:
    """What is open for a municipality's participants."""
    lists = queries.lists(db.session)
    found = next((m for m in lists.municipalities if listings.municipality_slug(m) == slug), None)
    if found is None:
        raise NotFoundError("Kommunen finns inte.")
    rows = queries.open_for(current_viewer(), db.session, found.code)
    return render_template("pages/listing.html", page=listings.municipality_page(found, rows, _drawing()))


@blueprint.get("/organisationer")
@access(Permission.READ)
def organisations() -> str:
    """All organisations that have something in the catalogue."""
    counts = queries.counts_by_owner(current_viewer(), db.session)
    return render_template("pages/directory.html", page=listings.organisations_directory(queries.lists(db.session), counts))


@blueprint.get("/organisationer/<slug>")
@access(Permission.READ)
def organisation(slug: str) -> str:
    """What an organisation runs, and has run."""
    found = next((o for o in queries.lists(db.session).organisations if o.slug == slug), None)
    if found is None:
        raise NotFoundError("Organisationen finns inte.")
    rows = queries.of_owner(current_viewer(), db.session, found)
    # How fresh its entries are is for those with an account of their own, unless the co-ordinator has opened it.
    shows = found.shows_freshness or may(current_viewer(), Permission.OWN_ACCOUNT)
    return render_template("pages/listing.html", page=listings.organisation_page(found, rows, _drawing(), shows_freshness=shows))


@blueprint.get("/kunskapsbank")
@access(Permission.READ)
def knowledge_bank() -> str:
    """What has been tried; with `skal`, what ended for that reason."""
    reason = bank.reason_of(request.args.get("skal", ""))
    asked = everything()
    within = asked.filters.having(Facet.STATUS, [status.value for status in KNOWLEDGE_BANK])
    results = current_search().engine.find(replace(asked, filters=within))
    rows = queries.in_knowledge_bank(current_viewer(), db.session)
    page = bank.knowledge_bank_page(rows, queries.lists(db.session), results, region=current_settings().region, reason=reason)
    return render_template("pages/knowledge_bank.html", page=page)
