"""A day is a day in Sweden, also about midnight and when the clocks are changed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from insatsbas.core import clock


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2027, 1, 31, 22, 59, 59, tzinfo=UTC), date(2027, 1, 31)),
        (datetime(2027, 1, 31, 23, 0, tzinfo=UTC), date(2027, 2, 1)),
        (datetime(2027, 7, 1, 21, 59, 59, tzinfo=UTC), date(2027, 7, 1)),
        (datetime(2027, 7, 1, 22, 0, tzinfo=UTC), date(2027, 7, 2)),
        # Summer time begins on 28 March 2027 at 01:00 UTC and ends on 31 October.
        (datetime(2027, 3, 27, 22, 59, tzinfo=UTC), date(2027, 3, 27)),
        (datetime(2027, 3, 27, 23, 0, tzinfo=UTC), date(2027, 3, 28)),
        (datetime(2027, 3, 28, 21, 59, tzinfo=UTC), date(2027, 3, 28)),
        (datetime(2027, 3, 28, 22, 0, tzinfo=UTC), date(2027, 3, 29)),
        (datetime(2027, 10, 30, 22, 0, tzinfo=UTC), date(2027, 10, 31)),
        (datetime(2027, 10, 31, 22, 59, tzinfo=UTC), date(2027, 10, 31)),
        (datetime(2027, 10, 31, 23, 0, tzinfo=UTC), date(2027, 11, 1)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_the_swedish_day_of_a_moment(moment: datetime, day: date) -> None:
    assert clock.local_day(moment) == day
    assert clock.local_day(moment.astimezone(timezone(timedelta(hours=-9)))) == day


def test_now_is_in_utc_and_today_follows_it(freeze: Callable[[date | datetime], None]) -> None:
    assert clock.now().utcoffset() == timedelta(0)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    freeze(datetime(2027, 6, 30, 22, 30, tzinfo=UTC))
    assert clock.today() == date(2027, 7, 1)
    freeze(date(2027, 6, 30))
    assert clock.today() == date(2027, 6, 30)
