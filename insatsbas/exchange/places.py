"""Taking places and giving them back, so that under any race none is sold twice.

Each change is one conditional statement that must hit exactly one row, in one transaction with the step that it belongs to; the
database's own CHECKs stand behind it. Counting first and writing then oversells: `bench/race.py` keeps that way as a control.
"""

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Occasion
from insatsbas.core.errors import RefusedError
from insatsbas.exchange.models import ExchangeLeg, Offer
from insatsbas.exchange.offers import OfferStatus
from insatsbas.exchange.terms import PriceKind

# What search/outbox asks of a statement that passes by the flush.
_TOUCHES = "touches"


class FullError(RefusedError):
    """There are not so many places left. The transaction is to be rolled back: of a swap, the other leg may have been taken."""


def take(session: Session, leg: ExchangeLeg, *, giver_id: int) -> None:
    """Take the places of a leg for good.

    Of an offer when the leg is of one, else by a closed one of just so many, made for this deal.

    Raises:
        FullError: there are not so many left.
    """
    if leg.offer_id is None:
        _set_aside(session, leg.occasion, leg.places)
        offer = _closed_deal(leg, giver_id)
        session.add(offer)
        session.flush()
        leg.offer_id = offer.id
    else:
        _take_of_offer(session, leg.offer_id, leg.places)
    accept = update(Occasion).where(Occasion.id == leg.occasion_id, Occasion.accepted + leg.places <= Occasion.offered)
    _hit_one(session, accept.values(accepted=Occasion.accepted + leg.places), leg.occasion)


def give_back(session: Session, leg: ExchangeLeg) -> None:
    """Give the places of a leg back, to its offer; those of a closed deal go back to the owner."""
    release = update(Occasion).where(Occasion.id == leg.occasion_id, Occasion.accepted >= leg.places)
    _hit_one(session, release.values(accepted=Occasion.accepted - leg.places), leg.occasion)
    offer = session.get(Offer, leg.offer_id) if leg.offer_id else None
    if offer is None:
        return
    session.execute(
        update(Offer)
        .where(Offer.id == offer.id, Offer.accepted >= leg.places)
        .values(accepted=Offer.accepted - leg.places, offered=Offer.offered - (leg.places if offer.is_closed_deal else 0))
    )
    session.refresh(offer)
    if offer.is_closed_deal:
        _hit_one(
            session,
            update(Occasion).where(Occasion.id == leg.occasion_id).values(offered=Occasion.offered - leg.places),
            leg.occasion,
        )
    elif offer.status is OfferStatus.FULL:
        offer.status = OfferStatus.OPEN


def open_offer(session: Session, offer: Offer) -> None:
    """Set places of an occasion aside for a new offer.

    Raises:
        FullError: the owner has not so many left.
    """
    occasion = session.get_one(Occasion, offer.occasion_id)
    _set_aside(session, occasion, offer.offered)
    session.add(offer)
    session.flush()


def resize_offer(session: Session, offer: Offer, offered: int) -> None:
    """Offer more or fewer places.

    Raises:
        RefusedError: so many are agreed on already, or the owner has not so many left.
    """
    session.refresh(offer)
    more = offered - offer.offered
    fits = update(Offer).where(Offer.id == offer.id, Offer.offered == offer.offered, Offer.accepted + Offer.held <= offered)
    if session.execute(fits.values(offered=offered).returning(Offer.id)).first() is None:
        raise RefusedError(f"{offer.accepted + offer.held} platser är redan överenskomna eller hålls för någon. Erbjud minst så många.")
    occasion = session.get_one(Occasion, offer.occasion_id)
    if more > 0:
        _set_aside(session, occasion, more)
    elif more < 0:
        _hit_one(session, update(Occasion).where(Occasion.id == occasion.id).values(offered=Occasion.offered + more), occasion)
    session.refresh(offer)
    if offer.status is not OfferStatus.CLOSED:
        offer.status = OfferStatus.FULL if offer.left == 0 else OfferStatus.OPEN


def hold(session: Session, offer_id: int, places: int) -> bool:
    """Keep places of an offer for a request until it is answered. Whether there were so many."""
    statement = update(Offer).where(
        Offer.id == offer_id, Offer.status == OfferStatus.OPEN, Offer.accepted + Offer.held + places <= Offer.offered
    )
    return session.execute(statement.values(held=Offer.held + places).returning(Offer.id)).first() is not None


def let_go(session: Session, offer_id: int, places: int) -> None:
    """No longer keep them."""
    session.execute(update(Offer).where(Offer.id == offer_id, Offer.held >= places).values(held=Offer.held - places))


def _set_aside(session: Session, occasion: Occasion, places: int) -> None:
    statement = update(Occasion).where(
        Occasion.id == occasion.id, func.coalesce(Occasion.taken_by_own, 0) + Occasion.offered + places <= Occasion.places
    )
    _hit_one(session, statement.values(offered=Occasion.offered + places), occasion)


def _take_of_offer(session: Session, offer_id: int, places: int) -> None:
    statement = update(Offer).where(
        Offer.id == offer_id, Offer.status != OfferStatus.CLOSED, Offer.accepted + Offer.held + places <= Offer.offered
    )
    taken = session.execute(statement.values(accepted=Offer.accepted + places).returning(Offer.id)).first()
    if taken is None:
        raise FullError("Det finns inte så många platser kvar.")
    offer = session.get_one(Offer, offer_id)
    session.refresh(offer)
    if offer.left == 0:
        offer.status = OfferStatus.FULL


def _hit_one(session: Session, statement: object, occasion: Occasion) -> None:
    told = statement.returning(Occasion.id).execution_options(**{_TOUCHES: [occasion.intervention_id]})  # type: ignore[attr-defined]
    if session.execute(told).first() is None:
        raise FullError("Det finns inte så många platser kvar.")
    session.expire(occasion, ["offered", "accepted"])


def _closed_deal(leg: ExchangeLeg, giver_id: int) -> Offer:
    return Offer(
        occasion_id=leg.occasion_id,
        organisation_id=giver_id,
        offered=leg.places,
        accepted=leg.places,
        held=0,
        price_kind=leg.price_kind,
        price=None if leg.price_kind is PriceKind.AGREED else leg.price,
        status=OfferStatus.CLOSED,
        is_closed_deal=True,
    )
