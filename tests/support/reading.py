"""A page as a person reads it: its parts by class, its links with the number beside each, and what a search address gives."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element

from flask.testing import FlaskClient

from tests.support.checks import parse, text_of

# 1 234, but not the year and the count of "2026 6".
_NUMBER = re.compile(r"\d{1,3}(?:\s\d{3})+(?!\d)|\d+")


@dataclass(frozen=True, slots=True)
class Counted:
    """A link, and the number that stands in it or beside it; None where there is none."""

    url: str
    text: str
    count: int | None


def page_of(client: FlaskClient, address: str) -> Element:
    """The page of an address that must be there."""
    answer = client.get(address)
    assert answer.status_code == 200, f"{address} → {answer.status_code}"
    return parse(answer.text)


def with_class(page: Element, name: str) -> Iterator[Element]:
    """The elements that have a class."""
    return (element for element in page.iter() if isinstance(element.tag, str) and name in element.get("class", "").split())


def only(page: Element, name: str) -> Element:
    """The one element that has a class."""
    found = list(with_class(page, name))
    assert len(found) == 1, f"{len(found)} elements have the class {name}"
    return found[0]


def by_id(page: Element, name: str) -> Element:
    """The element with an id."""
    return next(element for element in page.iter() if element.get("id") == name)


def links(element: Element) -> list[str]:
    """Where the links of an element lead, in order."""
    return [link.get("href", "") for link in element.iter("a")]


def counted(element: Element) -> list[Counted]:
    """The first link of each item of the lists in an element, with the last number of the item's text."""
    found = []
    for item in element.iter("li"):
        link = next(item.iter("a"), None)
        if link is not None:
            found.append(Counted(link.get("href", ""), text_of(link), last_number(text_of(item))))
    return found


def number(text: str) -> int:
    """The first number of a text."""
    found = _NUMBER.search(text)
    assert found, f"no number in {text!r}"
    return int(re.sub(r"\D", "", found.group()))


def last_number(text: str) -> int | None:
    """The last number of a text, if it has one."""
    found = _NUMBER.findall(text)
    return int(re.sub(r"\D", "", found[-1])) if found else None


def answered(client: FlaskClient, address: str, **more: str | int) -> dict[str, Any]:
    """What the API answers to the address of a search page. `more` are parameters besides."""
    parts = urlsplit(address)
    assert parts.path == "/sok", f"{address} is no search"
    pairs = [*parse_qsl(parts.query, strict_parsing=bool(parts.query)), *((name, str(value)) for name, value in more.items())]
    answer = client.get("/api/v1/insatser", query_string=pairs)
    assert answer.status_code == 200, f"{address}: {answer.text}"
    told: dict[str, Any] = answer.get_json()
    return told


def total(client: FlaskClient, address: str) -> int:
    """How many hits a search address gives."""
    found: int = answered(client, address, per_sida=1)["total"]
    return found
