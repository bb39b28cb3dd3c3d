"""What the search page shows, as plain values: built by `presenter`, drawn by `templates/search/`.

Every address is ready to print, every text is Swedish, every number is already counted: the template decides nothing but markup.
What a page has hundreds of, and what it is drawn by (`drawn`), are named tuples: made and compared several times as quickly.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from markupsafe import Markup

from insatsbas.catalogue.rules import Status


class NeedTag(NamedTuple):
    """A need on a card: its label, the address of its search, and the colour (1–10) of the tile it belongs to, if any."""

    label: str
    url: str
    colour: int | None


class HitCard(NamedTuple):
    """One hit. `title` and `snippet` carry `<mark>` where the query matched.

    `places_left` are those of all starts that one can still join; `starts_with_places` says how many starts tell. `synonym` is the
    one that it was found by, where it has none of the words typed.
    """

    url: str
    title: Markup
    snippet: Markup
    status: Status
    where: str
    owner: str
    needs: tuple[NeedTag, ...]
    way_in: str
    level: str
    next_start: date | None
    rolling: bool
    places_left: int | None
    starts_with_places: int
    for_others: int
    last_known: int | None
    is_example: bool
    for_staff: bool
    is_stale: bool
    synonym: str = ""


class Option(NamedTuple):
    """One value of a filter. `hits` is how many there are with this filter set to this value alone."""

    value: str
    label: str
    hits: int
    checked: bool
    is_child: bool = False
    row: int | None = None
    column: int | None = None


class FilterGroup(NamedTuple):
    """One filter. `name` is the parameter in the address; a `switch` has one option only; a `map` has options with row and column."""

    name: str
    label: str
    kind: Literal["checkbox", "radio", "switch", "map"]
    options: tuple[Option, ...]
    in_view: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen filter, with the address of the same search without it."""

    group: str
    label: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A link with a count: a way out of an empty list, or to the knowledge bank. `count` is None where it is not counted."""

    label: str
    url: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What was typed, what was answered instead since nothing had that, and the address of the search as typed.

    `is_any`: the hits have some of the words that were put right, not all.
    """

    typed: str
    text: str
    as_typed_url: str
    is_any: bool


@dataclass(frozen=True, slots=True)
class PageLink:
    """One step of the pagination; `url` is None for the gap (…)."""

    number: int | None
    url: str | None
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Pagination:
    """Earlier and later pages; None where there is none."""

    previous_url: str | None
    next_url: str | None
    links: tuple[PageLink, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The whole page: what was asked, what was found, and the ways on from there.

    `understood` are the names in the question, each as the filter that it could be instead; `as_it_stands_url` asks without them.
    `similar` are like what was asked for, and in no count. `all_words` is there where only what is paused or has ended has all of the
    words: the way to it.
    """

    q: str
    total: int
    heading: str
    mode: Literal["all", "any", "corrected"]
    correction: Correction | None
    notices: tuple[str, ...]
    hits: tuple[HitCard, ...]
    similar: tuple[HitCard, ...]
    filters: tuple[FilterGroup, ...]
    chips: tuple[Chip, ...]
    clear_url: str
    sort_options: tuple[Option, ...]
    hidden: tuple[tuple[str, str], ...]
    pagination: Pagination | None
    downloads: tuple[Choice, ...]
    knowledge_bank: Choice | None
    ways_out: tuple[Choice, ...]
    needs: tuple[Choice, ...]
    suggestions: tuple[Choice, ...]
    all_words: Choice | None
    understood: tuple[Choice, ...]
    as_it_stands_url: str
