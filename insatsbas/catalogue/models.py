"""Needs, terms, interventions, occasions and lessons as the database keeps them, with its own guards."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from insatsbas.accounts.models import Person
from insatsbas.catalogue.columns import LevelType
from insatsbas.catalogue.rules import (
    FEWEST_TOLD,
    SUMMARY_MAX,
    TITLE_MAX,
    EndReason,
    Form,
    Level,
    PauseReason,
    Status,
    TermKind,
    new_public_id,
)
from insatsbas.core import clock, versions
from insatsbas.core.db import Base, UtcDateTime, coded
from insatsbas.organisations.models import Municipality, Organisation


class Need(Base):
    """A need that interventions answer to: a tile on the start page, or a part of one."""

    __tablename__ = "need"
    __table_args__ = (
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        CheckConstraint("colour BETWEEN 1 AND 12", name="colour"),
        {"info": {"version": versions.LISTS}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    label: Mapped[str] = mapped_column(String(100))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("need.id"), index=True)
    position: Mapped[int]
    icon: Mapped[str | None] = mapped_column(String(30))
    colour: Mapped[int | None]
    is_tile: Mapped[bool] = mapped_column(default=False)
    for_staff: Mapped[bool] = mapped_column(default=False)
    sheltered: Mapped[bool] = mapped_column(default=False)
    via_adult_education: Mapped[bool] = mapped_column(default=False)
    # No longer to be chosen; those that have it keep it.
    retired: Mapped[bool] = mapped_column(default=False)
    parent: Mapped["Need | None"] = relationship(remote_side=[id])


class NeedRedirect(Base):
    """A code that a need once had, or that of a need merged into it: old addresses lead on."""

    __tablename__ = "need_redirect"
    __table_args__ = ({"info": {"version": versions.LISTS}},)

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), index=True)


class Term(Base):
    """An entry of one of the lists that the co-ordinator may change: eligibility, audience, way in, support, time, language.

    `in_language` marks a support that is given in a language: the intervention's languages then say which.
    """

    __tablename__ = "term"
    __table_args__ = (UniqueConstraint("kind", "code"), {"info": {"version": versions.LISTS}})

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[TermKind] = mapped_column(coded(TermKind, "kind"))
    code: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(100))
    position: Mapped[int]
    for_staff: Mapped[bool] = mapped_column(default=False)
    in_language: Mapped[bool] = mapped_column(default=False)
    retired: Mapped[bool] = mapped_column(default=False)


def _pairs(table: str, other: str, target: str) -> Table:
    """A table that ties interventions to something else, each pair once."""
    return Table(
        table,
        Base.metadata,
        Column("intervention_id", ForeignKey("intervention.id", ondelete="CASCADE"), primary_key=True),
        Column(other, ForeignKey(target), primary_key=True, index=True),
    )


intervention_need: Final = _pairs("intervention_need", "need_id", "need.id")
intervention_term: Final = _pairs("intervention_term", "term_id", "term.id")
intervention_given_in: Final = _pairs("intervention_given_in", "municipality_code", "municipality.code")
intervention_open_for: Final = _pairs("intervention_open_for", "municipality_code", "municipality.code")


class Intervention(Base):
    """A defined activity in which a newcomer can take part, with an organiser, a target group and a way in.

    `source` and `external_id` are where an imported entry came from; both are None for our own.
    `given_in` and `open_for` empty mean the whole region. Levels None mean not stated, `Level.NONE` no requirement.
    Money is in kronor; `place_price` is what another municipality pays for a place, exclusive of VAT.
    """

    __tablename__ = "intervention"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint("(source IS NULL) = (external_id IS NULL)", name="source_has_both"),
        CheckConstraint(f"length(title) BETWEEN 1 AND {TITLE_MAX}", name="title"),
        # A draft may lack what a reader needs; it is asked for when it is published.
        CheckConstraint(f"length(summary) <= {SUMMARY_MAX} AND (status = 'utkast' OR length(summary) > 0)", name="summary"),
        CheckConstraint("level_required BETWEEN 0 AND 6 AND level_reached BETWEEN 0 AND 6", name="levels"),
        CheckConstraint("hours_per_week > 0 AND hours_per_week <= 100", name="hours_per_week"),
        CheckConstraint("participant_cost >= 0 AND place_price >= 0", name="money"),
        CheckConstraint("end_reason IS NULL OR status = 'avslutad'", name="only_the_ended_have_a_reason"),
        CheckConstraint("pause_reason IS NULL OR status = 'pausad'", name="only_the_paused_have_a_pause_reason"),
        CheckConstraint("forerunner_id <> id AND template_id <> id", name="not_its_own_forerunner"),
        CheckConstraint("last_known BETWEEN 1950 AND 2200", name="last_known"),
        Index("ix_intervention_status_for_staff", "status", "for_staff"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    source: Mapped[str | None] = mapped_column(String(100))
    external_id: Mapped[str | None] = mapped_column(String(100))
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    summary: Mapped[str] = mapped_column(String(SUMMARY_MAX))
    description: Mapped[str] = mapped_column(Text, default="")
    prerequisites: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[Status] = mapped_column(coded(Status, "status"))
    form: Mapped[Form | None] = mapped_column(coded(Form, "form"))
    level_required: Mapped[Level | None] = mapped_column(LevelType)
    level_reached: Mapped[Level | None] = mapped_column(LevelType)
    hours_per_week: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    length: Mapped[str] = mapped_column(String(100), default="")
    rolling: Mapped[bool] = mapped_column(default=False)
    participant_cost: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    place_price: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    contact: Mapped[str] = mapped_column(String(200), default="")
    end_reason: Mapped[EndReason | None] = mapped_column(coded(EndReason, "end_reason"))
    pause_reason: Mapped[PauseReason | None] = mapped_column(coded(PauseReason, "pause_reason"))
    knows_more: Mapped[str] = mapped_column(String(200), default="")  # the mailbox that knows more of what has ended
    # What this one takes up again, and what its text was first made from.
    forerunner_id: Mapped[int | None] = mapped_column(ForeignKey("intervention.id", ondelete="SET NULL"), index=True)
    template_id: Mapped[int | None] = mapped_column(ForeignKey("intervention.id", ondelete="SET NULL"), index=True)
    last_known: Mapped[int | None]
    for_staff: Mapped[bool] = mapped_column(default=False)
    is_example: Mapped[bool] = mapped_column(default=False)
    verified_on: Mapped[date | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    # Personal data was reported in it: seen by its own organisation and the co-ordinator only, until they have looked.
    hidden: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    version: Mapped[int] = mapped_column()

    owner: Mapped[Organisation] = relationship()
    verified_by: Mapped[Person | None] = relationship()
    needs: Mapped[list[Need]] = relationship(secondary=intervention_need, order_by=Need.position)
    terms: Mapped[list[Term]] = relationship(secondary=intervention_term, order_by=Term.position)
    given_in: Mapped[list[Municipality]] = relationship(secondary=intervention_given_in, order_by=Municipality.name)
    open_for: Mapped[list[Municipality]] = relationship(secondary=intervention_open_for, order_by=Municipality.name)
    occasions: Mapped[list["Occasion"]] = relationship(
        back_populates="intervention", cascade="all, delete-orphan", order_by="(Occasion.start.is_(None), Occasion.start, Occasion.id)"
    )
    lessons: Mapped[list["Lesson"]] = relationship(back_populates="intervention", cascade="all, delete-orphan", order_by="Lesson.position")
    links: Mapped[list["Link"]] = relationship(back_populates="intervention", cascade="all, delete-orphan", order_by="Link.position")
    outcomes: Mapped[list["Outcome"]] = relationship(
        back_populates="intervention", cascade="all, delete-orphan", order_by="Outcome.position"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as it stands

    def terms_of(self, kind: TermKind) -> list[Term]:
        """The terms of one kind, in the order of their list."""
        return [term for term in self.terms if term.kind is kind]

    @property
    def is_sheltered(self) -> bool:
        """Whether a need asks for protection, so that no address is kept unless said otherwise."""
        return any(need.sheltered for need in self.needs)


class Occasion(Base):
    """A start of an intervention. Without a start it stands for an intake at any time.

    `address_on_request` means that the address is given on contact only: then the database refuses to hold one, or the place.
    `taken_by_own` is None when unknown. `offered` are places set aside for others, `accepted` those of them that are agreed on,
    `for_others` what is left of those open to all, until `for_others_until`. Only `exchange` changes these, in statements that must hit.
    """

    __tablename__ = "occasion"
    __table_args__ = (
        CheckConstraint("end_on >= start", name="ends_after_start"),
        CheckConstraint("apply_by IS NULL OR end_on IS NULL OR apply_by <= end_on", name="apply_before_end"),
        CheckConstraint("NOT address_on_request OR (address = '' AND place = '')", name="no_address_when_on_request"),
        CheckConstraint("places >= 0 AND taken_by_own >= 0", name="counts"),
        CheckConstraint("accepted BETWEEN 0 AND offered", name="accepted"),
        CheckConstraint("for_others >= 0", name="for_others"),
        CheckConstraint("offered = 0 OR places IS NOT NULL", name="offered_of_known_places"),
        CheckConstraint("taken_by_own IS NULL OR places IS NOT NULL", name="taken_of_known_places"),
        CheckConstraint("coalesce(taken_by_own, 0) + offered <= places", name="nothing_oversold"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    intervention_id: Mapped[int] = mapped_column(ForeignKey("intervention.id", ondelete="CASCADE"), index=True)
    start: Mapped[date | None]
    end: Mapped[date | None] = mapped_column("end_on")
    apply_by: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(100), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    address_on_request: Mapped[bool] = mapped_column(default=False)
    places: Mapped[int | None]
    taken_by_own: Mapped[int | None]
    offered: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    for_others: Mapped[int] = mapped_column(default=0)
    for_others_until: Mapped[date | None]
    # Named in an offer or in a request, whatever came of it: then it is never removed.
    in_exchange: Mapped[bool] = mapped_column(default=False)
    intervention: Mapped[Intervention] = relationship(back_populates="occasions")

    @property
    def left(self) -> int | None:
        """Places left; None when how many there are, or are taken, is unknown."""
        if self.places is None or self.taken_by_own is None:
            return None
        return self.places - self.taken_by_own - self.accepted

    @property
    def last_day(self) -> date | None:
        """The last day one can apply or, where none is set, start; None for an intake at any time."""
        return self.apply_by or self.start


class Lesson(Base):
    """What was learned: one paragraph. Kept when an intervention ends, so that the next does not start from nothing."""

    __tablename__ = "lesson"
    __table_args__ = (UniqueConstraint("intervention_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    intervention_id: Mapped[int] = mapped_column(ForeignKey("intervention.id", ondelete="CASCADE"))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    intervention: Mapped[Intervention] = relationship(back_populates="lessons")


class Link(Base):
    """An address on the web where more is said, or where one applies."""

    __tablename__ = "link"
    __table_args__ = (UniqueConstraint("intervention_id", "position"), CheckConstraint("url LIKE 'http%://%'", name="url"))

    id: Mapped[int] = mapped_column(primary_key=True)
    intervention_id: Mapped[int] = mapped_column(ForeignKey("intervention.id", ondelete="CASCADE"))
    position: Mapped[int]
    url: Mapped[str] = mapped_column(String(500))
    intervention: Mapped[Intervention] = relationship(back_populates="links")


class Outcome(Base):
    """A result in numbers, as "Gick vidare till arbete: 12". `count` None means fewer than five: what is not kept cannot leak."""

    __tablename__ = "outcome"
    __table_args__ = (UniqueConstraint("intervention_id", "position"), CheckConstraint(f"count >= {FEWEST_TOLD}", name="count"))

    id: Mapped[int] = mapped_column(primary_key=True)
    intervention_id: Mapped[int] = mapped_column(ForeignKey("intervention.id", ondelete="CASCADE"))
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(100))
    count: Mapped[int | None]
    intervention: Mapped[Intervention] = relationship(back_populates="outcomes")
