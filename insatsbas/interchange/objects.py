"""What only JSON tells, as objects: results in numbers, and other entries by their source and id."""

from collections.abc import Mapping
from typing import Any, TypeVar

from insatsbas.catalogue.rules import FEWEST_TOLD
from insatsbas.interchange import values
from insatsbas.interchange.columns import OutcomeKey, ReferenceKey
from insatsbas.interchange.table import ValueFaultError, shown

_LONGEST = 100
_K = TypeVar("_K", OutcomeKey, ReferenceKey)

Reference = tuple[str, str]


def outcomes(cell: object) -> list[tuple[str, int | None]]:
    """Results in numbers: what is counted, and how many; None for fewer than five."""
    if cell is None:
        return []
    if not isinstance(cell, list):
        raise ValueFaultError("Här ska stå en lista av resultat.")
    return [_outcome(item) for item in cell]


def _outcome(item: object) -> tuple[str, int | None]:
    told = _told(item, OutcomeKey)
    label, count = values.line(told.get(OutcomeKey.LABEL), _LONGEST), values.places(told.get(OutcomeKey.COUNT))
    if not label:
        raise ValueFaultError("Skriv vad som räknas i varje resultat.")
    return label, None if count is None or count < FEWEST_TOLD else count


def reference(cell: object) -> Reference | None:
    """Another entry, by its source and its id there."""
    if cell is None:
        return None
    told = _told(cell, ReferenceKey)
    source, key = (values.line(told.get(name), _LONGEST) for name in (ReferenceKey.SOURCE, ReferenceKey.ID))
    if not source or not key:
        raise ValueFaultError("Skriv både källa och id för den andra insatsen.")
    return source, key


def _told(item: object, keys: type[_K]) -> Mapping[_K, Any]:
    if not isinstance(item, dict):
        raise ValueFaultError(f"Här ska stå ett objekt med {' och '.join(keys)}.")
    for name in item:
        if name not in tuple(keys):
            raise ValueFaultError(f"Uppgiften {shown(name)} är inte känd.")
    return {keys(name): cell for name, cell in item.items()}
