"""From what a row says, and the entry that it is of, to what is to be set. Checks what only shows against what is known."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.catalogue import queries
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import TermKind
from insatsbas.core.viewer import Viewer
from insatsbas.interchange import occasions, values
from insatsbas.interchange.columns import Column
from insatsbas.interchange.objects import Reference
from insatsbas.interchange.rows import Draft
from insatsbas.interchange.table import Row, ValueFaultError, shown

Key = tuple[str, str]
# What a reference is kept as.
FIELDS = {Column.FORERUNNER: "forerunner_id", Column.TEMPLATE: "template_id"}


class ChangeFaultError(Exception):
    """What a row says does not go with what is known; `column` says where."""

    def __init__(self, column: Column, reason: str) -> None:
        super().__init__(reason)
        self.column = column


class Targets:
    """The entries that rows refer to: those that are there, and those that come with the same file."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._coming = frozenset(key for row in rows if (key := _key_of(row)) is not None)
        self._found: Mapping[Key, Intervention | None] = {}

    def look_up(self, viewer: Viewer, session: Session, drafts: Iterable[Draft], *, source: str) -> None:
        """Find those that these drafts refer to."""
        wanted = {named for draft in drafts for named in draft.references.values() if named is not None}
        self._found = find(viewer, session, sorted(wanted), source=source) if wanted else {}

    def settle(self, draft: Draft) -> tuple[dict[str, int | None], dict[Column, Reference]]:
        """What is to be set of a draft's references, and those that wait for an entry of the same file.

        Raises:
            ChangeFaultError: one leads nowhere.
        """
        settled: dict[str, int | None] = {}
        waiting: dict[Column, Reference] = {}
        for column, named in draft.references.items():
            if named is None:
                settled[FIELDS[column]] = None
            elif named == (draft.source, draft.key):
                raise ChangeFaultError(column, "En insats kan inte komma ur sig själv.")
            elif (target := self._found.get(named)) is not None:
                settled[FIELDS[column]] = target.id
            elif named in self._coming:
                waiting[column] = named
            else:
                raise ChangeFaultError(column, f"Insatsen {shown(named[1])} från {shown(named[0])} finns inte.")
        return settled, waiting


def changes_of(draft: Draft, known: Intervention | None) -> dict[str, Any]:
    """What is to be set, but for owner, needs and references.

    Raises:
        ChangeFaultError: something of it does not go with what is known.
    """
    if known is not None and known.source is not None and known.source != draft.source:
        raise ChangeFaultError(Column.ID, "Id:t är redan adressen till en insats från en annan källa.")
    changes = dict(draft.changes)
    try:
        if draft.occasions is not None:
            changes["occasions"] = occasions.all_of_them(draft.occasions, known)
        elif (facts := occasions.next_one(draft.next_one, known)) is not None:
            changes["next_occasion"] = facts
    except ValueFaultError as fault:
        key = fault.key.value if isinstance(fault, occasions.OccasionFaultError) else Column.OCCASIONS.value
        raise ChangeFaultError(Column(key), str(fault)) from None
    if draft.terms:
        changes["terms"] = [term for kind in TermKind for term in draft.terms.get(kind, known.terms_of(kind) if known is not None else ())]
    return changes


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
    rows = {row.id: row for row in queries.with_outcomes(session, queries.by_ids(viewer, session, sorted(numbers.values())))}
    return {key: rows.get(number) for key, number in numbers.items()}


def _key_of(row: Row) -> Key | None:
    try:
        return values.line(row.cells.get(Column.SOURCE)), values.line(row.cells.get(Column.ID))
    except ValueFaultError:
        return None
