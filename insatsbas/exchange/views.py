"""The pages of requests: those of one's organisations, and one of them with every step that needs no proposal."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.core.db import db, stop_writing
from insatsbas.core.errors import ForbiddenError, NotFoundError, RefusedError
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _
from insatsbas.exchange import actions, forms, presenter, queries, request_presenter, used_actions
from insatsbas.exchange.actions import Said
from insatsbas.exchange.blueprint import blueprint
from insatsbas.exchange.forms import MessageForm, StepForm
from insatsbas.exchange.states import Action
from insatsbas.exchange.step_presenter import most_used

Answer = Response | str | tuple[str, int]
Faults = Sequence[tuple[str, str]]


@blueprint.get("/utbyten")
@access(Permission.TRADE)
def mine() -> str:
    """The requests of one's organisations, what waits for them first."""
    viewer = current_viewer()
    return render_template("exchange/mine.html", groups=presenter.groups(viewer, queries.of_viewer(viewer, db.session)))


@blueprint.get("/utbyten/<int:number>")
@access(Permission.TRADE)
def one(number: int) -> str:
    """One request: whose turn it is, what is on the table, what one can do, what has been said and done."""
    return _drawn(number)


@blueprint.post("/utbyten/<int:number>/<action>")
@access(Permission.TRADE)
def take_step(number: int, action: str) -> Answer:
    """Take a step that needs no proposal."""
    found = queries.for_party(current_viewer(), db.session, number)
    step = next((known for known in Action if known.value == action and known is not Action.EXPIRE), None)
    if step is None:
        raise NotFoundError("Det steget finns inte.")
    side = request_presenter.side_named(current_viewer(), found, request.form.get("sida"))
    form = forms.step_form(step, side=side, most_used=most_used(found, side), sent=posted(request.form))
    if not form.validate():
        return drawn_again(number, faults=form.faults(), pressed=(step, form)), 422
    try:
        after = actions.perform(
            current_viewer(),
            db.session,
            number,
            step,
            key=form.idempotency_key.data or "",
            said=_said(form),
            side=form.side,
            seen=form.seen,
        )
    except (RefusedError, ForbiddenError) as refused:
        status = 409 if isinstance(refused, RefusedError) else 403
        return drawn_again(number, faults=[("", str(refused))], pressed=(step, form)), status
    flash(_("Klart. Status: %(state)s.", state=_(after.state.label)))
    db.session.commit()
    return redirect(url_for("exchange.one", number=number), 303)


@blueprint.post("/utbyten/<int:number>/anvanda-platser")
@access(Permission.TRADE)
def tell_used(number: int) -> Answer:
    """Tell how many places were used, where the other side marked the deal as carried out."""
    found = queries.for_party(current_viewer(), db.session, number)
    side = request_presenter.side_named(current_viewer(), found, request.form.get("sida"))
    form = forms.step_form(Action.COMPLETE, side=side, most_used=most_used(found, side), sent=posted(request.form))
    if "anvanda" not in form or form.anvanda is None:
        raise ForbiddenError("Det är den som fick platserna som säger hur många som användes.")
    if not form.validate():
        return drawn_again(number, faults=form.faults(), pressed=(Action.COMPLETE, form)), 422
    try:
        used_actions.tell_used(current_viewer(), db.session, number, form.anvanda.count or 0)
    except RefusedError as refused:
        return drawn_again(number, faults=[("", str(refused))]), 409
    flash(_("Antalet är sparat."))
    db.session.commit()
    return redirect(url_for("exchange.one", number=number), 303)


def drawn_again(number: int, *, faults: Faults, pressed: tuple[Action, StepForm] | None = None, message: MessageForm | None = None) -> str:
    """The page of a request as it is now, with what was wrong, and what was typed in the form that was sent."""
    stop_writing(db.session)
    return _drawn(number, faults, pressed, message)


def _drawn(number: int, faults: Faults = (), pressed: tuple[Action, StepForm] | None = None, message: MessageForm | None = None) -> str:
    viewer = current_viewer()
    found = queries.for_party(viewer, db.session, number)
    page = request_presenter.request_page(viewer, db.session, found, pressed=pressed, message=message)
    if pressed is not None and not page.draws(pressed[1]):
        # Nothing on the page is there to be mended.
        faults = [("", told) for _place, told in faults]
    return render_template("exchange/request.html", page=page, faults=faults)


def _said(form: StepForm) -> Said:
    return Said(
        reason=form.orsak.data or "" if "orsak" in form else "",
        why=form.varfor.data or "" if "varfor" in form else "",
        places_used=form.anvanda.count if "anvanda" in form else None,
    )
