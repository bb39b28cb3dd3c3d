"""How long one answer takes: our engine against SQLite's FTS5, tantivy, Whoosh as its manual shows, and PostgreSQL, side by side.

    python -m bench.answer
    python -m bench.answer --sizes 120 5000 50000 --rounds 5 --json

One answer is: the twenty best, how many there are, how many have each need, municipality and group, and a piece of the text of each one
shown. Nine classes of questions, 25 of each, made by chance from the catalogue. All engines answer each question one after the other, in
an order by chance, again and again: what disturbs the machine disturbs them alike. The first round is not counted. Cold is ours alone: a
process that has just started and warmed itself meets each question for the first time.
"""

import argparse
import gc
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

from bench import corpus, questions, report
from bench.corpus import Entry
from bench.engines import Engine, Ours, OursCountingAll, understanding
from bench.questions import Asked
from insatsbas.search import snippets, swedish, wordlists
from insatsbas.search.swedish import Analysis
from tests.support import postgres

PEERS = {
    "fts5": ("bench.peers_sqlite", "Fts5"),
    "tantivy": ("bench.peers_tantivy", "Tantivy"),
    "tantivy-whole": ("bench.peers_tantivy", "TantivyWhole"),
    "whoosh": ("bench.peers_whoosh", "WhooshPlain"),
    "postgresql": ("bench.peers_postgres", "Postgres"),
}
# Plain Whoosh takes a tenth of a second and more for an answer from a large catalogue: one round says enough.
_SLOW, _LARGE = {"Whoosh, as its manual"}, 20_000


@contextmanager
def opened(
    names: Sequence[str], entries: Sequence[Entry], folder: Path, analysis: Analysis
) -> Iterator[tuple[list[Engine], dict[str, Any]]]:
    """Ours and the peers asked for, filled with the entries; with how long filling took, and which peers are not here."""
    told: dict[str, Any] = {"built in seconds": {}, "absent": []}
    with ExitStack() as stack:
        classes: list[tuple[Any, Path]] = [(Ours, folder / "ours")]
        for name in names:
            made = _peer(name, stack, folder)
            told["absent"] += [] if made else [name]
            classes += [made] if made else []
        engines: list[Engine] = []
        for kind, own in classes:
            began = time.perf_counter()
            if not own.exists() or kind.__name__ == "Postgres":
                kind.build(entries, own, analysis)
                told["built in seconds"][kind.name] = round(time.perf_counter() - began, 1)
            engines.append(kind(entries, own))
        yield [engines[0], OursCountingAll(entries, folder / "ours"), *engines[1:]], told


def _peer(name: str, stack: ExitStack, folder: Path) -> tuple[Any, Path] | None:
    """A peer's class and its folder; None where it is not installed."""
    module, kind = PEERS[name]
    try:
        found = getattr(import_module(module), kind)
    except ImportError:
        return None
    # tantivy with its own texts is asked of the same index.
    own = folder / name.removesuffix("-whole")
    if name == "postgresql":
        programs = postgres.programs()
        if programs is None:
            return None
        found.use(stack.enter_context(postgres.cluster(programs)), own)
    return found, own


def measure(size: int, rounds: int, names: Sequence[str], seed: int, folder: Path) -> dict[str, Any]:
    """Everything that is measured at one size, times in milliseconds."""
    analysis = Analysis(wordlists.read())
    entries = corpus.made(size, seed)
    asked = questions.made(entries, analysis, seed)
    with opened(names, entries, folder, analysis) as (engines, told):
        times = _warm(engines, asked, rounds, size, seed)
        ours = next(engine for engine in engines if isinstance(engine, Ours))
        cold = _cold(ours, asked)
    every = {name: report.milliseconds([t for times_of in of.values() for t in times_of]) for name, of in times.items()}
    return {
        "size": size,
        "questions": len(asked),
        **told,
        "warm": {name: {"median": m, "p99": p, "longest": x} for name, (m, p, x) in every.items()},
        "warm by class": {name: {kind: report.milliseconds(t)[0] for kind, t in of.items()} for name, of in times.items()},
        "cold": dict(zip(("median", "p99", "longest"), report.milliseconds(cold), strict=True)),
        "bytes cached": ours.engine.cached_bytes(),
        "ratio to ours": {name: {"median": every[Ours.name][0] / m, "p99": every[Ours.name][1] / p} for name, (m, p, _) in every.items()},
    }


