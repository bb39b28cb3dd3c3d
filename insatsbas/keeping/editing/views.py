"""One's own interventions: the list, a new one, the form, and copying another's."""

import re

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm.exc import StaleDataError
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue import queries as catalogue
from insatsbas.catalogue.freshness_queries import review_days
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import Status
from insatsbas.core import clock
from insatsbas.core.db import db
from insatsbas.core.errors import NotFoundError, RefusedError
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.viewer import Role
from insatsbas.keeping.editing import actions, opening, presenter, queries
from insatsbas.keeping.editing.blueprint import blueprint
from insatsbas.keeping.editing.entry import Entry
from insatsbas.keeping.editing.forms import CopyForm, NewForm
from insatsbas.organisations.models import Organisation

Answer = Response | str | tuple[str, int]
_REMOVE = re.compile(r"ta-bort-(occasions|outcomes)-(\d{1,4})")


@blueprint.get("/vara-insatser")
@access(Permission.KEEP)
def mine() -> str:
    """One's own interventions, by status. A co-ordinator chooses whose."""
    viewer, organisations = current_viewer(), queries.organisations(current_viewer(), db.session)
    chosen = next((o for o in organisations if o.slug == request.args.get("organisation")), None)
    own = viewer.organisations_as(Role.EDITOR)
    ids = [chosen.id] if chosen else [o.id for o in organisations if o.id in own]
    rows = queries.kept_by(viewer, db.session, ids)
    page = presenter.own_page(rows, organisations, chosen.slug if chosen else "", review_days(db.session))
    return render_template("keeping/editing/mine.html", page=page)


@blueprint.route("/vara-insatser/ny", methods=["GET", "POST"])
@access(Permission.KEEP)
def new() -> Answer:
    """Begin a new one: its name, and who runs it. It is a draft from then on."""
    form, organisations = NewForm(posted(request.form)), queries.organisations(current_viewer(), db.session)
    form.owner.choices = [(o.slug, o.name) for o in organisations]
    if request.method == "GET":
        form.owner.data = request.args.get("organisation") or next((o.slug for o in organisations), "")
        return render_template("keeping/editing/new.html", form=form)
    if not form.validate():
        return render_template("keeping/editing/new.html", form=form), 422
    row = actions.create_draft(current_viewer(), db.session, _chosen(organisations, form.owner.data), {"title": form.title.data or ""})
    flash(_("Utkastet är sparat. Bara er organisation och samordnaren ser det. Fyll i det du vet nu, resten kan du ta senare."))
    db.session.commit()
    return redirect(url_for("editing.edit", public_id=row.public_id), 303)


@blueprint.route("/insatser/<public_id>/redigera", methods=["GET", "POST"])
@access(Permission.KEEP)
def edit(public_id: str) -> Answer:
    """The form. What its buttons do to rows is shown at once and saved with the rest."""
    row = opening.own(public_id)
    if request.method == "GET":
        return opening.form_page(row, opening.opened(row))
    entry = opening.sent(row)
    if _change_rows(entry, request.form.get("gor", "")):
        return opening.form_page(row, opening.chosen(row, entry))
    return _save(row, entry)


def _change_rows(entry: Entry, asked: str) -> bool:
    """Do what a button of the form's rows asks for. Whether one did, or the preview leads back: then nothing is saved yet."""
    removal = _REMOVE.fullmatch(asked)
    if removal:
        entry.remove(removal[1], int(removal[2]))
    elif asked == "lagg-till-start":
        entry.add_occasion()
    elif asked == "lagg-till-resultat":
        entry.add_outcome()
    elif asked == "nasta-termin":
        copied = entry.copy_to_next_term(clock.today())
        told = ngettext("%(antal)s ny start. Se över den och spara.", "%(antal)s nya starter. Se över dem och spara.", copied, antal=copied)
        flash(told if copied else _("Det finns ingen start att kopiera som inte redan finns nästa termin."))
    return bool(removal) or asked in ("lagg-till-start", "lagg-till-resultat", "nasta-termin", "fortsatt")


def _save(row: Intervention, entry: Entry) -> Answer:
    public_id, publishes = row.public_id, request.form.get("gor") == "publicera"
    differing = opening.differences(row, entry)
    if differing:
        return opening.conflict_page(row, entry, differing), 409
    entry = opening.chosen(row, entry)
    if not entry.validate(Status.ACTIVE if publishes else row.status):
        return opening.form_page(row, entry), 422
    write = actions.publish if publishes else actions.save
    was_draft = row.status is Status.DRAFT
    try:
        write(current_viewer(), db.session, row, entry.changes(opening.saved(row)), why=entry.form.why.data or "")
        db.session.commit()
    except RefusedError as error:
        db.session.rollback()
        return opening.form_page(opening.own(public_id), entry, refused=str(error)), 422
    except StaleDataError:
        db.session.rollback()
        row = opening.own(public_id)
        return opening.conflict_page(row, entry, opening.differences(row, entry)), 409
    if publishes:
        flash(_("Insatsen är publicerad. Nu kan alla hitta den."))
    else:
        flash(_("Utkastet är sparat.") if was_draft else _("Ändringarna är sparade."))
    return redirect(url_for("editing.edit" if was_draft and not publishes else "pages.intervention", public_id=public_id), 303)


@blueprint.route("/insatser/<public_id>/anvand-som-mall", methods=["GET", "POST"])
@access(Permission.KEEP)
def use_as_template(public_id: str) -> Answer:
    """A draft of one's own with another's text."""
    return _copy(catalogue.by_public_id(current_viewer(), db.session, public_id), as_new=False)


@blueprint.route("/insatser/<public_id>/starta-som-ny", methods=["GET", "POST"])
@access(Permission.KEEP)
def start_as_new(public_id: str) -> Answer:
    """A draft of one's own that takes up again what has ended, with its lessons beside the form."""
    row = catalogue.by_public_id(current_viewer(), db.session, public_id)
    if row.status is not Status.ENDED:
        raise NotFoundError(_("Det som inte har avslutats kan inte startas som nytt."))
    return _copy(row, as_new=True)


def _copy(source: Intervention, *, as_new: bool) -> Answer:
    if source.status is Status.DRAFT:
        raise NotFoundError(_("Ett utkast är ingen mall."))
    form, organisations = CopyForm(posted(request.form)), queries.organisations(current_viewer(), db.session)
    form.owner.choices = [(o.slug, o.name) for o in organisations]
    if request.method == "GET" or not form.validate():
        page = render_template("keeping/editing/copy.html", form=form, source=source, as_new=as_new)
        return page if request.method == "GET" else (page, 422)
    write = actions.start_as_new if as_new else actions.use_as_template
    row = write(current_viewer(), db.session, source, _chosen(organisations, form.owner.data))
    flash(_("Ett utkast är gjort. Ändra det så att det stämmer för er."))
    db.session.commit()
    return redirect(url_for("editing.edit", public_id=row.public_id), 303)


def _chosen(organisations: list[Organisation], slug: str) -> Organisation:
    return next(organisation for organisation in organisations if organisation.slug == slug)
