"""Telling of faults, asking questions, saying what is missing, and answering."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.accounts.rules import network_of
from insatsbas.catalogue import queries as catalogue
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import PUBLIC
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.core.errors import NotFoundError, RefusedError
from insatsbas.core.forms import SwedishForm, posted
from insatsbas.core.i18n import gettext as _
from insatsbas.keeping.reports import actions, forms, presenter, queries
from insatsbas.keeping.reports.models import Report
from insatsbas.keeping.reports.rules import FaultReason, keyed

blueprint = Blueprint("reports", __name__)
Answer = Response | str | tuple[str, int]
_TOO_MANY = 429


def _entry(public_id: str) -> Intervention:
    """An entry that something can be told of: a draft is nobody's to complain of yet."""
    row = catalogue.by_public_id(current_viewer(), db.session, public_id)
    if row.status not in PUBLIC:
        raise NotFoundError("Insatsen finns inte.")
    return row


@blueprint.route("/insatser/<public_id>/rapportera-fel", methods=["GET", "POST"])
@access(Permission.REPORT_FAULT)
def fault(public_id: str) -> Answer:
    """Say that something is wrong."""
    row, form = _entry(public_id), forms.fault_form(posted(request.form))
    if request.method == "GET":
        return _drawn("fault", form, row=row)
    if not form.validate():
        return _drawn("fault", form, row=row), 422
    address = keyed(current_settings().secret_key or "", network_of(request.remote_addr or ""))
    try:
        report = actions.tell_fault(
            current_viewer(), db.session, row, reason=FaultReason(form.skal.data), text=form.text.data or "", address=address
        )
    except actions.TooManyError as error:
        return _drawn("fault", form, row=row, refused=str(error)), _TOO_MANY
    is_hidden = report.has_hidden
    db.session.commit()
    return redirect(url_for("reports.thanks", dold="ja" if is_hidden else None), 303)


@blueprint.get("/rapportera-fel/tack")
@access(Permission.REPORT_FAULT)
def thanks() -> str:
    """Thank whoever told of a fault, and say what happens now. Names no entry: it may just have been hidden."""
    return render_template("keeping/reports/thanks.html", is_hidden=request.args.get("dold") == "ja")


@blueprint.route("/insatser/<public_id>/fraga", methods=["GET", "POST"])
@access(Permission.ASK)
def question(public_id: str) -> Answer:
    """Ask the owner of an entry."""
    row, form = _entry(public_id), forms.QuestionForm(posted(request.form))
    if request.method == "GET":
        return _drawn("question", form, row=row)
    if not form.validate():
        return _drawn("question", form, row=row), 422
    try:
        actions.ask(current_viewer(), db.session, row, text=form.text.data or "")
    except actions.TooManyError as error:
        return _drawn("question", form, row=row, refused=str(error)), _TOO_MANY
    flash(_("Din fråga är skickad till %(owner)s. Du får ett brev när svaret kommer.", owner=row.owner.name))
    db.session.commit()
    return redirect(url_for("reports.mine"), 303)


@blueprint.route("/saknas", methods=["GET", "POST"])
@access(Permission.ASK)
def missing() -> Answer:
    """Say what the catalogue lacks; what was searched for is filled in."""
    lists, asked = catalogue.lists(db.session), request.args
    form = forms.missing_form(
        posted(request.form),
        lists,
        need=asked.get("behov", ""),
        municipality=asked.get("ges_i", "") or asked.get("oppen_for", ""),
        text=asked.get("q", ""),
    )
    if request.method == "GET":
        return _drawn("missing", form)
    if not form.validate():
        return _drawn("missing", form), 422
    try:
        actions.tell_missing(
            current_viewer(),
            db.session,
            need=next((n for n in lists.needs if n.code == form.behov.data), None),
            municipality=next((m for m in lists.municipalities if m.code == form.kommun.data), None),
            text=form.text.data or "",
        )
    except actions.TooManyError as error:
        return _drawn("missing", form, refused=str(error)), _TOO_MANY
    flash(_("Tack! Samordnaren har fått din anmälan. Du får ett brev när svaret kommer."))
    db.session.commit()
    return redirect(url_for("reports.mine"), 303)


@blueprint.get("/mina-fragor")
@access(Permission.ASK)
def mine() -> str:
    """What one has asked and told, and the answers."""
    viewer = current_viewer()
    rows = [presenter.own_row(viewer, report) for report in queries.told_by(db.session, viewer.person_id or 0)]
    return render_template("keeping/reports/mine.html", rows=rows)


@blueprint.get("/arenden/<int:number>")
@access(Permission.ASK)
def case(number: int) -> str:
    """One report and its answer."""
    report = queries.by_number(current_viewer(), db.session, number)
    return _case(report, _answer_form(report))


@blueprint.post("/arenden/<int:number>/svara")
@access(Permission.KEEP)
def answer(number: int) -> Answer:
    """Close a report with an answer."""
    report = queries.by_number(current_viewer(), db.session, number)
    form = _answer_form(report)
    if not form.validate():
        return _case(report, form), 422
    show_again = isinstance(form, forms.HiddenAnswerForm) and form.visning.data == forms.SHOW
    try:
        actions.answer(current_viewer(), db.session, report, text=form.text.data or "", show_again=show_again)
    except RefusedError as error:
        return _case(report, form, refused=str(error)), 409
    flash(_("Svaret är sparat och ärendet är avslutat."))
    db.session.commit()
    return redirect(url_for("reports.case", number=number), 303)


@blueprint.post("/insatser/<public_id>/visa-igen")
@access(Permission.KEEP)
def show_again(public_id: str) -> Response:
    """Show an entry that was hidden and has been looked at."""
    row = catalogue.by_public_id(current_viewer(), db.session, public_id)
    try:
        actions.show_again(current_viewer(), db.session, row)
        flash(_("Insatsen visas igen."))
    except RefusedError as error:
        flash(str(error))
    db.session.commit()
    return redirect(url_for("pages.intervention", public_id=public_id), 303)


def _answer_form(report: Report) -> forms.AnswerForm:
    is_hidden = report.reason is FaultReason.PERSONAL_DATA and report.intervention is not None and report.intervention.hidden
    return forms.answer_form(posted(request.form), is_hidden=is_hidden)


def _case(report: Report, form: SwedishForm, *, refused: str = "") -> str:
    page, faults = presenter.case_page(current_viewer(), report), [*form.faults(), *([("", refused)] if refused else [])]
    return render_template("keeping/reports/case.html", page=page, form=form, faults=faults)


def _drawn(template: str, form: SwedishForm, *, row: Intervention | None = None, refused: str = "") -> str:
    faults = [*form.faults(), *([("", refused)] if refused else [])]
    return render_template(f"keeping/reports/{template}.html", form=form, row=row, faults=faults)
