"""The only clock. Times are stored in UTC; a day is a day in Sweden. Tests replace `now`."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """A moment as clocks in Sweden show it."""
    return moment.astimezone(STOCKHOLM)


def local_day(moment: datetime) -> date:
    """The Swedish calendar day of a moment."""
    return local(moment).date()


def today() -> date:
    """The current day in Sweden."""
    return local_day(now())
