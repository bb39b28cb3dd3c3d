"""What comes with the program: the lists that every installation begins with, and the demo catalogue."""

import json
import tomllib
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from insatsbas.catalogue import need_actions
from insatsbas.core import clock, paths
from insatsbas.core.errors import InsatsbasError
from insatsbas.core.viewer import Viewer
from insatsbas.interchange import region
from insatsbas.interchange.actions import import_table
from insatsbas.interchange.changes import find
from insatsbas.interchange.columns import Column, OccasionKey
from insatsbas.interchange.reading import read_bytes, read_file
from insatsbas.interchange.table import Row, Table
from insatsbas.search import wordlist_actions

_DATA = paths.PACKAGE / "data"
SODERTORN = _DATA / "sodertorn.toml"
_AT_ONCE = 500
_DAYS = (OccasionKey.START, OccasionKey.END, OccasionKey.APPLY_BY)
_SATURDAY = 5


class DemoError(InsatsbasError):
    """The files that came with the program do not fit it."""


def lay_in_lists(viewer: Viewer, session: Session) -> int:
    """Lay in the needs, terms and word lists that every installation begins with; how many were not there. Does not commit."""
    lists = tomllib.loads((_DATA / "lists.toml").read_text("utf-8"))
    words = wordlist_actions.lay_in(viewer, session)
    return need_actions.lay_in_lists(viewer, session, lists["need"], lists["term"]) + words


def load_demo(
    viewer: Viewer,
    session: Session,
    *,
    source: str,
    historical: Path = _DATA / "historical.json",
    examples: Path = _DATA / "examples.json",
) -> int:
    """Lay in the demo catalogue; how many entries were not there. Those that are there stay as they are. Does not commit.

    Raises:
        DemoError: a file does not fit the program.
    """
    lay_in_lists(viewer, session)
    region.load(viewer, session, SODERTORN, only_new=True)
    tables = (read_file(historical), read_bytes(dated(examples.read_bytes(), clock.today()), ".json"))
    return sum(_add(viewer, session, table, source=source) for table in tables)


def dated(examples: bytes, today: date) -> bytes:
    """The examples with days instead of the distances from today that they are written with. Nothing starts on a weekend."""
    items: list[dict[str, Any]] = json.loads(examples)
    for item in items:
        if isinstance(item.get(Column.VERIFIED), int):
            item[Column.VERIFIED.value] = (today + timedelta(days=item[Column.VERIFIED])).isoformat()
        for occasion in item.get(Column.OCCASIONS, []):
            _date(occasion, today)
    return json.dumps(items, ensure_ascii=False).encode()


def _date(occasion: dict[str, Any], today: date) -> None:
    days = {key: today + timedelta(days=occasion[key]) for key in _DAYS if isinstance(occasion.get(key), int)}
    if (start := days.get(OccasionKey.START)) is not None:
        days[OccasionKey.START] = start = _weekday(start)
        if OccasionKey.END in days:
            days[OccasionKey.END] = max(days[OccasionKey.END], start)
    occasion |= {key.value: day.isoformat() for key, day in days.items()}


def _weekday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= _SATURDAY else 0)


def _add(viewer: Viewer, session: Session, table: Table, *, source: str) -> int:
    result = import_table(viewer, session, Table(_unknown(viewer, session, table.rows, source=source), table.faults), source=source)
    if not result.is_taken_in:
        raise DemoError("\n".join(str(fault) for fault in result.faults))
    return result.new


def _unknown(viewer: Viewer, session: Session, rows: Sequence[Row], *, source: str) -> tuple[Row, ...]:
    """The rows whose entries are not there yet."""
    keys = [(str(row.cells.get(Column.SOURCE)), str(row.cells.get(Column.ID))) for row in rows]
    known = {key for start in range(0, len(keys), _AT_ONCE) for key in find(viewer, session, keys[start : start + _AT_ONCE], source=source)}
    return tuple(row for row, key in zip(rows, keys, strict=True) if key not in known)
