"""Which columns are looked in when a text is masked: all that hold text or JSON, in all tables that there are. None can be forgotten.

What is exempt stands here with its reason. A table that comes to later is looked in from its first day.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from sqlalchemy import JSON, Column, String, Table
from sqlalchemy import Enum as Coded

from insatsbas.catalogue.models import Intervention, Occasion, Outcome
from insatsbas.catalogue.snapshot import CODED
from insatsbas.core.db import Base
from insatsbas.core.text import N_
from insatsbas.keeping.masking.rules import as_url

Replace = Callable[[str, int | None], str]


class Sort(Enum):
    """What a column holds: any text, or what is asked for by itself: names and addresses of accounts."""

    TEXT = auto()
    NAME = auto()
    ADDRESS = auto()


# Names and addresses of people with accounts: looked in only when that is asked for.
ACCOUNTS: Final[Mapping[str, Sort]] = {
    "person.name": Sort.NAME,
    "event.who": Sort.NAME,
    "revision.who": Sort.NAME,
    "exchange_step.who": Sort.NAME,
    "exchange_message.who": Sort.NAME,
    "person.email": Sort.ADDRESS,
    "letter.recipient": Sort.ADDRESS,
}
# What nobody has written: codes, keys and hashes by which things are found. Keys and references of any table are exempt by themselves.
KEPT: Final = frozenset(
    (
        "agreement.number",
        "event.kind",
        "event.subject",
        "exchange_step.reason",
        "failed_sign_in.account",
        "failed_sign_in.address",
        "import_batch.token",
        "import_batch.versions",
        "intervention.external_id",
        "intervention.public_id",
        "intervention.source",
        "lease.holder",
        "letter.key",
        "need.code",
        "need.icon",
        "organisation.slug",
        "person.password_hash",
        "report.address",
        "term.code",
        "word_line.shipped",
    )
)
LABELS: Final[Mapping[str, str]] = {
    "intervention": N_("Insatser, som de är nu"),
    "lesson": N_("Lärdomar"),
    "link": N_("Länkar"),
    "occasion": N_("Starter"),
    "outcome": N_("Resultat i siffror"),
    "revision": N_("Tidigare versioner av insatser"),
    "report": N_("Felrapporter, frågor och svar"),
    "letter": N_("Brev"),
    "event": N_("Händelser"),
    "import_batch": N_("Inlästa filer som väntar"),
    "exchange_message": N_("Meddelanden och anteckningar i förfrågningar"),
    "exchange_leg": N_("Förfrågningar om platser"),
    "exchange_step": N_("Förfrågningarnas historik"),
    "offer": N_("Erbjudanden om platser"),
    "agreement": N_("Överenskommelser"),
    "agreement_reference": N_("Överenskommelsernas nummer hos parterna"),
    "membership": N_("Kontonas roller"),
    "need": N_("Behov"),
    "term": N_("Listor"),
    "municipality": N_("Kommuner"),
    "organisation": N_("Organisationer"),
    "setting": N_("Inställningar"),
    "word_line": N_("Ord i sökningen"),
    "search_count": N_("Vad som har sökts"),
    "person": N_("Konton"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """A column that is looked in."""

    column: Column[Any]
    sort: Sort

    @property
    def longest(self) -> int | None:
        """How long a text it holds."""
        return getattr(self.column.type, "length", None)


def targets() -> Iterator[tuple[Table, list[Target]]]:
    """Every table with its columns to look in."""
    for table in Base.metadata.sorted_tables:
        found = [Target(column, ACCOUNTS.get(f"{table.name}.{column.name}", Sort.TEXT)) for column in table.columns if is_text(column)]
        if found:
            yield table, found


def is_text(column: Column[Any]) -> bool:
    """Whether people may have written what a column holds."""
    holds_text = isinstance(column.type, String | JSON) and not isinstance(column.type, Coded)
    return holds_text and not column.primary_key and not column.foreign_keys and f"{column.table.name}.{column.name}" not in KEPT


# How long the texts of a revision may be, so that it can still be put back when something in it is masked.
_LONGEST = {c.name: c.type.length for t in (Occasion, Intervention) for c in t.__table__.columns if isinstance(c.type, String)}
_LONGEST["outcomes"] = Outcome.__table__.c.label.type.length  # type: ignore[attr-defined]


def in_json(column: Column[Any], value: Any, replace: Replace) -> Any:
    """A value of a JSON column with all its texts replaced. Of a revision, what is codes and days stays."""
    is_revision = f"{column.table.name}.{column.name}" == "revision.content"
    return _replaced(value, replace, CODED if is_revision else frozenset(), _LONGEST if is_revision else {}, "")


def _replaced(value: Any, replace: Replace, kept: frozenset[str], longest: Mapping[str, int | None], key: str) -> Any:
    match value:
        case dict():
            return {name: one if name in kept else _replaced(one, replace, kept, longest, name) for name, one in value.items()}
        case list():
            return [_replaced(one, replace, kept, longest, key) for one in value]
        case str():
            text = replace(value, longest.get(key))
            return as_url(text) if key == "links" and text != value else text
    return value
