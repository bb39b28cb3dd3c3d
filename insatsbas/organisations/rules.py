"""What holds for organisations: which kinds there are."""

from enum import StrEnum


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
    OrganisationKind.MUNICIPALITY: "Kommun",
    OrganisationKind.AUTHORITY: "Myndighet",
    OrganisationKind.REGION: "Region",
    OrganisationKind.MUNICIPAL_FEDERATION: "Kommunalförbund",
    OrganisationKind.COORDINATION_FEDERATION: "Samordningsförbund",
    OrganisationKind.PROJECT: "Projekt",
    OrganisationKind.ASSOCIATION: "Förening",
    OrganisationKind.FOLK_HIGH_SCHOOL: "Folkhögskola eller studieförbund",
    OrganisationKind.FAITH_COMMUNITY: "Trossamfund",
    OrganisationKind.COMPANY: "Företag",
    OrganisationKind.UNKNOWN: "Ej angivet",
}
