"""The promises to the index, written by listeners in the same transaction as the change: no writer can forget the index.

Touched objects are gathered at each flush, children included. A statement that changes rows without loading them passes by
the flush; it is refused on the tables that the index shows, unless it says which interventions it touches.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import event, insert
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlalchemy.orm.attributes import get_history

from insatsbas.catalogue.models import (
    Intervention,
    Lesson,
    Link,
    Need,
    Occasion,
    Term,
    intervention_given_in,
    intervention_need,
    intervention_open_for,
    intervention_term,
)
from insatsbas.core.errors import InsatsbasError
from insatsbas.organisations.models import Municipality, Organisation
from insatsbas.search.models import IndexJob, JobKind

TOUCHES = "touches"
_INDEXED = {model.__tablename__ for model in (Intervention, Occasion, Lesson, Link, Need, Term, Organisation, Municipality)} | {
    table.name for table in (intervention_need, intervention_term, intervention_given_in, intervention_open_for)
}


class UntoldChangeError(InsatsbasError):
    """A statement would change what the index shows without saying which interventions it touches."""


def listen() -> None:
    """Begin to listen, once in a process."""
    for name, listener in (("after_flush", _after_flush), ("do_orm_execute", _on_statement)):
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener)


def _after_flush(session: Session, _context: UOWTransaction) -> None:
    jobs = dict.fromkeys(job for thing in (*session.new, *session.dirty, *session.deleted) for job in _jobs_of(session, thing))
    _queue(session, jobs)


def _jobs_of(session: Session, thing: object) -> Iterable[tuple[JobKind, int]]:
    # A new need or organisation is shown by no intervention yet; those that come to show it are touched themselves.
    renamed = thing in session.dirty and session.is_modified(thing)
    match thing:
        case Intervention():
            yield JobKind.INTERVENTION, thing.id
        case Occasion() | Lesson() | Link():
            # One that has moved touches the parent it had as well.
            parents = get_history(thing, "intervention_id").sum()
            yield from ((JobKind.INTERVENTION, number) for number in parents if number is not None)
        case Need() if renamed:
            yield JobKind.NEED, thing.id
        case Term() if renamed:
            yield JobKind.TERM, thing.id
        case Organisation() if renamed:
            yield JobKind.ORGANISATION, thing.id
        case Municipality() if renamed:
            yield JobKind.MUNICIPALITY, int(thing.code)


def _on_statement(state: ORMExecuteState) -> None:
    table = getattr(getattr(state.statement, "table", None), "name", None)
    if not (state.is_insert or state.is_update or state.is_delete) or table not in _INDEXED:
        return
    touched = state.execution_options.get(TOUCHES)
    if touched is None:
        raise UntoldChangeError(f"En sats ändrar {table} utan att säga vilka insatser den rör: execution_options({TOUCHES}=[id …]).")
    _queue(state.session, dict.fromkeys((JobKind.INTERVENTION, number) for number in touched))


def _queue(session: Session, jobs: dict[tuple[JobKind, int], Any]) -> None:
    if jobs:
        session.execute(insert(IndexJob), [{"kind": kind, "ref": ref} for kind, ref in jobs])
