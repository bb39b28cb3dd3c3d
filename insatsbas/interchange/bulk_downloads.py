"""What can be fetched as files: the hits of a search, the own organisation's interventions, the template, and the faults of a file."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import IO

from flask import redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue import queries
from insatsbas.catalogue.in_force_queries import in_force
from insatsbas.core import clock
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.core.errors import NotFoundError, RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import GUEST
from insatsbas.interchange import bulk_actions, bulk_queries, bulk_template, bulk_wire, writing
from insatsbas.interchange.bulk_blueprint import blueprint
from insatsbas.interchange.entries import Entry, entries_of
from insatsbas.organisations.models import Organisation
from insatsbas.search.engine import Facet
from insatsbas.search.finding import find
from insatsbas.search.forms import Asked, address, with_needs
from insatsbas.search.service import current_search

Answer = Response | tuple[str, int]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS: dict[str, tuple[str, Callable[[Iterable[Entry], IO[bytes]], None]]] = {
    "xlsx": (_XLSX, writing.write_xlsx),
    "csv": ("text/csv; charset=utf-8", writing.write_csv),
    "json": ("application/json", writing.write_json),
}


@blueprint.get("/sok/hamta.<any(xlsx, csv, json):form>")
@access(Permission.READ)
def found(form: str) -> Answer:
    """All hits of a search, in its order, in the import format. What is public only, whoever asks."""
    search, now = current_search(), in_force(db.session)
    lists = now.lists
    if moved := queries.moved_needs(db.session, lists, request.args.getlist(Facet.NEED)):
        return redirect(address(with_needs(request.args, moved), endpoint="bulk.found", form=form), 301)
    # What the page answers is what is fetched, also where a word was put right.
    answered = find(search, Asked(request.args, lists), now, clock.today())
    hits = search.engine.find(replace(answered.question, offset=0, limit=answered.results.total, counted=frozenset())).hits
    source = current_settings().source
    return _file(entries_of(GUEST, db.session, [hit.id for hit in hits], source=source), form, f"insatser-{clock.today()}")


@blueprint.get("/las-in/insatser/<organisation>.xlsx")
@access(Permission.KEEP)
def ours(organisation: str) -> Answer:
    """All that an organisation has, drafts too, to change and read in again."""
    viewer = current_viewer()
    owner = db.session.scalars(select(Organisation).where(Organisation.slug == organisation)).one_or_none()
    if owner is None:
        raise NotFoundError("Organisationen finns inte.")
    require(viewer, Permission.KEEP, owner.id)
    numbers = bulk_queries.numbers_of(db.session, owner)
    return _file(entries_of(viewer, db.session, numbers, source=current_settings().source), "xlsx", f"{owner.slug}-{clock.today()}")


@blueprint.get("/las-in/mall.xlsx")
@access(Permission.KEEP)
def template() -> Response:
    """A workbook to begin with."""
    owners = [row.name for row in bulk_queries.written_for(current_viewer(), db.session)]
    return attachment(bulk_template.workbook(queries.lists(db.session), owners), _XLSX, "mall.xlsx")


@blueprint.get("/las-in/<token>/fel.csv")
@access(Permission.KEEP)
def faults(token: str) -> Response:
    """What is wrong in a file, or what of it was not taken in, to mend it by."""
    viewer = current_viewer()
    with Session(db.engine) as aside, aside.no_autoflush:
        batch = bulk_queries.mine(viewer, aside, token)
        is_done = batch.result is not None
        told = bulk_wire.faults_of(batch.faults) if is_done else bulk_actions.judged(viewer, aside, batch, source=_source()).left_out
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_("rad"), _("kolumn"), _("fel")])
    writer.writerows([writing.guard(str(cell or "")) for cell in (fault.row, fault.column, fault.reason)] for fault in told)
    return attachment(text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", "fel.csv")


def _source() -> str:
    return current_settings().source


def _file(entries: Iterable[Entry], form: str, name: str) -> Answer:
    kind, write = KINDS[form]
    out = io.BytesIO()
    try:
        write(entries, out)
    except RefusedError as refused:
        return render_template("interchange/too_large.html", reason=str(refused)), 422
    return attachment(out.getvalue(), kind, f"{name}.{form}")


def attachment(data: bytes, kind: str, name: str) -> Response:
    """A file to be saved under a name."""
    response = Response(data, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    # Those who look for pages are to find the page, not the file.
    response.headers["X-Robots-Tag"] = "noindex"
    return response
