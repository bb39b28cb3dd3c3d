"""What the pages of offers show, as plain values, drawn by `templates/exchange/offer*.html` and `places_panel.html`."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer in a list. `url` leads to where one asks, or for an own one to where it is changed; "" where one can do neither."""

    title: str
    page_url: str
    owner: str
    start: date | None
    places: str
    price: str
    terms: str
    until: date | None
    to_whom: str
    status: str
    url: str


@dataclass(frozen=True, slots=True)
class OffersPage:
    """What others offer us now, and what we offer."""

    from_others: tuple[OfferRow, ...]
    own: tuple[OfferRow, ...]


@dataclass(frozen=True, slots=True)
class PlacesPanel:
    """On the page of an intervention: the places that others can have, and where its owner offers more."""

    rows: tuple[OfferRow, ...]
    offer_url: str
