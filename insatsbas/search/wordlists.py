"""The word lists that search is made of, as tracked, commented text in `index/`."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from insatsbas.core import paths
from insatsbas.core.errors import InsatsbasError

FILES = ("synonyms.txt", "exceptions.txt", "parts.txt", "stopwords.txt")


class WordListError(InsatsbasError):
    """A line of a word list cannot be read. Tells the file and the line."""


@dataclass(frozen=True, slots=True)
class WordLists:
    """The lists as read.

    `exceptions` leads from a form to the word it is a form of, `parts` from a dictionary word to its linking forms,
    `synonyms` from an expression to the expressions that also answer it. `mark` changes when a file that shapes the index does.
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
    folder = folder or paths.shipped("index")
    lines = {name: _lines(folder / name) for name in FILES}
    shaping = "\n".join(line for name in FILES[1:3] for _, line in lines[name])
    return WordLists(
        synonyms=tuple(pair for number, line in lines["synonyms.txt"] for pair in _synonyms(number, line)),
        exceptions=_exceptions(lines["exceptions.txt"]),
        parts=dict(_part(number, line) for number, line in lines["parts.txt"]),
        stopwords=frozenset(word for _, line in lines["stopwords.txt"] for word in line.split()),
        mark=hashlib.sha256(shaping.encode()).hexdigest()[:12],
    )


def _lines(file: Path) -> list[tuple[int, str]]:
    rows = enumerate(file.read_text("utf-8").lower().splitlines(), start=1)
    return [(number, text) for number, line in rows if (text := line.partition("#")[0].strip())]


def _synonyms(number: int, line: str) -> list[tuple[str, str]]:
    if "->" in line:
        word, _, targets = line.partition("->")
        # A line is of one kind: the other's sign would be read as a part of a word.
        pairs = [("" if "=" in line else word.strip(), target.strip()) for target in targets.split("|")]
    else:
        group = [expression.strip() for expression in line.split("=")]
        pairs = [(a, b) for a in group for b in group if a != b]
    if not pairs or not all(a and b for a, b in pairs):
        raise WordListError(f"synonyms.txt rad {number}: skriv a = b eller a -> b.")
    return pairs


def _exceptions(lines: list[tuple[int, str]]) -> dict[str, str]:
    words: dict[str, str] = {}
    for number, line in lines:
        word, colon, forms = (piece.strip() for piece in line.partition(":"))
        if not colon or len(word.split()) != 1 or not forms:
            raise WordListError(f"exceptions.txt rad {number}: skriv ord: form form.")
        for form in (word, *forms.split()):
            if words.setdefault(form, word) != word:
                raise WordListError(f"exceptions.txt rad {number}: {form} står redan under {words[form]}.")
    return words


def _part(number: int, line: str) -> tuple[str, tuple[str, ...]]:
    word, colon, forms = (piece.strip() for piece in line.partition(":"))
    if len(word.split()) != 1 or (colon and not forms):
        raise WordListError(f"parts.txt rad {number}: skriv del eller del: form form.")
    return word, tuple(forms.split())
