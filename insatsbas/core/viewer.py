"""Who asks. Every read and write is told; nothing looks it up by itself."""

from dataclasses import dataclass
from enum import StrEnum

from insatsbas.core.text import N_


class Role(StrEnum):
    """What a person may be. All but guest and co-ordinator are so for one organisation, and a person may hold several."""

    GUEST = "gast"
    CASE_OFFICER = "handlaggare"
    EDITOR = "redaktor"
    DECISION_MAKER = "beslutsfattare"
    COORDINATOR = "samordnare"

    @property
    def label(self) -> str:
        """The word on the page."""
        return _LABELS[self]

    @property
    def is_of_an_organisation(self) -> bool:
        """Whether the role is held for one organisation."""
        return self not in (Role.GUEST, Role.COORDINATOR)


_LABELS = {
    Role.GUEST: N_("Gäst"),
    Role.CASE_OFFICER: N_("Handläggare"),
    Role.EDITOR: N_("Redaktör"),
    Role.DECISION_MAKER: N_("Beslutsfattare"),
    Role.COORDINATOR: N_("Samordnare"),
}


# So much of a name is kept in events and revisions.
NAME_MAX = 150


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that is held; `organisation_id` None for those that are of no organisation."""

    role: Role
    organisation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """The one who asks. `person_id` None: nobody who has signed in. `name` is what events and revisions say of who did it."""

    name: str
    person_id: int | None = None
    grants: frozenset[Grant] = frozenset()
    is_system: bool = False

    @property
    def is_signed_in(self) -> bool:
        """Whether somebody has signed in, if only as the guest that many share."""
        return self.person_id is not None

    @property
    def is_coordinator(self) -> bool:
        """Whether this is a co-ordinator, or the system itself."""
        return self.is_system or Grant(Role.COORDINATOR) in self.grants

    def organisations_as(self, *roles: Role) -> frozenset[int]:
        """The organisations for which one of the roles is held; for those of no organisation there are none."""
        return frozenset(g.organisation_id for g in self.grants if g.role in roles and g.organisation_id is not None)

    def has(self, role: Role, organisation_id: int | None = None) -> bool:
        """Whether the role is held: for that organisation, or where none is named for any."""
        return any(g.role is role and organisation_id in (None, g.organisation_id) for g in self.grants)


GUEST = Viewer(name="gäst")
SYSTEM = Viewer(name="systemet", is_system=True)
