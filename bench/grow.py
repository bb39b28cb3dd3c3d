"""What grows with the catalogue, and how fast: answers, a change until it is seen, building, opening, memory and disk.

    python -m bench.grow
    python -m bench.grow --sizes 120 1000 5000 20000 50000 --json

Each size is measured in a process of its own. The exponent is that of size ** exponent fitted to the figures, by least squares of their
logarithms: 0 does not grow, 1 grows as the catalogue does. A change is one entry that is written, committed, synced to the disk, and found.
"""

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from bench import corpus, questions, report
from bench.engines import TODAY, Ours, filters_of
from bench.questions import Asked
from insatsbas.search import wordlists
from insatsbas.search.engine import Question
from insatsbas.search.swedish import Analysis

_CHANGES = 60
_PAGE = 4096
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Grown:
    """What was measured at one size: milliseconds, seconds or megabytes as the name says; memory is what the process grew by."""

    entries: int
    answer_ms: float
    answer_p99_ms: float
    change_ms: float
    change_p99_ms: float
    texts_s: float
    build_s: float
    open_ms: float
    memory_open_mb: float
    memory_asked_mb: float
    disk_mb: float


def measure(size: int, seed: int, rounds: int) -> Grown:
    """Everything at one size."""
    analysis, entries = Analysis(wordlists.read()), corpus.made(size, seed)
    asked = questions.made(entries, analysis, seed)
    with tempfile.TemporaryDirectory(prefix="insatsbas-grow-") as name:
        folder = Path(name) / "index"
        texts, made = _timed(lambda: corpus.documents(entries, analysis))
        ours = Ours(entries, folder)
        build, _ = _timed(partial(ours.engine.rebuild, made))
        del made
        before = _memory()
        opened, _ = _timed(ours.reopen)
        after = _memory()
        times = [_timed(partial(ours.answer, a))[0] for turn in range(rounds + 1) for a in asked if turn]
        asked_memory = _memory()
        answer, answer_p99, _ = report.milliseconds(times)
        changes = [_change(ours, entries, analysis, Random(number)) for number in range(_CHANGES)]
        change, change_p99, _ = report.milliseconds(changes)
        disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Grown(
        entries=size,
        answer_ms=answer,
        answer_p99_ms=answer_p99,
        change_ms=change,
        change_p99_ms=change_p99,
        texts_s=texts,
        build_s=build,
        open_ms=opened * 1000,
        memory_open_mb=(after - before) / _MB,
        memory_asked_mb=(asked_memory - before) / _MB,
        disk_mb=disk / _MB,
    )


def _change(ours: Ours, entries: Sequence[corpus.Entry], analysis: Analysis, random: Random) -> float:
    """Seconds until a change of one entry is found, from its document on: writing, syncing, reading, one question."""
    word = f"ändrad{random.getrandbits(40):x}"
    made = corpus.documents([replace(random.choice(entries), title=word, is_active=True)], analysis)
    asked = Asked("change", word)
    question = Question(ours.planner.plan(word), filters_of(asked), TODAY)
    began = time.perf_counter()
    with ours.engine.writing(wait=True):
        ours.engine.apply((), made)
    found = ours.engine.find(question).total
    seconds = time.perf_counter() - began
    if found != 1:
        raise RuntimeError("the change was not found")
    return seconds


def _timed(run: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = run()
    return time.perf_counter() - began, result


def _memory() -> int:
    """What the process has in memory, in bytes, as Linux tells it."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


def exponents(grown: Sequence[Grown]) -> dict[str, float]:
    """For each figure, how it grows with the size."""
    sizes = np.log([one.entries for one in grown])
    figures = [name for name in Grown.__dataclass_fields__ if name != "entries"]
    return {name: float(np.polyfit(sizes, np.log([max(getattr(one, name), 1e-3) for one in grown]), 1)[0]) for name in figures}


def main() -> int:
    """Measure, fit, tell."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m bench.grow", description=__doc__, formatter_class=plain)
    parser.add_argument("--sizes", type=int, nargs="+", default=[120, 600, 2000, 5000], help="how many entries (120 600 2000 5000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each question is asked and timed (3)")
    parser.add_argument("--seed", type=int, default=corpus.SEED, help=f"for the catalogue and the questions ({corpus.SEED})")
    parser.add_argument("--json", action="store_true", help="tell it as JSON")
    given = parser.parse_args()
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=fresh, max_tasks_per_child=1) as pool:
        grown = [pool.submit(measure, size, given.seed, given.rounds).result() for size in given.sizes]
    fitted = exponents(grown) if len(grown) > 1 else {}
    machine = report.machine("numpy")
    if given.json:
        sizes = [asdict(one) for one in grown]
        print(json.dumps({"machine": machine, "seed": given.seed, "sizes": sizes, "exponents": fitted}, indent=2))
        return 0
    print(f"{report.told(machine)}\nseed {given.seed}, {given.rounds} rounds\n")
    head = ["", *(str(one.entries) for one in grown), "exponent"]
    rows = [
        [name.replace("_", " "), *(getattr(one, name) for one in grown), f"{fitted[name]:.2f}" if fitted else ""]
        for name in Grown.__dataclass_fields__
        if name != "entries"
    ]
    print(report.table(head, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
