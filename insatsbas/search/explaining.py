"""How an answer tells what it is an answer to: names understood in the question, words put right, and synonyms that led to a hit."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from insatsbas.catalogue.in_force_queries import InForce
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.shown_queries import Shown
from insatsbas.core.i18n import gettext as _
from insatsbas.core.text import fold
from insatsbas.search.engine import YES, Facet
from insatsbas.search.finding import Found, count
from insatsbas.search.forms import EXACT, Asked, address, without
from insatsbas.search.labels import of_values
from insatsbas.search.names import known
from insatsbas.search.page import Choice, Correction
from insatsbas.search.query import Name, Plan
from insatsbas.search.service import Search
from insatsbas.search.snippets import Marker
from insatsbas.search.swedish import Analysis, normalise, tokens


def correction(asked: Asked, found: Found) -> Correction | None:
    """What was answered instead of what was typed, and the way back to that."""
    if not found.corrected_to:
        return None
    return Correction(asked.q, found.corrected_to, as_it_stands(asked))


def suggestions(asked: Asked, found: Found) -> tuple[Choice, ...]:
    """What may have been meant."""
    meant = found.suggestion
    if meant is None:
        return ()
    return (Choice(meant.text, address(_asking(asked, meant.text)), meant.total),)


def as_it_stands(asked: Asked) -> str:
    """The address of the same search, its words taken as they stand."""
    return address([*_asking(asked, asked.q), (EXACT, YES)])


def understood(search: Search, asked: Asked, found: Found, now: InForce) -> tuple[Choice, ...]:
    """Each name in the question as a filter instead: what it says, the address without its words, and how many that finds."""
    if not found.question.plan.named:
        return ()
    names, values = known(now.lists, search.analysis), of_values(now.lists)
    offers = []
    for name in found.question.plan.named:
        facet, words = Facet(name.facet), names.without(found.corrected_to or asked.q, name)
        if name.codes <= frozenset(asked.values[name.facet]):
            continue
        codes = sorted(name.codes)
        label = ", ".join(values[facet][code] for code in codes)
        if facet is Facet.GIVEN_IN and found.question.plan.lifts and len(codes) == 1:
            # What only lifts leaves the hits as they are, so that they are counted at the filter already.
            total = found.results.facets[facet].get(codes[0], 0)
        else:
            plan, filters = search.planner.plan(words, names.within(words)), found.question.filters.having(facet, name.codes)
            total = count(search, replace(found.question, plan=plan, filters=filters))
        # What finds the same is no choice.
        if total == found.results.total:
            continue
        if total:
            pairs = [pair for pair in _asking(asked, words) if pair[0] != name.facet]
            offers.append(Choice(_offer(name, label), address([*pairs, *((name.facet, code) for code in codes)]), total))
        elif facet is Facet.GIVEN_IN:
            offers.append(Choice(_("Inget av det ges i %(name)s", name=label), ""))
    return tuple(offers)


def _offer(name: Name, label: str) -> str:
    if name.facet == Facet.NEED.value:
        return _("Visa bara behovet %(name)s", name=label)
    if name.label == label:
        return _("Visa bara det som ges i %(name)s", name=label)
    return _("Visa bara det som ges i %(name)s, där %(place)s ligger", name=label, place=name.label)


def _asking(asked: Asked, words: str) -> list[tuple[str, str]]:
    """The pairs of the search with other words."""
    rest = [pair for pair in without(asked.parameters(), (EXACT, YES)) if pair[0] != "q"]
    return [("q", words), *rest] if words else rest


def synonym_of(row: Intervention | Shown, plan: Plan, analysis: Analysis) -> str:
    """The synonym that a hit answers by, where it has none of the words it stands for; empty otherwise."""
    if not plan.synonyms:
        return ""
    text = normalise("\n".join(_texts(row)))
    has_typed: dict[str, bool] = {}
    for synonym in plan.synonyms:
        typed = synonym.typed
        if typed not in has_typed:
            has_typed[typed] = _has(text, typed, analysis)
        if not has_typed[typed] and _has(text, synonym.other, analysis):
            return synonym.other
    return ""


def _has(text: str, expression: str, analysis: Analysis) -> bool:
    """Whether every word of an expression stands somewhere in a text, inflected or within a compound."""
    return all(next(word.matches(text), None) is not None for word in _words(expression, analysis))


@lru_cache(2000)
def _words(expression: str, analysis: Analysis) -> tuple[Marker, ...]:
    """What finds each word of an expression; of one of stop words only, those."""
    words = [token.word for token in tokens(normalise(expression))]
    said = [word for word in words if word not in analysis.stopwords] or words
    return tuple(Marker(frozenset({analysis.stem(word)}), _bare(word, analysis), analysis) for word in said)


def _bare(word: str, analysis: Analysis) -> frozenset[str]:
    return frozenset({analysis.bare(word)}) if fold(word) == word else frozenset()


def _texts(row: Intervention | Shown) -> Iterator[str]:
    """What a card's hit was found by, as far as the card knows: its own words and what it is filed under."""
    yield from (row.title, row.summary, row.description, row.owner.name)
    for need in row.needs:
        yield need.label
        if need.parent is not None:
            yield need.parent.label
    yield from (term.label for term in row.terms)
    yield from (municipality.name for municipality in row.given_in)
