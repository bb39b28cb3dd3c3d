"""Taking in a file: new entries, changed ones, and every fault. Nothing at all is taken in when something is wrong, unless asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.catalogue import actions as catalogue
from insatsbas.catalogue import need_actions, queries
from insatsbas.catalogue.actions import InterventionChanges
from insatsbas.catalogue.models import Intervention, Need
from insatsbas.catalogue.rules import TermKind
from insatsbas.core.errors import RefusedError
from insatsbas.core.progress import Progress
from insatsbas.core.viewer import Viewer
from insatsbas.interchange import occasions
from insatsbas.interchange.columns import Column
from insatsbas.interchange.lookup import Lookup
from insatsbas.interchange.reading import read_file
from insatsbas.interchange.rows import Draft, RowReader
from insatsbas.interchange.table import Fault, Row, Table, UnreadableError, ValueFaultError
from insatsbas.organisations.actions import add_organisation
from insatsbas.organisations.models import Organisation

# The need that those that are made on the way become parts of.
OTHER_NEEDS = "ovrigt"
_AT_ONCE = 500
_TELL_FROM = 2000
_SHOWN_NAMES = 10

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What came of a file. When it was not taken in, nothing is new or changed, and `faults` says why."""

    rows: int
    is_taken_in: bool
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    faults: tuple[Fault, ...] = ()
    created_needs: tuple[str, ...] = ()
    created_organisations: tuple[str, ...] = ()

    def summary(self, *, dry_run: bool = False) -> str:
        """The result in a sentence or two."""
        if not self.is_taken_in:
            return f"Inget togs in. Filen har {self.rows} rader och {len(self.faults)} fel."
        parts = [f"{self.new} nya", f"{self.changed} ändrade", f"{self.unchanged} oförändrade"]
        parts += [f"{self.skipped} överhoppade med fel"] if self.skipped else []
        text = ("Provkörning, inget är sparat: " if dry_run else "") + ", ".join(parts) + "."
        for what, made in (("behov under Övrigt", self.created_needs), ("organisationer", self.created_organisations)):
            if made:
                text += f" Skapade {what} ({len(made)}): {', '.join(made[:_SHOWN_NAMES])}{' …' if len(made) > _SHOWN_NAMES else ''}."
        return text


def import_file(
    viewer: Viewer,
    session: Session,
    path: Path,
    *,
    source: str,
    create_missing: bool = False,
    dry_run: bool = False,
    skip_faulty: bool = False,
) -> ImportResult:
    """Take in a file by its ending. `source` is the name of this installation as a source. Does not commit."""
    try:
        table = read_file(path)
    except UnreadableError as fault:
        return ImportResult(rows=0, is_taken_in=False, faults=(Fault(None, None, str(fault)),))
    return import_table(viewer, session, table, source=source, create_missing=create_missing, dry_run=dry_run, skip_faulty=skip_faulty)


def import_table(
    viewer: Viewer,
    session: Session,
    table: Table,
    *,
    source: str,
    create_missing: bool = False,
    dry_run: bool = False,
    skip_faulty: bool = False,
) -> ImportResult:
    """Take in what a file says.

    Everything is done, within a savepoint, and undone when it is not to be kept: so a dry run tells what would come of it, and
    every fault is told, also those that only show against what is known.
    """
    with session.begin_nested() as savepoint:
        run = _Import(viewer, session, source=source, create_missing=create_missing)
        run.take_in(table.rows)
        refused = bool(table.faults) or (bool(run.faults) and not skip_faulty)
        if refused or dry_run:
            savepoint.rollback()
    faults = (*table.faults, *sorted(run.faults, key=lambda fault: fault.row or 0))
    if refused:
        return ImportResult(rows=len(table.rows), is_taken_in=False, faults=faults)
    return ImportResult(
        rows=len(table.rows),
        is_taken_in=True,
        new=run.new,
        changed=run.changed,
        unchanged=run.unchanged,
        skipped=len({fault.row for fault in run.faults}),
        faults=faults,
        created_needs=tuple(run.created_needs),
        created_organisations=tuple(run.created_organisations),
    )


