"""Reads of what was agreed on. As a request, it is there for its two parties and the co-ordinator."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from insatsbas.core.errors import NotFoundError
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import queries
from insatsbas.exchange.models import Agreement


def by_number(viewer: Viewer, session: Session, number: str) -> Agreement:
    """One agreement, for somebody of one of its sides or the co-ordinator.

    Raises:
        NotFoundError: there is none, or it is not for this viewer.
    """
    query = select(Agreement).where(Agreement.number == number).options(selectinload(Agreement.references))
    agreement = session.scalars(query).one_or_none()
    if agreement is None:
        raise NotFoundError("Överenskommelsen finns inte.")
    queries.for_party(viewer, session, agreement.request_id)
    return agreement


def latest(session: Session, request_id: int) -> Agreement | None:
    """The agreement of a request that holds now."""
    return session.scalars(select(Agreement).where(Agreement.request_id == request_id).order_by(Agreement.id.desc())).first()


def of_request(session: Session, request_id: int) -> Sequence[Agreement]:
    """Every agreement of a request, the first first."""
    query = select(Agreement).where(Agreement.request_id == request_id).options(selectinload(Agreement.references))
    return session.scalars(query.order_by(Agreement.id)).all()
