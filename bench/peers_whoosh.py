"""Whoosh as its manual shows: its Swedish analyser, its query parser, its groups and its highlights. What ours stores in, used plainly."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from whoosh import fields, index, sorting
from whoosh.analysis import LanguageAnalyzer
from whoosh.qparser import MultifieldParser
from whoosh.query import And, Every, Term

from bench.corpus import Entry
from bench.engines import SHOWN, Answer
from bench.questions import Asked
from insatsbas.search.swedish import Analysis

_CODES = {"behov": "needs", "ges_i": "given_in", "passar": "audience"}


class WhooshPlain:
    """Whoosh's own searcher, one for all questions."""

    name: ClassVar[str] = "Whoosh, as its manual"

    def __init__(self, _entries: Sequence[Entry], folder: Path) -> None:
        opened = index.open_dir(str(folder))
        self._searcher = opened.searcher()
        self._parser = MultifieldParser(["title", "summary", "description"], opened.schema)

    @classmethod
    def build(cls, entries: Sequence[Entry], folder: Path, _analysis: Analysis) -> None:
        """Write the index."""
        folder.mkdir(exist_ok=True)
        swedish = LanguageAnalyzer("sv")
        schema = fields.Schema(
            id=fields.ID(stored=True, unique=True),
            title=fields.TEXT(analyzer=swedish, field_boost=3.0, stored=True),
            summary=fields.TEXT(analyzer=swedish, field_boost=1.5),
            description=fields.TEXT(analyzer=swedish, stored=True),
            status=fields.ID,
            **{name: fields.KEYWORD(scorable=False) for name in _CODES},
        )
        writer = index.create_in(str(folder), schema).writer(limitmb=256)
        for entry in entries:
            codes: dict[str, Any] = {name: " ".join(getattr(entry, field)) for name, field in _CODES.items()}
            writer.add_document(
                id=str(entry.id),
                title=entry.title,
                summary=entry.summary,
                description=entry.description,
                status="aktiv" if entry.is_active else "avslutad",
                **codes,
            )
        writer.commit()

    def answer(self, asked: Asked) -> Answer:
        """Do the whole work for a question."""
        query = self._parser.parse(asked.text) if asked.text else Every()
        only = And([Term("status", "aktiv"), *(Term(name, code) for name, code in asked.filters.items())])
        groups = {name: sorting.FieldFacet(name, allow_overlap=True, maptype=sorting.Count) for name in _CODES}
        found = self._searcher.search(query, limit=SHOWN, filter=only, groupedby=groups)
        # Grouped results hold all hits, whatever the limit: only the first are shown.
        shown = [(int(hit["id"]), hit.highlights("description") or hit["description"][:160]) for hit in found[:SHOWN]]
        facets = {name: {str(code): count for code, count in found.groups(name).items()} for name in _CODES}
        return Answer(len(found), shown, facets)
