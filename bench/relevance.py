"""How well search answers, against other engines over the same texts: on the project's own judged questions, and on SweFAQ.

    python -m bench.relevance
    python -m bench.relevance --half tune --json

The own questions are over the demo catalogue (`tests/search/queries.toml`), judged before tuning; search may be tuned on one half of them
and never on the other. SweFAQ is taken from a folder of real data, where one is told. Misspelt words are made by chance, by a seed. Ours is
measured as the page answers: names are understood, what is misspelt is put right.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from whoosh import fields
from whoosh.analysis import RegexTokenizer
from whoosh.filedb.filestore import RamStorage

from bench.race import machine
from bench.relevance_peers import Peer, peers
from insatsbas.app import create_app
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import Status, TermKind
from insatsbas.core import config, migrations
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import SYSTEM
from insatsbas.interchange import demo
from insatsbas.search import indexing
from insatsbas.search.engine import Vocabulary
from insatsbas.search.service import Search, current_search
from insatsbas.search.spelling import Speller
from tests.search import judged
from tests.search.judged import HALVES, KINDS, Judged, read
from tests.search.relevance import Entry, Figures, Rank, Suggested, demo_rank, first_suggestions, measured, ranking, swefaq

OURS = "ours"
BASELINE = Path(judged.__file__).with_name("baseline.toml")
_SWEFAQ = Path("swefaq") / "swefaq_dev.jsonl"
_KEYWORDS = (TermKind.AUDIENCE, TermKind.LANGUAGE, TermKind.SUPPORT)


@contextmanager
def demo_app() -> Iterator[Flask]:
    """An application with the demo catalogue and its index, in a folder that goes."""
    with tempfile.TemporaryDirectory(prefix="insatsbas-relevance-") as folder:
        app = create_app(config.from_environ({"INSATSBAS_DATA_DIR": folder, "INSATSBAS_REGION": "Södertörn"}))
        with app.app_context():
            migrations.upgrade(db.engine)
            with writing() as session:
                demo.load_demo(SYSTEM, session, source="insatsbas")
            indexing.rebuild(current_search())
            yield app
            db.session.rollback()
            db.engine.dispose()


def demo_entries() -> list[Entry]:
    """The texts of what a guest finds: active entries, none for staff."""
    rows = db.session.scalars(select(Intervention).where(Intervention.status == Status.ACTIVE).order_by(Intervention.id))
    return [_entry(row) for row in rows if not row.for_staff]


def _entry(row: Intervention) -> Entry:
    needs = {need.label: None for one in row.needs for need in (one, one.parent) if need is not None}
    terms = (term.label for term in row.terms if term.kind in _KEYWORDS)
    keywords = (*needs, row.owner.name, *(municipality.name for municipality in row.given_in), *terms)
    return Entry(row.external_id or "", row.title, " ".join(keywords), row.summary, f"{row.description}\n{row.prerequisites}")


def by_kind(rank: Rank, questions: Sequence[Judged]) -> dict[str, Figures]:
    """The figures of all questions, of each half and of each kind."""
    found = {"all": measured(rank, questions)}
    for half in HALVES:
        found |= _of(rank, half, [one for one in questions if one.half == half])
    for kind in KINDS:
        found |= _of(rank, kind, [one for one in questions if one.kind == kind])
    return found


def _of(rank: Rank, name: str, questions: Sequence[Judged]) -> dict[str, Figures]:
    return {name: measured(rank, questions)} if questions else {}


def side_by_side(
    ours: Rank, others: Iterable[Peer], entries: Sequence[Entry], questions: Sequence[Judged]
) -> dict[str, dict[str, Figures]]:
    """The figures of ours and of each of the others that is here."""
    found = {OURS: by_kind(ours, questions)}
    for peer in others:
        if not peer.lacking:
            with peer.opened(entries) as rank:
                found[peer.name] = by_kind(rank, questions)
    return found


# Misspelt words


def spelling(vocabulary: Vocabulary, search: Search, seed: int) -> dict[str, Suggested]:
    """Ours, and Whoosh's own corrector over the same words as often."""
    ours = Speller(vocabulary, search.analysis, search.lists)
    with _whoosh_suggests(vocabulary) as suggests:
        each = {OURS: ours.suggest, "Whoosh": suggests}
        return {name: first_suggestions(suggest, vocabulary, search.analysis, seed) for name, suggest in each.items()}


@contextmanager
def _whoosh_suggests(vocabulary: Vocabulary) -> Iterator[Callable[[str], Sequence[str]]]:
    index = RamStorage().create_index(fields.Schema(word=fields.TEXT(analyzer=RegexTokenizer(r"\S+"), spelling=True)))
    writer = index.writer()
    for document in range(max(vocabulary.words.values())):
        writer.add_document(word=" ".join(word for word, count in vocabulary.words.items() if count > document))
    writer.commit()
    with index.searcher() as searcher:
        corrector = searcher.corrector("word")
        yield lambda wrong: corrector.suggest(wrong, limit=1, maxdist=2)


