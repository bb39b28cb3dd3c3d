"""An intervention as plain values, to be kept as a revision and put back: codes instead of rows, text instead of days and money.

What is not in it is not of the entry itself: when it was confirmed, whether it is hidden, where it was imported from. When a field comes
to, or changes its shape, `SCHEMA` is raised and `_UPGRADES` gets the step from the form before: revisions are never rewritten.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from insatsbas.catalogue.models import Intervention, Occasion

SCHEMA = 1
Content = dict[str, Any]
_UPGRADES: Mapping[int, Callable[[Content], Content]] = {}
_TEXTS = ("title", "summary", "description", "prerequisites", "length", "contact", "knows_more")
_CODES = ("status", "form", "end_reason", "pause_reason")
_AMOUNTS = ("hours_per_week", "participant_cost", "place_price")
_PLAIN = ("rolling", "last_known", "is_example")
_LEVELS = ("level_required", "level_reached")
# What follows from the rest, and is no change by itself.
_DERIVED = ("is_sheltered",)
_CENT = Decimal("0.01")
# What holds codes, days and numbers, wherever in a content it stands. All the rest is text that somebody wrote.
CODED: Final = frozenset((*_CODES, *_LEVELS, *_AMOUNTS, "owner", "needs", "terms", "given_in", "open_for", "start", "end", "apply_by"))


def take(intervention: Intervention) -> Content:
    """The intervention as it is now, in the form of `SCHEMA`: what JSON can hold, and the same for what is the same."""
    content: Content = {name: getattr(intervention, name) or "" for name in _TEXTS}
    content |= {name: _code(getattr(intervention, name)) for name in _CODES}
    content |= {name: _level(getattr(intervention, name)) for name in _LEVELS}
    content |= {name: _amount(getattr(intervention, name)) for name in _AMOUNTS}
    content |= {name: getattr(intervention, name) for name in _PLAIN}
    content["rolling"], content["is_example"] = bool(content["rolling"]), bool(content["is_example"])
    content["owner"] = intervention.owner.slug
    content["needs"] = sorted(need.code for need in intervention.needs)
    content["terms"] = sorted([term.kind.value, term.code] for term in intervention.terms)
    content["given_in"] = sorted(m.code for m in intervention.given_in)
    content["open_for"] = sorted(m.code for m in intervention.open_for)
    content["occasions"] = [_occasion(row) for row in sorted(intervention.occasions, key=_order)]
    content["lessons"] = [row.text for row in intervention.lessons]
    content["links"] = [row.url for row in intervention.links]
    content["outcomes"] = [[row.label, row.count] for row in intervention.outcomes]
    content["forerunner_id"], content["template_id"] = intervention.forerunner_id, intervention.template_id
    content["is_sheltered"] = intervention.is_sheltered
    return content


def upgraded(content: Content, schema: int, *, steps: Mapping[int, Callable[[Content], Content]] = _UPGRADES) -> Content:
    """A revision's content in today's form. Pure: what is kept stays as it was written."""
    now = deepcopy(content)
    for form in range(schema, SCHEMA):
        now = steps[form](now)
    return now


def differing(before: Content, after: Content) -> Sequence[str]:
    """The names of the fields in which two contents differ, in the order of the form."""
    return [name for name in after if name not in _DERIVED and before.get(name) != after[name]]


def _occasion(row: Occasion) -> Content:
    return {
        "start": _day(row.start),
        "end": _day(row.end),
        "apply_by": _day(row.apply_by),
        "place": row.place or "",
        "address": row.address or "",
        "address_on_request": bool(row.address_on_request),
        "places": row.places,
        "taken": row.taken_by_own,
    }


def _order(row: Occasion) -> tuple[Any, ...]:
    days = (row.start or date.min, row.end or date.min, row.apply_by or date.min)
    known = (-1 if row.places is None else row.places, -1 if row.taken_by_own is None else row.taken_by_own)
    return row.start is None, *days, row.place or "", row.address or "", bool(row.address_on_request), *known


def _code(value: Any) -> str | None:
    return None if value is None else str(value.value)


def _level(value: Any) -> int | None:
    return None if value is None else int(value)


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _amount(value: Decimal | None) -> str | None:
    # As the database keeps it, so that a state is the same before and after it is read again.
    return None if value is None else format(Decimal(value).quantize(_CENT, ROUND_HALF_UP).normalize(), "f")
