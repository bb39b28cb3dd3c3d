"""The one Swedish analysis: what a text and a question are both turned into before they are compared.

A word becomes its stem, so that *insatsen* and *insatser* meet; a compound also gives its parts, so that *vård* finds
*äldrevården*; and each of these is kept without dots too, so that *aldrevard* does. Nothing here knows an engine.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from insatsbas.core.text import fold
from insatsbas.search.wordlists import WordLists

# Letters and digits of any script. An underscore parts words as any other sign does.
WORD = re.compile(r"[^\W_]+")
# No Swedish word is longer; what is longer is noise or an attack.
LONGEST_WORD = 60
_SHORTEST_COMPOUND = 6
_SHORTEST_PART = 3
_GRAM = 5


@dataclass(frozen=True, slots=True)
class Token:
    """A word in a text: where it stands, and itself in lower case."""

    start: int
    end: int
    word: str


@lru_cache(100_000)
def grams(word: str) -> tuple[str, ...]:
    """Each run of five letters in a word, without dots, the word's bounds as a sign; a word that is shorter gives one.

    They order what is found, and show what is like it: a word misspelt or put together otherwise shares most of them.
    """
    bounded = f"_{fold(word)}_"
    return tuple(dict.fromkeys(bounded[at : at + _GRAM] for at in range(max(1, len(bounded) - _GRAM + 1))))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a compound: where it stands in the word, and its stem."""

    start: int
    end: int
    stem: str


def normalise(text: str) -> str:
    """The same letters written the same way: å as one sign, not as a and a ring."""
    return unicodedata.normalize("NFC", text)


def tokens(text: str) -> Iterator[Token]:
    """The words of a normalised text, in order, with their places."""
    for match in WORD.finditer(text):
        yield Token(match.start(), match.end(), match.group().lower()[:LONGEST_WORD])


class _Parts:
    """What compounds are made of: the stem of each part by the forms it has when another follows, and the stems that may come last."""

    def __init__(self, first: Mapping[str, str], last: Collection[str], stem: Callable[[str], str]) -> None:
        self.first = first
        self.last = last
        self._stem = stem
        self._longest = max(map(len, first), default=0)

    def of(self, word: str) -> tuple[Part, ...]:
        """The parts that cover a word, as few as possible; empty when nothing does, or one alone."""
        if len(word) < _SHORTEST_COMPOUND:
            return ()
        found = self._from(word, 0, 4)
        return found if found is not None and len(found) > 1 else ()

    def _from(self, word: str, start: int, depth: int) -> tuple[Part, ...] | None:
        rest = word[start:]
        if start and len(rest) >= _SHORTEST_PART and (last := self._stem(rest)) in self.last:
            return (Part(start, len(word), last),)
        best: tuple[Part, ...] | None = None
        if depth == 0:
            return best
        for end in range(min(len(word) - _SHORTEST_PART, start + self._longest), start + _SHORTEST_PART - 1, -1):
            stem = self.first.get(word[start:end])
            if stem is None:
                continue
            tail = self._from(word, end, depth - 1)
            if tail is not None and (best is None or len(tail) + 1 < len(best)):
                best = (Part(start, end, stem), *tail)
        return best


class Analysis:
    """Stems, parts and foldings by one set of word lists. Immutable; safe to share between threads."""

    def __init__(self, lists: WordLists) -> None:
        self._exceptions = lists.exceptions
        self.stopwords = lists.stopwords
        self.mark = lists.mark
        self._bare_exceptions = {fold(form): fold(word) for form, word in reversed(lists.exceptions.items()) if fold(form) != form}
        self._stemmer = Stemmer.Stemmer("swedish", 0)
        self.stem = lru_cache(100_000)(self._stem)
        self.split = lru_cache(100_000)(self._split)
        stems = {form: self.stem(word) for word, forms in lists.parts.items() for form in (word, *forms)}
        self._parts = _Parts(stems, {self.stem(word) for word in lists.parts}, self.stem)
        bare_stems = {fold(form): fold(stem) for form, stem in stems.items()}
        self._bare_parts = _Parts(bare_stems, set(map(fold, self._parts.last)), self.bare)

    def _stem(self, word: str) -> str:
        listed = self._exceptions.get(word)
        return listed if listed is not None else str(self._stemmer.stemWord(word))

    def bare(self, word: str) -> str:
        """The stem without dots of a word that was typed without them: *halsan* means *hälsa*, which stems by exception."""
        if word in self._exceptions:
            return fold(self.stem(word))
        return self._bare_exceptions.get(word) or fold(self.stem(word))

    def stems(self, text: str) -> list[str]:
        """The stem of each word of a text, in order, stop words too: phrases need them."""
        return [self.stem(token.word) for token in tokens(normalise(text))]

    def _split(self, word: str) -> tuple[Part, ...]:
        """The parts of a compound, as few as possible; empty when the word is none that the list of parts can explain.

        The last part may be inflected; the others stand in one of their linking forms.
        """
        return self._parts.of(word)

    def part_stems(self, word: str) -> tuple[str, ...]:
        """The stems of a compound's parts, and of the compounds within it, as *vårdbiträde* in *äldrevårdbiträde*."""
        return tuple(dict.fromkeys(part.stem for part in self.split(word)))

    def bare_part_stems(self, word: str) -> tuple[str, ...]:
        """The same of a compound that was typed without dots, its parts' stems without dots: *kvinnohalsa* is *kvinn* and *halsa*."""
        return tuple(dict.fromkeys(part.stem for part in self._bare_parts.of(word)))

    def linked(self, word: str) -> str | None:
        """The stem of the word that a first half of a compound stands for, typed alone: *samhälls* means *samhälle*."""
        return self._parts.first.get(word)

    def spellings(self) -> Iterator[tuple[str, str]]:
        """Each form that the lists tell of, as it is written, and its stem: of exceptions, and of parts of compounds as they link."""
        yield from self._exceptions.items()
        yield from self._parts.first.items()

    def folded(self, word: str) -> set[str]:
        """The stem and the parts without dots, where that changes them: what a question typed without dots is compared with."""
        plain = {self.stem(word), *self.part_stems(word)}
        return {bare for stem in plain if (bare := fold(stem)) != stem}
