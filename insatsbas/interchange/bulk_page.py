"""What the pages of reading in show, as plain values: made by `bulk_presenter`, drawn by `templates/interchange/`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from insatsbas.keeping.history.page import FieldChange


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that waits to be taken in."""

    url: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Fetch:
    """An organisation whose interventions can be fetched as a workbook."""

    url: str
    name: str


@dataclass(frozen=True, slots=True)
class UploadPage:
    """The page where a file is chosen."""

    fetches: tuple[Fetch, ...]
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the file that is sound. `changes` is empty but for those that are changed, `note` warns, `url` is its page if it has one."""

    number: int
    title: str
    owner: str
    status: str
    url: str
    changes: tuple[FieldChange, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong: where, and why."""

    row: int | None
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the preview, of which one page is shown. `name` is its id on the page and its parameter in the address."""

    name: str
    heading: str
    total: int
    items: Sequence[Entry | Fault]
    earlier_url: str
    later_url: str


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """A file that waits, or that was taken in (`is_done`). `takes` is how many rows would be written, `left_out` how many would not."""

    heading: str
    token: str
    file_name: str
    until: datetime
    is_done: bool
    counts: tuple[tuple[str, int], ...]
    sections: tuple[Section, ...]
    takes: int
    left_out: int
