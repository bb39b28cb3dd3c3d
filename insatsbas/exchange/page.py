"""What the pages of requests show, as plain values, drawn by `templates/exchange/`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in a list: with whom, about what, where it stands, and by when an answer is waited for."""

    url: str
    title: str
    kind: str
    direction: str
    state: str
    whose_turn: str
    answer_by: date | None


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
    """A step that one can take. `reasons` are codes and words to choose among; `asks_used` asks how many places were used."""

    url: str
    label: str
    kind: str
    reasons: Sequence[tuple[str, str]]
    asks_used: bool
    is_link: bool


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
    """A request for somebody of one of its sides: whose turn it is first, then what is on the table, what one can do, what has happened."""

    number: int
    title: str
    kind: str
    asker: str
    answerer: str
    state: str
    turn: str
    is_our_turn: bool
    answer_by: date | None
    legs: tuple[LegRow, ...]
    besides: str
    cost: str
    buttons: tuple[StepButton, ...]
    waits_for_a_decision: str
    timeline: tuple[TimelineRow, ...]
    no_opinion: str
