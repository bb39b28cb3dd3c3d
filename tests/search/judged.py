"""The project's own query set, read from queries.toml: for the tests of relevance and for `bench/`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

# What a query tries, in the order of the reports.
KINDS = ("plain", "inflected", "compound", "part", "synonym", "abbreviation", "everyday", "undotted", "typo", "place", "english")
# Search may be tuned on the first half of the queries, and never on the second.
HALVES = ("tune", "kept")


@dataclass(frozen=True)
class Judged:
    """A query and its judged answers: `relevant` maps an entry's id in its source to 2 (exactly what was asked) or 1 (useful)."""

    text: str
    kind: str
    half: str
    relevant: Mapping[str, int]


def read() -> tuple[Judged, ...]:
    """All judged queries, in the order of the file, grouped by kind; raises `TypeError` if one lacks a field or has one too many."""
    tables = tomllib.loads(Path(__file__).with_name("queries.toml").read_text(encoding="utf-8"))["query"]
    return tuple(Judged(**{**table, "relevant": MappingProxyType(table["relevant"])}) for table in tables)
