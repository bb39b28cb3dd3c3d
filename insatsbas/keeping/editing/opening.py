"""The form of an intervention: opened from what is saved, read back from a browser, and drawn. For views of editing and of the preview."""

from dataclasses import asdict

from flask import render_template, request

from insatsbas.accounts.guard import current_viewer
from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue import queries as catalogue
from insatsbas.catalogue import revision_actions, snapshot
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.occasion_actions import facts_of
from insatsbas.catalogue.rules import Status
from insatsbas.core import clock
from insatsbas.core.db import db
from insatsbas.core.forms import posted
from insatsbas.keeping.editing import presenter, queries, values
from insatsbas.keeping.editing.entry import Entry, Offer, asks_for_lessons
from insatsbas.keeping.editing.page import ConflictPage, Difference, FormPage
from insatsbas.keeping.editing.values import Values
from insatsbas.organisations.queries import commuting_from
from insatsbas.search.engine import ACTIVE_ONLY, Filters, Question
from insatsbas.search.query import Plan
from insatsbas.search.service import current_search
from insatsbas.search.similar import seem_the_same, similar_to


def own(public_id: str) -> Intervention:
    """An intervention that the viewer keeps.

    Raises:
        NotFoundError: there is none, or it is another organisation's draft.
        ForbiddenError: it is another organisation's.
    """
    row = catalogue.by_public_id(current_viewer(), db.session, public_id)
    require(current_viewer(), Permission.KEEP, row.owner_id)
    return row


def saved(row: Intervention) -> Values:
    """What is saved, field by field."""
    told = values.of_content(snapshot.take(row))
    told["occasions"] = [values.occasion(asdict(facts_of(each)), each.id) for each in row.occasions]
    return told


def offer(row: Intervention) -> Offer:
    """What the form of an intervention offers."""
    return Offer(catalogue.lists(db.session), saved(row), asks_for_lessons(row))


def opened(row: Intervention) -> Entry:
    """The form as it is opened, with the version that it is drawn from."""
    about = offer(row)
    return Entry.drawn(about, about.chosen, **_drawn_from(row))


def sent(row: Intervention) -> Entry:
    """The form as a browser sent it."""
    return Entry.posted(offer(row), posted(request.form))


def _drawn_from(row: Intervention) -> dict[str, str]:
    last = revision_actions.last(db.session, row)
    return {"version": str(row.version), "revision": str(last.number) if last else ""}


def form_page(row: Intervention, entry: Entry, *, refused: str = "") -> str:
    """The page of the form. `refused` is why it could not be saved, beside what its fields say."""
    kin = queries.kin(current_viewer(), db.session, row)
    page = FormPage(
        title=row.title,
        public_id=row.public_id,
        status=row.status,
        owner=row.owner.name,
        entry=entry,
        needs=presenter.need_groups(entry.offer.lists, entry),
        is_sheltered=entry.is_sheltered(),
        doubles=presenter.doubles(_doubles(row)) if row.status is Status.DRAFT else (),
        learned=presenter.learned(kin.forerunner),
        faults=(*((("", refused),) if refused else ()), *entry.faults()),
    )
    return render_template("keeping/editing/form.html", page=page, form=entry.form)


def _doubles(row: Intervention) -> list[Intervention]:
    search = current_search()
    asked = Question(Plan(), Filters(values=ACTIVE_ONLY, reach=commuting_from(db.session)), clock.today(), limit=0)
    likely = catalogue.by_ids(current_viewer(), db.session, similar_to(search, row, asked))
    return [other for other in seem_the_same(search, row.title, likely) if other.id != row.template_id]


def differences(row: Intervention, entry: Entry) -> tuple[Difference, ...]:
    """In what a form differs from what somebody else has saved since it was drawn; empty when nobody has."""
    if entry.form.version.data == str(row.version):
        return ()
    number = entry.form.revision.data or ""
    base = queries.content_at(db.session, row, int(number)) if number.isdecimal() and len(number) < 10 else None  # noqa: PLR2004
    if base is not None and base == snapshot.take(row):
        # It was confirmed, or hidden, and is as it was.
        return ()
    return presenter.differences(entry, saved(row), None if base is None else values.of_content(base))


def chosen(row: Intervention, entry: Entry) -> Entry:
    """The form with theirs where the page of two versions was answered so, else as it was sent.

    Not when somebody has saved again: then the answers are to what is no longer so, and are asked for anew.
    """
    if entry.form.version.data != str(row.version):
        return entry
    mine, theirs = entry.values(), saved(row)
    answered = [name for name in mine if request.form.get(f"val-{name}") == "deras"]
    if not answered:
        return entry
    merged = {**theirs, **mine, **{name: theirs[name] for name in answered}}
    return Entry.drawn(entry.offer, merged, **_drawn_from(row), why=entry.form.why.data or "")


def conflict_page(row: Intervention, entry: Entry, differing: tuple[Difference, ...]) -> str:
    """The page of two versions. What was typed is carried along in it."""
    for name, value in _drawn_from(row).items():
        entry.form[name].data = value
    page = ConflictPage(
        title=row.title,
        public_id=row.public_id,
        differences=differing,
        status_now=row.status,
        changed_by=queries.last_changed_by(current_viewer(), db.session, row),
        hidden=tuple(entry.pairs()),
    )
    return render_template("keeping/editing/conflict.html", page=page)
