"""What the pages of requests show, as plain values, drawn by `templates/exchange/`."""

from dataclasses import dataclass
from datetime import datetime

from insatsbas.exchange.forms import MessageForm, StepForm


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in a list: with whom, about what, where it stands, and by when an answer is waited for."""

    url: str
    title: str
    kind: str
    direction: str
    state: str
    whose_turn: str
    answer_by: str
    is_example: bool


@dataclass(frozen=True, slots=True)
class RequestGroup:
    """Requests under a heading; `empty` is said where there are none."""

    id: str
    heading: str
    rows: tuple[RequestRow, ...]
    empty: str


@dataclass(frozen=True, slots=True)
class LegRow:
    """Places that one side gives: `facts` are label and text."""

    heading: str
    url: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class StepButton:
    """A step that one can take. `form` None: it is a link to a page of its own.

    `ends` is when it cannot be undone; `is_open` when it was pressed and something was wrong.
    """

    url: str
    label: str
    form: StepForm | None = None
    explanation: str = ""
    ends: bool = False
    is_open: bool = False

    @property
    def is_folded(self) -> bool:
        """Whether there is something to fill in or to think over first."""
        return self.form is not None and (self.ends or any(name in self.form for name in ("orsak", "varfor", "anvanda")))


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A word in a request: who, when, what; `is_note` when the own side alone sees it, `is_own` when it is from there."""

    at: datetime
    who: str
    text: str
    is_note: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """A step that was taken: who, when, what, why, and what it changed on the table (in words)."""

    at: datetime
    who: str
    what: str
    reason: str
    why: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestPage:
    """A request for somebody of one of its sides: whose turn it is first, what is on the table, what one can do, what was said and done.

    `main` is the step that one most likely wants. `unsent` is what was typed for a step that can no longer be taken.
    """

    number: int
    title: str
    lead: str
    where: str
    state: str
    turn: str
    answer_by: str
    full: str
    is_example: bool
    acting_for: str
    legs: tuple[LegRow, ...]
    besides: str
    money: str
    used: str
    used_form: StepForm | None
    note: str
    main: StepButton | None
    others: tuple[StepButton, ...]
    unsent: str
    messages: tuple[MessageRow, ...]
    message: MessageForm | None
    message_hint: str
    agreements: tuple[tuple[str, str, str], ...]
    links: tuple[tuple[str, str], ...]
    timeline: tuple[TimelineRow, ...]

    def draws(self, form: StepForm) -> bool:
        """Whether a form is on the page: that of a step that can no longer be taken is not."""
        return form is self.used_form or any(button.form is form for button in (self.main, *self.others) if button is not None)
