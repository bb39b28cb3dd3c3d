"""The engine's parts by themselves, on documents made by chance, against the plainest way of reckoning the same."""

import math
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import pytest

from insatsbas.search.engine import ANYWHERE, COUNTED, Document, EngineError, Facet, Filters, Question, Results, Sort
from insatsbas.search.query import AllOf, AnyOf, Coded, Node, Phrase, Plan, Word
from insatsbas.search.weights import EVERYWHERE_LIFT, GRAM, LEAST_SHARED, LIFT, MOST_SIMILAR, PLACE_LIFT, RERANKED, WEIGHTS
from insatsbas.search.whoosh import layout, matches, ranking, snapshot
from insatsbas.search.whoosh.cache import Cache
from insatsbas.search.whoosh.engine import WhooshEngine
from insatsbas.search.whoosh.postings import K1, SEGMENTS_BYTES
from insatsbas.search.whoosh.store import COUNTED_FIELDS, TEXT_FIELDS, Store

TODAY = date(2027, 3, 15)
# Some in most documents, some in few.
WORDS = [f"o{number}" for number in range(60) for _ in range(1 + 60 // (number + 1))]
NEEDS, PLACES = [f"b{n}" for n in range(9)], [f"k{n}" for n in range(5)]
# In the last one nothing is given.
REACHED = [*PLACES, "k5"]
REACH = {code: frozenset(REACHED[at : at + 2]) for at, code in enumerate(REACHED)}


def by_chance(random: Random, number: int) -> Document:
    """A document of words that mean nothing."""
    terms: dict[str, Sequence[str]] = {
        name: random.choices(WORDS, k=random.randint(0, most)) for name, most in zip(TEXT_FIELDS, (4, 5, 12, 60), strict=True)
    }
    terms |= {name: random.choices(WORDS, k=random.randint(0, 10)) for name in ("part", "folded")}
    terms |= {name: sorted(set(random.choices(WORDS, k=15))) for name in ("word", "gram")}
    codes: dict[Facet, tuple[str, ...]] = dict.fromkeys(Facet, ())
    codes |= {
        Facet.NEED: tuple(sorted(random.sample(NEEDS, random.randint(0, 3)))),
        Facet.GIVEN_IN: tuple(sorted(random.sample(PLACES, random.choice((0, 1, 1, 2))))),
        Facet.STATUS: (random.choice(("aktiv", "aktiv", "pausad")),),
    }
    return Document(
        id=number,
        terms=terms,
        codes=codes,
        level=random.choice((None, *range(7))),
        rolling=random.random() < 0.3,
        staff=random.random() < 0.2,
        title_key=random.choice("abcdefgh") + str(number % 7),
        occasions=tuple(
            (TODAY.toordinal() + random.randint(-9, 9), TODAY.toordinal() + random.randint(-9, 20), random.randint(0, 3), None, 1)
            for _ in range(random.randint(0, 2))
        ),
        mark=f"{number}:{random.random()}",
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[WhooshEngine, dict[int, Document]]:
    """An engine of several segments with deleted documents in them, and the documents that are there."""
    random = Random(6)
    engine = WhooshEngine(Store(tmp_path_factory.mktemp("parts") / "index", "test"))
    documents = {number: by_chance(random, number) for number in range(1, 121)}
    engine.rebuild(list(documents.values()))
    for _ in range(18):
        gone = random.sample(sorted(documents), 2)
        changed = [by_chance(random, number) for number in (*random.sample(sorted(documents), 2), max(documents) + 1)]
        documents = {number: row for number, row in documents.items() if number not in gone} | {row.id: row for row in changed}
        engine.apply([number for number in gone if number not in {row.id for row in changed}], changed)
    assert 2 < len(engine._current().snapshot.segments) < 20
    return engine, documents


class Plainly:
    """The same answers, reckoned document by document, segment by segment as to the mean length of a field."""

    def __init__(self, engine: WhooshEngine, documents: Mapping[int, Document]) -> None:
        now = engine._current().snapshot
        self.documents = documents
        self._norms: dict[tuple[str, int], float] = {}
        row = 0
        for segment in now.segments.values():
            for name, norms in segment._norms.items():
                self._norms |= {(name, int(now.ids[row + at])): float(norms[at]) for at in range(segment.size) if now.live[row + at]}
            row += segment.size

    def rarity(self, count: int) -> float:
        return math.log(1 + (len(self.documents) - count + 0.5) / (count + 0.5))

    def _saturated(self, name: str, number: int, count: int) -> float:
        return count * (K1 + 1) / (count + self._norms[name, number])

    def scores(self, node: Node) -> dict[int, float]:
        """The documents that match a node, and how well."""
        match node:
            case AllOf(nodes):
                found = [self.scores(one) for one in nodes]
                return {n: sum(scores[n] for scores in found) for n in self.documents if all(n in scores for scores in found)}
            case AnyOf(choices, otherwise):
                weighed = [(self.scores(one), weight) for one, weight in choices]
                best = {n: max(weight * scores.get(n, 0) for scores, weight in weighed) for n in self.documents}
                best = {n: score for n, score in best.items() if score}
                return self.scores(otherwise) if otherwise is not None and not best else best
            case _:
                each = {n: self._score(node, document) for n, document in self.documents.items()}
                return {n: score for n, score in each.items() if score}

    def _score(self, node: Word | Phrase | Coded, document: Document) -> float:
        match node:
            case Coded(facet, codes):
                return float(bool(codes & set(document.codes[Facet(facet)])))
            case Word(stem, where):
                fields = TEXT_FIELDS if where == "text" else (where,)
                counts = {name: document.terms[name].count(stem) for name in fields}
            case Phrase(stems):
                counts = {name: self._times(list(document.terms[name]), list(stems)) for name in TEXT_FIELDS}
        return sum(WEIGHTS[name] * self._saturated(name, document.id, count) for name, count in counts.items() if count)

    @staticmethod
    def _times(terms: list[str], stems: list[str]) -> int:
        return sum(terms[at : at + len(stems)] == stems for at in range(len(terms)))

    def weighted(self, node: Node) -> dict[int, float]:
        found = self.scores(node)
        return {number: score * self.rarity(len(found)) for number, score in found.items()}

    def passes(self, document: Document, filters: Filters, but: str = "") -> bool:
        for facet in Facet:
            wanted, codes = filters.of(facet), set(document.codes[facet])
            if facet is Facet.GIVEN_IN and filters.commute:
                wanted = frozenset().union(*(REACH[code] for code in wanted))
            if facet.value != but and wanted and not (wanted & codes) and (codes or facet not in ANYWHERE):
                return False
        return filters.staff or not document.staff or but == "personal"

    def answer(self, plan: Plan, filters: Filters) -> tuple[dict[int, float], str, dict[int, float]]:
        """The hits with their scores, the mode, and those that match whether or not they pass."""
        left = {number for number in self.documents if not any(number in self.scores(node) for node in plan.excluded)}
        if not plan.clauses:
            matched, mode = dict.fromkeys(left, 0.0), "all"
        else:
            found = [self.weighted(node) for node in plan.clauses]
            total: Counter[int] = Counter()
            for scores in found:
                total.update(scores)  # type: ignore[arg-type]
            every = {n: s for n, s in total.items() if n in left and all(n in scores for scores in found)}
            some = {n: s for n, s in total.items() if n in left}
            matched, mode = (some, "any") if not every and len(found) > 1 and some else (every, "all")
            if plan.loose:
                matched, mode = {n: total.get(n, 0) for n in left}, "any"
        hits = {n: score for n, score in matched.items() if self.passes(self.documents[n], filters)}
        if plan.clauses:
            places = [node for node in plan.lifts if isinstance(node, Coded) and node.facet == Facet.GIVEN_IN]
            for lift in (self.weighted(node) for node in plan.lifts if node not in places):
                hits = {n: score + LIFT * lift.get(n, 0) for n, score in hits.items()}
            for place in places:
                hits = {n: score * self._placed(place, set(self.documents[n].codes[Facet.GIVEN_IN])) for n, score in hits.items()}
        return hits, mode, matched

    @staticmethod
    def _placed(place: Coded, given_in: set[str]) -> float:
        if not given_in:
            return EVERYWHERE_LIFT
        return PLACE_LIFT if place.codes & given_in else 1.0

    def shared(self, plan: Plan) -> tuple[dict[int, float], float]:
        """The rarity of what each document shares of the question's grams, and of all."""
        having = {gram: {n for n, d in self.documents.items() if gram in d.terms["gram"]} for gram in plan.grams}
        found: Counter[int] = Counter()
        for numbers in having.values():
            found.update(dict.fromkeys(numbers, self.rarity(len(numbers))))  # type: ignore[arg-type]
        return dict(found), sum(self.rarity(len(numbers)) for numbers in having.values())


def node_by_chance(random: Random, depth: int = 2) -> Node:
    """A word, a phrase, a value, or some of them together."""
    match random.randrange(3 if depth == 0 else 7):
        case 0:
            return Word(random.choice(WORDS), random.choice(("text", "text", "part", "folded")))
        case 1:
            return Phrase(tuple(random.choices(WORDS, k=2)))
        case 2:
            return Coded(Facet.NEED.value, frozenset(random.sample(NEEDS, 2)))
        case 3:
            return AllOf(tuple(node_by_chance(random, depth - 1) for _ in range(2)))
        case 4:
            return AnyOf(((Word("finns-inte"), 1.0),), otherwise=node_by_chance(random, depth - 1))
        case _:
            return AnyOf(tuple((node_by_chance(random, depth - 1), random.choice((0.5, 1.0))) for _ in range(2)))


def lift_by_chance(random: Random) -> Node:
    """What raises: a place, or anything else."""
    is_place = random.random() < 0.5
    return Coded(Facet.GIVEN_IN.value, frozenset(random.sample(PLACES, 1))) if is_place else node_by_chance(random, 0)


def question_by_chance(random: Random) -> Question:
    """Any question that can be asked."""
    chosen = {facet: frozenset(random.sample(codes, 2)) for facet, codes in ((Facet.NEED, NEEDS), (Facet.GIVEN_IN, PLACES))}
    values = {facet: codes for facet, codes in chosen.items() if random.random() < 0.4} | {Facet.STATUS: frozenset(("aktiv",))}
    plan = Plan(
        clauses=tuple(node_by_chance(random) for _ in range(random.choice((0, 1, 1, 2, 3)))),
        excluded=tuple(node_by_chance(random, 0) for _ in range(random.choice((0, 0, 0, 1)))),
        loose=random.random() < 0.1,
        lifts=tuple(lift_by_chance(random) for _ in range(random.choice((0, 0, 1, 2)))),
        grams=frozenset(random.sample(WORDS, random.choice((0, 3)))),
    )
    filters = Filters(values, staff=random.random() < 0.5, commute=random.random() < 0.3, reach=REACH)
    return Question(plan, filters, TODAY, limit=1000)


@pytest.mark.parametrize("seed", range(4))
def test_answers_are_those_of_the_plainest_reckoning(
    made: tuple[WhooshEngine, dict[int, Document]], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "RERANKED", 1000)
    engine, documents = made
    plainly, random = Plainly(engine, documents), Random(seed)
    for _ in range(12):
        question = question_by_chance(random)
        plan, answer = question.plan, engine.find(question)
        hits, mode, matched = plainly.answer(plan, question.filters)
        assert (answer.total, answer.mode) == (len(hits), mode), question
        assert_in_order(plainly, plan, hits, answer)
        assert answer.facets[Facet.GIVEN_IN].keys() == REACH.keys()
        for facet in (Facet.NEED, Facet.GIVEN_IN, Facet.STATUS):
            for value, count in answer.facets[facet.value].items():
                alone = question.filters.having(facet, {value})
                assert count == sum(plainly.passes(documents[n], alone) for n in matched), (facet, value)
        if len(hits) < 5 and plan.grams and not plan.loose:
            assert_similar(plainly, question, matched, answer)
        else:
            assert list(answer.similar) == []


def assert_in_order(plainly: Plainly, plan: Plan, hits: Mapping[int, float], answer: Results) -> None:
    """The hits, staff's last, by score and then title, with their scores."""
    shared, _ = plainly.shared(plan)
    scores = {n: score + (GRAM * shared.get(n, 0) if plan.clauses else 0) for n, score in hits.items()}
    assert {hit.id for hit in answer.hits} == set(scores)
    for hit in answer.hits:
        assert hit.score == pytest.approx(scores[hit.id], rel=1e-3, abs=2e-3)
    told = [(plainly.documents[hit.id].staff, -hit.score) for hit in answer.hits]
    if plan.clauses:
        assert told == sorted(told)


def assert_similar(plainly: Plainly, question: Question, matched: Mapping[int, float], answer: Results) -> None:
    """Those that share enough, and are not found, and pass."""
    shared, whole = plainly.shared(question.plan)
    left = [
        n
        for n, score in shared.items()
        if n not in matched
        and score / whole >= LEAST_SHARED
        and plainly.passes(plainly.documents[n], question.filters)
        and not any(n in plainly.scores(node) for node in question.plan.excluded)
    ]
    assert len(answer.similar) == min(len(left), MOST_SIMILAR)
    assert {hit.id for hit in answer.similar} <= set(left)
    told = [(plainly.documents[hit.id].staff, -hit.score) for hit in answer.similar]
    assert told == sorted(told)


def test_grams_order_the_best_alone(made: tuple[WhooshEngine, dict[int, Document]]) -> None:
    engine, _ = made
    plan = Plan((Word("o0"),), grams=frozenset(("o1", "o2", "o7")))
    by_words = engine.find(Question(replace(plan, grams=frozenset()), Filters(), TODAY, limit=1000)).hits
    answer = engine.find(Question(plan, Filters(), TODAY, limit=1000)).hits
    assert len(answer) > 2 * RERANKED
    assert {hit.id for hit in answer[:RERANKED]} == {hit.id for hit in by_words[:RERANKED]}
    assert answer[:RERANKED] != by_words[:RERANKED]
    assert answer[RERANKED:] == by_words[RERANKED:]


def test_only_the_filters_asked_for_are_counted_and_as_when_all_are(made: tuple[WhooshEngine, dict[int, Document]]) -> None:
    engine, _ = made
    random = Random(3)
    for _ in range(20):
        question = question_by_chance(random)
        whole = engine.find(question).facets
        assert whole.keys() == COUNTED
        for names in (frozenset[str](), frozenset({"behov"}), frozenset({"ges_i", "pendla", "status"})):
            some = engine.find(Question(question.plan, question.filters, TODAY, counted=names)).facets
            assert some == {name: whole[name] for name in names}


def test_each_page_is_its_part_of_the_whole(made: tuple[WhooshEngine, dict[int, Document]]) -> None:
    engine, _ = made
    random = Random(4)
    for sort in Sort:
        asked = question_by_chance(random)
        whole = engine.find(Question(asked.plan, asked.filters, TODAY, sort, limit=1000)).hits
        paged = [engine.find(Question(asked.plan, asked.filters, TODAY, sort, at, 7)).hits for at in range(0, len(whole) + 7, 7)]
        assert [hit for page in paged for hit in page] == list(whole)


def test_a_vocabulary_counts_the_documents_of_all_segments(made: tuple[WhooshEngine, dict[int, Document]], tmp_path: Path) -> None:
    engine, documents = made
    words = engine.vocabulary().words
    live = Counter(word for document in documents.values() for word in document.terms["word"])
    # Deleted ones are counted until their segment is merged.
    assert all(words[word] >= count for word, count in live.items())
    other = WhooshEngine(Store(tmp_path / "index", "test"))
    other.rebuild(list(documents.values()))
    assert other.vocabulary().words == live


def test_all_that_is_written_is_read_and_survives_merging(tmp_path: Path) -> None:
    random = Random(9)
    engine = WhooshEngine(Store(tmp_path / "index", "test"))
    documents = [by_chance(random, number) for number in range(1, 61)]
    engine.rebuild(documents[:20])
    for document in documents[20:]:
        engine.apply((), [document])
    engine.apply([documents[0].id, documents[30].id], ())
    now = engine._current().snapshot
    assert len(now.segments) < 20
    left = [document for document in documents if document not in (documents[0], documents[30])]
    assert {int(number) for number in now.ids[now.live]} == {document.id for document in left}
    for name in (*TEXT_FIELDS, *COUNTED_FIELDS):
        for term in set(WORDS):
            want = Counter({d.id: list(d.terms[name]).count(term) for d in left})
            for offset, segment in zip(now._offsets, now.segments.values(), strict=False):
                ids, counts, places = segment._postings(name, term)
                found = {int(now.ids[offset + row]): int(count) for row, count in zip(ids, counts, strict=True) if now.live[offset + row]}
                assert all(want.pop(number) == count for number, count in found.items())
                assert len(places) == (counts.sum() if name in TEXT_FIELDS else 0)
            assert +want == Counter()


def test_a_segment_that_both_snapshots_have_is_shared_and_one_that_is_gone_takes_its_cache_with_it(tmp_path: Path) -> None:
    random = Random(5)
    engine = WhooshEngine(Store(tmp_path / "index", "test"))
    engine.rebuild([by_chance(random, number) for number in range(1, 40)])
    question = Question(Plan((Word("o0"),)), Filters(), TODAY)
    engine.find(question)
    before = engine._current().snapshot
    (name,) = before.segments
    assert engine.cached_bytes() > 0
    engine.apply((), [by_chance(random, 99)])
    after = engine._current().snapshot
    assert after.segments[name] is before.segments[name]
    assert (name, 0) != (after.generation, len(after.clauses._kept))
    engine.rebuild([by_chance(random, 1)])
    assert name not in engine._current().snapshot.segments
    assert engine.cached_bytes() == 0


def test_a_warm_engine_has_read_the_commonest_words(tmp_path: Path) -> None:
    random = Random(5)
    engine = WhooshEngine(Store(tmp_path / "index", "test"))
    engine.rebuild([by_chance(random, number) for number in range(1, 40)])
    assert engine.cached_bytes() == 0
    engine.warm()
    (segment,) = engine._current().snapshot.segments.values()
    assert segment._matches.get(("text", "o0")) is not None
    assert engine.cached_bytes() > 0


def test_postings_that_are_damaged_are_told_of_when_a_process_warms_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(5)
    engine = WhooshEngine(Store(tmp_path / "index", "test"))
    engine.rebuild([by_chance(random, number) for number in range(1, 40)])

    def cut_short(*_told: object) -> None:
        raise EOFError

    monkeypatch.setattr(layout, "read", cut_short)
    with pytest.raises(EngineError):
        engine.warm()


def test_words_that_are_nowhere_take_no_room(tmp_path: Path) -> None:
    random = Random(5)
    engine = WhooshEngine(Store(tmp_path / "index", "test"))
    engine.rebuild([by_chance(random, number) for number in range(1, 40)])
    for number in range(100):
        assert not engine.find(Question(Plan((Word(f"zq{number}"),)), Filters(), TODAY)).hits
    assert sum(segment.cached_bytes for segment in engine._current().snapshot.segments.values()) == 0


def test_segments_share_one_bound(tmp_path: Path) -> None:
    random = Random(5)
    engine = WhooshEngine(Store(tmp_path / "index", "test"))
    engine.rebuild([by_chance(random, number) for number in range(1, 40)])
    for number in range(100, 104):
        engine.apply((), [by_chance(random, number)])
    segments = engine._current().snapshot.segments.values()
    assert len(segments) > 1
    assert sum(segment._matches.most_bytes for segment in segments) <= SEGMENTS_BYTES + len(segments) * SEGMENTS_BYTES // 8


def test_the_marks_of_some_are_those_of_all(made: tuple[WhooshEngine, dict[int, Document]]) -> None:
    engine, documents = made
    assert engine.marks() == {number: document.mark for number, document in documents.items()}
    some = sorted(documents)[::7]
    assert engine.marks([*some, 9999]) == {number: documents[number].mark for number in some}


# Caches and arrays


def test_a_cache_never_holds_more_than_it_may() -> None:
    cache: Cache[matches.Match] = Cache(10_000)
    for number in range(200):
        rows = np.arange(number % 50)
        cache.put(number % 90, (rows, np.zeros(len(rows), np.float32)))
        assert cache.bytes <= 10_000
        assert cache.bytes == sum(400 + sum(array.nbytes for array in kept) for kept in cache._kept.values())
    assert cache.get(199 % 90) is not None
    large = (np.arange(10_000), np.zeros(10_000, np.float32))
    assert cache.put("large", large) is large
    assert (cache.get("large"), cache.bytes) == (None, 0)


def test_what_was_asked_for_last_stays_longest() -> None:
    cache: Cache[matches.Match] = Cache(3 * (400 + 12))
    for name in "abc":
        cache.put(name, (np.arange(1), np.zeros(1, np.float32)))
    cache.get("a")
    cache.put("d", (np.arange(1), np.zeros(1, np.float32)))
    assert [name for name in "abcd" if cache.get(name)] == ["a", "c", "d"]


def test_threads_may_share_a_cache() -> None:
    cache: Cache[matches.Match] = Cache(5_000)
    faults: list[Exception] = []

    def use(seed: int) -> None:
        random = Random(seed)
        try:
            for _ in range(3000):
                key = random.randrange(30)
                found = cache.get(key) or cache.put(key, (np.arange(key), np.zeros(key, np.float32)))
                assert len(found[0]) == key
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=use, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert cache.bytes == sum(400 + sum(array.nbytes for array in kept) for kept in cache._kept.values())


@pytest.mark.parametrize("size", [10, 1000, 100_000])
def test_few_rows_and_many_are_joined_alike(size: int) -> None:
    random = np.random.default_rng(1)
    for _ in range(20):
        found = []
        for count in random.integers(0, min(size, 400), 3):
            rows = np.sort(random.choice(size, min(int(count), size), replace=False))
            found.append((rows, random.random(len(rows)).astype(np.float32) + np.float32(0.1)))
        laid = np.stack([matches.spread([match], size) for match in found])
        rows, scores = matches.added(found, size)
        assert rows.tolist() == np.flatnonzero(laid.any(axis=0)).tolist()
        assert np.allclose(scores, laid.sum(axis=0)[rows])
        rows, scores = matches.best(found, size)
        assert np.allclose(scores, laid.max(axis=0)[rows])
        rows, scores = matches.in_all(found, size)
        assert rows.tolist() == np.flatnonzero(laid.all(axis=0)).tolist()
        assert np.allclose(scores, laid.sum(axis=0)[rows])
        some = np.sort(random.choice(size, 5, replace=False))
        assert np.allclose(matches.at(found[0], some, size), laid[0][some])


def test_a_snapshot_of_an_empty_index_answers(tmp_path: Path) -> None:
    engine = WhooshEngine(Store(tmp_path / "index", "test"))
    engine.rebuild([])
    engine.warm()
    answer = engine.find(Question(Plan((Word("o0"),), grams=frozenset(("o0",))), Filters(), TODAY))
    assert (answer.total, list(answer.hits), list(answer.similar)) == (0, [], [])
    assert engine.vocabulary().words == {}
    assert snapshot.read(str(engine.store.current()), None).size == 0
