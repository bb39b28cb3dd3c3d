"""An intervention as the fields of its form: plain text, codes and rows, so that two of them can be compared field by field. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from insatsbas.catalogue.snapshot import Content
from insatsbas.keeping.editing.forms import FEWER, TERM_FIELDS

Row = dict[str, Any]
# Each field's name leads to a text, a list of codes, whether it is ticked, or a list of rows.
Values = dict[str, Any]
TEXTS = ("title", "summary", "description", "prerequisites", "length", "contact", "knows_more")
AMOUNTS = ("hours_per_week", "participant_cost", "place_price")
LEVELS = ("level_required", "level_reached")
CODES = ("needs", "given_in", "open_for")
_OCCASION = ("start", "end", "apply_by", "place", "address", "address_on_request", "places", "taken")


def of_content(content: Content) -> Values:
    """The fields of a revision's content, in today's form."""
    values: Values = {name: content[name] for name in TEXTS}
    values |= {name: sorted(content[name]) for name in CODES}
    values |= {field: sorted(code for kind, code in content["terms"] if kind == term.value) for field, term in TERM_FIELDS.items()}
    values |= {name: "" if content[name] is None else str(content[name]) for name in (*LEVELS, "form")}
    values |= {name: _written(content[name]) for name in AMOUNTS}
    values["rolling"] = content["rolling"]
    values["links"], values["lessons"] = "\n".join(content["links"]), "\n\n".join(content["lessons"])
    values["occasions"] = [occasion(facts) for facts in content["occasions"]]
    values["outcomes"] = [{"label": label, "count": str(FEWER) if count is None else str(count)} for label, count in content["outcomes"]]
    return values


def occasion(facts: Mapping[str, Any], row: int | None = None) -> Row:
    """The fields of a start. `row` is the number of the row that it is, if it is one."""
    told = {name: "" if facts[name] is None else str(facts[name]) for name in _OCCASION if name != "address_on_request"}
    return {"row": "" if row is None else str(row), **told, "address_on_request": bool(facts["address_on_request"])}


def differing(one: Values, other: Values) -> list[str]:
    """The fields in which two differ, in the order of the form. Which rows of the database starts are, makes no difference."""
    return [name for name in one if _bare(one[name]) != _bare(other.get(name))]


def _bare(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        rows = [tuple(sorted((name, each) for name, each in row.items() if name != "row")) for row in value]
        return sorted(rows, key=repr)
    if isinstance(value, str):
        return value.strip().replace("\r\n", "\n")
    return value


def _written(amount: str | None) -> str:
    if amount is None:
        return ""
    return format(Decimal(amount).normalize(), "f").replace(".", ",")
