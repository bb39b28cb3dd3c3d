"""What happens when an organisation leaves, reckoned before it is done: the same for the preview and for the doing."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from insatsbas.accounts.models import Membership, Person
from insatsbas.catalogue import queries as catalogue
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import Status
from insatsbas.core.text import N_
from insatsbas.core.viewer import Viewer
from insatsbas.organisations.models import Organisation

ONGOING = (Status.ACTIVE, Status.PAUSED)


class Way(StrEnum):
    """What is to become of its entries."""

    END = "avsluta"
    HAND_OVER = "lamna-over"
    CHOOSE = "valda"

    @property
    def label(self) -> str:
        """The words on the page."""
        return _LABELS[self]


_LABELS = {
    Way.END: N_("Avsluta dem"),
    Way.HAND_OVER: N_("Lämna över dem till en annan organisation, utkasten också"),
    Way.CHOOSE: N_("Lämna över dem som jag väljer, och avsluta resten"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of an organisation's entries and people. Drafts that are not handed over stay where only the co-ordinator sees them."""

    organisation: Organisation
    to: Organisation | None
    handed: tuple[Intervention, ...]
    ended: tuple[Intervention, ...]
    drafts: tuple[Intervention, ...]
    people: tuple[Person, ...]

    @property
    def closing(self) -> tuple[Person, ...]:
        """Those who hold no role for another: their accounts are closed."""
        return tuple(p for p in self.people if all(m.organisation_id == self.organisation.id for m in p.memberships))

    @property
    def mark(self) -> str:
        """The same for the same plan: what was previewed is what is done, or it is previewed again."""
        to = self.to.id if self.to else 0
        parts = (to, *([row.id for row in rows] for rows in (self.handed, self.ended, self.drafts, self.people)))
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def entries_of(viewer: Viewer, session: Session, organisation: Organisation) -> list[Intervention]:
    """All that an organisation has, drafts and what has ended too, by title."""
    rows = catalogue.by_ids(viewer, session, catalogue.ids_of_owner(session, organisation.id))
    return sorted(rows, key=lambda row: (row.status is Status.ENDED, catalogue.swedish_order(row.title)))


def plan(
    viewer: Viewer, session: Session, organisation: Organisation, way: Way, *, to: Organisation | None, chosen: Collection[str]
) -> Plan:
    """What would happen. `chosen` are the public ids of those to hand over, where some are chosen."""
    rows = entries_of(viewer, session, organisation)
    match way:
        case Way.END:
            handed = []
        case Way.HAND_OVER:
            handed = [row for row in rows if row.status is not Status.ENDED]
        case Way.CHOOSE:
            handed = [row for row in rows if row.public_id in chosen]
    holds = select(Membership.person_id).where(Membership.organisation_id == organisation.id)
    whole = selectinload(Person.memberships)
    people = session.scalars(select(Person).where(Person.id.in_(holds)).options(whole).order_by(Person.email))
    return Plan(
        organisation=organisation,
        to=to,
        handed=tuple(handed),
        ended=tuple(row for row in rows if row.status in ONGOING and row not in handed),
        drafts=tuple(row for row in rows if row.status is Status.DRAFT and row not in handed),
        people=tuple(people),
    )
