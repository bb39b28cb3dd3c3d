"""What the co-ordinator sets on a page: one row a setting, as text. What an installation is started with stands in `config`."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from insatsbas.core.db import Base
from insatsbas.core.versions import LISTS


class Setting(Base):
    """One setting of the co-ordinator's; absent means its default."""

    __tablename__ = "setting"
    # The days of review are kept with the lists.
    __table_args__ = {"info": {"version": LISTS}}  # noqa: RUF012 - SQLAlchemy reads it as it stands

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


def read(session: Session, name: str, default: str) -> str:
    """The value of a setting, or the default."""
    row = session.get(Setting, name)
    return default if row is None else row.value


def write(session: Session, name: str, value: str) -> None:
    """Set it."""
    session.merge(Setting(name=name, value=value))
