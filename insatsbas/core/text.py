"""Small things about text that more than one feature needs."""

import re
import unicodedata

# What neither XML, a workbook nor PostgreSQL can hold, and what no one means to write.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def N_(text: str) -> str:
    """Marks a text for translation where it is written; it is translated where it is shown."""
    return text


def fold(text: str) -> str:
    """Without dots and accents, as people type in a hurry: å ä ö é become a a o e."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def slug(text: str, *, longest: int = 40) -> str:
    """A code made of a name: ASCII letters, digits and hyphens. Never empty."""
    code = re.sub(r"[^a-z0-9]+", "-", fold(text).lower()).strip("-")
    return code[:longest].strip("-") or "x"


def unique_slug(text: str, taken: set[str], *, longest: int = 40) -> str:
    """A code that none of `taken` is, with a number where needed. It is added to `taken`."""
    base = slug(text, longest=longest)
    code, step = base, 2
    while code in taken:
        ending = f"-{step}"
        code, step = base[: longest - len(ending)].rstrip("-") + ending, step + 1
    taken.add(code)
    return code