# The report


def report(half: str, seed: int, data: Path | None) -> dict[str, Any]:
    """Measure all of it; without `data`, not SweFAQ."""
    questions = [one for one in read() if half in ("all", one.half)]
    found: dict[str, Any] = {"machine": machine(), "seed": seed, "half": half}
    with ExitStack() as stack:
        app = stack.enter_context(demo_app())
        search, others = current_search(), peers(current_search().analysis)
        found["lacking"] = [peer.lacking for peer in others if peer.lacking]
        found["own"] = _plain(side_by_side(demo_rank(app), others, demo_entries(), questions))
        if data is None:
            found["lacking"].append("SweFAQ, whose folder INSATSBAS_TEST_DATA or --data tells")
        else:
            answers, asked = swefaq(data / _SWEFAQ)
            ours = stack.enter_context(ranking(answers, search))
            found["swefaq"] = _plain(side_by_side(ours, others, answers, asked))
        found["misspelt"] = {name: asdict(one) for name, one in spelling(search.engine.vocabulary(), search, seed).items()}
    return found


def _plain(figures: Mapping[str, Mapping[str, Figures]]) -> dict[str, dict[str, dict[str, float]]]:
    return {engine: {group: asdict(one) for group, one in groups.items()} for engine, groups in figures.items()}


def table(found: dict[str, Any]) -> str:
    """The report for people: MRR@10 / recall@10 / the share of questions with nothing relevant in ten."""
    told = found["machine"]
    lines = [f"seed {found['seed']}, commit {told['commit']}, {told['cores']} cores, Python {told['python']}, SQLite {told['sqlite']}"]
    lines += [f"not compared: {what}" for what in found["lacking"]]
    for title, name in (("The own questions", "own"), ("SweFAQ, dev", "swefaq")):
        if name in found:
            lines += ["", f"{title}: MRR@10 / recall@10 / nothing relevant in ten", *_rows(found[name])]
    lines += ["", "Misspelt words: first suggestion is the same word / the very form"]
    lines += [
        f"{name:<20}{one['same_word']:>8.3f} /{one['same_form']:>6.3f}   of {one['words']}" for name, one in found["misspelt"].items()
    ]
    return "\n".join(lines)


def baseline(found: dict[str, Any]) -> str:
    """The file that the tests hold search to."""
    ours = {name: found["own"][OURS][name] for name in ("all", *HALVES)} | {"swefaq": found["swefaq"][OURS]["all"]}
    lines = [
        "# What search has reached. `make test` fails where a figure falls by more than a hundredth.",
        "# Written by `python -m bench.relevance --record`, which measures; not by hand.",
    ]
    for name, one in ours.items():
        lines += ["", f"[{name}]", f"mrr = {one['mrr']}", f"recall = {one['recall']}"]
    lines += ["", "[misspelt]", f"seed = {found['seed']}", f"same_word = {found['misspelt'][OURS]['same_word']}"]
    return "\n".join(lines) + "\n"


def _rows(engines: Mapping[str, Mapping[str, Mapping[str, float]]]) -> list[str]:
    groups = list(engines[OURS])
    width = 22
    lines = [f"{'':<20}{'n':>4}" + "".join(f"{name:>{width}}" for name in engines)]
    for group in groups:
        cells = (f"{one[group]['mrr']:.3f} / {one[group]['recall']:.3f} / {one[group]['nothing']:.2f}" for one in engines.values())
        lines.append(f"{group:<20}{engines[OURS][group]['queries']:>4}" + "".join(f"{cell:>{width}}" for cell in cells))
    return lines


def main() -> int:
    """Measure as asked, and tell it."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.relevance", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--half", choices=(*HALVES, "all"), default="all", help="which half of the own questions (all)")
    parser.add_argument("--seed", type=int, default=4, help="for the words that are misspelt (4)")
    parser.add_argument(
        "--data", type=Path, default=os.environ.get("INSATSBAS_TEST_DATA"), help="folder of real data (INSATSBAS_TEST_DATA)"
    )
    parser.add_argument("--json", action="store_true", help="tell it as JSON")
    parser.add_argument(
        "--record", action="store_true", help="hold the tests to these figures from now on: write tests/search/baseline.toml"
    )
    given = parser.parse_args()
    if given.record and (given.half != "all" or given.data is None):
        parser.error("what is recorded is all of it, SweFAQ too")
    found = report(given.half, given.seed, given.data)
    if given.record:
        BASELINE.write_text(baseline(found), "utf-8")
    print(json.dumps(found, indent=2, ensure_ascii=False) if given.json else table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
