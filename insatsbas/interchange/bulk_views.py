"""Reading in a file: choosing it, looking at what would come of it, taking it in or giving it up."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.interchange import bulk_actions, bulk_guard, bulk_presenter, bulk_queries
from insatsbas.interchange.bulk_blueprint import blueprint
from insatsbas.interchange.bulk_forms import UploadForm
from insatsbas.interchange.table import UnreadableError

Answer = Response | str | tuple[str, int]
_LONGEST_PAGE_NUMBER = 4


@blueprint.route("/las-in", methods=["GET", "POST"])
@access(Permission.KEEP)
def upload() -> Answer:
    """Choose a file, fetch one to begin with, go on with one that waits; then read it and let its rows wait."""
    form, viewer, file = UploadForm(), current_viewer(), request.files.get("fil")
    if request.method == "GET":
        return _upload_page(form)
    # Reading takes its time: nobody else is to wait for it.
    db.session.rollback()
    try:
        if file is None or not file.filename:
            raise UnreadableError(_("Välj en fil att läsa in."))
        name = bulk_actions.name_of(file.filename)
        packed = bulk_guard.read(file.read(), name)
    except UnreadableError as fault:
        form.fil.errors = [str(fault)]
        return _upload_page(form), 422
    batch = bulk_actions.let_wait(viewer, db.session, file_name=name, packed=packed, source=current_settings().source)
    token = batch.token
    db.session.commit()
    return redirect(url_for("bulk.preview", token=token), 303)


@blueprint.get("/las-in/<token>")
@access(Permission.KEEP)
def preview(token: str) -> str:
    """What would come of a file that waits, or what came of one that was taken in."""
    return _preview_page(token)


@blueprint.post("/las-in/<token>/godkann")
@access(Permission.KEEP)
def accept(token: str) -> Answer:
    """Take a file in: all of it, or when that is asked for the rest of it."""
    viewer, rest = current_viewer(), request.form.get("resten") == "ja"
    # What is looked at first is looked at aside: the lock is taken after that.
    db.session.rollback()
    try:
        bulk_actions.accept(viewer, db.session, token, source=current_settings().source, rest=rest)
    except RefusedError as refused:
        db.session.rollback()
        return _preview_page(token, fault=str(refused)), 409
    db.session.commit()
    return redirect(url_for("bulk.preview", token=token), 303)


@blueprint.post("/las-in/<token>/avbryt")
@access(Permission.KEEP)
def give_up(token: str) -> Response:
    """Throw a file that waits away."""
    bulk_actions.give_up(current_viewer(), db.session, token)
    flash(_("Filen togs bort. Inget lästes in."))
    db.session.commit()
    return redirect(url_for("bulk.upload"), 303)


def _upload_page(form: UploadForm) -> str:
    page = bulk_presenter.upload_page(current_viewer(), db.session)
    return render_template("interchange/upload.html", form=form, faults=form.faults(), page=page)


def _preview_page(token: str, fault: str = "") -> str:
    """What is set for the sake of the preview is set aside, in a session that is thrown away."""
    viewer = current_viewer()
    with Session(db.engine) as aside, aside.no_autoflush:
        batch = bulk_queries.mine(viewer, aside, token)
        if batch.result is not None:
            page = bulk_presenter.done_page(batch, _pages())
        else:
            found = bulk_actions.judged(viewer, aside, batch, source=current_settings().source)
            page = bulk_presenter.preview_page(viewer, aside, batch, found, _pages())
    return render_template("interchange/preview.html", page=page, faults=(("", fault),) if fault else ())


def _pages() -> Mapping[str, int]:
    """Which page of each part is asked for."""
    asked = request.args.items()
    return {name: int(page) for name, page in asked if page.isascii() and page.isdigit() and len(page) <= _LONGEST_PAGE_NUMBER}
