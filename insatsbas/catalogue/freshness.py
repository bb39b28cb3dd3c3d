"""When an entry is due for review, and when it is stale. Pure: the days of review and today are told.

The catalogue is gone through on some days of each year. An active or paused entry is to be confirmed for each of them, and a confirmation
counts for a day of review from `EARLY` before it; where the days lie close, from halfway to the one before. Entering counts as confirming.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from insatsbas.catalogue.rules import Status

DEFAULT_DAYS = "04-15 10-15"
EARLY = timedelta(days=60)
# What is gone through; a draft is nobody's to read yet, and what has ended is history.
REVIEWED = (Status.ACTIVE, Status.PAUSED)
# So recently is lately, where all readers are told how much has been confirmed.
LATELY = timedelta(days=183)
_DAY = re.compile(r"(\d\d)-(\d\d)")
_JULY, _MOST_DAYS = 7, 4
# A year in which every day but the leap day is found.
_PLAIN_YEAR = 2001


@dataclass(frozen=True, slots=True)
class ReviewDays:
    """The days of each year on which the catalogue is gone through, as (month, day), in order."""

    days: tuple[tuple[int, int], ...]

    def on_or_before(self, day: date) -> date:
        """The latest day of review that is not after a day."""
        return max(found for found in self._near(day) if found <= day)

    def after(self, day: date) -> date:
        """The first day of review after a day."""
        return min(found for found in self._near(day) if found > day)

    def counts_from(self, review: date) -> date:
        """The first day on which a confirmation counts for a day of review."""
        before = self.on_or_before(review - timedelta(days=1))
        return review - min(EARLY, (review - before) // 2)

    def _near(self, day: date) -> Iterator[date]:
        return (date(year, *month_and_day) for year in range(day.year - 1, day.year + 3) for month_and_day in self.days)


def read_days(text: str) -> ReviewDays:
    """The days of review as a setting tells them: "04-15 10-15".

    Raises:
        ValueError: it names no days, too many, one that is not in every year, or one in July, when nobody is there to be asked.
    """
    found = []
    for word in text.split():
        match = _DAY.fullmatch(word)
        if match is None:
            raise ValueError(word)
        day = date(_PLAIN_YEAR, int(match[1]), int(match[2]))
        if day.month == _JULY:
            raise ValueError(word)
        found.append((day.month, day.day))
    if not 1 <= len(set(found)) <= _MOST_DAYS:
        raise ValueError(text)
    return ReviewDays(tuple(sorted(set(found))))


def due_on(verified_on: date | None, created_on: date, days: ReviewDays) -> date:
    """The day of review for which an entry is next to be confirmed: the first that its last confirmation does not count for."""
    confirmed = verified_on or created_on
    review = days.after(confirmed - timedelta(days=1))
    while confirmed >= days.counts_from(review):
        review = days.after(review)
    return review


def is_stale(verified_on: date | None, created_on: date, days: ReviewDays, today: date) -> bool:
    """Whether the day of review for which it should be confirmed has passed."""
    return due_on(verified_on, created_on, days) < today


def stale_before(days: ReviewDays, today: date) -> date:
    """Whatever was last confirmed before this day is stale: `is_stale` for many at once."""
    return days.counts_from(days.on_or_before(today - timedelta(days=1)))
