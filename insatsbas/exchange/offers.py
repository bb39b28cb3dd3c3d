"""What holds for offers. Pure."""

from enum import StrEnum

from insatsbas.core.text import N_

_OF_AN_OFFER = "erbjudande-"


class OfferStatus(StrEnum):
    """Whether others can still have places of an offer."""

    OPEN = "oppet"
    FULL = "fullt"
    CLOSED = "stangt"

    @property
    def label(self) -> str:
        """The word on the page."""
        return {OfferStatus.OPEN: N_("Öppet"), OfferStatus.FULL: N_("Fullt"), OfferStatus.CLOSED: N_("Stängt")}[self]


def status_of(*, offered: int, taken: int, is_closed: bool) -> OfferStatus:
    """The status of an offer of which so many are taken or held."""
    if is_closed:
        return OfferStatus.CLOSED
    return OfferStatus.FULL if taken >= offered else OfferStatus.OPEN


def offer_key(number: int) -> str:
    """What a form sends for a start of an open offer, in place of the start's own number."""
    return f"{_OF_AN_OFFER}{number}"


def is_offer_key(key: str) -> bool:
    """Whether what a form sent is of an offer."""
    return key.startswith(_OF_AN_OFFER)
