"""Reads of what is said in a request: each side sees what is said to both, and its own notes."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.core.viewer import Viewer
from insatsbas.exchange import queries
from insatsbas.exchange.models import ExchangeMessage, ExchangeRequest


def messages(viewer: Viewer, session: Session, request: ExchangeRequest) -> Sequence[ExchangeMessage]:
    """What is said in a request, the first first. Notes are for their own side alone: the co-ordinator does not see them either."""
    query = select(ExchangeMessage).where(ExchangeMessage.request_id == request.id)
    own = ExchangeMessage.side.in_(queries.sides_of(viewer, request))
    return session.scalars(query.where(ExchangeMessage.is_internal.is_(False) | own).order_by(ExchangeMessage.id)).all()
