"""What holds for organisations: which kinds there are, how their numbers are read, and what one that has left may not."""

import re
from datetime import date
from enum import StrEnum

from insatsbas.core.errors import RefusedError
from insatsbas.core.personal_numbers import check_digit_fits
from insatsbas.core.text import N_

# The map of tiles has so many rows and columns.
MAP_SIDE = 12


class OrganisationKind(StrEnum):
    """What an owner of interventions may be."""

    MUNICIPALITY = "kommun"
    AUTHORITY = "myndighet"
    REGION = "region"
    MUNICIPAL_FEDERATION = "kommunalforbund"
    COORDINATION_FEDERATION = "samordningsforbund"
    PROJECT = "projekt"
    ASSOCIATION = "forening"
    FOLK_HIGH_SCHOOL = "folkhogskola"
    FAITH_COMMUNITY = "trossamfund"
    COMPANY = "foretag"
    UNKNOWN = "okand"

    @property
    def label(self) -> str:
        """The word on the page."""
        return _LABELS[self]


_LABELS = {
    OrganisationKind.MUNICIPALITY: N_("Kommun"),
    OrganisationKind.AUTHORITY: N_("Myndighet"),
    OrganisationKind.REGION: N_("Region"),
    OrganisationKind.MUNICIPAL_FEDERATION: N_("Kommunalförbund"),
    OrganisationKind.COORDINATION_FEDERATION: N_("Samordningsförbund"),
    OrganisationKind.PROJECT: N_("Projekt"),
    OrganisationKind.ASSOCIATION: N_("Förening"),
    OrganisationKind.FOLK_HIGH_SCHOOL: N_("Folkhögskola eller studieförbund"),
    OrganisationKind.FAITH_COMMUNITY: N_("Trossamfund"),
    OrganisationKind.COMPANY: N_("Företag"),
    OrganisationKind.UNKNOWN: N_("Ej angivet"),
}


def organisation_number(text: str) -> str:
    """An organisation number as it is kept, 212000-0068; "" for none. It may be typed without the hyphen, or with 16 before it.

    Source of the form: Skatteverket, "Organisationsnummer": the third digit is 2 or more, and the last is a check digit.

    Raises:
        RefusedError: it is none.
    """
    typed = re.sub(r"[\s–−]", lambda sign: "" if sign.group().isspace() else "-", text)
    if not typed:
        return ""
    match = re.fullmatch(r"(?:16)?(\d{6})-?(\d{4})", typed, re.ASCII)
    if match is None:
        raise RefusedError("Skriv organisationsnumret med tio siffror, till exempel 212000-0068.")
    first, last = match.groups()
    if first[2] < "2" or not check_digit_fits(first + last):
        raise RefusedError(f"{first}-{last} är inget organisationsnummer. Kontrollera siffrorna.")
    return f"{first}-{last}"


def has_left(left_on: date | None, today: date) -> bool:
    """Whether an organisation that left that day has left."""
    return left_on is not None and left_on <= today
