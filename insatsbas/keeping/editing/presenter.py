"""From rows to what the pages of editing show."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import url_for

from insatsbas.accounts.policy import Permission, may
from insatsbas.catalogue import freshness
from insatsbas.catalogue.freshness import ReviewDays
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.queries import Lists, swedish_order
from insatsbas.catalogue.rules import EndReason, Status, next_start
from insatsbas.core import clock
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Viewer
from insatsbas.keeping.editing.entry import Entry
from insatsbas.keeping.editing.page import Difference, Double, Learned, NeedGroup, OwnGroup, OwnPage, OwnRow, Panel, Past
from insatsbas.keeping.editing.queries import Kin
from insatsbas.keeping.editing.rules import Step, steps_from
from insatsbas.keeping.editing.values import Row, Values, differing
from insatsbas.organisations.models import Organisation
from insatsbas.search.page import Choice

_ORDER = (Status.DRAFT, Status.ACTIVE, Status.PAUSED, Status.ENDED)
_ENDPOINTS = {Step.PAUSE: "editing.pause", Step.END: "editing.end", Step.START: "editing.start_again", Step.DELETE: "editing.delete"}


def own_page(rows: Sequence[Intervention], organisations: Sequence[Organisation], chosen: str, days: ReviewDays) -> OwnPage:
    """What one keeps: drafts first, and in each group what is next to be confirmed."""
    groups = [OwnGroup(status, _own_rows([row for row in rows if row.status is status], days)) for status in _ORDER]
    return OwnPage(
        organisations=tuple((organisation.slug, organisation.name) for organisation in organisations),
        chosen=chosen,
        groups=tuple(group for group in groups if group.rows),
        shows_owner=len({row.owner_id for row in rows}) > 1,
    )


def _own_rows(rows: Iterable[Intervention], days: ReviewDays) -> tuple[OwnRow, ...]:
    made = (_own_row(row, days) for row in rows)
    last = clock.today().replace(year=9999)
    return tuple(sorted(made, key=lambda row: (row.due_on or last, swedish_order(row.title))))


def _own_row(row: Intervention, days: ReviewDays) -> OwnRow:
    created_on, is_reviewed = clock.local_day(row.created_at), row.status in freshness.REVIEWED
    return OwnRow(
        title=row.title,
        url=url_for("pages.intervention", public_id=row.public_id),
        edit_url=url_for("editing.edit", public_id=row.public_id),
        owner=row.owner.name,
        next_start=next_start(row.occasions, clock.today()) if row.status is Status.ACTIVE else None,
        rolling=row.rolling,
        due_on=freshness.due_on(row.verified_on, created_on, days) if is_reviewed else None,
        is_stale=is_reviewed and freshness.is_stale(row.verified_on, created_on, days, clock.today()),
    )


def need_groups(lists: Lists, entry: Entry) -> tuple[NeedGroup, ...]:
    """The needs that the form offers, by tile."""
    offered, chosen = dict(entry.offer.choices("needs")), set(entry.form.needs.data or ())
    tops: dict[int, list[tuple[str, str, bool]]] = {}
    names = {need.id: need.label for need in lists.needs}
    for need in lists.needs:
        if need.code in offered:
            tops.setdefault(need.parent_id or need.id, []).append((need.code, need.label, need.code in chosen))
    return tuple(NeedGroup(names[top], tuple(needs)) for top, needs in tops.items())


def doubles(rows: Iterable[Intervention]) -> tuple[Double, ...]:
    """Those that say the same, as a warning names them."""
    return tuple(Double(_place(row), row.title, url_for("pages.intervention", public_id=row.public_id)) for row in rows)


def _place(row: Intervention) -> str:
    names = ", ".join(m.name for m in row.given_in)
    return _("Finns redan i %(where)s:", where=names) if names else _("Finns redan hos %(owner)s:", owner=row.owner.name)


def learned(row: Intervention | None) -> Learned | None:
    """What a forerunner left; None where there is none."""
    if row is None:
        return None
    return Learned(
        title=row.title,
        url=url_for("pages.intervention", public_id=row.public_id),
        reason=_(row.end_reason.label) if row.end_reason and row.end_reason is not EndReason.UNKNOWN else "",
        lessons=tuple(lesson.text for lesson in row.lessons),
        outcomes=tuple((outcome.label, outcome.count) for outcome in row.outcomes),
        knows_more=row.knows_more,
    )


def past(row: Intervention, kin: Kin) -> Past:
    """Why it is not given, what came of it, and what it came from and led to."""
    return Past(
        pause_reason=_(row.pause_reason.label) if row.pause_reason else "",
        outcomes=tuple((outcome.label, outcome.count) for outcome in row.outcomes),
        knows_more=row.knows_more,
        forerunner=_named(kin.forerunner),
        successors=tuple(link for each in kin.successors if (link := _named(each))),
        template=_named(kin.template),
    )


def _named(row: Intervention | None) -> Choice | None:
    if row is None:
        return None
    return Choice(f"{row.title} ({row.owner.name})", url_for("pages.intervention", public_id=row.public_id))


def differences(entry: Entry, theirs: Values, base: Values | None) -> tuple[Difference, ...]:
    """The fields in which what was typed differs from what is saved. `base` is what the form was drawn from, if that is known."""
    mine = entry.values()
    touched = set(mine if base is None else differing(mine, base))
    return tuple(
        Difference(name, _label(entry, name), _lines(entry, name, theirs[name]), _lines(entry, name, mine[name]), name in touched)
        for name in differing(mine, theirs)
    )


def _label(entry: Entry, name: str) -> str:
    rows = {"occasions": _("Starter"), "outcomes": _("Resultat i siffror")}
    return rows[name] if name in rows else str(entry.form[name].label.text)


def _lines(entry: Entry, name: str, value: Any) -> tuple[str, ...]:
    """A field's value as lines to read."""
    if name in ("occasions", "outcomes"):
        return tuple(_row_line(row) for row in value) or (_("Inget"),)
    if isinstance(value, bool):
        return (_("Ja") if value else _("Nej"),)
    choices = getattr(entry.form[name], "choices", None)
    if choices:
        labels = dict(choices)
        codes = value if isinstance(value, list) else [value]
        return tuple(str(labels.get(code, code)) for code in codes) or (_("Inget"),)
    return tuple(line for line in value.splitlines() if line.strip()) or (_("Inget"),)


