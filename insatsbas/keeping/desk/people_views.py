"""The pages of people: all of them for the co-ordinator, and an editor's own colleagues."""

from collections.abc import Callable, Iterable, Mapping

from flask import flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts import actions, queries
from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.models import Person
from insatsbas.accounts.policy import Permission
from insatsbas.accounts.rules import LinkPurpose
from insatsbas.catalogue.queries import swedish_order
from insatsbas.core.db import db
from insatsbas.core.errors import NotFoundError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Grant, Role
from insatsbas.keeping.desk import forms
from insatsbas.keeping.desk import queries as desk
from insatsbas.keeping.desk.blueprint import Faults, blueprint, faults_of, refusal_of, sent
from insatsbas.keeping.desk.forms import InvitationForm
from insatsbas.keeping.desk.rules import ROLES
from insatsbas.organisations.models import Organisation

# Rows for roles that are not yet held.
_EMPTY_ROWS = 2
_MOST_ROWS = 30
# A number of a row is no larger, in any database.
_LARGEST = 2**31 - 1
Pairs = list[tuple[str, str]]
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
        pairs = [(Role.EDITOR.value, slug)] if slug else []
        return _invitation(form, pairs)
    faults = faults_of(
        form,
        lambda: actions.invite(current_viewer(), db.session, email=form.epost.data or "", name=form.namn.data or "", grants=_grants()),
    )
    if faults:
        return _invitation(form, _pairs(), faults), 422
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
    faults = refusal_of(lambda: actions.change_grants(current_viewer(), db.session, row, _grants(keeping=row)))
    if faults:
        return _person(row, _pairs(), faults), 422
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


def _grants(keeping: Person | None = None) -> Iterable[Grant]:
    """What the rows of roles tell; the shared guest's role, which no row can tell, stays."""
    found = forms.grants(_pairs(), {o.slug: o.id for o in _choosable(keeping)})
    kept = [Grant(m.role) for m in keeping.memberships if m.role is Role.GUEST] if keeping else []
    return [*found, *kept]


def _pairs() -> Pairs:
    return list(zip(request.form.getlist("roll"), request.form.getlist("organisation"), strict=False))[:_MOST_ROWS]


def _held(row: Person) -> Pairs:
    held = [(m.role.value, m.organisation.slug if m.organisation else "") for m in row.memberships if m.role in ROLES]
    return sorted(held)


def _choosable(row: Person | None) -> list[Organisation]:
    """Those that take part, and any that the person has a role for."""
    kept = {m.organisation.id: m.organisation for m in row.memberships if m.organisation} if row else {}
    found = {o.id: o for o in desk.taking_part(db.session)} | kept
    return sorted(found.values(), key=lambda o: swedish_order(o.name))


def _rows(pairs: Pairs) -> Pairs:
    filled = [pair for pair in pairs if any(pair)]
    return [*filled, *[("", "")] * _EMPTY_ROWS]


def _invitation(form: InvitationForm, pairs: Pairs, faults: Faults = ()) -> str:
    return render_template(
        "keeping/desk/invite.html", form=form, rows=_rows(pairs), roles=ROLES, organisations=_choosable(None), faults=faults
    )


def _person(row: Person, pairs: Pairs, faults: Faults = ()) -> str:
    return render_template(
        "keeping/desk/person.html", person=row, rows=_rows(pairs), roles=ROLES, organisations=_choosable(row), faults=faults
    )
