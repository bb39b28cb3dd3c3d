"""The whole search page, as HTML and as JSON, against Datasette with full text and the same three facets.

    python -m bench.page
    python -m bench.page --sizes 120 5000 --rounds 40 --keep /tmp/catalogues
    python -m bench.page --profile --sizes 5000

Each is served as it is served, by one process, and asked over HTTP by a client that keeps its connection, with what a browser says it
takes. A question is put to all, one right after the other, so that whatever else the machine does falls on all; before that each has
been put to all once without being timed. Times are in milliseconds, from the question sent to the last byte read.
"""

import argparse
import hashlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from flask import Flask

from bench import corpus, page_corpus, page_peer, page_profile, page_questions
from bench.corpus import Entry
from bench.page_peer import PEERS
from bench.page_questions import HEADERS, Question
from bench.report import machine, milliseconds, table, told, version
from insatsbas.app import create_app
from insatsbas.core import config
from tests.support.needs import plain_environ
from tests.support.serving import serving

BARS = {120: 1 / 3, 5_000: 1 / 12, 50_000: 1 / 80}
MOST_GROWTH = 1.3
REGION = "Södertörn"
_OURS = "ours"
_NAMES = (_OURS, *(peer.name for peer in PEERS))
_FORMS = ("HTML", "JSON")
# A server may have hung up on a client that was silent so long; what it costs to call again is no part of an answer.
_SILENCE = 1.0
_LAID = "laid-in"


class Client:
    """One who asks one server over a connection that is kept."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=300)
        self._last = 0.0

    def ask(self, address: str) -> tuple[float, bytes]:
        """Ask, and read the answer whole; in how many seconds, and what was answered."""
        if time.perf_counter() - self._last > _SILENCE:
            self._connection.close()
            self._connection.connect()
        began = time.perf_counter()
        self._connection.request("GET", address, headers=HEADERS)
        answer = self._connection.getresponse()
        body = answer.read()
        self._last = time.perf_counter()
        if answer.status != 200:  # noqa: PLR2004 - OK
            raise SystemExit(f"{address} was answered with {answer.status}")
        return self._last - began, body

    def ask_plain(self, address: str) -> Any:
        """Ask for JSON that is not packed."""
        self._connection.close()
        self._connection.request("GET", address)
        told = json.loads(self._connection.getresponse().read())
        self._connection.close()
        return told


@contextmanager
def catalogue(size: int, seed: int, keep: Path | None) -> Iterator[tuple[Path, list[Entry]]]:
    """A folder with our data and the peer's file of so many entries, and the entries; a kept one is used again."""
    with ExitStack() as stack:
        base = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="insatsbas-page-")))
        entries = page_corpus.made(size, seed)
        folder, mark = base / f"{size}-{seed}", _mark(entries)
        if not (folder / _LAID).exists() or (folder / _LAID).read_text("ascii") != mark:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            page_corpus.lay_in(_begun(folder), entries, seed)
            page_peer.lay_in(folder, entries)
            (folder / _LAID).write_text(mark, "ascii")
        _begun(folder)
        yield folder, entries


def _mark(entries: list[Entry]) -> str:
    """The same for the same entries: a kept catalogue that is made otherwise now is not used again."""
    return hashlib.sha256("\n".join(map(repr, entries)).encode()).hexdigest()


def _begun(folder: Path) -> Flask:
    """As one begins: the database upgraded, the lists laid in, the index made anew where it is not of this program."""
    environ = plain_environ(DATA_DIR=str(folder / "data"))
    subprocess.run([sys.executable, "-m", "insatsbas", "init"], cwd=folder, env=environ, check=True, stdout=subprocess.DEVNULL)
    return application(folder)


def application(folder: Path) -> Flask:
    """Our application on the data of a folder."""
    return create_app(config.from_environ({"INSATSBAS_DATA_DIR": str(folder / "data"), "INSATSBAS_REGION": REGION}))


