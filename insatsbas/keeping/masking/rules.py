"""What is looked for when a text is masked, and what stands in its place. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MARK = "[maskerat]"
SHORTEST = 3
NO_ADDRESS = "https://maskerat.invalid/"
_URL = re.compile(r"https?://\S")
_NUMBER = re.compile(r"\+?\d[\d\s()/.+–−-]*\d")
# What people put between the figures of a number.
_BETWEEN = r"[\s()/.+–−-]{0,3}"
_CENTURIES = ("18", "19", "20")
# How many figures a personal number has, without its century and with it.
_SHORT, _LONG = 10, 12
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Order:
    """What to mask: texts, as they may be written. `names` and `addresses` are whether those of accounts are looked in too."""

    texts: tuple[str, ...]
    whole_words: bool = False
    names: bool = False
    addresses: bool = False

    def pattern(self) -> re.Pattern[str]:
        """Finds the texts, whatever their case and however their lines are broken; å is å, and a is a. The longest first."""
        texts = sorted(filter(None, map(str.strip, self.texts)), key=len, reverse=True)
        return re.compile("|".join(_any_way(text, self.whole_words) for text in texts), re.IGNORECASE)


def _any_way(text: str, whole_words: bool) -> str:
    if _NUMBER.fullmatch(text) and sum(map(str.isdigit, text)) > SHORTEST:
        return _number(re.sub(r"\D", "", text))
    words = r"\s+".join("".join(map(_letter, word)) for word in unicodedata.normalize("NFC", text).split())
    return rf"(?<!\w){words}(?!\w)" if whole_words else words


def _letter(letter: str) -> str:
    """A letter, be it written as one sign or as a letter with its dots beside it."""
    parts = unicodedata.normalize("NFD", letter)
    return re.escape(letter) if parts == letter else f"(?:{re.escape(letter)}|{re.escape(parts)})"


def _number(digits: str) -> str:
    """A number, however its figures are grouped; one that may be a personal number with its century or without."""
    century = ""
    if len(digits) == _LONG and digits.startswith(_CENTURIES):
        digits, century = digits[2:], f"(?:{digits[:2]}{_BETWEEN})?"
    elif len(digits) == _SHORT:
        century = f"(?:(?:{'|'.join(_CENTURIES)}){_BETWEEN})?"
    return rf"(?<!\d){century}{_BETWEEN.join(digits)}(?!\d)"


def fault(order: Order, why: str) -> str | None:
    """Which rule an order breaks: "short", "mark" or "why"; None for one that may be carried out."""
    texts = [text for text in map(str.strip, order.texts) if text]
    if not texts or any(len(text) < SHORTEST for text in texts):
        return "short"
    pattern = order.pattern()
    if pattern.search(MARK) or pattern.search(NO_ADDRESS):
        return "mark"
    return "why" if pattern.search(why) else None


def masked(text: str, pattern: re.Pattern[str], longest: int | None = None) -> str:
    """A text with what was looked for taken out. One that gets too long by it is cut, but never loses the mark."""
    result = pattern.sub(MARK, text)
    if longest is None or len(result) <= longest or result == text:
        return result
    cut = result[:longest]
    return cut if MARK in cut else result[: longest - len(MARK)] + MARK


def as_url(text: str) -> str:
    """A masked address of a page: still an address, whatever went from it."""
    return text if _URL.match(text) else NO_ADDRESS


def shown(text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """Each place in a text, as the whole words that it stands in: so that one sees whether more was found than meant."""
    for match in pattern.finditer(text):
        start, end = match.span()
        while start and (text[start - 1].isalnum()):
            start -= 1
        while end < len(text) and text[end].isalnum():
            end += 1
        yield " ".join(text[start:end].split())[:_LONGEST_SHOWN]


@dataclass(frozen=True, slots=True)
class Found:
    """Where a text stands: in how many rows of a table, how many times."""

    table: str
    rows: int
    times: int


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was found, and the words it stood in with how often."""

    places: Sequence[Found]
    words: Counter[str]

    @property
    def times(self) -> int:
        """How many times in all."""
        return sum(place.times for place in self.places)
