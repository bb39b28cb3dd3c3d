"""Every write of what was searched for. Never commits."""

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from insatsbas.core import clock
from insatsbas.search.counted import Tally
from insatsbas.search.counted_models import SearchCount
from insatsbas.search.counted_rules import kept, kept_since

log = logging.getLogger(__name__)
# So many different questions a day are told apart: whoever sends more is filling the table.
MOST_A_DAY = 5000


def add(session: Session, tallies: Iterable[Tally]) -> int:
    """Add to what was counted; how many questions were kept. What may tell of somebody is refused here too, wherever it comes from."""
    by_day: dict[date, tuple[Counter[str], Counter[str]]] = {}
    for tally in tallies:
        if kept(tally.text) == tally.text and 0 <= tally.without <= tally.times:
            times, without = by_day.setdefault(tally.day, (Counter(), Counter()))
            times[tally.text] += tally.times
            without[tally.text] += tally.without
    return sum(_add_day(session, day, times, without) for day, (times, without) in by_day.items())


def _add_day(session: Session, day: date, times: Counter[str], without: Counter[str]) -> int:
    known = {row.text: row for row in session.scalars(select(SearchCount).where(SearchCount.day == day))}
    added = 0
    # The commonest first: those are kept when there are too many.
    for text, count in times.most_common():
        row = known.get(text)
        if row is None and len(known) < MOST_A_DAY:
            row = known[text] = SearchCount(day=day, text=text, times=0, without=0)
            session.add(row)
        if row is not None:
            row.times += count
            row.without += without[text]
            added += count
    if added < times.total():
        log.warning("Fler än %d olika sökningar %s: resten räknas inte.", MOST_A_DAY, day)
    session.flush()
    return added


def forget_old(session: Session) -> None:
    """Take away what has been kept for thirteen months."""
    session.execute(delete(SearchCount).where(SearchCount.day < kept_since(clock.today())))
