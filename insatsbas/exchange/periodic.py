"""The periodic work of the exchange. Each bears being done again at once."""

import logging
from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from insatsbas.core.db import writing
from insatsbas.exchange import offer_actions, time_actions, waiting

log = logging.getLogger(__name__)


def keep_time() -> None:
    """End what nobody answered, remind before that, close offers that are over, and call those whose turn it is in the queue."""
    with writing() as session:
        due, over = time_actions.due(session), offer_actions.over(session)
    _each(due, time_actions.expire)
    with writing() as session:
        time_actions.remind(session)
    _each(over, offer_actions.close_over)
    with writing() as session:
        waiting.call_next(session)


def _each(numbers: Iterable[int], do: Callable[[Session, int], object]) -> None:
    """Each in a transaction of its own: none waits for two at once, and one that cannot be done keeps no other from it."""
    for number in numbers:
        try:
            with writing() as session:
                do(session, number)
        except Exception:
            log.exception("%s gick inte för %s; det prövas igen nästa gång.", do.__name__, number)
