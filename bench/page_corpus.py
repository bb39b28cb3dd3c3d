"""A made-up catalogue of any size for `bench.page`, from a seed: the demo's examples, taken apart and put together anew.

Each entry has the kind of an example (needs, terms, form, level). Half of its text is the examples' own sentences; half is running
words: those of the examples, as often as they write them, and compounds of the parts that search knows, so that there are more rare
words the larger the catalogue is, as in any language.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Intervention, Need, Occasion, Term, intervention_given_in, intervention_need, intervention_term
from insatsbas.catalogue.rules import SUMMARY_MAX, TITLE_MAX, Form, Level, Status, TermKind
from insatsbas.core import clock
from insatsbas.core.config import current_settings
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import SYSTEM
from insatsbas.interchange import demo, region
from insatsbas.organisations.models import Municipality, Organisation
from insatsbas.search import indexing, wordlists
from insatsbas.search.outbox import TOUCHES
from insatsbas.search.service import coming_search

WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_WORDS = (100, 200)  # fewest and most of an entry
_OWN_SENTENCES, _COMPOUNDS = 0.5, 0.15  # shares of the sentences, and of the running words
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Kind:
    """What an example is, without its words."""

    title: str
    sentences: tuple[str, ...]
    needs: tuple[str, ...]
    terms: tuple[tuple[TermKind, str], ...]
    form: Form | None
    level: Level | None
    rolling: bool


@dataclass(frozen=True, slots=True)
class Start:
    """One start, as so many days from today, and its places."""

    in_days: int
    places: int
    taken: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One made-up intervention, as both sides are given it. Needs and terms by their codes, the organisation by its name."""

    id: int
    kind: Kind
    title: str
    summary: str
    description: str
    owner: str
    given_in: tuple[str, ...]
    starts: tuple[Start, ...]

    def codes(self, kind: TermKind) -> list[str]:
        """Its terms of one kind."""
        return [code for its_kind, code in self.kind.terms if its_kind is kind]


@dataclass(frozen=True, slots=True)
class World:
    """What entries are made of: the examples, and the lists of the region."""

    kinds: tuple[Kind, ...]
    municipalities: tuple[str, ...]
    organisations: tuple[str, ...]


def examples(app: Flask) -> World:
    """Read the demo's examples and lists by laying them in, in a transaction that is taken back."""
    with app.app_context(), Session(db.engine.execution_options(write=True)) as session:
        demo.load_demo(SYSTEM, session, source=current_settings().source)
        session.flush()
        rows = session.scalars(select(Intervention).where(Intervention.is_example).order_by(Intervention.external_id))
        world = World(
            kinds=tuple(_kind(row) for row in rows if not row.for_staff),
            municipalities=tuple(session.scalars(select(Municipality.code).order_by(Municipality.code))),
            organisations=tuple(session.scalars(select(Organisation.name).order_by(Organisation.name))),
        )
        session.rollback()
        db.engine.dispose()
    return world


def _kind(row: Intervention) -> Kind:
    texts = (row.summary, row.description, *(lesson.text for lesson in row.lessons))
    return Kind(
        title=row.title,
        sentences=tuple(sentence for text in texts for sentence in _SENTENCE.split(text) if sentence),
        needs=tuple(need.code for need in row.needs),
        terms=tuple((term.kind, term.code) for term in row.terms),
        form=row.form,
        level=row.level_required,
        rolling=row.rolling,
    )


def made_up(world: World, count: int, seed: int) -> Iterator[Entry]:
    """So many entries, the same for the same seed."""
    chance = random.Random(seed)
    running = _running_words(world, chance)
    for number in range(1, count + 1):
        kind = chance.choice(world.kinds)
        summary = chance.choice(kind.sentences)[:SUMMARY_MAX]
        title = f"{kind.title}, {next(running)} {number}"
        yield Entry(
            id=number,
            kind=kind,
            title=title[:TITLE_MAX],
            summary=summary,
            description=" ".join(_sentences(world, kind, running, chance)),
            owner=chance.choice(world.organisations),
            given_in=tuple(sorted(chance.sample(world.municipalities, chance.choice((1, 1, 2))))),
            starts=tuple(_start(chance) for _ in range(chance.choice((0, 1, 2, 3)))),
        )


