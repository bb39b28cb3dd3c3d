"""SQLite's full text, with our stems, and the counts in SQL: the same database that the catalogue lies in, and no engine beside it."""

import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from bench.corpus import Entry
from bench.engines import SHOWN, Answer, Texts, understanding
from bench.questions import Asked
from insatsbas.core.db import sqlite_module
from insatsbas.search.swedish import Analysis

_PIECE = re.compile(r'"([^"]*)"|(\S+)')
_TABLES = {"behov": "entry_need", "ges_i": "entry_municipality", "passar": "entry_audience"}


class Fts5:
    """FTS5 over stemmed text, weighed as ours, with `bm25`; the pieces of text are marked by our own code, since FTS5 holds stems."""

    name: ClassVar[str] = "SQLite FTS5, our stems"

    def __init__(self, entries: Sequence[Entry], folder: Path) -> None:
        self._analysis, _ = understanding()
        self._texts = Texts(entries)
        self._connection: sqlite3.Connection = sqlite_module().connect(folder / "fts5.db")
        self._connection.execute("PRAGMA mmap_size = 1073741824")

    @classmethod
    def build(cls, entries: Sequence[Entry], folder: Path, analysis: Analysis) -> None:
        """Write the database."""
        folder.mkdir(exist_ok=True)
        with sqlite_module().connect(folder / "fts5.db") as connection:
            connection.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, is_active INTEGER NOT NULL, title TEXT NOT NULL)")
            connection.execute("CREATE VIRTUAL TABLE text USING fts5 (title, summary, description, tokenize = 'unicode61', content = '')")
            connection.executemany("INSERT INTO entry VALUES (?, ?, ?)", [(e.id, e.is_active, e.title) for e in entries])
            connection.executemany(
                "INSERT INTO text (rowid, title, summary, description) VALUES (?, ?, ?, ?)",
                ([e.id, *(" ".join(analysis.stems(text)) for text in (e.title, e.summary, e.description))] for e in entries),
            )
            for table, codes in (("entry_need", "needs"), ("entry_municipality", "given_in"), ("entry_audience", "audience")):
                connection.execute(f"CREATE TABLE {table} (entry INTEGER, code TEXT, PRIMARY KEY (entry, code)) WITHOUT ROWID")
                connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", [(e.id, code) for e in entries for code in getattr(e, codes)])
                connection.execute(f"CREATE INDEX {table}_code ON {table} (code, entry)")
            connection.execute("INSERT INTO text (text) VALUES ('optimize')")
            connection.execute("ANALYZE")
        connection.close()

    def _match(self, text: str) -> str:
        """The question in FTS5's words: all of them, and phrases as they stand."""
        found = []
        for phrase, word in _PIECE.findall(text):
            stems = [stem for stem in self._analysis.stems(phrase or word) if stem]
            found += [f'"{" ".join(stems)}"'] if phrase else [f'"{stem}"' for stem in stems]
        return " AND ".join(found)

    def answer(self, asked: Asked) -> Answer:
        """Do the whole work for a question."""
        match = self._match(asked.text)
        source = "text JOIN entry ON entry.id = text.rowid WHERE text MATCH ? AND is_active" if match else "entry WHERE is_active"
        given = [match] if match else []
        for name, code in asked.filters.items():
            source += f" AND EXISTS (SELECT 1 FROM {_TABLES[name]} AS t WHERE t.entry = entry.id AND t.code = ?)"
            given.append(code)
        order = "bm25(text, 3.0, 1.5, 1.0)" if match else "entry.title"
        run = self._connection.execute
        ids = [number for (number,) in run(f"SELECT entry.id FROM {source} ORDER BY {order} LIMIT {SHOWN}", given)]
        counted = " UNION ALL ".join(
            f"SELECT '{name}', t.code, count(*) FROM found JOIN {table} AS t ON t.entry = found.id GROUP BY t.code"
            for name, table in _TABLES.items()
        )
        total, facets = 0, {name: dict[str, int]() for name in _TABLES}
        for name, code, count in run(
            f"WITH found AS MATERIALIZED (SELECT entry.id AS id FROM {source}) SELECT '', '', count(*) FROM found UNION ALL {counted}",
            given,
        ):
            if name:
                facets[name][code] = count
            else:
                total = count
        return Answer(total, self._texts.shown(ids, self._texts.plan(asked.text)), facets)
