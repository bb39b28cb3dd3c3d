"""Working days, and the summer in which no answer is waited for."""

from datetime import date, timedelta
from functools import lru_cache

from holidays import country_holidays

# Working days that somebody has to answer in.
ANSWER_IN = 10
_SATURDAY = 5
_AUGUST_ENDS = 15


def is_working_day(day: date) -> bool:
    """Whether offices are open: no weekend, no public holiday, and not the three eves that are taken for one."""
    return day.weekday() < _SATURDAY and day not in _closed(day.year)


def working_days_after(day: date, count: int) -> date:
    """The day so many working days after a day. One that falls in the summer's rest is the first working day after it.

    The rest is from midsummer's eve to 15 August: then nobody's time to answer goes out.
    """
    for _ in range(count):
        day = _next_working_day(day)
    begins, ends = summer_rest(day.year)
    return _next_working_day(ends) if begins <= day <= ends else day


def working_days_before(day: date, count: int) -> date:
    """The day so many working days before a day."""
    for _ in range(count):
        day -= timedelta(days=1)
        while not is_working_day(day):
            day -= timedelta(days=1)
    return day


def is_in_summer_rest(day: date) -> bool:
    """Whether a day is one on which no answer is waited for."""
    begins, ends = summer_rest(day.year)
    return begins <= day <= ends


def summer_rest(year: int) -> tuple[date, date]:
    """The first and the last day of the summer's rest."""
    # Midsummer's day is the Saturday that falls on 20–26 June; its eve is the day before.
    eve = next(date(year, 6, day) for day in range(19, 26) if date(year, 6, day).weekday() == _SATURDAY - 1)
    return eve, date(year, 8, _AUGUST_ENDS)


def _next_working_day(day: date) -> date:
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


@lru_cache(maxsize=16)
def _closed(year: int) -> frozenset[date]:
    eves = {summer_rest(year)[0], date(year, 12, 24), date(year, 12, 31)}
    return frozenset(eves | set(country_holidays("SE", years=year, include_sundays=False)))
