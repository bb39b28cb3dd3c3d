"""When an entry is due and when it is stale: a table, and what holds of all days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insatsbas.catalogue.freshness import EARLY, ReviewDays, due_on, is_stale, read_days, stale_before

USUAL = read_days("04-15 10-15")
LONG_AGO = date(2020, 1, 1)
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
month_days = st.tuples(st.integers(1, 12).filter(lambda m: m != 7), st.integers(1, 28))
schedules = st.sets(month_days, min_size=1, max_size=4).map(lambda found: ReviewDays(tuple(sorted(found))))


@pytest.mark.parametrize(
    ("confirmed", "due"),
    [
        # Well before: the next day of review is its own.
        (date(2027, 1, 18), date(2027, 4, 15)),
        # The last day that is too early, and the first that counts: sixty days before.
        (date(2027, 2, 13), date(2027, 4, 15)),
        (date(2027, 2, 14), date(2027, 10, 15)),
        (date(2027, 4, 14), date(2027, 10, 15)),
        (date(2027, 4, 15), date(2027, 10, 15)),
        # Late, after the day: it is then fresh until the next.
        (date(2027, 5, 20), date(2027, 10, 15)),
        (date(2027, 8, 15), date(2027, 10, 15)),
        (date(2027, 8, 16), date(2028, 4, 15)),
        # Over the turn of the year.
        (date(2027, 12, 31), date(2028, 4, 15)),
        # Before the last day but one: due then, and long overdue.
        (date(2025, 11, 1), date(2026, 4, 15)),
    ],
)
def test_an_entry_is_due_on_the_first_day_that_its_confirmation_does_not_count_for(confirmed: date, due: date) -> None:
    assert due_on(confirmed, LONG_AGO, USUAL) == due
    assert due_on(None, confirmed, USUAL) == due, "entering counts as confirming"


@pytest.mark.parametrize(
    ("confirmed", "today", "stale"),
    [
        (date(2027, 1, 18), date(2027, 4, 15), False),
        (date(2027, 1, 18), date(2027, 4, 16), True),
        (date(2027, 3, 1), date(2027, 10, 15), False),
        (date(2027, 3, 1), date(2027, 10, 16), True),
        (date(2027, 4, 20), date(2027, 10, 15), False),
        (date(2025, 11, 1), date(2026, 11, 24), True),
    ],
)
def test_it_is_stale_from_the_day_after(confirmed: date, today: date, stale: bool) -> None:
    assert is_stale(confirmed, LONG_AGO, USUAL, today) is stale


@given(days, days, schedules)
def test_the_limit_for_many_says_what_is_said_of_each(confirmed: date, today: date, schedule: ReviewDays) -> None:
    assert is_stale(confirmed, LONG_AGO, schedule, today) == (confirmed < stale_before(schedule, today))


@given(days, schedules)
def test_each_day_of_review_asks_anew(confirmed: date, schedule: ReviewDays) -> None:
    """Whoever confirms each time on the day itself is asked every time, and no confirmation lasts over two days of review."""
    due = due_on(confirmed, LONG_AGO, schedule)
    assert due > confirmed
    assert due_on(due, LONG_AGO, schedule) == schedule.after(due)
    between = schedule.after(confirmed)
    assert due in (between, schedule.after(between))
    if due != between:
        assert between - confirmed <= EARLY
    assert due_on(confirmed + timedelta(days=1), LONG_AGO, schedule) >= due


@pytest.mark.parametrize(
    "text", ["", "04-15 2", "13-01", "02-29", "07-15", "04-31", "01-01 02-01 03-01 05-01 06-01", "4-15", "04-15,10-15"]
)
def test_days_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_days(text)


def test_days_are_read_in_any_order_and_once() -> None:
    assert read_days(" 10-15  04-15 10-15 ") == USUAL
