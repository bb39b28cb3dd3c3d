"""The pages of municipalities: the list and one of them."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue.queries import swedish_order
from insatsbas.core.db import db
from insatsbas.core.i18n import gettext as _
from insatsbas.keeping.desk import municipality_actions, queries
from insatsbas.keeping.desk.blueprint import Faults, blueprint, faults_of, sent
from insatsbas.keeping.desk.forms import MunicipalityForm
from insatsbas.keeping.desk.municipality_actions import Details
from insatsbas.organisations.models import Municipality
from insatsbas.organisations.queries import municipalities as all_of_them


@blueprint.get("/samordna/kommuner")
@access(Permission.COORDINATE)
def municipalities() -> str:
    """All municipalities, with their squares on the map."""
    rows = sorted(all_of_them(db.session), key=lambda m: swedish_order(m.name))
    return render_template("keeping/desk/municipalities.html", rows=rows)


@blueprint.route("/samordna/ny-kommun", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def new_municipality() -> Response | str | tuple[str, int]:
    """Add a municipality."""
    form = _form(None)
    if request.method == "GET":
        return _page(form, None)
    faults = faults_of(form, lambda: municipality_actions.add(current_viewer(), db.session, form.kod.data or "", _details(form)))
    if faults:
        return _page(form, None, faults), 422
    flash(_("Kommunen är tillagd."))
    db.session.commit()
    return redirect(url_for("desk.municipalities"), 303)


@blueprint.route("/samordna/kommuner/<code>", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def municipality(code: str) -> Response | str | tuple[str, int]:
    """One municipality."""
    row = queries.municipality(db.session, code)
    form = _form(row)
    if request.method == "GET":
        return _page(form, row)
    faults = faults_of(form, lambda: municipality_actions.change(current_viewer(), db.session, row, _details(form)))
    if faults:
        return _page(form, row, faults), 422
    flash(_("Ändringen är sparad."))
    db.session.commit()
    return redirect(url_for("desk.municipalities"), 303)


def _form(row: Municipality | None) -> MunicipalityForm:
    known: dict[str, object] = {}
    if row is not None:
        known = {"kod": row.code, "namn": row.name, "lan": row.county, "medlem": row.is_member}
        known |= {"rad": str(row.tile_row or ""), "kolumn": str(row.tile_column or "")}
        known |= {"pendling": [m.code for m in row.neighbours], "orter": "\n".join(place.name for place in row.places)}
    form = MunicipalityForm(sent(), data=known)
    if row is not None:
        # SCB's own, and never another.
        del form.kod
    others = sorted((m for m in all_of_them(db.session) if m is not row), key=lambda m: swedish_order(m.name))
    form.offer([(m.code, m.name) for m in others])
    return form


def _details(form: MunicipalityForm) -> Details:
    row, column = form.rad.data, form.kolumn.data
    return Details(
        name=form.namn.data or "",
        county=form.lan.data or "",
        is_member=form.medlem.data,
        row=int(row) if row else None,
        column=int(column) if column else None,
        neighbours=form.pendling.data or (),
        places=[place for line in (form.orter.data or "").split("\n") if (place := " ".join(line.split()))],
    )


def _page(form: MunicipalityForm, row: Municipality | None, faults: Faults = ()) -> str:
    tiles = [m for m in all_of_them(db.session) if m.tile_row is not None]
    return render_template("keeping/desk/municipality.html", form=form, row=row, faults=faults, tiles=tiles)
