"""Every write of municipalities by the co-ordinator. Never commits."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.core import events
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.text import slug
from insatsbas.core.viewer import Viewer
from insatsbas.organisations.models import Municipality, MunicipalityPlace

_LONGEST_PLACE = 60


@dataclass(frozen=True, slots=True)
class Details:
    """A municipality as a form tells it. `row` and `column` are of its square on the map, None for none."""

    name: str
    county: str
    is_member: bool
    row: int | None
    column: int | None
    neighbours: Sequence[str]
    places: Sequence[str]


def add(viewer: Viewer, session: Session, code: str, details: Details) -> Municipality:
    """A municipality that was not there.

    Raises:
        RefusedError: it is there, or as for `change`.
    """
    require(viewer, Permission.COORDINATE)
    if session.get(Municipality, code) is not None:
        raise RefusedError(_("Kommunen med koden %(code)s finns redan.", code=code))
    municipality = Municipality(code=code, name=details.name, county=details.county, is_member=details.is_member)
    with session.no_autoflush:
        _set(session, municipality, details)
    session.add(municipality)
    session.flush()
    events.record(viewer, session, "kommun.ny", subject=f"kommun:{code}", text=municipality.name)
    return municipality


def change(viewer: Viewer, session: Session, municipality: Municipality, details: Details) -> None:
    """Change what is known of a municipality. Whom one can commute to, one can commute from.

    Raises:
        RefusedError: another has the name or the square, or a place means another municipality.
    """
    require(viewer, Permission.COORDINATE)
    with session.no_autoflush:
        _set(session, municipality, details)
    session.flush()
    events.record(viewer, session, "kommun.andrad", subject=f"kommun:{municipality.code}", text=municipality.name)


def _set(session: Session, municipality: Municipality, details: Details) -> None:
    if (details.row is None) != (details.column is None):
        raise RefusedError(_("Välj både rad och kolumn på kartan, eller ingen av dem."))
    if any(len(place) > _LONGEST_PLACE for place in details.places):
        raise RefusedError(_("Skriv en ort på varje rad, med högst %(n)s tecken.", n=_LONGEST_PLACE))
    others = {m.code: m for m in session.scalars(select(Municipality)) if m.code != municipality.code}
    for other in others.values():
        # Its address is made of its name.
        if slug(other.name) == slug(details.name):
            raise RefusedError(_("Det finns redan en kommun som heter %(name)s.", name=other.name))
        if details.row is not None and (details.row, details.column) == (other.tile_row, other.tile_column):
            raise RefusedError(_("%(name)s ligger redan på den rutan. Välj en annan rad eller kolumn.", name=other.name))
    _refuse_taken(session, municipality, details.places)
    municipality.name, municipality.county, municipality.is_member = details.name, details.county, details.is_member
    municipality.tile_row, municipality.tile_column = details.row, details.column
    wanted = set(details.neighbours)
    for code, other in others.items():
        _set_reach(municipality, other, code in wanted)
        _set_reach(other, municipality, code in wanted)
    kept = {place.name: place for place in municipality.places}
    wanted_places = {name.casefold(): name for name in details.places}
    municipality.places = [kept.get(name) or MunicipalityPlace(name=name) for name in sorted(wanted_places.values())]


def _set_reach(one: Municipality, other: Municipality, is_near: bool) -> None:
    if is_near and other not in one.neighbours:
        one.neighbours.append(other)
    elif not is_near and other in one.neighbours:
        one.neighbours.remove(other)


def _refuse_taken(session: Session, municipality: Municipality, places: Sequence[str]) -> None:
    wanted = {name.casefold() for name in places}
    for place in session.scalars(select(MunicipalityPlace).where(MunicipalityPlace.municipality_code != municipality.code)):
        if place.name.casefold() in wanted:
            raise RefusedError(_("Orten %(place)s hör redan till en annan kommun.", place=place.name))
