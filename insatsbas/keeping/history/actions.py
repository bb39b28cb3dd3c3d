"""Putting an earlier version back. Never commits."""

from typing import Any

from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.restore_actions import restore
from insatsbas.catalogue.revision_models import Revision
from insatsbas.catalogue.rules import Status, TermKind
from insatsbas.catalogue.snapshot import Content, upgraded
from insatsbas.core import events
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Viewer
from insatsbas.keeping.editing.rules import missing


def put_back(viewer: Viewer, session: Session, row: Intervention, content: Content, *, why: str, flush: bool = True) -> bool:
    """Put a content back, as a new revision. Whether anything differed.

    Raises:
        ForbiddenError: the viewer may not keep the intervention.
        RefusedError: it was a draft and lacks what one must tell that is public now.
    """
    if content["status"] == Status.DRAFT.value and row.status is not Status.DRAFT:
        way_in = any(kind == TermKind.WAY_IN.value for kind, _code in content["terms"])
        told: dict[str, Any] = {**content, "way_in": way_in}
        faults = missing(told, row.status)
        if faults:
            raise RefusedError(_("Versionen är ett utkast, och saknar sådant som måste finnas: %(what)s.", what=", ".join(faults.values())))
    return restore(viewer, session, row, content, why=why, flush=flush)


def restore_revision(viewer: Viewer, session: Session, row: Intervention, revision: Revision, *, why: str) -> bool:
    """Put a revision back, and note that it was done. Whether anything differed.

    Raises:
        ForbiddenError: the viewer may not keep the intervention.
        RefusedError: it was a draft and lacks what one must tell that is public now.
    """
    changed = put_back(viewer, session, row, upgraded(revision.content, revision.schema), why=why)
    if changed:
        events.record(
            viewer,
            session,
            "insats.aterstalld",
            subject=f"insats:{row.public_id}",
            organisation_id=row.owner_id,
            text=_("Version %(number)s. %(why)s", number=revision.number, why=why),
        )
    return changed
