"""What can be asked for: the starts of an intervention, the open offers of them, and what one can give in return."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.rules import Status, is_open
from insatsbas.core import clock
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.templating import longdate
from insatsbas.core.viewer import Viewer
from insatsbas.exchange.models import Offer
from insatsbas.exchange.offers import OfferStatus
from insatsbas.exchange.presenter import kronor
from insatsbas.exchange.queries import STAFF
from insatsbas.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Start:
    """One start that can be asked for, or one open offer of it. `key` is what the form sends."""

    key: str
    label: str
    occasion: Occasion
    offer: Offer | None = None


def own_organisations(viewer: Viewer, session: Session) -> Sequence[Organisation]:
    """The organisations that a viewer can ask for, by name."""
    own = viewer.organisations_as(*STAFF)
    query = select(Organisation).where(Organisation.id.in_(own), Organisation.left_on.is_(None)).order_by(Organisation.name)
    return session.scalars(query).all()


def starts(session: Session, row: Intervention, *, asker_id: int) -> list[Start]:
    """What can be asked for of an intervention by an organisation: open offers to it first, then the starts themselves."""
    if row.status is not Status.ACTIVE:
        return []
    today = clock.today()
    open_ones = [o for o in row.occasions if is_open(o, today) and (o.start is None or o.start >= today)]
    query = select(Offer).where(Offer.occasion_id.in_([o.id for o in open_ones]), Offer.status == OfferStatus.OPEN)
    offers = [offer for offer in session.scalars(query.order_by(Offer.id)) if _is_for(offer, asker_id)]
    return [
        *(Start(f"erbjudande-{offer.id}", _offer_label(offer), offer.occasion, offer) for offer in offers),
        *(Start(str(o.id), _start_label(o), o) for o in open_ones),
    ]


def starts_of_owner(session: Session, organisation: Organisation) -> list[Start]:
    """The starts that an organisation could give in return."""
    today = clock.today()
    query = select(Intervention).where(Intervention.owner_id == organisation.id, Intervention.status == Status.ACTIVE)
    rows = session.scalars(query.order_by(Intervention.title)).all()
    return [
        Start(str(o.id), f"{row.title}, {_start_label(o)}", o)
        for row in rows
        for o in row.occasions
        if is_open(o, today) and o.places is not None and (o.start is None or o.start >= today)
    ]


def chosen(found: Sequence[Start], key: str) -> Start:
    """The start that the form names.

    Raises:
        RefusedError: it can no longer be asked for.
    """
    start = next((start for start in found if start.key == key), None)
    if start is None:
        raise RefusedError(_("Den start du valde går inte längre att fråga om. Välj en annan."))
    return start


def _is_for(offer: Offer, asker_id: int) -> bool:
    named = {organisation.id for organisation in offer.offered_to}
    is_in_time = offer.until is None or offer.until >= clock.today()
    return is_in_time and (not named or asker_id in named)


def _start_label(occasion: Occasion) -> str:
    when = longdate(occasion.start) if occasion.start else _("när som helst")
    left = occasion.left
    if left is None:
        return when
    return ngettext("%(when)s (%(left)d ledig plats)", "%(when)s (%(left)d lediga platser)", left, when=when, left=left)


def _offer_label(offer: Offer) -> str:
    when = longdate(offer.occasion.start) if offer.occasion.start else _("när som helst")
    price = _("pris enligt överenskommelse")
    if offer.price is not None:
        price = _("%(amount)s %(each)s", amount=kronor(offer.price), each=_(offer.price_kind.label))
    return _("Erbjudande: %(when)s, %(left)d platser, %(price)s", when=when, left=offer.left, price=price)
