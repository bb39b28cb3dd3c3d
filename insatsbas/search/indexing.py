"""Keeping the index in step with the database: doing the queued jobs, making the index anew, proving that the two are equal."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from insatsbas.catalogue import queries
from insatsbas.core.db import db, writing
from insatsbas.core.progress import Progress
from insatsbas.search.documents import document
from insatsbas.search.engine import Document
from insatsbas.search.models import IndexJob, JobKind
from insatsbas.search.service import Search

log = logging.getLogger(__name__)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the index stands to the database: ids that are missing, that should not be there, that are old; jobs still waiting."""

    missing: tuple[int, ...]
    extra: tuple[int, ...]
    stale: tuple[int, ...]
    found: int
    waiting: int

    @property
    def is_equal(self) -> bool:
        """Whether the index shows the database as it is."""
        return not (self.missing or self.extra or self.stale)


def drain(search: Search, *, wait: bool = False) -> int:
    """Do the queued jobs; how many were done.

    Another writer at work leaves them for itself, or for the next one: whoever held the lock looks once more after letting go.
    An index that is not there, or not of this analysis, is made anew.
    """
    done = 0
    while True:
        with search.engine.writing(wait=wait) as alone:
            if not alone:
                return done
            if not search.engine.is_ready():
                _rebuild(search)
            while count := _drain_some(search):
                done += count
        if not _waiting():
            return done


def _drain_some(search: Search) -> int:
    """Do some of the jobs as one commit of the index. They go only once the index is seen to agree, and only those that were read."""
    with Session(db.engine) as session:
        jobs = session.execute(select(IndexJob.id, IndexJob.kind, IndexJob.ref).order_by(IndexJob.id).limit(_AT_ONCE)).all()
        if not jobs:
            return 0
        ids = {number for _, kind, ref in jobs for number in _touched(session, kind, ref)}
        documents = _documents(session, search, ids)
    search.engine.apply(ids - {d.id for d in documents}, documents)
    marks = search.engine.marks(ids)
    seen = all(marks.get(d.id) == d.mark for d in documents) and not (ids - {d.id for d in documents}) & marks.keys()
    if not seen:
        raise RuntimeError("the index does not show what was written to it")
    with writing() as session:
        session.execute(delete(IndexJob).where(IndexJob.id.in_([number for number, _, _ in jobs])))
    return len(jobs)


def _touched(session: Session, kind: JobKind, ref: int) -> Iterable[int]:
    match kind:
        case JobKind.INTERVENTION:
            return [ref]
        case JobKind.NEED:
            return queries.ids_with_need(session, ref)
        case JobKind.TERM:
            return queries.ids_with_term(session, ref)
        case JobKind.ORGANISATION:
            return queries.ids_of_owner(session, ref)
        case JobKind.MUNICIPALITY:
            return queries.ids_given_in(session, f"{ref:04d}")


def _documents(session: Session, search: Search, ids: Iterable[int]) -> list[Document]:
    return [document(row, search.analysis) for row in queries.for_indexing(session, ids)]


def rebuild(search: Search) -> int:
    """Make the index anew, aside, and then do the jobs queued since; how many documents it has."""
    with search.engine.writing(wait=True):
        count = _rebuild(search)
    drain(search, wait=True)
    return count


def _rebuild(search: Search) -> int:
    documents: list[Document] = []
    with Session(db.engine) as session:
        # One transaction: the index is made of one moment, and what changes later has its jobs.
        ids = queries.public_ids_of_all(session)
        progress = Progress("Bygger sökindexet", len(ids))
        for start in range(0, len(ids), _AT_ONCE):
            documents += _documents(session, search, ids[start : start + _AT_ONCE])
            session.expunge_all()
            progress.advance(min(_AT_ONCE, len(ids) - start))
    search.keep_lists()
    search.engine.rebuild(documents)
    search.drop_older_lists()
    log.info("Sökindexet är byggt: %d insatser.", len(documents))
    return len(documents)


def compare(search: Search) -> Comparison:
    """Compare every document of the index with what the database says it should be.

    Raises:
        EngineError: there is no readable index.
    """
    want: dict[int, str] = {}
    with Session(db.engine) as session:
        ids = queries.public_ids_of_all(session)
        for start in range(0, len(ids), _AT_ONCE):
            want |= {d.id: d.mark for d in _documents(session, search, ids[start : start + _AT_ONCE])}
            session.expunge_all()
        waiting = session.scalar(select(func.count()).select_from(IndexJob)) or 0
    have = search.engine.marks()
    return Comparison(
        missing=tuple(sorted(want.keys() - have.keys())),
        extra=tuple(sorted(have.keys() - want.keys())),
        stale=tuple(sorted(number for number in want.keys() & have.keys() if want[number] != have[number])),
        found=len(have),
        waiting=waiting,
    )


def _waiting() -> bool:
    with Session(db.engine) as session:
        return session.scalar(select(IndexJob.id).limit(1)) is not None
