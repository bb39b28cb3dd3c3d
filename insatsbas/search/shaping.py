"""The word lists that an index was made by, kept beside it.

What shapes the index (parts and exceptions) may change long before a new index has been made by it. Until then questions must be
understood as the old one was, in every process and also in one that starts meanwhile: so the lists lie with the index, by its mark.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from insatsbas.search.wordlists import Line, ListKind

_NAME = "lists-{}.json"


def keep(folder: Path, mark: str, lines: Iterable[Line]) -> None:
    """Keep the lines by which an index with this mark is about to be made. To be called by whoever alone writes to the folder."""
    told = [[line.kind.value, line.at, line.text] for line in lines if line.kind.shapes_the_index]
    draft = folder / f"{_NAME.format(mark)}.{os.getpid()}"
    draft.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    draft.replace(folder / _NAME.format(mark))


def kept(folder: Path, mark: str) -> tuple[Line, ...] | None:
    """The lines by which the index with this mark was made; None when they are not there, or cannot be read."""
    try:
        rows = json.loads((folder / _NAME.format(mark)).read_text("utf-8"))
        return tuple(Line(ListKind(kind), at, text) for kind, at, text in rows)
    except (OSError, ValueError, TypeError):
        return None


def drop_all_but(folder: Path, mark: str) -> None:
    """Throw away the lines of indexes that are no more."""
    for file in folder.glob(_NAME.format("*")):
        if file.name != _NAME.format(mark):
            file.unlink(missing_ok=True)
