"""PostgreSQL's full text, where its server programs are: Swedish as it ships, ranked by `ts_rank`, counted and marked in SQL."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import psycopg

from bench.corpus import Entry
from bench.engines import SHOWN, Answer
from bench.questions import Asked
from insatsbas.search.swedish import Analysis
from tests.support import postgres

_CODES = {"behov": "needs", "ges_i": "given_in", "passar": "audience"}


class Postgres:
    """A throwaway server of its own for as long as it is used; nothing is written to disk for certain, which only building notices."""

    name: ClassVar[str] = "PostgreSQL"
    _servers: ClassVar[dict[Path, str]] = {}

    def __init__(self, _entries: Sequence[Entry], folder: Path) -> None:
        self._connection = psycopg.connect(self._servers[folder], autocommit=True)
        self._connection.execute("SET jit = off")

    @classmethod
    def use(cls, cluster: postgres.Cluster, folder: Path) -> None:
        """Tell in which server a folder's catalogue lies."""
        url = cluster.create()
        cls._servers[folder] = f"host={cluster.folder} user=postgres dbname={url.database}"

    @classmethod
    def build(cls, entries: Sequence[Entry], folder: Path, _analysis: Analysis) -> None:
        """Load the entries and make the indexes."""
        with psycopg.connect(cls._servers[folder], autocommit=True) as connection:
            connection.execute(
                """
                CREATE TABLE entry (
                    id int PRIMARY KEY, title text, summary text, description text, is_active boolean,
                    behov text[], ges_i text[], passar text[],
                    words tsvector GENERATED ALWAYS AS (
                        setweight(to_tsvector('swedish', title), 'A') || setweight(to_tsvector('swedish', summary), 'B')
                        || setweight(to_tsvector('swedish', description), 'D')) STORED)
                """
            )
            with (
                connection.cursor() as cursor,
                cursor.copy("COPY entry (id, title, summary, description, is_active, behov, ges_i, passar) FROM STDIN") as copy,
            ):
                for e in entries:
                    codes = [list(getattr(e, field)) for field in _CODES.values()]
                    copy.write_row((e.id, e.title, e.summary, e.description, e.is_active, *codes))
            for column in ("words", *_CODES):
                connection.execute(f"CREATE INDEX ON entry USING gin ({column})".encode())
            connection.execute("VACUUM ANALYZE entry")

    def answer(self, asked: Asked) -> Answer:
        """Do the whole work for a question."""
        source, order, piece = "entry", "title", "left(description, 160)"
        given: list[object] = []
        if asked.text:
            source = "entry, websearch_to_tsquery('swedish', %s) AS asked"
            order, piece = (
                "ts_rank(words, asked) DESC",
                "ts_headline('swedish', description, asked, 'MaxFragments=1, MaxWords=25, MinWords=10')",
            )
            given.append(asked.text)
        where = "is_active" + (" AND words @@ asked" if asked.text else "") + "".join(f" AND {name} @> ARRAY[%s]" for name in asked.filters)
        given += asked.filters.values()
        run = self._connection.execute
        first = f"SELECT * FROM {source} WHERE {where} ORDER BY {order} LIMIT {SHOWN}"
        shown = [(number, text) for number, text in run(f"SELECT id, {piece} FROM ({first}) AS first".encode(), given)]
        counted = " UNION ALL ".join(f"SELECT '{name}', code, count(*) FROM found, unnest({name}) AS code GROUP BY code" for name in _CODES)
        total, facets = 0, {name: dict[str, int]() for name in _CODES}
        columns = ", ".join(_CODES)
        for name, code, count in run(
            f"WITH found AS MATERIALIZED (SELECT {columns} FROM {source} WHERE {where}) "
            f"SELECT '', '', count(*) FROM found UNION ALL {counted}".encode(),
            given,
        ):
            if name:
                facets[name][code] = count
            else:
                total = count
        return Answer(total, shown, facets)
