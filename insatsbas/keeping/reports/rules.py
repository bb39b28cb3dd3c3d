"""What holds for what readers tell: which kinds and reasons there are."""

from datetime import timedelta
from enum import StrEnum

from insatsbas.core.text import N_

# So many may be told from one address on the network within so long.
TOLD_MOST, TOLD_WINDOW = 10, timedelta(hours=1)


class ReportKind(StrEnum):
    """What somebody tells."""

    FAULT = "fel"
    QUESTION = "fraga"
    MISSING = "saknas"

    @property
    def label(self) -> str:
        """The words on the page."""
        return _KIND_LABELS[self]


_KIND_LABELS = {ReportKind.FAULT: N_("Fel i uppgifterna"), ReportKind.QUESTION: N_("Fråga"), ReportKind.MISSING: N_("Saknas")}


class FaultReason(StrEnum):
    """What is wrong with an entry."""

    GONE = "upphort"
    CONTACT = "kontakt"
    TIME_PLACE = "tid-plats"
    PLACES = "platser"
    DEMANDS = "krav"
    PRICE = "pris"
    LINK = "lank"
    CATEGORY = "kategori"
    DOUBLE = "dubblett"
    LANGUAGE = "sprak"
    ACCESSIBILITY = "tillganglighet"
    PERSONAL_DATA = "personuppgift"
    OTHER = "annat"

    @property
    def label(self) -> str:
        """The words on the page."""
        return _REASON_LABELS[self]


_REASON_LABELS = {
    FaultReason.GONE: N_("Insatsen ges inte längre"),
    FaultReason.CONTACT: N_("Fel kontaktuppgifter"),
    FaultReason.TIME_PLACE: N_("Fel datum, tid eller plats"),
    FaultReason.PLACES: N_("Antalet platser stämmer inte"),
    FaultReason.DEMANDS: N_("Fel målgrupp eller förkunskaper"),
    FaultReason.PRICE: N_("Fel pris eller villkor"),
    FaultReason.LINK: N_("Länken fungerar inte"),
    FaultReason.CATEGORY: N_("Fel behov eller kommun"),
    FaultReason.DOUBLE: N_("Finns två gånger"),
    FaultReason.LANGUAGE: N_("Svårt att förstå"),
    FaultReason.ACCESSIBILITY: N_("Går inte att läsa eller använda"),
    FaultReason.PERSONAL_DATA: N_("Personuppgifter eller skyddad adress (akut)"),
    FaultReason.OTHER: N_("Annat"),
}
