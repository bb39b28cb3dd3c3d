"""Places that are kept for a request until it is answered, where the offer's owner allows it."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Occasion
from insatsbas.exchange import places
from insatsbas.exchange.models import ExchangeLeg, ExchangeRequest, Offer
from insatsbas.exchange.states import State


def locked(session: Session, legs: Iterable[ExchangeLeg]) -> Sequence[ExchangeLeg]:
    """The legs in the order of their starts, with all that they take places of locked in one order: so no two deals wait for each other."""
    found = sorted(legs, key=lambda leg: leg.occasion_id)
    offers = [leg.offer_id for leg in found if leg.offer_id is not None]
    if len(found) > 1:
        session.execute(select(Offer.id).where(Offer.id.in_(offers)).order_by(Offer.id).with_for_update(key_share=True))
        occasions = [leg.occasion_id for leg in found]
        session.execute(select(Occasion.id).where(Occasion.id.in_(occasions)).order_by(Occasion.id).with_for_update(key_share=True))
    return found


def hold(session: Session, legs: Iterable[ExchangeLeg]) -> None:
    """Keep the places of legs whose offers do so and have so many left. Of a full one nothing is kept: that is told when it is accepted."""
    for leg in legs:
        if leg.offer_id is None or leg.held:
            continue
        offer = session.get_one(Offer, leg.offer_id)
        # What comes free is for those who stand in the queue first.
        if offer.holds_until_answered and not _is_waited_for(session, offer.id) and places.hold(session, offer.id, leg.places):
            leg.held = leg.places


def let_go(session: Session, legs: Iterable[ExchangeLeg]) -> None:
    """Keep the places of legs no longer."""
    for leg in legs:
        if leg.offer_id is not None and leg.held:
            places.let_go(session, leg.offer_id, leg.held)
            leg.held = 0


def _is_waited_for(session: Session, offer_id: int) -> bool:
    queued = select(ExchangeLeg.id).join(ExchangeRequest).where(ExchangeLeg.offer_id == offer_id, ExchangeRequest.state == State.QUEUED)
    return session.scalars(queued.limit(1)).first() is not None
