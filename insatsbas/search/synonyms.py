"""What else is asked for beside what was typed: the synonyms of the word lists, by the stems of their expressions."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from insatsbas.search.swedish import Analysis, normalise
from insatsbas.search.wordlists import WordLists

Others: TypeAlias = Mapping[tuple[str, ...], str]
_NONE: Others = MappingProxyType({})


class Synonyms:
    """From an expression to the others: their stems, and how each is written. Immutable.

    What an expression leads to brings what is equal to that: *analfabet* leads to *läs- och skrivinlärning*, and so to its equals.
    `by_stems` leads on from the stems of every expression that leads anywhere, `longest` is how many stems the longest has.
    """

    def __init__(self, analysis: Analysis, lists: WordLists) -> None:
        self._stopwords = analysis.stopwords
        self._written = frozenset(normalise(expression).lower() for expression, _ in lists.synonyms)
        found: dict[tuple[str, ...], dict[tuple[str, ...], str]] = {}
        for expression, other in lists.synonyms:
            key, value = tuple(analysis.stems(expression)), tuple(analysis.stems(other))
            if key != value:
                found.setdefault(key, {}).setdefault(value, other)
        equals = {key: {v: w for v, w in others.items() if key in found.get(v, ())} for key, others in found.items()}
        self.by_stems: Mapping[tuple[str, ...], Others] = {
            key: {**others, **{v: w for other in others for v, w in equals.get(other, {}).items() if v != key and v not in others}}
            for key, others in found.items()
        }
        self.longest = max(map(len, self.by_stems), default=0)

    def of(self, words: Sequence[str], stems: tuple[str, ...]) -> Others:
        """What else some words are called. A stop word is an expression only as it is listed: *so* is one, and *men* is not *mens*."""
        if len(words) == 1 and words[0] in self._stopwords and words[0] not in self._written:
            return _NONE
        return self.by_stems.get(stems, _NONE)
