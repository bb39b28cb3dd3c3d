"""Every read of people."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from insatsbas.accounts.models import Membership, OneTimeLink, Person
from insatsbas.accounts.rules import hashed, normal_email
from insatsbas.core import clock
from insatsbas.core.errors import NotFoundError
from insatsbas.core.viewer import Role
from insatsbas.organisations.models import Organisation


def by_email(session: Session, email: str) -> Person | None:
    """The person with an address, however it is typed."""
    return session.scalar(select(Person).where(Person.email == normal_email(email)))


def door(session: Session, email: str) -> tuple[int, str | None]:
    """The id and the password's hash of the account with an address; 0 and None where there is none.

    Only this, so that an account that exists takes no longer than one that does not.
    """
    row = session.execute(select(Person.id, Person.password_hash).where(Person.email == normal_email(email))).first()
    return (0, None) if row is None else (row[0], row[1])


def by_id(session: Session, person_id: int) -> Person:
    """One person.

    Raises:
        NotFoundError: there is none.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise NotFoundError("Personen finns inte.")
    return person


def everybody(session: Session) -> Sequence[Person]:
    """All people, by address, with their roles and organisations."""
    with_roles = selectinload(Person.memberships).joinedload(Membership.organisation)
    return session.scalars(select(Person).options(with_roles).order_by(Person.email)).all()


def of_organisation(session: Session, organisation_id: int, *roles: Role) -> Sequence[Person]:
    """Those who can sign in and hold one of the roles for an organisation, by address."""
    holds = select(Membership.person_id).where(Membership.organisation_id == organisation_id, Membership.role.in_(roles))
    return session.scalars(select(Person).where(Person.id.in_(holds), Person.disabled_at.is_(None)).order_by(Person.email)).all()


def coordinators(session: Session) -> Sequence[Person]:
    """The co-ordinators that can sign in, by address."""
    holds = select(Membership.person_id).where(Membership.role == Role.COORDINATOR)
    return session.scalars(select(Person).where(Person.id.in_(holds), Person.disabled_at.is_(None)).order_by(Person.email)).all()


def lock_coordinators(session: Session) -> None:
    """Let nobody else change who is co-ordinator until the end of the transaction. SQLite's writers stand in line anyway."""
    holds = select(Membership.person_id).where(Membership.role == Role.COORDINATOR)
    session.execute(select(Person.id).where(Person.id.in_(holds)).order_by(Person.id).with_for_update())


def editors_by_organisation(session: Session) -> dict[int, int]:
    """For each organisation's id: how many editors it has that can sign in. One without is not there."""
    query = (
        select(Membership.organisation_id, func.count())
        .join(Person)
        .where(Membership.role == Role.EDITOR, Person.disabled_at.is_(None), Person.password_hash.is_not(None))
        .group_by(Membership.organisation_id)
    )
    return {row[0]: row[1] for row in session.execute(query) if row[0] is not None}


def memberships(session: Session, person_id: int) -> Sequence[Membership]:
    """The roles that a person holds, with their organisations."""
    return session.scalars(select(Membership).where(Membership.person_id == person_id).options(joinedload(Membership.organisation))).all()


def allowing_both(session: Session, organisation_ids: Collection[int]) -> Mapping[int, tuple[str, bool]]:
    """The name of each organisation, and whether one person may both prepare and decide for it."""
    query = select(Organisation.id, Organisation.name, Organisation.one_may_do_both).where(Organisation.id.in_(organisation_ids))
    return {row[0]: (row[1], row[2]) for row in session.execute(query)}


def by_link(session: Session, token: str) -> Person | None:
    """The person that a link from a letter is of, as long as it works."""
    working = OneTimeLink.token_hash == hashed(token), OneTimeLink.used_at.is_(None), OneTimeLink.ends_at > clock.now()
    return session.scalar(select(Person).join(OneTimeLink).where(*working, Person.disabled_at.is_(None)))
