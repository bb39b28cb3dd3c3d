"""Marking in a text what a question matched: whole words, also inflected, and parts within compounds.

A page of hits has thousands of words, and few of them answer. So a word is analysed only where the text has a run of letters
that every word of a wanted stem has in it: looking for those is a search for plain bytes, some hundred times quicker. Dots are left
out of that; whether a word answers, with its dots, is for the analysis to say.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup, escape

from insatsbas.core.text import fold
from insatsbas.search.query import Plan
from insatsbas.search.swedish import LONGEST_WORD, Analysis, normalise, tokens

_WIDTH = 220
_LEAD = 60
# The letters of Western Europe are a byte each here. In one step a whole text is put in lower case and without dots, with a space for
# all that parts words, and no letter moves.
_BYTES = "latin-1"
_BARE = fold("".join(sign.lower() if sign.isalnum() else " " for sign in bytes(range(256)).decode(_BYTES))).encode(_BYTES)
# It stands for itself and for all that is none of these.
_OTHER = re.compile(rb"\?")


class Match(NamedTuple):
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
        spelled = _spellings(analysis)

        def runs(stems: Iterable[str]) -> tuple[bytes, ...]:
            return _shortest(run for stem in stems for run in (stem, *spelled.get(fold(stem), ())))

        self._runs = runs(self._marks | folded_marks)
        self._expressions = {stems: tuple(runs((stem,)) for stem in stems) for stems in expressions if len(stems) > 1}
        self._wanted = self._marks | {" ".join(stems) for stems in self._expressions}
        self._answers = lru_cache(1000)(self._answers_of)

    def matches(self, text: str) -> Iterator[Match]:
        """Where a normalised text answers, in order: whole words, or else those of their parts that do."""
        expressions = self._expressions_in(text) if self._expressions else {}
        words = self._words_in(text, but=expressions.keys())
        return iter(sorted((*expressions.values(), *words))) if expressions else words

    def _expressions_in(self, text: str) -> dict[int, Match]:
        """Each word that says something in the expressions that stand whole in a text, by where it starts. Its stem is that of all."""
        letters = _letters(text)
        promising = [
            stems
            for stems, words in self._expressions.items()
            if letters is None or all(not runs or any(run in letters for run in runs) for runs in words)
        ]
        if not promising:
            return {}
        words = list(tokens(text))
        found = [self._analysis.stem(token.word) for token in words]
        matches: dict[int, Match] = {}
        for stems in sorted(promising):
            for at in range(len(found) - len(stems) + 1):
                if tuple(found[at : at + len(stems)]) == stems:
                    run = words[at : at + len(stems)]
                    said = [token for token in run if token.word not in self._analysis.stopwords] or run
                    matches.update((token.start, Match(token.start, token.end, " ".join(stems))) for token in said)
        return matches

    def _words_in(self, text: str, but: Collection[int]) -> Iterator[Match]:
        """The words and parts of words that answer; none of the words that start where `but` says."""
        for start, end in self._promising(text):
            if start not in but:
                for first, last, stem in self._answers(text[start:end].lower()[:LONGEST_WORD]):
                    yield Match(start + first, start + last if last else end, stem)

    def _answers_of(self, word: str) -> tuple[tuple[int, int | None, str], ...]:
        """Where in a word, and to which stem. The whole word has no end: it may be longer than what is looked at of it."""
        whole = self._analysis.stem(word)
        if self._is_wanted(whole):
            return ((0, None, whole),)
        return tuple((part.start, part.end, part.stem) for part in self._analysis.split(word) if self._is_wanted(part.stem))

    def _is_wanted(self, stem: str) -> bool:
        return stem in self._marks or (bool(self._folded_marks) and fold(stem) in self._folded_marks)

    def _promising(self, text: str) -> Iterable[tuple[int, int]]:
        """Where the words stand that have in them what a word must have to answer; all of them where letters could not be told apart."""
        letters = _letters(text)
        if letters is None:
            return [(token.start, token.end) for token in tokens(text)]
        places: set[tuple[int, int]] = set()
        for run in self._runs:
            at = letters.find(run)
            while at >= 0:
                end = letters.find(b" ", at)
                end = end if end >= 0 else len(letters)
                places.add((letters.rfind(b" ", 0, at) + 1, end))
                at = letters.find(run, end)
        return sorted(places)

    def mark(self, text: str) -> Markup:
        """The text as HTML, with `<mark>` around what matched. Everything else is escaped."""
        plain = normalise(text)
        return _marked(plain, self.matches(plain))

    def snippet(self, title: str, summary: str, description: str) -> Markup:
        """What a card says: the summary, or the piece of the description that alone answers something."""
        title, summary = normalise(title), normalise(summary)
        matches = list(self.matches(summary))
        told = self._told(title, self.matches(title)) | self._told(summary, matches)
        # Without dots more words answer than can be known.
        if self._folded_marks or not self._wanted <= told:
            description = normalise(description)
            more = self._untold(description, told)
            if more is not None:
                return self.mark(_around(description, more.start))
        return _marked(summary, matches)

    def _told(self, text: str, matches: Iterable[Match]) -> set[str]:
        """The stems that a text answers to; of a whole compound those of its parts too, which say nothing more."""
        told: set[str] = set()
        for start, end, stem in matches:
            told.add(stem)
            told.update(self._analysis.part_stems(text[start:end].lower()))
        return told

    def _untold(self, text: str, told: Set[str]) -> Match | None:
        """The first place that answers to what is not told yet. What was typed says more than what it was taken for."""
        other = None
        for match in self.matches(text):
            if match.stem not in told:
                if match.stem in self._typed or fold(match.stem) in self._folded_marks:
                    return match
                other = other or match
        return other


_marker = lru_cache(256)(Marker)


@lru_cache(4)
def _spellings(analysis: Analysis) -> Mapping[str, Iterable[str]]:
    """How the words and parts of a stem may begin that do not begin with the stem itself; by the stem without dots."""
    spelled: dict[str, set[str]] = {}
    for written, stem in analysis.spellings():
        spelled.setdefault(fold(stem), set()).add(written)
    return spelled


def _shortest(runs: Iterable[str]) -> tuple[bytes, ...]:
    """As letters, those that have none of the others in them: where a longer one stands, a shorter one does too."""
    kept: list[bytes] = []
    for run in sorted({letters for run in runs if run.isalnum() and (letters := _letters(run)) is not None}, key=len):
        if not any(other in run for other in kept):
            kept.append(run)
    return tuple(kept)


def _letters(text: str) -> bytes | None:
    """The bare letters of a normalised text, a byte for each sign; None where it has others than those of Western Europe."""
    letters = text.encode(_BYTES, "replace")
    if b"?" in letters and any(text[other.start()].isalnum() for other in _OTHER.finditer(letters)):
        return None
    return letters.translate(_BARE)


def _marked(text: str, matches: Iterable[Match]) -> Markup:
    whole = escape(text)
    # Most texts have nothing that must be escaped.
    html = str if whole == text else escape
    pieces, at = [], 0
    for start, end, _ in matches:
        pieces += [html(text[at:start]), "<mark>", html(text[start:end]), "</mark>"]
        at = end
    return Markup("".join((*pieces, html(text[at:])))) if pieces else whole  # noqa: S704


def _around(text: str, place: int) -> str:
    """A piece of the text with the place in it, one space between words, cut between words."""
    before = " ".join(f"{text[:place]}.".split())[:-1]
    text, place = before + " ".join(text[place:].split()), len(before)
    start = max(0, place - _LEAD)
    if start:
        start = text.find(" ", start) + 1
    end = start + _WIDTH
    if end < len(text):
        end = text.rfind(" ", start, end)
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
