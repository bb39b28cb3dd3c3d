"""Every write of the review: confirming. Never commits."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue.freshness import REVIEWED
from insatsbas.catalogue.models import Intervention
from insatsbas.core import clock, events
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Viewer


def confirm(viewer: Viewer, session: Session, rows: Sequence[Intervention]) -> None:
    """Say that what some entries tell is right, today.

    Nothing that they tell is changed: they get no revision and no new version, so that nobody who edits one meanwhile is disturbed.

    Raises:
        ForbiddenError: one is not the viewer's to keep.
        RefusedError: one is a draft, or has ended.
    """
    for row in rows:
        require(viewer, Permission.KEEP, row.owner_id)
        if row.status not in REVIEWED:
            raise RefusedError(_("Bara insatser som är aktiva eller pausade bekräftas."))
    confirmed = (
        update(Intervention)
        .where(Intervention.id.in_([row.id for row in rows]))
        .values(verified_on=clock.today(), verified_by_id=viewer.person_id)
        # The index does not show when an entry was confirmed.
        .execution_options(touches=[], synchronize_session="evaluate")
    )
    session.execute(confirmed)
    for row in rows:
        events.record(viewer, session, "insats.bekraftad", subject=f"insats:{row.public_id}", organisation_id=row.owner_id)
    session.flush()