def _running_words(world: World, chance: random.Random) -> Iterator[str]:
    """Words without end: those of the examples as often as they stand there, and compounds, those of the first parts oftener."""
    counts = Counter(word.lower() for kind in world.kinds for text in kind.sentences for word in WORD.findall(text))
    words, weights = list(counts), list(accumulate(counts.values()))
    parts = wordlists.read().parts
    last, firsts = list(parts), [forms[0] if forms else part for part, forms in parts.items()]
    falling = list(accumulate(1 / place for place in range(1, len(parts) + 1)))
    while True:
        pairs = zip(*(chance.choices(half, cum_weights=falling, k=_AT_ONCE) for half in (firsts, last)), strict=True)
        for plain in chance.choices(words, cum_weights=weights, k=_AT_ONCE):
            yield "".join(next(pairs)) if chance.random() < _COMPOUNDS else plain


def _sentences(world: World, kind: Kind, running: Iterator[str], chance: random.Random) -> Iterator[str]:
    left = chance.randint(*_WORDS)
    while left > 0:
        if chance.random() < _OWN_SENTENCES:
            sentence = chance.choice(kind.sentences)
        else:
            sentence = " ".join(next(running) for _ in range(chance.randint(6, 14))).capitalize() + "."
        left -= sentence.count(" ") + 1
        yield sentence


def _start(chance: random.Random) -> Start:
    places = chance.randint(8, 30)
    return Start(in_days=chance.randint(5, 300), places=places, taken=chance.randint(0, places))


def lay_in(app: Flask, entries: Sequence[Entry]) -> None:
    """Lay entries straight into the tables of a database that has been begun, and build the index."""
    with app.app_context():
        with writing() as session:
            region.load(SYSTEM, session, demo.SODERTORN)
        # While there is nothing yet to index anew because a municipality has changed.
        indexing.drain(coming_search(), wait=True)
        with writing() as session:
            needs = dict(session.execute(select(Need.code, Need.id)).all())
            terms = {(row.kind, row.code): row.id for row in session.scalars(select(Term))}
            owners = dict(session.execute(select(Organisation.name, Organisation.id)).all())
            for first in range(0, len(entries), _AT_ONCE):
                _put_in(session, entries[first : first + _AT_ONCE], needs, terms, owners)
        indexing.rebuild(coming_search())
        db.engine.dispose()


def _put_in(
    session: Session, batch: Sequence[Entry], needs: dict[str, int], terms: dict[tuple[TermKind, str], int], owners: dict[str, int]
) -> None:
    """One statement for each table. That no single one is told to the index is no loss: it is built when all are there."""
    today = clock.today()
    tables: dict[Any, list[dict[str, Any]]] = {
        Intervention: [_row(entry, owners[entry.owner]) for entry in batch],
        intervention_need: [{"intervention_id": e.id, "need_id": needs[code]} for e in batch for code in e.kind.needs],
        intervention_term: [{"intervention_id": e.id, "term_id": terms[term]} for e in batch for term in e.kind.terms],
        intervention_given_in: [{"intervention_id": e.id, "municipality_code": code} for e in batch for code in e.given_in],
        Occasion: [_occasion(entry.id, start, today) for entry in batch for start in entry.starts],
    }
    for table, rows in tables.items():
        if rows:
            session.execute(insert(table), rows, execution_options={TOUCHES: ()})


def _row(entry: Entry, owner: int) -> dict[str, Any]:
    return {
        "id": entry.id,
        "public_id": f"k{entry.id:07d}",
        "owner_id": owner,
        "title": entry.title,
        "summary": entry.summary,
        "description": entry.description,
        "status": Status.ACTIVE,
        "form": entry.kind.form,
        "level_required": entry.kind.level,
        "rolling": entry.kind.rolling,
        "is_example": True,
        "version": 1,
    }


def _occasion(number: int, start: Start, today: date) -> dict[str, Any]:
    return {
        "intervention_id": number,
        "start": today + timedelta(days=start.in_days),
        "places": start.places,
        "taken_by_own": start.taken,
    }
