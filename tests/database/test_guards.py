"""The database itself refuses what must not be, whatever the code does."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from insatsbas.core.db import db, writing
from insatsbas.core.jobs import Lease
from tests.factories import make_intervention, occasion

REFUSED = {
    "more places taken than there are": "UPDATE occasion SET taken_by_own = places + 1",
    "more places set aside for others than are left": "UPDATE occasion SET offered = places - taken_by_own + 1",
    "more places agreed on than are set aside": "UPDATE occasion SET accepted = offered + 1",
    "places taken of an unknown number": "UPDATE occasion SET places = NULL",
    "places promised of an unknown number": "UPDATE occasion SET places = NULL, taken_by_own = NULL, offered = 1",
    "fewer places than none": "UPDATE occasion SET places = -1, taken_by_own = NULL",
    "an address that is given on contact only": "UPDATE occasion SET address_on_request = TRUE, place = ''",
    "a place that is given on contact only": "UPDATE occasion SET address_on_request = TRUE, address = ''",
    "an end before the start": "UPDATE occasion SET end_on = '2020-01-01'",
    "applying after the end": "UPDATE occasion SET apply_by = '2099-01-01'",
    "an occasion of nothing": "UPDATE occasion SET intervention_id = 4711",
    "a reason for ending what is active": "UPDATE intervention SET end_reason = 'okand'",
    "a source without an id in it": "UPDATE intervention SET source = 'ptv'",
    "an id without a source": "UPDATE intervention SET external_id = '1'",
    "an unknown status": "UPDATE intervention SET status = 'borta'",
    "an unknown form": "UPDATE intervention SET form = 'per-brev'",
    "an unknown reason": "UPDATE intervention SET status = 'avslutad', end_reason = 'trott'",
    "a level off the scale": "UPDATE intervention SET level_required = 7, level_reached = 7",
    "no title": "UPDATE intervention SET title = ''",
    "no summary": "UPDATE intervention SET summary = ''",
    "a negative price": "UPDATE intervention SET participant_cost = -1, place_price = 0",
    "no hours": "UPDATE intervention SET hours_per_week = 0",
    "a year of long ago": "UPDATE intervention SET last_known = 1066",
    "no owner": "UPDATE intervention SET owner_id = NULL",
    "an owner that does not exist": "UPDATE intervention SET owner_id = 4711",
    "two with the same address": "UPDATE intervention SET public_id = 'x'",
    "two of the same source": "UPDATE intervention SET source = 'ptv', external_id = '1'",
    "a link to run": "UPDATE link SET url = 'javascript:alert(1)'",
    "two lessons in one place": "UPDATE lesson SET position = 1",
    "a need that is its own parent": "UPDATE need SET parent_id = id",
    "two needs with the same code": "UPDATE need SET code = 'x'",
    "a need that is gone but used": "DELETE FROM need",
    "a kind of term that is none": "UPDATE term SET kind = 'smell'",
    "an owner that is gone but used": "DELETE FROM organisation",
    "a municipality with half a tile": "UPDATE municipality SET tile_row = 1, tile_column = NULL",
    "a tile off the map": "UPDATE municipality SET tile_row = 13, tile_column = 1",
    "a municipality that is its own neighbour": "UPDATE commuting SET neighbour_code = municipality_code",
}


def two_interventions() -> None:
    """What the statements above try to spoil."""
    with writing() as session:
        for title in ("Sfi på kvällen", "Sfi på dagen"):
            make_intervention(
                session,
                title=title,
                occasions=[occasion(14, end=occasion(30).start, place="Jordbro", address="Exempelgatan 1", places=20, taken=5)],
                lessons=["Börja tidigt.", "Ring i god tid."],
                links=["https://exempel.example/"],
            )


def test_the_database_refuses(both_databases: Flask) -> None:
    two_interventions()
    let_through = []
    for what, statement in REFUSED.items():
        with db.engine.execution_options(write=True).connect() as connection:
            try:
                connection.execute(text(statement))
                let_through.append(what)
            except IntegrityError:
                pass
            connection.rollback()
    assert not let_through, f"{db.engine.dialect.name} lets through: {let_through}"


def test_children_go_with_their_intervention(both_databases: Flask) -> None:
    two_interventions()
    with db.engine.execution_options(write=True).begin() as connection:
        connection.execute(text("DELETE FROM intervention"))
        for table in ("occasion", "lesson", "link", "intervention_need", "intervention_term", "intervention_given_in"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0, f"{table} keeps rows of what is gone"


def test_a_moment_without_a_zone_is_refused(both_databases: Flask) -> None:
    with pytest.raises(StatementError, match="without a time zone"), writing() as session:
        session.add(Lease(name="x", holder="y", until=datetime(2027, 1, 18, 12, 0)))


def test_a_moment_comes_back_in_utc(both_databases: Flask) -> None:
    there = datetime(2027, 7, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    with writing() as session:
        session.add(Lease(name="x", holder="y", until=there))
    found = db.session.scalars(select(Lease.until).where(Lease.name == "x")).one()
    assert (found, found.utcoffset()) == (datetime(2027, 7, 1, 12, 0, tzinfo=UTC), timedelta(0))
