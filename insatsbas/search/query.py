"""What a person typed, turned into a plan that an engine can carry out.

Our own reading, and the only one: words, "phrases" and -not. Nothing that is typed can nest, repeat without end or scan.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from insatsbas.core.text import fold
from insatsbas.search.swedish import Analysis, grams, normalise, tokens
from insatsbas.search.synonyms import Synonyms
from insatsbas.search.weights import AS_NEED, AS_PART, AS_SYNONYM, BY_PARTS, PART_LIFT, PLACE_WORDS_LIFT
from insatsbas.search.wordlists import WordLists

LONGEST = 200
# An engine keeps the rarest of these; more words than this say nothing more.
MOST_CLAUSES = 12
_MOST_PHRASES = 3
# The filters that say where: their names in addresses, since `engine.Facet` is made of what this module knows.
_PLACES = frozenset({"ges_i", "oppen_for"})


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


Names: TypeAlias = Mapping[tuple[str, ...], Name]
NO_NAMES: Names = {}


@dataclass(frozen=True, slots=True)
class Plan:
    """A question: the clauses, what must not match, and the stems to mark in the answer (with dots, and without).

    A `loose` one also takes what matches no clause, after all that does: it orders, and leaves nothing out. `lifts` raise what they
    match (a `Coded` place multiplies, all else adds) and leave nothing out either; `grams` order what was found, and find what is like
    it. `named` and `synonyms` tell the one who asked how the words were understood. `phrase_marks` are the stems of each expression
    that was added beside what was typed: they mark a text only where all of them stand together.
    """

    clauses: tuple[Node, ...] = ()
    excluded: tuple[Node, ...] = ()
    marks: frozenset[str] = frozenset()
    folded_marks: frozenset[str] = frozenset()
    phrase_marks: frozenset[tuple[str, ...]] = frozenset()
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
        self._synonyms = Synonyms(analysis, lists)

    def plan(self, text: str, names: Names = NO_NAMES) -> Plan:
        """The plan of a question as typed. `names` leads from stems to what they name in the lists.

        A place beside other words lifts what is given there; alone it is what was asked for. A need is asked for by its words, or by
        what is filed under it.
        """
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
                self._add_grams(words, draft)
            else:
                run += words
        self._add_words(draft, run, names)
        return draft.plan()

    def _excluded(self, words: list[str]) -> Node:
        return AllOf(tuple(AnyOf(((Word(self._analysis.stem(w)), 1.0), (Word(self._analysis.stem(w), "part"), 1.0))) for w in words))

    def _add_grams(self, words: list[str], draft: "_Draft") -> None:
        draft.grams.update(gram for word in words if word not in self._analysis.stopwords for gram in grams(word))

    def _add_words(self, draft: "_Draft", words: list[str], names: Names) -> None:
        stems = [self._analysis.stem(word) for word in words]
        longest_name = max(map(len, names), default=0)
        # A question of stop words only is meant as it stands.
        keep_all = not draft.clauses and all(word in self._analysis.stopwords for word in words)
        places: list[tuple[Node, Node]] = []
        at, before = 0, ""
        while at < len(words):
            named = _length_at(names, stems, at, longest_name)
            length = max(named, _length_at(self._synonyms.by_stems, stems, at, self._synonyms.longest), 1)
            span = words[at : at + length]
            key, at = tuple(stems[at : at + length]), at + length
            one, before = before, ""
            if named == length:
                name = names[key]
                draft.named[name] = None
                coded = Coded(name.facet, name.codes)
                if name.facet in _PLACES:
                    places.append((self._all(span, draft), coded))
                    continue
                draft.clauses.append(AnyOf(((self._span(span, key, draft), 1.0), (coded, AS_NEED))))
            elif self._synonyms.of(span, key) or keep_all or span[0] not in self._analysis.stopwords:
                draft.clauses.append(self._span(span, key, draft))
                before = span[0] if length == 1 else ""
                if one and before:
                    self._join(one, before, draft)
            self._add_grams(span, draft)
        if draft.clauses:
            # By themselves: what is given there is lifted as much however the place is written.
            draft.lifts[:0] = [node for words, coded in places for node in (coded, AnyOf(((words, PLACE_WORDS_LIFT),)))]
        else:
            draft.clauses += [AnyOf(((words, 1.0), (coded, 1.0))) for words, coded in places]

    def _join(self, one: str, other: str, draft: "_Draft") -> None:
        """Let the last two clauses, each a word, also be met by the one word that they make: *sim skola* means *simskola* too."""
        stems = [self._analysis.stem(f"{one}{link}{other}") for link in ("", "s")]
        draft.marks.update(stems)
        whole = tuple((Word(stem), 1.0) for stem in stems)
        draft.clauses[-2:] = [AnyOf(((node, 1.0), *whole)) for node in draft.clauses[-2:]]

    def _span(self, words: list[str], stems: tuple[str, ...], draft: "_Draft") -> Node:
        """Some words that belong together, or what else they are called."""
        own = self._all(words, draft)
        others = self._synonyms.of(words, stems)
        if not others:
            return own
        for other, written in others.items():
            draft.synonyms[Synonym(" ".join(words), written, other)] = None
        return AnyOf(((own, 1.0), *((self._expression(other, draft), AS_SYNONYM) for other in others)))

    def _all(self, words: list[str], draft: "_Draft") -> Node:
        nodes = tuple(self._word(word, draft) for word in words if word not in self._analysis.stopwords or len(words) == 1)
        return nodes[0] if len(nodes) == 1 else AllOf(nodes)

    def _word(self, word: str, draft: "_Draft") -> Node:
        stem, parts = self._analysis.stem(word), self._analysis.part_stems(word)
        draft.marks.add(stem)
        choices: list[tuple[Node, float]] = [(Word(stem), 1.0), (Word(stem, "part"), AS_PART)]
        if parts:
            draft.marks.update(parts)
            choices.append((_every(parts, "part"), BY_PARTS))
            draft.lifts += [AnyOf(((Word(part), PART_LIFT), (Word(part, "part"), PART_LIFT))) for part in parts]
        linked = self._analysis.linked(word)
        if linked is not None and linked != stem:
            draft.marks.add(linked)
            choices.append((AnyOf(((Word(linked), 1.0), (Word(linked, "part"), 1.0))), AS_PART))
        if fold(word) != word:
            return AnyOf(tuple(choices))
        return AnyOf(tuple(choices), otherwise=self._without_dots(word, draft))

    def _without_dots(self, word: str, draft: "_Draft") -> Node:
        bare, parts = self._analysis.bare(word), self._analysis.bare_part_stems(word)
        draft.folded_marks.update((bare, *parts))
        choices: tuple[tuple[Node, float], ...] = ((Word(bare), 1.0), (Word(bare, "folded"), 1.0))
        return AnyOf((*choices, (_every(parts, "folded"), BY_PARTS)) if parts else choices)

    def _expression(self, stems: tuple[str, ...], draft: "_Draft") -> Node:
        draft.phrase_marks.add(stems)
        if len(stems) > 1:
            return Phrase(stems)
        return AnyOf(((Word(stems[0]), 1.0), (Word(stems[0], "part"), AS_PART)))


def _every(stems: tuple[str, ...], where: str) -> Node:
    """All the parts of a compound, each as a word of its own or within another."""
    return AllOf(tuple(AnyOf(((Word(stem), 1.0), (Word(stem, where), 1.0))) for stem in stems))


def _length_at(known: Mapping[tuple[str, ...], object], stems: list[str], at: int, longest: int) -> int:
    """How many stems from here make a key: the most, or none."""
    lengths = range(min(longest, len(stems) - at), 0, -1)
    return next((length for length in lengths if tuple(stems[at : at + length]) in known), 0)


@dataclass(slots=True)
class _Draft:
    clauses: list[Node] = field(default_factory=list)
    excluded: list[Node] = field(default_factory=list)
    lifts: list[Node] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    folded_marks: set[str] = field(default_factory=set)
    phrase_marks: set[tuple[str, ...]] = field(default_factory=set)
    grams: set[str] = field(default_factory=set)
    # In the order in which they were met, each once.
    named: dict[Name, None] = field(default_factory=dict)
    synonyms: dict[Synonym, None] = field(default_factory=dict)
    phrases: int = 0

    def plan(self) -> Plan:
        """What was gathered, as it stays."""
        return Plan(
            clauses=tuple(self.clauses),
            excluded=tuple(self.excluded),
            marks=frozenset(self.marks),
            folded_marks=frozenset(self.folded_marks),
            phrase_marks=frozenset(self.phrase_marks),
            lifts=tuple(dict.fromkeys(self.lifts))[:MOST_CLAUSES],
            grams=frozenset(self.grams),
            named=tuple(self.named),
            synonyms=tuple(self.synonyms),
        )
