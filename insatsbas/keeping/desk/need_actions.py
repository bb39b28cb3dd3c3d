"""Merging needs where readers' reports follow too: the catalogue knows nothing of those. Never commits."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue import need_actions
from insatsbas.catalogue.models import Need
from insatsbas.core.viewer import Viewer
from insatsbas.keeping.reports.models import Report


def merge(viewer: Viewer, session: Session, need: Need, into: Need) -> int:
    """Let a need become a part of another's meaning: its interventions and what was said to be missing of it follow; how many of the first.

    Raises:
        RefusedError: it has parts of its own, or the two are the same.
    """
    require(viewer, Permission.COORDINATE)
    if need is not into:
        session.execute(update(Report).where(Report.need_id == need.id).values(need_id=into.id))
    return need_actions.merge(viewer, session, need, into)