def measured(folder: Path, asked: list[Question], rounds: int) -> dict[str, Any]:
    """Ask all of them all questions so many times, and tell of the times by form and kind."""
    with ExitStack() as stack:
        server = stack.enter_context(serving(folder / "data", workers=1, REGION=REGION))
        clients = {_OURS: Client(int(server.url.rsplit(":", 1)[1]))}
        clients |= {peer.name: Client(stack.enter_context(page_peer.serving(peer, folder))) for peer in PEERS}
        asked = [_placed(question, clients[PEERS[0].name]) for question in asked]
        hits = {question: _hits(question, clients) for question in asked}
        seen = _Seen()
        for number in range(rounds + 1):
            for question in asked:
                for form in _FORMS:
                    for name, address in _addresses(question, as_json=form == "JSON").items():
                        seconds, body = clients[name].ask(address)
                        if number:  # the first round is to warm up
                            seen.note(form, question.kind, name, seconds, len(body))
    kinds = list(dict.fromkeys(question.kind for question in asked))
    of_kind = {kind: [hits[question] for question in asked if question.kind == kind] for kind in kinds}
    return {
        "rows": [
            {"form": form, "kind": kind, "hits": [statistics.median(found) for found in zip(*of_kind[kind], strict=True)]}
            | seen.compared(form, kind)
            for form in _FORMS
            for kind in kinds
        ],
        "all": {form: seen.compared(form) | {"kilobytes": seen.kilobytes(form)} for form in _FORMS},
    }


@dataclass(slots=True)
class _Seen:
    """The answers of a run: seconds and bytes, by form, kind and who answered."""

    answers: dict[tuple[str, str, str], list[tuple[float, int]]] = field(default_factory=dict)

    def note(self, form: str, kind: str, name: str, seconds: float, size: int) -> None:
        self.answers.setdefault((form, kind, name), []).append((seconds, size))

    def compared(self, form: str, kind: str | None = None) -> dict[str, dict[str, float]]:
        """Medians, the slowest hundredth, and our median as a share of each peer's; of one kind, or of all."""
        figures = {name: milliseconds([seconds for seconds, _ in self._of(form, name, kind)]) for name in _NAMES}
        return {
            "median": {name: round(figures[name][0], 2) for name in _NAMES},
            "p99": {name: round(figures[name][1], 2) for name in _NAMES},
            "ratio": {name: figures[_OURS][0] / figures[name][0] for name in _NAMES[1:]},
        }

    def kilobytes(self, form: str) -> dict[str, float]:
        """How much was sent for an answer."""
        return {name: round(statistics.median(size for _, size in self._of(form, name)) / 1000, 1) for name in _NAMES}

    def _of(self, form: str, name: str, kind: str | None = None) -> list[tuple[float, int]]:
        fitting = (a for (f, k, n), a in self.answers.items() if (f, n) == (form, name) and kind in (None, k))
        return [answer for answers in fitting for answer in answers]


def _placed(question: Question, client: Client) -> Question:
    """With the mark of the second page, which the peer tells on its first."""
    if question.page == 1:
        return question
    return replace(question, next=client.ask_plain(page_peer.address(PEERS[0], question, as_json=True))["next"])


def _addresses(question: Question, *, as_json: bool) -> dict[str, str]:
    ours = page_questions.address(question, as_json=as_json)
    return {_OURS: ours} | {peer.name: page_peer.address(peer, question, as_json=as_json) for peer in PEERS}


def _hits(question: Question, clients: dict[str, Client]) -> tuple[int, int]:
    """How many we find and how many the peer does: of one order, or they do not do the same work."""
    addresses, peer = _addresses(question, as_json=True), PEERS[0].name
    ours, theirs = clients[_OURS].ask_plain(addresses[_OURS]), clients[peer].ask_plain(addresses[peer])
    return ours["total"], theirs["filtered_table_rows_count"]


