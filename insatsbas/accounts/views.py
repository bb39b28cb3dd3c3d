"""Signing in and out, and one's own account."""

from flask import redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts import guard, passwords, queries, session_actions, unsent
from insatsbas.accounts.blueprint import blueprint
from insatsbas.accounts.forms import SignInForm
from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.accounts.rules import TRIES_WINDOW, Counted, is_own_path, network_of, normal_email
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext

Answer = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.route("/logga-in", methods=["GET", "POST"])
@access(Permission.ENTER)
def sign_in() -> Answer:
    """The form, and what comes of it. The answer is the same whether the address is unknown or the password wrong."""
    form = SignInForm(posted(request.form))
    if request.method == "GET":
        return _page(form)
    if not form.validate():
        return _page(form, form.faults()), 422
    email, password = normal_email(form.epost.data or ""), form.losenord.data or ""
    may_try = count_try(Counted.SIGN_IN, email)
    person_id, kept = queries.door(db.session, email)
    # The try is counted before it is made. Hashing takes its time: nobody else is to wait for it.
    db.session.commit()
    if not may_try:
        return _page(form, [("", too_many())]), 429, {"Retry-After": str(int(TRIES_WINDOW.total_seconds()))}
    if not passwords.fits(kept, password) or not _let_in(person_id, kept):
        return _page(form, [(form.epost.id, _("E-postadressen eller lösenordet stämmer inte."))]), 422
    db.session.commit()
    return _onwards()


@blueprint.post("/logga-ut")
@access(Permission.ENTER)
def sign_out() -> Response:
    """End this session, here and in every copy of it."""
    token = guard.current_token()
    if token:
        session_actions.end_session(db.session, token)
    guard.end()
    db.session.commit()
    return redirect(url_for("pages.start"), 303)


@blueprint.get("/mitt-konto")
@access(Permission.OWN_ACCOUNT)
def own() -> str:
    """Who one is here, and which roles one holds."""
    person = queries.by_id(db.session, current_viewer().person_id or 0)
    return render_template("accounts/own.html", person=person, memberships=queries.memberships(db.session, person.id))


@blueprint.post("/mitt-konto/logga-ut-overallt")
@access(Permission.OWN_ACCOUNT)
def sign_out_everywhere() -> Response:
    """End all one's sessions, this one too."""
    session_actions.end_all_sessions(db.session, queries.by_id(db.session, current_viewer().person_id or 0))
    guard.end()
    db.session.commit()
    return redirect(url_for("accounts.sign_in", utloggad="ja"), 303)


def count_try(counted: Counted, email: str) -> bool:
    """Count a try of an account from whoever asks; whether it may be made. To be committed before it is."""
    network = network_of(request.remote_addr or "")
    return session_actions.try_once(db.session, current_settings().secret_key or "", counted, account=email, network=network)


def too_many() -> str:
    """What is said to whoever has tried too often."""
    minutes = int(TRIES_WINDOW.total_seconds() // 60)
    return ngettext(
        "För många försök. Vänta %(num)d minut och försök igen, eller välj ett nytt lösenord.",
        "För många försök. Vänta %(num)d minuter och försök igen, eller välj ett nytt lösenord.",
        minutes,
    )


def _let_in(person_id: int, kept: str | None) -> bool:
    """Begin a session; not if the account is closed, or was given another password while the one typed was hashed."""
    person = queries.by_id(db.session, person_id)
    if guard.is_shut(person) or person.password_hash != kept:
        return False
    session_actions.forget_tries(db.session, current_settings().secret_key or "", person.email)
    guard.begin(session_actions.begin_session(db.session, person), person.as_viewer())
    return True


def _onwards() -> Answer:
    """To where one was going, or with what one had typed when the session ended."""
    waiting = unsent.opened(request.form.get("kvar", ""))
    if waiting is not None:
        return render_template("accounts/send_again.html", unsent=waiting, back=url_for("pages.start"))
    on = request.form.get("nasta", "")
    return redirect(on if is_own_path(on) else url_for("pages.start"), 303)


def _page(form: SignInForm, faults: list[tuple[str, str]] | None = None) -> str:
    notice = _("Du är utloggad överallt.") if request.args.get("utloggad") == "ja" else ""
    on, sealed = request.values.get("nasta", ""), request.form.get("kvar", "")
    return render_template("accounts/sign_in.html", form=form, on=on, sealed=sealed, faults=faults or (), notice=notice)
