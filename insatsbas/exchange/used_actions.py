"""Telling afterwards how many of the places were used. Never commits."""

from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.core import events
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import queries
from insatsbas.exchange.states import Side, State


def tell_used(viewer: Viewer, session: Session, request_id: int, used: int) -> None:
    """Tell how many places a buyer used, once, where the other side marked the deal as carried out.

    Raises:
        NotFoundError: the request is not there for this viewer.
        ForbiddenError: the viewer does not act for the buyer.
        RefusedError: it is not carried out, has been told already, or it is more than there were.
    """
    request = queries.for_party(viewer, session, request_id, to_change=True)
    leg = request.legs[0]
    buyer = request.asker_id if leg.giver is Side.ANSWERER else request.answerer_id
    require(viewer, Permission.TRADE, buyer)
    if request.state is not State.COMPLETED or request.places_used is not None or len(request.legs) != 1:
        raise RefusedError(_("Det går inte att ändra antalet nu. Läs vad som har hänt."))
    if not 0 <= used <= leg.places:
        raise RefusedError(_("Det kan inte vara fler än platserna i överenskommelsen."))
    request.places_used = used
    session.flush()
    events.record(viewer, session, "utbyte.anvanda", subject=f"utbyte:{request.id}", organisation_id=buyer, text=str(used))
