"""The pages of organisations: the list, one of them, and leaving."""

from collections.abc import Callable, Iterable, Mapping

from flask import flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.models import Person
from insatsbas.accounts.policy import Permission
from insatsbas.accounts.rules import decides
from insatsbas.catalogue.rules import EndReason
from insatsbas.core import clock
from insatsbas.core.db import db
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Role
from insatsbas.keeping.desk import leaving, organisation_actions, queries
from insatsbas.keeping.desk.blueprint import Faults, blueprint, faults_of, refusal_of, sent
from insatsbas.keeping.desk.forms import LeavingForm, OrganisationForm
from insatsbas.keeping.desk.leaving import Plan, Way
from insatsbas.keeping.desk.organisation_actions import Details
from insatsbas.keeping.desk.queries import OrganisationRow
from insatsbas.organisations.models import Organisation
from insatsbas.organisations.queries import municipalities
from insatsbas.organisations.rules import OrganisationKind, has_left

_SHOWS: Mapping[str, Callable[[OrganisationRow], bool]] = {
    "utan-redaktor": lambda row: row.lacks_editor,
    "lamnat": lambda row: row.has_left,
}


@blueprint.get("/samordna/organisationer")
@access(Permission.COORDINATE)
def organisations() -> str:
    """The list: those that give something and lack an editor first where they are asked for."""
    rows, only = queries.organisation_rows(db.session), request.args.get("visa", "")
    counts = {name: sum(map(fits, rows)) for name, fits in _SHOWS.items()}
    shown = [row for row in rows if only not in _SHOWS or _SHOWS[only](row)]
    if only == "utan-redaktor":
        shown.sort(key=lambda row: row.ongoing == 0)
    return render_template("keeping/desk/organisations.html", rows=shown, only=only, counts=counts, total=len(rows))


