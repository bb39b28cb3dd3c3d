"""What is like an intervention: the same kind of need, and the words that say most about it."""

from collections.abc import Iterable
from dataclasses import replace

from insatsbas.catalogue.models import Intervention
from insatsbas.search.engine import ACTIVE_ONLY, Facet, Filters, Question
from insatsbas.search.query import AnyOf, Coded
from insatsbas.search.service import Search
from insatsbas.search.swedish import normalise, tokens

_MOST = 4
# A need in common says more than a word of the title: an entry is filed by hand under what it is about.
_NEED_IN_COMMON = 8.0


def similar_to(search: Search, intervention: Intervention, question: Question) -> list[int]:
    """The ids of the active interventions most like this one, the most like first.

    Those with the same need come first, then those under the same tile. Of each, the ones that share most needs, and of those the
    ones whose words are most like the title's; rare needs and words say more. `question` tells the day and the municipalities' reach.
    """
    titled = search.planner.plan(intervention.title)
    needs = [need.code for need in intervention.needs]
    in_common = tuple(AnyOf(((Coded(Facet.NEED.value, frozenset({code})), _NEED_IN_COMMON),)) for code in needs)
    asked = replace(question, plan=replace(titled, clauses=(*in_common, *titled.clauses), loose=True), limit=_MOST + 1)
    found: dict[int, None] = {}
    tops = [(need.parent or need).code for need in intervention.needs]
    for codes in (needs, tops):
        filters = Filters({**ACTIVE_ONLY, Facet.NEED: frozenset(codes)}, staff=intervention.for_staff, reach=question.filters.reach)
        for hit in search.engine.find(replace(asked, filters=filters, counted=frozenset())).hits:
            if hit.id != intervention.id:
                found.setdefault(hit.id)
    return list(found)[:_MOST]


def seem_the_same(search: Search, title: str, others: Iterable[Intervention]) -> list[Intervention]:
    """Those of some interventions whose titles say the same as a title: at least half of all their words together are in both."""
    said = _said(search, title)
    return [other for other in others if said and 2 * len(said & _said(search, other.title)) >= len(said | _said(search, other.title))]


def _said(search: Search, title: str) -> set[str]:
    kept = (token.word for token in tokens(normalise(title)) if token.word not in search.analysis.stopwords)
    return {search.analysis.stem(word) for word in kept}
