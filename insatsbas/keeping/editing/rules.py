"""What may happen to an intervention, what publishing asks for, and how starts move to the next term. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from insatsbas.catalogue.rules import FEWEST_TOLD, Status
from insatsbas.core.text import N_

MOST_OCCASIONS = 60
MOST_OUTCOMES = 20
MOST_LINKS = 20
_JUNE, _JULY = 6, 7


class Step(StrEnum):
    """What is done to an intervention as a whole. The value is the last part of the step's address."""

    PUBLISH = "publicera"
    PAUSE = "pausa"
    END = "avsluta"
    START = "starta-igen"
    DELETE = "ta-bort"

    @property
    def label(self) -> str:
        """The words on its button."""
        return _STEP_LABELS[self]


_STEP_LABELS = {
    Step.PUBLISH: N_("Publicera"),
    Step.PAUSE: N_("Pausa"),
    Step.END: N_("Avsluta insatsen"),
    Step.START: N_("Starta igen"),
    Step.DELETE: N_("Ta bort utkastet"),
}

# From which status each step can be taken, and where it leads; None: it is gone. What is not here cannot be done.
TRANSITIONS: Mapping[tuple[Status, Step], Status | None] = {
    (Status.DRAFT, Step.PUBLISH): Status.ACTIVE,
    (Status.DRAFT, Step.DELETE): None,
    (Status.ACTIVE, Step.PAUSE): Status.PAUSED,
    (Status.ACTIVE, Step.END): Status.ENDED,
    (Status.PAUSED, Step.START): Status.ACTIVE,
    (Status.PAUSED, Step.END): Status.ENDED,
    (Status.ENDED, Step.START): Status.ACTIVE,
}


def steps_from(status: Status) -> tuple[Step, ...]:
    """What can be done to one of this status, in the order of the list."""
    return tuple(step for step in Step if (status, step) in TRANSITIONS)


# What a reader needs, by the status it is to have: the name of the field, and what to say when it is empty.
_NAMED = (("title", N_("Skriv vad insatsen heter")),)
_READABLE = (*_NAMED, ("summary", N_("Skriv en kort beskrivning")))
_USABLE = (
    *_READABLE,
    ("needs", N_("Välj minst ett behov")),
    ("way_in", N_("Välj hur deltagaren får en plats")),
    ("contact", N_("Skriv vem man kontaktar")),
)
NEEDED: Mapping[Status, Sequence[tuple[str, str]]] = {
    Status.DRAFT: _NAMED,
    Status.ACTIVE: _USABLE,
    Status.PAUSED: _READABLE,
    Status.ENDED: _READABLE,
}


def missing(values: Mapping[str, Any], status: Status) -> dict[str, str]:
    """What one of this status must tell and does not: the names of the fields, with what to say."""
    return {name: message for name, message in NEEDED[status] if not values.get(name)}


def _step(start: date) -> timedelta:
    """A natural step from a start to its fellow in the next term. In whole weeks: a Monday stays a Monday.

    Spring to autumn is thirty weeks and autumn to spring twenty-two, a year together; what is for the summer comes back the next.
    """
    return timedelta(weeks=(30, 52, 22)[term_of(start)[1]])


def to_next_term(start: date, today: date) -> timedelta:
    """How far a start moves to come in the next term, or the first after that which has not begun."""
    moved_by = _step(start)
    while start + moved_by < today:
        moved_by += _step(start + moved_by)
    return moved_by


def term_of(day: date) -> tuple[int, int]:
    """The term of a start: its year, and 0 for spring, 1 for summer, 2 for autumn."""
    return day.year, 0 if day.month < _JUNE else 1 if day.month <= _JULY else 2


def amount(text: str) -> Decimal | None:
    """A number as people write it, "18 500" or "12,5"; None when nothing is written.

    Raises:
        ValueError: it is no number.
    """
    plain = "".join(text.split()).removesuffix("kr").replace("−", "-").replace(",", ".")
    if not plain:
        return None
    try:
        found = Decimal(plain)
        # To round one of very many figures is itself no valid operation.
        is_plain = found.is_finite() and "e" not in plain.lower() and found == round(found, 2)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not is_plain:
        raise ValueError(text)
    return found


def told(count: int) -> int | None:
    """A number of people as it is kept: fewer than five is not told, nor kept."""
    return count if count >= FEWEST_TOLD else None
