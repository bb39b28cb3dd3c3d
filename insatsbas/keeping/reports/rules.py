"""What holds for what readers tell: which kinds and reasons there are, how much, and when a report of personal data hides an entry."""

import hashlib
import hmac
from datetime import timedelta
from enum import StrEnum

from insatsbas.core.text import N_

# So many may be told from one address on the network, or by one person, within so long.
TOLD_MOST, TOLD_WINDOW = 10, timedelta(hours=1)
# So many entries may guests hide within a day: from one address, and all of them together. What is told beyond that is told all the same.
HIDDEN_MOST, HIDDEN_MOST_IN_ALL, HIDDEN_WINDOW = 3, 20, timedelta(days=1)
# What its keeper has looked at and shown again is not hidden by a guest for so long.
LEFT_IN_PEACE = timedelta(hours=24)
TEXT_MAX, ANSWER_MAX, MISSING_MAX = 2000, 2000, 200


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


def hides(*, is_guest: bool, by_address: int, by_all: int, is_left_in_peace: bool) -> bool:
    """Whether a report of personal data hides the entry at once.

    Args:
        is_guest: whether nobody knows who told it.
        by_address: how many entries were hidden from the same address within the window.
        by_all: how many guests hid in all within the window.
        is_left_in_peace: whether its keeper has looked at such a report lately, and shown it again.
    """
    return not is_guest or (not is_left_in_peace and by_address < HIDDEN_MOST and by_all < HIDDEN_MOST_IN_ALL)


def keyed(secret: str, network: str) -> str:
    """What is kept of an address on the network, to count by. Without the key nobody can tell whose it is, nor try all there are."""
    return hmac.new(secret.encode(), f"report:{network}".encode(), hashlib.sha256).hexdigest()