def _row_line(row: Row) -> str:
    told = [str(value) for name, value in row.items() if value and name not in ("row", "address_on_request")]
    return ", ".join([*told, *([_("adressen lämnas vid kontakt")] if row.get("address_on_request") else [])])


def panel(viewer: Viewer, row: Intervention) -> Panel | None:
    """What the viewer may do with an intervention; None when that is nothing."""
    if not may(viewer, Permission.KEEP):
        return None
    is_own = may(viewer, Permission.KEEP, row.owner_id)
    links = [*(_own_links(row) if is_own else ()), *_copy_links(row)]
    return Panel(tuple(links), is_own, row.hidden) if links else None


def _own_links(row: Intervention) -> Iterable[Choice]:
    def to(label: str, endpoint: str) -> Choice:
        return Choice(label, url_for(endpoint, public_id=row.public_id))

    yield to(_("Redigera"), "editing.edit")
    if row.status is Status.DRAFT:
        yield to(_("Förhandsgranska"), "pages.preview")
    yield from (to(_(step.label), _ENDPOINTS[step]) for step in steps_from(row.status) if step in _ENDPOINTS)
    yield to(_("Ändringar"), "history.revisions")


def _copy_links(row: Intervention) -> Iterable[Choice]:
    if row.status is Status.ENDED:
        yield Choice(_("Starta igen som ny"), url_for("editing.start_as_new", public_id=row.public_id))
    elif row.status is not Status.DRAFT:
        yield Choice(_("Använd som mall"), url_for("editing.use_as_template", public_id=row.public_id))
