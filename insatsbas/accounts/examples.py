"""One example of each role, to try the demo by: with a password that is made for this data folder and known to its owner only.

They can sign in only where nobody else can reach us: with INSATSBAS_PUBLIC_URL set their accounts are as if they were not there.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.accounts import actions, passwords, queries, session_actions
from insatsbas.accounts.models import Person
from insatsbas.core.config import Settings
from insatsbas.core.db import writing
from insatsbas.core.text import N_
from insatsbas.core.viewer import Grant, Role, Viewer
from insatsbas.organisations.models import Organisation

_CONSONANTS, _VOWELS = "bdfgklmnprstv", "aeiouy"


@dataclass(frozen=True, slots=True)
class Example:
    """Somebody made up: an address, the name that is shown, a role and where it is held."""

    email: str
    name: str
    role: Role
    organisation: str = ""

    @property
    def told(self) -> str:
        """What a reader of the list needs to know."""
        return f"{self.role.label}, {self.organisation}" if self.organisation else self.role.label


EXAMPLES = (
    Example("redaktor@huddinge.exempel.example", N_("Redaktör i Huddinge (exempel)"), Role.EDITOR, "Huddinge kommun"),
    Example("redaktor@haninge.exempel.example", N_("Redaktör i Haninge (exempel)"), Role.EDITOR, "Haninge kommun"),
    Example("handlaggare@huddinge.exempel.example", N_("Handläggare i Huddinge (exempel)"), Role.CASE_OFFICER, "Huddinge kommun"),
    Example("beslutsfattare@huddinge.exempel.example", N_("Beslutsfattare i Huddinge (exempel)"), Role.DECISION_MAKER, "Huddinge kommun"),
    Example("beslutsfattare@haninge.exempel.example", N_("Beslutsfattare i Haninge (exempel)"), Role.DECISION_MAKER, "Haninge kommun"),
    Example("samordnare@exempel.example", N_("Samordnare (exempel)"), Role.COORDINATOR),
    Example("gast@exempel.example", N_("Gäst (exempel)"), Role.GUEST),
)


def lay_in(viewer: Viewer, settings: Settings) -> str | None:
    """Make the examples that are not there; the password that they share. None where others can reach us, or it is no demo.

    Commits by itself, since hashing is done between reading and writing.
    """
    with writing() as session:
        kinds = set(session.scalars(select(Person.is_example).distinct()))
        missing = [example for example in EXAMPLES if queries.by_email(session, example.email) is None]
    # People of an installation's own, and no example among them: it was not begun as a demo.
    if settings.public_url is not None or kinds == {False}:
        return None
    password = _kept_password(settings.data_dir / "exempel-losenord")
    password_hash = passwords.hash_password(password)
    with writing() as session:
        for example in missing:
            _add(viewer, session, example, password_hash)
    return password


def works(session: Session, example: Example, password: str) -> bool:
    """Whether somebody can sign in as the example with the password: it may have been changed, or the account disabled."""
    person = queries.by_email(session, example.email)
    return person is not None and not person.disabled_at and passwords.fits(person.password_hash, password)


def _add(viewer: Viewer, session: Session, example: Example, password_hash: str) -> None:
    found = session.scalars(select(Organisation).where(Organisation.name == example.organisation)).first()
    if example.organisation and found is None:
        return
    grants = [Grant(example.role, found.id if found else None)]
    person = actions.add_person(viewer, session, email=example.email, name=example.name, grants=grants, is_example=True)
    session_actions.set_password(viewer, session, person, password_hash)


def _kept_password(file: Path) -> str:
    """The password of this data folder; made, and readable by its owner only, the first time."""
    if not file.is_file():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as out:
            out.write("-".join(_word() for _ in range(3)))
    return file.read_text("ascii").strip()


def _word() -> str:
    """Five letters that can be said: all three words are one of 10^14, enough where tries are counted."""
    return "".join(secrets.choice(_CONSONANTS if place % 2 == 0 else _VOWELS) for place in range(5))
