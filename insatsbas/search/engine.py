"""The protocol of a search engine: what is asked, what is answered. Only `search/` knows that there is one."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Literal, Protocol

from insatsbas.catalogue.rules import Level, Status
from insatsbas.core.errors import InsatsbasError
from insatsbas.search.query import Plan


class EngineError(InsatsbasError):
    """The index is not there, or cannot be read; it must be rebuilt."""


class Facet(StrEnum):
    """What can be filtered on by value. The value is the parameter of the address and of the API."""

    NEED = "behov"
    GIVEN_IN = "ges_i"
    OPEN_FOR = "oppen_for"
    STATUS = "status"
    ELIGIBILITY = "vem"
    AUDIENCE = "passar"
    FORM = "form"
    TIME = "tid"
    LANGUAGE = "sprak"
    SUPPORT = "stod"
    WAY_IN = "vag_in"
    OWNER = "anordnare"


class Sort(StrEnum):
    """In which order the hits come. Those for staff always come after those for participants."""

    RELEVANCE = "relevans"
    START = "start"
    PLACES = "platser"
    TITLE = "titel"


# What has no municipality at all is given everywhere, or open for all: it answers to every value.
ANYWHERE = frozenset({Facet.GIVEN_IN, Facet.OPEN_FOR})
PASSED = "klarat"
PLACES_LEFT = "lediga"
FOR_OTHERS = "platser_for_andra"
ANY_TIME = "nar_som_helst"
STAFF = "personal"
COMMUTE = "pendla"
YES = "ja"
COUNTED = frozenset((*(facet.value for facet in Facet), PASSED, PLACES_LEFT, FOR_OTHERS, ANY_TIME, STAFF, COMMUTE))


@dataclass(frozen=True, slots=True)
class Filters:
    """What was chosen. Several values of one filter are OR, filters are AND; an empty one does not filter.

    `reach` leads from every municipality's code to those that one can commute to from there, itself included; with `commute`,
    where an intervention is given is widened by it.
    """

    values: Mapping[Facet, frozenset[str]] = field(default_factory=dict)
    passed: Level | None = None
    places_left: bool = False
    for_others: bool = False
    rolling: bool = False
    staff: bool = False
    commute: bool = False
    reach: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, facet: Facet) -> frozenset[str]:
        """The chosen values of a filter."""
        return self.values.get(facet, frozenset())

    def having(self, facet: Facet, values: Collection[str]) -> "Filters":
        """The same, with one filter set to these values alone."""
        return replace(self, values={**self.values, facet: frozenset(values)})


ACTIVE_ONLY: Mapping[Facet, frozenset[str]] = {Facet.STATUS: frozenset({Status.ACTIVE.value})}


@dataclass(frozen=True, slots=True)
class Question:
    """A whole question: the plan of the words, the filters, the order, and which part of the answer. `today` is a Swedish day.

    `counted` are the filters whose values are counted, all unless told: who does not show them should not ask for them. With
    `any_word`, any of the words will do although something that the filters hide has all of them.
    """

    plan: Plan
    filters: Filters
    today: date
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    limit: int = 20
    counted: frozenset[str] = COUNTED
    any_word: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One hit: the intervention's database id, and how well it answers (0 without words)."""

    id: int
    score: float


@dataclass(frozen=True, slots=True)
class Results:
    """The answer. `facets` hold, for each filter counted, how many hits each value would give alone, all other filters as they are.

    `similar` are like what was asked for without matching it; they are in no count.
    """

    hits: Sequence[Hit]
    total: int
    mode: Literal["all", "any"]
    facets: Mapping[str, Mapping[str, int]]
    similar: Sequence[Hit] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of the catalogue as they are written, each with how many documents have it. The same object until the index changes."""

    words: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Document:
    """An intervention as the index keeps it: the terms of its texts, and the facts that are filtered, counted and sorted on.

    `occasions` are (last day to start, start, places left, last day for others, places for others), days as ordinals; None where
    not known. Facts only, never the day: what depends on the day is reckoned when asked. `mark` changes when anything else does.
    """

    id: int
    terms: Mapping[str, Sequence[str]]
    codes: Mapping[Facet, tuple[str, ...]]
    level: int | None
    rolling: bool
    staff: bool
    title_key: str
    occasions: tuple[tuple[int | None, int | None, int | None, int | None, int], ...]
    mark: str = ""


class Engine(Protocol):
    """What search needs of an engine."""

    def find(self, question: Question) -> Results:
        """Answer a question.

        Raises:
            EngineError: there is no readable index.
        """
        ...

    def apply(self, gone: Collection[int], documents: Sequence[Document]) -> None:
        """Take away and put in, as one change that is on disk when this returns."""
        ...

    def rebuild(self, documents: Sequence[Document]) -> None:
        """Make a new index aside and move to it. Readers never see half of it; a failure leaves them on the old one."""
        ...

    def discard_old(self) -> None:
        """Throw away what is kept of earlier indexes for those who may be reading them."""
        ...

    def marks(self, ids: Collection[int] | None = None) -> Mapping[int, str]:
        """The id and the mark of every document that is found now, or of those of `ids` that are."""
        ...

    def vocabulary(self) -> Vocabulary:
        """The words of the catalogue; the same object until the index changes.

        Raises:
            EngineError: there is no readable index.
        """
        ...

    def warm(self) -> None:
        """Read what the first questions are most likely to ask for.

        Raises:
            EngineError: there is no readable index.
        """
        ...

    def cached_bytes(self) -> int:
        """What is kept in memory to answer quickly, beside what answering always needs. Bounded."""
        ...

    def is_ready(self) -> bool:
        """Whether there is a readable index, made by the analysis in force."""
        ...

    def writing(self, *, wait: bool) -> AbstractContextManager[bool]:
        """Be the only one who calls `apply` and `rebuild`. Yields whether we are; without `wait`, at once."""
        ...
