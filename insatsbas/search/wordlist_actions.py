"""Every write of the word lists. Never commits; each change is in effect in every process once it is committed (`service`)."""

import logging
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.core import events
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Viewer
from insatsbas.search import wordlist_queries
from insatsbas.search.wordlist_models import WordLine
from insatsbas.search.wordlist_rules import Change, Kept, fault, update
from insatsbas.search.wordlists import Line, ListKind, lines_of, tidy

log = logging.getLogger(__name__)


def lay_in(viewer: Viewer, session: Session, shipped: Sequence[Line] | None = None) -> int:
    """Lay in the lists that come with the program; how many lines are new. What the co-ordinator has changed or removed stays so."""
    require(viewer, Permission.COORDINATE)
    rows = {row.id: row for row in session.scalars(select(WordLine).order_by(WordLine.id))}
    kept = [Kept(Line(row.kind, row.id, row.line), row.shipped, row.removed) for row in rows.values()]
    brought = update(kept, lines_of() if shipped is None else shipped)
    for number in brought.gone:
        session.delete(rows[number])
    for number in brought.recognised:
        rows[number].shipped = rows[number].line
    for number in brought.own:
        rows[number].shipped = None
    for refused in brought.refused:
        log.warning("%s: raden %s lades inte in. %s", refused.line.kind, refused.line.text, refused)
    session.add_all(WordLine(kind=line.kind, line=line.text, note="", shipped=line.text, removed=False) for line in brought.added)
    session.flush()
    return len(brought.added)


def add(viewer: Viewer, session: Session, kind: ListKind, text: str, note: str) -> WordLine:
    """Add a line to a list.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
        RefusedError: it cannot be read, or is there already.
    """
    require(viewer, Permission.COORDINATE)
    _check(session, Change(kind, None, text))
    row = WordLine(kind=kind, line=tidy(text), note=note, shipped=None, removed=False)
    session.add(row)
    session.flush()
    events.record(viewer, session, "sokord.nytt", subject=f"sokord:{row.id}", text=row.line)
    return row


def change(viewer: Viewer, session: Session, row: WordLine, text: str, note: str) -> None:
    """Let a line be another.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
        RefusedError: it cannot be read, is there already, or has been removed.
    """
    require(viewer, Permission.COORDINATE)
    if row.removed:
        raise RefusedError(_("Raden är borttagen. Återställ den först."))
    _check(session, Change(row.kind, row.id, text))
    before, row.line, row.note = row.line, tidy(text), note
    if not session.is_modified(row):
        return
    session.flush()
    told = row.line if row.line == before else f"{before} → {row.line}"
    events.record(viewer, session, "sokord.andrat", subject=f"sokord:{row.id}", text=told)


def remove(viewer: Viewer, session: Session, row: WordLine) -> None:
    """Let a line go. It is kept, and can be put back.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
    """
    require(viewer, Permission.COORDINATE)
    if row.removed:
        return
    row.removed = True
    session.flush()
    events.record(viewer, session, "sokord.borttaget", subject=f"sokord:{row.id}", text=row.line)


def put_back(viewer: Viewer, session: Session, row: WordLine) -> None:
    """Let a line that was removed be in force again.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
        RefusedError: it does not go together with what has been written since.
    """
    require(viewer, Permission.COORDINATE)
    if not row.removed:
        return
    _check(session, Change(row.kind, None, row.line))
    row.removed = False
    session.flush()
    events.record(viewer, session, "sokord.ater", subject=f"sokord:{row.id}", text=row.line)


def _check(session: Session, wanted: Change) -> None:
    found = fault(wordlist_queries.in_force(session), wanted)
    if found is not None:
        raise RefusedError(_(found.message, **found.values))
