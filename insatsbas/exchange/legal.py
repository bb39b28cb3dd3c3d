"""What may be traded, and on what legal ground, by the kind of each organisation and the flags of the need. Data and two functions. Pure.

The catalogue gives no legal opinion: the page says so, and these rules only keep away what is plainly asked for elsewhere. The
co-ordinator can change them (`legal_actions`); what stands here is what holds until then.
Sources: kommunallagen (2017:725) 9 kap. 37 § on avtalssamverkan; lagen (2016:1145) om offentlig upphandling.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

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


class Instead(StrEnum):
    """Why there is no request, and what is said in its place."""

    ADULT_EDUCATION = "vuxenutbildning"
    AUTHORITY = "myndighet"
    BOUGHT_OUTSIDE = "upphandling"
    OTHERS = "andra"

    @property
    def label(self) -> str:
        """When it is said."""
        return _WHEN[self]

    @property
    def default(self) -> str:
        """What is said unless the co-ordinator has put it otherwise."""
        return _SAID[self]


_WHEN = {
    Instead.ADULT_EDUCATION: N_("När behovet söks via hemkommunens vuxenutbildning"),
    Instead.AUTHORITY: N_("När en myndighet anordnar insatsen"),
    Instead.BOUGHT_OUTSIDE: N_("När en förening, ett trossamfund, en folkhögskola eller ett företag anordnar insatsen"),
    Instead.OTHERS: N_("I andra fall"),
}
_SAID = {
    Instead.ADULT_EDUCATION: N_("Sök via hemkommunens vuxenutbildning."),
    Instead.AUTHORITY: N_("Myndigheten beslutar själv om platserna. Be deltagaren fråga sin handläggare där."),
    Instead.BOUGHT_OUTSIDE: N_(
        "Platser hos föreningar, trossamfund, folkhögskolor och företag köps genom upphandling, utanför insatsbasen. "
        "Kontakta er upphandlare."
    ),
    Instead.OTHERS: N_("Bara kommuner, regioner, förbund och projekt kan fråga varandra om platser."),
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether places can be asked for here: on which grounds, or why not."""

    bases: tuple[LegalBasis, ...] = ()
    why_not: str = ""

    @property
    def is_allowed(self) -> bool:
        """Whether there is any ground."""
        return bool(self.bases)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force: between which kinds of organisations each ground exists (both must be of them), and what is said instead."""

    between: Mapping[LegalBasis, frozenset[OrganisationKind]]
    texts: Mapping[Instead, str]

    def bases(self, *kinds: OrganisationKind) -> tuple[LegalBasis, ...]:
        """The grounds that exist between organisations of these kinds."""
        return tuple(basis for basis in LegalBasis if set(kinds) <= self.between[basis])

    def said(self, instead: Instead) -> str:
        """What is said in place of a request."""
        return self.texts.get(instead) or instead.default


DEFAULT = Rules(
    between={
        LegalBasis.COOPERATION: frozenset({OrganisationKind.MUNICIPALITY, OrganisationKind.REGION}),
        LegalBasis.PROCUREMENT: _PUBLIC,
        LegalBasis.COMPENSATION: _PUBLIC,
        LegalBasis.LAW: _PUBLIC,
        LegalBasis.OTHER: _PUBLIC,
    },
    texts={},
)


def ruling(asker: OrganisationKind, owner: OrganisationKind, *, via_adult_education: bool, rules: Rules = DEFAULT) -> Ruling:
    """What the rules say of one organisation asking another for places in an intervention."""
    bases = () if via_adult_education else rules.bases(asker, owner)
    return Ruling(bases) if bases else Ruling(why_not=rules.said(_instead(owner, via_adult_education=via_adult_education)))


def may_offer(owner: OrganisationKind, *, via_adult_education: bool, rules: Rules = DEFAULT) -> Ruling:
    """What the rules say of an organisation offering its places, to whomever it may be."""
    return ruling(owner, owner, via_adult_education=via_adult_education, rules=rules)


def _instead(owner: OrganisationKind, *, via_adult_education: bool) -> Instead:
    if via_adult_education:
        return Instead.ADULT_EDUCATION
    if owner is OrganisationKind.AUTHORITY:
        return Instead.AUTHORITY
    return Instead.BOUGHT_OUTSIDE if owner in _BOUGHT_OUTSIDE else Instead.OTHERS


def as_text(rules: Rules) -> str:
    """The rules as one setting."""
    between = {basis.value: sorted(kind.value for kind in kinds) for basis, kinds in rules.between.items()}
    return json.dumps({"grunder": between, "texter": dict(rules.texts)}, ensure_ascii=False, sort_keys=True)


def read(text: str) -> Rules:
    """The rules of a setting. What it does not tell, or tells in a way that is not known, is as it is by default."""
    try:
        told = json.loads(text)
    except ValueError:
        return DEFAULT
    between, texts = _part(told, "grunder"), _part(told, "texter")
    return Rules(
        between={basis: _kinds(between[basis]) if basis in between else DEFAULT.between[basis] for basis in LegalBasis},
        texts={instead: texts[instead] for instead in Instead if isinstance(texts.get(instead), str)},
    )


def _part(told: Any, name: str) -> Mapping[str, Any]:
    part = told.get(name) if isinstance(told, dict) else None
    return part if isinstance(part, dict) else {}


def _kinds(codes: Any) -> frozenset[OrganisationKind]:
    known: Iterable[OrganisationKind] = OrganisationKind
    return frozenset(kind for kind in known if isinstance(codes, list) and kind.value in codes)
