"""The pages of the lists that describe an intervention: their words, in order."""

from collections.abc import Mapping
from typing import TypedDict

from flask import flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue import term_actions
from insatsbas.catalogue.models import Term
from insatsbas.catalogue.rules import TermKind
from insatsbas.core.db import db
from insatsbas.core.errors import NotFoundError
from insatsbas.core.i18n import gettext as _
from insatsbas.keeping.desk import queries
from insatsbas.keeping.desk.blueprint import Faults, blueprint, faults_of, sent
from insatsbas.keeping.desk.forms import TermForm
from insatsbas.search import labels
from insatsbas.search.documents import TERM_FACETS

# A list is named in an address as its filter is.
_KINDS: Mapping[str, TermKind] = {facet.value: kind for facet, kind in TERM_FACETS.items()}


@blueprint.get("/samordna/listor")
@access(Permission.COORDINATE)
def lists() -> str:
    """All lists."""
    of_filters, uses, terms = labels.of_filters(), queries.uses_of_terms(db.session), queries.terms_by_kind(db.session)
    drawn = [(name, of_filters[name], terms.get(kind, [])) for name, kind in _KINDS.items()]
    return render_template("keeping/desk/lists.html", lists=drawn, uses=uses)


@blueprint.route("/samordna/nytt-ord/<name>", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def new_term(name: str) -> Response | str | tuple[str, int]:
    """Add a word to a list."""
    kind, form = _kind(name), TermForm(sent())
    if request.method == "GET":
        return _page(name, form)
    faults = faults_of(form, lambda: term_actions.add(current_viewer(), db.session, kind, **_told(form)))
    if faults:
        return _page(name, form, faults=faults), 422
    flash(_("%(label)s är tillagt.", label=form.namn.data))
    db.session.commit()
    return redirect(url_for("desk.lists", _anchor=name), 303)


@blueprint.route("/samordna/listor/<name>/<code>", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def term(name: str, code: str) -> Response | str | tuple[str, int]:
    """One word of a list."""
    row = queries.term(db.session, _kind(name), code)
    form = TermForm(sent(), data={"namn": row.label, "personal": row.for_staff, "pa_sprak": row.in_language})
    if request.method == "GET":
        return _page(name, form, row)
    faults = faults_of(form, lambda: term_actions.change(current_viewer(), db.session, row, **_told(form)))
    if faults:
        return _page(name, form, row, faults), 422
    flash(_("Ändringen är sparad. Sökningen följer med inom några sekunder."))
    db.session.commit()
    return redirect(url_for("desk.lists", _anchor=name), 303)


@blueprint.post("/samordna/listor/<name>/<code>/flytta")
@access(Permission.COORDINATE)
def shift_term(name: str, code: str) -> Response:
    """One step up or down in its list."""
    row = queries.term(db.session, _kind(name), code)
    term_actions.shift(current_viewer(), db.session, row, up=request.form.get("riktning") == "upp")
    db.session.commit()
    return redirect(url_for("desk.lists", _anchor=f"{name}-{code}"), 303)


@blueprint.post("/samordna/listor/<name>/<code>/utga")
@access(Permission.COORDINATE)
def retire_term(name: str, code: str) -> Response:
    """Let it no longer be chosen, or be chosen again."""
    row, retired = queries.term(db.session, _kind(name), code), request.form.get("utga") == "ja"
    term_actions.retire(current_viewer(), db.session, row, retired=retired)
    flash(_("%(label)s har utgått.", label=row.label) if retired else _("%(label)s går att välja igen.", label=row.label))
    db.session.commit()
    return redirect(url_for("desk.lists", _anchor=name), 303)


def _kind(name: str) -> TermKind:
    if name not in _KINDS:
        raise NotFoundError(_("Listan finns inte."))
    return _KINDS[name]


class _Told(TypedDict):
    label: str
    for_staff: bool
    in_language: bool


def _told(form: TermForm) -> _Told:
    return _Told(label=form.namn.data or "", for_staff=form.personal.data, in_language=form.pa_sprak.data)


def _page(name: str, form: TermForm, row: Term | None = None, faults: Faults = ()) -> str:
    heading, kind = labels.of_filters()[name], _kind(name)
    uses = queries.uses_of_terms(db.session).get(row.id, 0) if row else 0
    return render_template(
        "keeping/desk/term.html", name=name, heading=heading, kind=kind.value, form=form, row=row, faults=faults, uses=uses
    )
