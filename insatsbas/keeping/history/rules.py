"""How two texts, or two lists, differ: word by word, for people to read. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# A word or a sign with the space before it, so that a space by itself is never what differs.
_TOKEN = re.compile(r"\s*(?:\w+|[^\w\s])|\s+$")
_WORD = re.compile(r"\w+")
# An unchanged stretch longer than this is folded, but for so many words on each side that changes.
_LONGEST, _KEPT = 40, 10
_LONGEST_LIST, _KEPT_ITEMS = 6, 1
# So few unchanged words between two changes are read as part of them.
_ISLAND = 2
# More than this is compared roughly, and far more not at all: reading goes on though somebody has pasted a book.
_EXACT, _ROUGH = 150_000, 100_000_000
# Two items less alike than this are two items, not one that was changed.
_ALIKE = 0.5


class Change(StrEnum):
    """What became of a piece of text."""

    SAME = "lika"
    GONE = "borta"
    NEW = "ny"
    FOLDED = "vikt"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text of one fate. `count` is how many words, or items, a folded one holds."""

    change: Change
    text: str = ""
    count: int = 0


Row = tuple[Piece, ...]
_Opcode = tuple[str, int, int, int, int]


def by_words(before: str, after: str) -> Row:
    """How one text became the other, with long unchanged stretches folded."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    pieces: list[Piece] = []
    for what, i, j, k, m in _joined(_opcodes(old, new), old):
        if what == "equal":
            pieces.append(Piece(Change.SAME, "".join(old[i:j])))
            continue
        gone, come = "".join(old[i:j]), "".join(new[k:m])
        # The space before both is of neither.
        space = _space_of(gone) if _space_of(gone) == _space_of(come) else ""
        if space and pieces:
            space, pieces[-1] = "", Piece(Change.SAME, pieces[-1].text + space)
            gone, come = gone.lstrip(), come.lstrip()
        told = ((Change.SAME, space), (Change.GONE, gone[len(space) :]), (Change.NEW, come[len(space) :]))
        pieces += [Piece(change, text) for change, text in told if text]
    last = len(pieces) - 1
    return tuple(part for n, piece in enumerate(pieces) for part in _folded(piece, is_first=n == 0, is_last=n == last))


def _space_of(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def by_items(before: Sequence[str], after: Sequence[str], *, within: bool = False) -> tuple[Row, ...]:
    """How one list became the other, item by item; `within` tells of an item that was changed what was, by words."""
    rows: list[Row] = []
    for what, i, j, k, m in _opcodes(before, after):
        if what == "equal":
            rows += _folded_items(before[i:j])
        elif within and j - i == m - k:
            for old, new in zip(before[i:j], after[k:m], strict=True):
                rows += [by_words(old, new)] if _are_alike(old, new) else [_row(Change.GONE, old), _row(Change.NEW, new)]
        else:
            rows += [_row(Change.GONE, text) for text in before[i:j]]
            rows += [_row(Change.NEW, text) for text in after[k:m]]
    return tuple(rows)


def _row(change: Change, text: str) -> Row:
    return (Piece(change, text),)


def _opcodes(old: Sequence[str], new: Sequence[str]) -> list[_Opcode]:
    """What to do to the one to get the other. What both begin and end with is set aside first: it is most of it, as a rule."""
    shortest = min(len(old), len(new))
    start = next((n for n in range(shortest) if old[n] != new[n]), shortest)
    end = next((n for n in range(shortest - start) if old[-1 - n] != new[-1 - n]), shortest - start)
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    size = len(middle_old) * len(middle_new)
    found: list[_Opcode] = [("equal", 0, start, 0, start)] if start else []
    if size > _ROUGH:
        found.append(("replace", start, len(old) - end, start, len(new) - end))
    else:
        matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=size > _EXACT)
        found += [(what, i + start, j + start, k + start, m + start) for what, i, j, k, m in matcher.get_opcodes()]
    if end:
        found.append(("equal", len(old) - end, len(old), len(new) - end, len(new)))
    return found


def _joined(opcodes: Sequence[_Opcode], old: Sequence[str]) -> Iterator[_Opcode]:
    """The same with an island of a word or two between changes taken into them: whole phrases are easier to read than confetti."""
    held: _Opcode | None = None
    last = len(opcodes) - 1
    for n, (what, i, j, k, m) in enumerate(opcodes):
        is_island = what == "equal" and 0 < n < last and sum(bool(_WORD.search(word)) for word in old[i:j]) < _ISLAND
        if what == "equal" and not is_island:
            if held:
                yield held
            held = None
            yield what, i, j, k, m
        else:
            held = ("replace", held[1], j, held[3], m) if held else ("replace", i, j, k, m)
    if held:
        yield held


def _folded(piece: Piece, *, is_first: bool, is_last: bool) -> Iterator[Piece]:
    words = list(_WORD.finditer(piece.text))
    if piece.change is not Change.SAME or len(words) <= _LONGEST:
        yield piece
        return
    head = 0 if is_first else words[_KEPT - 1].end()
    tail = len(piece.text) if is_last else words[-_KEPT].start()
    hidden = len(words) - (0 if is_first else _KEPT) - (0 if is_last else _KEPT)
    if head:
        yield Piece(Change.SAME, piece.text[:head])
    yield Piece(Change.FOLDED, count=hidden)
    if tail < len(piece.text):
        yield Piece(Change.SAME, piece.text[tail:])


def _folded_items(items: Sequence[str]) -> Iterator[Row]:
    if len(items) <= _LONGEST_LIST:
        yield from (_row(Change.SAME, item) for item in items)
        return
    yield from (_row(Change.SAME, item) for item in items[:_KEPT_ITEMS])
    yield (Piece(Change.FOLDED, count=len(items) - 2 * _KEPT_ITEMS),)
    yield from (_row(Change.SAME, item) for item in items[-_KEPT_ITEMS:])


def _are_alike(old: str, new: str) -> bool:
    old_words, new_words = set(_WORD.findall(old)), set(_WORD.findall(new))
    return 2 * len(old_words & new_words) >= _ALIKE * (len(old_words) + len(new_words))
