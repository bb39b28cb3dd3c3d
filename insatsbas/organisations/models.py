"""Municipalities and organisations as the database keeps them."""

from datetime import date
from typing import Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from insatsbas.core import versions
from insatsbas.core.db import Base, coded
from insatsbas.organisations.rules import OrganisationKind

commuting: Final = Table(
    "commuting",
    Base.metadata,
    Column("municipality_code", ForeignKey("municipality.code", ondelete="CASCADE"), primary_key=True),
    Column("neighbour_code", ForeignKey("municipality.code", ondelete="CASCADE"), primary_key=True),
    CheckConstraint("municipality_code <> neighbour_code", name="not_itself"),
    info={"version": versions.LISTS},
)


class Municipality(Base):
    """A municipality, known by its four-digit SCB code. One with a row and a column has a tile on the map."""

    __tablename__ = "municipality"
    __table_args__ = (
        CheckConstraint("length(code) = 4", name="code_is_four_digits"),
        CheckConstraint("(tile_row IS NULL) = (tile_column IS NULL)", name="tile_has_both"),
        CheckConstraint("tile_row BETWEEN 1 AND 12 AND tile_column BETWEEN 1 AND 12", name="tile_is_on_the_map"),
        {"info": {"version": versions.LISTS}},
    )

    code: Mapped[str] = mapped_column(String(4), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    county: Mapped[str] = mapped_column(String(60))
    is_member: Mapped[bool]
    tile_row: Mapped[int | None]
    tile_column: Mapped[int | None]
    places: Mapped[list["MunicipalityPlace"]] = relationship(cascade="all, delete-orphan", order_by="MunicipalityPlace.name")
    neighbours: Mapped[list["Municipality"]] = relationship(
        secondary=commuting,
        primaryjoin=lambda: Municipality.code == commuting.c.municipality_code,
        secondaryjoin=lambda: Municipality.code == commuting.c.neighbour_code,
        order_by=lambda: Municipality.name,
    )


class MunicipalityPlace(Base):
    """A place that people name when they mean a municipality, as Jordbro for Haninge."""

    __tablename__ = "municipality_place"
    __table_args__ = ({"info": {"version": versions.LISTS}},)

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code", ondelete="CASCADE"), index=True)


class Organisation(Base):
    """Who runs interventions: a municipality, an authority, a project, an association. The slug stands in addresses and never changes."""

    __tablename__ = "organisation"
    __table_args__ = ({"info": {"version": versions.LISTS}},)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(150), unique=True)
    kind: Mapped[OrganisationKind] = mapped_column(coded(OrganisationKind, "kind"))
    municipality_code: Mapped[str | None] = mapped_column(ForeignKey("municipality.code"), index=True)
    is_example: Mapped[bool] = mapped_column(default=False)
    # The organisation number, ten digits with a hyphen, and a function mailbox; empty when not told.
    number: Mapped[str] = mapped_column(String(11), default="")
    mailbox: Mapped[str] = mapped_column(String(254), default="")
    # The day it left the co-operation; what it did and agreed on stays.
    left_on: Mapped[date | None]
    # Whether everybody may see how fresh its entries are.
    shows_freshness: Mapped[bool] = mapped_column(default=False)
    # Whether one person may both prepare and decide for it in the exchange.
    one_may_do_both: Mapped[bool] = mapped_column(default=False)
