"""From rows to what the pages of the review show."""

from collections.abc import Iterator, Sequence

from flask import url_for

from insatsbas.accounts.policy import Permission, may
from insatsbas.catalogue.freshness import REVIEWED, ReviewDays, due_on
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import Status, TermKind, next_occasion
from insatsbas.core import clock
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.templating import longdate
from insatsbas.core.viewer import Viewer
from insatsbas.keeping.reports.page import TaskRow
from insatsbas.keeping.review.page import ConfirmPage, ReviewRow, StandingRow, StandingsPage, ToDoPage
from insatsbas.keeping.review.queries import Standing
from insatsbas.keeping.review.rules import current_review
from insatsbas.search.cards import where
from insatsbas.search.page import Choice

# As many as one goes through at a time.
_SHOWN = 50


def to_do_page(
    rows: Sequence[Intervention], tasks: Sequence[TaskRow], days: ReviewDays, *, region: str, of: str, has_entries: bool
) -> ToDoPage:
    """What waits, the tasks and the entries."""
    drawn = [review_row(row, days, region=region) for row in rows]
    review = current_review(days, clock.today())
    return ToDoPage(
        of=of,
        tasks=tuple(tasks),
        rows=tuple(drawn[:_SHOWN]),
        count=len(drawn),
        overdue=sum(row.is_overdue for row in drawn),
        review=review,
        next_review=days.after(review),
        has_entries=has_entries,
    )


def review_row(row: Intervention, days: ReviewDays, *, region: str) -> ReviewRow:
    """One entry, as it is when it is asked whether it is still right."""
    due = due_on(row.verified_on, clock.local_day(row.created_at), days)
    return ReviewRow(
        public_id=row.public_id,
        title=row.title,
        url=url_for("pages.intervention", public_id=row.public_id),
        edit_url=url_for("editing.edit", public_id=row.public_id),
        summary=row.summary,
        status=row.status,
        owner=row.owner.name,
        facts=tuple((label, text) for label, text in _facts(row, region) if text),
        confirmed_on=row.verified_on,
        confirmed_by=row.verified_by.shown_name if row.verified_by else "",
        due_on=due,
        is_overdue=due < clock.today(),
        is_hidden=row.hidden,
    )


def confirm_page(row: Intervention | None, days: ReviewDays, *, region: str, is_done: bool) -> ConfirmPage:
    """What a link of a letter leads to."""
    return ConfirmPage(None if row is None else review_row(row, days, region=region), is_done)


def confirm_url(viewer: Viewer, row: Intervention) -> str:
    """Where those who keep an entry confirm it from its own page; "" for others, and when it was done today."""
    is_open = may(viewer, Permission.KEEP, row.owner_id) and row.status in REVIEWED and row.verified_on != clock.today()
    return url_for("review.confirm", public_id=row.public_id) if is_open else ""


def _facts(row: Intervention, region: str) -> Iterator[tuple[str, str]]:
    missing = _("Uppgift saknas")
    yield _("Så får deltagaren en plats"), ", ".join(term.label for term in row.terms_of(TermKind.WAY_IN)) or missing
    yield _("Ges i"), where(row, region)
    yield _("Kontakt"), row.contact or missing
    if row.status is Status.ACTIVE:
        yield _("Nästa start"), _start(row)


def _start(row: Intervention) -> str:
    if row.rolling:
        return _("Går att börja när som helst")
    found = next_occasion(row.occasions, clock.today())
    if found is None or found.start is None:
        return _("Ingen start planerad")
    left = "" if found.left is None else ", " + ngettext("%(antal)s ledig plats", "%(antal)s lediga platser", found.left, antal=found.left)
    return longdate(found.start) + left


def standings_page(standings: Sequence[Standing], days: ReviewDays) -> StandingsPage:
    """How all stand: those that have most overdue first."""
    ordered = sorted(standings, key=lambda one: -one.overdue)
    return StandingsPage(
        rows=tuple(_standing(one) for one in ordered),
        total=sum(one.total for one in standings),
        due=sum(one.due for one in standings),
        overdue=sum(one.overdue for one in standings),
        confirmed=sum(one.confirmed for one in standings),
        without_editor=sum(not one.editors for one in standings),
        review=current_review(days, clock.today()),
    )


def _standing(one: Standing) -> StandingRow:
    slug = one.organisation.slug
    return StandingRow(
        organisation=Choice(one.organisation.name, url_for("pages.organisation", slug=slug)),
        to_do_url=url_for("review.to_do", organisation=slug) if one.due or one.overdue else "",
        total=one.total,
        due=one.due,
        overdue=one.overdue,
        confirmed=one.confirmed,
        editors=one.editors,
    )
