"""What may have been meant by words that the catalogue does not know: misspelt, put together, or written apart."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from insatsbas.core.text import fold
from insatsbas.search.engine import Vocabulary
from insatsbas.search.letters import LONGEST, Spellings
from insatsbas.search.query import clean
from insatsbas.search.swedish import WORD, Analysis, normalise, tokens
from insatsbas.search.wordlists import WordLists

# What is made to be hard costs no more than this.
_MOST_LOOKED_AT = 4
_SHORTEST = 3
_SHORTEST_HALF = 3
# How far a word may be from what is meant, by how long it is: none but a slip in a short one.
_FARTHEST = ((3, 0.75), (4, 1.05), (8, 2.05), (LONGEST, 2.6))
# Two words taken for one, or one for two.
_APART = 1.5
# A word that ten times as many documents have is as near as one that is this much nearer.
_PER_TENFOLD = 0.15


@dataclass(frozen=True, slots=True)
class Correction:
    """A question with words put right: the whole of it, and each change as (what was typed, what is meant)."""

    text: str
    changed: tuple[tuple[str, str], ...]


class Speller:
    """Suggests words by what the catalogue, its synonyms and some names are made of. Immutable; made once for a vocabulary.

    `names` are as written: municipalities, places, needs.
    """

    def __init__(self, vocabulary: Vocabulary, analysis: Analysis, lists: WordLists, names: Iterable[str] = ()) -> None:
        self.vocabulary = vocabulary
        self._analysis = analysis
        self._lists = lists
        self._names = tuple(names)

    def correct(self, text: str) -> Correction | None:
        """The question with each word that is unknown put right; None when there is none, or nothing near it."""
        text = clean(text)
        out, at, changed = "", 0, []
        for start, end, meant in self._changes(text):
            out += text[at:start] + _in_the_case_of(text[start:end], meant)
            changed.append((text[start:end], meant))
            at = end
        return Correction(out + text[at:], tuple(changed)) if changed else None

    def _changes(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Each place to change: where it begins and ends, and what is meant by it."""
        looked_at, is_taken = 0, False
        for match, after in pairwise([*WORD.finditer(text), None]):
            if match is None or is_taken:
                is_taken = False
                continue
            word = match.group().lower()
            is_known = self.is_known(word)
            if after is not None and text[match.end() : after.start()] == " ":
                other = after.group().lower()
                joined = None if is_known and self.is_known(other) else self._joined(word, other)
                if joined is not None:
                    yield match.start(), after.end(), joined
                    is_taken = True
                    continue
            if not is_known:
                looked_at += 1
                if looked_at > _MOST_LOOKED_AT:
                    return
                for meant in self.suggest(word, 1):
                    yield match.start(), match.end(), meant

    def suggest(self, word: str, most: int = 5) -> list[str]:
        """The words that may be meant by one, the likeliest first; none when nothing is near."""
        word = normalise(word).lower()
        if not _SHORTEST <= len(word) <= LONGEST:
            return []
        farthest = next(far for length, far in _FARTHEST if len(word) <= length)
        rows, distances = self._spellings.near(word)
        counts = self._candidates
        near = [
            (float(far) - _PER_TENFOLD * math.log10(counts[meant]), meant)
            for row, far in zip(rows, distances, strict=True)
            if far <= farthest and (meant := self._spellings.words[row]) != word
        ]
        near += [(_APART, pair) for pair in self._apart(word)]
        return [meant for _, meant in sorted(near)[:most]]

    def is_known(self, word: str) -> bool:
        """Whether a word in lower case needs no putting right: the catalogue has it in some form, or the lists do."""
        analysis = self._analysis
        if len(word) < _SHORTEST or not word.isalpha() or word in analysis.stopwords:
            return True
        if analysis.stem(word) in self._stems or (fold(word) == word and analysis.bare(word) in self._bare):
            return True
        return bool(analysis.split(word)) or word in self._lists.exceptions

    def _joined(self, one: str, other: str) -> str | None:
        """The word that two make together, where the catalogue has it."""
        for link in ("", "s"):
            word = f"{one}{link}{other}"
            if self._analysis.stem(word) in self._stems:
                return word
        return None

    def _apart(self, word: str) -> Iterator[str]:
        """Two words of the catalogue that were written as one."""
        for at in range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1):
            halves = {word[:at], word[at:]}
            if halves <= self._candidates.keys() and not halves & self._analysis.stopwords:
                yield f"{word[:at]} {word[at:]}"

    @cached_property
    def _candidates(self) -> dict[str, int]:
        """The words that can be meant, in lower case, and in how many documents each is; at least one, so that a synonym counts too."""
        more = [text for pair in self._lists.synonyms for text in pair]
        listed = (token.word for text in (*more, *self._names) for token in tokens(normalise(text)))
        words = {**dict.fromkeys(self._lists.stopwords, 1), **dict.fromkeys(listed, 1), **self.vocabulary.words}
        return {word: max(1, count) for word, count in words.items() if _SHORTEST <= len(word) <= LONGEST and word.isalpha()}

    @cached_property
    def _spellings(self) -> Spellings:
        return Spellings(list(self._candidates))

    @cached_property
    def _stems(self) -> frozenset[str]:
        every = (*self._candidates, *self.vocabulary.words)
        return frozenset(stem for word in every for stem in (self._analysis.stem(word), *self._analysis.part_stems(word)))

    @cached_property
    def _bare(self) -> frozenset[str]:
        return frozenset(fold(stem) for stem in self._stems)


def _in_the_case_of(typed: str, meant: str) -> str:
    """A word with capital letters where what was typed had them."""
    if len(typed) > 1 and typed.isupper():
        return meant.upper()
    return meant[:1].upper() + meant[1:] if typed[:1].isupper() else meant
