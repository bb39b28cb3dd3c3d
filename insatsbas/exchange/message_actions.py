"""Saying something in a request: to the other side, or as a note for the own side alone. Never commits."""

from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.core import clock, personal_numbers
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import actions, letters, queries
from insatsbas.exchange.models import ExchangeMessage, ExchangeRequest
from insatsbas.exchange.states import Side

LONGEST = 5000


def say(
    viewer: Viewer, session: Session, request: ExchangeRequest, text: str, *, internal: bool, key: str, side: Side | None = None
) -> ExchangeMessage | None:
    """Say something. The same form sent twice says it once: the second time nothing is said (None).

    `side` says for which side, where the viewer acts for both.

    Raises:
        NotFoundError: the request is not there for this viewer.
        ForbiddenError: the viewer does not act for either side.
        RefusedError: there is nothing to say, or nobody yet to say it to.
    """
    # The viewer may have been given the request by an older page: what they may see now is asked anew.
    request = queries.for_party(viewer, session, request.id)
    side = actions.side_for(viewer, request, side)
    require(viewer, Permission.TRADE, request.asker_id if side is Side.ASKER else request.answerer_id)
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise RefusedError(_("Skriv ett meddelande, högst %(longest)d tecken.", longest=LONGEST))
    if personal_numbers.find(text):
        raise RefusedError(_("Skriv inga personuppgifter om deltagaren."))
    if not internal and not request.is_sent:
        raise RefusedError(_("Förfrågan är inte skickad än, så den andra sidan ser den inte. Skriv en intern anteckning i stället."))
    if not actions.is_new(session, key, request):
        return None
    message = ExchangeMessage(
        request_id=request.id, at=clock.now(), person_id=viewer.person_id, who=viewer.name, side=side, is_internal=internal, text=text
    )
    session.add(message)
    session.flush()
    if not internal:
        letters.tell_of_message(session, request, to=side.other)
    return message
