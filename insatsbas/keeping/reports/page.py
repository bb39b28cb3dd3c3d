"""What the pages of reports show, as plain values, drawn by `templates/keeping/reports/`."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A report that waits for an answer: what sort, what about, from whom, and how it begins."""

    url: str
    kind: str
    about: str
    reason: str
    text: str
    told_by: str
    told_on: date
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class OwnRow:
    """What somebody has told or asked themselves; `answer` "" while nobody has answered."""

    url: str
    kind: str
    about: str
    about_url: str
    reason: str
    text: str
    told_on: date
    answered_by: str
    answered_on: date | None
    answer: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """One report, for those whom it concerns. `about_url` is "" when the entry is not shown to the reader, or there is none."""

    title: str
    kind: str
    about: str
    about_url: str
    edit_url: str
    reason: str
    need: str
    municipality: str
    text: str
    told_by: str
    told_on: date
    is_known: bool
    is_keeper: bool
    is_hidden: bool
    may_answer: bool
    answered_by: str
    answered_on: date | None
    answer: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What can be told of an entry on its own page; for those who keep it, whether it is hidden, and what waits about it."""

    fault_url: str
    question_url: str
    show_again_url: str
    case_url: str
    is_hidden: bool
