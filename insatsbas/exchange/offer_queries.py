"""Reads of offers. One to all is public; one to some is there for them and for its owner."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import Session, selectinload

from insatsbas.accounts.policy import Permission, may
from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.rules import Status, is_open
from insatsbas.core import clock
from insatsbas.core.errors import NotFoundError
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import legal_queries
from insatsbas.exchange.models import Offer, offer_for
from insatsbas.exchange.offers import OfferStatus
from insatsbas.exchange.queries import STAFF
from insatsbas.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Seen:
    """The offers that concern a viewer: those that others make us, and our own."""

    from_others: Sequence[Offer]
    own: Sequence[Offer]


def by_number(viewer: Viewer, session: Session, number: int) -> Offer:
    """One of the own offers, for those who keep it.

    Raises:
        NotFoundError: there is none, or it is not for this viewer.
    """
    offer = session.get(Offer, number)
    if offer is None or offer.is_closed_deal or not may(viewer, Permission.KEEP, offer.occasion.intervention.owner_id):
        raise NotFoundError("Erbjudandet finns inte.")
    return offer


def of_viewer(viewer: Viewer, session: Session) -> Seen:
    """What others offer a viewer's organisations now, the first start first; and all that they offer themselves, the newest first.

    The co-ordinator is told of all that others can ask for now, whomever it is offered to.
    """
    own = viewer.organisations_as(*STAFF)
    others = _asked_for_now(session, ~Offer.organisation_id.in_(own), true() if viewer.is_coordinator else _is_to(own))
    ours = session.scalars(_whole(Offer.organisation_id.in_(own)).order_by(Offer.id.desc())).all()
    return Seen(others, sorted(ours, key=lambda offer: offer.status is OfferStatus.CLOSED))


def of_intervention(viewer: Viewer, session: Session, row: Intervention) -> Sequence[Offer]:
    """The offers of an intervention's places that a viewer can ask for now, or could, had they an organisation to ask for."""
    if row.status is not Status.ACTIVE or not any(occasion.offered for occasion in row.occasions):
        return []
    own = viewer.organisations_as(*STAFF)
    return _asked_for_now(session, Occasion.intervention_id == row.id, _is_to(own) | Offer.organisation_id.in_(own))


def keeps(viewer: Viewer, row: Intervention) -> bool:
    """Whether a viewer can offer an intervention's places."""
    return may(viewer, Permission.KEEP, row.owner_id)


def open_to_all(session: Session, occasion_id: int, *, but: int | None = None) -> Offer | None:
    """An offer of an occasion that all may ask for and that is not closed; leaving one out."""
    query = _whole(Offer.occasion_id == occasion_id, Offer.status != OfferStatus.CLOSED, ~_named(), Offer.id != (but or 0))
    return session.scalars(query).first()


def who_can_be_named(session: Session, owner: Organisation) -> Sequence[Organisation]:
    """The organisations that an offer can be made to, by name: those with which the rules know a legal ground."""
    rules = legal_queries.rules(session)
    query = select(Organisation).where(Organisation.left_on.is_(None), Organisation.id != owner.id)
    found = session.scalars(query.order_by(Organisation.name)).all()
    return [organisation for organisation in found if rules.bases(owner.kind, organisation.kind)]


def _asked_for_now(session: Session, *conditions: ColumnElement[bool]) -> Sequence[Offer]:
    today = clock.today()
    query = _whole(*conditions, Offer.status == OfferStatus.OPEN, Offer.offered > Offer.accepted + Offer.held)
    in_time = session.scalars(query.where(Offer.until.is_(None) | (Offer.until >= today))).all()
    found = [o for o in in_time if _is_given(o.occasion.intervention) and is_open(o.occasion, today)]
    return sorted(found, key=lambda offer: (offer.occasion.start is not None, offer.occasion.start or today, offer.id))


def _whole(*conditions: ColumnElement[bool]) -> Select[Offer]:
    with_all = selectinload(Offer.occasion).selectinload(Occasion.intervention)
    query = select(Offer).join(Occasion, Offer.occasion_id == Occasion.id).where(Offer.is_closed_deal.is_(False), *conditions)
    return query.options(with_all, selectinload(Offer.offered_to), selectinload(Offer.organisation))


def _named() -> ColumnElement[bool]:
    return select(offer_for.c.offer_id).where(offer_for.c.offer_id == Offer.id).exists()


def _is_to(organisations: frozenset[int]) -> ColumnElement[bool]:
    to_them = select(offer_for.c.offer_id).where(offer_for.c.offer_id == Offer.id, offer_for.c.organisation_id.in_(organisations)).exists()
    return ~_named() | to_them


def _is_given(row: Intervention) -> bool:
    return row.status is Status.ACTIVE and not row.hidden
