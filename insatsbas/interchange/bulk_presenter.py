"""From a file that waits to what its page shows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Intervention
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.viewer import Viewer
from insatsbas.interchange import bulk_queries, bulk_wire
from insatsbas.interchange.batch_models import ImportBatch
from insatsbas.interchange.bulk_page import Entry, Fault, Fetch, PreviewPage, Section, UploadPage, Waiting
from insatsbas.interchange.bulk_run import Comparison, Kind, Outcome
from insatsbas.interchange.table import Fault as FileFault
from insatsbas.keeping.history import presenter as history
from insatsbas.keeping.history import queries as history_queries
from insatsbas.keeping.history.page import FieldChange
from insatsbas.keeping.history.rules import by_items

# So many of each kind on a page.
SHOWN = 50
_T = TypeVar("_T")
_FAULTS, _OVERTAKEN = "fel", "andrade-av-andra"


def upload_page(viewer: Viewer, session: Session) -> UploadPage:
    """The page where a file is chosen."""
    return UploadPage(
        fetches=tuple(Fetch(url_for("bulk.ours", organisation=o.slug), o.name) for o in bulk_queries.with_something(viewer, session)),
        waiting=tuple(Waiting(url_for("bulk.preview", token=token), name, at) for token, name, at in bulk_queries.waiting(viewer, session)),
    )


def preview_page(viewer: Viewer, session: Session, batch: ImportBatch, found: Comparison, pages: Mapping[str, int]) -> PreviewPage:
    """What would come of a file. `session` is the one that it was judged in; `pages` tells which page of each section is asked for."""
    paging = _Paging(batch.token, pages)
    new, changed, unchanged = (found.of(kind) for kind in Kind)
    sections = (
        paging.section(_FAULTS, _("Fel"), found.faults, _faults),
        paging.section(_OVERTAKEN, _("Ändrade av någon annan"), found.overtaken, _faults),
        paging.section(Kind.CHANGED.value, _("Ändrade"), changed, lambda some: _changed(viewer, session, some)),
        paging.section(Kind.NEW.value, _("Nya"), new, lambda some: _new(session, some)),
        paging.section(Kind.UNCHANGED.value, _("Oförändrade"), unchanged, lambda some: [_entry(outcome) for outcome in some]),
    )
    left_out = found.left_out
    return PreviewPage(
        heading=_("Granska %(name)s", name=batch.file_name),
        token=batch.token,
        file_name=batch.file_name,
        until=batch.created_at + bulk_queries.WAITS,
        is_done=False,
        counts=_counts({kind: len(found.of(kind)) for kind in Kind}, len(left_out)),
        sections=tuple(section for section in sections if section.total),
        takes=len(new) + len(changed),
        left_out=len({fault.row for fault in left_out}),
    )


def done_page(batch: ImportBatch, pages: Mapping[str, int]) -> PreviewPage:
    """What came of a file that was taken in."""
    result, faults, paging = batch.result or {}, bulk_wire.faults_of(batch.faults), _Paging(batch.token, pages)
    section = paging.section(_FAULTS, _("Togs inte in"), faults, _faults)
    return PreviewPage(
        heading=_("%(name)s är inläst", name=batch.file_name),
        token=batch.token,
        file_name=batch.file_name,
        until=batch.created_at + bulk_queries.WAITS,
        is_done=True,
        counts=_counts({kind: result.get(kind.value, 0) for kind in Kind}, len(faults)),
        sections=(section,) if section.total else (),
        takes=0,
        left_out=len({fault.row for fault in faults}),
    )


class _Paging:
    """Which part of each section is shown, and the ways to the others. The other sections stay where they are."""

    def __init__(self, token: str, pages: Mapping[str, int]) -> None:
        self._token, self._pages = token, pages

    def section(self, name: str, heading: str, every: Sequence[_T], show: Callable[[Sequence[_T]], Sequence[Entry | Fault]]) -> Section:
        """A section of which one page is shown, with its ways to earlier and later ones."""
        now, last = self._now(name, len(every)), _last(len(every))
        return Section(
            name=name,
            heading=heading,
            total=len(every),
            items=show(every[(now - 1) * SHOWN : now * SHOWN]),
            earlier_url=self._url(name, now - 1) if now > 1 else "",
            later_url=self._url(name, now + 1) if now < last else "",
        )

    def _now(self, name: str, total: int) -> int:
        return max(1, min(self._pages.get(name, 1), _last(total)))

    def _url(self, name: str, page: int) -> str:
        pages = {**self._pages, name: page}
        told: dict[str, Any] = {n: str(p) for n, p in pages.items() if p > 1}
        return url_for("bulk.preview", token=self._token, _anchor=name, **told)


def _last(total: int) -> int:
    return max(1, -(-total // SHOWN))


def _counts(kinds: Mapping[Kind, int], faults: int) -> tuple[tuple[str, int], ...]:
    return (
        (ngettext("ny", "nya", kinds[Kind.NEW]), kinds[Kind.NEW]),
        (ngettext("ändrad", "ändrade", kinds[Kind.CHANGED]), kinds[Kind.CHANGED]),
        (ngettext("oförändrad", "oförändrade", kinds[Kind.UNCHANGED]), kinds[Kind.UNCHANGED]),
        (_("fel"), faults),
    )


def _faults(some: Sequence[FileFault]) -> list[Fault]:
    return [Fault(fault.row, fault.column or "", fault.reason) for fault in some]


def _entry(outcome: Outcome, *, changes: tuple[FieldChange, ...] = (), note: str = "") -> Entry:
    row = outcome.row
    # One that is not kept yet has no page.
    url = url_for("pages.intervention", public_id=row.public_id) if outcome.before is not None else ""
    return Entry(outcome.number, row.title, outcome.owner.name, _(row.status.label), url, changes, note)


def _changed(viewer: Viewer, session: Session, outcomes: Sequence[Outcome]) -> list[Entry]:
    """Each with how its fields differ."""
    if not outcomes:
        return []
    pairs = [(outcome, outcome.before or {}, outcome.after) for outcome in outcomes]
    names = history_queries.names(viewer, session, [content for _outcome, *both in pairs for content in both])
    found = []
    for outcome, before, after in pairs:
        changes = list(history.changes(before, after, names))
        if outcome.confirmed_before != outcome.confirmed_after:
            days = ([day] if day else [] for day in (outcome.confirmed_before, outcome.confirmed_after))
            changes.append(FieldChange(_("Bekräftad"), by_items(*days)))
        # What does not show: it refers to another entry of the same file, or a list has changed under it.
        note = "" if changes else _("Kopplas till en annan insats i filen.")
        found.append(_entry(outcome, changes=tuple(changes), note=note))
    return found


def _new(session: Session, outcomes: Sequence[Outcome]) -> list[Entry]:
    """Each with a warning where its organisation already has one that is called the same."""
    owners = {outcome.owner.id for outcome in outcomes}
    query = select(Intervention.owner_id, Intervention.title).where(Intervention.owner_id.in_(owners))
    have = {(owner, title.casefold()) for owner, title in session.execute(query)} if owners else set()
    warning = _("Organisationen har redan en insats som heter så.")
    return [_entry(o, note=warning if (o.owner.id, o.row.title.casefold()) in have else "") for o in outcomes]
