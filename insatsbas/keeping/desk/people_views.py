"""The pages of people: all of them for the co-ordinator, and an editor's own colleagues."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts import actions, queries
from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.models import Membership, Person
from insatsbas.accounts.policy import Permission
from insatsbas.accounts.rules import LinkPurpose, Mandate
from insatsbas.catalogue.queries import swedish_order
from insatsbas.core.db import db
from insatsbas.core.errors import NotFoundError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.templating import number as told_number
from insatsbas.core.viewer import Grant, Role
from insatsbas.keeping.desk import forms
from insatsbas.keeping.desk import queries as desk
from insatsbas.keeping.desk.blueprint import Faults, blueprint, refusal_of, sent
from insatsbas.keeping.desk.forms import InvitationForm, MandateForm, RoleRow
from insatsbas.keeping.desk.rules import ROLES
from insatsbas.organisations.models import Organisation

# Rows for roles that are not yet held.
_EMPTY_ROWS = 2
_MOST_ROWS = 30
# A number of a row is no larger, in any database.
_LARGEST = 2**31 - 1
Rows = list[RoleRow]
_SHOWS: Mapping[str, Callable[[Person], bool]] = {
    "inbjudna": lambda person: person.password_hash is None and person.disabled_at is None,
    "avstangda": lambda person: person.disabled_at is not None,
}


@blueprint.get("/samordna/personer")
@access(Permission.COORDINATE)
def people() -> str:
    """Everybody, with their roles."""
    everybody, only = queries.everybody(db.session), request.args.get("visa", "")
    counts = {name: sum(map(fits, everybody)) for name, fits in _SHOWS.items()}
    shown = [person for person in everybody if only not in _SHOWS or _SHOWS[only](person)]
    return render_template("keeping/desk/people.html", people=shown, only=only, counts=counts, total=len(everybody))


@blueprint.route("/samordna/personer/bjud-in", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def invite() -> Response | str | tuple[str, int]:
    """Invite somebody: a letter with a link by which they choose a password."""
    form = InvitationForm(sent())
    if request.method == "GET":
        slug = request.args.get("organisation", "")
        return _invitation(form, _with_empty([_row(1, Role.EDITOR.value, slug)] if slug else []))
    rows, viewer = _sent_rows(), current_viewer()
    told = {"email": form.epost.data or "", "name": form.namn.data or ""}
    faults = [*([] if form.validate() else form.faults()), *forms.faults_of_rows(rows)] or refusal_of(
        lambda: actions.invite(viewer, db.session, **told, grants=_grants(rows), mandates=_mandates(rows))
    )
    if faults:
        return _invitation(form, rows, faults), 422
    flash(_("Inbjudan är på väg till %(email)s. Länken i brevet gäller i en timme.", email=form.epost.data))
    db.session.commit()
    return redirect(url_for("desk.people"), 303)


@blueprint.route("/samordna/personer/<int:number>", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def person(number: int) -> Response | str | tuple[str, int]:
    """One person: their roles, and what can be done."""
    row = _found(number)
    if request.method == "GET":
        return _person(row, _held(row))
    rows, viewer = _sent_rows(), current_viewer()
    faults = forms.faults_of_rows(rows) or refusal_of(
        lambda: actions.change_grants(viewer, db.session, row, _grants(rows, row), _mandates(rows, row))
    )
    if faults:
        return _person(row, rows, faults), 422
    flash(_("Rollerna är ändrade. De gäller genast."))
    db.session.commit()
    return redirect(url_for("desk.person", number=number), 303)


@blueprint.post("/samordna/personer/<int:number>/stang")
@access(Permission.COORDINATE)
def disable(number: int) -> Response | tuple[str, int]:
    """Let somebody no longer sign in."""
    row = _found(number)
    faults = refusal_of(lambda: actions.disable(current_viewer(), db.session, row))
    if faults:
        return _person(row, _held(row), faults), 422
    flash(_("Kontot är avstängt. Den som var inloggad är utloggad överallt."))
    db.session.commit()
    return redirect(url_for("desk.person", number=number), 303)


@blueprint.post("/samordna/personer/<int:number>/oppna")
@access(Permission.COORDINATE)
def enable(number: int) -> Response:
    """Let somebody sign in again."""
    actions.enable(current_viewer(), db.session, _found(number))
    flash(_("Kontot är öppet igen."))
    db.session.commit()
    return redirect(url_for("desk.person", number=number), 303)


@blueprint.post("/samordna/personer/<int:number>/bjud-in")
@access(Permission.COORDINATE)
def invite_again(number: int) -> Response | tuple[str, int]:
    """A new letter with a new link."""
    row = _found(number)
    purpose = LinkPurpose.RESET if row.password_hash else LinkPurpose.INVITATION
    faults = refusal_of(lambda: actions.send_link(current_viewer(), db.session, row, purpose))
    if faults:
        return _person(row, _held(row), faults), 422
    flash(_("Ett brev är på väg till %(email)s. Länken i brevet gäller i en timme.", email=row.email))
    db.session.commit()
    return redirect(url_for("desk.person", number=number), 303)


@blueprint.get("/vara-kollegor")
@access(Permission.KEEP)
def colleagues() -> str:
    """Who else holds a role for the organisations that one is an editor of."""
    own = current_viewer().organisations_as(Role.EDITOR)
    organisations = [o for o in desk.taking_part(db.session) if o.id in own]
    return render_template(
        "keeping/desk/colleagues.html",
        organisations=organisations,
        people=desk.people_with_roles(db.session, [o.id for o in organisations]),
    )


def _found(number: int) -> Person:
    if number > _LARGEST:
        raise NotFoundError(_("Personen finns inte."))
    return queries.by_id(db.session, number)


def _grants(rows: Rows, keeping: Person | None = None) -> Iterable[Grant]:
    """What the rows of roles tell; the shared guest's role, which no row can tell, stays."""
    found = forms.grants(rows, _numbers(keeping))
    kept = [Grant(m.role) for m in keeping.memberships if m.role is Role.GUEST] if keeping else []
    return [*found, *kept]


