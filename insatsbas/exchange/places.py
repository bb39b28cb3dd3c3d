"""Taking places and giving them back, so that under any race none is sold twice.

Each change is one conditional statement that must hit exactly one row, in one transaction with the step that it belongs to; the
database's own CHECKs stand behind it. Counting first and writing then oversells: `bench/race.py` keeps that way as a control.
"""

from sqlalchemy import Update, func, select, update
from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Occasion
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.templating import number
from insatsbas.exchange.models import ExchangeLeg, Offer, offer_for
from insatsbas.exchange.offers import OfferStatus, status_of
from insatsbas.exchange.terms import PriceKind, Proposal

# What search/outbox asks of a statement that passes by the flush.
_TOUCHES = "touches"


class FullError(RefusedError):
    """There are not so many places left. The transaction is to be rolled back: of a swap, the other leg may have been taken."""


def keep_starts(session: Session, proposal: Proposal) -> None:
    """From now on nobody removes the starts that a proposal names, whatever comes of it: the request goes on telling of them."""
    named = [leg.occasion_id for leg in proposal.legs]
    statement = update(Occasion).where(Occasion.id.in_(named), Occasion.in_exchange.is_(False)).values(in_exchange=True)
    # The index does not show it.
    session.execute(statement, execution_options={_TOUCHES: [], "synchronize_session": "fetch"})


def take(session: Session, leg: ExchangeLeg, *, giver_id: int) -> None:
    """Take the places of a leg for good.

    Of an offer when the leg is of one that is not closed, else by a closed one of just so many, made for this deal.

    Raises:
        FullError: there are not so many left.
        RefusedError: the start has come to another owner since.
    """
    if leg.occasion.intervention.owner_id != giver_id:
        raise RefusedError(_("”%(title)s” anordnas inte längre av den som skulle ge platserna.", title=leg.title))
    if not is_of_open_offer(session, leg):
        _set_aside(session, leg.occasion, leg.places)
        offer = _closed_deal(leg, giver_id)
        session.add(offer)
        session.flush()
        leg.offer_id = offer.id
    elif leg.offer_id is not None:
        _take_of_offer(session, leg.offer_id, leg.places, held=leg.held)
        leg.held = 0
    accept = update(Occasion).where(Occasion.id == leg.occasion_id, Occasion.accepted + leg.places <= Occasion.offered)
    _hit_one(session, accept.values(accepted=Occasion.accepted + leg.places), leg.occasion)
    _tell_others(session, leg.occasion)


def is_of_open_offer(session: Session, leg: ExchangeLeg) -> bool:
    """Whether a leg's places are of an offer that is not closed. What was asked of it before it closed is the owner's own to give."""
    if leg.offer_id is None:
        return False
    return session.get_one(Offer, leg.offer_id).status is not OfferStatus.CLOSED


def give_back(session: Session, leg: ExchangeLeg) -> None:
    """Give the places of a leg back, to its offer; those of a closed deal, or of an offer that is closed, go back to the owner."""
    offer = session.get(Offer, leg.offer_id, with_for_update={"key_share": True}, populate_existing=True) if leg.offer_id else None
    to_owner = 0
    if offer is not None:
        to_owner = leg.places if offer.status is OfferStatus.CLOSED else 0
        statement = update(Offer).where(Offer.id == offer.id, Offer.accepted >= leg.places)
        session.execute(statement.values(accepted=Offer.accepted - leg.places, offered=Offer.offered - to_owner))
        session.refresh(offer)
        _set_status(offer)
    release = update(Occasion).where(Occasion.id == leg.occasion_id, Occasion.accepted >= leg.places)
    _hit_one(session, release.values(accepted=Occasion.accepted - leg.places, offered=Occasion.offered - to_owner), leg.occasion)
    _tell_others(session, leg.occasion)


def open_offer(session: Session, offer: Offer) -> None:
    """Set places of an occasion aside for a new offer.

    Raises:
        FullError: the owner has not so many left.
    """
    occasion = session.get_one(Occasion, offer.occasion_id)
    _set_aside(session, occasion, offer.offered)
    session.add(offer)
    _tell_others(session, occasion)


def resize_offer(session: Session, offer: Offer, offered: int) -> None:
    """Offer more or fewer places.

    Raises:
        RefusedError: so many are agreed on already, or the owner has not so many left.
    """
    session.refresh(offer)
    more = offered - offer.offered
    fits = update(Offer).where(Offer.id == offer.id, Offer.offered == offer.offered, Offer.accepted + Offer.held <= offered)
    if session.execute(fits.values(offered=offered).returning(Offer.id)).first() is None:
        raise RefusedError(_taken_already(offer))
    occasion = session.get_one(Occasion, offer.occasion_id)
    if more > 0:
        _set_aside(session, occasion, more)
    elif more < 0:
        _hit_one(session, update(Occasion).where(Occasion.id == occasion.id).values(offered=Occasion.offered + more), occasion)
    session.refresh(offer)
    _set_status(offer)
    _tell_others(session, occasion)


