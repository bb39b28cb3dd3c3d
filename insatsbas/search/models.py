"""The promises to the index: what has changed and is not yet seen to agree there."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from insatsbas.core import clock
from insatsbas.core.db import Base, UtcDateTime, coded


class JobKind(StrEnum):
    """What changed: one intervention, or something that many show."""

    INTERVENTION = "intervention"
    NEED = "need"
    ORGANISATION = "organisation"
    TERM = "term"
    MUNICIPALITY = "municipality"


class IndexJob(Base):
    """A change that the index has yet to show. Written in the same transaction as the change itself, or not at all.

    Not for work whose loss would not matter, and not for work that must happen exactly once: a job may run twice.
    `ref` is the id of what changed (a municipality's is its code as a number); no foreign key, since it may be gone.
    """

    __tablename__ = "index_job"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[JobKind] = mapped_column(coded(JobKind, "kind"))
    ref: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
