"""What was searched for, by day."""

from datetime import date

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from insatsbas.core.db import Base
from insatsbas.search.counted_rules import TEXT_MAX


class SearchCount(Base):
    """How many times something was searched for on a day in Sweden, and how many of those found nothing. Not by whom, nor when."""

    __tablename__ = "search_count"
    __table_args__ = (CheckConstraint("without BETWEEN 0 AND times", name="without"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    # A day and a text are not unique together: masking may make two texts equal, and they are added up when read.
    text: Mapped[str] = mapped_column(String(TEXT_MAX))
    times: Mapped[int]
    without: Mapped[int]
