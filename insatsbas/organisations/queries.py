"""Every read of organisations and municipalities."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.organisations.models import Municipality, MunicipalityPlace, commuting


def municipalities(session: Session) -> list[Municipality]:
    """All municipalities, by name."""
    return sorted(session.scalars(select(Municipality)), key=lambda m: m.name)


def commuting_from(session: Session) -> Mapping[str, frozenset[str]]:
    """For each municipality's code: the codes that one can commute to from there, itself included."""
    reach = {code: {code} for code in session.scalars(select(Municipality.code))}
    for code, neighbour in session.execute(select(commuting.c.municipality_code, commuting.c.neighbour_code)):
        reach.setdefault(code, {code}).add(neighbour)
    return {code: frozenset(codes) for code, codes in reach.items()}


def places(session: Session) -> Mapping[str, str]:
    """Each place that people name, in lower case, and the code of the municipality that it means."""
    rows = session.execute(select(MunicipalityPlace.name, MunicipalityPlace.municipality_code))
    return {name.casefold(): code for name, code in rows}
