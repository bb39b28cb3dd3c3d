"""Every write of offers. Never commits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypedDict

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue.models import Occasion
from insatsbas.catalogue.rules import Status, is_open
from insatsbas.core import clock, events
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.templating import number
from insatsbas.core.viewer import SYSTEM, Viewer
from insatsbas.exchange import legal_queries, offer_queries, places
from insatsbas.exchange.models import Offer
from insatsbas.exchange.offers import OfferStatus
from insatsbas.exchange.terms import PriceKind
from insatsbas.organisations.models import Organisation


class _About(TypedDict):
    subject: str
    organisation_id: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What is offered, of what can be changed later."""

    places: int
    price_kind: PriceKind
    price: Decimal | None
    terms: str = ""
    until: date | None = None
    holds: bool = False


def open_offer(viewer: Viewer, session: Session, occasion_id: int, offered: Terms, *, to: Sequence[Organisation] = ()) -> Offer:
    """Open places of an occasion to others: to all, or to those who are named.

    Raises:
        ForbiddenError: the viewer does not keep the intervention.
        RefusedError: it cannot be offered, or there are not so many places.
    """
    occasion = session.get_one(Occasion, occasion_id)
    owner_id = occasion.intervention.owner_id
    require(viewer, Permission.KEEP, owner_id)
    # Whoever offers places of the same start waits here: so there is one offer to all at most.
    session.execute(select(Occasion.id).where(Occasion.id == occasion.id).with_for_update(key_share=True))
    session.refresh(occasion)
    _refuse_impossible(session, occasion, offered)
    if any(organisation.id == owner_id for organisation in to):
        raise RefusedError(_("Ni kan inte erbjuda er själva platser."))
    if not to and offer_queries.open_to_all(session, occasion.id) is not None:
        raise RefusedError(_("Ni har redan ett öppet erbjudande till alla för den starten. Ändra det i stället."))
    offer = Offer(
        occasion_id=occasion.id,
        organisation_id=owner_id,
        offered=offered.places,
        accepted=0,
        held=0,
        price_kind=offered.price_kind,
        price=offered.price,
        terms=offered.terms,
        until=offered.until,
        holds_until_answered=offered.holds,
        status=OfferStatus.OPEN,
        offered_to=list(to),
    )
    _with_reason(occasion, lambda: places.open_offer(session, offer))
    session.flush()
    events.record(viewer, session, "erbjudande.nytt", **_about(offer))
    return offer


def change_offer(viewer: Viewer, session: Session, offer: Offer, changed: Terms) -> None:
    """Change number, price, terms or last day. What has been asked for and agreed on keeps its terms.

    Raises:
        ForbiddenError: the viewer does not keep the intervention.
        RefusedError: it is closed, so many are agreed on already, or there are not so many places.
    """
    require(viewer, Permission.KEEP, offer.occasion.intervention.owner_id)
    session.refresh(offer, with_for_update={"key_share": True})
    if offer.status is OfferStatus.CLOSED:
        raise RefusedError(_("Erbjudandet är stängt. Öppna det igen först."))
    _refuse_past(changed.until)
    offer.price_kind, offer.price, offer.terms = changed.price_kind, changed.price, changed.terms
    offer.until, offer.holds_until_answered = changed.until, changed.holds
    session.flush()
    _with_reason(offer.occasion, lambda: places.resize_offer(session, offer, changed.places))
    session.flush()
    events.record(viewer, session, "erbjudande.andrat", **_about(offer))


def close_offer(viewer: Viewer, session: Session, offer: Offer) -> None:
    """Offer no more: the places that nobody has got are the owner's again.

    Raises:
        ForbiddenError: the viewer does not keep the intervention.
        RefusedError: it is closed, or some are held for requests that wait for their answer.
    """
    require(viewer, Permission.KEEP, offer.occasion.intervention.owner_id)
    session.refresh(offer, with_for_update={"key_share": True})
    if offer.status is OfferStatus.CLOSED:
        raise RefusedError(_("Erbjudandet är redan stängt."))
    places.close_offer(session, offer)
    session.flush()
    events.record(viewer, session, "erbjudande.stangt", **_about(offer))


