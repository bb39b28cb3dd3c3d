"""Taking in a file: new entries, changed ones, and every fault. Nothing at all is taken in when something is wrong, unless asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sqlalchemy.orm import Session

from insatsbas.catalogue import actions as catalogue
from insatsbas.catalogue import need_actions
from insatsbas.catalogue.actions import InterventionChanges
from insatsbas.catalogue.models import Intervention, Need
from insatsbas.core import events
from insatsbas.core.errors import RefusedError
from insatsbas.core.progress import Progress
from insatsbas.core.viewer import Viewer
from insatsbas.interchange.changes import FIELDS, ChangeFaultError, Key, Targets, changes_of, find
from insatsbas.interchange.columns import Column
from insatsbas.interchange.lookup import Lookup
from insatsbas.interchange.objects import Reference
from insatsbas.interchange.reading import read_file
from insatsbas.interchange.rows import Draft, RowReader
from insatsbas.interchange.table import Fault, Row, Table, UnreadableError, shown
from insatsbas.organisations.actions import add_organisation
from insatsbas.organisations.models import Organisation

# The need that those that are made on the way become parts of.
OTHER_NEEDS = "ovrigt"
_AT_ONCE = 500
_TELL_FROM = 2000
_SHOWN_NAMES = 10


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
    result = ImportResult(
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
    if not dry_run and (result.new or result.changed):
        events.record(viewer, session, "fil.inlast", text=result.summary())
    return result


class _Import:
    """One import as it goes on: the rows that are sound are taken in, the faults of the others kept."""

    def __init__(self, viewer: Viewer, session: Session, *, source: str, create_missing: bool) -> None:
        self._viewer, self._session, self._source = viewer, session, source
        self._lookup = Lookup(session)
        self._reader = RowReader(self._lookup, own=source, create_missing=create_missing)
        self.new = self.changed = self.unchanged = 0
        self.faults: list[Fault] = []
        self._waiting: list[tuple[Draft, Column, Reference]] = []
        self._as_they_were: set[Key] = set()
        self.created_needs: list[str] = []
        self.created_organisations: list[str] = []

    def take_in(self, rows: Sequence[Row]) -> None:
        """Take in what is sound, some at a time."""
        progress = Progress("Läser in", len(rows)) if len(rows) >= _TELL_FROM else None
        targets = Targets(rows)
        for start in range(0, len(rows), _AT_ONCE):
            batch = rows[start : start + _AT_ONCE]
            drafts = list(self._sound(batch))
            known = find(self._viewer, self._session, [(draft.source, draft.key) for draft in drafts], source=self._source)
            targets.look_up(self._viewer, self._session, drafts, source=self._source)
            for draft in drafts:
                key = draft.source, draft.key
                if key in known and known[key] is None:
                    self._fault(draft, Column.ID, "Insatsen finns, men du får inte ändra den.")
                else:
                    self._apply(draft, known.get(key), targets)
            self._session.flush()
            if progress:
                progress.advance(len(batch))
        self._refer()

    def _sound(self, rows: Iterable[Row]) -> Iterable[Draft]:
        for row in rows:
            found = self._reader.read(row)
            if isinstance(found, Draft):
                yield found
            else:
                self.faults += found

    def _apply(self, draft: Draft, known: Intervention | None, targets: Targets) -> None:
        try:
            changes = changes_of(draft, known)
            settled, waiting = targets.settle(draft)
        except ChangeFaultError as fault:
            self._fault(draft, fault.column, str(fault))
            return
        changes |= settled
        changes["owner"] = owner = self._owner(draft.owner)
        if not catalogue.may_own(owner, changes["status"], known):
            self._fault(draft, Column.OWNER, f"{owner.name} har lämnat samverkan och kan inte ge insatser.")
            return
        changes["needs"] = [self._need(need) for need in draft.needs]
        self._waiting += [(draft, column, named) for column, named in waiting.items()]
        self._save(draft, known, changes)

    def _refer(self) -> None:
        """Let those that were to wait refer to what has come since."""
        wanted = {key for draft, _, named in self._waiting for key in ((draft.source, draft.key), named)}
        found = find(self._viewer, self._session, sorted(wanted), source=self._source)
        for draft, column, named in self._waiting:
            row, target = found.get((draft.source, draft.key)), found.get(named)
            if row is None or target is None:
                self._fault(draft, column, f"Insatsen {shown(named[1])} från {shown(named[0])} togs inte in.")
                continue
            changes = cast(InterventionChanges, {FIELDS[column]: target.id})
            was_so = (draft.source, draft.key) in self._as_they_were
            if catalogue.update(self._viewer, self._session, row, changes, flush=False) and was_so:
                self._as_they_were.remove((draft.source, draft.key))
                self.changed, self.unchanged = self.changed + 1, self.unchanged - 1
        self._session.flush()

    def _save(self, draft: Draft, known: Intervention | None, changes: dict[str, Any]) -> None:
        # The keys come from tables, where no checker can follow them.
        typed = cast(InterventionChanges, changes)
        if known is not None:
            if catalogue.update(self._viewer, self._session, known, typed, flush=False):
                self.changed += 1
            else:
                self.unchanged += 1
                self._as_they_were.add((draft.source, draft.key))
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
