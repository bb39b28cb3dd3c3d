"""The pages of needs: the tree, one of them, its code, merging and retiring."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue import need_actions
from insatsbas.catalogue.models import Need
from insatsbas.catalogue.need_actions import NeedFacts
from insatsbas.catalogue.queries import lists
from insatsbas.core.db import db
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.keeping.desk import need_actions as desk_actions
from insatsbas.keeping.desk import queries
from insatsbas.keeping.desk.blueprint import Faults, blueprint, faults_of, refusal_of, sent
from insatsbas.keeping.desk.forms import CodeForm, MergeForm, NeedForm
from insatsbas.keeping.desk.rules import COLOURS, ICONS


@blueprint.get("/samordna/behov")
@access(Permission.COORDINATE)
def needs() -> str:
    """The tree."""
    everything = lists(db.session).needs
    return render_template("keeping/desk/needs.html", needs=everything, uses=queries.uses_of_needs(db.session))


@blueprint.route("/samordna/nytt-behov", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def new_need() -> Response | str | tuple[str, int]:
    """Add a need."""
    form = _form(None)
    if request.method == "GET":
        return _new_page(form)
    faults = faults_of(form, lambda: need_actions.add(current_viewer(), db.session, _facts(form)))
    if faults:
        return _new_page(form, faults), 422
    flash(_("Behovet är tillagt."))
    db.session.commit()
    return redirect(url_for("desk.needs"), 303)


@blueprint.route("/samordna/behov/<code>", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def need(code: str) -> Response | str | tuple[str, int]:
    """One need."""
    row = queries.need(db.session, code)
    form = _form(row)
    if request.method == "GET":
        return _page(row, form)
    faults = faults_of(form, lambda: need_actions.change(current_viewer(), db.session, row, _facts(form), may_withhold=form.adresser.data))
    if faults:
        return _page(row, form, faults=faults), 422
    flash(_("Ändringen är sparad. Sökningen följer med inom några sekunder."))
    db.session.commit()
    return redirect(url_for("desk.needs"), 303)


@blueprint.post("/samordna/behov/<code>/kod")
@access(Permission.COORDINATE)
def need_code(code: str) -> Response | tuple[str, int]:
    """Give it another code; old addresses lead on."""
    row = queries.need(db.session, code)
    form = CodeForm(sent())
    faults = faults_of(form, lambda: need_actions.change_code(current_viewer(), db.session, row, form.kod.data or ""))
    if faults:
        return _page(row, _form(row, typed=False), code_form=form, faults=faults), 422
    flash(_("Koden är ändrad. Gamla adresser leder vidare."))
    db.session.commit()
    return redirect(url_for("desk.need", code=form.kod.data), 303)


@blueprint.post("/samordna/behov/<code>/flytta")
@access(Permission.COORDINATE)
def shift_need(code: str) -> Response:
    """One step up or down among its siblings."""
    need_actions.shift(current_viewer(), db.session, queries.need(db.session, code), up=request.form.get("riktning") == "upp")
    db.session.commit()
    return redirect(url_for("desk.needs", _anchor=f"behov-{code}"), 303)


@blueprint.post("/samordna/behov/<code>/utga")
@access(Permission.COORDINATE)
def retire_need(code: str) -> Response | tuple[str, int]:
    """Let it no longer be chosen, or be chosen again."""
    row, retired = queries.need(db.session, code), request.form.get("utga") == "ja"
    faults = refusal_of(lambda: need_actions.retire(current_viewer(), db.session, row, retired=retired))
    if faults:
        return _page(row, _form(row, typed=False), faults=faults), 422
    flash(_("Behovet har utgått.") if retired else _("Behovet går att välja igen."))
    db.session.commit()
    return redirect(url_for("desk.need", code=code), 303)


@blueprint.route("/samordna/behov/<code>/sla-ihop", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def merge_need(code: str) -> Response | str | tuple[str, int]:
    """Choose what to merge it with; see how many entries follow; do it."""
    row = queries.need(db.session, code)
    form = MergeForm(sent())
    form.offer([(n.code, _path(n)) for n in lists(db.session).needs if n is not row and not n.retired])
    count = queries.uses_of_needs(db.session).get(row.id, 0)
    if request.method == "GET":
        return render_template("keeping/desk/need_merge.html", need=row, form=form, count=count, into=None, faults=())
    if not form.validate():
        return render_template("keeping/desk/need_merge.html", need=row, form=form, count=count, into=None, faults=form.faults()), 422
    into = queries.need(db.session, form.i.data)
    if "gor" not in request.form:
        return render_template("keeping/desk/need_merge.html", need=row, form=form, count=count, into=into, faults=())
    faults = refusal_of(lambda: desk_actions.merge(current_viewer(), db.session, row, into))
    if faults:
        return render_template("keeping/desk/need_merge.html", need=row, form=form, count=count, into=None, faults=faults), 422
    flash(ngettext("Behoven är ihopslagna. %(n)s insats följde med.", "Behoven är ihopslagna. %(n)s insatser följde med.", count, n=count))
    db.session.commit()
    return redirect(url_for("desk.needs"), 303)


def _form(row: Need | None, *, typed: bool = True) -> NeedForm:
    known: dict[str, object] = {}
    if row is not None:
        known = {"namn": row.label, "under": row.parent.code if row.parent else "", "ruta": row.is_tile, "symbol": row.icon or ""}
        known |= {"farg": str(row.colour or ""), "skyddat": row.sheltered, "personal": row.for_staff}
        known |= {"vuxenutbildning": row.via_adult_education}
    form = NeedForm(sent() if typed else None, data=known)
    form.offer([(n.code, n.label) for n in lists(db.session).needs if n.parent_id is None and n is not row])
    return form


def _facts(form: NeedForm) -> NeedFacts:
    return NeedFacts(
        label=form.namn.data or "",
        parent=queries.need(db.session, form.under.data) if form.under.data else None,
        icon=form.symbol.data or None,
        colour=int(form.farg.data) if form.farg.data else None,
        is_tile=form.ruta.data,
        for_staff=form.personal.data,
        sheltered=form.skyddat.data,
        via_adult_education=form.vuxenutbildning.data,
    )


def _new_page(form: NeedForm, faults: Faults = ()) -> str:
    return render_template("keeping/desk/need_new.html", form=form, faults=faults, icons=ICONS, colours=COLOURS)


def _page(row: Need, form: NeedForm, *, code_form: CodeForm | None = None, faults: Faults = ()) -> str:
    return render_template(
        "keeping/desk/need.html",
        need=row,
        form=form,
        code_form=code_form or CodeForm(data={"kod": row.code}),
        faults=faults,
        icons=ICONS,
        colours=COLOURS,
        uses=queries.uses_of_needs(db.session).get(row.id, 0),
        with_addresses=len(need_actions.ids_with_addresses(db.session, row)),
    )


def _path(need: Need) -> str:
    return f"{need.parent.label}: {need.label}" if need.parent else need.label
