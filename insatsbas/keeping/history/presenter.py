"""From revisions to what the pages of history show."""

from collections.abc import Iterator, Sequence

from insatsbas.catalogue import snapshot
from insatsbas.catalogue.revision_models import Revision
from insatsbas.catalogue.snapshot import Content
from insatsbas.core.i18n import gettext as _
from insatsbas.keeping.history.fields import FIELDS, Field, Names, Shape
from insatsbas.keeping.history.page import FieldChange, FieldText, RevisionRow
from insatsbas.keeping.history.queries import Staff, content
from insatsbas.keeping.history.rules import Row, by_items, by_words


def row(revision: Revision, before: Revision | None, staff: Staff) -> RevisionRow:
    """A revision in a line, with the fields in which it differs from the one before."""
    return RevisionRow(
        number=revision.number,
        at=revision.at,
        who=who(revision, staff),
        why=revision.why,
        changed=tuple(names_of_differing(content(before), content(revision))) if before else (),
    )


def who(revision: Revision, staff: Staff) -> str:
    """Who made it, by name if the viewer may know it."""
    if revision.person_id is None or revision.person_id in staff.known:
        return revision.who
    return _("samordnaren") if revision.person_id in staff.coordinators else _("någon hos en annan organisation")


def names_of_differing(before: Content, after: Content) -> Iterator[str]:
    """What the fields are called in which two contents differ, in the order of the page."""
    kept = set(snapshot.differing(before, after)) - {"terms"}
    for field in FIELDS:
        if field.kept_as in kept or (field.kept_as == "terms" and field.read(before, _CODES) != field.read(after, _CODES)):
            yield _(field.label)


# Terms by their codes: enough to see whether they differ.
_CODES = Names({}, {}, {}, {}, {})


def fields(told: Content, names: Names) -> tuple[FieldText, ...]:
    """All that a content says."""
    read = ((field, field.read(told, names)) for field in FIELDS)
    return tuple(FieldText(_(field.label), tuple(lines)) for field, lines in read if lines)


def changes(before: Content, after: Content, names: Names) -> tuple[FieldChange, ...]:
    """How each field that differs came to do so."""
    found = []
    for field in FIELDS:
        old, new = field.read(before, names), field.read(after, names)
        if old != new:
            found.append(FieldChange(_(field.label), _rows(field, old, new)))
    return tuple(found)


def _rows(field: Field, old: Sequence[str], new: Sequence[str]) -> tuple[Row, ...]:
    if field.shape is Shape.TEXT:
        return (by_words("".join(old), "".join(new)),)
    return by_items(old, new, within=field.shape is Shape.ROWS)
