"""Needs × municipalities: what there is, and where nothing is. Counted as the search counts, so that each number is what its link gives."""

from collections.abc import Mapping, Sequence

from flask import url_for

from insatsbas.catalogue.models import Need
from insatsbas.catalogue.queries import Lists
from insatsbas.catalogue.rules import PUBLIC, Status
from insatsbas.insight.page import Cell, OverviewPage, Row
from insatsbas.search.engine import Facet
from insatsbas.search.forms import address
from insatsbas.search.page import Choice

# Interventions per need, municipality and status; the municipality "" stands for all of them together.
Counts = Mapping[tuple[str, str, Status], int]
_SHADES = 4


def overview_page(counts: Counts, lists: Lists, opened: str) -> OverviewPage:
    """The table. `opened` is the code of the need whose parts are shown too, or empty."""
    municipalities = [m for m in lists.municipalities if m.is_member]
    codes = [m.code for m in municipalities]
    tops = [need for need in lists.needs if need.is_tile]
    most = max((counts.get((n.code, code, Status.ACTIVE), 0) for n in tops for code in codes), default=0)
    rows = [_row(need, codes, counts, most, is_open=need.code == opened) for need in _shown(tops, lists.needs, opened)]
    own = [cell for row in rows if not row.is_part for cell in row.cells]
    return OverviewPage(
        columns=tuple(Choice(m.name, address([(Facet.GIVEN_IN.value, m.code)])) for m in municipalities),
        rows=tuple(rows),
        gaps=sum(cell.is_empty for cell in own),
        cells=len(own),
        opened=opened,
        close_url=url_for("insight.overview"),
        picture_url=url_for("insight.overview_picture", delar=opened or None),
    )


def _shown(tops: Sequence[Need], needs: Sequence[Need], opened: str) -> list[Need]:
    shown: list[Need] = []
    for top in tops:
        shown.append(top)
        if top.code == opened:
            shown += [need for need in needs if need.parent_id == top.id]
    return shown


def _row(need: Need, codes: Sequence[str], counts: Counts, most: int, *, is_open: bool) -> Row:
    is_part = need.parent_id is not None
    return Row(
        label=need.label,
        url=url_for("pages.need", code=need.code),
        parts_url=None if is_part or is_open else url_for("insight.overview", delar=need.code),
        is_part=is_part,
        cells=tuple(_cell(need.code, code, counts, most) for code in codes),
        total=_cell(need.code, "", counts, 0),
    )


def _cell(need: str, code: str, counts: Counts, most: int) -> Cell:
    number = {status: counts.get((need, code, status), 0) for status in PUBLIC}
    pairs = [(Facet.NEED.value, need), *([(Facet.GIVEN_IN.value, code)] if code else [])]
    url = {status: address([*pairs, (Facet.STATUS.value, status.value)]) if number[status] else "" for status in PUBLIC}
    active = number[Status.ACTIVE]
    shade = 0 if not active or not most else max(1, -(-_SHADES * active // most))
    return Cell(active, number[Status.PAUSED], number[Status.ENDED], url[Status.ACTIVE], url[Status.PAUSED], url[Status.ENDED], shade)
