"""The periodic work of the exchange. Each bears being done again at once."""

from insatsbas.core.db import writing
from insatsbas.exchange import offer_actions, time_actions, waiting


def keep_time() -> None:
    """End what nobody answered, remind before that, close offers that are over, and call those whose turn it is in the queue."""
    with writing() as session:
        time_actions.expire_due(session)
        time_actions.remind(session)
        offer_actions.close_over(session)
        waiting.call_next(session)
