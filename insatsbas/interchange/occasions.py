"""What a file tells of occasions, against what is known of them already."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, TypeVar

from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.occasion_actions import OccasionFacts, occasion_meant
from insatsbas.catalogue.rules import next_occasion
from insatsbas.core import clock
from insatsbas.interchange import values
from insatsbas.interchange.columns import OccasionKey as Key
from insatsbas.interchange.table import ValueFaultError, shown

_T = TypeVar("_T")
# What is told of one occasion: the keys that are there, with their values.
Told = Mapping[Key, Any]

_READERS = {
    Key.START: values.day,
    Key.END: values.day,
    Key.APPLY_BY: values.day,
    Key.PLACES: values.places,
    Key.LEFT: values.places,
    Key.PLACE: lambda cell: values.line(cell, 100),
    Key.ADDRESS: lambda cell: values.line(cell, 200),
    Key.ON_REQUEST: values.yes_no,
}


class OccasionFaultError(ValueFaultError):
    """What is told of an occasion does not hold together; `key` says where."""

    def __init__(self, key: Key, reason: str) -> None:
        super().__init__(reason)
        self.key = key


def read_value(key: Key, cell: object) -> Any:
    """The value of a cell that tells of an occasion."""
    return _READERS[key](cell)


def read_list(cell: object) -> list[Told]:
    """All occasions of an entry, as JSON tells them."""
    if cell is None:
        return []
    if not isinstance(cell, list):
        raise ValueFaultError("Här ska stå en lista av tillfällen.")
    return [_numbered(number, partial(_read_one, item)) for number, item in enumerate(cell, start=1)]


def _read_one(item: object) -> Told:
    if not isinstance(item, dict):
        raise ValueFaultError("ska vara ett objekt med start, slut och så vidare.")
    told: dict[Key, Any] = {}
    for name, cell in item.items():
        if name not in tuple(Key):
            raise ValueFaultError(f"uppgiften {shown(name)} är inte känd.")
        try:
            told[Key(name)] = read_value(Key(name), cell)
        except ValueFaultError as fault:
            raise ValueFaultError(f"{name}: {fault}") from None
    if told.get(Key.ON_REQUEST) and (told.get(Key.PLACE) or told.get(Key.ADDRESS)):
        raise ValueFaultError("adressen lämnas först vid kontakt. Ta bort plats och adress.")
    return told


def next_one(told: Told, intervention: Intervention | None) -> OccasionFacts | None:
    """The facts of the next occasion; None when nothing is told of it. What has no column stays as it is.

    Raises:
        OccasionFaultError: what is told does not hold together.
    """
    if all(value is None for value in told.values()):
        return None
    if intervention is None:
        row = None
    elif Key.START in told:
        row = occasion_meant(intervention, told[Key.START])
    else:
        row = next_occasion(intervention.occasions, clock.today())
    start, places = (_told_or_known(told, row, key) for key in (Key.START, Key.PLACES))
    if start is None and places is None:
        key = next(key for key, value in told.items() if value is not None)
        advice = (
            "Skriv också hur många platser det är i allt."
            if key is Key.LEFT
            else "Skriv också när det börjar eller hur många platser det är."
        )
        raise OccasionFaultError(key, advice)
    return _facts(told, row)


def all_of_them(told: Sequence[Told], intervention: Intervention | None) -> list[OccasionFacts]:
    """The facts of every occasion. One that has the start of a known one tells of that one.

    Raises:
        ValueFaultError: what is told of one does not hold together.
    """
    left, facts = list(intervention.occasions) if intervention else [], []
    for number, one in enumerate(told, start=1):
        row = next((o for o in left if o.start == one.get(Key.START)), None)
        if row is not None:
            left.remove(row)
        facts.append(_numbered(number, partial(_facts, one, row)))
    if any(row.in_exchange for row in left):
        raise ValueFaultError("En start som andra har erbjudits eller frågat om kan inte tas bort.")
    return facts


def _numbered(number: int, read: Callable[[], _T]) -> _T:
    try:
        return read()
    except OccasionFaultError as fault:
        raise ValueFaultError(f"Tillfälle {number}, {fault.key}: {fault}") from None
    except ValueFaultError as fault:
        raise ValueFaultError(f"Tillfälle {number}: {fault}") from None


def _told_or_known(told: Told, row: Occasion | None, key: Key) -> Any:
    if key in told:
        return told[key]
    if row is None:
        return None
    return {Key.START: row.start, Key.END: row.end, Key.APPLY_BY: row.apply_by, Key.PLACES: row.places}[key]


def _facts(told: Told, row: Occasion | None) -> OccasionFacts:
    start, end, apply_by, places = (_told_or_known(told, row, key) for key in (Key.START, Key.END, Key.APPLY_BY, Key.PLACES))
    _check_days(start, end, apply_by)
    return OccasionFacts(
        start=start,
        end=end,
        apply_by=apply_by,
        place=told.get(Key.PLACE),
        address=told.get(Key.ADDRESS),
        address_on_request=told.get(Key.ON_REQUEST),
        places=places,
        taken=_taken(told, row, places),
    )


def _check_days(start: date | None, end: date | None, apply_by: date | None) -> None:
    if start and end and end < start:
        raise OccasionFaultError(Key.END, f"Slutet {end} ligger före starten {start}.")
    if apply_by and end and apply_by > end:
        raise OccasionFaultError(Key.APPLY_BY, f"Sista dagen att anmäla sig, {apply_by}, ligger efter slutet {end}.")


def _taken(told: Told, row: Occasion | None, places: int | None) -> int | None:
    """How many places the owner's own have, so that as many are left as is told. Places that others have count too."""
    offered, accepted = (row.offered, row.accepted) if row else (0, 0)
    if places is None:
        if told.get(Key.LEFT) is not None:
            raise OccasionFaultError(Key.LEFT, "Skriv också hur många platser det är i allt.")
        if offered:
            raise OccasionFaultError(Key.PLACES, f"{offered} av platserna är avsatta för andra. Skriv hur många det är i allt.")
        return None
    if Key.LEFT not in told:
        taken = row.taken_by_own if row else None
        if (taken or 0) + offered > places:
            raise OccasionFaultError(
                Key.PLACES, f"{(taken or 0) + offered} platser är tagna eller avsatta för andra. Färre än så kan det inte vara i allt."
            )
        return taken
    left: int | None = told[Key.LEFT]
    if left is not None and left > places:
        raise OccasionFaultError(Key.LEFT, f"Det kan inte vara {left} lediga platser när det är {places} i allt.")
    if (left or 0) + accepted > places:
        raise OccasionFaultError(Key.LEFT, f"Andra har {accepted} av de {places} platserna. Så många kan inte vara lediga.")
    if left is not None and left + accepted < offered:
        raise OccasionFaultError(Key.LEFT, f"{offered - accepted} lediga platser är avsatta för andra. Färre än så kan inte vara lediga.")
    return None if left is None else places - accepted - left
