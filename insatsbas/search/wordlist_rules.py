"""What may be changed in the word lists, and what program updates bring to them; nothing here knows where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from insatsbas.core.text import N_
from insatsbas.search.wordlists import LINE_MAX, Fault, Line, ListKind, tidy, understood


@dataclass(frozen=True, slots=True)
class Change:
    """A line to come, to be another, or to go. `at` is the number of the line that is there, None for a new one; `text` None: it goes."""

    kind: ListKind
    at: int | None
    text: str | None

    def after(self, lines: Sequence[Line]) -> list[Line]:
        """The lines as they will be. A new one stands last, with 0 for its number."""
        if self.at is None:
            return [*lines, Line(self.kind, 0, tidy(self.text or ""))]
        rest = [line for line in lines if line.at != self.at]
        return rest if self.text is None else [*rest, Line(self.kind, self.at, tidy(self.text))]

    def words(self, lines: Sequence[Line]) -> list[str]:
        """The expressions of the lines that it concerns, as they are and as they will be: what one would search for to see it."""
        concerned = [line.text for line in lines if line.at == self.at] + ([tidy(self.text)] if self.text else [])
        signs = str.maketrans({"=": "\n", "|": "\n", ":": "\n"})
        pieces = [piece.strip() for text in concerned for piece in text.replace("->", "\n").translate(signs).split("\n")]
        # The forms of a word are many words, and the first says enough.
        singles = [piece if self.kind is ListKind.SYNONYMS else piece.partition(" ")[0] for piece in pieces]
        return list(dict.fromkeys(single for single in singles if single))


def fault(lines: Sequence[Line], change: Change) -> Fault | None:
    """Why a change may not be made to the lines in force; None when it may. To let a line go always may."""
    if change.text is None:
        return None
    line = Line(change.kind, change.at or 0, tidy(change.text))
    if not line.text:
        return Fault(line, N_("Skriv en rad."), {})
    if len(line.text) > LINE_MAX:
        return Fault(line, N_("Raden är för lång."), {})
    if any(other.kind is line.kind and other.text == line.text and other.at != line.at for other in lines):
        return Fault(line, N_("Raden finns redan."), {})
    before = {known.line for known in understood(lines)[1]}
    return next((found for found in understood(change.after(lines))[1] if found.line not in before), None)


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of the database as an update sees it: `shipped` is what came with the program, None for the co-ordinator's own."""

    line: Line
    shipped: str | None
    removed: bool


@dataclass(frozen=True, slots=True)
class Update:
    """What an update of the program brings: lines to add, own lines that it now brings too, those to let go, and those to call own.

    All but the first are numbers of lines that are there. `refused` can not be read together with what the co-ordinator has written.
    """

    added: tuple[Line, ...] = ()
    recognised: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    own: tuple[int, ...] = ()
    refused: tuple[Fault, ...] = ()


def update(kept: Sequence[Kept], shipped: Sequence[Line]) -> Update:
    """What to do with the lines that come with the program, beside those that are kept. What the co-ordinator has changed stays so.

    A line of the program's that is there, was changed or was removed is not laid in again. One that the program no longer brings
    goes, unless the co-ordinator has changed it: then it is the co-ordinator's own.
    """
    brought = {(line.kind, line.text) for line in shipped}
    known = {(k.line.kind, k.shipped) for k in kept if k.shipped is not None}
    own_lines = {(k.line.kind, k.line.text): k.line.at for k in kept if k.shipped is None}
    dropped = [k for k in kept if k.shipped is not None and (k.line.kind, k.shipped) not in brought]
    gone = tuple(k.line.at for k in dropped if k.line.text == k.shipped)
    fresh = [line for line in dict.fromkeys(replace(line, at=0) for line in shipped) if (line.kind, line.text) not in known]
    recognised = tuple(own_lines[line.kind, line.text] for line in fresh if (line.kind, line.text) in own_lines)
    new = [line for line in fresh if (line.kind, line.text) not in own_lines]
    staying = [k.line for k in kept if not k.removed and k.line.at not in gone]
    # What is there is read first, so that of two that do not go together it is the new one that is refused.
    refused = tuple(found for found in understood([*staying, *new])[1] if found.line.at == 0)
    unreadable = {found.line for found in refused}
    return Update(
        added=tuple(line for line in new if line not in unreadable),
        recognised=recognised,
        gone=gone,
        own=tuple(k.line.at for k in dropped if k.line.text != k.shipped),
        refused=refused,
    )
