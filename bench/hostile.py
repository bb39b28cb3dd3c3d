"""Questions that wish one ill, one after another: none may fail, and none may take long.

    python -m bench.hostile
    python -m bench.hostile --questions 10000 --entries 20000 --json

Stars, brackets, operators, quotation marks without fellows, words without end, all scripts, and the commonest words again and again, with
every filter counted. The time is that of the plan, the engine and the marked pieces of text of the twenty shown. Ends with 1 when one
failed, or the bounds of the project are not held: 99 of 100 within 100 ms, all within 500 ms.
"""

import argparse
import gc
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from bench import corpus, report
from bench.engines import OursCountingAll
from bench.questions import Asked
from insatsbas.search import wordlists
from insatsbas.search.swedish import Analysis

_ODD = (
    *("*", "?*?*?*", "o*", "(((((", ")", '"', "”", "-", "--", "AND", "OR", "NOT", "NEAR/3", "[1 TO 9]", "title:", "^9", "~", "\\"),
    *("\x00", "\u202e", "𝕏", "ﷺ", "🙂", "é", "e\u0301", "ß", "İ", "'; --", "%", "a" * 5000, "åäö" * 300),
    *("och", "i", "att", "för", "på", "svenska", "kommun", "insats", "stöd", "svenskasvenskasvenska", "arbetsmarknadsutbildningar"),
)
_P99, _LONGEST = 100, 500


def questions(count: int, seed: int) -> Iterator[str]:
    """So many questions."""
    random = Random(seed)
    for _ in range(count):
        pieces = random.choices(_ODD, k=random.choice((1, 2, 5, 20, 100)))
        match random.randrange(4):
            case 0:
                pieces.append("".join(chr(random.randrange(1, 0x2FFF)) for _ in range(random.randrange(1, 300))))
            case 1:
                pieces = [f'"{" ".join(pieces[:30])}"', *pieces]
            case 2:
                pieces = [random.choice(("-", '-"', "")) + piece for piece in pieces]
        yield random.choice((" ", " ", "", "-", '"')).join(pieces)


def measure(entries: int, count: int, seed: int, folder: Path) -> dict[str, Any]:
    """Ask them all of a catalogue of so many entries."""
    made = corpus.made(entries, seed)
    OursCountingAll.build(made, folder, Analysis(wordlists.read()))
    engine = OursCountingAll(made, folder)
    # As a process that serves does when it is warm.
    gc.collect()
    gc.freeze()
    faults: Counter[str] = Counter()
    times = []
    for text in questions(count, seed):
        began = time.perf_counter()
        try:
            engine.answer(Asked("hostile", text))
        except Exception as error:
            # Whatever it is, it is told: that is what is measured.
            faults[repr(error)[:200]] += 1
        times.append(time.perf_counter() - began)
    median, p99, longest = report.milliseconds(times)
    return {"faults": dict(faults), "median": median, "p99": p99, "longest": longest}


def main() -> int:
    """Ask, tell, and judge."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m bench.hostile", description=__doc__, formatter_class=plain)
    parser.add_argument("--questions", type=int, default=10_000, help="how many (10000)")
    parser.add_argument("--entries", type=int, default=20_000, help="of how many entries (20000)")
    parser.add_argument("--seed", type=int, default=corpus.SEED, help=f"for both ({corpus.SEED})")
    parser.add_argument("--json", action="store_true", help="tell it as JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="insatsbas-hostile-") as folder:
        found = measure(given.entries, given.questions, given.seed, Path(folder) / "index")
    told = {"machine": report.machine("numpy"), "seed": given.seed, "entries": given.entries, "questions": given.questions, **found}
    if given.json:
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        print(report.told(told["machine"]))
        print(f"seed {given.seed}, {given.questions} questions of {given.entries} entries")
        times = ", ".join(f"{name} {found[name]:.1f} ms" for name in ("median", "p99", "longest"))
        print(f"failed {sum(found['faults'].values())}; {times}")
        print("\n".join(found["faults"]))
    return 0 if not found["faults"] and found["p99"] < _P99 and found["longest"] < _LONGEST else 1


if __name__ == "__main__":
    sys.exit(main())
