"""Files that were read in the browser and wait to be accepted, as the database keeps them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from insatsbas.core import clock
from insatsbas.core.db import Base, UtcDateTime


class ImportBatch(Base):
    """The rows of a file, and the versions of what they were compared with (`versions`: id of an intervention to its version).

    It waits for a day, and is deleted when it is accepted, given up or too old. `token` stands in the address.
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
