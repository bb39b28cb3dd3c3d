"""What a person typed, turned into a plan that an engine can carry out.

Our own reading, and the only one: words, "phrases" and -not. Nothing that is typed can nest, repeat without end or scan.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from insatsbas.core.text import fold
from insatsbas.search.swedish import Analysis, normalise, tokens
from insatsbas.search.wordlists import WordLists

LONGEST = 200
# An engine keeps the rarest of these; more words than this say nothing more.
MOST_CLAUSES = 12
_MOST_PHRASES = 3


@dataclass(frozen=True, slots=True)
class Word:
    """A stem in the words themselves, or among the parts of compounds, or without dots."""

    stem: str
    where: str = "text"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Stems that stand in this order, side by side."""

    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coded:
    """A value of a filter: what is given in one of some municipalities, or filed under one of some needs."""

    facet: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one must match."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One must match; each has a weight. `otherwise` is asked only when none of them is found anywhere."""

    choices: tuple[tuple["Node", float], ...]
    otherwise: "Node | None" = None


Node: TypeAlias = Word | Phrase | Coded | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Name:
    """What some words of a question name in the lists: a municipality, by a place in it too, or a need. `label` is what it is called."""

    label: str
    facet: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Synonym:
    """An expression asked for beside what was typed: both as written in the word lists or the question, and the other's stems."""

    typed: str
    other: str
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A question: the clauses, what must not match, and the stems to mark in the answer (with dots, and without).

    A `loose` one also takes what matches no clause, after all that does: it orders, and leaves nothing out. `lifts` raise what they
    match and leave nothing out either; `grams` order what was found, and find what is like it. `named` and `synonyms` tell the
    one who asked how the words were understood.
    """

    clauses: tuple[Node, ...] = ()
    excluded: tuple[Node, ...] = ()
    marks: frozenset[str] = frozenset()
    folded_marks: frozenset[str] = frozenset()
    loose: bool = False
    lifts: tuple[Node, ...] = ()
    grams: frozenset[str] = frozenset()
    named: tuple[Name, ...] = ()
    synonyms: tuple[Synonym, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked for, so that everything answers."""
        return not self.clauses and not self.excluded


# In a question, a minus sign before a word and quotation marks of any kind mean something; all other signs part words, and so
# does a quotation mark without a fellow.
_PIECE = re.compile(r"""(?P<no>(?<!\S)[-−])?(?:["”“»«](?P<phrase>[^"”“»«]*)["”“»«]|(?P<word>[^\s"”“»«]+))""")


def clean(text: str) -> str:
    """What is taken of a text from outside: no control characters, one space between words, at most `LONGEST` signs."""
    visible = "".join(c if c.isprintable() else " " for c in text[: LONGEST * 4])
    return " ".join(normalise(visible).split())[:LONGEST].strip()


class Planner:
    """Makes plans by one analysis and its synonyms."""

    def __init__(self, analysis: Analysis, lists: WordLists) -> None:
        self._analysis = analysis
        self._synonyms = self._by_stems(lists)
        self._longest_synonym = max(map(len, self._synonyms), default=0)

    def _by_stems(self, lists: WordLists) -> Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        found: dict[tuple[str, ...], dict[tuple[str, ...], None]] = {}
        for expression, other in lists.synonyms:
            key, value = tuple(self._analysis.stems(expression)), tuple(self._analysis.stems(other))
            if key != value:
                found.setdefault(key, {})[value] = None
        return {key: tuple(values) for key, values in found.items()}

    def plan(self, text: str) -> Plan:
        """The plan of a question as typed."""
        draft = _Draft()
        run: list[str] = []
        for match in _PIECE.finditer(clean(text)):
            words = [token.word for token in tokens(match["phrase"] if match["phrase"] is not None else match["word"])]
            if not words:
                continue
            stems = tuple(map(self._analysis.stem, words))
            is_phrase = match["phrase"] is not None and len(words) > 1 and draft.phrases < _MOST_PHRASES
            draft.phrases += is_phrase
            if match["no"]:
                draft.excluded.append(Phrase(stems) if is_phrase else self._excluded(words))
            elif is_phrase:
                draft.clauses.append(Phrase(stems))
                draft.marks.update(stem for stem, word in zip(stems, words, strict=True) if word not in self._analysis.stopwords)
            else:
                run += words
        self._add_words(draft, run)
        return Plan(tuple(draft.clauses), tuple(draft.excluded), frozenset(draft.marks), frozenset(draft.folded_marks))

    def _excluded(self, words: list[str]) -> Node:
        return AllOf(tuple(AnyOf(((Word(self._analysis.stem(w)), 1.0), (Word(self._analysis.stem(w), "part"), 1.0))) for w in words))

    def _add_words(self, draft: "_Draft", words: list[str]) -> None:
        stems = [self._analysis.stem(word) for word in words]
        # A question of stop words only is meant as it stands.
        keep_all = not draft.clauses and all(word in self._analysis.stopwords for word in words)
        at = 0
        while at < len(words):
            length = self._synonym_at(stems, at)
            if length:
                span = words[at : at + length]
                own = [self._word(w, draft) for w in span if w not in self._analysis.stopwords or length == 1]
                others = self._synonyms[tuple(stems[at : at + length])]
                draft.clauses.append(AnyOf(((AllOf(tuple(own)), 1.0), *((self._expression(o, draft), 0.6) for o in others))))
                at += length
                continue
            if keep_all or words[at] not in self._analysis.stopwords:
                draft.clauses.append(self._word(words[at], draft))
            at += 1

    def _synonym_at(self, stems: list[str], at: int) -> int:
        """How many words from here make an expression that has synonyms: the most, or none."""
        for length in range(min(self._longest_synonym, len(stems) - at), 0, -1):
            if tuple(stems[at : at + length]) in self._synonyms:
                return length
        return 0

    def _word(self, word: str, draft: "_Draft") -> Node:
        stem, parts = self._analysis.stem(word), self._analysis.part_stems(word)
        draft.marks.add(stem)
        choices: list[tuple[Node, float]] = [(Word(stem), 1.0), (Word(stem, "part"), 0.5)]
        if parts:
            draft.marks.update(parts)
            both = tuple(AnyOf(((Word(p), 1.0), (Word(p, "part"), 1.0))) for p in parts)
            choices.append((AllOf(both), 0.4))
        if fold(word) != word:
            return AnyOf(tuple(choices))
        bare = self._analysis.bare(word)
        draft.folded_marks.add(bare)
        return AnyOf(tuple(choices), otherwise=AnyOf(((Word(bare), 1.0), (Word(bare, "folded"), 1.0))))

    def _expression(self, stems: tuple[str, ...], draft: "_Draft") -> Node:
        draft.marks.update(stem for stem in stems if stem not in self._analysis.stopwords)
        if len(stems) > 1:
            return Phrase(stems)
        return AnyOf(((Word(stems[0]), 1.0), (Word(stems[0], "part"), 0.5)))


@dataclass(slots=True)
class _Draft:
    clauses: list[Node] = field(default_factory=list)
    excluded: list[Node] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    folded_marks: set[str] = field(default_factory=set)
    phrases: int = 0
