"""The word lists in force, line by line."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from insatsbas.core import versions
from insatsbas.core.db import Base, coded
from insatsbas.search.wordlists import NOTE_MAX, ListKind


class WordLine(Base):
    """A line of a word list, written as in the files of `index/`.

    `shipped` is the line that came with the program and that this one began as; None for one that the co-ordinator has added. So an
    update of the program knows what it has laid in, also where `line` has been changed since or the line is `removed`: such a
    one stays, can be put back, and is not laid in again.
    """

    __tablename__ = "word_line"
    __table_args__ = ({"info": {"version": versions.WORDS}},)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ListKind] = mapped_column(coded(ListKind, "kind"))
    # Nothing is unique here: masking may make two lines equal, which does search no harm.
    line: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(NOTE_MAX), default="")
    shipped: Mapped[str | None] = mapped_column(Text)
    removed: Mapped[bool] = mapped_column(default=False)
