"""What lists of interventions show, read in two questions however many there are: a page of hits has no time for whole entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Column, Row, ScalarSelect, Select, String, bindparam, cast, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import aggregate_strings

from insatsbas.catalogue.in_force_queries import InForce
from insatsbas.catalogue.models import (
    Intervention,
    Need,
    Occasion,
    Term,
    intervention_given_in,
    intervention_need,
    intervention_open_for,
    intervention_term,
)
from insatsbas.catalogue.queries import is_visible
from insatsbas.catalogue.rules import Level, Status, TermKind
from insatsbas.core.viewer import Viewer
from insatsbas.organisations.models import Municipality, Organisation

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ShownStart:
    """A start, as far as a list tells of it. The names are those of `Occasion`."""

    start: date | None
    last_day: date | None
    left: int | None
    for_others: int
    for_others_until: date | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An intervention, as far as a list tells of it. The names are those of `Intervention`; terms, needs and places are the lists' own."""

    id: int
    public_id: str
    source: str | None
    external_id: str | None
    title: str
    summary: str
    description: str
    status: Status
    level_required: Level | None
    rolling: bool
    last_known: int | None
    is_example: bool
    for_staff: bool
    verified_on: date | None
    created_at: datetime
    owner: Organisation
    needs: tuple[Need, ...]
    terms: tuple[Term, ...]
    given_in: tuple[Municipality, ...]
    open_for: tuple[Municipality, ...]
    occasions: tuple[ShownStart, ...]

    def terms_of(self, kind: TermKind) -> list[Term]:
        """The terms of one kind, in the order of their list."""
        return [term for term in self.terms if term.kind is kind]


_FACTS = (
    Intervention.id,
    Intervention.public_id,
    Intervention.source,
    Intervention.external_id,
    Intervention.title,
    Intervention.summary,
    Intervention.description,
    Intervention.status,
    Intervention.level_required,
    Intervention.rolling,
    Intervention.last_known,
    Intervention.is_example,
    Intervention.for_staff,
    Intervention.verified_on,
    Intervention.created_at,
)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)


def _refs(whose: Column[Any], ref: Column[Any]) -> ScalarSelect[Any]:
    """What hangs on an intervention, as ids with commas between: one value instead of a row for each."""
    return select(aggregate_strings(cast(ref, String), ",")).where(whose == Intervention.id).scalar_subquery()


_QUERY = select(
    *_FACTS,
    Intervention.owner_id,
    _refs(intervention_need.c.intervention_id, intervention_need.c.need_id).label("need_ids"),
    _refs(intervention_term.c.intervention_id, intervention_term.c.term_id).label("term_ids"),
    _refs(intervention_given_in.c.intervention_id, intervention_given_in.c.municipality_code).label("given_in_codes"),
    _refs(intervention_open_for.c.intervention_id, intervention_open_for.c.municipality_code).label("open_for_codes"),
).where(Intervention.id.in_(_IDS))
_STARTS = (
    select(
        Occasion.intervention_id,
        Occasion.start,
        Occasion.apply_by,
        (Occasion.places - Occasion.taken_by_own - Occasion.accepted).label("left"),
        Occasion.for_others,
        Occasion.for_others_until,
    )
    .where(Occasion.intervention_id.in_(_IDS))
    .order_by(Occasion.start.is_(None), Occasion.start, Occasion.id)
)


@lru_cache(64)
def query_for(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """The facts, and whether the viewer may see them.

    As a value, not as a condition: given both, SQLite seeks by status, and walks the whole catalogue to find twenty. Kept, since what
    SQLAlchemy makes of a statement is kept by it.
    """
    return _QUERY.add_columns(is_visible(viewer).label("is_visible"))


def shown(viewer: Viewer, session: Session, ids: Sequence[int], now: InForce) -> list[Shown]:
    """The visible ones of `ids`, in that order, with what lists tell."""
    if not ids:
        return []
    # By the connection, past what a session does for rows that may be changed.
    rows = session.connection().execute(query_for(viewer), {"ids": ids}).all()
    facts = [row for row in rows if row.is_visible]
    if not facts:
        return []
    starts: dict[int, list[ShownStart]] = {row[0]: [] for row in facts}
    for row in session.connection().execute(_STARTS, {"ids": list(starts)}):
        starts[row.intervention_id].append(_start(row))
    # The lists may be of a moment before or after the rows: what they do not tell of is shown from the next question on.
    found = {row[0]: _shown(row, tuple(starts[row[0]]), now) for row in facts if row.owner_id in now.owners}
    return [found[number] for number in ids if number in found]


def _shown(facts: Row[*tuple[Any, ...]], starts: tuple[ShownStart, ...], now: InForce) -> Shown:
    places = (_listed(now.municipalities, facts.given_in_codes), _listed(now.municipalities, facts.open_for_codes))
    hanging = (_listed(now.needs, facts.need_ids), _listed(now.terms, facts.term_ids), *places, starts)
    return Shown(*(*facts[: len(_FACTS)], now.owners[facts.owner_id], *hanging))


def _listed(placed: Mapping[int, tuple[int, _T]], refs: str | None) -> tuple[_T, ...]:
    return tuple(thing for _, thing in sorted(placed[int(ref)] for ref in refs.split(",") if int(ref) in placed)) if refs else ()


def _start(row: Row[*tuple[Any, ...]]) -> ShownStart:
    return ShownStart(row.start, row.apply_by or row.start, row.left, row.for_others, row.for_others_until)
