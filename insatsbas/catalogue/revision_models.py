"""Every earlier state of an intervention, as the database keeps it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from insatsbas.catalogue.models import Intervention
from insatsbas.core import clock
from insatsbas.core.db import Base, UtcDateTime


class Revision(Base):
    """A full copy of an intervention after a change: who made it, when and why. `number` counts from 1 for each intervention.

    `content` is as `snapshot.take` makes it, in the form that `schema` numbers; `snapshot.upgraded` brings older forms up to date.
    """

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("intervention_id", "number"), CheckConstraint("number > 0 AND schema > 0", name="numbers"))

    id: Mapped[int] = mapped_column(primary_key=True)
    intervention_id: Mapped[int] = mapped_column(ForeignKey("intervention.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    # No reference: what was done stays when the person is gone.
    person_id: Mapped[int | None]
    who: Mapped[str] = mapped_column(String(150))
    why: Mapped[str] = mapped_column(Text, default="")
    schema: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    intervention: Mapped[Intervention] = relationship()
