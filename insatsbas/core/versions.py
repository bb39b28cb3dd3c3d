"""Numbers that are raised when something that processes keep a copy of has changed: each compares its copy's number with the row.

A table whose rows are kept so names what it belongs to, `info={"version": "lists"}` among its arguments, and nothing more is to be
remembered: listeners raise the number in the same transaction as the change, whoever makes it and however.

Not for what a single row can tell by itself, as the version of an intervention does.
"""

from collections.abc import Iterable, Mapping

from flask import g, has_request_context
from sqlalchemy import String, event, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, UOWTransaction, mapped_column

from insatsbas.core.db import Base

# The word lists of search; and what filters offer and names mean: needs, terms, municipalities and their places, organisations, commuting.
WORDS, LISTS = "words", "lists"
_KEY = "version"


class Version(Base):
    """How many times something has changed; absent when it never has."""

    __tablename__ = "version"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int]


_ALL = select(Version.__table__.c.name, Version.__table__.c.number)


def versions(session: Session) -> Mapping[str, int]:
    """Every number, by its name; what is absent counts as 0. Asked for once in a request.

    To be read before what is kept is: then a copy can be newer than its number, which costs a reading, and never older.
    """
    known: Mapping[str, int] | None = g.get(_KEY) if has_request_context() else None
    if known is None:
        known = numbers(session)
        if has_request_context():
            setattr(g, _KEY, known)
    return known


def numbers(session: Session) -> Mapping[str, int]:
    """The same, asked for now: for a session that is not the request's."""
    # By the table, past the listeners of the session: every page asks this.
    return {row.name: row.number for row in session.connection().execute(_ALL)}


def raise_version(session: Session, name: str) -> None:
    """Count up, at once and in the session's transaction. What listeners see to need not be told."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    counted = {"number": Version.__table__.c.number + 1}
    session.execute(insert(Version).values(name=name, number=1).on_conflict_do_update(index_elements=["name"], set_=counted))
    if has_request_context():
        g.pop(_KEY, None)


def listen() -> None:
    """Begin to listen, once in a process."""
    for name, listener in (("after_flush", _after_flush), ("do_orm_execute", _on_statement)):
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener)


def _after_flush(session: Session, _context: UOWTransaction) -> None:
    changed = (*session.new, *session.deleted, *(thing for thing in session.dirty if session.is_modified(thing)))
    _raise(session, (inspect(thing).mapper.local_table.info.get(_KEY) for thing in changed))


def _on_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        _raise(state.session, [getattr(getattr(state.statement, "table", None), "info", {}).get(_KEY)])


def _raise(session: Session, names: Iterable[str | None]) -> None:
    # In one order, so that two who write do not wait for each other.
    for name in sorted({name for name in names if name is not None}):
        raise_version(session, name)
