"""What the overview shows, as plain values, drawn by `templates/insight/`."""

from dataclasses import dataclass

from insatsbas.search.page import Choice


@dataclass(frozen=True, slots=True)
class Cell:
    """A need in a municipality: how many active, paused and ended, each with the address of exactly those (empty when none)."""

    active: int
    paused: int
    ended: int
    active_url: str
    paused_url: str
    ended_url: str
    # 0 for none, 1–4 by how many active there are against the most of any cell: a shade, never the only sign.
    shade: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing active answers the need here: a gap."""
        return self.active == 0


@dataclass(frozen=True, slots=True)
class Row:
    """A need over all municipalities. `parts_url` opens its parts; None for a part."""

    label: str
    url: str
    parts_url: str | None
    is_part: bool
    cells: tuple[Cell, ...]
    total: Cell


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """Needs × municipalities. `columns` are the municipalities' names with their pages; `gaps` tells how many cells are empty."""

    columns: tuple[Choice, ...]
    rows: tuple[Row, ...]
    gaps: int
    cells: int
    opened: str
    close_url: str
    picture_url: str
