"""Every write of organisations by the co-ordinator: adding, changing, leaving, coming back. Never commits."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from insatsbas.accounts import actions as people
from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue import actions as catalogue
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import EndReason, Status
from insatsbas.core import clock, events
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.templating import longdate
from insatsbas.core.text import unique_slug
from insatsbas.core.viewer import Grant, Viewer
from insatsbas.keeping.desk.leaving import Plan
from insatsbas.keeping.reports.models import Report
from insatsbas.organisations.models import Municipality, Organisation
from insatsbas.organisations.rules import OrganisationKind, has_left, organisation_number

# So long is the subject of an event.
_SUBJECT = 60


@dataclass(frozen=True, slots=True)
class Details:
    """An organisation as a form tells it."""

    name: str
    kind: OrganisationKind
    municipality: Municipality | None
    number: str
    mailbox: str
    shows_freshness: bool
    one_may_do_both: bool = False


def add(viewer: Viewer, session: Session, details: Details) -> Organisation:
    """A new organisation. Its address is made of its name, and stays when the name changes.

    Raises:
        RefusedError: another has the name or the number, or the number is none.
    """
    require(viewer, Permission.COORDINATE)
    slugs = set(session.scalars(select(Organisation.slug)))
    organisation = Organisation(slug=unique_slug(details.name, slugs, longest=60), is_example=False)
    with session.no_autoflush:
        _set(session, organisation, details)
    session.add(organisation)
    session.flush()
    _record(viewer, session, "organisation.ny", organisation, organisation.name)
    if organisation.one_may_do_both:
        _record_both(viewer, session, organisation)
    return organisation


def change(viewer: Viewer, session: Session, organisation: Organisation, details: Details) -> bool:
    """Change what is known of an organisation; its address stays. Whether anything differed.

    Raises:
        RefusedError: another has the name or the number, or the number is none.
    """
    require(viewer, Permission.COORDINATE)
    before, did_allow = organisation.name, organisation.one_may_do_both
    with session.no_autoflush:
        _set(session, organisation, details)
    if not session.is_modified(organisation):
        return False
    session.flush()
    told = before if before == organisation.name else f"{before} → {organisation.name}"
    _record(viewer, session, "organisation.andrad", organisation, told)
    if organisation.one_may_do_both != did_allow:
        _record_both(viewer, session, organisation)
    return True


def show_freshness(viewer: Viewer, session: Session, slugs: set[str]) -> None:
    """Let everybody see how fresh the entries of these organisations are, and of no others."""
    require(viewer, Permission.COORDINATE)
    for organisation in session.scalars(select(Organisation)).all():
        shows = organisation.slug in slugs
        if organisation.shows_freshness != shows:
            organisation.shows_freshness = shows
            _record(viewer, session, "organisation.andrad", organisation, organisation.name)
    session.flush()


def leave(viewer: Viewer, session: Session, plan: Plan, *, on: date, reason: EndReason) -> None:
    """Let an organisation leave as a plan says. What it did, agreed on and learned stays.

    Its entries are handed over or end, its people lose their roles for it, and those who hold no other are signed out for good.

    Raises:
        RefusedError: it has left, the day is to come, or nobody is there to hand over to.
    """
    require(viewer, Permission.COORDINATE)
    organisation, to = plan.organisation, plan.to
    if has_left(organisation.left_on, clock.today()):
        raise RefusedError(_("%(name)s har redan lämnat samverkan.", name=organisation.name))
    if on > clock.today():
        raise RefusedError(_("Allt görs på en gång. Välj i dag eller en dag som har varit."))
    if plan.handed and (to is None or to is organisation or has_left(to.left_on, clock.today())):
        raise RefusedError(_("Välj en annan organisation, som är med i samverkan, att lämna över till."))
    why = _("%(name)s lämnade samverkan %(day)s.", name=organisation.name, day=longdate(on))
    if to is not None:
        for row in plan.handed:
            _hand_over(viewer, session, row, to, why)
    for row in plan.ended:
        _end(viewer, session, row, reason, why)
    for person in plan.people:
        kept = {Grant(m.role, m.organisation_id) for m in person.memberships if m.organisation_id != organisation.id}
        people.change_grants(viewer, session, person, kept)
        if not kept:
            people.disable(viewer, session, person)
    # What its readers have told of it and wait to have answered is for the co-ordinator now; of what was handed over, for the new owner.
    open_ones = update(Report).where(Report.closed_at.is_(None), Report.organisation_id == organisation.id)
    if to is not None:
        follows = Report.intervention_id.in_(row.id for row in plan.handed)
        session.execute(open_ones.where(follows).values(organisation_id=to.id))
    session.execute(open_ones.values(organisation_id=None))
    organisation.left_on = on
    session.flush()
    _record(viewer, session, "organisation.lamnat", organisation, _told(plan))


def come_back(viewer: Viewer, session: Session, organisation: Organisation) -> None:
    """Let an organisation that left take part again. Its people get their roles anew, and it starts its entries itself."""
    require(viewer, Permission.COORDINATE)
    organisation.left_on = None
    session.flush()
    _record(viewer, session, "organisation.ater", organisation, organisation.name)


def _hand_over(viewer: Viewer, session: Session, row: Intervention, to: Organisation, why: str) -> None:
    # The new owner has not confirmed anything yet.
    changes = catalogue.InterventionChanges(owner=to, verified_on=None, verified_by_id=None)
    catalogue.update(viewer, session, row, changes, why=f"{why} {_('Lämnades över till %(name)s.', name=to.name)}")


def _end(viewer: Viewer, session: Session, row: Intervention, reason: EndReason, why: str) -> None:
    changes = catalogue.InterventionChanges(status=Status.ENDED, end_reason=reason, pause_reason=None)
    if row.owner.mailbox and not row.knows_more:
        changes["knows_more"] = row.owner.mailbox
    catalogue.update(viewer, session, row, changes, why=why)


def _told(plan: Plan) -> str:
    told = _(
        "Avslutade: %(ended)s. Överlämnade: %(handed)s. Utkast kvar: %(kept)s. Personer som mister roller: %(people)s.",
        ended=len(plan.ended),
        handed=len(plan.handed),
        kept=len(plan.drafts),
        people=len(plan.people),
    )
    return f"{told} {_('Till %(name)s.', name=plan.to.name)}" if plan.to and plan.handed else told


def _set(session: Session, organisation: Organisation, details: Details) -> None:
    number = organisation_number(details.number)
    for other in session.scalars(select(Organisation)):
        if other is organisation or (organisation.id is not None and other.id == organisation.id):
            continue
        if other.name.casefold() == details.name.casefold():
            raise RefusedError(_("Det finns redan en organisation som heter %(name)s.", name=other.name))
        if number and other.number == number:
            raise RefusedError(_("%(name)s har redan organisationsnumret %(number)s.", name=other.name, number=number))
    organisation.name, organisation.kind, organisation.number = details.name, details.kind, number
    organisation.municipality_code = details.municipality.code if details.municipality else None
    organisation.mailbox, organisation.shows_freshness = details.mailbox, details.shows_freshness
    organisation.one_may_do_both = details.one_may_do_both


def _record_both(viewer: Viewer, session: Session, organisation: Organisation) -> None:
    _record(viewer, session, "organisation.bada", organisation, _("Ja") if organisation.one_may_do_both else _("Nej"))


def _record(viewer: Viewer, session: Session, kind: str, organisation: Organisation, text: str) -> None:
    subject = f"organisation:{organisation.slug}"[:_SUBJECT]
    events.record(viewer, session, kind, subject=subject, organisation_id=organisation.id, text=text)
