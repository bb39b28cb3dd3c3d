"""Signing in and out, and one's own account."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts import actions, guard, passwords, queries
from insatsbas.accounts.forms import SignInForm
from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.core.db import db
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _

blueprint = Blueprint("accounts", __name__)


@blueprint.route("/logga-in", methods=["GET", "POST"])
@access(Permission.ENTER)
def sign_in() -> Response | str | tuple[str, int]:
    """The form, and what comes of it. The answer is the same whether the address is unknown or the password wrong."""
    form = SignInForm(posted(request.form))
    on = request.values.get("nasta", "")
    if request.method == "GET":
        return render_template("accounts/sign_in.html", form=form, on=on, faults=())
    if not form.validate():
        return render_template("accounts/sign_in.html", form=form, on=on, faults=form.faults()), 422
    person = queries.by_email(db.session, form.epost.data or "")
    kept, person_id = (person.password_hash, person.id) if person and not person.disabled_at else (None, 0)
    # Hashing takes its time: nobody else is to wait for it.
    db.session.rollback()
    if not passwords.fits(kept, form.losenord.data or ""):
        wrong = _("E-postadressen eller lösenordet stämmer inte.")
        return render_template("accounts/sign_in.html", form=form, on=on, faults=((form.epost.id, wrong),)), 422
    guard.begin(actions.begin_session(db.session, queries.by_id(db.session, person_id)))
    db.session.commit()
    return redirect(on if guard.is_own_path(on) else url_for("pages.start"), 303)


@blueprint.post("/logga-ut")
@access(Permission.ENTER)
def sign_out() -> Response:
    """End this session, here and in every copy of it."""
    token = guard.current_token()
    if token:
        actions.end_session(db.session, token)
    guard.end()
    db.session.commit()
    return redirect(url_for("pages.start"), 303)


@blueprint.get("/mitt-konto")
@access(Permission.OWN_ACCOUNT)
def own() -> str:
    """Who one is here, and which roles one holds."""
    person = queries.by_id(db.session, current_viewer().person_id or 0)
    return render_template("accounts/own.html", person=person, memberships=queries.memberships(db.session, person.id))
