"""The word lists that search is made of: how a line is read, wherever it stands.

They come with the program as commented text in `index/`; `init` lays that in, and what is in force stands in the database
(`wordlist_models`), where the co-ordinator changes it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from insatsbas.core import paths
from insatsbas.core.errors import InsatsbasError
from insatsbas.core.text import N_

# So long may a line be, and the note that the co-ordinator writes of it.
LINE_MAX, NOTE_MAX = 500, 200


class ListKind(StrEnum):
    """Which list. The value stands in addresses and in the database."""

    SYNONYMS = "synonymer"
    PARTS = "delar"
    EXCEPTIONS = "undantag"
    STOPWORDS = "stoppord"

    @property
    def file(self) -> str:
        """The file of `index/` that it begins as."""
        return _FILES[self]

    @property
    def shapes_the_index(self) -> bool:
        """Whether the index must be made anew when it changes; the others only say how a question is understood."""
        return self in (ListKind.PARTS, ListKind.EXCEPTIONS)


_FILES = {
    ListKind.SYNONYMS: "synonyms.txt",
    ListKind.EXCEPTIONS: "exceptions.txt",
    ListKind.PARTS: "parts.txt",
    ListKind.STOPWORDS: "stopwords.txt",
}
FILES = tuple(_FILES.values())


class WordListError(InsatsbasError):
    """A line of a word list cannot be read. Tells the file and the line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line to read: which list it is of, and where it stands there, by a number of its giver's."""

    kind: ListKind
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be read, and why: a sentence that is translated where it is shown, and what is put into it."""

    line: Line
    message: str
    values: Mapping[str, str]

    def __str__(self) -> str:
        return self.message % self.values


@dataclass(frozen=True, slots=True)
class WordLists:
    """The lists as read.

    `exceptions` leads from a form to the word it is a form of, `parts` from a dictionary word to its linking forms,
    `synonyms` from an expression to the expressions that also answer it. `mark` changes when what shapes the index does.
    """

    synonyms: tuple[tuple[str, str], ...]
    exceptions: dict[str, str]
    parts: dict[str, tuple[str, ...]]
    stopwords: frozenset[str]
    mark: str


def read(folder: Path | None = None) -> WordLists:
    """Read the lists of a folder, by default those that come with the package.

    Raises:
        WordListError: a line is not of its file's form.
    """
    lists, faults = understood(lines_of(folder))
    for fault in faults:
        raise WordListError(f"{fault.line.kind.file} rad {fault.line.at}: {fault}")
    return lists


def lines_of(folder: Path | None = None) -> list[Line]:
    """Every line of the files of a folder, by default those that come with the package, in lower case and without comments."""
    folder = folder or paths.shipped("index")
    return [
        Line(kind, number, text)
        for kind, name in _FILES.items()
        for number, row in enumerate((folder / name).read_text("utf-8").splitlines(), start=1)
        if (text := tidy(row))
    ]


def tidy(line: str) -> str:
    """A line as it is kept and compared: without its comment, in lower case, one space between words."""
    return " ".join(line.partition("#")[0].lower().split())


def understood(lines: Iterable[Line]) -> tuple[WordLists, tuple[Fault, ...]]:
    """What lines say together. One that cannot be read says nothing, and is told among the faults."""
    reading = _Reading()
    shaping = []
    faults = []
    for line in lines:
        try:
            reading.take(line)
        except _UnreadableError as error:
            faults.append(Fault(line, error.message, error.values))
            continue
        if line.kind.shapes_the_index:
            shaping.append(f"{line.kind}: {line.text}")
    # In whatever order they stand, they shape the same.
    mark = hashlib.sha256("\n".join(sorted(shaping)).encode()).hexdigest()[:12]
    stopwords = frozenset(reading.stopwords)
    return WordLists(tuple(reading.synonyms), reading.exceptions, reading.parts, stopwords, mark), tuple(faults)


class _UnreadableError(Exception):
    def __init__(self, message: str, **values: str) -> None:
        super().__init__(message)
        self.message, self.values = message, values


class _Reading:
    """Lists that grow line by line."""

    def __init__(self) -> None:
        self.synonyms: list[tuple[str, str]] = []
        self.exceptions: dict[str, str] = {}
        self.parts: dict[str, tuple[str, ...]] = {}
        self.stopwords: set[str] = set()

    def take(self, line: Line) -> None:
        match line.kind:
            case ListKind.SYNONYMS:
                self.synonyms += _synonyms(line.text)
            case ListKind.EXCEPTIONS:
                self._exception(line.text)
            case ListKind.PARTS:
                word, forms = _part(line.text)
                self.parts[word] = tuple(dict.fromkeys((*self.parts.get(word, ()), *forms)))
            case ListKind.STOPWORDS:
                self.stopwords |= _stopwords(line.text)

    def _exception(self, text: str) -> None:
        word, colon, forms = (piece.strip() for piece in text.partition(":"))
        if not colon or len(word.split()) != 1 or not forms or ":" in forms:
            raise _UnreadableError(N_("Skriv ord: form form."))
        group = (word, *forms.split())
        for form in group:
            if (other := self.exceptions.get(form, word)) != word:
                raise _UnreadableError(N_("%(form)s står redan under %(word)s."), form=form, word=other)
        self.exceptions.update(dict.fromkeys(group, word))


def _synonyms(text: str) -> list[tuple[str, str]]:
    if "->" in text:
        word, _, targets = text.partition("->")
        # A line is of one kind: the other's sign would be read as a part of a word.
        pairs = [("" if "=" in text else word.strip(), target.strip()) for target in targets.split("|")]
    else:
        group = [expression.strip() for expression in text.split("=")]
        pairs = [(a, b) for a in group for b in group if a != b]
    if not pairs or not all(_has_a_word(a) and _has_a_word(b) for a, b in pairs):
        raise _UnreadableError(N_("Skriv a = b eller a -> b."))
    return pairs


def _has_a_word(text: str) -> bool:
    return any(sign.isalnum() for sign in text)


def _part(text: str) -> tuple[str, tuple[str, ...]]:
    word, colon, forms = (piece.strip() for piece in text.partition(":"))
    if len(word.split()) != 1 or (colon and not forms):
        raise _UnreadableError(N_("Skriv del eller del: form form."))
    return word, tuple(forms.split())


def _stopwords(text: str) -> set[str]:
    words = text.split()
    if not all(word.isalnum() for word in words):
        raise _UnreadableError(N_("Skriv ord med mellanslag mellan."))
    return set(words)
