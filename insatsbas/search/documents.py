"""From an intervention to what the index keeps of it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields, replace

from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.queries import swedish_order
from insatsbas.catalogue.rules import Status, TermKind, last_day_for_others
from insatsbas.catalogue.shown_queries import Shown
from insatsbas.search.engine import Document, Facet
from insatsbas.search.swedish import Analysis, grams, normalise, tokens

TERM_FACETS = {
    Facet.ELIGIBILITY: TermKind.ELIGIBILITY,
    Facet.AUDIENCE: TermKind.AUDIENCE,
    Facet.TIME: TermKind.TIME,
    Facet.LANGUAGE: TermKind.LANGUAGE,
    Facet.SUPPORT: TermKind.SUPPORT,
    Facet.WAY_IN: TermKind.WAY_IN,
}

# What kinds of terms people type, as often as what is written.
_KEYWORD_TERMS = frozenset({TermKind.AUDIENCE, TermKind.LANGUAGE, TermKind.SUPPORT})
_TIMES = {"title": 3, "keywords": 2, "summary": 2, "body": 1}


def document(intervention: Intervention, analysis: Analysis) -> Document:
    """What the index is to keep of a public intervention.

    No address and no contact is among it: what is given on contact only must not be found by trying words.
    """
    draft = Document(
        id=intervention.id,
        terms=_terms(intervention, analysis),
        codes=_codes(intervention),
        level=intervention.level_required,
        rolling=intervention.rolling,
        staff=intervention.for_staff,
        title_key=swedish_order(intervention.title),
        occasions=tuple(map(_occasion, intervention.occasions)) if intervention.status is Status.ACTIVE else (),
    )
    facts = {field.name: getattr(draft, field.name) for field in fields(draft)}
    whole = json.dumps([analysis.mark, facts], ensure_ascii=False, sort_keys=True)
    return replace(draft, mark=hashlib.sha256(whole.encode()).hexdigest()[:16])


def _terms(intervention: Intervention, analysis: Analysis) -> dict[str, list[str]]:
    texts = {
        "title": intervention.title,
        "summary": intervention.summary,
        "keywords": " ".join(keywords(intervention)),
        "body": "\n".join((intervention.description, intervention.prerequisites, *(lesson.text for lesson in intervention.lessons))),
    }
    words = {name: [token.word for token in tokens(normalise(text))] for name, text in texts.items()}
    parts: list[str] = []
    folded: list[str] = []
    for name, found in words.items():
        # These two are one field each, so that a title's words must weigh more by standing there more often.
        times = _TIMES[name]
        parts += [stem for word in found for stem in analysis.part_stems(word)] * times
        folded += sorted({bare for word in set(found) for bare in analysis.folded(word)}) * times
    distinct = sorted({word for found in words.values() for word in found})
    return {
        **{name: [analysis.stem(word) for word in words[name]] for name in words},
        "part": parts,
        "folded": folded,
        "word": distinct,
        "gram": sorted({gram for word in distinct if word not in analysis.stopwords for gram in grams(word)}),
    }


def keywords(intervention: Intervention | Shown) -> Iterable[str]:
    """What it is filed under: people type this as often as what is written in it."""
    for need in intervention.needs:
        yield need.label
        if need.parent is not None:
            yield need.parent.label
    yield intervention.owner.name
    yield from (municipality.name for municipality in intervention.given_in)
    yield from (term.label for term in intervention.terms if term.kind in _KEYWORD_TERMS)


def _codes(intervention: Intervention) -> dict[Facet, tuple[str, ...]]:
    needs = {need.code for need in intervention.needs} | {n.parent.code for n in intervention.needs if n.parent is not None}
    codes = {
        Facet.NEED: needs,
        Facet.GIVEN_IN: {m.code for m in intervention.given_in},
        Facet.OPEN_FOR: {m.code for m in intervention.open_for},
        Facet.STATUS: {intervention.status.value},
        Facet.FORM: {intervention.form.value} if intervention.form else set[str](),
        Facet.OWNER: {intervention.owner.slug},
        **{facet: {term.code for term in intervention.terms_of(kind)} for facet, kind in TERM_FACETS.items()},
    }
    return {facet: tuple(sorted(values)) for facet, values in codes.items()}


def _occasion(occasion: Occasion) -> tuple[int | None, int | None, int | None, int | None, int]:
    days = (occasion.last_day, occasion.start, last_day_for_others(occasion))
    last, start, for_others = (day.toordinal() if day else None for day in days)
    return (last, start, occasion.left, for_others, occasion.for_others)
