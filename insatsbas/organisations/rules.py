"""What holds for organisations: which kinds there are."""

from enum import StrEnum

from insatsbas.core.text import N_


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
