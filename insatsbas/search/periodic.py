"""The periodic work of search, beside keeping the index in step. Each bears being done again at once."""

from insatsbas.core.config import current_settings
from insatsbas.core.db import writing
from insatsbas.search import counted, counted_actions


def count_searches() -> int:
    """Take in what the processes that answer have counted; how many questions there were."""
    files = counted.handed_over(current_settings().data_dir)
    if not files:
        return 0
    with writing() as session:
        added = counted_actions.add(session, [tally for _, tallies in files for tally in tallies])
    for file, _ in files:
        file.unlink(missing_ok=True)
    return added


def forget_searches() -> None:
    """Take away what was searched for long ago."""
    with writing() as session:
        counted_actions.forget_old(session)
