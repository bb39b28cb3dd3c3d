"""What the pages show, as plain values, drawn by `templates/pages/`."""

from dataclasses import dataclass
from datetime import date

from insatsbas.catalogue.rules import Status
from insatsbas.search.page import Choice, HitCard, NeedTag


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
    # For the script: each municipality's name, and the address of what is open for its participants.
    own_municipality: tuple[Choice, ...]


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
    is_stale: bool
    updated_on: date
    is_sheltered: bool
    similar: tuple[HitCard, ...]
    canonical_url: str
    json_ld: str


@dataclass(frozen=True, slots=True)
class CardGroup:
    """Some interventions under a heading. `more` leads to all of them in the search, with their number, when not all are shown."""

    id: str
    heading: str
    explanation: str
    cards: tuple[HitCard, ...]
    total: int
    more: Choice | None


@dataclass(frozen=True, slots=True)
class ListingPage:
    """A page of a need, a municipality or an organisation: what it is, ways on, and its interventions in groups.

    `facts` are a few short rows; `ways` are links with counts (a need's parts, or its municipalities), under `ways_heading`.
    """

    title: str
    lead: str
    breadcrumbs: tuple[Choice, ...]
    colour: int | None
    icon: str
    facts: tuple[Fact, ...]
    ways_heading: str
    ways: tuple[Choice, ...]
    groups: tuple[CardGroup, ...]
    empty: str
    search: Choice
    is_sheltered: bool
    canonical_url: str


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """All needs, municipalities or organisations, as links with counts under headings (empty where there is but one group)."""

    title: str
    lead: str
    groups: tuple[tuple[str, tuple[Choice, ...]], ...]
    canonical_url: str


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One line of the knowledge bank's timeline."""

    title: str
    url: str
    status_label: str
    where: str
    reason: str
    has_lessons: bool
    is_example: bool


@dataclass(frozen=True, slots=True)
class BankYear:
    """A year of the timeline: `year` None for those whose last known year is not told; `share` is 0–100 of the fullest year."""

    year: int | None
    count: int
    share: int
    entries: tuple[BankEntry, ...]


@dataclass(frozen=True, slots=True)
class KnowledgeBankPage:
    """The knowledge bank's own first page: search within, by need, by year, and what has lessons. `hidden` go with the search.

    `reason` is why all that is shown ended, when one was chosen.
    """

    reason: str
    total: int
    with_lessons: int
    hidden: tuple[tuple[str, str], ...]
    needs: tuple[NeedTile, ...]
    reasons: tuple[Choice, ...]
    years: tuple[BankYear, ...]


@dataclass(frozen=True, slots=True)
class TextPage:
    """A page of running text with what the settings say: who runs this, how to reach them, known faults and dates."""

    operator: str
    contact: ContactLink | None
    reviewed_on: date | None
    faults: tuple[str, ...]
    authority_url: str
    source_url: str
