"""The peer of `bench.page`: Datasette on an SQLite file with the same texts, searched in full and counted by the same three facets.

It is given time to finish its counts, and room to show them all: at its defaults it leaves some out, and would do less than is asked.
Otherwise it is measured twice: as it comes, and lean, with all that its manual tells of to do no more than our page does.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bench.corpus import Entry
from bench.page_questions import Question
from bench.running import running
from insatsbas.core.db import sqlite_module
from tests.support.serving import free_port

_FILE, _TABLE = "peer.db", "insatser"
_COLUMNS = {"behov": "need", "ges_i": "given_in", "passar": "passar"}
_SAME_WORK = {"default_page_size": 20, "default_facet_size": 100, "facet_time_limit_ms": 60_000, "sql_time_limit_ms": 60_000}


@dataclass(frozen=True, slots=True)
class Peer:
    """A way to run Datasette. The lean one's file never changes, and it neither suggests further facets nor shows the long text."""

    name: str
    is_lean: bool


PEERS = (Peer("Datasette", is_lean=False), Peer("lean", is_lean=True))


def lay_in(folder: Path, entries: Iterable[Entry]) -> None:
    """Make the file of the peer: one row for each entry, what it has several of as JSON, and an index of its texts."""
    connection = sqlite_module().connect(folder / _FILE)
    connection.executescript(
        f"""
        CREATE TABLE {_TABLE} (
            id INTEGER PRIMARY KEY, title TEXT, summary TEXT, owner TEXT, need TEXT, given_in TEXT, passar TEXT,
            description TEXT, is_active INTEGER
        );
        CREATE VIRTUAL TABLE {_TABLE}_fts USING fts5(title, summary, description, content="{_TABLE}", content_rowid="id");
        """
    )
    connection.executemany(f"INSERT INTO {_TABLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, entries))
    connection.execute(f"INSERT INTO {_TABLE}_fts ({_TABLE}_fts) VALUES ('rebuild')")
    connection.commit()
    connection.execute("ANALYZE")
    connection.close()


def _row(entry: Entry) -> tuple[object, ...]:
    several = (json.dumps(codes) for codes in (entry.needs, entry.given_in, entry.audience))
    return (entry.id, entry.title, entry.summary, str(entry.owner), *several, entry.description, int(entry.is_active))


def address(peer: Peer, question: Question, *, as_json: bool) -> str:
    """The address at which a peer is asked a question."""
    pairs = [("_search", question.words)] if question.words else []
    pairs += [(f"{_COLUMNS[name]}__arraycontains", code) for name, code in question.filters]
    pairs.append(("is_active", "1"))
    pairs += [("_facet_array", name) for name in _COLUMNS.values()]
    if question.next:
        pairs.append(("_next", question.next))
    if peer.is_lean:
        pairs.append(("_nocol", "description"))
    if as_json:
        pairs.append(("_shape", "objects"))
    return f"/peer/{_TABLE}{'.json' if as_json else ''}?{urlencode(pairs)}"


@contextmanager
def serving(peer: Peer, folder: Path) -> Iterator[int]:
    """Serve the file until the block ends; the port."""
    port = free_port()
    settings = _SAME_WORK | ({"suggest_facets": "off"} if peer.is_lean else {})
    told = [word for name, value in settings.items() for word in ("--setting", name, str(value))]
    file = ["--immutable", str(folder / _FILE)] if peer.is_lean else [str(folder / _FILE)]
    command = [sys.executable, "-m", "datasette", "serve", *file, "--port", str(port), *told]
    with running(command, f"http://127.0.0.1:{port}/-/versions.json", folder / f"{peer.name}.log"):
        yield port
