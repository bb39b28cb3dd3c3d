"""From offers to what their pages show."""

from collections.abc import Iterator

from flask import url_for
from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.rules import Status, is_open
from insatsbas.core import clock
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.templating import longdate, number
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import legal_queries, offer_queries, starting
from insatsbas.exchange.models import Offer
from insatsbas.exchange.offer_page import OfferRow, OffersPage, PlacesPanel
from insatsbas.exchange.offers import OfferStatus, offer_key
from insatsbas.exchange.presenter import kronor
from insatsbas.exchange.queries import STAFF
from insatsbas.exchange.terms import PriceKind


def offers_page(viewer: Viewer, session: Session) -> OffersPage:
    """All offers that concern a viewer."""
    seen = offer_queries.of_viewer(viewer, session)
    own = tuple(row(offer, is_own=True, url=own_url(viewer, offer)) for offer in seen.own)
    if viewer.is_coordinator:
        return OffersPage(tuple(row(offer, is_own=True, url=own_url(viewer, offer)) for offer in seen.from_others), own, of_all=True)
    rules, ours = legal_queries.rules(session), starting.own_organisations(viewer, session)

    def ask_url(offer: Offer) -> str:
        can_ask = any(rules.bases(o.kind, offer.organisation.kind) for o in ours)
        public_id = offer.occasion.intervention.public_id
        return url_for("exchange.new", public_id=public_id, start=offer_key(offer.id)) if can_ask else ""

    return OffersPage(tuple(row(offer, url=ask_url(offer)) for offer in seen.from_others), own, of_all=False)


def panel(viewer: Viewer, session: Session, intervention: Intervention) -> PlacesPanel:
    """The places of an intervention that a viewer can ask for, each with its price, and what they can do about them."""
    rows = tuple(row(offer, url=own_url(viewer, offer)) for offer in offer_queries.of_intervention(viewer, session, intervention))
    own = viewer.organisations_as(*STAFF)
    told: dict[str, str] = {}
    if intervention.status is Status.ACTIVE and (intervention.owner_id in own or offer_queries.keeps(viewer, intervention)):
        told |= _for_owner(viewer, session, intervention)
    if intervention.status is Status.ACTIVE and own - {intervention.owner_id}:
        told |= _for_asker(viewer, session, intervention)
    return PlacesPanel(rows, **told)


def _for_owner(viewer: Viewer, session: Session, intervention: Intervention) -> dict[str, str]:
    if not legal_queries.ruling_for_owner(session, intervention).is_allowed:
        return {}
    told, public_id = {}, intervention.public_id
    if offer_queries.keeps(viewer, intervention) and any(occasion.places is not None for occasion in intervention.occasions):
        told["offer_url"] = url_for("offers.new", public_id=public_id)
    if intervention.owner_id in viewer.organisations_as(*STAFF):
        told["report_url"] = url_for("exchange.new", public_id=public_id, vad="redan")
    return told


def _for_asker(viewer: Viewer, session: Session, intervention: Intervention) -> dict[str, str]:
    others = [o for o in starting.own_organisations(viewer, session) if o.id != intervention.owner_id]
    rulings = [legal_queries.ruling_for(session, other, intervention) for other in others]
    if any(ruling.is_allowed for ruling in rulings):
        public_id = intervention.public_id
        return {
            "ask_url": url_for("exchange.new", public_id=public_id),
            "swap_url": url_for("exchange.new", public_id=public_id, vad="byte"),
        }
    return {"instead": _(rulings[0].why_not)} if rulings else {}


def own_url(viewer: Viewer, offer: Offer) -> str:
    """Where an offer is changed; "" for those who do not keep it."""
    return url_for("offers.one", number=offer.id) if offer_queries.keeps(viewer, offer.occasion.intervention) else ""


def row(offer: Offer, *, url: str, is_own: bool = False) -> OfferRow:
    """An offer in a list: for its owner how many of how many are left, for others how many they can have."""
    intervention = offer.occasion.intervention
    left = ngettext("%(antal)s plats kvar", "%(antal)s platser kvar", offer.left, antal=number(offer.left))
    if is_own:
        left = _("%(left)s av %(offered)s kvar, överenskommet: %(accepted)s", **_numbers(offer))
        if offer.held:
            left = _("%(left)s av %(offered)s kvar, överenskommet: %(accepted)s, %(held)s hålls", **_numbers(offer))
    return OfferRow(
        title=intervention.title,
        page_url=url_for("pages.intervention", public_id=intervention.public_id),
        owner=offer.organisation.name,
        when=_("Start %(day)s.", day=longdate(offer.occasion.start)) if offer.occasion.start else _("Går att börja när som helst."),
        places=left,
        price=price_of(offer),
        terms=offer.terms,
        limits=" ".join(_limits(offer, is_own=is_own)),
        status=_status(offer),
        is_example=intervention.is_example,
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


def _limits(offer: Offer, *, is_own: bool) -> Iterator[str]:
    if offer.until:
        yield _("Gäller till och med %(day)s.", day=longdate(offer.until))
    if offer.offered_to:
        yield _("Till: %(names)s.", names=", ".join(organisation.name for organisation in offer.offered_to))
    elif is_own:
        yield _("Till: %(names)s.", names=_("alla"))


def _status(offer: Offer) -> str:
    """The status in words; of one that nobody can ask about any more, why."""
    if offer.status is not OfferStatus.CLOSED and offer.until is not None and offer.until < clock.today():
        return _("Tiden har gått ut")
    can_join = offer.occasion.intervention.status is Status.ACTIVE and is_open(offer.occasion, clock.today())
    return _(offer.status.label) if can_join or offer.status is OfferStatus.CLOSED else _("Anmälan stängd")


def _numbers(offer: Offer) -> dict[str, str]:
    told = {"left": offer.left, "offered": offer.offered, "accepted": offer.accepted, "held": offer.held}
    return {name: number(count) for name, count in told.items()}
