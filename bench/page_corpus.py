"""The catalogue of `bench.corpus` in the tables of our application, each entry with what else a card shows: starts, a level, a way in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bench import corpus
from bench.corpus import Entry
from insatsbas.catalogue.models import Intervention, Need, Occasion, Term, intervention_given_in, intervention_need, intervention_term
from insatsbas.catalogue.rules import SUMMARY_MAX, TITLE_MAX, Form, Level, Status, TermKind
from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import SYSTEM
from insatsbas.interchange import demo, region
from insatsbas.organisations.models import Organisation
from insatsbas.search import indexing
from insatsbas.search.outbox import TOUCHES
from insatsbas.search.service import coming_search

_AT_ONCE = 1000
_STARTS = (0, 1, 1, 2, 3)


def made(count: int, seed: int) -> list[Entry]:
    """So many entries, none longer than our tables take."""
    return [replace(entry, title=entry.title[:TITLE_MAX], summary=entry.summary[:SUMMARY_MAX]) for entry in corpus.made(count, seed)]


def lay_in(app: Flask, entries: Sequence[Entry], seed: int) -> None:
    """Lay entries straight into the tables of a database that has been begun, and build the index."""
    with app.app_context():
        with writing() as session:
            region.load(SYSTEM, session, demo.SODERTORN)
        # While there is nothing yet to index anew because a municipality has changed.
        indexing.drain(coming_search(), wait=True)
        with writing() as session:
            rows = _Rows(session, Random(seed))
            for first in range(0, len(entries), _AT_ONCE):
                rows.put_in(entries[first : first + _AT_ONCE])
        indexing.rebuild(coming_search())
        db.engine.dispose()


class _Rows:
    """Makes the rows of entries, by the numbers that the lists have in this database."""

    def __init__(self, session: Session, random: Random) -> None:
        self._session, self._random, self._today = session, random, clock.today()
        self._needs = dict(session.execute(select(Need.code, Need.id)).tuples().all())
        terms = session.scalars(select(Term).order_by(Term.id)).all()
        self._audience = {term.code: term.id for term in terms if term.kind is TermKind.AUDIENCE}
        self._further = [
            [term.id for term in terms if term.kind is kind]
            for kind in (TermKind.ELIGIBILITY, TermKind.WAY_IN, TermKind.SUPPORT, TermKind.TIME, TermKind.LANGUAGE)
        ]
        self._owners = list(session.scalars(select(Organisation.id).order_by(Organisation.id)))

    def put_in(self, entries: Sequence[Entry]) -> None:
        """One statement for each table. That none is told to the index is no loss: it is built when all are there."""
        tables: dict[Any, list[dict[str, Any]]] = {
            Intervention: [self._intervention(entry) for entry in entries],
            intervention_need: [{"intervention_id": e.id, "need_id": self._needs[code]} for e in entries for code in e.needs],
            intervention_given_in: [{"intervention_id": e.id, "municipality_code": code} for e in entries for code in e.given_in],
            intervention_term: [{"intervention_id": e.id, "term_id": number} for e in entries for number in self._terms(e)],
            Occasion: [self._occasion(entry.id) for entry in entries for _ in range(self._random.choice(_STARTS))],
        }
        for table, rows in tables.items():
            if rows:
                self._session.execute(insert(table), rows, execution_options={TOUCHES: ()})

    def _intervention(self, entry: Entry) -> dict[str, Any]:
        return {
            "id": entry.id,
            "public_id": f"k{entry.id:07d}",
            "owner_id": self._owners[entry.owner],
            "title": entry.title,
            "summary": entry.summary,
            "description": entry.description,
            "status": Status.ACTIVE if entry.is_active else Status.ENDED,
            "form": self._random.choice(list(Form)),
            "level_required": self._random.choice(list(Level)),
            "rolling": self._random.choice((True, False, False)),
            "is_example": True,
            "version": 1,
        }

    def _terms(self, entry: Entry) -> list[int]:
        further = [number for terms in self._further for number in self._random.sample(terms, min(len(terms), self._random.choice((1, 2))))]
        return [*(self._audience[code] for code in entry.audience), *further]

    def _occasion(self, number: int) -> dict[str, Any]:
        places = self._random.randint(8, 30)
        start: date = self._today + timedelta(days=self._random.randint(5, 300))
        return {"intervention_id": number, "start": start, "places": places, "taken_by_own": self._random.randint(0, places)}
