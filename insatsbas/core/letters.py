"""Letters by e-mail: written in the same transaction as what they tell of, sent by the periodic work, each once.

A letter that must not be sent twice has a key, such as `oversyn:4:2027-04-15`: the database lets it be queued once. Do not use this
for what the reader waits for on the page.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from insatsbas.core import clock
from insatsbas.core.db import Base, UtcDateTime

# What every mail server takes: no letters beyond ASCII, no quotation, one address and no name.
_ADDRESS = re.compile(r"[\w.+'&/=-]+@([a-z0-9-]+\.)+[a-z0-9-]+", re.ASCII | re.IGNORECASE)
_LONGEST_ADDRESS = 254


class Letter(Base):
    """A letter on its way or sent. `is_secret` ones hold a link that signs somebody in: their text is wiped when they are sent."""

    __tablename__ = "letter"
    __table_args__ = (CheckConstraint("attempts >= 0", name="attempts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    to: Mapped[str] = mapped_column("recipient", String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    is_secret: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    fault: Mapped[str] = mapped_column(String(300), default="")


def is_address(text: str) -> bool:
    """Whether letters can be sent to it."""
    return len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def queue(session: Session, *, to: str, subject: str, body: str, key: str | None = None, is_secret: bool = False) -> bool:
    """Let a letter be sent when this transaction is committed. Whether it was queued: one with a key that was used is not.

    Raises nothing for a key that is taken, so that who writes letters may simply write them all again.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    now = clock.now()
    values = {
        "key": key,
        "to": to,
        "subject": subject,
        "body": body,
        "is_secret": is_secret,
        "created_at": now,
        "next_try_at": now,
        "attempts": 0,
        "fault": "",
    }
    statement = insert(Letter).values(values).on_conflict_do_nothing(index_elements=["key"]).returning(Letter.id)
    return session.execute(statement).first() is not None


def latest(session: Session, count: int) -> Sequence[Letter]:
    """The letters that were written last, newest first."""
    return session.scalars(select(Letter).order_by(Letter.id.desc()).limit(count)).all()
