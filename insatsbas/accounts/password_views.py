"""Choosing a password: with the one that one has, or by a link from a letter."""

import time

from flask import flash, redirect, render_template, request, url_for

from insatsbas.accounts import actions, guard, passwords, queries, session_actions
from insatsbas.accounts.blueprint import blueprint
from insatsbas.accounts.forms import ChangeForm, ChooseForm, ForgottenForm
from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.models import Person
from insatsbas.accounts.policy import Permission
from insatsbas.accounts.rules import Counted, normal_email
from insatsbas.accounts.views import Answer, count_try, too_many
from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from insatsbas.core.errors import RefusedError
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _

_AT_LEAST = 0.3


@blueprint.route("/mitt-konto/losenord", methods=["GET", "POST"])
@access(Permission.OWN_ACCOUNT)
def change_password() -> Answer:
    """A new password for the one that one has. All other sessions end."""
    form = ChangeForm(posted(request.form))
    person = queries.by_id(db.session, current_viewer().person_id or 0)
    if request.method == "GET":
        return render_template("accounts/change_password.html", form=form, person=person, faults=())
    kept, email, known = person.password_hash, person.email, _stands_for(person)
    if not form.is_good(known=known):
        return render_template("accounts/change_password.html", form=form, person=person, faults=form.faults()), 422
    may_try = count_try(Counted.SIGN_IN, email)
    db.session.commit()
    if not may_try:
        return render_template("accounts/change_password.html", form=form, person=person, faults=[("", too_many())]), 429
    if not passwords.fits(kept, form.nuvarande.data or ""):
        form.nuvarande.errors = [_("Det är inte ditt nuvarande lösenord.")]
        return render_template("accounts/change_password.html", form=form, person=person, faults=form.faults()), 422
    password_hash = passwords.hash_password(form.losenord.data or "")
    person = queries.by_id(db.session, current_viewer().person_id or 0)
    session_actions.set_password(current_viewer(), db.session, person, password_hash)
    _enter(person)
    flash(_("Du har bytt lösenord. Överallt annars är du utloggad."))
    db.session.commit()
    return redirect(url_for("accounts.own"), 303)


@blueprint.route("/glomt-losenord", methods=["GET", "POST"])
@access(Permission.ENTER)
def forgotten() -> Answer:
    """Ask for a letter with a link. The answer is the same whoever asks, and takes as long."""
    form = ForgottenForm(posted(request.form))
    if request.method == "GET":
        return render_template("accounts/forgotten.html", form=form, faults=())
    if not form.validate():
        return render_template("accounts/forgotten.html", form=form, faults=form.faults()), 422
    email = normal_email(form.epost.data or "")
    may_try = count_try(Counted.LETTER, email)
    db.session.commit()
    if not may_try:
        return render_template("accounts/forgotten.html", form=form, faults=[("", _too_many_letters())]), 429
    began = time.monotonic()
    actions.ask_reset(db.session, email)
    db.session.commit()
    # A letter takes some milliseconds to write: whether there was one is not to be told by them.
    time.sleep(max(0.0, _AT_LEAST - (time.monotonic() - began)))
    return redirect(url_for("accounts.letter_on_its_way"), 303)


@blueprint.get("/glomt-losenord/skickat")
@access(Permission.ENTER)
def letter_on_its_way() -> str:
    """What happens next, for whoever asked for a letter."""
    return render_template("accounts/letter_on_its_way.html")


@blueprint.route("/valj-losenord/<token>", methods=["GET", "POST"])
@access(Permission.ENTER)
def choose_password(token: str) -> Answer:
    """Choose a password by a link. Opening it spends nothing, since mail scanners open links too; choosing does."""
    form = ChooseForm(posted(request.form))
    person = queries.by_link(db.session, token)
    if person is None:
        return render_template("accounts/link_spent.html"), 410
    name, email, known = person.shown_name, person.email, _stands_for(person)
    db.session.rollback()
    if request.method == "GET":
        return _choose(form, email)
    if not form.is_good(known=known):
        return _choose(form, email), 422
    password_hash = passwords.hash_password(form.losenord.data or "")
    try:
        person = session_actions.use_link(db.session, token, password_hash)
    except RefusedError:
        db.session.rollback()
        return render_template("accounts/link_spent.html"), 410
    _enter(person)
    flash(_("Välkommen %(name)s! Ditt lösenord är sparat och du är inloggad.", name=name))
    db.session.commit()
    return redirect(url_for("pages.start"), 303)


def _choose(form: ChooseForm, email: str) -> str:
    return render_template("accounts/choose_password.html", form=form, email=email, faults=form.faults())


def _enter(person: Person) -> None:
    """Begin a new session for somebody who has just chosen a password, after all others have ended."""
    session_actions.forget_tries(db.session, current_settings().secret_key or "", person.email)
    guard.begin(session_actions.begin_session(db.session, person), person.as_viewer())


def _stands_for(person: Person) -> tuple[str, ...]:
    organisations = [held.organisation.name for held in queries.memberships(db.session, person.id) if held.organisation]
    return (person.name, person.email, *organisations)


def _too_many_letters() -> str:
    return _("Du har bett om flera länkar på kort tid. Se efter i inkorgen och i skräpposten, eller vänta en kvart och försök igen.")
