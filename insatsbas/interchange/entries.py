"""What a file says of an intervention that we have: each column and its value, in an order that no database decides."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from insatsbas.catalogue import queries
from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.rules import next_occasion
from insatsbas.core import clock
from insatsbas.core.viewer import Viewer
from insatsbas.interchange.columns import Column, OccasionKey, OutcomeKey, ReferenceKey
from insatsbas.interchange.lookup import Lookup
from insatsbas.interchange.objects import Reference
from insatsbas.interchange.rows import TERM_COLUMNS
from insatsbas.interchange.values import split_paragraphs, tidy, tidy_line, tidy_link, written_form

Entry = Mapping[Column, Any]
_AT_ONCE = 500


def keys(viewer: Viewer, session: Session, *, source: str) -> list[tuple[str, str, int]]:
    """Source, id within it and our number of each entry that the viewer may read, in the order of a file. `source` is ours."""
    row = Intervention
    found = session.execute(queries.visible(viewer).with_only_columns(row.id, row.source, row.external_id, row.public_id))
    return sorted((foreign or source, theirs or ours, number) for number, foreign, theirs, ours in found)


def entries(viewer: Viewer, session: Session, *, source: str) -> Iterator[Entry]:
    """Everything that a file says of each entry that the viewer may read, in order."""
    return entries_of(viewer, session, [number for _, _, number in keys(viewer, session, source=source)], source=source)


def entries_of(viewer: Viewer, session: Session, numbers: Sequence[int], *, source: str) -> Iterator[Entry]:
    """Everything that a file says of these, so far as the viewer may read them, in this order. Some at a time."""
    lookup, today = Lookup(session), clock.today()
    for start in range(0, len(numbers), _AT_ONCE):
        rows = queries.with_outcomes(session, queries.by_ids(viewer, session, numbers[start : start + _AT_ONCE]))
        names = names_of(
            viewer, session, {number for row in rows for number in (row.forerunner_id, row.template_id) if number}, source=source
        )
        for row in rows:
            yield entry(row, lookup, names, source=source, today=today)


def names_of(viewer: Viewer, session: Session, numbers: Collection[int], *, source: str) -> Mapping[int, Reference]:
    """What a file calls these entries, so far as the viewer may know of them."""
    if not numbers:
        return {}
    row = Intervention
    wanted = queries.visible(viewer).where(row.id.in_(numbers)).with_only_columns(row.id, row.source, row.external_id, row.public_id)
    return {number: (foreign or source, theirs or ours) for number, foreign, theirs, ours in session.execute(wanted)}


def entry(row: Intervention, lookup: Lookup, names: Mapping[int, Reference], *, source: str, today: date) -> Entry:
    """Everything that a file says of an intervention: the next occasion as columns, and all of them as a list.

    `names` are what a file calls the entries that it came from.
    """
    occasions = sorted(row.occasions, key=lambda o: (o.start is None, o.start or today, o.id))
    return {
        Column.SOURCE: row.source or source,
        Column.ID: row.external_id or row.public_id,
        Column.TITLE: tidy_line(row.title),
        Column.SUMMARY: tidy(row.summary),
        Column.NEEDS: lookup.need_names(row.needs),
        Column.OWNER: tidy_line(row.owner.name),
        Column.STATUS: row.status.value,
        Column.DESCRIPTION: tidy(row.description),
        Column.PREREQUISITES: tidy(row.prerequisites),
        Column.LESSONS: "\n\n".join(part for lesson in row.lessons for part in split_paragraphs(lesson.text)),
        Column.END_REASON: row.end_reason.value if row.end_reason else None,
        Column.LAST_KNOWN: row.last_known,
        Column.GIVEN_IN: sorted(municipality.name for municipality in row.given_in),
        Column.OPEN_FOR: sorted(municipality.name for municipality in row.open_for),
        Column.LEVEL_REQUIRED: None if row.level_required is None else row.level_required.import_name,
        Column.LEVEL_REACHED: None if row.level_reached is None else row.level_reached.import_name,
        Column.FORM: written_form(row.form) if row.form else None,
        Column.HOURS: row.hours_per_week,
        Column.LENGTH: tidy_line(row.length),
        Column.COST: row.participant_cost,
        Column.PRICE: row.place_price,
        Column.LINKS: [tidy_link(link.url) for link in row.links],
        Column.CONTACT: tidy_line(row.contact),
        Column.VERIFIED: row.verified_on,
        Column.IS_EXAMPLE: row.is_example,
        Column.ROLLING: row.rolling,
        Column.OCCASIONS: [_occasion(occasion) for occasion in occasions],
        Column.PAUSE_REASON: row.pause_reason.value if row.pause_reason else None,
        Column.KNOWS_MORE: tidy_line(row.knows_more),
        Column.OUTCOMES: [{OutcomeKey.LABEL: tidy_line(o.label), OutcomeKey.COUNT: o.count} for o in row.outcomes],
        Column.FORERUNNER: _reference(names.get(row.forerunner_id or 0)),
        Column.TEMPLATE: _reference(names.get(row.template_id or 0)),
        **{column: sorted(term.code for term in row.terms_of(kind)) for column, kind in TERM_COLUMNS.items()},
        **_columns_of_the_next(next_occasion(occasions, today)),
    }


def _occasion(row: Occasion) -> Mapping[OccasionKey, Any]:
    # The database holds no address that is given on contact only; that none leaves is not left to it alone.
    is_open = not row.address_on_request
    return {
        OccasionKey.START: row.start,
        OccasionKey.END: row.end,
        OccasionKey.APPLY_BY: row.apply_by,
        OccasionKey.PLACES: row.places,
        OccasionKey.LEFT: row.left,
        OccasionKey.PLACE: tidy_line(row.place) if is_open else "",
        OccasionKey.ADDRESS: tidy_line(row.address) if is_open else "",
        OccasionKey.ON_REQUEST: row.address_on_request,
    }


def _reference(name: Reference | None) -> Mapping[ReferenceKey, str] | None:
    return None if name is None else {ReferenceKey.SOURCE: name[0], ReferenceKey.ID: name[1]}


def _columns_of_the_next(row: Occasion | None) -> dict[Column, Any]:
    if row is None or (row.start is None and row.places is None):
        # Columns that have neither a start nor places tell nothing of occasions.
        return {}
    return {
        Column.START: row.start,
        Column.END: row.end,
        Column.APPLY_BY: row.apply_by,
        Column.PLACES: row.places,
        Column.LEFT: row.left,
    }
