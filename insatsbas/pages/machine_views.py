"""What is read by machines: robots.txt, the map of the site, the feed of what is new."""

from datetime import datetime
from urllib.parse import quote

from flask import Response, render_template, url_for

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue import queries
from insatsbas.core import clock
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.pages.blueprint import blueprint
from insatsbas.pages.listings import municipality_slug

_FEED = 30
_FIXED = ("start", "knowledge_bank", "needs", "municipalities", "organisations", "about", "help_page", "accessibility", "privacy")


@blueprint.get("/robots.txt")
@access(Permission.ENTER)
def robots() -> Response:
    """The pages may be read; every combination of filters need not be. Where one has to sign in there is nothing to read."""
    if not current_settings().is_open:
        return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")
    lines = ["User-agent: *", "Disallow: /sok?", "Disallow: /api/", f"Sitemap: {url_for('pages.sitemap', _external=True)}", ""]
    return Response("\n".join(lines), mimetype="text/plain")


@blueprint.get("/sitemap.xml")
@access(Permission.READ)
def sitemap() -> Response:
    """Every page that is worth finding from outside. Examples are none."""
    lists = queries.lists(db.session)
    addresses: list[tuple[str, datetime | None]] = [(url_for(f"pages.{name}", _external=True), None) for name in _FIXED]
    addresses.append((url_for("insight.overview", _external=True), None))
    addresses += [(url_for("pages.need", code=need.code, _external=True), None) for need in lists.needs if not need.for_staff]
    addresses += [
        (url_for("pages.municipality", slug=municipality_slug(m), _external=True), None) for m in lists.municipalities if m.is_member
    ]
    addresses += [
        (url_for("pages.intervention", public_id=public_id, _external=True), changed)
        for public_id, changed in queries.addresses(current_viewer(), db.session)
    ]
    return Response(render_template("pages/sitemap.xml", addresses=addresses), mimetype="application/xml")


@blueprint.get("/atom.xml")
@access(Permission.READ)
def feed() -> Response:
    """The newest interventions, for those who follow."""
    rows = queries.newest(current_viewer(), db.session, limit=_FEED)
    # What names an entry is an IRI, whatever an installation calls itself.
    source = quote(current_settings().source, safe="")
    entries = [
        {
            "id": f"urn:insatsbas:{source}:{row.public_id}",
            "title": row.title,
            "is_example": row.is_example,
            "url": url_for("pages.intervention", public_id=row.public_id, _external=True),
            "summary": row.summary,
            "updated": row.updated_at.isoformat(timespec="seconds"),
        }
        for row in rows
    ]
    body = render_template(
        "pages/feed.xml",
        entries=entries,
        self_url=url_for("pages.feed", _external=True),
        start_url=url_for("pages.start", _external=True),
        updated=max((row.updated_at for row in rows), default=clock.now()).isoformat(timespec="seconds"),
    )
    return Response(body, mimetype="application/atom+xml")
