"""Whoosh as storage: where the index lies, how it is written, and how a new one takes the place of an old.

The folder holds generations, `g-…`, each a whole index, and a file `current` that names the one in force. A rebuild
makes a new generation aside and moves the name. One process writes at a time, under a lock on the file `lock`.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from whoosh import fields, index
from whoosh.analysis import IDAnalyzer
from whoosh.formats import Existence

from insatsbas.search.engine import Document
from insatsbas.search.whoosh.writing import ArrayWriter, merge_alike

CURRENT, LOCK, MARK = "current", "lock", "mark"
_ONE_FILE = 5000
TEXT_FIELDS = ("title", "keywords", "summary", "body")
# The words as they are written: for the catalogue's vocabulary, never matched.
WORDS = "word"
COUNTED_FIELDS = ("part", "folded", "gram", WORDS)
# What is found by how often it stands where; `gram` by whether it is there at all.
FIELDS = (*TEXT_FIELDS, "part", "folded", "gram")


@cache
def schema() -> fields.Schema:
    """What Whoosh keeps. Terms come ready-made, in lists, so that it is our analysis and no other that decides."""
    ready = fields.FieldType(Existence(), IDAnalyzer(), scorable=True)
    return fields.Schema(
        id=fields.STORED,
        facts=fields.STORED,
        **dict.fromkeys((*TEXT_FIELDS, *COUNTED_FIELDS), ready),
    )


class Store:
    """One index on one disk."""

    def __init__(self, folder: Path, analysis_mark: str) -> None:
        self.folder = folder
        self._analysis_mark = analysis_mark

    def current(self) -> Path | None:
        """The generation in force; None when there is none."""
        try:
            name = (self.folder / CURRENT).read_text("ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        return self.folder / name if name else None

    def is_of_this_analysis(self) -> bool:
        """Whether the generation in force was made by the analysis in force. Otherwise it must be made anew."""
        current = self.current()
        if current is None:
            return False
        try:
            return (current / MARK).read_text("ascii") == self._analysis_mark
        except (OSError, UnicodeDecodeError):
            return False

    @contextmanager
    def locked(self, *, wait: bool) -> Iterator[bool]:
        """Be the only writer. Yields whether we are; without `wait`, at once. The lock goes with the process, however it ends."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            yield True

    def apply(self, gone: Mapping[str, Collection[int]], documents: Sequence[Document]) -> None:
        """Take away and put in, as one commit. What is to go is told by each segment's name and its documents' numbers there."""
        current = self.current()
        if current is None:
            raise FileNotFoundError(self.folder / CURRENT)
        before = set(current.iterdir())
        _write(index.open_dir(str(current), schema=schema()), gone, documents)
        _sync(current, before)

    def rebuild(self, documents: Sequence[Document]) -> None:
        """A new generation, made aside; then the name is moved, and what is older than the one before is thrown away."""
        before = self.current()
        name = f"g-{secrets.token_hex(6)}"
        new = self.folder / name
        new.mkdir(parents=True)
        try:
            _write(index.create_in(str(new), schema()), {}, documents)
            (new / MARK).write_text(self._analysis_mark, "ascii")
            _sync(new)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        pointer = self.folder / f"{CURRENT}.{name}"
        pointer.write_text(name, "ascii")
        _sync_file(pointer)
        pointer.replace(self.folder / CURRENT)
        _sync_file(self.folder)
        # A reader may be about to open the one before; what is older nobody reads.
        self._discard_all_but(new, before)

    def discard_old(self) -> None:
        """Throw away every generation but the one in force."""
        self._discard_all_but(self.current())

    def _discard_all_but(self, *kept: Path | None) -> None:
        for old in self.folder.glob("g-*"):
            if old not in kept:
                shutil.rmtree(old, ignore_errors=True)
        # Of rebuilds that were killed just before they moved the name.
        for draft in self.folder.glob(f"{CURRENT}.*"):
            draft.unlink(missing_ok=True)


def _write(target: index.FileIndex, gone: Mapping[str, Collection[int]], documents: Sequence[Document]) -> None:
    # The lock on our own file is the one that counts: Whoosh's is taken by us alone. One file for a small segment is copied to memory
    # when it is opened, which is quick; a large one is left where it is.
    writer = ArrayWriter(target, compound=len(documents) <= _ONE_FILE)
    try:
        for segment in writer.segments:
            for number in gone.get(str(segment.segment_id()), ()):
                segment.delete_document(number)
        for document in documents:
            writer.add(document, placed=TEXT_FIELDS, counted=COUNTED_FIELDS)
        writer.commit(mergetype=merge_alike)
    except BaseException:
        # A commit that failed would keep Whoosh's lock for ever.
        writer.cancel()
        raise


def _sync(folder: Path, written_before: Collection[Path] = ()) -> None:
    """Whoosh leaves writing to the disk to the system; a power cut must not leave a segment that is named but empty.

    A file is written once, and a change makes new ones.
    """
    for file in folder.iterdir():
        if file not in written_before and file.is_file():
            _sync_file(file)
    _sync_file(folder)


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
