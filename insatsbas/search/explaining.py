"""How an answer tells what it is an answer to: names understood in the question, words put right, and synonyms that led to a hit."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from insatsbas.catalogue.in_force_queries import InForce
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import PUBLIC
from insatsbas.catalogue.shown_queries import Shown
from insatsbas.core.i18n import gettext as _
from insatsbas.core.text import fold
from insatsbas.search.documents import keywords
from insatsbas.search.engine import YES, Facet
from insatsbas.search.finding import Found, count
from insatsbas.search.forms import EXACT, Asked, address, without
from insatsbas.search.labels import ALL_STATUSES, of_values
from insatsbas.search.names import Known, known
from insatsbas.search.page import Choice, Correction
from insatsbas.search.query import Name, Plan
from insatsbas.search.service import Search
from insatsbas.search.snippets import Marker
from insatsbas.search.swedish import Analysis, normalise, tokens


def correction(asked: Asked, found: Found) -> Correction | None:
    """What was answered instead of what was typed, and the way back to that."""
    if not found.corrected_to:
        return None
    results = found.results
    return Correction(asked.q, found.corrected_to, as_it_stands(asked), is_any=results.mode == "any" and results.total > 0)


def suggestions(asked: Asked, found: Found) -> tuple[Choice, ...]:
    """What may have been meant."""
    meant = found.suggestion
    if meant is None:
        return ()
    return (Choice(meant.text, address(_asking(asked, meant.text)), meant.total),)


def all_words(search: Search, asked: Asked, found: Found) -> Choice | None:
    """Where something that is paused or has ended has all of the words, and what is shown has some of them: the way to all."""
    if not found.question.any_word:
        return None
    every = found.question.filters.having(Facet.STATUS, [status.value for status in PUBLIC])
    pairs = [pair for pair in asked.parameters() if pair[0] != Facet.STATUS]
    total = count(search, replace(found.question, filters=every))
    return Choice(_("Sök i alla, även kunskapsbanken"), address([*pairs, (Facet.STATUS.value, ALL_STATUSES)]), total) if total else None


def as_it_stands(asked: Asked) -> str:
    """The address of the same search, its words taken as they stand."""
    return address([*_asking(asked, asked.q), (EXACT, YES)])


def understood(search: Search, asked: Asked, found: Found, now: InForce) -> tuple[Choice, ...]:
    """Each name in the question as a filter instead: what it says, the address without its words, and how many that finds."""
    named = [name for name in found.question.plan.named if not name.codes <= frozenset(asked.values[name.facet])]
    if not named:
        return ()
    names, values = known(now.lists, search.analysis), of_values(now.lists)
    offers: list[Choice] = []
    for name in named:
        whole, codes = found.corrected_to or asked.q, sorted(name.codes)
        label = ", ".join(values[Facet(name.facet)][code] for code in codes)
        words = names.without(whole, name)
        if name.facet == Facet.NEED.value and words and not _without_places(words, names):
            # A place alone would be asked for; beside the words of the need it lifts.
            words = whole
        total = _total(search, found, name, search.planner.plan(words, names.within(words)))
        if total and total != found.results.total:
            offers.append(Choice(_offer(name, label), _choosing(asked, words, name.facet, codes), total))
        elif not total and name.facet == Facet.GIVEN_IN.value:
            offers += _elsewhere(asked, found, words, codes, label)
    return tuple(offers)


def _total(search: Search, found: Found, name: Name, rest: Plan) -> int:
    """How many hits there are with a name as a filter, and the rest of the words."""
    facet, code = Facet(name.facet), min(name.codes)
    if facet is Facet.GIVEN_IN and found.question.plan.lifts and len(name.codes) == 1:
        # What only lifts leaves the hits as they are, so that they are counted at the filter already.
        return found.results.facets[facet].get(code, 0)
    return count(search, replace(found.question, plan=rest, filters=found.question.filters.having(facet, name.codes)))


def _without_places(text: str, names: Known) -> str:
    """What is left of some words without the places in them."""
    for name in names.within(text).values():
        if name.facet == Facet.GIVEN_IN.value:
            text = names.without(text, name)
    return text


def _elsewhere(asked: Asked, found: Found, words: str, codes: list[str], label: str) -> Iterator[Choice]:
    """That none of it is given in a place; and what of it is open for participants from there."""
    is_open = found.results.facets[Facet.OPEN_FOR].get(codes[0], 0)
    if is_open and is_open == found.results.total:
        yield Choice(_("Inget av det ges i %(name)s, men allt är öppet för deltagare därifrån", name=label), "")
        return
    yield Choice(_("Inget av det ges i %(name)s", name=label), "")
    if is_open and found.question.plan.lifts and not asked.values[Facet.OPEN_FOR.value]:
        offer = _("Visa det som är öppet för deltagare från %(name)s", name=label)
        yield Choice(offer, _choosing(asked, words, Facet.OPEN_FOR.value, codes), is_open)


def _choosing(asked: Asked, words: str, facet: str, codes: list[str]) -> str:
    """The address of the search with other words, and one filter set to these values alone."""
    pairs = [pair for pair in _asking(asked, words) if pair[0] != facet]
    return address([*pairs, *((facet, code) for code in codes)])


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
    texts = tuple(map(normalise, _texts(row)))
    text = "\n".join(texts)
    has_typed: dict[str, bool] = {}
    for synonym in plan.synonyms:
        typed = synonym.typed
        if typed not in has_typed:
            has_typed[typed] = _has(text, typed, analysis)
        if not has_typed[typed] and _has(text, synonym.other, analysis) and _has_run(texts, synonym.stems, analysis):
            return synonym.other
    return ""


def _has(text: str, expression: str, analysis: Analysis) -> bool:
    """Whether every word of an expression stands somewhere in a text, inflected or within a compound."""
    return all(next(word.matches(text), None) is not None for word in _words(expression, analysis))


def _has_run(texts: Iterable[str], stems: tuple[str, ...], analysis: Analysis) -> bool:
    """Whether an expression of several words stands in a text word by word, as it is searched for; one word need not."""
    return len(stems) == 1 or any(stems in _runs(analysis.stems(text), len(stems)) for text in texts)


def _runs(stems: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return (tuple(stems[at : at + length]) for at in range(len(stems) - length + 1))


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
    yield from (row.title, row.summary, row.description)
    yield from keywords(row)
