"""Every write of files that are read in the browser: letting them wait, taking them in, giving them up. Never commits."""

import secrets
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue.rules import new_public_id
from insatsbas.core import clock, events
from insatsbas.core.db import db
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Viewer
from insatsbas.interchange import bulk_queries, bulk_wire, values
from insatsbas.interchange.batch_models import ImportBatch
from insatsbas.interchange.bulk_run import Comparison, Kind, Run, versions_of
from insatsbas.interchange.bulk_template import is_example
from insatsbas.interchange.columns import Column
from insatsbas.interchange.table import Fault, UnreadableError, ValueFaultError

# So many files of one person wait at a time; an older one gives way.
_MOST_WAITING = 5
_LONGEST_NAME = 100


class NotWholeError(RefusedError):
    """Some rows cannot be taken in, and the rest was not asked for."""


def let_wait(viewer: Viewer, session: Session, *, file_name: str, packed: bulk_wire.Packed, source: str) -> ImportBatch:
    """Keep the rows of a file that was read, with the versions of what they are compared with.

    Raises:
        ForbiddenError: the viewer keeps nothing.
    """
    require(viewer, Permission.KEEP)
    rows = [row for row in packed["rows"] if not is_example(row["cells"])]
    for row in rows:
        _name(row["cells"], source)
    known = versions_of(viewer, session, bulk_wire.rows_of(rows), source=source)
    batch = ImportBatch(
        token=secrets.token_urlsafe(24),
        person_id=viewer.person_id,
        file_name=file_name,
        created_at=clock.now(),
        rows=rows,
        faults=packed["faults"],
        versions=known,
    )
    session.add(batch)
    session.flush()
    newest = select(ImportBatch.id).where(ImportBatch.person_id == viewer.person_id).order_by(ImportBatch.id.desc()).limit(_MOST_WAITING)
    session.execute(delete(ImportBatch).where(ImportBatch.person_id == viewer.person_id, ImportBatch.id.not_in(newest.scalar_subquery())))
    return batch


def name_of(given: str) -> str:
    """What a file is called, as it may be kept and shown.

    Raises:
        UnreadableError: something in the name must not be kept.
    """
    name = values.tidy_line(PurePosixPath(given.replace("\\", "/")).name)
    if values.fault_in(name):
        raise UnreadableError("Filens namn har något som ser ut som ett personnummer. Byt namn på filen.")
    return name if len(name) <= _LONGEST_NAME else f"…{name[1 - _LONGEST_NAME :]}"


def accept(viewer: Viewer, session: Session, token: str, *, source: str, rest: bool) -> ImportBatch:
    """Take in a file that waits: all of it, or with `rest` what can be. One that was taken in before is left as it is.

    Every row is judged again. What is to be left out is found aside first, so that nothing half done has to be undone.

    Raises:
        NotFoundError: the viewer has no such file.
        NotWholeError: some rows cannot be taken in, and the rest was not asked for.
        RefusedError: somebody changed the same things at the same moment.
    """
    require(viewer, Permission.KEEP)
    # Before the lock is taken: nobody else is to wait for it.
    with Session(db.engine) as aside, aside.no_autoflush:
        left_out = judged(viewer, aside, bulk_queries.mine(viewer, aside, token), source=source).left_out
    batch = bulk_queries.mine(viewer, session, token, lock=True)
    if batch.result is not None:
        return batch
    if left_out and not rest:
        raise NotWholeError(_("Inget togs in, eftersom några rader inte går att ta in."))
    skipped = {fault.row for fault in left_out}
    rows = [row for row in bulk_wire.rows_of(batch.rows) if row.number not in skipped]
    why = _("Läst in från %(name)s", name=batch.file_name)
    try:
        with session.no_autoflush:
            found = Run(viewer, session, source=source, why=why).walk(rows, batch.versions)
        session.flush()
    except (IntegrityError, StaleDataError):
        raise RefusedError(_("Någon annan ändrade samtidigt. Försök igen.")) from None
    if found.left_out:
        raise RefusedError(_("Någon annan ändrade samtidigt. Försök igen."))
    _note(viewer, session, found, why)
    _close(batch, found, left_out)
    session.flush()
    return batch


def judged(viewer: Viewer, session: Session, batch: ImportBatch, *, source: str) -> Comparison:
    """What would come of a file that waits. The session is thrown away afterwards, and must not flush by itself."""
    found = Run(viewer, session, source=source).walk(bulk_wire.rows_of(batch.rows), batch.versions)
    found.faults = sorted((*bulk_wire.faults_of(batch.faults), *found.faults), key=lambda fault: fault.row or 0)
    return found


def give_up(viewer: Viewer, session: Session, token: str) -> None:
    """Throw away a file that waits.

    Raises:
        NotFoundError: the viewer has no such file.
    """
    session.delete(bulk_queries.mine(viewer, session, token, lock=True))
    session.flush()


def forget_old(session: Session) -> None:
    """Throw away what has waited too long."""
    session.execute(delete(ImportBatch).where(ImportBatch.created_at <= bulk_queries.oldest()))


def _name(cells: dict[str, Any], source: str) -> None:
    """Source and id of a row, tidied; where there are none it is a new entry of our own, whose id is chosen now, once."""
    for column in (Column.SOURCE, Column.ID):
        cell = cells.get(column.value)
        if isinstance(cell, str | int | float) and not isinstance(cell, bool):
            # What must not be kept in one is told when the row is judged, with the row's other faults.
            with suppress(ValueFaultError):
                cells[column.value] = values.line(cell)
    if cells.get(Column.SOURCE.value) in (None, ""):
        cells[Column.SOURCE.value] = source
    if cells.get(Column.ID.value) in (None, "") and cells[Column.SOURCE.value] == source and len(cells) > len((Column.SOURCE, Column.ID)):
        cells[Column.ID.value] = new_public_id()


def _note(viewer: Viewer, session: Session, found: Comparison, why: str) -> None:
    for outcome in found.outcomes:
        if outcome.kind is not Kind.UNCHANGED:
            events.record(
                viewer, session, "insats.inlast", subject=f"insats:{outcome.row.public_id}", organisation_id=outcome.owner.id, text=why
            )


def _close(batch: ImportBatch, found: Comparison, left_out: list[Fault]) -> None:
    batch.result = {kind.value: len(found.of(kind)) for kind in Kind}
    batch.rows, batch.versions, batch.faults = [], {}, bulk_wire.pack_faults(left_out)
