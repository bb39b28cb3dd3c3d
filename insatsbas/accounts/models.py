"""People, what roles they hold, and their sessions, as the database keeps them."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from insatsbas.accounts.rules import LinkPurpose
from insatsbas.core import clock
from insatsbas.core.db import Base, UtcDateTime, coded
from insatsbas.core.viewer import NAME_MAX, Grant, Role, Viewer
from insatsbas.organisations.models import Organisation


class Person(Base):
    """Somebody who can sign in: one person, or the guest account that many share. `password_hash` None: invited, not yet come."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("email LIKE '%@%'", name="email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_example: Mapped[bool] = mapped_column(default=False)
    memberships: Mapped[list["Membership"]] = relationship(back_populates="person", cascade="all, delete-orphan", lazy="selectin")

    @property
    def shown_name(self) -> str:
        """The name, or the address where none is given."""
        return self.name or self.email

    def as_viewer(self) -> Viewer:
        """This person as the one who asks. One who is disabled holds no roles."""
        grants = frozenset() if self.disabled_at else frozenset(Grant(m.role, m.organisation_id) for m in self.memberships)
        return Viewer(name=self.shown_name[:NAME_MAX], person_id=self.id, grants=grants)


class Membership(Base):
    """A role that a person holds, for one organisation or, as guest and co-ordinator, for none."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("person_id", "role", "organisation_id"),
        CheckConstraint("(role IN ('gast', 'samordnare')) = (organisation_id IS NULL)", name="organisation"),
        CheckConstraint("decides_up_to IS NULL OR (role = 'beslutsfattare' AND decides_up_to >= 0)", name="decides_up_to"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(coded(Role, "role"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    # Up to how many kronor a decision-maker decides; None is without limit.
    decides_up_to: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    # By which order of delegation, as "Delegationsordningen punkt 4.2". Stands in the agreements that they decide on.
    delegation: Mapped[str] = mapped_column(String(100), default="")
    person: Mapped[Person] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation | None] = relationship()


class SignIn(Base):
    """A session: what is in the browser is a token, here is its hash. Deleting the row ends it everywhere."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class OneTimeLink(Base):
    """A link in a letter, by which a person sets a password. It works once, for an hour."""

    __tablename__ = "one_time_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(coded(LinkPurpose, "purpose"))
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class FailedSignIn(Base):
    """A try that failed, by keyed hashes of the account and the network address: enough to count by, too little to track anyone."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (Index("ix_failed_sign_in_account", "account", "at"), Index("ix_failed_sign_in_address", "address", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
