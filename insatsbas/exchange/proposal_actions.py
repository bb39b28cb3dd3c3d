"""Laying a proposal on the table, and what it must be to lie there. Never commits.

A form can be forged and a draft grow old: so all is looked at whenever something comes to the table or is sent. What lies there
already, between two sides that talk, stays as it is told: in a counter-proposal only what is new is asked for anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.rules import Status, is_open
from insatsbas.core import clock
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.templating import number
from insatsbas.exchange import legal_queries, queries
from insatsbas.exchange.models import ExchangeLeg, ExchangeRequest, Offer
from insatsbas.exchange.offers import OfferStatus
from insatsbas.exchange.states import Kind, Side, State
from insatsbas.exchange.terms import Leg, PriceKind, Proposal
from insatsbas.organisations.models import Organisation
from insatsbas.organisations.rules import has_left


@dataclass(frozen=True, slots=True)
class Table:
    """Between which two, about what; `lies` is what lies there already, nothing before it is sent. A deal that is reported is past."""

    kind: Kind
    sides: Mapping[Side, Organisation]
    lies: Sequence[ExchangeLeg] = ()
    is_report: bool = False


def table_for(session: Session, kind: Kind, asker_id: int, answerer_id: int, *, is_report: bool = False) -> Table:
    """A table with nothing on it yet.

    Raises:
        RefusedError: it is no two organisations that take part.
    """
    asker, answerer = session.get(Organisation, asker_id), session.get(Organisation, answerer_id)
    if asker is None or answerer is None:
        raise RefusedError(_("Organisationen finns inte."))
    if asker is answerer:
        raise RefusedError(_("Ni kan inte fråga er själva om platser."))
    return Table(kind, {Side.ASKER: asker, Side.ANSWERER: answerer}, is_report=is_report)


def refuse_to_send(session: Session, request: ExchangeRequest) -> None:
    """See that a draft can still be sent as it was written.

    Raises:
        RefusedError: something in it cannot be asked for any more.
    """
    refuse_impossible(session, table_for(session, request.kind, request.asker_id, request.answerer_id), queries.proposal_of(request))


def refuse_to_counter(session: Session, request: ExchangeRequest, proposal: Proposal) -> None:
    """See that something else can be proposed in place of what lies on the table.

    Raises:
        RefusedError: it is another kind of deal, or something new in it cannot be asked for.
    """
    sides = {Side.ASKER: request.asker, Side.ANSWERER: request.answerer}
    was_reported = request.steps[0].after is State.REPORTED
    refuse_impossible(session, Table(request.kind, sides, tuple(request.legs), is_report=was_reported), proposal)


def refuse_impossible(session: Session, table: Table, proposal: Proposal) -> None:
    """See that a proposal can lie on the table.

    Raises:
        RefusedError: it cannot, and why.
    """
    for organisation in table.sides.values():
        if has_left(organisation.left_on, clock.today()):
            raise RefusedError(_("%(name)s har lämnat samverkan.", name=organisation.name))
    givers = [leg.giver for leg in proposal.legs]
    is_shaped = sorted(givers) == sorted(Side) if table.kind is Kind.SWAP else len(givers) == 1
    if not is_shaped or (table.lies and givers != [leg.giver for leg in table.lies]):
        raise RefusedError(_("Förslaget passar inte ihop med förfrågan. Ladda om sidan och försök igen."))
    if proposal.difference < 0 or (proposal.difference == 0) != (proposal.difference_from is None):
        raise RefusedError(_("Skriv mellanskillnaden som ett belopp, och välj vem som betalar den."))
    for position, leg in enumerate(proposal.legs):
        _refuse_leg(session, table, leg, table.lies[position] if table.lies else None)


def lay(request: ExchangeRequest, proposal: Proposal) -> None:
    """Copy the legs of a proposal: rows are changed in place, since each has its own position."""
    request.difference, request.difference_from = proposal.difference, proposal.difference_from
    for position, leg in enumerate(proposal.legs):
        values = {name: getattr(leg, name) for name in leg.__slots__}
        if position < len(request.legs):
            for name, value in values.items():
                setattr(request.legs[position], name, value)
        else:
            request.legs.append(ExchangeLeg(position=position, **values))
    del request.legs[len(proposal.legs) :]


def plain(value: Any) -> Any:
    """A proposal as JSON can hold it."""
    if isinstance(value, Proposal):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return str(value) if isinstance(value, Decimal | date) else value


def _refuse_leg(session: Session, table: Table, leg: Leg, lies: ExchangeLeg | None) -> None:
    if leg.places < 1:
        raise RefusedError(_("Skriv hur många platser ni vill ha, minst en."))
    if leg.price is not None and leg.price < 0:
        raise RefusedError(_("Skriv priset i kronor, 0 eller mer."))
    if leg.start and leg.end and leg.end < leg.start:
        raise RefusedError(_("Sista dagen ligger före första dagen."))
    occasion = session.get(Occasion, leg.occasion_id)
    row = occasion.intervention if occasion else None
    # A draft or a hidden entry is not there for others, and nothing is told of whose it is.
    if occasion is None or row is None or row.owner_id != table.sides[leg.giver].id or row.status is Status.DRAFT or row.hidden:
        raise RefusedError(_("Starten finns inte längre, eller hör till någon annan."))
    is_same = lies is not None and lies.occasion_id == leg.occasion_id
    if not is_same:
        _refuse_start(row, occasion, is_report=table.is_report)
    if not is_same or (lies is not None and lies.legal_basis is not leg.legal_basis):
        _refuse_basis(session, table, leg, row)
    if lies is None or not is_same or lies.places < leg.places:
        _refuse_too_many(leg.places, occasion.places, of_offer=False)
    if leg.offer_id is not None or (table.kind is Kind.SELL and lies is None):
        _refuse_offer(session, table, leg, lies if is_same and lies and lies.offer_id == leg.offer_id else None)


def _refuse_start(row: Intervention, occasion: Occasion, *, is_report: bool) -> None:
    if row.status is not Status.ACTIVE:
        raise RefusedError(_("”%(title)s” går inte att använda nu.", title=row.title))
    today = clock.today()
    has_begun = occasion.start is not None and occasion.start < today
    # What is reported was agreed on before.
    if not is_report and (has_begun or not is_open(occasion, today)):
        raise RefusedError(_("Det går inte längre att anmäla sig till starten i ”%(title)s”. Välj en annan start.", title=row.title))


def _refuse_basis(session: Session, table: Table, leg: Leg, row: Intervention) -> None:
    ruling = legal_queries.ruling_for(session, table.sides[leg.giver.other], row)
    if not ruling.is_allowed:
        raise RefusedError(_(ruling.why_not))
    if leg.legal_basis not in ruling.bases:
        basis = _(leg.legal_basis.label)
        raise RefusedError(_("%(basis)s är ingen grund som går att använda mellan er. Välj en annan rättslig grund.", basis=basis))


def _refuse_offer(session: Session, table: Table, leg: Leg, lies: ExchangeLeg | None) -> None:
    offer = session.get(Offer, leg.offer_id) if leg.offer_id is not None else None
    taker = table.sides[leg.giver.other]
    is_of_it = offer is not None and offer.occasion_id == leg.occasion_id and not offer.is_closed_deal
    if offer is None or not is_of_it or (lies is None and offer.offered_to and taker not in offer.offered_to):
        raise RefusedError(_("Erbjudandet finns inte längre, eller är för andra."))
    # Those who hold places for the request have them already.
    left = offer.left + (lies.held if lies else 0)
    if lies is None or lies.places < leg.places:
        is_out = offer.until is not None and offer.until < clock.today() and lies is None and not table.is_report
        if is_out or offer.status is OfferStatus.CLOSED:
            raise RefusedError(_("Erbjudandet är stängt."))
        _refuse_too_many(leg.places, left, of_offer=True)
    is_agreed = offer.price_kind is PriceKind.AGREED or (leg.price_kind, leg.price) == (offer.price_kind, offer.price)
    if lies is None and not (is_agreed and leg.terms.startswith(offer.terms)):
        raise RefusedError(_("Priset eller villkoren i erbjudandet har ändrats. Skriv en ny förfrågan."))


def _refuse_too_many(places: int, left: int | None, *, of_offer: bool) -> None:
    """Of a start one can ask for all that it has, since a place that is taken can come free: of an offer for what is left."""
    if left is None or places <= left:
        return
    if not of_offer:
        told = ngettext("Starten har bara %(antal)s plats.", "Starten har bara %(antal)s platser.", left, antal=number(left))
    elif left:
        told = ngettext(
            "Det finns %(antal)s plats kvar i erbjudandet.", "Det finns %(antal)s platser kvar i erbjudandet.", left, antal=number(left)
        )
    else:
        told = _("Erbjudandet är fullt. Fråga om starten i stället, så kan ni få stå i kö.")
    raise RefusedError(told)
