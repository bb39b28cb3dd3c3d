"""What the rows of a file would do, or do: the same walk for the preview, which keeps nothing, and for taking in, which does.

Every row is judged anew each time: whether it can be read, whether the viewer may write it, and whether somebody else has changed the
entry since the file was read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, may
from insatsbas.catalogue import actions as catalogue
from insatsbas.catalogue import snapshot
from insatsbas.catalogue.actions import InterventionChanges
from insatsbas.catalogue.models import Intervention, Need
from insatsbas.catalogue.rules import Status
from insatsbas.catalogue.snapshot import Content
from insatsbas.core.errors import RefusedError
from insatsbas.core.viewer import Viewer
from insatsbas.interchange.changes import FIELDS, ChangeFaultError, Key, Targets, changes_of, find
from insatsbas.interchange.columns import Column
from insatsbas.interchange.lookup import Lookup
from insatsbas.interchange.objects import Reference
from insatsbas.interchange.rows import Draft, RowReader
from insatsbas.interchange.table import Fault, Row, shown
from insatsbas.interchange.values import written
from insatsbas.organisations.models import Organisation


class Kind(StrEnum):
    """What a row is to what is known."""

    NEW = "ny"
    CHANGED = "andrad"
    UNCHANGED = "oforandrad"


@dataclass(slots=True)
class Outcome:
    """What came of a row that is sound: the entry as it is now in the session, and how it was before, if it was there."""

    number: int
    kind: Kind
    row: Intervention
    owner: Organisation
    before: Content | None = None
    confirmed_before: str = ""

    @property
    def after(self) -> Content:
        """How the entry is now."""
        return snapshot.take(self.row)

    @property
    def confirmed_after(self) -> str:
        """When a person last confirmed it, as it is now."""
        return written(self.row.verified_on)


@dataclass(slots=True)
class Comparison:
    """What came of all rows. `overtaken` are those that somebody else has changed since, told as faults are."""

    outcomes: list[Outcome] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    overtaken: list[Fault] = field(default_factory=list)

    def of(self, kind: Kind) -> list[Outcome]:
        """Those of one kind."""
        return [outcome for outcome in self.outcomes if outcome.kind is kind]

    @property
    def left_out(self) -> list[Fault]:
        """Everything that is not taken in, in the order of the file."""
        return sorted((*self.faults, *self.overtaken), key=lambda fault: fault.row or 0)


class _LeftOutError(Exception):
    """The row is not for this viewer, or not any more; `column` says where."""

    def __init__(self, column: Column | None, reason: str, *, is_overtaken: bool = False) -> None:
        super().__init__(reason)
        self.column, self.is_overtaken = column, is_overtaken


class Run:
    """One walk through the rows of a file. With `why` what they say is kept, for that reason; without it is only set in memory.

    The session must not flush by itself; a preview's is thrown away afterwards. `source` is the name of this installation as a source.
    """

    def __init__(self, viewer: Viewer, session: Session, *, source: str, why: str = "") -> None:
        self._viewer, self._session, self._source, self._why = viewer, session, source, why
        self._reader = RowReader(Lookup(session), own=source, create_missing=False)
        self._drafts: list[Draft] = []
        self._waiting: list[tuple[Outcome, Draft, Column, Reference]] = []

    def walk(self, rows: Sequence[Row], versions: Mapping[str, int]) -> Comparison:
        """Judge every row, and set what the sound ones say."""
        found = Comparison()
        drafts = self._drafts
        for row in rows:
            read = self._reader.read(row)
            if isinstance(read, Draft):
                drafts.append(read)
            else:
                found.faults += read
        known = find(self._viewer, self._session, [(draft.source, draft.key) for draft in drafts], source=self._source)
        targets = Targets(rows)
        targets.look_up(self._viewer, self._session, drafts, source=self._source)
        for draft in drafts:
            try:
                found.outcomes.append(self._one(draft, known, targets, versions))
            except _LeftOutError as reason:
                column = reason.column and reason.column.value
                (found.overtaken if reason.is_overtaken else found.faults).append(Fault(draft.number, column, str(reason)))
            except ChangeFaultError as fault:
                found.faults.append(Fault(draft.number, fault.column.value, str(fault)))
        self._refer(found)
        return found

    def _one(self, draft: Draft, known: Mapping[Key, Intervention | None], targets: Targets, versions: Mapping[str, int]) -> Outcome:
        key = draft.source, draft.key
        row = known.get(key)
        if key in known and row is None:
            raise _LeftOutError(Column.ID, "Källan och id:t är upptagna. Skriv ett annat id.")
        owner = cast(Organisation, draft.owner)
        self._check_rights(row, owner)
        if not catalogue.may_own(owner, draft.changes["status"], row):
            raise _LeftOutError(Column.OWNER, f"{owner.name} har lämnat samverkan och kan inte ge insatser.")
        _check_versions(row, versions.get(str(draft.number)))
        if row is not None and row.status is not Status.DRAFT and draft.changes.get("status") is Status.DRAFT:
            raise _LeftOutError(Column.STATUS, "Det som är publicerat kan inte bli utkast igen. Skriv pausad eller avslutad.")
        changes = changes_of(draft, row)
        settled, waiting = targets.settle(draft)
        changes |= {**settled, "owner": owner, "needs": [cast(Need, need) for need in draft.needs]}
        outcome = self._set(draft, row, owner, changes)
        self._waiting += [(outcome, draft, column, named) for column, named in waiting.items()]
        return outcome

    def _check_rights(self, row: Intervention | None, owner: Organisation) -> None:
        if row is not None and not may(self._viewer, Permission.KEEP, row.owner_id):
            raise _LeftOutError(Column.ID, f"Insatsen tillhör {row.owner.name}. Du kan läsa men inte ändra den.")
        if not may(self._viewer, Permission.KEEP, owner.id):
            raise _LeftOutError(Column.OWNER, f"Du kan bara läsa in åt din egen organisation, inte åt {owner.name}.")

    def _set(self, draft: Draft, row: Intervention | None, owner: Organisation, changes: dict[str, Any]) -> Outcome:
        if row is None:
            changes |= {"public_id": draft.key} if draft.source == self._source else {"source": draft.source, "external_id": draft.key}
            return Outcome(draft.number, Kind.NEW, self._create(changes), owner)
        outcome = Outcome(draft.number, Kind.UNCHANGED, row, owner, snapshot.take(row), written(row.verified_on))
        if self._update(row, changes):
            outcome.kind = Kind.CHANGED
        return outcome

    def _create(self, changes: dict[str, Any]) -> Intervention:
        typed = cast(InterventionChanges, changes)
        if self._why:
            return catalogue.create(self._viewer, self._session, typed, why=self._why, flush=False)
        row = Intervention()
        catalogue.try_out(row, typed)
        return row

    def _update(self, row: Intervention, changes: dict[str, Any]) -> bool:
        typed = cast(InterventionChanges, changes)
        try:
            if self._why:
                return catalogue.update(self._viewer, self._session, row, typed, why=self._why, flush=False)
            return catalogue.try_out(row, typed)
        except RefusedError as reason:
            raise _LeftOutError(None, str(reason)) from None

    def _refer(self, found: Comparison) -> None:
        """Let those that were to wait refer to what comes with the same file, and leave out those that refer to what does not."""
        while lost := self._lost(found):
            found.outcomes = [outcome for outcome in found.outcomes if outcome.number not in lost]
            found.faults += lost.values()
            self._waiting = [one for one in self._waiting if one[0].number not in lost]
        if not self._why:
            # Those that come have no number yet: that they are to be referred to is all that can be said.
            for outcome, *_ in self._waiting:
                outcome.kind = Kind.CHANGED if outcome.kind is Kind.UNCHANGED else outcome.kind
            return
        self._session.flush()
        keys = sorted({named for *_, named in self._waiting})
        known = find(self._viewer, self._session, keys, source=self._source)
        for outcome, _, column, named in self._waiting:
            target = known[named]
            if target is not None and self._update(outcome.row, {FIELDS[column]: target.id}) and outcome.kind is Kind.UNCHANGED:
                outcome.kind = Kind.CHANGED

    def _lost(self, found: Comparison) -> dict[int, Fault]:
        sound = {outcome.number for outcome in found.outcomes}
        coming = {(draft.source, draft.key) for draft in self._drafts if draft.number in sound}
        return {
            outcome.number: Fault(outcome.number, column.value, f"Insatsen {shown(named[1])} från {shown(named[0])} tas inte in.")
            for outcome, _, column, named in self._waiting
            if named not in coming
        }


def versions_of(viewer: Viewer, session: Session, rows: Sequence[Row], *, source: str) -> dict[str, int]:
    """The version of the entry that each row is of, by the row's number; nothing for those that are of none."""
    keys = {row.number: (str(row.cells.get(Column.SOURCE)), str(row.cells.get(Column.ID))) for row in rows}
    known = find(viewer, session, sorted(set(keys.values())), source=source)
    return {str(number): row.version for number, key in keys.items() if (row := known.get(key)) is not None}


def _check_versions(row: Intervention | None, version: int | None) -> None:
    if row is None and version is not None:
        raise _LeftOutError(Column.ID, "Insatsen har tagits bort sedan du läste in filen.", is_overtaken=True)
    if row is not None and row.version != version:
        what = "ändrat insatsen" if version is not None else "lagt upp en insats med samma källa och id"
        advice = "Läs in filen igen för att jämföra med det som gäller nu."
        raise _LeftOutError(None, f"Någon har {what} sedan du läste in filen. {advice}", is_overtaken=True)
