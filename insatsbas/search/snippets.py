"""Marking in a text what a question matched: whole words, also inflected, and parts within compounds."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from insatsbas.core.text import fold
from insatsbas.search.query import Plan
from insatsbas.search.swedish import Analysis, Token, normalise, tokens

_WIDTH = 220
_LEAD = 60


@dataclass(frozen=True, slots=True)
class Match:
    """A place in a text that answers the question, and the stem that it answers to."""

    start: int
    end: int
    stem: str


def matches(text: str, plan: Plan, analysis: Analysis) -> Iterator[Match]:
    """Where a normalised text answers the question, in order."""
    for token in tokens(text):
        yield from _of_word(token, plan, analysis)


def _of_word(token: Token, plan: Plan, analysis: Analysis) -> Iterator[Match]:
    whole = analysis.stem(token.word)
    if _is_wanted(whole, plan):
        yield Match(token.start, token.end, whole)
        return
    for part in analysis.split(token.word):
        if _is_wanted(part.stem, plan):
            yield Match(token.start + part.start, token.start + part.end, part.stem)


def _is_wanted(stem: str, plan: Plan) -> bool:
    return stem in plan.marks or fold(stem) in plan.folded_marks


def mark(text: str, plan: Plan, analysis: Analysis) -> Markup:
    """The text as HTML, with `<mark>` around what matched. Everything else is escaped."""
    plain, out, at = normalise(text), Markup(), 0
    for match in matches(plain, plan, analysis):
        out += escape(plain[at : match.start]) + Markup("<mark>") + escape(plain[match.start : match.end]) + Markup("</mark>")
        at = match.end
    return out + escape(plain[at:])


def snippet(title: str, summary: str, description: str, plan: Plan, analysis: Analysis) -> Markup:
    """What a card says: the summary; or, where the description answers something that title and summary do not, the piece that does."""
    if plan.marks:
        seen = {match.stem for text in (title, summary) for match in matches(normalise(text), plan, analysis)}
        plain = " ".join(normalise(description).split())
        more = next((match for match in matches(plain, plan, analysis) if match.stem not in seen), None)
        if more is not None:
            return mark(_around(plain, more.start), plan, analysis)
    return mark(summary, plan, analysis)


def _around(text: str, place: int) -> str:
    """A piece of the text with the place in it, cut between words."""
    start = max(0, place - _LEAD)
    if start:
        start = text.find(" ", start) + 1
    end = start + _WIDTH
    if end < len(text):
        end = text.rfind(" ", start, end)
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
