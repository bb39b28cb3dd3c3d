"""Every read of the desk that is not somebody else's already. All are the co-ordinator's: the views ask for that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from insatsbas.accounts import queries as people
from insatsbas.accounts.models import Person
from insatsbas.catalogue.freshness_queries import confirmed_before, stale_limit
from insatsbas.catalogue.models import Intervention, Need, Term, intervention_need, intervention_term
from insatsbas.catalogue.queries import swedish_order
from insatsbas.catalogue.rules import Status, TermKind
from insatsbas.core import clock
from insatsbas.core.errors import NotFoundError
from insatsbas.core.i18n import gettext as _
from insatsbas.keeping.desk.leaving import ONGOING
from insatsbas.keeping.reports.models import Report
from insatsbas.keeping.reports.rules import ReportKind
from insatsbas.organisations.models import Municipality, Organisation
from insatsbas.organisations.rules import has_left


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation in the list: how many editors it has that can sign in, what it gives now, and all that it has, drafts too."""

    organisation: Organisation
    editors: int
    ongoing: int
    entries: int
    has_left: bool

    @property
    def lacks_editor(self) -> bool:
        """Whether it takes part and nobody keeps its entries."""
        return not self.has_left and not self.editors


@dataclass(frozen=True, slots=True)
class Attention:
    """What waits for the co-ordinator, in numbers."""

    without_editor: int
    stale: int
    reports: int
    missing: int
    never_came: int


@dataclass(frozen=True, slots=True)
class Missing:
    """What was said to be missing of one need in one municipality, newest first."""

    need: Need | None
    municipality: Municipality | None
    reports: tuple[Report, ...]

    @property
    def waiting(self) -> int:
        """How many nobody has answered."""
        return sum(report.closed_at is None for report in self.reports)

    @property
    def said(self) -> list[tuple[Report, date]]:
        """Each, with the day on which it was said."""
        return [(report, clock.local_day(report.created_at)) for report in self.reports]

    @property
    def latest(self) -> datetime:
        """When it was last said."""
        return max(report.created_at for report in self.reports)


def organisation_rows(session: Session) -> list[OrganisationRow]:
    """All organisations, by name."""
    editors = people.editors_by_organisation(session)
    ongoing = func.count().filter(Intervention.status.in_(ONGOING))
    query = select(Intervention.owner_id, ongoing, func.count()).group_by(Intervention.owner_id)
    counts = {row[0]: (row[1], row[2]) for row in session.execute(query)}
    today = clock.today()
    rows = [
        OrganisationRow(o, editors.get(o.id, 0), *counts.get(o.id, (0, 0)), has_left(o.left_on, today))
        for o in session.scalars(select(Organisation))
    ]
    return sorted(rows, key=lambda row: swedish_order(row.organisation.name))


def attention(session: Session) -> Attention:
    """What waits."""
    stale = select(func.count()).select_from(Intervention).where(confirmed_before(stale_limit(session)))
    waiting = select(func.count()).select_from(Report).where(Report.closed_at.is_(None), Report.organisation_id.is_(None))
    invited = select(func.count()).select_from(Person).where(Person.password_hash.is_(None), Person.disabled_at.is_(None))
    return Attention(
        without_editor=sum(row.lacks_editor and row.ongoing > 0 for row in organisation_rows(session)),
        stale=session.scalar(stale) or 0,
        reports=session.scalar(waiting.where(Report.kind != ReportKind.MISSING)) or 0,
        missing=session.scalar(waiting.where(Report.kind == ReportKind.MISSING)) or 0,
        never_came=session.scalar(invited) or 0,
    )


def missing(session: Session) -> list[Missing]:
    """All that was said to be missing, by need and municipality: what was said most often first."""
    whole = (joinedload(Report.need), joinedload(Report.municipality))
    query = select(Report).where(Report.kind == ReportKind.MISSING).options(*whole).order_by(Report.created_at.desc(), Report.id.desc())
    groups: dict[tuple[int | None, str | None], list[Report]] = {}
    for report in session.scalars(query):
        groups.setdefault((report.need_id, report.municipality_code), []).append(report)
    found = [Missing(reports[0].need, reports[0].municipality, tuple(reports)) for reports in groups.values()]
    return sorted(found, key=lambda group: (-len(group.reports), -group.latest.timestamp()))


def uses_of_needs(session: Session) -> Mapping[int, int]:
    """For each need's id: how many entries have just that need, drafts too."""
    column = intervention_need.c.need_id
    return {row[0]: row[1] for row in session.execute(select(column, func.count()).group_by(column))}


def uses_of_terms(session: Session) -> Mapping[int, int]:
    """For each term's id: how many entries have it, drafts too."""
    column = intervention_term.c.term_id
    return {row[0]: row[1] for row in session.execute(select(column, func.count()).group_by(column))}


def terms_by_kind(session: Session) -> Mapping[TermKind, list[Term]]:
    """Every list, in order."""
    found: dict[TermKind, list[Term]] = {}
    for row in session.scalars(select(Term).order_by(Term.position, Term.id)):
        found.setdefault(row.kind, []).append(row)
    return found


def taking_part(session: Session) -> list[Organisation]:
    """The organisations that have not left, by name."""
    today = clock.today()
    rows = [o for o in session.scalars(select(Organisation)) if not has_left(o.left_on, today)]
    return sorted(rows, key=lambda o: swedish_order(o.name))


def drafts_of(session: Session, organisation: Organisation) -> Sequence[Intervention]:
    """An organisation's drafts, by title."""
    query = select(Intervention).where(Intervention.owner_id == organisation.id, Intervention.status == Status.DRAFT)
    return session.scalars(query.order_by(Intervention.title)).all()


def organisation(session: Session, slug: str) -> Organisation:
    """The organisation of an address.

    Raises:
        NotFoundError: there is none.
    """
    return _found(session.scalar(select(Organisation).where(Organisation.slug == slug)), _("Organisationen finns inte."))


def municipality(session: Session, code: str) -> Municipality:
    """The municipality with a code.

    Raises:
        NotFoundError: there is none.
    """
    return _found(session.get(Municipality, code), _("Kommunen finns inte."))


def need(session: Session, code: str) -> Need:
    """The need with a code.

    Raises:
        NotFoundError: there is none.
    """
    return _found(session.scalar(select(Need).where(Need.code == code)), _("Behovet finns inte."))


def term(session: Session, kind: TermKind, code: str) -> Term:
    """The term of a list with a code.

    Raises:
        NotFoundError: there is none.
    """
    return _found(session.scalar(select(Term).where(Term.kind == kind, Term.code == code)), _("Ordet finns inte i listan."))


def people_with_roles(session: Session, organisation_ids: Sequence[int]) -> Mapping[int, list[Person]]:
    """For each of some organisations: those who hold a role for it, by name."""
    found: dict[int, list[Person]] = {number: [] for number in organisation_ids}
    for person in sorted(people.everybody(session), key=lambda p: swedish_order(p.shown_name)):
        for number in {m.organisation_id for m in person.memberships}:
            if number in found:
                found[number].append(person)
    return found


_Row = TypeVar("_Row")


def _found(row: _Row | None, otherwise: str) -> _Row:
    if row is None:
        raise NotFoundError(otherwise)
    return row