@blueprint.route("/samordna/ny-organisation", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def new_organisation() -> Response | str | tuple[str, int]:
    """Add an organisation."""
    form = _form()
    if request.method == "GET":
        return _page(form)
    faults = faults_of(form, lambda: organisation_actions.add(current_viewer(), db.session, _details(form)))
    if faults:
        return _page(form, faults=faults), 422
    flash(_("Organisationen är tillagd."))
    db.session.commit()
    return redirect(url_for("desk.organisations"), 303)


@blueprint.route("/samordna/organisationer/<slug>", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def organisation(slug: str) -> Response | str | tuple[str, int]:
    """One organisation: what is known of it, its people, and leaving."""
    row = queries.organisation(db.session, slug)
    form = _form(row)
    if request.method == "GET":
        return _page(form, row)
    faults = faults_of(form, lambda: organisation_actions.change(current_viewer(), db.session, row, _details(form)))
    if faults:
        return _page(form, row, faults), 422
    flash(_("Ändringen är sparad."))
    db.session.commit()
    return redirect(url_for("desk.organisation", slug=slug), 303)


@blueprint.route("/samordna/organisationer/<slug>/lamnar", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def leave(slug: str) -> Response | str | tuple[str, int]:
    """Leaving: first the form, then what would happen, then it happens if it is still the same."""
    row = queries.organisation(db.session, slug)
    entries = leaving.entries_of(current_viewer(), db.session, row)
    form = LeavingForm(sent(), data={"dag": clock.today().isoformat()})
    form.offer(
        [(o.slug, o.name) for o in queries.taking_part(db.session) if o.id != row.id],
        [(entry.public_id, f"{entry.title} ({_(entry.status.label).lower()})") for entry in entries],
    )
    if request.method == "GET" or "tillbaka" in request.form:
        return render_template("keeping/desk/leave.html", organisation=row, form=form, faults=())
    if not form.validate():
        return render_template("keeping/desk/leave.html", organisation=row, form=form, faults=form.faults()), 422
    plan = _plan(form, row)
    faults = _lacking(form, plan)
    if faults:
        return render_template("keeping/desk/leave.html", organisation=row, form=form, faults=faults), 422
    has_changed = "gor" in request.form and request.form.get("sett") != plan.mark
    if "gor" not in request.form or has_changed:
        return render_template("keeping/desk/leave_preview.html", plan=plan, form=form, has_changed=has_changed, posted=_again())
    reason = EndReason(form.skal.data or EndReason.ORGANISER)
    viewer, day = current_viewer(), form.dag.day or clock.today()
    faults = refusal_of(lambda: organisation_actions.leave(viewer, db.session, plan, on=day, reason=reason))
    if faults:
        return render_template("keeping/desk/leave.html", organisation=row, form=form, faults=faults), 422
    flash(_("%(name)s har lämnat samverkan.", name=row.name))
    db.session.commit()
    return redirect(url_for("desk.organisation", slug=slug), 303)


@blueprint.post("/samordna/organisationer/<slug>/tillbaka")
@access(Permission.COORDINATE)
def come_back(slug: str) -> Response:
    """An organisation that left takes part again."""
    row = queries.organisation(db.session, slug)
    organisation_actions.come_back(current_viewer(), db.session, row)
    flash(_("%(name)s är med i samverkan igen. Bjud in en redaktör som startar insatserna.", name=row.name))
    db.session.commit()
    return redirect(url_for("desk.organisation", slug=slug), 303)


def _form(row: Organisation | None = None) -> OrganisationForm:
    known = {}
    if row is not None:
        known = {"namn": row.name, "typ": row.kind.value, "kommun": row.municipality_code or "", "nummer": row.number}
        known |= {"brevlada": row.mailbox, "farskhet": row.shows_freshness, "bada": row.one_may_do_both}  # type: ignore[dict-item]
    form = OrganisationForm(sent(), data=known)
    form.offer([(m.code, m.name) for m in municipalities(db.session)])
    return form


def _details(form: OrganisationForm) -> Details:
    chosen = form.kommun.data
    return Details(
        name=form.namn.data or "",
        kind=OrganisationKind(form.typ.data),
        municipality=queries.municipality(db.session, chosen) if chosen else None,
        number=form.nummer.data or "",
        mailbox=form.brevlada.data or "",
        shows_freshness=form.farskhet.data,
        one_may_do_both=form.bada.data,
    )


def _page(form: OrganisationForm, row: Organisation | None = None, faults: Faults = ()) -> str:
    if row is None:
        return render_template("keeping/desk/organisation.html", form=form, row=None, faults=faults, people=(), has_left=False, ways=())
    people = queries.people_with_roles(db.session, [row.id])[row.id]
    left = has_left(row.left_on, clock.today())
    known = next(found for found in queries.organisation_rows(db.session) if found.organisation.id == row.id)
    ways = [(_("Visa organisationens sida"), url_for("pages.organisation", slug=row.slug))]
    if left:
        drafts = queries.drafts_of(db.session, row)
        ways += [
            (_("Utkast som ligger kvar: %(title)s", title=d.title), url_for("pages.intervention", public_id=d.public_id)) for d in drafts
        ]
    else:
        ways.append((_("Visa insatserna, också utkasten"), url_for("editing.mine", organisation=row.slug)))
        ways.append((_("För in en insats åt organisationen"), url_for("editing.new", organisation=row.slug)))
    told = {"people": people, "undecided": _undecided(people, row), "has_left": left, "ways": ways}
    return render_template("keeping/desk/organisation.html", form=form, row=known, faults=faults, **told)


def _undecided(people: Iterable[Person], row: Organisation) -> list[str]:
    """The names of decision-makers who do not decide, since they prepare too and the organisation does not allow that one does both."""
    held = {person.shown_name: {m.role for m in person.memberships if m.organisation_id == row.id} for person in people}
    return [
        name for name, roles in held.items() if Role.DECISION_MAKER in roles and not decides(roles, one_may_do_both=row.one_may_do_both)
    ]


def _plan(form: LeavingForm, row: Organisation) -> Plan:
    way = Way(form.satt.data)
    to = queries.organisation(db.session, form.till.data) if way is not Way.END and form.till.data else None
    return leaving.plan(current_viewer(), db.session, row, way, to=to, chosen=form.valda.data or ())


def _lacking(form: LeavingForm, plan: Plan) -> Faults:
    """What handing over asks for besides."""
    if form.satt.data == Way.END:
        return ()
    if plan.to is None:
        form.till.errors = [_("Välj vilken organisation som tar över")]
    if form.satt.data == Way.CHOOSE and not plan.handed:
        form.valda.errors = [_("Välj minst en insats att lämna över")]
    return form.faults()


def _again() -> list[tuple[str, str]]:
    """What was chosen, to be sent once more."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "sett", "gor", "tillbaka")]