class _Import:
    """One import as it goes on: the rows that are sound are taken in, the faults of the others kept."""

    def __init__(self, viewer: Viewer, session: Session, *, source: str, create_missing: bool) -> None:
        self._viewer, self._session, self._source = viewer, session, source
        self._lookup = Lookup(session)
        self._reader = RowReader(self._lookup, own=source, create_missing=create_missing)
        self.new = self.changed = self.unchanged = 0
        self.faults: list[Fault] = []
        self.created_needs: list[str] = []
        self.created_organisations: list[str] = []

    def take_in(self, rows: Sequence[Row]) -> None:
        """Take in what is sound, some at a time."""
        progress = Progress("Läser in", len(rows)) if len(rows) >= _TELL_FROM else None
        for start in range(0, len(rows), _AT_ONCE):
            batch = rows[start : start + _AT_ONCE]
            drafts = list(self._sound(batch))
            known = find(self._viewer, self._session, [(draft.source, draft.key) for draft in drafts], source=self._source)
            for draft in drafts:
                key = draft.source, draft.key
                if key in known and known[key] is None:
                    self._fault(draft, Column.ID, "Insatsen finns, men du får inte ändra den.")
                else:
                    self._apply(draft, known.get(key))
            self._session.flush()
            if progress:
                progress.advance(len(batch))

    def _sound(self, rows: Iterable[Row]) -> Iterable[Draft]:
        for row in rows:
            found = self._reader.read(row)
            if isinstance(found, Draft):
                yield found
            else:
                self.faults += found

    def _apply(self, draft: Draft, known: Intervention | None) -> None:
        if known is not None and known.source is not None and known.source != draft.source:
            self._fault(draft, Column.ID, "Id:t är redan adressen till en insats från en annan källa.")
            return
        changes = dict(draft.changes)
        try:
            if draft.occasions is not None:
                changes["occasions"] = occasions.all_of_them(draft.occasions, known)
            elif (facts := occasions.next_one(draft.next_one, known)) is not None:
                changes["next_occasion"] = facts
        except ValueFaultError as fault:
            key = fault.key.value if isinstance(fault, occasions.OccasionFaultError) else Column.OCCASIONS.value
            self._fault(draft, Column(key), str(fault))
            return
        if draft.terms:
            changes["terms"] = [
                term for kind in TermKind for term in draft.terms.get(kind, known.terms_of(kind) if known is not None else ())
            ]
        changes["owner"] = self._owner(draft.owner)
        changes["needs"] = [self._need(need) for need in draft.needs]
        self._save(draft, known, changes)

    def _save(self, draft: Draft, known: Intervention | None, changes: dict[str, Any]) -> None:
        # The keys come from tables, where no checker can follow them.
        typed = cast(InterventionChanges, changes)
        if known is not None:
            if catalogue.update(self._viewer, self._session, known, typed, flush=False):
                self.changed += 1
            else:
                self.unchanged += 1
            return
        changes |= {"public_id": draft.key} if draft.source == self._source else {"source": draft.source, "external_id": draft.key}
        catalogue.create(self._viewer, self._session, typed, flush=False)
        self.new += 1

    def _fault(self, draft: Draft, column: Column, reason: str) -> None:
        self.faults.append(Fault(draft.number, column.value, reason))

    def _owner(self, owner: Organisation | str) -> Organisation:
        """The owner, made now if it is only a name still. An earlier row may have made it."""
        if isinstance(owner, Organisation):
            return owner
        if (organisation := self._lookup.organisation(owner)) is None:
            organisation = add_organisation(self._viewer, self._session, owner)
            self._lookup.add_organisation(organisation)
            self.created_organisations.append(owner)
        return organisation

    def _need(self, need: Need | str) -> Need:
        """The need, made now if it is only a name still. An earlier row may have made it."""
        if isinstance(need, Need):
            return need
        if (found := self._lookup.need(need)) is None:
            parent = self._lookup.need(OTHER_NEEDS)
            if parent is None:
                raise RefusedError(f"Behovet {OTHER_NEEDS}, som nya behov läggs under, finns inte. Kör insatsbas init först.")
            found = need_actions.add_need(self._viewer, self._session, code=self._lookup.new_need_code(need), label=need, parent=parent)
            self._lookup.add_need(found)
            self.created_needs.append(need)
        return found


def find(viewer: Viewer, session: Session, keys: Sequence[Key], *, source: str) -> Mapping[Key, Intervention | None]:
    """The entries that have these sources and ids; None for one that is there but not for this viewer.

    Under our own source an id is an entry's public one.
    """
    by_source: dict[str, list[str]] = {}
    for name, key in keys:
        by_source.setdefault(name, []).append(key)
    numbers: dict[Key, int] = {}
    for name, ids in by_source.items():
        if name == source:
            public = select(Intervention.public_id, Intervention.id).where(Intervention.public_id.in_(ids))
            numbers |= {(name, key): number for key, number in session.execute(public)}
        # Also under our own: it may have been another installation's when these were taken in.
        theirs = select(Intervention.external_id, Intervention.id).where(Intervention.source == name, Intervention.external_id.in_(ids))
        for external, number in session.execute(theirs):
            if external is not None:
                numbers.setdefault((name, external), number)
    rows = {row.id: row for row in queries.by_ids(viewer, session, sorted(numbers.values()))}
    return {key: rows.get(number) for key, number in numbers.items()}
