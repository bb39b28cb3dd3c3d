"""What holds for every answer: the test client calls this on all that it fetches, so that a new page inherits every check."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from html5lib.html5parser import ParseError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

SITE = "Insatsbas"
# What the libraries under the pages say when nobody has translated them, and what a page in Swedish never says.
ENGLISH = (
    "Error",
    "There is a problem",
    "Next page",
    "Next",
    "Previous page",
    "Previous",
    "Submit",
    "Show",
    "Hide",
    "Search",
    "Loading",
    "Page not found",
    "Not found",
    "Bad request",
    "Internal server error",
    "Skip to main content",
    "Skip to",
    "Required",
    "This field",
    "Invalid",
    "Not a valid",
    "Warning",
    "Home",
    "Day",
    "Month",
    "Year",
    "Yes",
    "Close",
    "Back",
    "Results",
    "No results",
    "Active",
)
_LEAK = re.compile(r"(?<![\w-])(?:" + "|".join(sorted(map(re.escape, ENGLISH), key=len, reverse=True)) + r")(?![\w-])", re.IGNORECASE)
# A value that was forgotten, or a text whose values were never put in.
_FORGOTTEN = re.compile(
    r"(?<!\w)(?:None|Undefined|nan|True|False)(?!\w)|%\(\w*\)?|\{\{|\{%|&(?:amp|lt|gt|quot|nbsp|#\d+);|Markup\(|<function |object at 0x"
)
_SPOKEN = ("aria-label", "title", "placeholder", "alt", "aria-roledescription")
# A form is proof against forgery by a cookie that holds nothing else.
_GUESTS_FORM = 'name="csrf_token"'
_POLICY = {"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "base-uri": "'none'", "frame-ancestors": "'none'"}
_SUBRESOURCES = {
    "script": "src",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "embed": "src",
    "object": "data",
    "video": "src",
    "audio": "src",
}
_UNLABELLED = ("hidden", "submit", "button", "reset", "image")


class CheckingClient(FlaskClient):
    """A test client that looks at each page before it hands it over. `may_break` is set by a test that breaks something on purpose."""

    may_break = False

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Fetch, and check."""
        # Whole and closed: a static file would stay open.
        response = super().open(*args, **{"buffered": True, **kwargs})
        assert response.status_code != 500 or self.may_break, f"{response.request.full_path[:200]} broke; the log says why"
        check(response, self)
        return response


def check(response: TestResponse, client: FlaskClient) -> None:
    """Fail on anything that no answer of ours may be."""
    where = f"{response.request.method} {response.request.full_path[:200]} → {response.status_code}"
    faults = list(_header_faults(response))
    # Of a redirect nobody sees more than where it leads.
    is_shown = response.request.method != "HEAD" and not 300 <= response.status_code < 400
    is_whole = is_shown and not response.headers.get("Content-Encoding")
    if response.mimetype == "text/html" and is_whole:
        faults += page_faults(response.get_data(as_text=True))
        faults += _dead_links(response.get_data(as_text=True), client)
    assert not faults, f"{where} breaks what holds for every page:\n- " + "\n- ".join(faults)


def _header_faults(response: TestResponse) -> Iterator[str]:
    policy = dict(part.strip().partition(" ")[::2] for part in response.headers.get("Content-Security-Policy", "").split(";"))
    for name, value in _POLICY.items():
        if policy.get(name) != value:
            yield f"the Content-Security-Policy says {policy.get(name)!r} for {name}, not {value!r}"
    if any("unsafe" in value or "*" in value or "http" in value for value in policy.values()):
        yield f"the Content-Security-Policy lets in what it should not: {policy}"
    if response.headers.get("X-Content-Type-Options") != "nosniff":
        yield "the header X-Content-Type-Options: nosniff is missing"
    if "Set-Cookie" in response.headers and _GUESTS_FORM not in response.get_data(as_text=True) and not response.request.cookies:
        yield f"a guest got a cookie: {response.headers['Set-Cookie']}"
    if (response.mimetype or "").startswith("text/") and response.status_code == 200 and response.mimetype_params.get("charset") != "utf-8":
        yield f"the charset of {response.content_type} is not utf-8"


@lru_cache(maxsize=64)
def page_faults(html: str) -> tuple[str, ...]:
    """Everything that is wrong with a page by itself."""
    try:
        page = parse(html)
    except ParseError as error:
        return (f"the HTML is not valid: {error}",)
    return (*_frame_faults(html, page), *_reference_faults(page), *_inline_faults(page), *_word_faults(page))


@lru_cache(maxsize=16)
def parse(html: str) -> Element:
    """The page as a tree, to be looked at and not changed: the checks and the test share it.

    Raises:
        ParseError: it is not valid HTML.
    """
    tree: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    return tree


def text_of(element: Element) -> str:
    """All the text in an element, with one space between words."""
    return " ".join(" ".join(element.itertext()).split())


def said_by(page: Element) -> str:
    """What is read, seen or heard on a page: the words of the reader's own search taken away, since those may be anything."""
    pieces = [*_texts(page), *(element.get(name, "") for element in page.iter() for name in _SPOKEN)]
    typed = next((element.get("value", "") for element in page.iter("input") if element.get("name") == "q"), "")
    said = "\n".join(" ".join(piece.split()) for piece in pieces if piece.strip())
    return said.replace(typed, "…") if typed else said


