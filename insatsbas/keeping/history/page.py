"""What the pages of history show, as plain values, drawn by `templates/keeping/history/`."""

from dataclasses import dataclass
from datetime import datetime

from insatsbas.keeping.history.rules import Row


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A line of the list: who changed what, when and why. `changed` names the fields."""

    number: int
    at: datetime
    who: str
    why: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RevisionsPage:
    """The states of an intervention, newest first; `numbers` are all that there are, to choose two from."""

    title: str
    public_id: str
    rows: tuple[RevisionRow, ...]
    numbers: tuple[int, ...]
    newer_url: str
    older_url: str


@dataclass(frozen=True, slots=True)
class FieldText:
    """A field with what it says, one text an item."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field with how it came to differ, a row an item."""

    label: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class RevisionPage:
    """One state: what it says, and what putting it back would change.

    `stays` names the fields that would not become as they were, `obstacle` tells why none can.
    """

    title: str
    public_id: str
    row: RevisionRow
    last: int
    fields: tuple[FieldText, ...]
    changes: tuple[FieldChange, ...]
    obstacle: str
    stays: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Two states and how they differ."""

    title: str
    public_id: str
    before: RevisionRow
    after: RevisionRow
    numbers: tuple[int, ...]
    changes: tuple[FieldChange, ...]
