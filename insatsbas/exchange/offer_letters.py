"""That an offer is full: told those who have asked for places of it and have not got any. "The rest get to know when it is full"."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from insatsbas.core.i18n import gettext as _
from insatsbas.core.text import N_
from insatsbas.exchange import letters
from insatsbas.exchange.models import ExchangeLeg, ExchangeRequest, Offer
from insatsbas.exchange.offers import OfferStatus
from insatsbas.exchange.states import Side, State

_SUBJECT = N_("Platserna som ni frågade om är slut")
# For each state in which somebody may still hope for places: what the asker reads, and what the owner reads on the page.
_ASKER = {
    State.DECIDING_TO_SEND: N_("Förfrågan går inte att skicka. Ta tillbaka den och fråga om starten i stället: då kan ni få stå i kö."),
    State.SENT: N_("Vill ni vänta behöver ni inte göra något: %(other)s kan ställa er i kö. Annars kan ni ta tillbaka förfrågan."),
    State.COUNTERED: N_("Ni kan föreslå en annan start i ett motförslag, eller ta tillbaka förfrågan."),
    State.DECIDING_TO_ACCEPT: N_("Ni kan vänta på att platser blir lediga, eller ta tillbaka förfrågan."),
    State.QUEUED: N_("Ni står kvar i kön och får ett brev när det är er tur."),
}
_OWNER = {
    State.SENT: N_("Ställ %(other)s i kö, lämna ett motförslag eller tacka nej. Ni kan också erbjuda fler platser."),
    State.DECIDING_TO_ACCEPT: N_("Det går inte att tacka ja utan att erbjuda fler platser."),
    State.QUEUED: N_("%(other)s står i kö. Ni får ett brev när platser blir lediga."),
}


def tell_when_full(session: Session, request: ExchangeRequest) -> int:
    """Write to the other askers of the offers that a deal has just made full; to how many. Each is told once of an offer."""
    if request.state is not State.ACCEPTED:
        return 0
    offers = [leg.offer_id for leg in request.legs if leg.offer_id is not None]
    query = select(Offer).where(Offer.id.in_(offers), Offer.status == OfferStatus.FULL, Offer.is_closed_deal.is_(False))
    told = 0
    for offer in session.scalars(query).all():
        for other in _who_hope(session, offer, but=request.id):
            sentence = _("Alla platser i erbjudandet från %(other)s är slut.", other=other.answerer.name)
            parts = [sentence, _(_ASKER[other.state], other=other.answerer.name)]
            letters.tell_that(session, other, Side.ASKER, _SUBJECT, parts, key=f"fullt:{offer.id}")
            told += 1
    return told


def full_note(session: Session, request: ExchangeRequest, side: Side | None) -> str:
    """What the page of a request says when the offer that it asks of is full; "" when it is not, or the places are kept for it."""
    offers = [leg.offer_id for leg in request.legs if leg.offer_id is not None and leg.held < leg.places]
    words = _OWNER if side is Side.ANSWERER else _ASKER
    if not offers or side is None or request.state not in words:
        return ""
    is_full = select(Offer.id).where(Offer.id.in_(offers), Offer.status == OfferStatus.FULL, Offer.is_closed_deal.is_(False))
    if session.scalars(is_full.limit(1)).first() is None:
        return ""
    other = request.asker if side is Side.ANSWERER else request.answerer
    return " ".join((_("Alla platser i erbjudandet är slut."), _(words[request.state], other=other.name)))


def _who_hope(session: Session, offer: Offer, *, but: int) -> Sequence[ExchangeRequest]:
    """The requests for an offer's places that are not answered, and for which none are kept."""
    asks = (
        select(ExchangeLeg.id)
        .where(ExchangeLeg.request_id == ExchangeRequest.id, ExchangeLeg.offer_id == offer.id, ExchangeLeg.held == 0)
        .exists()
    )
    query = select(ExchangeRequest).where(ExchangeRequest.id != but, ExchangeRequest.state.in_(_ASKER), asks)
    return session.scalars(query.options(selectinload(ExchangeRequest.legs)).order_by(ExchangeRequest.id)).all()
