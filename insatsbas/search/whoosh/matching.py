"""Which rows answer a plan, and how well."""

from typing import Literal

import numpy as np

from insatsbas.search.engine import ANYWHERE, Facet
from insatsbas.search.query import MOST_CLAUSES, AllOf, AnyOf, Coded, Node, Phrase, Plan, Word
from insatsbas.search.weights import EVERYWHERE_LIFT, LEAST_SHARED, LIFT, PLACE_LIFT, WEIGHTS
from insatsbas.search.whoosh import matches
from insatsbas.search.whoosh.facts import Ids, Mask, Scores
from insatsbas.search.whoosh.matches import Match
from insatsbas.search.whoosh.postings import TEXT
from insatsbas.search.whoosh.snapshot import Snapshot

# What is given everywhere is given in each place too, but comes after what is given there by name.
_EVERYWHERE = np.float32(0.1)


def matched(snapshot: Snapshot, plan: Plan, *, any_word: bool = False) -> tuple[Match, Literal["all", "any"]]:
    """All clauses; where no document has them all, or with `any_word`, any of them. A loose plan leaves nothing out, and only orders.

    Without clauses every row answers, with the score 0.
    """
    if not plan.clauses:
        rows = np.flatnonzero(_wanted(snapshot, plan))
        return (rows, np.zeros(len(rows), np.float32)), "all"
    found = [_clause(snapshot, node) for node in plan.clauses]
    if len(found) > MOST_CLAUSES:
        # The rarest say the most; those that nothing matches say that there is nothing with all of them.
        found.sort(key=lambda match: len(match[0]))
    if plan.loose:
        rows = np.flatnonzero(_wanted(snapshot, plan))
        return (rows, matches.spread(found[:MOST_CLAUSES], snapshot.size)[rows]), "any"
    every = but_excluded(snapshot, plan, matches.in_all(found[:MOST_CLAUSES], snapshot.size))
    some = [match for match in found if len(match[0])][:MOST_CLAUSES]
    if (len(every[0]) and not any_word) or len(found) == 1 or not some:
        return every, "all"
    widened = but_excluded(snapshot, plan, matches.added(some, snapshot.size))
    return (widened, "any") if len(widened[0]) else (every, "all")


def _clause(snapshot: Snapshot, node: Node) -> Match:
    """A clause; one that asks for a place is also met by what is given everywhere, as its filter is."""
    found = weighted(snapshot, node)
    choices = node.choices if isinstance(node, AnyOf) else ()
    facet = next((Facet(choice.facet) for choice, _ in choices if isinstance(choice, Coded)), None)
    if facet not in ANYWHERE:
        return found
    everywhere = snapshot.codes.none(facet) & snapshot.live
    more = np.flatnonzero(everywhere)
    rows, scores = matches.best([found, (more, np.ones(len(more), np.float32))], snapshot.size)
    return rows, np.where(everywhere[rows], _EVERYWHERE * scores, scores)


def _wanted(snapshot: Snapshot, plan: Plan) -> Mask:
    """The live rows that have nothing of what must not match."""
    mask = snapshot.live
    for node in plan.excluded:
        mask = mask & ~matches.mask_of(evaluated(snapshot, node)[0], snapshot.size)
    return mask


def but_excluded(snapshot: Snapshot, plan: Plan, match: Match) -> Match:
    """Without what has something that must not match."""
    return matches.within(match, _wanted(snapshot, plan)) if plan.excluded else match


def rarity(snapshot: Snapshot, count: int) -> float:
    """How much it says that a document has something that `count` have: idf as in BM25."""
    return float(np.log(1 + (snapshot.count - count + 0.5) / (count + 0.5)))


def weighted(snapshot: Snapshot, node: Node) -> Match:
    """A clause with the weight of its rarity, over the documents that match it in any way. Kept: most questions have words of others."""
    found = snapshot.clauses.get(node)
    if found is None:
        rows, scores = evaluated(snapshot, node)
        found = snapshot.clauses.put(node, (rows, scores * np.float32(rarity(snapshot, len(rows)))))
    return found


