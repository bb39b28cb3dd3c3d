"""What the pages of agreements and archives show, as plain values. The same are drawn as a page and as a PDF."""

from collections.abc import Sequence
from dataclasses import dataclass

from insatsbas.exchange.agreement_forms import ReferenceForm


@dataclass(frozen=True, slots=True)
class Line:
    """A label and a text."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines under a heading."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """An agreement: `parts` are what is fixed, `beside` what each side has written beside it, `forms` those of the own sides."""

    number: str
    title: str
    lead: str
    is_replaced: bool
    parts: tuple[Part, ...]
    beside: tuple[Part, ...]
    forms: Sequence[tuple[str, str, ReferenceForm]]
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """A whole request for the archive."""

    title: str
    parts: tuple[Part, ...]