def _mandates(rows: Rows, keeping: Person | None = None) -> dict[int, Mandate]:
    return forms.mandates(rows, _numbers(keeping))


def _numbers(keeping: Person | None) -> dict[str, int]:
    return {o.slug: o.id for o in _choosable(keeping)}


def _sent_rows() -> Rows:
    """The rows as they were sent, so that they can be drawn again; at least those that are always there."""
    pairs = list(zip(request.form.getlist("roll"), request.form.getlist("organisation"), strict=False))[:_MOST_ROWS]
    return [_row(number, role, slug) for number, (role, slug) in enumerate(pairs, start=1)]


def _held(person: Person) -> Rows:
    held = sorted(
        (m for m in person.memberships if m.role in ROLES), key=lambda m: (m.role.value, m.organisation.slug if m.organisation else "")
    )
    return _with_empty(
        [_row(number, m.role.value, m.organisation.slug if m.organisation else "", m) for number, m in enumerate(held, start=1)]
    )


def _row(number: int, role: str, slug: str, held: Membership | None = None) -> RoleRow:
    """A row, with what is known of what it lets one decide on, or what was sent of that."""
    known = {"belopp": _amount(held.decides_up_to), "delegation": held.delegation} if held else {}
    mandate = MandateForm(sent(), data=known, prefix=f"rad{number}-")
    mandate.belopp.label.text = _("Roll %(number)s beslutar upp till (kr)", number=number)
    mandate.delegation.label.text = _("Delegation för roll %(number)s", number=number)
    return RoleRow(role, slug, mandate)


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else told_number(amount)


def _with_empty(rows: Rows) -> Rows:
    return [*rows, *(_row(len(rows) + place, "", "") for place in range(1, _EMPTY_ROWS + 1))]


def _choosable(row: Person | None) -> list[Organisation]:
    """Those that take part, and any that the person has a role for."""
    kept = {m.organisation.id: m.organisation for m in row.memberships if m.organisation} if row else {}
    found = {o.id: o for o in desk.taking_part(db.session)} | kept
    return sorted(found.values(), key=lambda o: swedish_order(o.name))


def _invitation(form: InvitationForm, rows: Rows, faults: Faults = ()) -> str:
    return render_template(
        "keeping/desk/invite.html", form=form, rows=rows or _with_empty([]), roles=ROLES, organisations=_choosable(None), faults=faults
    )


def _person(row: Person, rows: Rows, faults: Faults = ()) -> str:
    return render_template(
        "keeping/desk/person.html", person=row, rows=rows or _with_empty([]), roles=ROLES, organisations=_choosable(row), faults=faults
    )
