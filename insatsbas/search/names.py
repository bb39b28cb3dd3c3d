"""What a question may name in the lists: a municipality, also by a place in it, or a need, also by a part of its label.

A name is taken for one only where it can hardly be anything else: what is taken for a place is no longer looked for as a word.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

from insatsbas.catalogue.models import Need
from insatsbas.catalogue.queries import Lists
from insatsbas.core.text import fold
from insatsbas.organisations.models import Municipality
from insatsbas.search.engine import Facet
from insatsbas.search.query import Name, Names, clean
from insatsbas.search.swedish import Analysis, Token, normalise, tokens

# Places whose names are words of every day too, without dots: taken for places only as in "i Lund", or with "kommun" after them.
_WORDS_TOO = frozenset(["berg", "boden", "ed", "handen", "kil", "lund", "mark", "sater", "trosa", "vara"])
_WHERE = frozenset(["i", "på"])
# "Svenska för invandrare (sfi)" is called sfi too; "Trauma och tortyr" is about the one and the other.
_CALLED_TOO = re.compile(r"\(([^()]+)\)")
_AND = re.compile(r",| och | samt |:")
# What is no name whatever it says: phrases, and what must not match.
_ASIDE = re.compile(r"""(?<!\S)[-−](?:["”“»«][^"”“»«]*["”“»«]|[^\s"”“»«]+)|["”“»«][^"”“»«]*\s[^"”“»«]*["”“»«]""")
# What goes with a name: signs beside it, and before a place what says that it is one.
_BEFORE = re.compile(r"[^\w\s]*$")
_BEFORE_PLACE = re.compile(r"(?:\b(?:i|på|från|till)\s+)?[^\w\s]*$", re.IGNORECASE)
_AFTER = re.compile(r"(?::\w+)?[^\w\s]*")
# What says nothing where the word is gone that it led on to, or from.
_LEFT_FIRST = re.compile(r"^(?:(?:och|eller|samt)(?!\S)\s*|[,.;/]\s*)+", re.IGNORECASE)
_LEFT_LAST = re.compile(
    r"(?:(?:\s*(?<!\S)(?:och|eller|samt|men|inte|i|på|från|till|för|med|av|hos|vid|om|nära))|\s*[,.;/])+$", re.IGNORECASE
)

_Stems: TypeAlias = tuple[str, ...]


class Known:
    """The names of some lists. Immutable; `known` keeps one for as long as the lists are the same.

    `texts` are the names as written, by which misspelt ones are put right; `words` are the words of them.
    """

    def __init__(self, lists: Lists, analysis: Analysis) -> None:
        self._analysis = analysis
        # By stems, the name, and the spellings that it must have: a place is not inflected, so that "nacken" is not Nacka.
        self._names: defaultdict[_Stems, dict[Name, set[str]]] = defaultdict(dict)
        named = (*_places(lists), *_needs(lists, analysis))
        for text, name in named:
            for spelling in (text, fold(text)):
                self._names[tuple(analysis.stems(spelling))].setdefault(name, set()).add(_bare(spelling))
        self._longest = max(map(len, self._names), default=0)
        self.texts = tuple(text for text, _ in named if fold(text.casefold()) not in _WORDS_TOO)
        self.words = frozenset(token.word for text in self.texts for token in tokens(normalise(text)))

    def within(self, text: str) -> Names:
        """Those that a question has in it: from their stems to what they name."""
        return {stems: name for stems, name, _ in self._found(clean(text))}

    def without(self, text: str, name: Name) -> str:
        """A question without the words that name something: what is left when that has become a filter."""
        cleaned = clean(text)
        bare, kept, at = _without_asides(cleaned), [], 0
        before = _BEFORE_PLACE if name.facet == Facet.GIVEN_IN.value else _BEFORE
        for _, found, (start, end) in self._found(cleaned):
            if found == name:
                kept.append(cleaned[at : at + len(before.sub("", bare[at:start]))])
                after = _AFTER.match(bare, end)
                at = after.end() if after else end
        left = _LEFT_LAST.sub("", _LEFT_FIRST.sub("", clean(" ".join((*kept, cleaned[at:])))))
        return left if any(map(str.isalnum, left)) else ""

    def _found(self, text: str) -> Iterator[tuple[_Stems, Name, tuple[int, int]]]:
        text = _without_asides(text)
        words = list(tokens(text))
        stems = [self._analysis.stem(word.word) for word in words]
        at = 0
        while at < len(words):
            length = 1
            for longer in range(min(self._longest, len(words) - at), 0, -1):
                key = tuple(stems[at : at + longer])
                name = self._meant(key, words[at : at + longer], is_shown=_is_shown_as_place(text, words, at))
                if name is not None:
                    yield key, name, (words[at].start, words[at + longer - 1].end)
                    length = longer
                    break
            at += length

    def _meant(self, stems: _Stems, words: Sequence[Token], *, is_shown: bool) -> Name | None:
        candidates = self._names.get(stems)
        if candidates is None:
            return None
        typed = fold(" ".join(word.word for word in words))
        for name, spellings in candidates.items():
            meant = next((spelling for spelling in (typed, typed.removesuffix("s")) if spelling in spellings), None)
            if name.facet == Facet.NEED.value or (meant is not None and (is_shown or meant not in _WORDS_TOO)):
                return name
        return None


# For lists that are shared and never change (`in_force`): those of a session may be renamed while they are kept.
known = lru_cache(maxsize=8)(Known)


def _without_asides(text: str) -> str:
    """A text with blanks for what is no name."""
    return _ASIDE.sub(lambda match: " " * len(match.group()), text)


def _is_shown_as_place(text: str, words: Sequence[Token], at: int) -> bool:
    """Whether a word is written as a place is: with a capital letter after *i* or *på*."""
    return at > 0 and words[at - 1].word in _WHERE and text[words[at].start : words[at].end].istitle()


def _bare(text: str) -> str:
    return fold(" ".join(token.word for token in tokens(normalise(text))))


def _places(lists: Lists) -> Iterator[tuple[str, Name]]:
    for municipality in lists.municipalities:
        whole = _place(municipality, municipality.name)
        for name in dict.fromkeys((municipality.name, f"{municipality.name.removesuffix('s')}s")):
            yield f"{name} kommun", whole
            yield f"{name} stad", whole
        for name in (municipality.name, *(place.name for place in municipality.places)):
            yield name, _place(municipality, name)


def _place(municipality: Municipality, label: str) -> Name:
    return Name(label, Facet.GIVEN_IN.value, frozenset({municipality.code}))


def _needs(lists: Lists, analysis: Analysis) -> Iterator[tuple[str, Name]]:
    """Each need by its label and by what stands in brackets; and by a part of the label whose words no other need has.

    Its parent and its parts may have them: then the part is meant, which says more.
    """
    # What is for staff is not shown unless it is asked for by a filter: no word asks for it.
    needs = [need for need in lists.needs if not need.retired and not need.for_staff]
    named = {need.id: Name(need.label, Facet.NEED.value, frozenset({need.code})) for need in needs}
    said = {need.id: _said(need.label, analysis) for need in needs}
    for need in needs:
        for text in (need.label, *_CALLED_TOO.findall(need.label), _CALLED_TOO.sub("", need.label).strip()):
            yield text, named[need.id]
    for need in sorted(needs, key=lambda one: one.parent_id is None):
        strangers = Counter(stem for other in needs if not _are_kin(need, other) for stem in said[other.id])
        for part in _AND.split(_CALLED_TOO.sub("", need.label)):
            stems = _said(part, analysis)
            if stems and not any(strangers[stem] for stem in stems):
                yield part.strip(), named[need.id]


def _are_kin(one: Need, other: Need) -> bool:
    return one.id in (other.id, other.parent_id) or one.parent_id == other.id


def _said(text: str, analysis: Analysis) -> frozenset[str]:
    """The stems of what a label says, of the parts of its compounds too."""
    words = [token.word for token in tokens(normalise(text)) if token.word not in analysis.stopwords]
    return frozenset(stem for word in words for stem in (analysis.stem(word), *analysis.part_stems(word)))