def bars(results: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """What is asked of the HTML page beside Datasette as it comes, for the sizes that were measured."""
    pages = {size: result["all"]["HTML"] for size, result in results.items()}
    of_sizes = [
        _bar(f"HTML to Datasette's at {size}", pages[size]["ratio"][PEERS[0].name], bar) for size, bar in BARS.items() if size in pages
    ]
    smallest, largest = min(BARS), max(BARS)
    if smallest in pages and largest in pages:
        growth = pages[largest]["median"][_OURS] / pages[smallest]["median"][_OURS]
        of_sizes.append(_bar(f"growth of our HTML from {smallest} to {largest}", growth, MOST_GROWTH))
    return of_sizes


def _bar(name: str, figure: float, most: float) -> dict[str, Any]:
    return {"name": name, "figure": round(figure, 4), "most": round(most, 4), "holds": figure <= most}


def drawn(report: dict[str, Any]) -> str:
    """The report for people."""
    head = (
        "",
        *(f"{name}, {figure}" for name in _NAMES for figure in ("median", "p99")),
        *(f"to {p.name}" for p in PEERS),
        "hits",
        "theirs",
    )
    lines = [told(report["machine"]), f"seed {report['seed']}, {report['rounds']} rounds of {report['questions']} questions; milliseconds"]
    for size, result in report["sizes"].items():
        rows: list[list[str]] = []
        for form in _FORMS:
            own = [row for row in result["rows"] if row["form"] == form]
            rows += [[*_cells(f"{form}, {row['kind']}", row), *(f"{count:.0f}" for count in row["hits"])] for row in own]
            whole = result["all"][form]
            sent = [cell for name in _NAMES for cell in (f"{whole['kilobytes'][name]} kB", "")]
            rows += [[*_cells(f"{form}, all", whole), "", ""], [f"{form}, sent", *sent, *[""] * (len(PEERS) + 2)]]
        lines += ["", f"{size} interventions", table(head, rows)]
    lines.append("")
    for bar in report["bars"]:
        lines.append(f"{'holds' if bar['holds'] else 'FAILS'}  {bar['name']}: {bar['figure']:.4f}, at most {bar['most']:.4f}")
    return "\n".join(lines)


def _cells(name: str, row: dict[str, Any]) -> list[str]:
    times = [f"{row[figure][one]:.1f}" for one in _NAMES for figure in ("median", "p99")]
    return [name, *times, *(f"1/{1 / ratio:.1f}" for ratio in row["ratio"].values())]


def main() -> int:
    """Measure as asked, and tell it; 1 when a bar does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench.page", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=list(BARS), help="interventions (120 5000 50000; the last takes minutes to lay in)"
    )
    parser.add_argument(
        "--rounds", type=int, default=10, help="how often each question is put, after a first time that is not counted (10)"
    )
    parser.add_argument("--questions", type=int, default=5, help="how many of each kind (5)")
    parser.add_argument("--seed", type=int, default=corpus.SEED, help=f"for the catalogue and the questions ({corpus.SEED})")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the catalogues here, and use those that are here")
    parser.add_argument("--profile", action="store_true", help="tell where our own page's time goes; the peer is not asked")
    parser.add_argument("--json", action="store_true", help="tell it as JSON")
    given = parser.parse_args()
    if not given.profile and not version("datasette"):
        sys.exit('Datasette is not here. Install it with: pip install -e ".[bench]"')
    results: dict[int, dict[str, Any]] = {}
    for size in given.sizes:
        with catalogue(size, given.seed, given.keep) as (folder, entries):
            asked = page_questions.made(entries, given.seed, given.questions)
            del entries
            if given.profile:
                results[size] = page_profile.shares(application(folder), asked, given.rounds)
            else:
                results[size] = measured(folder, asked, given.rounds)
    report = {
        "machine": machine("datasette"),
        "seed": given.seed,
        "rounds": given.rounds,
        "questions": len(asked),
        "sizes": results,
    }
    if not given.profile:
        report["bars"] = bars(results)
    draw = page_profile.drawn if given.profile else drawn
    print(json.dumps(report, indent=2, ensure_ascii=False) if given.json else draw(report))
    return 0 if all(bar["holds"] for bar in report.get("bars", ())) else 1


if __name__ == "__main__":
    sys.exit(main())
