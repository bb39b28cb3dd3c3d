"""Filling whatever tables a database has, by what it says of itself: no model is asked, since at an old migration none fits."""

import re
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy.exc import IntegrityError

ROWS = 3
_DAY, _MOMENT = date(2027, 1, 18), datetime(2027, 1, 18, 8, 30, tzinfo=UTC)
# What a CHECK asks for that a type does not tell. A new migration whose table cannot be filled adds its line here.
_ASKED: dict[str, Any] = {
    "municipality.code": lambda n: f"{n:04d}",
    "municipality.tile_row": lambda n: n,
    "municipality.tile_column": lambda n: n,
    "commuting.neighbour_code": lambda n: f"{n % ROWS + 1:04d}",
    "need.parent_id": lambda n: None if n == 1 else 1,
    "intervention.end_reason": lambda n: None,
    "intervention.last_known": lambda n: 2010 + n,
    "occasion.places": lambda n: 20,
    "occasion.taken_by_own": lambda n: n,
    "occasion.accepted": lambda n: n,
    "occasion.offered": lambda n: n,
    "membership.decides_up_to": lambda n: None,
    "occasion.for_others": lambda n: 0,
    "membership.delegation": lambda n: "",
    "agreement.replaces_id": lambda n: None,
    "agreement_series.year": lambda n: 2026 + n,
    "offer.offered": lambda n: 10,
    "offer.price": lambda n: 100,
    "exchange_request.asker_id": lambda n: n % ROWS + 1,
    "exchange_request.difference": lambda n: n,
    "occasion.address_on_request": lambda n: n == 1,
    "occasion.place": lambda n: "" if n == 1 else "Jordbro",
    "occasion.address": lambda n: "" if n == 1 else "Exempelgatan 1",
    "intervention.pause_reason": lambda n: None,
    "intervention.forerunner_id": lambda n: None,
    "intervention.template_id": lambda n: None,
    "outcome.count": lambda n: 5 + n,
    "person.email": lambda n: f"{n}@exempel.example",
    "membership.role": lambda n: "redaktor",
    "report.kind": lambda n: "fel",
    "link.url": lambda n: f"https://exempel.example/{n}",
}


def fill(connection: Connection) -> None:
    """Put rows in every table that has none, parents first; each child belongs to a parent of its own."""
    metadata = MetaData()
    metadata.reflect(connection)
    for table in metadata.sorted_tables:
        if table.name == "alembic_version" or counted(connection, table):
            continue
        codes = _codes(connection, table)
        for number in range(1, ROWS + 1):
            values = {column.name: _value(column, number, codes) for column in table.columns}
            try:
                connection.execute(insert(table).values(values))
            except IntegrityError as error:
                raise AssertionError(
                    f"the table {table.name} cannot be filled: add what it asks for to {__name__}._ASKED. {error}"
                ) from error


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    metadata = MetaData()
    metadata.reflect(connection)
    return {table.name: counted(connection, table) for table in metadata.sorted_tables if table.name != "alembic_version"}


def contents(connection: Connection) -> dict[str, set[tuple[str, ...]]]:
    """Every row of every table, each value as text."""
    metadata = MetaData()
    metadata.reflect(connection)
    return {
        table.name: {tuple(str(value) for value in row) for row in connection.execute(select(table))} for table in metadata.sorted_tables
    }


def counted(connection: Connection, table: Table) -> int:
    """How many rows a table has."""
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _value(column: Column[Any], number: int, codes: dict[str, str]) -> Any:
    asked = _ASKED.get(f"{column.table.name}.{column.name}")
    if asked is not None:
        return asked(number)
    if column.name in codes:
        return codes[column.name]
    if column.foreign_keys:
        (key,) = column.foreign_keys
        parent = _ASKED.get(f"{key.column.table.name}.{key.column.name}")
        return parent(number) if parent else number
    return _of_type(column, number)


def _of_type(column: Column[Any], number: int) -> Any:
    match column.type:
        case Boolean():
            return False
        case Integer() | Numeric():
            return number
        case DateTime():
            return _MOMENT
        case Date():
            return _DAY
        case JSON():
            return {column.name: number}
        case String() | Text():
            return f"{column.name} {number}"[: getattr(column.type, "length", None)]
    raise AssertionError(f"{column.table.name}.{column.name} has the type {column.type!r}, for which {__name__} knows no value")


def _codes(connection: Connection, table: Table) -> dict[str, str]:
    """For a column that holds a closed list of codes: the first of them, as the CHECK of its name tells."""
    found = {}
    for check in inspect(connection).get_check_constraints(table.name):
        column = str(check["name"]).removeprefix(f"ck_{table.name}_")
        code = re.search(r"'([^'%]+)'", check["sqltext"])
        if column in table.columns and code and isinstance(table.columns[column].type, String):
            found[column] = code[1]
    return found
