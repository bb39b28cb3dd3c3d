"""Agreements: a page, a PDF and JSON of each, and what each side writes beside it; and a whole request for the archive."""

from collections.abc import Mapping

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug import Response as Answered

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.core.db import db
from insatsbas.core.errors import ForbiddenError
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _
from insatsbas.exchange import agreement_actions, agreement_presenter, agreement_queries, archive, queries
from insatsbas.exchange.agreement_forms import ReferenceForm
from insatsbas.exchange.documents import as_attachment, pdf_of
from insatsbas.exchange.models import Agreement
from insatsbas.exchange.states import Side

blueprint = Blueprint("agreements", __name__)


@blueprint.get("/overenskommelser/<number>")
@access(Permission.TRADE)
def one(number: str) -> str:
    """One agreement."""
    return _drawn(agreement_queries.by_number(current_viewer(), db.session, number))


@blueprint.get("/overenskommelser/<number>.json")
@access(Permission.TRADE)
def as_json(number: str) -> Response:
    """What was agreed on, as it was fixed, and what stands beside it."""
    agreement = agreement_queries.by_number(current_viewer(), db.session, number)
    beside = {reference.side.value: {"diary": reference.diary, "invoice": reference.invoice} for reference in agreement.references}
    replaced_by = agreement.replaced_by.number if agreement.replaced_by else None
    body = jsonify({"agreement": agreement.content, "references": beside, "replaced_by": replaced_by})
    return as_attachment(body, f"overenskommelse-{agreement.number}.json")


@blueprint.get("/overenskommelser/<number>.pdf")
@access(Permission.TRADE)
def as_pdf(number: str) -> Response:
    """The same as a tagged PDF."""
    agreement = agreement_queries.by_number(current_viewer(), db.session, number)
    page = agreement_presenter.agreement_page(current_viewer(), agreement, {})
    return pdf_of("exchange/agreement_pdf.html", f"overenskommelse-{agreement.number}.pdf", page=page)


@blueprint.post("/overenskommelser/<number>/uppgifter")
@access(Permission.TRADE)
def refer(number: str) -> Answered | tuple[str, int]:
    """Write the own side's numbers beside it."""
    agreement = agreement_queries.by_number(current_viewer(), db.session, number)
    own = queries.sides_of(current_viewer(), agreement.request)
    named = request.form.get("sida", own[0].value if own else "")
    side = next((side for side in own if side.value == named), None)
    if side is None:
        raise ForbiddenError("Du kan bara skriva för din egen organisation.")
    form = agreement_presenter.form_of(agreement, side, posted(request.form))
    if not form.validate():
        return _drawn(agreement, {side: form}, form.faults()), 422
    diary, invoice = form.diarienummer.data or "", form.faktura.data or ""
    agreement_actions.refer(current_viewer(), db.session, agreement, side, diary=diary, invoice=invoice)
    flash(_("Uppgifterna är sparade."))
    db.session.commit()
    return redirect(url_for("agreements.one", number=number), 303)


@blueprint.get("/utbyten/<int:number>/arkiv.json")
@access(Permission.TRADE)
def archive_as_json(number: int) -> Response:
    """A whole request for the archive: history, messages, the own side's notes, agreements."""
    found = queries.for_party(current_viewer(), db.session, number)
    return as_attachment(jsonify(archive.content(current_viewer(), db.session, found)), f"utbyte-{number}.json")


@blueprint.get("/utbyten/<int:number>/arkiv.pdf")
@access(Permission.TRADE)
def archive_as_pdf(number: int) -> Response:
    """The same as a tagged PDF."""
    found = queries.for_party(current_viewer(), db.session, number)
    page = archive.page(archive.content(current_viewer(), db.session, found))
    return pdf_of("exchange/archive_pdf.html", f"utbyte-{number}.pdf", page=page)


def _drawn(agreement: Agreement, sent: Mapping[Side, ReferenceForm] | None = None, faults: object = ()) -> str:
    viewer = current_viewer()
    forms = {side: agreement_presenter.form_of(agreement, side) for side in queries.sides_of(viewer, agreement.request)}
    page = agreement_presenter.agreement_page(viewer, agreement, {**forms, **(sent or {})})
    return render_template("exchange/agreement.html", page=page, faults=faults)
