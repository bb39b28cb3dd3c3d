"""What time does to requests: a reminder before the last day to answer, and the end after it. Nothing ends in the summer's rest."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from insatsbas.core import clock
from insatsbas.core.viewer import SYSTEM
from insatsbas.exchange import actions, letters, queries
from insatsbas.exchange.days import is_in_summer_rest, working_days_before
from insatsbas.exchange.models import ExchangeLeg, ExchangeRequest
from insatsbas.exchange.rules import WAITS_FOR_AN_ANSWER
from insatsbas.exchange.states import Action, State

REMIND_BEFORE = 2


def due(session: Session) -> Sequence[int]:
    """The numbers of the requests that nobody answered in time, and of those in the queue whose start has been; none in the summer."""
    if is_in_summer_rest(clock.today()):
        return []
    return session.scalars(select(ExchangeRequest.id).where(_is_due()).order_by(ExchangeRequest.id)).all()


def expire(session: Session, number: int) -> bool:
    """End such a request: what was held for it is let go, and both sides are told. Whether it was so still."""
    # Locked, and looked at anew: it may have been answered just now.
    request = queries.for_party(SYSTEM, session, number, to_change=True)
    is_so = session.scalar(select(ExchangeRequest.id).where(ExchangeRequest.id == number, _is_due())) is not None
    if is_so:
        actions.perform(SYSTEM, session, number, Action.EXPIRE, key=f"tiden-ute:{request.id}:{len(request.steps)}")
    return is_so


def remind(session: Session) -> int:
    """Remind the sides whose time to answer is out in two working days or less; of how many requests. Each day only once."""
    today = clock.today()
    if is_in_summer_rest(today):
        return 0
    query = select(ExchangeRequest).where(ExchangeRequest.state.in_(WAITS_FOR_AN_ANSWER), ExchangeRequest.answer_by >= today)
    due = [r for r in session.scalars(query) if r.answer_by and working_days_before(r.answer_by, REMIND_BEFORE) <= today]
    for request in due:
        letters.remind(session, request)
    return len(due)


def _is_due() -> ColumnElement[bool]:
    today = clock.today()
    has_begun = select(ExchangeLeg.id).where(ExchangeLeg.request_id == ExchangeRequest.id, ExchangeLeg.start < today).exists()
    waits_in_vain = (ExchangeRequest.state == State.QUEUED) & has_begun
    return ExchangeRequest.state.in_(WAITS_FOR_AN_ANSWER) & or_(ExchangeRequest.answer_by < today, waits_in_vain)
