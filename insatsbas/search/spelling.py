"""What may have been meant by words that the catalogue does not know: misspelt, put together, or written apart."""

import math
import re
from collections import Counter
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
_SHORTEST_HALF, _SURE_HALF = 3, 5
# How far a word may be from what is meant, by how long it is: none but a slip in a short one.
_FARTHEST = ((3, 0.75), (4, 1.05), (8, 2.05), (LONGEST, 2.6))
# The same where it may well be a word that the catalogue only lacks: a short one of letters that often stand side by side, or one with
# a capital letter, as names have. Only a letter doubled, swapped or of the same sound is a slip in the shortest.
_LONGEST_IN_DOUBT, _SHORT = 5, 6
_FARTHEST_IN_DOUBT = ((4, 0.75), (_SHORT, 1.05))
# A short word with another first letter is meant only where it sounds the same.
_FARTHEST_BY_SOUND = 0.5
# What stands side by side in one word of so many does so often.
_OFTEN = 1000
# How far, for it to be answered without asking: nearer, and never with another first letter.
_SURE = ((4, 0.75), (6, 1.05), (8, 1.65), (LONGEST, 2.05))
# Two words taken for one, or one for two.
_APART = 1.5
# A word that ten times as many documents have is as near as one that is this much nearer.
_PER_TENFOLD = 0.15


@dataclass(frozen=True, slots=True)
class Correction:
    """A question with words put right: the whole of it, and each change as (what was typed, what is meant).

    Only one that `is_sure` may be answered unasked; another is for the one who typed to say yes to.
    """

    text: str
    changed: tuple[tuple[str, str], ...]
    is_sure: bool


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
        out, at, changed, is_sure = "", 0, [], True
        for start, end, meant in self._changes(text):
            out += text[at:start] + _in_the_case_of(text[start:end], meant.text)
            changed.append((text[start:end], meant.text))
            at, is_sure = end, is_sure and meant.is_sure
        return Correction(out + text[at:], tuple(changed), is_sure) if changed else None

    def _changes(self, text: str) -> Iterator[tuple[int, int, "_Meant"]]:
        """Each place to change: where it begins and ends, and what is meant by it."""
        looked_at, is_taken = 0, False
        for match, after in pairwise([*WORD.finditer(text), None]):
            if match is None or is_taken:
                is_taken = False
                continue
            word = match.group().lower()
            is_known = self.is_known(word) or _has_a_digit_beside(text, match)
            if after is not None and text[match.end() : after.start()] == " ":
                other = after.group().lower()
                joined = None if is_known and self.is_known(other) else self._joined(word, other)
                if joined is not None:
                    yield match.start(), after.end(), _Meant(joined, is_sure=True)
                    is_taken = True
                    continue
            if not is_known:
                looked_at += 1
                if looked_at > _MOST_LOOKED_AT:
                    return
                for meant in self._meant(match.group())[:1]:
                    yield match.start(), match.end(), meant

    def suggest(self, word: str, most: int = 5) -> list[str]:
        """The words that may be meant by one, the likeliest first; none when nothing is near."""
        return [meant.text for meant in self._meant(normalise(word))[:most]]

    def _meant(self, typed: str) -> "list[_Meant]":
        word = typed.lower()
        if not _SHORTEST <= len(word) <= LONGEST:
            return []
        in_doubt = self._may_be_right(typed)
        farthest = _by_length(_FARTHEST_IN_DOUBT if in_doubt else _FARTHEST, word)
        sure = _by_length(_SURE, word[:_SHORT] if _is_as_a_name(typed) else word)
        rows, distances = self._spellings.near(word)
        near = [(_APART, _Meant(pair, is_sure=min(map(len, pair.split())) >= _SURE_HALF)) for pair in self._apart(word)]
        for row, far in zip(rows, distances, strict=True):
            other = self._spellings.words[row]
            begins_alike = fold(other)[0] == fold(word)[0]
            bound = farthest if begins_alike or len(word) > _SHORT else _FARTHEST_BY_SOUND
            if far <= bound and other != word:
                is_sure = bool(far <= sure) and begins_alike
                near.append((float(far) - _PER_TENFOLD * math.log10(self._candidates[other]), _Meant(other, is_sure)))
        return [meant for _, meant in sorted(near, key=lambda one: (one[0], one[1].text))]

    def _may_be_right(self, typed: str) -> bool:
        """Whether a word that the catalogue lacks may well be another word, or a name, all the same."""
        if len(typed) <= _SHORT and _is_as_a_name(typed):
            return True
        return len(typed) <= _LONGEST_IN_DOUBT and _pairs(typed.lower()) <= self._common_pairs

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
        """The words that can be meant, in lower case, and in how many documents each is; at least one, so that a synonym counts too.

        A word of a longer synonym is none of its own, and a stop word is never meant.
        """
        expressions = (text for pair in self._lists.synonyms for text in pair if WORD.fullmatch(normalise(text)))
        listed = (token.word for text in (*expressions, *self._names) for token in tokens(normalise(text)))
        words = {**dict.fromkeys(listed, 1), **self.vocabulary.words}
        kept = (word for word in words if _SHORTEST <= len(word) <= LONGEST and word.isalpha() and word not in self._analysis.stopwords)
        return {word: max(1, words[word]) for word in kept}

    @cached_property
    def _spellings(self) -> Spellings:
        return Spellings(list(self._candidates))

    @cached_property
    def _common_pairs(self) -> frozenset[str]:
        counts = Counter(pair for word in self._candidates for pair in _pairs(word))
        return frozenset(pair for pair, count in counts.items() if count * _OFTEN >= len(self._candidates))

    @cached_property
    def _stems(self) -> frozenset[str]:
        every = (*self._candidates, *self.vocabulary.words)
        return frozenset(stem for word in every for stem in (self._analysis.stem(word), *self._analysis.part_stems(word)))

    @cached_property
    def _bare(self) -> frozenset[str]:
        return frozenset(fold(stem) for stem in self._stems)


@dataclass(frozen=True, slots=True)
class _Meant:
    text: str
    is_sure: bool


def _by_length(limits: tuple[tuple[int, float], ...], word: str) -> float:
    return next(far for length, far in limits if len(word) <= length)


def _has_a_digit_beside(text: str, match: re.Match[str]) -> bool:
    """Whether a word stands without a space beside a number: *covid-19* is a name."""
    around = text[text.rfind(" ", 0, match.start()) + 1 :].split(" ", 1)[0]
    return any(map(str.isdigit, around))


def _is_as_a_name(typed: str) -> bool:
    return typed[:1].isupper() and not typed.isupper()


def _pairs(word: str) -> frozenset[str]:
    """Each two letters that stand side by side, the word's bounds as a sign."""
    return frozenset(one + other for one, other in pairwise(f"_{word}_"))


def _in_the_case_of(typed: str, meant: str) -> str:
    """A word with capital letters where what was typed had them."""
    if len(typed) > 1 and typed.isupper():
        return meant.upper()
    return meant[:1].upper() + meant[1:] if typed[:1].isupper() else meant
