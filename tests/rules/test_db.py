"""Which SQLite may write ahead, and which moments the database takes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import sqlite

from insatsbas.core.db import UtcDateTime, sqlite_module, wal_is_safe


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 44, 9), True),
        ((3, 45, 0), False),
        ((3, 49, 2), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_writing_ahead_only_where_sqlite_is_mended(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_the_driver_tells_its_version() -> None:
    assert len(sqlite_module().sqlite_version_info) >= 3


def test_a_moment_comes_back_in_utc() -> None:
    kind, dialect = UtcDateTime(), sqlite.dialect()
    given = datetime(2027, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    kept = kind.process_bind_param(given, dialect)
    assert kept == given
    assert kept is not None
    assert kept.utcoffset() == timedelta(0)
    # SQLite gives it back without its zone.
    assert kind.process_result_value(kept.replace(tzinfo=None), dialect) == given
    assert kind.process_result_value(given, dialect) == datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    assert kind.process_bind_param(None, dialect) is kind.process_result_value(None, dialect) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcDateTime().process_bind_param(datetime(2027, 1, 1), sqlite.dialect())