def _warm(engines: Sequence[Engine], asked: Sequence[Asked], rounds: int, size: int, seed: int) -> dict[str, dict[str, list[float]]]:
    """Seconds by engine and class of question."""
    random = Random(seed)
    times: dict[str, dict[str, list[float]]] = {engine.name: defaultdict(list) for engine in engines}
    for turn in range(rounds + 1):
        gc.collect()
        gc.disable()
        for question in random.sample(asked, len(asked)):
            for engine in random.sample(engines, len(engines)):
                if engine.name in _SLOW and size >= _LARGE and turn > 1:
                    continue
                began = time.perf_counter()
                engine.answer(question)
                if turn:
                    times[engine.name][question.kind].append(time.perf_counter() - began)
        gc.enable()
    return times


def _cold(ours: Ours, asked: Sequence[Asked]) -> list[float]:
    """Seconds for each question at its first time in a process that has just started."""
    for kept in (understanding, swedish.grams, snippets._marker):
        kept.cache_clear()
    ours.reopen()
    times = []
    for question in asked:
        began = time.perf_counter()
        ours.answer(question)
        times.append(time.perf_counter() - began)
    return times


def table(told: dict[str, Any]) -> str:
    """The report for people."""
    lines = [report.told(told["machine"]), f"seed {told['seed']}, {told['rounds']} rounds, texts: {told['texts']}; milliseconds"]
    for found in told["sizes"]:
        kinds = list(next(iter(found["warm by class"].values())))
        rows = [
            [
                name,
                *(f"{value:.2f}" for value in (warm["median"], warm["p99"])),
                *(f"{found['ratio to ours'][name][value]:.2f}" for value in ("median", "p99")),
                *(f"{found['warm by class'][name][kind]:.2f}" for kind in kinds),
            ]
            for name, warm in found["warm"].items()
        ]
        cold = found["cold"]
        lines += [
            "",
            f"{found['size']} entries, {found['questions']} questions, warm; ours / theirs; then the median of each class",
            report.table(["engine", "median", "p99", "o/t median", "o/t p99", *kinds], rows),
            f"ours, cold: median {cold['median']:.2f}, p99 {cold['p99']:.2f}, longest {cold['longest']:.2f}; "
            f"p99 is {cold['p99'] / found['warm'][Ours.name]['median']:.1f} times the warm median; "
            f"{found['bytes cached'] / 1e6:.1f} MB of postings and clauses kept",
            "built in seconds: " + ", ".join(f"{name} {seconds}" for name, seconds in found["built in seconds"].items()),
            *([f"not here: {', '.join(found['absent'])}"] if found["absent"] else []),
        ]
    return "\n".join(lines)


def main() -> int:
    """Measure as asked, and tell."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.answer", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[120, 5000], help="how many entries (120 5000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each question is asked and timed (5)")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS), help="the engines beside ours (all that are installed)")
    parser.add_argument("--seed", type=int, default=corpus.SEED, help=f"for the catalogue and the questions ({corpus.SEED})")
    parser.add_argument("--keep", type=Path, help="a folder to keep the indexes in for the next run; its entries must be of the same code")
    parser.add_argument("--json", action="store_true", help="tell it as JSON")
    given = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory(prefix="insatsbas-answer-") as folder:
        for size in given.sizes:
            own = (given.keep or Path(folder)) / str(size)
            own.mkdir(parents=True, exist_ok=True)
            found.append(measure(size, given.rounds, given.peers, given.seed, own))
    told = {
        "machine": report.machine("numpy", "tantivy", "Whoosh", "psycopg"),
        "seed": given.seed,
        "rounds": given.rounds,
        "texts": "the demo's and Finland's catalogue" if corpus.ptv().is_file() else "the demo's",
        "sizes": found,
    }
    print(json.dumps(told, indent=2, ensure_ascii=False) if given.json else table(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
