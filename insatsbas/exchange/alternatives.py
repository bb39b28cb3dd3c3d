"""What else there is, for the one whose request came to nothing: the same need, with places left, the nearest first."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from insatsbas.catalogue.models import Intervention, Need, Occasion
from insatsbas.catalogue.queries import published
from insatsbas.catalogue.rules import Status
from insatsbas.core import clock
from insatsbas.exchange.models import ExchangeRequest
from insatsbas.exchange.states import Side
from insatsbas.organisations.queries import commuting_from

_MOST = 3


def nearest(session: Session, request: ExchangeRequest) -> Sequence[Intervention]:
    """Up to three other interventions for what the asker asked for: those one can commute to first, then those that start soon."""
    leg = next((leg for leg in request.legs if leg.giver is Side.ANSWERER), None)
    if leg is None:
        # A deal that the giver told of: nobody is looking for places.
        return ()
    asked = leg.occasion.intervention
    today = clock.today()
    last_day = func.coalesce(Occasion.apply_by, Occasion.start)
    has_places = select(Occasion.id).where(
        Occasion.intervention_id == Intervention.id,
        Occasion.places - Occasion.taken_by_own - Occasion.accepted >= leg.places,
        last_day.is_(None) | (last_day >= today),
    )
    query = published().where(
        Intervention.status == Status.ACTIVE,
        Intervention.id != asked.id,
        Intervention.owner_id.not_in((request.asker_id, request.answerer_id)),
        Intervention.needs.any(Need.id.in_([need.id for need in asked.needs])),
        has_places.exists(),
    )
    rows = session.scalars(
        query.options(joinedload(Intervention.owner), selectinload(Intervention.given_in), selectinload(Intervention.occasions))
    ).all()
    reach = commuting_from(session).get(request.asker.municipality_code or "", frozenset())

    def order(row: Intervention) -> tuple[bool, date, str]:
        is_near = not row.given_in or any(municipality.code in reach for municipality in row.given_in)
        starts = [occasion.start for occasion in row.occasions if occasion.start and occasion.start >= today]
        return not is_near, min(starts, default=today), row.title

    return sorted(rows, key=order)[:_MOST]
