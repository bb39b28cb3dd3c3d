"""What may be traded, and on what legal ground, by the kind of each organisation and the flags of the need. Data and one function. Pure.

The catalogue gives no legal opinion: the page says so, and these rules only keep away what is plainly asked for elsewhere.
Sources: kommunallagen (2017:725) 9 kap. 37 § on avtalssamverkan; lagen (2016:1145) om offentlig upphandling.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from insatsbas.core.text import N_
from insatsbas.exchange.terms import LegalBasis
from insatsbas.organisations.rules import OrganisationKind

NO_OPINION = N_("Insatsbasen ger ingen juridisk bedömning. Kontrollera med er jurist eller upphandlare.")
_PUBLIC = frozenset(
    {
        OrganisationKind.MUNICIPALITY,
        OrganisationKind.REGION,
        OrganisationKind.MUNICIPAL_FEDERATION,
        OrganisationKind.COORDINATION_FEDERATION,
        OrganisationKind.PROJECT,
    }
)
_BOUGHT_OUTSIDE = frozenset(
    {OrganisationKind.ASSOCIATION, OrganisationKind.COMPANY, OrganisationKind.FOLK_HIGH_SCHOOL, OrganisationKind.FAITH_COMMUNITY}
)


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether places can be asked for here: on which grounds, or why not."""

    bases: tuple[LegalBasis, ...] = ()
    why_not: str = ""

    @property
    def is_allowed(self) -> bool:
        """Whether there is any ground."""
        return bool(self.bases)


def ruling(asker: OrganisationKind, owner: OrganisationKind, *, via_adult_education: bool) -> Ruling:
    """What the rules say of one organisation asking another for places in an intervention."""
    if via_adult_education:
        return Ruling(why_not=N_("Sök via hemkommunens vuxenutbildning."))
    if owner is OrganisationKind.AUTHORITY:
        return Ruling(why_not=N_("Myndigheten beslutar själv om platserna. Gör en anvisning eller fråga handläggaren där."))
    if owner in _BOUGHT_OUTSIDE:
        return Ruling(why_not=N_("Platser hos föreningar och företag köps genom upphandling, utanför insatsbasen."))
    if asker not in _PUBLIC or owner not in _PUBLIC:
        return Ruling(why_not=N_("Bara kommuner, regioner och förbund kan fråga varandra om platser."))
    return Ruling(bases=_bases({asker, owner}))


def _bases(kinds: set[OrganisationKind]) -> tuple[LegalBasis, ...]:
    cooperate = kinds <= {OrganisationKind.MUNICIPALITY, OrganisationKind.REGION}
    others: Sequence[LegalBasis] = (LegalBasis.PROCUREMENT, LegalBasis.COMPENSATION, LegalBasis.LAW, LegalBasis.OTHER)
    return ((LegalBasis.COOPERATION,) if cooperate else ()) + tuple(others)
