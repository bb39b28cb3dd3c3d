"""The versions of an intervention: the list, one, any two beside each other, and putting one back."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue import snapshot
from insatsbas.catalogue.models import Intervention
from insatsbas.core.db import db
from insatsbas.core.errors import InsatsbasError, NotFoundError, RefusedError
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _
from insatsbas.keeping.history import actions, presenter, queries
from insatsbas.keeping.history.blueprint import blueprint
from insatsbas.keeping.history.forms import RestoreForm
from insatsbas.keeping.history.page import ComparePage, RevisionPage, RevisionsPage

_PER_PAGE = 50
_AT = "/insatser/<public_id>/andringar"


@blueprint.get(_AT)
@access(Permission.KEEP)
def revisions(public_id: str) -> str:
    """All versions, newest first: who, when, why, and which fields."""
    viewer, row = current_viewer(), queries.intervention(current_viewer(), db.session, public_id)
    numbers, page = queries.numbers(db.session, row), max(1, request.args.get("sida", 1, type=int))
    shown = numbers[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    found = queries.some(db.session, row, {*shown, *(number - 1 for number in shown)})
    staff = queries.staff(viewer, db.session, (revision.person_id for revision in found.values()))
    return render_template(
        "keeping/history/revisions.html",
        page=RevisionsPage(
            title=row.title,
            public_id=public_id,
            rows=tuple(presenter.row(found[number], found.get(number - 1), staff) for number in shown),
            numbers=tuple(numbers),
            newer_url=url_for("history.revisions", public_id=public_id, sida=page - 1) if page > 1 else "",
            older_url=url_for("history.revisions", public_id=public_id, sida=page + 1) if page * _PER_PAGE < len(numbers) else "",
        ),
    )


@blueprint.get(f"{_AT}/<int:number>")
@access(Permission.KEEP)
def revision(public_id: str, number: int) -> str:
    """One version, and what putting it back would change."""
    row = queries.intervention(current_viewer(), db.session, public_id)
    return _revision(row, number, RestoreForm())


def _revision(row: Intervention, number: int, form: RestoreForm, *, faults: Sequence[tuple[str, str]] = ()) -> str:
    viewer, last = current_viewer(), queries.last_number(db.session, row)
    found = queries.some(db.session, row, (number, number - 1))
    this = queries.one(db.session, row, number)
    now, told = snapshot.take(row), queries.content(this)
    then = queries.if_restored(viewer, row.public_id, number)
    obstacle, then = (str(then), now) if isinstance(then, InsatsbasError) else ("", then)
    names = queries.names(viewer, db.session, (told, now, then))
    form.sedd.data = str(last)
    page = RevisionPage(
        title=row.title,
        public_id=row.public_id,
        row=presenter.row(this, found.get(number - 1), queries.staff(viewer, db.session, (this.person_id,))),
        last=last,
        fields=presenter.fields(told, names),
        changes=presenter.changes(now, then, names),
        obstacle=obstacle,
        stays=() if obstacle else tuple(change.label for change in presenter.changes(told, then, names)),
    )
    # The form is there only when there is something to put back.
    of_form = [(name if page.changes else "", fault) for name, fault in form.faults()]
    return render_template("keeping/history/revision.html", page=page, form=form, faults=faults or of_form)


@blueprint.get(f"{_AT}/jamfor")
@access(Permission.KEEP)
def compare(public_id: str) -> str:
    """Two versions and how they differ: the last two, unless others are asked for."""
    viewer, row = current_viewer(), queries.intervention(current_viewer(), db.session, public_id)
    numbers = queries.numbers(db.session, row)
    last = numbers[0] if numbers else 0
    till = request.args.get("till", last, type=int)
    fran = request.args.get("fran", max(1, till - 1), type=int)
    found = queries.some(db.session, row, (fran, till))
    if fran not in found or till not in found:
        raise NotFoundError("Versionen finns inte.")
    before, after = queries.content(found[fran]), queries.content(found[till])
    staff = queries.staff(viewer, db.session, (revision.person_id for revision in found.values()))
    page = ComparePage(
        title=row.title,
        public_id=public_id,
        before=presenter.row(found[fran], None, staff),
        after=presenter.row(found[till], None, staff),
        numbers=tuple(numbers),
        changes=presenter.changes(before, after, queries.names(viewer, db.session, (before, after))),
    )
    return render_template("keeping/history/compare.html", page=page)


@blueprint.post(f"{_AT}/<int:number>/aterstall")
@access(Permission.KEEP)
def restore(public_id: str, number: int) -> Response | tuple[str, int]:
    """Put a version back, unless something has been changed that was not seen."""
    row = queries.intervention(current_viewer(), db.session, public_id)
    form, this = RestoreForm(posted(request.form)), queries.one(db.session, row, number)
    if not form.validate():
        return _revision(row, number, form), 422
    if form.sedd.data != str(queries.last_number(db.session, row)):
        return _too_late(public_id, number, form)
    try:
        changed = actions.restore_revision(current_viewer(), db.session, row, this, why=form.varfor.data or "")
    except RefusedError as error:
        db.session.rollback()
        row = queries.intervention(current_viewer(), db.session, public_id)
        return _revision(row, number, form, faults=[("", str(error))]), 422
    except (IntegrityError, StaleDataError):
        return _too_late(public_id, number, form)
    flash(_("Version %(number)s är återställd.", number=number) if changed else _("Insatsen såg redan ut så. Inget ändrades."))
    db.session.commit()
    return redirect(url_for("history.revisions", public_id=public_id), 303)


def _too_late(public_id: str, number: int, form: RestoreForm) -> tuple[str, int]:
    db.session.rollback()
    form.varfor.errors = [_("Någon har ändrat insatsen sedan du öppnade sidan. Läs vad som nu ändras och försök igen.")]
    return _revision(queries.intervention(current_viewer(), db.session, public_id), number, form), 409
