"""Files that were read in the browser and wait to be taken in, as the database keeps them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from insatsbas.core import clock
from insatsbas.core.db import Base, UtcDateTime


class ImportBatch(Base):
    """The rows of a file, and the versions of what they were compared with (`versions`: number of a row to a version; none for a new one).

    It waits for a day, and is then deleted. When it is taken in its rows go, and `result` says what came of it: how many were new, changed
    and unchanged; `faults` then are those of the rows that were left out. `token` stands in the address.
    """

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(50), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    versions: Mapped[dict[str, int]] = mapped_column(JSON)
    result: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
