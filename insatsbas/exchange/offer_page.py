"""What the pages of offers show, as plain values, drawn by `templates/exchange/offer*.html` and `places_panel.html`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer in a list. `url` leads to where one asks, or for an own one to where it is changed; "" where one can do neither.

    `limits` says until when it holds and for whom.
    """

    title: str
    page_url: str
    owner: str
    when: str
    places: str
    price: str
    terms: str
    limits: str
    status: str
    is_example: bool
    url: str


@dataclass(frozen=True, slots=True)
class OffersPage:
    """What others offer us now, and what we offer; for the co-ordinator (`of_all`) all that is offered, in `from_others`."""

    from_others: tuple[OfferRow, ...]
    own: tuple[OfferRow, ...]
    of_all: bool


@dataclass(frozen=True, slots=True)
class PlacesPanel:
    """On the page of an intervention: the places that others can have, and what a viewer can do about them.

    Somebody of another organisation asks or proposes a swap or, where the rules say no, reads `instead`; its owner's people offer
    more, and register what is agreed on already. An address is "" where there is nothing to do there.
    """

    rows: tuple[OfferRow, ...]
    ask_url: str = ""
    swap_url: str = ""
    instead: str = ""
    offer_url: str = ""
    report_url: str = ""

    @property
    def has_something_to_do(self) -> bool:
        """Whether there is any button."""
        return bool(self.ask_url or self.offer_url or self.report_url)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.rows or self.instead or self.has_something_to_do)