def close_offer(session: Session, offer: Offer) -> None:
    """No more of an offer: the places that nobody has got go back to the owner.

    Raises:
        RefusedError: some are held for requests that wait for their answer.
    """
    session.refresh(offer)
    if offer.held:
        raise RefusedError(
            ngettext(
                "%(antal)s plats hålls för en förfrågan som väntar på svar. Svara på den först.",
                "%(antal)s platser hålls för förfrågningar som väntar på svar. Svara på dem först.",
                offer.held,
                antal=number(offer.held),
            )
        )
    resize_offer(session, offer, offer.accepted)
    offer.status = OfferStatus.CLOSED
    _tell_others(session, offer.occasion)


def reopen_offer(session: Session, offer: Offer, offered: int) -> None:
    """Offer places again, so many in all with those that are agreed on.

    Raises:
        RefusedError: so many are agreed on already, or the owner has not so many left.
    """
    session.refresh(offer)
    offer.status = OfferStatus.OPEN
    session.flush()
    resize_offer(session, offer, offered)


def hold(session: Session, offer_id: int, places: int) -> bool:
    """Keep places of an offer for a request until it is answered. Whether there were so many."""
    statement = update(Offer).where(
        Offer.id == offer_id, Offer.status == OfferStatus.OPEN, Offer.accepted + Offer.held + places <= Offer.offered
    )
    return _held(session, offer_id, statement.values(held=Offer.held + places))


def let_go(session: Session, offer_id: int, places: int) -> None:
    """No longer keep them."""
    _held(session, offer_id, update(Offer).where(Offer.id == offer_id, Offer.held >= places).values(held=Offer.held - places))


def _held(session: Session, offer_id: int, statement: Update) -> bool:
    if session.execute(statement.returning(Offer.id)).first() is None:
        return False
    offer = session.get_one(Offer, offer_id)
    session.refresh(offer)
    _set_status(offer)
    _tell_others(session, offer.occasion)
    return True


def _set_status(offer: Offer) -> None:
    is_closed = offer.status is OfferStatus.CLOSED
    offer.status = status_of(offered=offer.offered, taken=offer.accepted + offer.held, is_closed=is_closed)


def _tell_others(session: Session, occasion: Occasion) -> None:
    """Reckon anew what of an occasion is open to all others, for the index and the cards: what is offered to some is theirs to know.

    The row is locked first, so that what a transaction beside this one has just changed is counted.
    """
    session.flush()
    session.execute(select(Occasion.id).where(Occasion.id == occasion.id).with_for_update(key_share=True))
    named = select(offer_for.c.offer_id).where(offer_for.c.offer_id == Offer.id).exists()
    to_all = (Offer.occasion_id == occasion.id, Offer.status == OfferStatus.OPEN, ~named)
    left = select(func.coalesce(func.sum(Offer.offered - Offer.accepted - Offer.held), 0)).where(*to_all).scalar_subquery()
    until = select(func.min(Offer.until)).where(*to_all).scalar_subquery()
    statement = update(Occasion).where(Occasion.id == occasion.id).values(for_others=left, for_others_until=until)
    session.execute(statement, execution_options={_TOUCHES: [occasion.intervention_id], "synchronize_session": False})
    session.expire(occasion, ["for_others", "for_others_until"])


def _taken_already(offer: Offer) -> str:
    taken = offer.accepted + offer.held
    return ngettext(
        "%(antal)s plats är redan överenskommen eller hålls för någon. Erbjud minst en.",
        "%(antal)s platser är redan överenskomna eller hålls för någon. Erbjud minst så många.",
        taken,
        antal=number(taken),
    )


def _set_aside(session: Session, occasion: Occasion, places: int) -> None:
    statement = update(Occasion).where(
        Occasion.id == occasion.id, func.coalesce(Occasion.taken_by_own, 0) + Occasion.offered + places <= Occasion.places
    )
    _hit_one(session, statement.values(offered=Occasion.offered + places, in_exchange=True), occasion)


def _take_of_offer(session: Session, offer_id: int, places: int, *, held: int) -> None:
    statement = update(Offer).where(
        Offer.id == offer_id,
        Offer.status != OfferStatus.CLOSED,
        Offer.held >= held,
        Offer.accepted + Offer.held - held + places <= Offer.offered,
    )
    values = {"accepted": Offer.accepted + places, "held": Offer.held - held}
    taken = session.execute(statement.values(values).returning(Offer.id)).first()
    if taken is None:
        raise FullError(_("Det finns inte så många platser kvar."))
    offer = session.get_one(Offer, offer_id)
    session.refresh(offer)
    _set_status(offer)


def _hit_one(session: Session, statement: object, occasion: Occasion) -> None:
    told = statement.returning(Occasion.id).execution_options(**{_TOUCHES: [occasion.intervention_id]})  # type: ignore[attr-defined]
    if session.execute(told).first() is None:
        raise FullError(_("Det finns inte så många platser kvar."))
    session.expire(occasion, ["offered", "accepted", "in_exchange"])


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
