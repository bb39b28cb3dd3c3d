"""Other engines over the same texts, each as its manual shows: what our relevance is compared with.

All search the same four fields with the same weights, and any of the words: that finds most. None knows our word lists, but for the one
that says so.
"""

import importlib
import importlib.util
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import psycopg
from psycopg import sql
from whoosh import analysis as whoosh_analysis
from whoosh import fields, qparser
from whoosh.filedb.filestore import RamStorage

from insatsbas.search.swedish import Analysis, normalise, tokens
from tests.search.relevance import AT, Entry, Rank
from tests.support import postgres

FIELDS = ("title", "keywords", "summary", "body")
WEIGHTS = (3.0, 2.0, 1.5, 1.0)
# From the extra `bench`; told, not missed, where it is not installed.
tantivy = importlib.import_module("tantivy") if importlib.util.find_spec("tantivy") else None
Entries: TypeAlias = Sequence[Entry]
Words: TypeAlias = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Peer:
    """An engine: what it is called, how it is opened over some entries, and why it is not here, if so."""

    name: str
    opened: Callable[[Entries], AbstractContextManager[Rank]]
    lacking: str = ""


def peers(analysis: Analysis) -> list[Peer]:
    """All that are compared."""
    return [
        Peer("FTS5 unicode61", lambda entries: _fts5(entries, as_written)),
        Peer("FTS5, our stems", lambda entries: _fts5(entries, analysis.stems)),
        Peer("tantivy Swedish", _tantivy, "" if tantivy else "tantivy is not installed: pip install -e .[bench]"),
        Peer("Whoosh", lambda entries: _whoosh(entries, "")),
        Peer("Whoosh Swedish", lambda entries: _whoosh(entries, "sv")),
        Peer("PostgreSQL swedish", _postgresql, "" if postgres.programs() else "PostgreSQL's server programs are not here"),
    ]


def as_written(text: str) -> list[str]:
    """The words of a text in lower case."""
    return [token.word for token in tokens(normalise(text))]


def _texts(entry: Entry) -> tuple[str, ...]:
    return tuple(getattr(entry, field) for field in FIELDS)


@contextmanager
def _fts5(entries: Entries, words: Words) -> Iterator[Rank]:
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE VIRTUAL TABLE entry USING fts5({', '.join(FIELDS)}, tokenize = 'unicode61')")
    rows = [(number, *(" ".join(words(text)) for text in _texts(entry))) for number, entry in enumerate(entries)]
    connection.executemany("INSERT INTO entry (rowid, title, keywords, summary, body) VALUES (?, ?, ?, ?, ?)", rows)
    asked = f"SELECT rowid FROM entry WHERE entry MATCH ? ORDER BY bm25(entry, {', '.join(map(str, WEIGHTS))}), rowid LIMIT {AT}"

    def rank(text: str) -> list[str]:
        typed = words(text)
        return [entries[row].id for (row,) in connection.execute(asked, (" OR ".join(f'"{word}"' for word in typed),))] if typed else []

    yield rank
    connection.close()


@contextmanager
def _tantivy(entries: Entries) -> Iterator[Rank]:
    assert tantivy is not None, "asked only where it is"
    made = tantivy.SchemaBuilder()
    made.add_integer_field("number", stored=True)
    for field in FIELDS:
        made.add_text_field(field, tokenizer_name="sv")
    index = tantivy.Index(made.build())
    swedish = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.stemmer("swedish"))
    )
    index.register_tokenizer("sv", swedish.build())
    writer = index.writer(num_threads=1)
    for number, entry in enumerate(entries):
        document = tantivy.Document()
        document.add_integer("number", number)
        for field, text in zip(FIELDS, _texts(entry), strict=True):
            document.add_text(field, text)
        writer.add_document(document)
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def rank(text: str) -> list[str]:
        typed = index.parse_query(" ".join(as_written(text)), list(FIELDS), dict(zip(FIELDS, WEIGHTS, strict=True)))
        return [entries[searcher.doc(address)["number"][0]].id for _, address in searcher.search(typed, AT).hits]

    yield rank


@contextmanager
def _whoosh(entries: Entries, language: str) -> Iterator[Rank]:
    analyzer = whoosh_analysis.LanguageAnalyzer(language) if language else whoosh_analysis.StandardAnalyzer()
    schema = fields.Schema(number=fields.STORED, **{field: fields.TEXT(analyzer=analyzer) for field in FIELDS})
    index = RamStorage().create_index(schema)
    writer = index.writer()
    for number, entry in enumerate(entries):
        writer.add_document(number=number, **dict(zip(FIELDS, _texts(entry), strict=True)))
    writer.commit()
    boosts = dict(zip(FIELDS, WEIGHTS, strict=True))
    parser = qparser.MultifieldParser(list(FIELDS), schema, fieldboosts=boosts, group=qparser.OrGroup)
    with index.searcher() as searcher:
        # Its parser means something by other signs; the words are what is compared.
        yield lambda text: [entries[hit["number"]].id for hit in searcher.search(parser.parse(" ".join(as_written(text))), limit=AT)]


@contextmanager
def _postgresql(entries: Entries) -> Iterator[Rank]:
    programs = postgres.programs()
    assert programs is not None, "asked only where they are"
    # Its four classes of words, the heaviest first, weigh as the fields do; the length of a text is taken into account (1).
    weighed = sql.SQL(" || ").join(sql.SQL("setweight(to_tsvector('swedish', %s), {})").format(sql.Literal(letter)) for letter in "ABCD")
    ordered = (
        "SELECT number FROM entry, websearch_to_tsquery('swedish', %s) AS asked WHERE words @@ asked "
        "ORDER BY ts_rank(%s::float4[], words, asked, 1) DESC, number LIMIT %s"
    )
    scale = [weight / WEIGHTS[0] for weight in reversed(WEIGHTS)]
    with postgres.cluster(programs) as cluster:
        address = re.sub(r"\+psycopg", "", cluster.create().render_as_string(hide_password=False))
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE TABLE entry (number integer, words tsvector)")
            for number, entry in enumerate(entries):
                connection.execute(sql.SQL("INSERT INTO entry VALUES (%s, {})").format(weighed), (number, *_texts(entry)))

            def rank(text: str) -> list[str]:
                typed = " or ".join(as_written(text))
                return [entries[row].id for (row,) in connection.execute(ordered, (typed, scale, AT))]

            yield rank
