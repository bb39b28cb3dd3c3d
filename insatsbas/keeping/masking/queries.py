"""Where a text stands: row by row in every table. For the co-ordinator."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, Column, Table, select
from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.core.viewer import Viewer
from insatsbas.keeping.masking.rules import Findings, Found, Order, as_url, masked, shown
from insatsbas.keeping.masking.tables import Sort, Target, in_json, targets

_AT_ONCE = 500


@dataclass(slots=True)
class Hit:
    """A row in which a text stands: its key, which intervention it is of, and what its columns are to hold instead."""

    table: Table
    key: dict[Column[Any], Any]
    intervention_id: int | None
    values: dict[str, Any] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)


def findings(viewer: Viewer, session: Session, order: Order) -> Findings:
    """In which tables the text stands and how often.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
    """
    require(viewer, Permission.COORDINATE)
    return summed(list(hits(session, order)))


def summed(found: list[Hit]) -> Findings:
    """What was found, table by table."""
    rows, times, words = Counter[str](), Counter[str](), Counter[str]()
    for hit in found:
        rows[hit.table.name] += 1
        times[hit.table.name] += len(hit.words)
        words.update(hit.words)
    return Findings([Found(table, rows[table], times[table]) for table in rows], words)


def hits(session: Session, order: Order) -> Iterator[Hit]:
    """Every row in which the text stands."""
    pattern = order.pattern()
    wanted = {Sort.TEXT, *([Sort.NAME] if order.names else []), *([Sort.ADDRESS] if order.addresses else [])}
    for table, columns in targets():
        asked = [target for target in columns if target.sort in wanted]
        if asked:
            yield from _in_table(session, table, asked, pattern)


def _in_table(session: Session, table: Table, columns: list[Target], pattern: re.Pattern[str]) -> Iterator[Hit]:
    keys = list(table.primary_key.columns)
    own = table.columns.get("id" if table.name == "intervention" else "intervention_id")
    chosen = [*keys, *(target.column for target in columns), *([] if own is None else [own])]
    rows = session.execute(select(*chosen), execution_options={"yield_per": _AT_ONCE})
    for row in rows:
        hit = Hit(table, dict(zip(keys, row, strict=False)), None if own is None else row[-1])
        for target, value in zip(columns, row[len(keys) :], strict=False):
            _look(target, value, pattern, hit)
        if hit.values:
            yield hit


def _look(target: Target, value: Any, pattern: re.Pattern[str], hit: Hit) -> None:
    column = target.column

    def replace(text: str, longest: int | None) -> str:
        hit.words += shown(text, pattern)
        return masked(text, pattern, longest)

    if value is None:
        return
    new = in_json(column, value, replace) if isinstance(column.type, JSON) else replace(value, target.longest)
    if new == value:
        return
    if target.sort is Sort.ADDRESS:
        # An account is still told from others, and no letter goes to whoever has an address that looks like the rest of it.
        new = f"maskerat-{'-'.join(map(str, hit.key.values()))}@maskerat.invalid"
    elif (hit.table.name, column.name) == ("link", "url"):
        new = as_url(new)
    hit.values[column.name] = new
