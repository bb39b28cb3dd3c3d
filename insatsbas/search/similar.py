"""What is like an intervention: the same kind of need, and the words that say most about it."""

from dataclasses import replace

from insatsbas.catalogue.models import Intervention
from insatsbas.search.engine import ACTIVE_ONLY, Facet, Filters, Question
from insatsbas.search.service import Search

_MOST = 4


def similar_to(search: Search, intervention: Intervention, question: Question) -> list[int]:
    """The ids of the active interventions most like this one, the most like first.

    Those with the same need come first, then those under the same tile. Of each, the ones that share most of the words of its
    title and needs; rare words say more. `question` tells the day and the municipalities' reach.
    """
    words = " ".join((intervention.title, *(need.label for need in intervention.needs)))
    asked = replace(question, plan=replace(search.planner.plan(words), loose=True), limit=_MOST + 1)
    found: dict[int, None] = {}
    needs = [need.code for need in intervention.needs]
    tops = [(need.parent or need).code for need in intervention.needs]
    for codes in (needs, tops):
        filters = Filters({**ACTIVE_ONLY, Facet.NEED: frozenset(codes)}, staff=intervention.for_staff, reach=question.filters.reach)
        for hit in search.engine.find(replace(asked, filters=filters)).hits:
            if hit.id != intervention.id:
                found.setdefault(hit.id)
    return list(found)[:_MOST]
