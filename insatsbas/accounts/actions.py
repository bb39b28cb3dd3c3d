"""Every write of people and what they may do: check the policy, change, note the event, flush. Never commits.

Sessions, passwords and failed tries are in `session_actions`.
"""

from collections.abc import Iterable, Mapping, Set

from sqlalchemy.orm import Session

from insatsbas.accounts import letters as texts
from insatsbas.accounts import queries
from insatsbas.accounts.models import Membership, OneTimeLink, Person
from insatsbas.accounts.policy import Permission, require
from insatsbas.accounts.rules import LINK_LASTS, LinkPurpose, Mandate, decides, hashed, new_token, normal_email
from insatsbas.accounts.session_actions import end_all_sessions, spend_links
from insatsbas.core import addresses, clock, events, letters
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.templating import number
from insatsbas.core.viewer import Grant, Role, Viewer

_LONGEST_NAME = 100
# What each decision-maker may decide on, by the organisation.
Mandates = Mapping[int, Mandate]
_NONE: Mandates = {}


def add_person(
    viewer: Viewer,
    session: Session,
    *,
    email: str,
    name: str,
    grants: Iterable[Grant],
    mandates: Mandates = _NONE,
    is_example: bool = False,
) -> Person:
    """Somebody new, with roles and without a password yet.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
        RefusedError: it is no address, or somebody has it; a role lacks its organisation; or it does not allow one person to do both.
    """
    require(viewer, Permission.COORDINATE)
    email = normal_email(email)
    if not letters.is_address(email):
        raise RefusedError(_("Skriv en e-postadress, till exempel namn@kommun.example."))
    if queries.by_email(session, email) is not None:
        raise RefusedError(_("Det finns redan ett konto med adressen %(email)s.", email=email))
    person = Person(email=email, name=" ".join(name.split())[:_LONGEST_NAME], is_example=is_example, created_at=clock.now())
    person.memberships = [_held(grant, mandates) for grant in sorted(_checked(session, grants), key=str)]
    session.add(person)
    session.flush()
    events.record(viewer, session, "person.ny", subject=f"person:{person.id}", text=_told(session, person))
    return person


def invite(viewer: Viewer, session: Session, *, email: str, name: str, grants: Iterable[Grant], mandates: Mandates = _NONE) -> Person:
    """Add somebody, and write them a letter with a link by which they choose a password.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
        RefusedError: as for `add_person`.
    """
    person = add_person(viewer, session, email=email, name=name, grants=grants, mandates=mandates)
    send_link(viewer, session, person, LinkPurpose.INVITATION)
    return person


def send_link(viewer: Viewer, session: Session, person: Person, purpose: LinkPurpose) -> str:
    """Write somebody a letter with a link by which they choose a password; the link. It works once, within an hour.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
        RefusedError: the person is disabled.
    """
    require(viewer, Permission.COORDINATE)
    if person.disabled_at:
        raise RefusedError(_("Kontot är avstängt. Öppna det först."))
    events.record(viewer, session, "person.lank", subject=f"person:{person.id}")
    return _write_link(session, person, purpose)


def ask_reset(session: Session, email: str) -> None:
    """Whoever it is says that they have forgotten their password. If there is such an account, its owner gets a letter."""
    person = queries.by_email(session, email)
    if person is not None and not person.disabled_at:
        _write_link(session, person, LinkPurpose.RESET if person.password_hash else LinkPurpose.INVITATION)


def change_grants(viewer: Viewer, session: Session, person: Person, grants: Iterable[Grant], mandates: Mandates | None = None) -> None:
    """Let somebody hold these roles and no others. It takes effect at their next request.

    With `mandates` all that they may decide on as decision-makers is set; without, it stays as it is.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
        RefusedError: a role lacks its organisation, which may not allow one person to do both; or nobody would be co-ordinator any more.
    """
    require(viewer, Permission.COORDINATE)
    held = {Grant(m.role, m.organisation_id): m for m in person.memberships}
    wanted = _checked(session, grants, held.keys())
    if Grant(Role.COORDINATOR) not in wanted:
        _keep_a_coordinator(viewer, session, person)
    for grant in held.keys() - wanted:
        person.memberships.remove(held[grant])
    for grant in sorted(wanted - held.keys(), key=str):
        person.memberships.append(_held(grant, mandates or _NONE))
    is_changed = wanted != held.keys()
    for membership in person.memberships if mandates is not None else ():
        is_changed |= _set(membership, _mandate(membership, mandates or _NONE))
    session.flush()
    if is_changed:
        events.record(viewer, session, "person.roller", subject=f"person:{person.id}", text=_told(session, person))


