"""Offers, requests, their legs and steps, and agreements, as the database keeps them. That nothing is oversold, it sees to itself."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, CheckConstraint, Column, Enum, ForeignKey, Index, Numeric, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from insatsbas.catalogue.models import Occasion
from insatsbas.core import clock
from insatsbas.core.db import Base, UtcDateTime
from insatsbas.core.viewer import Role
from insatsbas.exchange.offers import OfferStatus
from insatsbas.exchange.states import Action, Kind, Side, State
from insatsbas.exchange.terms import LegalBasis, PriceKind
from insatsbas.organisations.models import Organisation


def _coded(enum: type[StrEnum], name: str) -> Enum:
    return Enum(enum, native_enum=False, length=30, create_constraint=True, name=name, values_callable=lambda e: [m.value for m in e])


offer_for: Final = Table(
    "offer_for",
    Base.metadata,
    Column("offer_id", ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), primary_key=True, index=True),
)


class Offer(Base):
    """Places of an occasion that are open to others. `is_closed_deal` ones were made by a deal without an offer, for it alone.

    `held` are those kept for requests until they are answered. Nothing named in `offered_to` means that all may ask.
    """

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("offered >= 0 AND accepted >= 0 AND held >= 0", name="counts"),
        CheckConstraint("accepted + held <= offered", name="nothing_oversold"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("(price IS NULL) = (price_kind = 'enligt-overenskommelse')", name="price_as_told"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    occasion_id: Mapped[int] = mapped_column(ForeignKey("occasion.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    offered: Mapped[int]
    accepted: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    price_kind: Mapped[PriceKind] = mapped_column(_coded(PriceKind, "price_kind"))
    price: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    terms: Mapped[str] = mapped_column(Text, default="")
    until: Mapped[date | None]
    holds_until_answered: Mapped[bool] = mapped_column(default=False)
    status: Mapped[OfferStatus] = mapped_column(_coded(OfferStatus, "status"))
    is_closed_deal: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    occasion: Mapped[Occasion] = relationship()
    organisation: Mapped[Organisation] = relationship()
    offered_to: Mapped[list[Organisation]] = relationship(secondary=offer_for, order_by=Organisation.name)

    @property
    def left(self) -> int:
        """Places that others can still have."""
        return self.offered - self.accepted - self.held


class ExchangeRequest(Base):
    """A request between two organisations. Its state is set by `rules.step` alone; `turn` None: it is nobody's turn."""

    __tablename__ = "exchange_request"
    __table_args__ = (
        CheckConstraint("asker_id <> answerer_id", name="two_sides"),
        CheckConstraint("difference >= 0 AND (difference = 0) = (difference_from IS NULL)", name="difference_has_a_payer"),
        CheckConstraint(
            "(turn IS NULL) = (state IN ('overenskommen', 'genomford', 'avbojd', 'tillbakatagen', 'tiden-ute', 'avbokad'))",
            name="somebodys_turn",
        ),
        CheckConstraint("places_used >= 0", name="places_used"),
        Index("ix_exchange_request_asker", "asker_id", "state"),
        Index("ix_exchange_request_answerer", "answerer_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(_coded(Kind, "kind"))
    state: Mapped[State] = mapped_column(_coded(State, "state"))
    turn: Mapped[Side | None] = mapped_column(_coded(Side, "turn"))
    asker_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    answerer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    difference: Mapped[Decimal] = mapped_column(Numeric(10, 2), default=Decimal(0))
    difference_from: Mapped[Side | None] = mapped_column(_coded(Side, "difference_from"))
    answer_by: Mapped[date | None] = mapped_column(index=True)
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    places_used: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    version: Mapped[int] = mapped_column()
    asker: Mapped[Organisation] = relationship(foreign_keys=[asker_id])
    answerer: Mapped[Organisation] = relationship(foreign_keys=[answerer_id])
    legs: Mapped[list["ExchangeLeg"]] = relationship(
        back_populates="request", cascade="all, delete-orphan", order_by="ExchangeLeg.position"
    )
    steps: Mapped[list["ExchangeStep"]] = relationship(back_populates="request", order_by="ExchangeStep.number")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as it stands

    @property
    def is_sent(self) -> bool:
        """Whether the answerer has ever seen it: until it is sent, it is the asker's own."""
        if self.state is State.WITHDRAWN:
            return self.answer_by is not None or self.queued_at is not None
        return self.state not in (State.DRAFT, State.DECIDING_TO_SEND)


class ExchangeLeg(Base):
    """Places that one side gives the other, as the proposal on the table has it."""

    __tablename__ = "exchange_leg"
    __table_args__ = (
        UniqueConstraint("request_id", "position"),
        CheckConstraint("places > 0", name="places"),
        CheckConstraint("held >= 0 AND (held = 0 OR offer_id IS NOT NULL)", name="held_of_an_offer"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("end_on >= start", name="ends_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("exchange_request.id", ondelete="CASCADE"))
    position: Mapped[int]
    giver: Mapped[Side] = mapped_column(_coded(Side, "giver"))
    occasion_id: Mapped[int] = mapped_column(ForeignKey("occasion.id"), index=True)
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"), index=True)
    title: Mapped[str] = mapped_column(String(150))
    places: Mapped[int]
    # How many of its offer's places are kept for it until it is answered.
    held: Mapped[int] = mapped_column(default=0)
    price_kind: Mapped[PriceKind] = mapped_column(_coded(PriceKind, "price_kind"))
    price: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    start: Mapped[date | None]
    end: Mapped[date | None] = mapped_column("end_on")
    legal_basis: Mapped[LegalBasis] = mapped_column(_coded(LegalBasis, "legal_basis"))
    terms: Mapped[str] = mapped_column(Text, default="")
    request: Mapped[ExchangeRequest] = relationship(back_populates="legs")
    occasion: Mapped[Occasion] = relationship()


class ExchangeStep(Base):
    """A step that was taken: who, for which side, when, from where to where, why, and what was on the table after it.

    `role` and `delegation` are as what it was taken, by what the person was at that moment; `is_decision` whether it bound the side.
    """

    __tablename__ = "exchange_step"
    __table_args__ = (
        UniqueConstraint("request_id", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("NOT is_decision OR coalesce(role, '') = 'beslutsfattare'", name="decided_by_a_decision_maker"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("exchange_request.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    # No reference: what was done stays when the person is gone.
    person_id: Mapped[int | None]
    who: Mapped[str] = mapped_column(String(150))
    side: Mapped[Side | None] = mapped_column(_coded(Side, "side"))
    role: Mapped[Role | None] = mapped_column(_coded(Role, "role"))
    is_decision: Mapped[bool] = mapped_column(default=False)
    delegation: Mapped[str] = mapped_column(String(100), default="")
    action: Mapped[Action | None] = mapped_column(_coded(Action, "action"))
    before: Mapped[State | None] = mapped_column("state_before", _coded(State, "state_before"))
    after: Mapped[State] = mapped_column("state_after", _coded(State, "state_after"))
    reason: Mapped[str] = mapped_column(String(30), default="")
    why: Mapped[str] = mapped_column(Text, default="")
    proposal: Mapped[dict[str, Any]] = mapped_column(JSON)
    request: Mapped[ExchangeRequest] = relationship(back_populates="steps")


class ExchangeMessage(Base):
    """A word in a request: to the other side, or a note that the own side alone sees."""

    __tablename__ = "exchange_message"
    __table_args__ = (CheckConstraint("length(text) > 0", name="text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("exchange_request.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    # No reference: what was said stays when the person is gone.
    person_id: Mapped[int | None]
    who: Mapped[str] = mapped_column(String(150))
    side: Mapped[Side] = mapped_column(_coded(Side, "side"))
    is_internal: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(Text)


class ExchangeKey(Base):
    """A form that was sent: the same one twice is one step."""

    __tablename__ = "exchange_key"

    key: Mapped[str] = mapped_column(String(50), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("exchange_request.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class AgreementSeries(Base):
    """How many agreements have got a number in a year. Counted up in the transaction that makes one: so no number is missing."""

    __tablename__ = "agreement_series"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Agreement(Base):
    """What was agreed on, fixed at that moment. The database refuses to change or delete it; a later one can take its place.

    `number` is like 2027-0014. A request has one when it is accepted and, when the deal is cancelled, one more in its place.
    """

    __tablename__ = "agreement"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("exchange_request.id"), index=True)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    request: Mapped[ExchangeRequest] = relationship()
    references: Mapped[list["AgreementReference"]] = relationship(order_by="AgreementReference.side")
    replaces: Mapped["Agreement | None"] = relationship(remote_side=[id], back_populates="replaced_by")
    replaced_by: Mapped["Agreement | None"] = relationship(back_populates="replaces", uselist=False)


class AgreementReference(Base):
    """What one side calls an agreement: its number in the diary, and its reference for the invoice. Beside what was agreed on."""

    __tablename__ = "agreement_reference"

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), primary_key=True)
    side: Mapped[Side] = mapped_column(_coded(Side, "side"), primary_key=True)
    diary: Mapped[str] = mapped_column(String(60), default="")
    invoice: Mapped[str] = mapped_column(String(60), default="")