def over(session: Session) -> Sequence[int]:
    """The numbers of the offers whose last day has passed. One with places held waits until those are answered."""
    return session.scalars(select(Offer.id).where(*_is_over()).order_by(Offer.id)).all()


def close_over(session: Session, number_: int) -> bool:
    """Close an offer whose last day has passed, so that what nobody has got is the owner's again. Whether it was so still."""
    # Locked, and looked at anew: somebody may have asked or changed it just now.
    locked = select(Offer).where(Offer.id == number_, *_is_over()).with_for_update(key_share=True)
    offer = session.scalars(locked).one_or_none()
    if offer is not None:
        close_offer(SYSTEM, session, offer)
    return offer is not None


def open_again(viewer: Viewer, session: Session, offer: Offer, offered: int) -> None:
    """Offer places again, so many in all with those that are agreed on.

    Raises:
        ForbiddenError: the viewer does not keep the intervention.
        RefusedError: it is open, cannot be offered any more, or there are not so many places.
    """
    require(viewer, Permission.KEEP, offer.occasion.intervention.owner_id)
    # In this order everywhere: first the offer, then the start.
    session.refresh(offer, with_for_update={"key_share": True})
    session.execute(select(Occasion.id).where(Occasion.id == offer.occasion_id).with_for_update(key_share=True))
    if offer.status is not OfferStatus.CLOSED:
        raise RefusedError(_("Erbjudandet är redan öppet."))
    if offer.until is not None and offer.until < clock.today():
        # It was closed for that: opened again it is open until it is closed.
        offer.until = None
    now = Terms(offered, offer.price_kind, offer.price, until=offer.until)
    if not offer.offered_to and offer_queries.open_to_all(session, offer.occasion_id, but=offer.id) is not None:
        raise RefusedError(_("Ni har redan ett öppet erbjudande till alla för den starten. Ändra det i stället."))
    if offered <= offer.accepted:
        raise RefusedError(
            ngettext(
                "%(antal)s plats är redan överenskommen. Erbjud fler.",
                "%(antal)s platser är redan överenskomna. Erbjud fler.",
                offer.accepted,
                antal=number(offer.accepted),
            )
        )
    _refuse_impossible(session, offer.occasion, now)
    _with_reason(offer.occasion, lambda: places.reopen_offer(session, offer, offered))
    session.flush()
    events.record(viewer, session, "erbjudande.oppnat", **_about(offer))


def _is_over() -> Sequence[ColumnElement[bool]]:
    return Offer.status != OfferStatus.CLOSED, Offer.until < clock.today(), Offer.held == 0, Offer.is_closed_deal.is_(False)


def _refuse_impossible(session: Session, occasion: Occasion, offered: Terms) -> None:
    row = occasion.intervention
    ruling = legal_queries.ruling_for_owner(session, row)
    if not ruling.is_allowed:
        raise RefusedError(_(ruling.why_not))
    if row.status is not Status.ACTIVE or not is_open(occasion, clock.today()):
        raise RefusedError(_("Det går bara att erbjuda platser på en start som går att anmäla sig till, i en insats som är aktiv."))
    if occasion.places is None:
        raise RefusedError(_("Skriv först på insatsen hur många platser starten har."))
    _refuse_past(offered.until)


def _refuse_past(until: date | None) -> None:
    if until is not None and until < clock.today():
        raise RefusedError(_("Sista dagen har redan varit. Välj en dag som kommer, eller lämna den tom."))


def _with_reason(occasion: Occasion, change: Callable[[], None]) -> None:
    """Do it; when the places do not suffice, say how many there are."""
    free = (occasion.places or 0) - (occasion.taken_by_own or 0) - occasion.offered
    try:
        change()
    except places.FullError:
        raise RefusedError(
            ngettext(
                "Starten har %(antal)s plats som varken egna deltagare eller andra har fått.",
                "Starten har %(antal)s platser som varken egna deltagare eller andra har fått.",
                free,
                antal=number(free),
            )
        ) from None


def _about(offer: Offer) -> _About:
    return {"subject": f"insats:{offer.occasion.intervention.public_id}", "organisation_id": offer.organisation_id}
