"""The catalogue as plain SQL tells it, for tests to count by: no query, index or presenter of ours has a hand in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import text

from insatsbas.core.db import db

BANK = ("pausad", "avslutad")


@dataclass(slots=True)
class Entry:
    """An intervention. `needs` are its own and those above them; empty `given_in` and `open_for` mean everywhere and everybody."""

    public_id: str
    title: str
    status: str
    for_staff: bool
    is_example: bool
    owner: str
    last_known: int | None
    end_reason: str | None
    has_lessons: bool = False
    is_sheltered: bool = False
    given_in: set[str] = field(default_factory=set)
    open_for: set[str] = field(default_factory=set)
    needs: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        """The address of its page."""
        return f"/insatser/{self.public_id}"


def entries(app: Flask) -> list[Entry]:
    """Every public entry, those for staff too."""
    with app.app_context(), db.engine.connect() as connection:

        def rows(query: str) -> Iterable[tuple[object, ...]]:
            return [tuple(row) for row in connection.execute(text(query))]

        found: dict[object, Entry] = {
            row[0]: Entry(*row[1:])  # type: ignore[arg-type]
            for row in rows(
                "SELECT i.id, i.public_id, i.title, i.status, i.for_staff, i.is_example, o.slug, i.last_known, i.end_reason "
                "FROM intervention i JOIN organisation o ON o.id = i.owner_id WHERE i.status <> 'utkast' ORDER BY i.id"
            )
        }
        for key, code in rows("SELECT intervention_id, municipality_code FROM intervention_given_in"):
            found[key].given_in.add(str(code))
        for key, code in rows("SELECT intervention_id, municipality_code FROM intervention_open_for"):
            found[key].open_for.add(str(code))
        for key, code, above, is_sheltered in rows(
            "SELECT x.intervention_id, n.code, p.code, n.sheltered FROM intervention_need x "
            "JOIN need n ON n.id = x.need_id LEFT JOIN need p ON p.id = n.parent_id"
        ):
            found[key].needs |= {str(code), str(above or code)}
            found[key].is_sheltered |= bool(is_sheltered)
        for (key,) in rows("SELECT DISTINCT intervention_id FROM lesson"):
            found[key].has_lessons = True
    return list(found.values())


def participants(everything: Iterable[Entry], *statuses: str) -> list[Entry]:
    """Those that are not for staff, of some statuses."""
    return [entry for entry in everything if not entry.for_staff and entry.status in statuses]


def municipalities(app: Flask) -> dict[str, str]:
    """The code of each municipality of the region, and its name."""
    with app.app_context(), db.engine.connect() as connection:
        return {row.code: row.name for row in connection.execute(text("SELECT code, name FROM municipality WHERE is_member"))}


def neighbours(app: Flask, code: str) -> set[str]:
    """The municipalities that one can commute to from one."""
    with app.app_context(), db.engine.connect() as connection:
        found = connection.execute(text("SELECT neighbour_code FROM commuting WHERE municipality_code = :code"), {"code": code})
        return {row.neighbour_code for row in found}


@dataclass(frozen=True, slots=True)
class NeedFacts:
    """A need as the table has it."""

    code: str
    label: str
    parent: str | None
    is_tile: bool
    for_staff: bool
    is_sheltered: bool


def needs(app: Flask) -> list[NeedFacts]:
    """Every need."""
    query = (
        "SELECT n.code, n.label, p.code AS parent, n.is_tile, n.for_staff, n.sheltered FROM need n LEFT JOIN need p ON p.id = n.parent_id "
        "ORDER BY n.position"
    )
    with app.app_context(), db.engine.connect() as connection:
        return [NeedFacts(r[0], r[1], r[2], bool(r[3]), bool(r[4]), bool(r[5])) for r in connection.execute(text(query))]
