"""The search page, read as a person reads it: its numbers, what is chosen, and where its links lead."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

Pairs = list[tuple[str, str]]
_VOID = {"input", "meta", "link", "br", "img", "hr", "use", "path"}
_NUMBER = re.compile(r"\d[\d\s\u00a0\u202f]*")


@dataclass
class Option:
    """A value of a filter as drawn: in the address it is `name=value`."""

    name: str
    value: str
    kind: str
    checked: bool
    count: int | None = None


@dataclass
class Link:
    """A link with the number that stands beside it, if any."""

    url: str
    text: str = ""
    count: int | None = None
    place: str = ""


@dataclass
class SearchPage:
    """What a search page says."""

    heading: str = ""
    options: list[Option] = field(default_factory=list)
    hidden: Pairs = field(default_factory=list)
    q: str = ""
    sort: str = ""
    links: list[Link] = field(default_factory=list)
    notices: str = ""

    @property
    def total(self) -> int:
        """The number of hits that the heading tells."""
        return 0 if self.heading.startswith("Vi hittade inga") else number(self.heading)

    def counts(self) -> dict[tuple[str, str], int]:
        """The number at each option."""
        return {(option.name, option.value): option.count for option in self.options if option.count is not None}

    def of(self, place: str) -> list[Link]:
        """The links of a part of the page: its class."""
        return [link for link in self.links if link.place == place]

    @property
    def hits(self) -> list[str]:
        """The addresses of the hits, in order."""
        return [link.url for link in self.of("ib-hits") if link.url.startswith("/insatser/")]

    def state(self) -> Pairs:
        """What the form would send as it stands, but for empty values."""
        chosen = [(option.name, option.value) for option in self.options if option.checked and option.value]
        pairs = [*chosen, *self.hidden]
        pairs += [("q", self.q)] if self.q else []
        return sorted(pairs + ([("sortera", self.sort)] if self.sort else []))


def number(text: str) -> int:
    """The first whole number of a text."""
    found = _NUMBER.search(text)
    assert found is not None, f"no number in {text!r}"
    return int(re.sub(r"\D", "", found.group()))


def pairs_of(url: str) -> Pairs:
    """The parameters of an address."""
    assert urlsplit(url).path == "/sok", url
    return parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=bool(urlsplit(url).query))


def read(html: str) -> SearchPage:
    """Read a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = SearchPage()
        self._open: list[tuple[str, dict[str, str]]] = []
        self._option: Option | None = None

    def handle_starttag(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "input":
            self._input(facts, checked="checked" in facts)
        if tag == "option" and "selected" in facts and self._within("id", "sortera"):
            self.page.sort = facts.get("value", "")
        if tag == "a":
            self.page.links.append(Link(facts.get("href", ""), place=self._place(facts)))
        if tag not in _VOID:
            self._open.append((tag, facts))
        if tag == "label":
            self._option = None

    def _input(self, facts: dict[str, str], *, checked: bool) -> None:
        kind = facts.get("type", "")
        if facts.get("name") == "q":
            self.page.q = facts.get("value", "")
        elif kind == "hidden":
            self.page.hidden.append((facts["name"], facts["value"]))
        elif kind in ("checkbox", "radio"):
            self._option = Option(facts["name"], facts["value"], kind, checked)
            self.page.options.append(self._option)

    def _within(self, name: str, value: str) -> bool:
        return any(value in facts.get(name, "").split() for _, facts in self._open)

    def _place(self, facts: dict[str, str]) -> str:
        if "ib-chip" in facts.get("class", "").split():
            return "chip"
        places = (
            *("ib-hits", "ib-alike__cards", "ib-understood", "ib-panel"),
            *("ib-choices--columns", "ib-choices", "govuk-pagination", "ib-foot", "ib-chips"),
        )
        return next((place for place in places if self._within("class", place)), "")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not data.strip():
            return
        tags = [tag for tag, _ in self._open]
        if "h1" in tags:
            self.page.heading += data.strip()
        if self._within("id", "notiser"):
            self.page.notices += data.strip() + "\n"
        if self._open and "data-count" in self._open[-1][1] and self._option is not None:
            self._option.count = number(data)
        elif self._within("class", "ib-count") and "li" in tags and self.page.links and "label" not in tags:
            self.page.links[-1].count = number(data)
        elif "a" in tags:
            self.page.links[-1].text += data


def html_text(html: str) -> str:
    """The words of a piece of a page, without its elements."""
    return " ".join(unescape(re.sub(r"<[^<>]*>", "", html)).split())
