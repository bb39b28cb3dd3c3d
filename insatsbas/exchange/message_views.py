"""Saying something in a request."""

from flask import flash, redirect, request, url_for

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.core.db import db
from insatsbas.core.errors import ForbiddenError, RefusedError
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _
from insatsbas.exchange import message_actions, queries, request_presenter
from insatsbas.exchange.blueprint import blueprint
from insatsbas.exchange.forms import MessageForm
from insatsbas.exchange.views import Answer, drawn_again


@blueprint.post("/utbyten/<int:number>/meddelande")
@access(Permission.TRADE)
def say(number: int) -> Answer:
    """Write to the other side, or a note for one's own."""
    found = queries.for_party(current_viewer(), db.session, number)
    side = request_presenter.side_named(current_viewer(), found, request.form.get("sida"))
    if side is None:
        raise ForbiddenError("Du kan läsa men inte ändra.")
    form = request_presenter.message_form(found, side, posted(request.form))
    if not form.validate():
        return drawn_again(number, faults=form.faults(), message=form), 422
    is_note = form.lasare.data == MessageForm.OWN
    try:
        message_actions.say(
            current_viewer(), db.session, found, form.text.data or "", internal=is_note, key=form.idempotency_key.data or "", side=side
        )
    except RefusedError as refused:
        form.text.errors = [str(refused)]
        return drawn_again(number, faults=form.faults(), message=form), 422
    flash(_("Anteckningen är sparad. Den ser bara ni.") if is_note else _("Meddelandet är skickat."))
    db.session.commit()
    return redirect(url_for("exchange.one", number=number, _anchor="meddelanden"), 303)
