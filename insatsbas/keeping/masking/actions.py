"""Masking a text everywhere, in one transaction. Never commits; `cleaning` does what comes after the commit."""

import json
from itertools import count
from typing import Any

from sqlalchemy import Column, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue.models import Intervention
from insatsbas.core import clock, events, settings_store
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.viewer import Viewer
from insatsbas.keeping.masking.queries import Hit, hits, summed
from insatsbas.keeping.masking.rules import Findings, Order, fault
from insatsbas.keeping.masking.tables import targets
from insatsbas.search.outbox import TOUCHES

# Which tables wait for their leftovers to be cleared, as JSON.
WAITING = "maskering.stadas"
_AT_ONCE = 500


def mask(viewer: Viewer, session: Session, order: Order, *, why: str) -> Findings:
    """Take the text out of everything, note that it was done and why, and promise to clear what is left of it.

    What is noted does not hold the text. Whoever edits something that held it meets a newer version, so that it does not come back.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
        RefusedError: the order may not be carried out, or finds nothing.
    """
    require(viewer, Permission.COORDINATE)
    if fault(order, why):
        raise RefusedError(_("Texten går inte att maskera så."))
    _be_alone(session)
    found = list(hits(session, order))
    if not found:
        raise RefusedError(_("Texten finns inte någonstans."))
    touched = sorted({hit.intervention_id for hit in found if hit.intervention_id is not None})
    for hit in found:
        _replace(session, hit)
    for some in (touched[start : start + _AT_ONCE] for start in range(0, len(touched), _AT_ONCE)):
        newer = {"version": Intervention.version + 1, "updated_at": clock.now()}
        statement = update(Intervention).where(Intervention.id.in_(some)).values(newer)
        session.execute(statement, execution_options={TOUCHES: some, "synchronize_session": False})
    tables = {hit.table.name for hit in found} | {"intervention"}
    waiting = set(json.loads(settings_store.read(session, WAITING, "[]")))
    settings_store.write(session, WAITING, json.dumps(sorted(waiting | tables)))
    result = summed(found)
    places = ngettext("Texten stod på %(antal)s ställe.", "Texten stod på %(antal)s ställen.", result.times, antal=result.times)
    events.record(viewer, session, "text.maskerad", text=f"{why.rstrip('.')}. {places}")
    session.flush()
    session.expire_all()
    return result


def _be_alone(session: Session) -> None:
    """Let nobody write meanwhile: what another transaction is about to add would not be seen."""
    if session.get_bind().dialect.name == "sqlite":
        # A writer is alone already. What is deleted is overwritten at once.
        session.connection().exec_driver_sql("PRAGMA secure_delete = ON")
        return
    quoted = session.get_bind().dialect.identifier_preparer.quote
    try:
        session.execute(text("SET LOCAL lock_timeout = '20s'"))
        names = ", ".join(quoted(table.name) for table, _columns in targets())
        session.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
    except OperationalError as error:
        raise RefusedError(_("Någon skriver just nu. Försök igen om en stund.")) from error


def _replace(session: Session, hit: Hit) -> None:
    values = {name: _unlike_others(session, hit.table.columns[name], value) for name, value in hit.values.items()}
    statement = update(hit.table).where(*(column == value for column, value in hit.key.items())).values(values)
    # What of the index is not touched by its intervention, a need's name say, is made anew with all of it.
    touched = [] if hit.intervention_id is None else [hit.intervention_id]
    session.execute(statement, execution_options={TOUCHES: touched})


def _unlike_others(session: Session, column: Column[Any], value: Any) -> Any:
    """The value, with a number after it if the column lets no two be equal."""
    if not column.unique:
        return value
    longest = getattr(column.type, "length", None) or len(value) + _AT_ONCE
    for number in count(1):
        ending = "" if number == 1 else f" {number}"
        tried = f"{value[: longest - len(ending)]}{ending}"
        if session.execute(select(column).where(column == tried)).first() is None:
            return tried
    return value
