"""The periodic work of the exchange. Each bears being done again at once."""

from insatsbas.core.db import writing
from insatsbas.exchange import time_actions, waiting


def keep_time() -> None:
    """End what nobody answered, remind before that, and call those whose turn it is in the queue."""
    with writing() as session:
        time_actions.expire_due(session)
        time_actions.remind(session)
        waiting.call_next(session)
