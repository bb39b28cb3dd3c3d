"""When a letter of review is written: before, at and after the day, and none in July. What is due and stale is `catalogue.freshness`."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from insatsbas.catalogue.freshness import ReviewDays, due_on, is_stale, read_days, stale_before

__all__ = ["BEFORE", "LINK_LASTS", "ReviewDays", "Stage", "current_review", "due_on", "is_stale", "letter_now", "read_days", "stale_before"]

# The first letter comes so long before the day, and with it the entries are on the list of what to do.
BEFORE = timedelta(days=21)
AFTER = timedelta(days=14)
# What was not written so long after its time, since nothing ran, is not written any more.
_LATEST = timedelta(days=14)
LINK_LASTS = timedelta(days=60)
_JULY = 7


class Stage(StrEnum):
    """The three letters of a review, by their place in a letter's key."""

    BEFORE = "fore"
    ON_THE_DAY = "pa-dagen"
    AFTER = "efter"


@dataclass(frozen=True, slots=True)
class Due:
    """That a letter is to be written now: of which day of review, and which of the three."""

    review: date
    stage: Stage


def current_review(days: ReviewDays, today: date) -> date:
    """The day of review that is at hand: the next from so long before it as the first letter, until the first letter of the one after."""
    return days.on_or_before(today + BEFORE)


def letter_now(days: ReviewDays, today: date) -> Due | None:
    """The letter whose time it is, or None. The one that would come in July comes on the first of August.

    Where two would come at once only the later does.
    """
    if today.month == _JULY:
        return None
    review = current_review(days, today)
    times = {Stage.BEFORE: review - BEFORE, Stage.ON_THE_DAY: review, Stage.AFTER: review + AFTER}
    begun = {stage: _not_in_july(day) for stage, day in times.items() if _not_in_july(day) <= today}
    stage = list(begun)[-1]
    is_too_late = stage is Stage.AFTER and today >= begun[stage] + _LATEST
    return None if is_too_late else Due(review, stage)


def _not_in_july(day: date) -> date:
    return date(day.year, _JULY + 1, 1) if day.month == _JULY else day
