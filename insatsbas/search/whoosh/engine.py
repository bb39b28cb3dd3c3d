"""The embedded engine: `store` writes, `snapshot` reads, `answer` reckons."""

import os
import pickle
import struct
import threading
import time
import zlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager

from insatsbas.core import clock
from insatsbas.search.engine import ACTIVE_ONLY, Document, EngineError, Filters, Question, Results, Vocabulary
from insatsbas.search.query import Plan
from insatsbas.search.whoosh import snapshot
from insatsbas.search.whoosh.answer import Answers
from insatsbas.search.whoosh.postings import TEXT
from insatsbas.search.whoosh.store import Store

_TRIES = 10
_UNREADABLE = "Sökindexet saknas eller går inte att läsa. Kör insatsbas index rebuild."
# What a damaged file gives when its postings are read, long after it was opened: ValueError from arrays of senseless sizes.
_DAMAGE = (EOFError, ValueError, pickle.UnpicklingError, struct.error, zlib.error)
# A file system tells the time of a change in steps of some milliseconds: two within one look the same.
_SETTLED = 100_000_000
# So many of the commonest words have the longest lists of postings; the others are read in a moment.
_WARMED = 500


class WhooshEngine:
    """Search by an index on the local disk. One instance a process; it looks for a newer index at each question."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._answers: Answers | None = None
        self._seen: tuple[int, int] | None = None
        self._lock = threading.Lock()

    def find(self, question: Question) -> Results:
        """Answer a question.

        Raises:
            EngineError: there is no readable index.
        """
        try:
            return self._current().to(question)
        except _DAMAGE as error:
            raise EngineError(_UNREADABLE) from error

    def apply(self, gone: Collection[int], documents: Sequence[Document]) -> None:
        """Take away and put in, as one change that is on disk when this returns."""
        self.store.apply(self._current().snapshot.places_of({*gone, *(document.id for document in documents)}), documents)

    def rebuild(self, documents: Sequence[Document]) -> None:
        """Make a new index aside and move to it."""
        self.store.rebuild(documents)

    def discard_old(self) -> None:
        """Throw away all generations but the one in force. Who was about to open one looks for the newest again."""
        self.store.discard_old()

    def marks(self, ids: Collection[int] | None = None) -> Mapping[int, str]:
        """The id and the mark of every document that is found now, or of those of `ids` that are."""
        return self._current().snapshot.marks_of(ids)

    def vocabulary(self) -> Vocabulary:
        """The words of the catalogue; the same object until the index changes.

        Raises:
            EngineError: there is no readable index.
        """
        try:
            return self._current().snapshot.vocabulary
        except _DAMAGE as error:
            raise EngineError(_UNREADABLE) from error

    def warm(self) -> None:
        """Open the index, and read what the first questions are most likely to ask for. Waits for the disk; safe beside questions.

        Raises:
            EngineError: there is no readable index.
        """
        answers = self._current()
        try:
            for stem in answers.snapshot.commonest(_WARMED):
                answers.snapshot.term(TEXT, stem)
                answers.snapshot.term("part", stem)
        except _DAMAGE as error:
            raise EngineError(_UNREADABLE) from error
        self.find(Question(Plan(), Filters(ACTIVE_ONLY), clock.today()))
        self.vocabulary()

    def cached_bytes(self) -> int:
        """What is kept in memory of postings and clauses, beside the facts of the documents. Bounded."""
        return self._answers.snapshot.cached_bytes if self._answers is not None else 0

    def is_ready(self) -> bool:
        """Whether there is a readable index, made by the analysis in force."""
        if not self.store.is_of_this_analysis():
            return False
        try:
            self._current()
        except EngineError:
            return False
        return True

    def writing(self, *, wait: bool) -> AbstractContextManager[bool]:
        """Be the only one who calls `apply` and `rebuild`. Yields whether we are; without `wait`, at once."""
        return self.store.locked(wait=wait)

    def _current(self) -> Answers:
        """Answers from the newest snapshot. A segment may be merged away while it is opened: then there is a newer one to open."""
        held = self._answers
        if held is not None and self._seen is not None and self._seen == self._times(held.snapshot.generation[0]):
            return held
        fault: Exception | None = None
        for _ in range(_TRIES):
            # Before the name in force is read: if that is moved after it, the times differ at the next question.
            moved = _changed(self.store.folder)
            folder = self.store.current()
            if folder is None:
                break
            try:
                return self._newest(str(folder), moved)
            except Exception as error:
                # A file that is cut short or gone fails in any way at all: Whoosh unpickles what it finds.
                fault = error
        raise EngineError(_UNREADABLE) from fault

    def _newest(self, folder: str, moved: int | None) -> Answers:
        changed = _changed(folder)
        seen = None if moved is None or changed is None else (moved, changed)
        held = self._answers
        if held is None or held.snapshot.generation != snapshot.generation(folder):
            with self._lock:
                held = self._answers
                if held is None or held.snapshot.generation != snapshot.generation(folder):
                    same_index = held.snapshot if held is not None and held.snapshot.generation[0] == folder else None
                    self._answers = held = Answers(snapshot.read(folder, same_index))
        # From now on nothing has to be read to know that there is nothing newer: unless the last change is so new that another
        # may have the same time.
        self._seen = seen if seen is not None and max(seen) < time.time_ns() - _SETTLED else None
        return held

    def _times(self, folder: str) -> tuple[int, int] | None:
        """When the name of the generation in force and the list of its files last changed; None when either is gone."""
        moved, changed = _changed(self.store.folder), _changed(folder)
        return None if moved is None or changed is None else (moved, changed)


def _changed(folder: str | os.PathLike[str]) -> int | None:
    """When something last came to a folder or went from it; None when it is gone."""
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return None
