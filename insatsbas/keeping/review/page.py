"""What the pages of the review show, as plain values, drawn by `templates/keeping/review/`."""

from dataclasses import dataclass
from datetime import date

from insatsbas.catalogue.rules import Status
from insatsbas.keeping.reports.page import TaskRow
from insatsbas.search.page import Choice


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """An entry to be confirmed: what it tells, in the facts that grow old first. `confirmed_by` "" when nobody is named."""

    public_id: str
    title: str
    url: str
    edit_url: str
    summary: str
    status: Status
    owner: str
    facts: tuple[tuple[str, str], ...]
    confirmed_on: date | None
    confirmed_by: str
    due_on: date
    is_overdue: bool
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class ToDoPage:
    """What waits for an editor or a co-ordinator. `of` names the organisation when a co-ordinator looks at one that is not theirs."""

    of: str
    tasks: tuple[TaskRow, ...]
    rows: tuple[ReviewRow, ...]
    count: int
    overdue: int
    review: date
    next_review: date
    has_entries: bool


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """What a link of a letter leads to: an entry to confirm, or that it has been done. `row` None: the link is of no use any more."""

    row: ReviewRow | None
    is_done: bool


@dataclass(frozen=True, slots=True)
class StandingRow:
    """How one organisation's entries stand."""

    organisation: Choice
    to_do_url: str
    total: int
    due: int
    overdue: int
    confirmed: int
    editors: int


@dataclass(frozen=True, slots=True)
class StandingsPage:
    """How all stand, for the co-ordinator."""

    rows: tuple[StandingRow, ...]
    total: int
    due: int
    overdue: int
    confirmed: int
    without_editor: int
    review: date
