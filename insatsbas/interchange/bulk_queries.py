"""Every read of files that wait: each is for the one who read it in, and for a day."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, may
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.queries import swedish_order
from insatsbas.core import clock
from insatsbas.core.errors import NotFoundError
from insatsbas.core.viewer import Viewer
from insatsbas.interchange.batch_models import ImportBatch
from insatsbas.organisations.models import Organisation

WAITS = timedelta(days=1)


def oldest() -> datetime:
    """Since when a file may have waited; those from before are over."""
    return clock.now() - WAITS


def mine(viewer: Viewer, session: Session, token: str, *, lock: bool = False) -> ImportBatch:
    """A file that the viewer has read in; `lock` lets nobody else have it until the end of the transaction.

    Raises:
        NotFoundError: there is none, it is somebody else's, or it has waited too long.
    """
    query = select(ImportBatch).where(
        ImportBatch.token == token, ImportBatch.person_id == viewer.person_id, ImportBatch.created_at > oldest()
    )
    batch = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if batch is None:
        raise NotFoundError("Filen finns inte, eller har väntat för länge.")
    return batch


def waiting(viewer: Viewer, session: Session) -> list[tuple[str, str, datetime]]:
    """Token, name and time of each file of the viewer's that waits to be taken in, the newest first."""
    query = select(ImportBatch.token, ImportBatch.file_name, ImportBatch.created_at).where(
        ImportBatch.person_id == viewer.person_id, ImportBatch.created_at > oldest(), ImportBatch.result.is_(None)
    )
    return [(row.token, row.file_name, row.created_at) for row in session.execute(query.order_by(ImportBatch.created_at.desc()))]


def written_for(viewer: Viewer, session: Session) -> list[Organisation]:
    """The organisations whose interventions the viewer may write, by name."""
    everyone = session.scalars(select(Organisation)).all()
    return sorted((row for row in everyone if may(viewer, Permission.KEEP, row.id)), key=lambda row: swedish_order(row.name))


def with_something(viewer: Viewer, session: Session) -> list[Organisation]:
    """Those of them that have any."""
    owners = set(session.scalars(select(Intervention.owner_id).distinct()))
    return [row for row in written_for(viewer, session) if row.id in owners]


def numbers_of(session: Session, organisation: Organisation) -> list[int]:
    """Everything that an organisation has, drafts too, in the order of a file."""
    row = Intervention
    found = session.execute(select(row.id, row.source, row.external_id, row.public_id).where(row.owner_id == organisation.id))
    return [number for _, _, number in sorted((source or "", theirs or ours, number) for number, source, theirs, ours in found)]
