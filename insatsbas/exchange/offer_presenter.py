"""From offers to what their pages show."""

from flask import url_for
from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.rules import Status
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.templating import longdate, number
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import legal_queries, offer_queries
from insatsbas.exchange.models import Offer
from insatsbas.exchange.offer_page import OfferRow, OffersPage, PlacesPanel
from insatsbas.exchange.presenter import ask_url, kronor
from insatsbas.exchange.terms import PriceKind


def offers_page(viewer: Viewer, session: Session) -> OffersPage:
    """All offers that concern a viewer."""
    seen = offer_queries.of_viewer(viewer, session)
    theirs = (row(offer, url=ask_url(viewer, offer.occasion.intervention)) for offer in seen.from_others)
    keeps = {offer.id for offer in seen.own if offer_queries.keeps(viewer, offer.occasion.intervention)}
    own = (row(offer, is_own=True, url=url_for("offers.one", number=offer.id) if offer.id in keeps else "") for offer in seen.own)
    return OffersPage(tuple(theirs), tuple(own))


def panel(viewer: Viewer, session: Session, intervention: Intervention) -> PlacesPanel:
    """The places of an intervention that a viewer can ask for, each with its price."""
    rows = tuple(row(offer, url="") for offer in offer_queries.of_intervention(viewer, session, intervention))
    may_offer = (
        intervention.status is Status.ACTIVE
        and offer_queries.keeps(viewer, intervention)
        and any(occasion.places is not None for occasion in intervention.occasions)
        and legal_queries.ruling_for_owner(session, intervention).is_allowed
    )
    return PlacesPanel(rows, url_for("offers.new", public_id=intervention.public_id) if may_offer else "")


def row(offer: Offer, *, url: str, is_own: bool = False) -> OfferRow:
    """An offer in a list: for its owner how many of how many are left, for others how many they can have."""
    intervention = offer.occasion.intervention
    left = ngettext("%(antal)s plats för andra kommuner", "%(antal)s platser för andra kommuner", offer.left, antal=number(offer.left))
    if is_own:
        left = _("%(left)s av %(offered)s kvar, %(accepted)s överenskomna", **_numbers(offer))
        if offer.held:
            left = _("%(left)s av %(offered)s kvar, %(accepted)s överenskomna, %(held)s hålls", **_numbers(offer))
    return OfferRow(
        title=intervention.title,
        page_url=url_for("pages.intervention", public_id=intervention.public_id),
        owner=offer.organisation.name,
        start=offer.occasion.start,
        places=left,
        price=price_of(offer),
        terms=offer.terms,
        until=offer.until,
        to_whom=", ".join(organisation.name for organisation in offer.offered_to) or _("Alla"),
        status=_(offer.status.label),
        url=url,
    )


def price_of(offer: Offer) -> str:
    """What a place costs, in words."""
    if offer.price is None or offer.price_kind is PriceKind.AGREED:
        return _("pris enligt överenskommelse")
    if not offer.price:
        return _("kostar inget")
    return _("%(amount)s %(each)s (exklusive moms)", amount=kronor(offer.price), each=_(offer.price_kind.label))


def start_label(occasion: Occasion) -> str:
    """A start to choose, with how many places can be offered."""
    when = longdate(occasion.start) if occasion.start else _("När som helst")
    free = (occasion.places or 0) - (occasion.taken_by_own or 0) - occasion.offered
    return ngettext(
        "%(when)s (%(antal)s plats att erbjuda)", "%(when)s (%(antal)s platser att erbjuda)", free, when=when, antal=number(free)
    )


def _numbers(offer: Offer) -> dict[str, str]:
    told = {"left": offer.left, "offered": offer.offered, "accepted": offer.accepted, "held": offer.held}
    return {name: number(count) for name, count in told.items()}
