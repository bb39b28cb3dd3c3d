"""What time does to requests: a reminder before the last day to answer, and the end after it. Nothing ends in the summer's rest."""

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


def expire_due(session: Session) -> int:
    """End the requests that nobody answered in time; how many. What was held for them is let go, and both sides are told.

    One in the queue ends when what it waits for has begun.
    """
    today = clock.today()
    if is_in_summer_rest(today):
        return 0
    ended = 0
    for number in session.scalars(select(ExchangeRequest.id).where(_is_due()).order_by(ExchangeRequest.id)).all():
        # Locked, and looked at anew: it may have been answered just now.
        request = queries.for_party(SYSTEM, session, number, to_change=True)
        if session.scalar(select(ExchangeRequest.id).where(ExchangeRequest.id == number, _is_due())) is None:
            continue
        key = f"tiden-ute:{request.id}:{len(request.steps)}"
        actions.perform(SYSTEM, session, number, Action.EXPIRE, key=key)
        ended += 1
    return ended


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
