"""The commands `insatsbas user …`: who may sign in. The first co-ordinator is made here; the others they can invite on the pages."""

import sys

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.accounts import actions, passwords, queries, session_actions
from insatsbas.accounts.models import Person
from insatsbas.accounts.rules import LinkPurpose
from insatsbas.cli_shared import require_database, with_app
from insatsbas.core.config import current_settings
from insatsbas.core.db import db, writing
from insatsbas.core.errors import RefusedError
from insatsbas.core.swedish_cli import OneOf, SwedishGroup
from insatsbas.core.viewer import SYSTEM, Grant, Role
from insatsbas.organisations.models import Organisation

_ROLES = ", ".join(role.value for role in Role)


@click.group(cls=SwedishGroup)
def user() -> None:
    """Konton: lägg till, stäng av, visa."""


@user.command()
@click.argument("email", metavar="EPOST")
@click.option("--role", "roles", multiple=True, metavar="ROLL", type=OneOf(*Role), help=f"En av {_ROLES}. Kan upprepas.")
@click.option(
    "--organisation", "organisations", multiple=True, metavar="NAMN", help="Organisationen som rollerna gäller för. Kan upprepas."
)
@click.option("--name", default="", metavar="NAMN", help="Personens namn, som den egna organisationen och samordnaren ser.")
@click.option("--password-stdin", is_flag=True, help="Läs lösenordet från standard in. Annars skickas ett brev med en länk.")
@with_app
def add(email: str, roles: tuple[str, ...], organisations: tuple[str, ...], name: str, password_stdin: bool) -> None:
    """Lägg till ett konto, med ett lösenord eller med ett brev som ber personen välja ett."""
    require_database()
    if not roles:
        raise RefusedError(f"Säg vilken roll personen ska ha med --role: {_ROLES}.")
    password_hash = _read_password(email, name, *organisations) if password_stdin else None
    with writing() as session:
        grants = [grant for role in roles for grant in _grants(session, Role(role), organisations)]
        person = actions.add_person(SYSTEM, session, email=email, name=name, grants=grants)
        if password_hash is not None:
            session_actions.set_password(SYSTEM, session, person, password_hash)
            click.echo(f"{person.email} kan logga in.", err=True)
            return
        link = actions.send_link(SYSTEM, session, person, LinkPurpose.INVITATION)
    click.echo("Här väljer personen ett lösenord. Länken fungerar en gång, inom en timme:", err=True)
    click.echo(link)
    if current_settings().smtp is not None:
        click.echo("Den skickas också med ett brev.", err=True)


@user.command()
@click.argument("email", metavar="EPOST")
@with_app
def disable(email: str) -> None:
    """Stäng av ett konto och logga ut det överallt. Det personen har gjort finns kvar."""
    require_database()
    with writing() as session:
        person = queries.by_email(session, email)
        if person is None:
            raise RefusedError(f"Det finns inget konto med adressen {email}.")
        actions.disable(SYSTEM, session, person)
    click.echo(f"{person.email} kan inte längre logga in.", err=True)


@user.command("list")
@with_app
def list_() -> None:
    """Visa alla konton: adress, namn, roller, om de kan logga in."""
    require_database()
    for person in queries.everybody(db.session):
        roles = ", ".join(sorted(f"{held.role.label}{_of(held.organisation)}" for held in person.memberships)) or "inga roller"
        click.echo("\t".join((person.email, person.name, roles, _state(person))))


def _read_password(*known: str) -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    fault = passwords.fault(password, known=known)
    if fault:
        raise RefusedError(fault)
    return passwords.hash_password(password)


def _grants(session: Session, role: Role, organisations: tuple[str, ...]) -> list[Grant]:
    if not role.is_of_an_organisation:
        return [Grant(role)]
    if not organisations:
        raise RefusedError(f"Rollen {role.value} gäller för en organisation. Säg vilken med --organisation.")
    return [Grant(role, _organisation(session, name).id) for name in organisations]


def _organisation(session: Session, name: str) -> Organisation:
    known = (Organisation.name == name) | (Organisation.slug == name)
    found = session.scalars(select(Organisation).where(known)).first()
    if found is None:
        raise RefusedError(f"Organisationen {name} finns inte. Skriv hela namnet, till exempel Huddinge kommun.")
    return found


def _of(organisation: Organisation | None) -> str:
    return f" ({organisation.name})" if organisation else ""


def _state(person: Person) -> str:
    if person.disabled_at:
        return "avstängt"
    return "kan logga in" if person.password_hash else "inbjuden"
