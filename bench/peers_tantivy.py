"""tantivy, the engine in Rust, through its Python package: its Swedish stemmer, its counts, and pieces of text by it or by us."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import tantivy

from bench.corpus import Entry
from bench.engines import SHOWN, Answer, Texts
from bench.questions import Asked
from insatsbas.search.swedish import Analysis

_TEXTS = ("title", "summary", "description")
_CODES = ("behov", "ges_i", "passar")
_BOOSTS = {"title": 3.0, "summary": 1.5}
_MOST_VALUES = 400


class Tantivy:
    """tantivy finds, ranks and counts; the pieces of text are marked by our own code, of texts at hand: what is quickest for it."""

    name: ClassVar[str] = "tantivy"

    def __init__(self, entries: Sequence[Entry], folder: Path) -> None:
        self._index = _with_analyzer(tantivy.Index.open(str(folder)))
        self._index.reload()
        self._schema = self._index.schema
        self._counts = {name: {"terms": {"field": name, "size": _MOST_VALUES}} for name in _CODES}
        self._texts = Texts(entries)

    @classmethod
    def build(cls, entries: Sequence[Entry], folder: Path, _analysis: Analysis) -> None:
        """Write the index, as one segment."""
        folder.mkdir(exist_ok=True)
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("id", stored=True, indexed=True, fast=True)
        for name in _TEXTS:
            builder.add_text_field(name, stored=True, tokenizer_name="sv")
        for name in (*_CODES, "status", "order"):
            builder.add_text_field(name, stored=False, tokenizer_name="raw", fast=True)
        index = _with_analyzer(tantivy.Index(builder.build(), str(folder)))
        writer = index.writer(128_000_000, num_threads=1)
        for entry in entries:
            document = tantivy.Document()
            document.add_integer("id", entry.id)
            for name in _TEXTS:
                document.add_text(name, getattr(entry, name))
            for name, codes in zip(_CODES, (entry.needs, entry.given_in, entry.audience), strict=True):
                for code in codes:
                    document.add_text(name, code)
            document.add_text("status", "aktiv" if entry.is_active else "avslutad")
            document.add_text("order", entry.title)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    def answer(self, asked: Asked) -> Answer:
        """Do the whole work for a question."""
        searcher = self._index.searcher()
        words, query = self._query(asked)
        found = searcher.search(query, SHOWN) if words is not None else searcher.search(query, SHOWN, order_by_field="id")
        counted = searcher.aggregate(query, self._counts)
        counted = json.loads(counted) if isinstance(counted, str) else counted
        facets = {name: {bucket["key"]: bucket["doc_count"] for bucket in counted[name]["buckets"]} for name in _CODES}
        return Answer(found.count, self._shown(searcher, asked, words, found), facets)

    def _query(self, asked: Asked) -> tuple[Any, Any]:
        """What the words ask for, if there are any, and the whole with the filters."""
        must, term = tantivy.Occur.Must, tantivy.Query.term_query
        words = self._index.parse_query(asked.text, list(_TEXTS), _BOOSTS, conjunction_by_default=True) if asked.text else None
        clauses = [(must, term(self._schema, "status", "aktiv"))]
        clauses += [(must, term(self._schema, name, code)) for name, code in asked.filters.items()]
        clauses += [(must, words)] if words is not None else []
        return words, tantivy.Query.boolean_query(clauses)

    def _shown(self, searcher: Any, asked: Asked, _words: Any, found: Any) -> list[tuple[int, str]]:
        ids = searcher.fast_field_values("id", [address for _, address in found.hits]) if found.hits else []
        return self._texts.shown(list(ids), self._texts.plan(asked.text))


class TantivyWhole(Tantivy):
    """tantivy does everything, as its manual shows: the texts from its own store, and its own pieces of them."""

    name: ClassVar[str] = "tantivy, own texts"

    def _shown(self, searcher: Any, asked: Asked, words: Any, found: Any) -> list[tuple[int, str]]:
        pieces = tantivy.SnippetGenerator.create(searcher, words, self._schema, "description") if words is not None else None
        documents = [searcher.doc(address) for _, address in found.hits]
        return [(d["id"][0], pieces.snippet_from_doc(d).to_html() if pieces else d["description"][0][:160]) for d in documents]


def _with_analyzer(index: Any) -> Any:
    swedish = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stemmer("swedish"))
        .build()
    )
    index.register_tokenizer("sv", swedish)
    return index
