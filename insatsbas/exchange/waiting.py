"""The waiting list: when places come free, the first in the queue gets its turn, in the order in which they came to stand there.

Places come free in many ways: a cancellation, a larger offer, an answer that never came, an owner who needs fewer. So nobody is told by
each of them; the periodic work looks at who stands first and whether there is room.
"""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from insatsbas.catalogue.models import Occasion
from insatsbas.core import clock
from insatsbas.exchange import letters, places
from insatsbas.exchange.days import ANSWER_IN, working_days_after
from insatsbas.exchange.models import ExchangeLeg, ExchangeRequest, Offer
from insatsbas.exchange.states import State


def queue_of(session: Session) -> Sequence[ExchangeRequest]:
    """All that stand in a queue, the first first."""
    query = select(ExchangeRequest).where(ExchangeRequest.state == State.QUEUED).options(selectinload(ExchangeRequest.legs))
    return session.scalars(query.order_by(ExchangeRequest.queued_at, ExchangeRequest.id)).all()


def place_in_queue(session: Session, request: ExchangeRequest) -> int:
    """Where a request stands among those that wait for the same places, from 1."""
    same = _wanted(session, request.legs)
    before = [other for other in queue_of(session) if _wanted(session, other.legs) & same]
    return 1 + next((place for place, other in enumerate(before) if other.id == request.id), len(before))


def call_next(session: Session) -> int:
    """Let those who stand first, and for whom there is room now, know that it is their turn; how many were called.

    Whoever has been called keeps the turn until the owner has answered, the time for it has gone out, or the places have gone again;
    who stands behind does not pass by, even where they want fewer.
    """
    taken: dict[tuple[str, int], int] = defaultdict(int)
    closed: set[tuple[str, int]] = set()
    called = 0
    for request in queue_of(session):
        wanted = {_source(session, leg): leg for leg in request.legs}
        is_called = request.answer_by is not None
        has_room = all(source not in closed and _left(session, leg) - taken[source] >= leg.places for source, leg in wanted.items())
        if not has_room:
            # Room that has gone again takes back the turn too: nobody's time goes out while there is nothing to say yes to.
            request.answer_by = None
            closed |= wanted.keys()
            continue
        for source, leg in wanted.items():
            taken[source] += leg.places
        if not is_called:
            request.answer_by = working_days_after(clock.today(), ANSWER_IN)
            session.flush()
            letters.tell_of_places(session, request)
            called += 1
    return called


def _wanted(session: Session, legs: Sequence[ExchangeLeg]) -> set[tuple[str, int]]:
    return {_source(session, leg) for leg in legs}


def _source(session: Session, leg: ExchangeLeg) -> tuple[str, int]:
    """Where the places of a leg come from: its offer while it is open, or what the owner has not offered anybody."""
    return ("offer", leg.offer_id) if leg.offer_id is not None and places.is_of_open_offer(session, leg) else ("occasion", leg.occasion_id)


def _left(session: Session, leg: ExchangeLeg) -> int:
    if places.is_of_open_offer(session, leg):
        return session.get_one(Offer, leg.offer_id).left
    occasion = session.get_one(Occasion, leg.occasion_id)
    return (occasion.places or 0) - (occasion.taken_by_own or 0) - occasion.offered
