"""What the start page and an intervention's page show, as plain values, drawn by `templates/pages/`."""

from dataclasses import dataclass
from datetime import date

from insatsbas.catalogue.rules import Status
from insatsbas.search.page import Choice, NeedTag


@dataclass(frozen=True, slots=True)
class NeedTile:
    """A need on the start page: `icon` names a symbol of `components/icons.html`, `colour` is 1–10."""

    label: str
    url: str
    count: int
    icon: str
    colour: int


@dataclass(frozen=True, slots=True)
class MunicipalityTile:
    """A square of the tile map, one-based row and column."""

    name: str
    url: str
    count: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class NewsItem:
    """A lately added or changed intervention."""

    title: str
    url: str
    summary: str
    where: str
    on: date
    is_example: bool


@dataclass(frozen=True, slots=True)
class StartPage:
    """The first page: needs, municipalities, what is new, and what people search for."""

    active_count: int
    municipality_count: int
    needs: tuple[NeedTile, ...]
    municipalities: tuple[MunicipalityTile, ...]
    common: tuple[Choice, ...]
    news: tuple[NewsItem, ...]
    knowledge_bank: Choice
    has_examples: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the facts: label and text."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class OccasionRow:
    """One start. `places` and `left` are None when unknown; `is_open` is false when the last day to start has passed."""

    start: date | None
    end: date | None
    apply_by: date | None
    where: str
    places: int | None
    left: int | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class ContactLink:
    """A piece of the contact text; `href` is a mailto: or tel: address, or None for plain text."""

    text: str
    href: str | None


@dataclass(frozen=True, slots=True)
class InterventionPage:
    """An intervention for the one who is to use it: what it is, how one gets a place, then the facts."""

    title: str
    summary: str
    status: Status
    banner: str
    is_example: bool
    for_staff: bool
    needs: tuple[NeedTag, ...]
    description: tuple[str, ...]
    ways_in: tuple[str, ...]
    prerequisites: tuple[str, ...]
    facts: tuple[Fact, ...]
    for_municipalities: tuple[Fact, ...]
    occasions: tuple[OccasionRow, ...]
    rolling: bool
    address_on_request: bool
    owner: str
    owner_url: str
    contact: tuple[ContactLink, ...]
    links: tuple[str, ...]
    lessons: tuple[str, ...]
    end_reason: str
    last_known: int | None
    source: str
    verified_on: date | None
    updated_on: date
