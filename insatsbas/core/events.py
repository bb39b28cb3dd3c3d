"""What has happened, for the co-ordinator to read: rows that are added and never changed.

The database refuses to change or delete a row (see migration 0005). Only its words
can be masked, for data protection: they must then say so.
What an intervention looked like before and after stands in its revisions, not here.
"""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from insatsbas.core import clock
from insatsbas.core.db import Base, UtcDateTime
from insatsbas.core.viewer import Viewer


class Event(Base):
    """One thing that somebody did: `kind` is a code such as `insats.avslutad`, `subject` what it was done to, `text` what to read."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_kind_at", "kind", "at"), Index("ix_event_subject", "subject"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    # No reference: what was done stays when the person is gone.
    person_id: Mapped[int | None]
    who: Mapped[str] = mapped_column(String(150))
    organisation_id: Mapped[int | None] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text, default="")


def record(viewer: Viewer, session: Session, kind: str, *, subject: str = "", organisation_id: int | None = None, text: str = "") -> None:
    """Note what the viewer did, in the same transaction as the doing. `subject` is like `insats:k7m2…` or `person:4`."""
    session.add(
        Event(
            at=clock.now(),
            person_id=viewer.person_id,
            who=viewer.name,
            organisation_id=organisation_id,
            kind=kind,
            subject=subject,
            text=text,
        )
    )
