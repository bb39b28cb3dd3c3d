"""Every read of what was searched for: for the co-ordinator, and never of what only some have asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.core.viewer import Viewer
from insatsbas.search.counted_models import SearchCount
from insatsbas.search.counted_rules import FEWEST_SHOWN


@dataclass(frozen=True, slots=True)
class Counted:
    """A question, how many times it was asked in a time, and how many of those found nothing."""

    text: str
    times: int
    without: int


def commonest(viewer: Viewer, session: Session, *, since: date, limit: int) -> Sequence[Counted]:
    """What was asked most often since a day.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
    """
    return _most(viewer, session, since, limit, by_hits=False)


def without_hits(viewer: Viewer, session: Session, *, since: date, limit: int) -> Sequence[Counted]:
    """What most often found nothing since a day: the list of what is missing.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
    """
    return _most(viewer, session, since, limit, by_hits=True)


def _most(viewer: Viewer, session: Session, since: date, limit: int, *, by_hits: bool) -> Sequence[Counted]:
    require(viewer, Permission.COORDINATE)
    times, without = func.sum(SearchCount.times), func.sum(SearchCount.without)
    counted = without if by_hits else times
    query = select(SearchCount.text, times, without).where(SearchCount.day >= since).group_by(SearchCount.text)
    rows = session.execute(query.having(counted >= FEWEST_SHOWN).order_by(counted.desc(), SearchCount.text).limit(limit))
    return [Counted(row[0], int(row[1]), int(row[2])) for row in rows]
