"""Marking in a text what a question matched: whole words, also inflected, and parts within compounds.

A page of hits has thousands of words, and few of them answer. So a word is analysed only where the text has a run of letters
that every word of a wanted stem has in it: looking for those is a search for plain text, some hundred times quicker.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape

from insatsbas.core.text import fold
from insatsbas.search.query import Plan
from insatsbas.search.swedish import LONGEST_WORD, Analysis, Token, normalise, tokens

_WIDTH = 220
_LEAD = 60
# The letters of Western Europe are one byte each here, so that dots are taken away in one step and no letter moves.
_BYTES = "cp1252"
_BARE = fold(bytes(range(256)).decode(_BYTES, "replace")).encode(_BYTES, "replace")


@dataclass(frozen=True, slots=True)
class Match:
    """A place in a text that answers the question, and the stem that it answers to."""

    start: int
    end: int
    stem: str


def marker(plan: Plan, analysis: Analysis) -> "Marker":
    """What marks the words of a plan. The same one for every plan that marks the same, for as long as such are asked for."""
    return _marker(plan.marks, plan.folded_marks, analysis, plan.phrase_marks)


def mark(text: str, plan: Plan, analysis: Analysis) -> Markup:
    """The text as HTML, with `<mark>` around what matched. Everything else is escaped."""
    return marker(plan, analysis).mark(text)


def snippet(title: str, summary: str, description: str, plan: Plan, analysis: Analysis) -> Markup:
    """What a card says: the summary; or, where the description answers something that title and summary do not, the piece that does."""
    return marker(plan, analysis).snippet(title, summary, description)


class Marker:
    """Finds in texts the words, and the parts of words, that have one of some stems, and whole expressions. Safe to share between threads.

    `expressions` are stems that must stand side by side; one of a single stem is found as the stem itself is.
    """

    def __init__(
        self,
        marks: frozenset[str],
        folded_marks: frozenset[str],
        analysis: Analysis,
        expressions: frozenset[tuple[str, ...]] = frozenset(),
    ) -> None:
        self._typed, self._folded_marks, self._analysis = marks, folded_marks, analysis
        self._marks = marks | {stems[0] for stems in expressions if len(stems) == 1}
        spelled, spelled_bare = _spellings(analysis)
        self._expressions = {
            stems: tuple(_shortest((stem, *spelled.get(stem, ()))) for stem in stems) for stems in expressions if len(stems) > 1
        }
        self._runs = _shortest(run for stem in self._marks for run in (stem, *spelled.get(stem, ())))
        self._bare_runs = _shortest(run for stem in folded_marks for run in (stem, *spelled_bare.get(stem, ())))
        self._answers = lru_cache(1000)(self._answers_of)

    def matches(self, text: str) -> Iterator[Match]:
        """Where a normalised text answers, in order: whole words, or else those of their parts that do."""
        expressions = self._expressions_in(text)
        whole = {match.start for match in expressions}
        words = (match for token in self._promising(text) if token.start not in whole for match in self._in_word(token))
        return iter(sorted((*expressions, *words), key=_start)) if expressions else words

    def _expressions_in(self, text: str) -> list[Match]:
        """Each word that says something in the expressions that stand whole in a text; its stem is that of the whole expression."""
        lower = text.lower()
        promising = [
            stems for stems, words in self._expressions.items() if all(not runs or any(run in lower for run in runs) for runs in words)
        ]
        if not promising:
            return []
        words = list(tokens(text))
        found = [self._analysis.stem(token.word) for token in words]
        matches: dict[int, Match] = {}
        for stems in sorted(promising):
            for at in range(len(found) - len(stems) + 1):
                if tuple(found[at : at + len(stems)]) == stems:
                    run = words[at : at + len(stems)]
                    said = [token for token in run if token.word not in self._analysis.stopwords] or run
                    matches.update((token.start, Match(token.start, token.end, " ".join(stems))) for token in said)
        return sorted(matches.values(), key=_start)

    def _in_word(self, token: Token) -> Iterator[Match]:
        for start, end, stem in self._answers(token.word):
            yield Match(token.start + start, token.start + end if end else token.end, stem)

    def _answers_of(self, word: str) -> tuple[tuple[int, int | None, str], ...]:
        """Where in a word, and to which stem. The whole word has no end: it may be longer than what is looked at of it."""
        whole = self._analysis.stem(word)
        if self._is_wanted(whole):
            return ((0, None, whole),)
        return tuple((part.start, part.end, part.stem) for part in self._analysis.split(word) if self._is_wanted(part.stem))

    def _is_wanted(self, stem: str) -> bool:
        return stem in self._marks or (bool(self._folded_marks) and fold(stem) in self._folded_marks)

    def _promising(self, text: str) -> Iterator[Token]:
        """The words that have in them what a word must have to answer; all of them where letters could not be told apart."""
        lower = text.lower()
        bare = _without_dots(lower) if self._bare_runs else ""
        # A letter that is two in lower case would move the places; a sigma is written in two ways.
        if bare is None or len(lower) != len(text) or "Σ" in text:
            yield from tokens(text)
            return
        end = 0
        for at in sorted((*_places(self._runs, lower), *_places(self._bare_runs, bare))):
            if at >= end:
                start, end = _word_around(text, at)
                yield Token(start, end, lower[start:end][:LONGEST_WORD])

    def mark(self, text: str) -> Markup:
        """The text as HTML, with `<mark>` around what matched. Everything else is escaped."""
        plain = normalise(text)
        pieces, at = [], 0
        for match in self.matches(plain):
            pieces += [escape(plain[at : match.start]), _MARK, escape(plain[match.start : match.end]), _UNMARK]
            at = match.end
        return _NOTHING.join((*pieces, escape(plain[at:])))

    def snippet(self, title: str, summary: str, description: str) -> Markup:
        """What a card says: the summary, or the piece of the description that alone answers something."""
        plain = normalise(description)
        if any(self.matches(plain)):
            seen = {stem for text in (title, summary) for stem in self._told(normalise(text))}
            plain = " ".join(plain.split())
            unseen = [match for match in self.matches(plain) if match.stem not in seen]
            # What was typed says more than what it was taken for.
            more = next(filter(self._is_typed, unseen), next(iter(unseen), None))
            if more is not None:
                return self.mark(_around(plain, more.start))
        return self.mark(summary)

    def _is_typed(self, match: Match) -> bool:
        return match.stem in self._typed or fold(match.stem) in self._folded_marks

    def _told(self, text: str) -> Iterator[str]:
        """The stems that a text answers to; of a whole compound those of its parts too, which say nothing more."""
        for match in self.matches(text):
            yield match.stem
            yield from self._analysis.part_stems(text[match.start : match.end].lower())


def _start(match: Match) -> int:
    return match.start


_MARK, _UNMARK, _NOTHING = Markup("<mark>"), Markup("</mark>"), Markup("")
_marker = lru_cache(256)(Marker)


@lru_cache(4)
def _spellings(analysis: Analysis) -> tuple[Mapping[str, Iterable[str]], Mapping[str, Iterable[str]]]:
    """How the words and parts of a stem may begin that do not begin with the stem itself; and the same without dots."""
    spelled: dict[str, set[str]] = {}
    spelled_bare: dict[str, set[str]] = {}
    for written, stem in analysis.spellings():
        spelled.setdefault(stem, set()).add(written)
        spelled_bare.setdefault(fold(stem), set()).add(fold(written))
    return spelled, spelled_bare


def _shortest(runs: Iterable[str]) -> tuple[str, ...]:
    """Those that have none of the others in them: where a longer one stands, a shorter one does too."""
    kept: list[str] = []
    for run in sorted({run for run in runs if run.isalnum()}, key=len):
        if not any(other in run for other in kept):
            kept.append(run)
    return tuple(kept)


def _without_dots(lower: str) -> str | None:
    """As `fold`, letter by letter and quicker; None where the text has other letters than those of Western Europe."""
    try:
        return lower.encode(_BYTES).translate(_BARE).decode(_BYTES)
    except UnicodeEncodeError:
        return None


def _places(runs: Iterable[str], text: str) -> Iterator[int]:
    for run in runs:
        at = text.find(run)
        while at >= 0:
            yield at
            at = text.find(run, at + 1)


def _word_around(text: str, at: int) -> tuple[int, int]:
    """Where the word begins and ends that a letter or digit stands in: as `swedish.WORD` parts them."""
    start, end = at, at + 1
    while start and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return start, end


def _around(text: str, place: int) -> str:
    """A piece of the text with the place in it, cut between words."""
    start = max(0, place - _LEAD)
    if start:
        start = text.find(" ", start) + 1
    end = start + _WIDTH
    if end < len(text):
        end = text.rfind(" ", start, end)
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