def disable(viewer: Viewer, session: Session, person: Person) -> None:
    """Let a person no longer sign in, and sign them out everywhere. What they have done stays.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
        RefusedError: nobody would be co-ordinator any more.
    """
    require(viewer, Permission.COORDINATE)
    if person.disabled_at:
        return
    _keep_a_coordinator(viewer, session, person)
    person.disabled_at = clock.now()
    end_all_sessions(session, person)
    spend_links(session, person)
    events.record(viewer, session, "person.avstangd", subject=f"person:{person.id}")
    session.flush()


def enable(viewer: Viewer, session: Session, person: Person) -> None:
    """Let a person who was disabled sign in again, with the roles and the password that they had.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
    """
    require(viewer, Permission.COORDINATE)
    if not person.disabled_at:
        return
    person.disabled_at = None
    events.record(viewer, session, "person.oppnad", subject=f"person:{person.id}")
    session.flush()


def _write_link(session: Session, person: Person, purpose: LinkPurpose) -> str:
    token = new_token()
    session.add(OneTimeLink(token_hash=hashed(token), person_id=person.id, purpose=purpose, ends_at=clock.now() + LINK_LASTS))
    link = addresses.whole("accounts.choose_password", token=token)
    text = texts.with_link(person, purpose, link, for_another=addresses.whole("accounts.forgotten"))
    letters.queue(session, to=person.email, subject=text.subject, body=text.body, is_secret=True)
    session.flush()
    return link


def _checked(session: Session, grants: Iterable[Grant], held: Set[Grant] = frozenset()) -> set[Grant]:
    found = set(grants)
    for grant in found:
        if grant.role.is_of_an_organisation != (grant.organisation_id is not None):
            raise RefusedError(
                _("Välj för vilken organisation rollen %(role)s gäller.", role=_(grant.role.label))
                if grant.role.is_of_an_organisation
                else _("Rollen %(role)s gäller inte för en organisation.", role=_(grant.role.label))
            )
    _refuse_both(session, found, held)
    return found


def _refuse_both(session: Session, wanted: Set[Grant], held: Set[Grant]) -> None:
    """Nobody comes to both prepare and decide where the organisation does not allow it. Who does already, decides nothing there."""
    comes_to = {grant.organisation_id for grant in wanted - held if grant.organisation_id is not None}
    for organisation_id, (name, one_may_do_both) in queries.allowing_both(session, comes_to).items():
        roles = {grant.role for grant in wanted if grant.organisation_id == organisation_id}
        if Role.DECISION_MAKER in roles and not decides(roles, one_may_do_both=one_may_do_both):
            raise RefusedError(
                _(
                    "I %(name)s får samma person inte både förbereda och besluta. Ändra rollerna, eller tillåt det för organisationen.",
                    name=name,
                )
            )


def _held(grant: Grant, mandates: Mandates) -> Membership:
    membership = Membership(role=grant.role, organisation_id=grant.organisation_id)
    _set(membership, _mandate(membership, mandates))
    return membership


def _mandate(membership: Membership, mandates: Mandates) -> Mandate:
    found = mandates.get(membership.organisation_id) if membership.organisation_id else None
    return found if found is not None and membership.role is Role.DECISION_MAKER else Mandate()


def _set(membership: Membership, mandate: Mandate) -> bool:
    """Set what a role lets one decide on. Whether that is something else than before."""
    before = (membership.decides_up_to, membership.delegation or "")
    membership.decides_up_to, membership.delegation = mandate.decides_up_to, mandate.delegation
    return before != (mandate.decides_up_to, mandate.delegation)


def _keep_a_coordinator(viewer: Viewer, session: Session, person: Person) -> None:
    """A command can always make a new one; on the pages nobody could."""
    # Of two co-ordinators who take each other's leave at once the second waits, and then is the only one.
    queries.lock_coordinators(session)
    others = [other for other in queries.coordinators(session) if other.id != person.id]
    if not viewer.is_system and not person.disabled_at and Grant(Role.COORDINATOR) in person.as_viewer().grants and not others:
        raise RefusedError(_("%(name)s är den enda samordnaren. Utse en till först.", name=person.shown_name))


def _told(session: Session, person: Person) -> str:
    return ", ".join(sorted(_role_told(held) for held in queries.memberships(session, person.id))) or _("inga roller")


def _role_told(held: Membership) -> str:
    """A role in words: Beslutsfattare (Huddinge kommun; upp till 50 000 kr; Delegationsordningen punkt 4.2)."""
    beside = [held.organisation.name] if held.organisation else []
    if held.decides_up_to is not None:
        beside.append(_("upp till %(amount)s kr", amount=number(held.decides_up_to)))
    if held.delegation:
        beside.append(held.delegation)
    return f"{_(held.role.label)} ({'; '.join(beside)})" if beside else _(held.role.label)
