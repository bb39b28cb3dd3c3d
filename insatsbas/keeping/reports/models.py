"""What readers tell, as the database keeps it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from insatsbas.accounts.models import Person
from insatsbas.catalogue.models import Intervention, Need
from insatsbas.core import clock
from insatsbas.core.db import Base, UtcDateTime, coded
from insatsbas.keeping.reports.rules import FaultReason, ReportKind
from insatsbas.organisations.models import Municipality, Organisation


class Report(Base):
    """A fault, a question or something missing, and its answer. `organisation_id` None: it is the co-ordinator's to answer.

    `address` is a keyed hash of where a guest told it from, kept for as long as the rate is counted. `has_hidden`: that it hid the entry.
    """

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("(kind = 'saknas') = (intervention_id IS NULL)", name="intervention"),
        CheckConstraint("(kind = 'fel') = (reason IS NOT NULL)", name="only_faults_have_a_reason"),
        CheckConstraint("kind = 'fel' OR person_id IS NOT NULL", name="who"),
        CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed"),
        CheckConstraint("NOT has_hidden OR reason = 'personuppgift'", name="has_hidden"),
        Index("ix_report_address", "address", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ReportKind] = mapped_column(coded(ReportKind, "kind"))
    intervention_id: Mapped[int | None] = mapped_column(ForeignKey("intervention.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    reason: Mapped[FaultReason | None] = mapped_column(coded(FaultReason, "reason"))
    need_id: Mapped[int | None] = mapped_column(ForeignKey("need.id", ondelete="SET NULL"), index=True)
    municipality_code: Mapped[str | None] = mapped_column(ForeignKey("municipality.code", ondelete="SET NULL"), index=True)
    text: Mapped[str] = mapped_column(Text, default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(String(64), default="")
    has_hidden: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    answer: Mapped[str] = mapped_column(Text, default="")
    intervention: Mapped[Intervention | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    need: Mapped[Need | None] = relationship()
    municipality: Mapped[Municipality | None] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
