"""Every read of the review."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from insatsbas.accounts.models import Membership, Person
from insatsbas.accounts.queries import editors_by_organisation
from insatsbas.catalogue import queries as catalogue
from insatsbas.catalogue.freshness import REVIEWED, ReviewDays, due_on, stale_before
from insatsbas.catalogue.freshness_queries import confirmed_before, last_confirmed
from insatsbas.catalogue.in_force_queries import in_force
from insatsbas.catalogue.models import Intervention
from insatsbas.core import clock
from insatsbas.core.errors import NotFoundError
from insatsbas.core.viewer import Role, Viewer
from insatsbas.keeping.reports import queries as reports
from insatsbas.keeping.review.links import Leave
from insatsbas.keeping.review.rules import current_review
from insatsbas.organisations.models import Organisation

# As many as a page shows, and some to spare.
_MOST_AT_ONCE = 200


def limit_at_hand(days: ReviewDays) -> date:
    """What was last confirmed before this day is to be confirmed for the review at hand."""
    return days.counts_from(current_review(days, clock.today()))


def count_waiting(viewer: Viewer, session: Session) -> int:
    """How much waits for a viewer, entries and reports, for the menu of every page: one question, beside those of the lists in force."""
    limit, own = limit_at_hand(in_force(session).review_days), viewer.organisations_as(Role.EDITOR)
    entries = select(func.count()).select_from(Intervention).where(Intervention.owner_id.in_(own), confirmed_before(limit))
    row = session.execute(select(entries.scalar_subquery(), reports.open_count(viewer).scalar_subquery())).one()
    return int(row[0]) + int(row[1])


def due(viewer: Viewer, session: Session, organisations: Collection[int], limit: date) -> list[Intervention]:
    """The entries of some organisations that are to be confirmed, whole, those that have waited longest first."""
    ids = session.scalars(select(Intervention.id).where(Intervention.owner_id.in_(organisations), confirmed_before(limit))).all()
    return sorted(catalogue.by_ids(viewer, session, ids), key=lambda row: (last_confirmed(row), catalogue.swedish_order(row.title)))


@dataclass(frozen=True, slots=True)
class DueEntry:
    """An entry to be confirmed, in as few words as a letter needs."""

    public_id: str
    title: str
    owner_id: int
    verified_on: date | None


def due_in_brief(session: Session, limit: date) -> list[DueEntry]:
    """All entries that are to be confirmed, in the order of a letter."""
    columns = (Intervention.public_id, Intervention.title, Intervention.owner_id, Intervention.verified_on)
    rows = [DueEntry(*row) for row in session.execute(select(*columns).where(confirmed_before(limit)))]
    return sorted(rows, key=lambda row: catalogue.swedish_order(row.title))


def keepers(session: Session) -> Sequence[Person]:
    """Everybody who is an editor or a co-ordinator and is not disabled."""
    holds = select(Membership.person_id).where(Membership.role.in_((Role.EDITOR, Role.COORDINATOR)))
    return session.scalars(select(Person).where(Person.id.in_(holds), Person.disabled_at.is_(None)).order_by(Person.id)).all()


@dataclass(frozen=True, slots=True)
class Standing:
    """How an organisation's entries stand: how many are reviewed, due, overdue and confirmed; and how many editors it has."""

    organisation: Organisation
    total: int
    due: int
    overdue: int
    confirmed: int
    editors: int


def standings(session: Session, days: ReviewDays) -> list[Standing]:
    """Every organisation that has something to review, by name."""
    now, late = limit_at_hand(days), stale_before(days, clock.today())
    due_now, overdue = _counts(session, now), _counts(session, late)
    query = (
        select(Organisation, func.count())
        .join(Intervention, Intervention.owner_id == Organisation.id)
        .where(Intervention.status.in_(REVIEWED))
        .group_by(Organisation.id)
    )
    editors = editors_by_organisation(session)
    found = [
        Standing(
            organisation,
            total,
            due=due_now.get(organisation.id, 0) - overdue.get(organisation.id, 0),
            overdue=overdue.get(organisation.id, 0),
            confirmed=total - due_now.get(organisation.id, 0),
            editors=editors.get(organisation.id, 0),
        )
        for organisation, total in session.execute(query)
    ]
    return sorted(found, key=lambda standing: catalogue.swedish_order(standing.organisation.name))


def _counts(session: Session, limit: date) -> dict[int, int]:
    query = select(Intervention.owner_id, func.count()).where(confirmed_before(limit)).group_by(Intervention.owner_id)
    return {row[0]: row[1] for row in session.execute(query)}


def organisations(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The names of some organisations."""
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(list(ids)))
    return {row[0]: row[1] for row in session.execute(query)}


def organisation_by_slug(session: Session, slug: str) -> Organisation | None:
    """An organisation by the name in its address."""
    return session.scalar(select(Organisation).where(Organisation.slug == slug)) if slug else None


def by_public_ids(viewer: Viewer, session: Session, public_ids: Sequence[str]) -> list[Intervention]:
    """The visible ones of some reviewed entries, whole; what is not among them is left out."""
    wanted = select(Intervention.id).where(Intervention.public_id.in_(public_ids[:_MOST_AT_ONCE]), Intervention.status.in_(REVIEWED))
    return catalogue.by_ids(viewer, session, session.scalars(wanted).all())


def entry_of(session: Session, leave: Leave) -> tuple[Viewer, Intervention] | None:
    """Who a link lets confirm, and what: None when the person is no editor of its owner any more, or it is not reviewed any more."""
    person = session.get(Person, leave.person_id)
    if person is None:
        return None
    viewer = person.as_viewer()
    try:
        row = catalogue.by_public_id(viewer, session, leave.public_id)
    except NotFoundError:
        return None
    return (viewer, row) if viewer.has(Role.EDITOR, row.owner_id) and row.status in REVIEWED else None


def is_confirmed_for(row: Intervention, review: date, days: ReviewDays) -> bool:
    """Whether an entry has been confirmed for a day of review."""
    return due_on(row.verified_on, clock.local_day(row.created_at), days) > review
