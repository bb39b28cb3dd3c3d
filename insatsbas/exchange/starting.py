"""What can be asked for: the starts of an intervention, the open offers of them, and what one can give in return."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.rules import Status, is_open
from insatsbas.core import clock
from insatsbas.core.errors import NotFoundError, RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.templating import longdate
from insatsbas.core.text import N_
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import legal_queries
from insatsbas.exchange.models import Offer
from insatsbas.exchange.offers import OfferStatus, offer_key
from insatsbas.exchange.presenter import kronor
from insatsbas.exchange.queries import STAFF
from insatsbas.exchange.terms import LegalBasis
from insatsbas.organisations.models import Organisation


class Way(StrEnum):
    """How one asks: for places to buy, for a swap, or telling of a deal that is made already. As it stands in the address."""

    BUY = "kop"
    SWAP = "byte"
    REPORT = "redan"

    @classmethod
    def named(cls, name: str | None) -> "Way":
        """The way of that name; to buy, where it is none."""
        return next((way for way in cls if way.value == name), cls.BUY)

    @property
    def heading(self) -> str:
        """What the page is called."""
        return {Way.BUY: N_("Fråga om platser"), Way.SWAP: N_("Föreslå ett byte"), Way.REPORT: N_("Registrera en överenskommelse")}[self]

    @property
    def saved(self) -> str:
        """What is said when it is saved."""
        if self is Way.REPORT:
            return N_("Överenskommelsen är registrerad. Den andra sidan bekräftar den.")
        return N_("Förfrågan är sparad men inte skickad. Läs igenom den. Är något fel, ta tillbaka den och skriv en ny.")


@dataclass(frozen=True, slots=True)
class Start:
    """One start that can be asked for, or one open offer of it. `key` is what the form sends."""

    key: str
    label: str
    occasion: Occasion
    offer: Offer | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Who asks, for which of an intervention's starts, what they can give in return, on which grounds; or why they cannot.

    `gives` is when the owner tells of places that it has given already: then `takers` are those who can have got them.
    """

    row: Intervention
    asker: Organisation | None = None
    own: Sequence[Organisation] = ()
    starts: Sequence[Start] = ()
    given: Sequence[Start] = ()
    bases: Sequence[LegalBasis] = ()
    gives: bool = False
    takers: Sequence[Organisation] = ()
    why_not: str = ""


def table_for(viewer: Viewer, session: Session, row: Intervention, way: Way, *, asker: str | None = None) -> Table:
    """What there is to ask for, for one of the viewer's organisations: that of the name in addresses, else the first.

    Raises:
        NotFoundError: the viewer does not ask for an organisation of that name.
    """
    own, is_report = own_organisations(viewer, session), way is Way.REPORT
    if is_report and any(organisation.id == row.owner_id for organisation in own):
        return _giving(session, row)
    others = [organisation for organisation in own if organisation.id != row.owner_id]
    if not others:
        return Table(row, why_not=_("Insatsen är er egen.") if own else _("Du har ingen organisation att fråga för."))
    chosen_one = next((o for o in others if o.slug == asker), None if asker else others[0])
    if chosen_one is None:
        raise NotFoundError("Organisationen finns inte.")
    ruling = legal_queries.ruling_for(session, chosen_one, row)
    if not ruling.is_allowed:
        return Table(row, chosen_one, others, why_not=_(ruling.why_not))
    found = starts(session, row, asker_id=chosen_one.id, is_report=is_report)
    given = [] if way is Way.BUY else starts_of_owner(session, chosen_one, is_report=is_report)
    return Table(row, chosen_one, others, found, given, ruling.bases)


def own_organisations(viewer: Viewer, session: Session) -> Sequence[Organisation]:
    """The organisations that a viewer can ask for, by name."""
    own = viewer.organisations_as(*STAFF)
    query = select(Organisation).where(Organisation.id.in_(own), Organisation.left_on.is_(None)).order_by(Organisation.name)
    return session.scalars(query).all()


def starts(session: Session, row: Intervention, *, asker_id: int | None, is_report: bool = False) -> list[Start]:
    """What can be asked for of an intervention by an organisation: open offers to it first, then the starts themselves.

    A deal made already can be of a start that has begun.
    """
    today = clock.today()
    if row.status is not Status.ACTIVE:
        return []
    found = [o for o in row.occasions if is_report or (is_open(o, today) and (o.start is None or o.start >= today))]
    query = select(Offer).where(Offer.occasion_id.in_([o.id for o in found]), Offer.status == OfferStatus.OPEN)
    query = query.options(selectinload(Offer.offered_to)).order_by(Offer.id)
    offers = [offer for offer in session.scalars(query) if asker_id is None or _is_for(offer, asker_id)]
    return [
        *(Start(offer_key(offer.id), _offer_label(offer), offer.occasion, offer) for offer in offers),
        *(Start(str(o.id), _start_label(o), o) for o in found),
    ]


def starts_of_owner(session: Session, organisation: Organisation, *, is_report: bool = False) -> list[Start]:
    """The starts that an organisation could give in return."""
    today = clock.today()
    query = select(Intervention).where(Intervention.owner_id == organisation.id, Intervention.status == Status.ACTIVE)
    rows = session.scalars(query.options(selectinload(Intervention.occasions)).order_by(Intervention.title)).all()
    return [
        Start(str(o.id), f"{row.title}, {_start_label(o)}", o)
        for row in rows
        for o in row.occasions
        if o.places is not None and (is_report or (is_open(o, today) and (o.start is None or o.start >= today)))
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


def _giving(session: Session, row: Intervention) -> Table:
    """The owner's own account of a deal: to any organisation with which there is a ground for it."""
    query = select(Organisation).where(Organisation.id != row.owner_id, Organisation.left_on.is_(None)).order_by(Organisation.name)
    is_adult, rules = legal_queries.is_via_adult_education(row), legal_queries.rules(session)
    takers = [] if is_adult else [other for other in session.scalars(query) if rules.bases(other.kind, row.owner.kind)]
    if not takers:
        ruling = legal_queries.ruling_for_owner(session, row)
        return Table(row, row.owner, why_not=_(ruling.why_not or N_("Det finns ingen organisation som kan ha fått platser här.")))
    grounds = {basis for other in takers for basis in rules.bases(other.kind, row.owner.kind)}
    bases = tuple(basis for basis in LegalBasis if basis in grounds)
    found = starts(session, row, asker_id=None, is_report=True)
    return Table(row, row.owner, [row.owner], found, bases=bases, gives=True, takers=takers)


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
    told = {"when": when, "left": offer.left, "price": price}
    return ngettext(
        "Erbjudande: %(when)s, %(left)d plats, %(price)s", "Erbjudande: %(when)s, %(left)d platser, %(price)s", offer.left, **told
    )
