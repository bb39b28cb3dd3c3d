"""The control: places sold as one would first think of it, by counting what is sold and then selling. It must oversell.

One ordinary transaction on either database, with a moment between the two for what every real request does there: rights, rules, a page.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from flask import Flask
from sqlalchemy import ForeignKey, create_engine, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

MOMENT = 0.005
_VARIABLE = "NAIVE_DATABASE_URL"


class Base(DeclarativeBase):
    """Tables of the control alone."""


class NaiveOffer(Base):
    """Places for sale."""

    __tablename__ = "naive_offer"

    id: Mapped[int] = mapped_column(primary_key=True)
    places: Mapped[int]


class NaiveSale(Base):
    """One place sold."""

    __tablename__ = "naive_sale"

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("naive_offer.id"), index=True)


def lay_in(url: URL, offers: Iterable[tuple[int, int]]) -> None:
    """Make the tables, and offers of so many places."""
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(NaiveOffer(id=number, places=places) for number, places in offers)
        session.commit()
    engine.dispose()


def sold(url: URL) -> dict[int, int]:
    """How many were sold of each offer."""
    engine = create_engine(url)
    with Session(engine) as session:
        rows = session.execute(select(NaiveSale.offer_id, func.count()).group_by(NaiveSale.offer_id)).all()
    engine.dispose()
    return {row[0]: row[1] for row in rows}


def environ(url: URL) -> dict[str, str]:
    """What the served application is told by."""
    return {_VARIABLE: url.render_as_string(hide_password=False), "PYTHONPATH": str(Path(__file__).parents[1])}


def create_app() -> Flask:
    """The application that gunicorn serves."""
    app = Flask("naive")
    engine = create_engine(make_url(os.environ[_VARIABLE]))

    @app.get("/halsa")
    def health() -> str:
        return ""

    @app.post("/<int:number>")
    def sell(number: int) -> tuple[str, int]:
        with Session(engine) as session:
            offer = session.get_one(NaiveOffer, number)
            count = session.scalar(select(func.count()).where(NaiveSale.offer_id == number)) or 0
            if count >= offer.places:
                return "", 409
            time.sleep(MOMENT)
            session.add(NaiveSale(offer_id=number))
            session.commit()
            return "", 303

    return app