def _texts(element: Element) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in ("script", "style", "mark", "code", "kbd"):
        # A marked word is the reader's own; lines of a word list and what people have searched for are in any language.
        return
    if element.text:
        yield element.text
    for child in element:
        yield from _texts(child)
        if child.tail:
            yield child.tail


def _frame_faults(html: str, page: Element) -> Iterator[str]:
    if not html.lstrip().lower().startswith("<!doctype html>"):
        yield "the page does not begin with <!DOCTYPE html>"
    if page.get("lang") != "sv":
        yield f"the language of the page is {page.get('lang')!r}, not 'sv'"
    headings = [text_of(heading) for heading in page.iter("h1")]
    if len(headings) != 1:
        yield f"there are {len(headings)} h1, not one: {headings}"
    titles = [text_of(title) for head in page.iter("head") for title in head.iter("title")]
    if len(headings) == 1 and titles != [f"{headings[0]} – {SITE}"]:
        yield f"the title {titles} is not the heading {headings[0]!r} and the name of the site"
    for tag in ("main", "header", "footer"):
        if len(list(page.iter(tag))) != 1:
            yield f"there is not exactly one <{tag}>"


def _reference_faults(page: Element) -> Iterator[str]:
    ids = Counter(element.get("id") for element in page.iter() if element.get("id") is not None)
    yield from (f"the id {name!r} stands {count} times" for name, count in ids.items() if count > 1)
    for element in page.iter():
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "form", "list"):
            yield from (
                f"{name}={target!r} of <{element.tag}> leads to no id" for target in element.get(name, "").split() if target not in ids
            )
        href = element.get("href", "")
        if href.startswith("#") and href[1:] not in ids:
            yield f"the link {href} leads to no id"
    links = list(page.iter("a"))
    if not links or not links[0].get("href", "").startswith("#"):
        yield "the first link does not skip to the content"
    yield from _label_faults(page)


def _label_faults(page: Element) -> Iterator[str]:
    labelled = {label.get("for") for label in page.iter("label")}
    wrapped = {id(field) for label in page.iter("label") for field in label.iter() if field is not label}
    for tag in ("input", "select", "textarea"):
        for field in page.iter(tag):
            named = field.get("id") in labelled if field.get("id") else False
            if field.get("type") not in _UNLABELLED and not (
                named or id(field) in wrapped or field.get("aria-label") or field.get("aria-labelledby")
            ):
                yield f"<{tag} name={field.get('name')!r}> has no label"
    yield from ("a button says nothing" for button in page.iter("button") if not (text_of(button) or button.get("aria-label")))
    yield from (f"the link to {link.get('href')} says nothing" for link in page.iter("a") if not (text_of(link) or link.get("aria-label")))
    yield from (f"the image {image.get('src')} has no alt" for image in page.iter("img") if image.get("alt") is None)


def _inline_faults(page: Element) -> Iterator[str]:
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        handlers = [name for name in element.attrib if name.startswith("on")]
        if handlers or "style" in element.attrib:
            yield f"<{element.tag}> has an inline {', '.join(handlers) or 'style'}"
        is_data = element.tag == "script" and element.get("type") == "application/ld+json"
        if element.tag == "style" or (element.tag == "script" and not element.get("src") and not is_data):
            yield f"<{element.tag}> stands in the page itself"
        address = element.get("href") if element.tag == "link" else element.get(_SUBRESOURCES.get(element.tag, ""))
        if element.tag == "link" and element.get("rel") == "canonical":
            # Fetched by nobody, and whole as it should be.
            continue
        if address is not None and (not address.startswith("/") or address.startswith("//")):
            yield f"<{element.tag}> fetches {address}, which is not ours"
        if address is not None and address.startswith("/static/") and "?v=" not in address:
            yield f"<{element.tag}> fetches {address} without the mark of its contents"
        if element.tag == "form" and not (element.get("action") or "/").startswith("/"):
            yield f"a form is sent to {element.get('action')}"
        if (element.get("href") or "").lower().startswith(("javascript:", "data:", "vbscript:")):
            yield f"a link runs a script: {element.get('href')}"


def _word_faults(page: Element) -> Iterator[str]:
    said = said_by(page)
    yield from (f"English is left on the page: {found.group()!r} in {_around(said, found)}" for found in _LEAK.finditer(said))
    yield from (f"a value was forgotten: {found.group()!r} in {_around(said, found)}" for found in _FORGOTTEN.finditer(said))


def _around(text: str, found: re.Match[str]) -> str:
    return repr(text[max(0, found.start() - 30) : found.end() + 30])


def _dead_links(html: str, client: FlaskClient) -> Iterator[str]:
    """Links within the site that lead to no page. The routes are asked, not the pages."""
    try:
        page = parse(html)
    except ParseError:
        return
    routes = client.application.url_map.bind("localhost")
    for path in {urlsplit(link.get("href", "")).path for link in page.iter("a") if link.get("href", "").startswith("/")}:
        try:
            routes.match(path)
        except RequestRedirect:
            pass
        except HTTPException:
            yield f"the link {path} leads to no page"