def evaluated(snapshot: Snapshot, node: Node) -> Match:
    """The live rows that match a node, and how well."""
    match node:
        case Word():
            return _word(snapshot, node)
        case Phrase():
            return snapshot.phrase(node.stems)
        case Coded():
            rows = np.flatnonzero(snapshot.codes.having(Facet(node.facet), node.codes) & snapshot.live)
            return rows, np.ones(len(rows), np.float32)
        case AllOf():
            return matches.in_all([evaluated(snapshot, part) for part in node.nodes], snapshot.size) if node.nodes else matches.NOTHING
        case AnyOf():
            found = [(evaluated(snapshot, choice), np.float32(weight)) for choice, weight in node.choices]
            best = matches.best([(rows, scores * weight) for (rows, scores), weight in found], snapshot.size)
            return evaluated(snapshot, node.otherwise) if node.otherwise is not None and not len(best[0]) else best


def _word(snapshot: Snapshot, word: Word) -> Match:
    if word.where == TEXT:
        return snapshot.term(TEXT, word.stem)
    rows, scores = snapshot.term(word.where, word.stem)
    return rows, scores * np.float32(WEIGHTS[word.where])


def shared(snapshot: Snapshot, grams: frozenset[str], rows: Ids) -> Scores:
    """For each of some rows, the rarity of the grams that it shares with a question. For few rows: each gram is looked up in them."""
    key = (grams, rows.tobytes())
    found = snapshot.clauses.get(key)
    if found is None:
        total = np.zeros(len(rows), np.float32)
        for having in _having(snapshot, grams):
            total += np.float32(rarity(snapshot, len(having))) * matches.among(having, rows)
        found = snapshot.clauses.put(key, (rows.copy(), total))
    return found[1]


def alike(snapshot: Snapshot, grams: frozenset[str]) -> Match:
    """The rows that share enough of a question's grams to be like it, and the part of their rarity that they share."""
    key = ("alike", grams)
    found = snapshot.clauses.get(key)
    if found is None:
        each = [(having, np.full(len(having), rarity(snapshot, len(having)), np.float32)) for having in _having(snapshot, grams)]
        whole = np.float32(sum(rarity(snapshot, len(having)) for having, _ in each))
        rows, weights = matches.added(each, snapshot.size)
        enough = weights >= LEAST_SHARED * whole
        found = snapshot.clauses.put(key, (rows[enough], weights[enough] / whole))
    return found


def _having(snapshot: Snapshot, grams: frozenset[str]) -> list[Ids]:
    """The rows that have each of some grams; in an order of their own, so that sums are the same every time."""
    return [snapshot.term("gram", gram)[0] for gram in sorted(grams)]


def lifted(snapshot: Snapshot, plan: Plan, rows: Ids, scores: Scores) -> Scores:
    """The scores of rows that were found, raised where they match what lifts: a place multiplies, all else adds.

    How well the words are met so still tells those apart that are given in the place, and some of the others pass them by. What has
    no score has nothing to multiply: only a loose plan takes such, and those come last.
    """
    places = [node for node in plan.lifts if isinstance(node, Coded) and node.facet in ANYWHERE]
    for node in plan.lifts:
        if node not in places:
            scores = scores + np.float32(LIFT) * matches.at(weighted(snapshot, node), rows, snapshot.size)
    for place in places:
        scores = scores * _times(snapshot, place)[rows]
    return scores


def _times(snapshot: Snapshot, place: Coded) -> Scores:
    """How many times better each row answers because of a place that the question names: what has no municipality is given there too."""
    there, everywhere = snapshot.codes.having(Facet(place.facet), place.codes), snapshot.codes.none(Facet(place.facet))
    return np.where(there, np.float32(PLACE_LIFT), np.where(everywhere, np.float32(EVERYWHERE_LIFT), np.float32(1)))
