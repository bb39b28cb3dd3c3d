"""From a row of a file to what is to be set: every cell read, every fault kept with its column."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, TypeVar

from insatsbas.catalogue.models import Need, Term
from insatsbas.catalogue.rules import SUMMARY_MAX, TITLE_MAX, Status, TermKind
from insatsbas.core import clock
from insatsbas.interchange import objects, occasions, values
from insatsbas.interchange.columns import NEEDED, NOT_OF_DRAFTS, OF_THE_NEXT, REFERENCES, Column, OccasionKey
from insatsbas.interchange.lookup import Lookup
from insatsbas.interchange.occasions import Told
from insatsbas.interchange.table import Fault, Row, ValueFaultError, shown
from insatsbas.organisations.models import Municipality, Organisation

_T = TypeVar("_T")
_KEY_MAX = 100
_NEED_MAX = 100
_OWNER_MAX = 150
_PUBLIC_ID = re.compile(r"[a-z0-9-]{1,20}", re.ASCII)


def _day_that_was(cell: object) -> date | None:
    """A day that has been: nothing is confirmed for years to come, and so never asked about again."""
    found = values.day(cell)
    if found is not None and found > clock.today():
        raise ValueFaultError(f"{found.isoformat()} har inte varit än. Skriv dagen då uppgifterna senast bekräftades.")
    return found


# Columns whose cell becomes one value by itself: what is set, and how the cell is read.
_PLAIN: dict[Column, tuple[str, Callable[[object], Any]]] = {
    Column.TITLE: ("title", lambda cell: values.line(cell, TITLE_MAX)),
    Column.SUMMARY: ("summary", lambda cell: values.text(cell, SUMMARY_MAX)),
    Column.STATUS: ("status", values.status),
    Column.DESCRIPTION: ("description", values.text),
    Column.PREREQUISITES: ("prerequisites", values.text),
    Column.LESSONS: ("lessons", values.paragraphs),
    Column.END_REASON: ("end_reason", values.end_reason),
    Column.LAST_KNOWN: ("last_known", values.year),
    Column.LEVEL_REQUIRED: ("level_required", values.level),
    Column.LEVEL_REACHED: ("level_reached", values.level),
    Column.FORM: ("form", values.form),
    Column.HOURS: ("hours_per_week", values.hours),
    Column.LENGTH: ("length", lambda cell: values.line(cell, 100)),
    Column.COST: ("participant_cost", values.money),
    Column.PRICE: ("place_price", values.money),
    Column.LINKS: ("links", values.links),
    Column.CONTACT: ("contact", lambda cell: values.line(cell, 200)),
    Column.VERIFIED: ("verified_on", _day_that_was),
    Column.IS_EXAMPLE: ("is_example", values.yes_no),
    Column.ROLLING: ("rolling", values.yes_no),
    Column.PAUSE_REASON: ("pause_reason", values.pause_reason),
    Column.KNOWS_MORE: ("knows_more", lambda cell: values.line(cell, 200)),
    Column.OUTCOMES: ("outcomes", objects.outcomes),
}
TERM_COLUMNS = {
    Column.ELIGIBILITY: TermKind.ELIGIBILITY,
    Column.AUDIENCE: TermKind.AUDIENCE,
    Column.TIME: TermKind.TIME,
    Column.LANGUAGE: TermKind.LANGUAGE,
    Column.SUPPORT: TermKind.SUPPORT,
    Column.WAY_IN: TermKind.WAY_IN,
}
_PLACE_COLUMNS = {Column.GIVEN_IN: "given_in", Column.OPEN_FOR: "open_for"}


@dataclass(slots=True)
class Draft:
    """What a row says is to be set. A need or an owner that is still to be made stands as its name.

    `terms` has the kinds that the row tells of; the others stay. `next_one` and `occasions` are checked against what is known,
    and so are `references`: other entries, which may stand in the same file.
    """

    number: int
    source: str
    key: str
    changes: dict[str, Any] = field(default_factory=dict)
    needs: Sequence[Need | str] = ()
    owner: Organisation | str = ""
    terms: dict[TermKind, Sequence[Term]] = field(default_factory=dict)
    next_one: Told = field(default_factory=dict)
    occasions: Sequence[Told] | None = None
    references: dict[Column, objects.Reference | None] = field(default_factory=dict)


class RowReader:
    """Reads rows by the lists in force. `own` is the name of this installation as a source."""

    def __init__(self, lookup: Lookup, *, own: str, create_missing: bool) -> None:
        self._lookup, self._own, self._create_missing = lookup, own, create_missing
        self._seen: dict[tuple[str, str], int] = {}

    def read(self, row: Row) -> Draft | list[Fault]:
        """What a row says, or everything that is wrong with it."""
        if row.reason:
            return [Fault(row.number, None, row.reason)]
        cells = _Cells(row)
        draft = Draft(row.number, *self._key(cells))
        self._read_plain(cells, draft)
        self._read_named(cells, draft)
        self._read_occasions(cells, draft)
        return cells.faults or draft

    def _key(self, cells: "_Cells") -> tuple[str, str]:
        source = cells.take(Column.SOURCE, lambda cell: values.line(cell, _KEY_MAX))
        key = cells.take(Column.ID, lambda cell: values.line(cell, _KEY_MAX))
        if not source or not key:
            return "", ""
        if source == self._own and not _PUBLIC_ID.fullmatch(key):
            cells.fault(Column.ID, f"{shown(key)} duger inte som id för en egen insats. Högst 20 tecken: a–z, siffror och bindestreck.")
        first = self._seen.setdefault((source, key), cells.number)
        if first != cells.number:
            cells.fault(Column.ID, f"Samma källa och id står redan på rad {first}.")
        return source, key

    def _read_plain(self, cells: "_Cells", draft: Draft) -> None:
        for column, (name, read) in _PLAIN.items():
            if cells.has(column):
                draft.changes[name] = cells.take(column, read)
        status = draft.changes.get("status")
        if status is not None and status is not Status.ENDED:
            if draft.changes.get("end_reason") is not None:
                cells.fault(Column.END_REASON, "Bara en avslutad insats har en avslutsorsak.")
            # Something that has been taken up again no longer has one, whether or not the file tells of it.
            draft.changes["end_reason"] = None
        if status is not None and status is not Status.PAUSED:
            if draft.changes.get("pause_reason") is not None:
                cells.fault(Column.PAUSE_REASON, "Bara en pausad insats har en pausorsak.")
            draft.changes["pause_reason"] = None

    def _read_named(self, cells: "_Cells", draft: Draft) -> None:
        draft.needs = cells.take(Column.NEEDS, lambda cell: [self._need(word) for word in values.several(cell)]) or ()
        draft.owner = cells.take(Column.OWNER, self._owner) or ""
        for column, kind in TERM_COLUMNS.items():
            if cells.has(column):
                draft.terms[kind] = cells.take(column, partial(self._terms, kind)) or ()
        for column, name in _PLACE_COLUMNS.items():
            if cells.has(column):
                draft.changes[name] = cells.take(column, self._municipalities) or ()
        for column in REFERENCES:
            if cells.has(column):
                draft.references[column] = cells.take(column, objects.reference)

    def _need(self, word: str) -> Need | str:
        if (need := self._lookup.need(word)) is not None:
            return need
        if not self._create_missing:
            raise ValueFaultError(f"Behovet {shown(word)} finns inte.")
        return values.line(word, _NEED_MAX)

    def _owner(self, cell: object) -> Organisation | str:
        name = values.line(cell, _OWNER_MAX)
        if not name or (organisation := self._lookup.organisation(name)) is None:
            if name and not self._create_missing:
                raise ValueFaultError(f"Organisationen {shown(name)} finns inte.")
            return name
        return organisation

    def _terms(self, kind: TermKind, cell: object) -> list[Term]:
        return [self._lookup.term(kind, word) for word in values.several(cell)]

    def _municipalities(self, cell: object) -> list[Municipality]:
        return [self._lookup.municipality(word) for word in values.several(cell)]

    def _read_occasions(self, cells: "_Cells", draft: Draft) -> None:
        told: dict[OccasionKey, Any] = {}
        for column in OF_THE_NEXT:
            if cells.has(column):
                key = OccasionKey(column.value)
                told[key] = cells.take(column, partial(occasions.read_value, key))
        draft.next_one = told
        if cells.has(Column.OCCASIONS):
            draft.occasions = cells.take(Column.OCCASIONS, occasions.read_list)
            if any(value is not None for value in told.values()):
                cells.fault(Column.OCCASIONS, "Skriv antingen tillfällen eller start, slut och platser, inte båda.")


class _Cells:
    """The cells of one row, and the faults found in them so far."""

    def __init__(self, row: Row) -> None:
        self.number, self._cells, self.faults = row.number, row.cells, list[Fault]()
        is_draft = str(row.cells.get(Column.STATUS)).strip().casefold() == Status.DRAFT.value
        self._needed = frozenset(NEEDED) - frozenset(NOT_OF_DRAFTS if is_draft else ())

    def has(self, column: Column) -> bool:
        """Whether the file tells of this. A needed column is read also when it is not there, so that it is missed."""
        return column in self._cells or column in NEEDED

    def take(self, column: Column, read: Callable[[object], _T]) -> _T | None:
        """The value of a cell; None, and a fault kept, when it has none."""
        try:
            return (values.needed(read) if column in self._needed else read)(self._cells.get(column))
        except ValueFaultError as fault:
            self.fault(column, str(fault))
            return None

    def fault(self, column: Column, reason: str) -> None:
        """Keep a fault."""
        self.faults.append(Fault(self.number, column.value, reason))
