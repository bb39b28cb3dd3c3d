"""What cards show, read in two questions however many cards there are: a page of hits has no time for whole entries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, CompoundSelect, Date, Integer, RowMapping, Select, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from insatsbas.catalogue.in_force_queries import InForce
from insatsbas.catalogue.models import Intervention, Need, Occasion, Term, intervention_given_in, intervention_need, intervention_term
from insatsbas.catalogue.queries import visible
from insatsbas.catalogue.rules import Level, Status, TermKind
from insatsbas.core.viewer import Viewer
from insatsbas.organisations.models import Municipality, Organisation

_T = TypeVar("_T")
# By an intervention's id and a kind of part: the rows of that kind.
_Parts: TypeAlias = defaultdict[tuple[int, str], list[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class ShownStart:
    """A start, as far as a card tells of it. The names are those of `Occasion`."""

    start: date | None
    last_day: date | None
    left: int | None
    for_others: int
    for_others_until: date | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An intervention, as far as a card tells of it. The names are those of `Intervention`; terms, needs and places are the lists' own."""

    id: int
    public_id: str
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
    occasions: tuple[ShownStart, ...]

    def terms_of(self, kind: TermKind) -> list[Term]:
        """The terms of one kind, in the order of their list."""
        return [term for term in self.terms if term.kind is kind]


_FACTS = (
    Intervention.id,
    Intervention.public_id,
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
_NEED, _TERM, _PLACE, _START = "need", "term", "place", "start"


def shown(viewer: Viewer, session: Session, ids: Sequence[int], now: InForce) -> list[Shown]:
    """The visible ones of `ids`, in that order, with what their cards tell."""
    if not ids:
        return []
    query = visible(viewer).where(Intervention.id.in_(ids)).with_only_columns(*_FACTS, Intervention.owner_id)
    facts = {row["id"]: row for row in session.execute(query).mappings()}
    parts = _parts(session, list(facts))
    return [_shown(facts[number], parts, now) for number in ids if number in facts]


def _shown(facts: RowMapping, parts: _Parts, now: InForce) -> Shown:
    number, owner = facts["id"], facts["owner_id"]
    return Shown(
        **{name: value for name, value in facts.items() if name != "owner_id"},
        owner=now.owners[owner],
        needs=_listed(now.needs, parts[number, _NEED]),
        terms=_listed(now.terms, parts[number, _TERM]),
        given_in=_listed(now.municipalities, parts[number, _PLACE]),
        occasions=tuple(sorted((_start(*row) for row in parts[number, _START]), key=lambda o: (o.start is None, o.start or date.min))),
    )


def _listed(placed: Mapping[int, tuple[int, _T]], rows: Iterable[Sequence[Any]]) -> tuple[_T, ...]:
    return tuple(thing for _, thing in sorted(placed[row[0]] for row in rows))


def _start(_ref: int, start: date | None, apply_by: date | None, left: int | None, for_others: int, until: date | None) -> ShownStart:
    return ShownStart(start, apply_by or start, left, for_others, until)


def _parts(session: Session, ids: Sequence[int]) -> _Parts:
    """The rows that belong to some interventions, by intervention and kind: one question for all of them."""
    found: _Parts = defaultdict(list)
    for number, kind, *row in session.execute(_question(ids)) if ids else ():
        found[number, kind].append(row)
    return found


def _question(ids: Sequence[int]) -> CompoundSelect[Any]:
    needs, terms, places = intervention_need.c, intervention_term.c, intervention_given_in.c
    left = Occasion.places - Occasion.taken_by_own - Occasion.accepted
    return union_all(
        _refs(_NEED, needs.intervention_id, needs.need_id, ids),
        _refs(_TERM, terms.intervention_id, terms.term_id, ids),
        _refs(_PLACE, places.intervention_id, cast(places.municipality_code, Integer), ids),
        select(
            Occasion.intervention_id,
            literal(_START),
            Occasion.id,
            Occasion.start,
            Occasion.apply_by,
            left,
            Occasion.for_others,
            Occasion.for_others_until,
        ).where(Occasion.intervention_id.in_(ids)),
    )


def _refs(kind: str, whose: ColumnElement[int], ref: ColumnElement[int], ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    no_day, no_number = cast(null(), Date), cast(null(), Integer)
    return select(whose, literal(kind), ref, no_day, no_day, no_number, no_number, no_day).where(whose.in_(ids))
