"""Every write of organisations and municipalities."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from insatsbas.core.text import unique_slug
from insatsbas.core.viewer import Viewer
from insatsbas.organisations.models import Municipality, MunicipalityPlace, Organisation
from insatsbas.organisations.rules import OrganisationKind


@dataclass(frozen=True, slots=True)
class MunicipalityFacts:
    """A municipality as a region's file tells it: `row` and `column` are its tile's, `neighbours` the codes one can commute to."""

    code: str
    name: str
    county: str
    is_member: bool
    row: int | None
    column: int | None
    places: tuple[str, ...]
    neighbours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """An organisation as a region's file tells it."""

    name: str
    kind: OrganisationKind
    municipality: str | None
    is_example: bool


def load_region(
    _viewer: Viewer,
    session: Session,
    municipalities: Sequence[MunicipalityFacts],
    organisations: Sequence[OrganisationFacts],
    *,
    only_new: bool = False,
) -> None:
    """Lay in a region's municipalities and organisations, and bring those that are there up to date, unless `only_new`.

    What is not named stays as it is.
    """
    rows = {m.code: m for m in session.scalars(select(Municipality))}
    known = {o.name: o for o in session.scalars(select(Organisation))}
    if only_new:
        municipalities = [facts for facts in municipalities if facts.code not in rows]
        organisations = [facts for facts in organisations if facts.name not in known]
    for facts in municipalities:
        row = rows.setdefault(facts.code, Municipality(code=facts.code))
        row.name, row.county, row.is_member = facts.name, facts.county, facts.is_member
        row.tile_row, row.tile_column = facts.row, facts.column
        session.add(row)
    session.flush()
    named = {name for facts in municipalities for name in facts.places}
    session.execute(delete(MunicipalityPlace).where(MunicipalityPlace.name.in_(named)))
    for facts in municipalities:
        session.add_all(MunicipalityPlace(name=name, municipality_code=facts.code) for name in facts.places)
        rows[facts.code].neighbours = [rows[code] for code in sorted(facts.neighbours)]
    slugs = {o.slug for o in known.values()}
    for owner in organisations:
        organisation = known.get(owner.name) or Organisation(name=owner.name, slug=unique_slug(owner.name, slugs, longest=60))
        organisation.kind, organisation.municipality_code, organisation.is_example = owner.kind, owner.municipality, owner.is_example
        session.add(organisation)
    session.flush()


def add_organisation(_viewer: Viewer, session: Session, name: str) -> Organisation:
    """A new organisation of which only the name is known."""
    slugs = set(session.scalars(select(Organisation.slug)))
    organisation = Organisation(
        name=name, slug=unique_slug(name, slugs, longest=60), kind=OrganisationKind.UNKNOWN, municipality_code=None, is_example=False
    )
    session.add(organisation)
    session.flush()
    return organisation
