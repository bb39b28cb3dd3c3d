"""The questions and writes of review and reports, on each database."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from insatsbas.accounts.models import Person
from insatsbas.catalogue.freshness_queries import confirmed_lately, review_days, stale_limit
from insatsbas.catalogue.models import Intervention
from insatsbas.core import clock
from insatsbas.core.db import become_writer, db, writing
from insatsbas.core.letters import Letter
from insatsbas.core.viewer import GUEST, Role
from insatsbas.keeping.periodic import forget_addresses, write_review_letters
from insatsbas.keeping.reports import actions as report_actions
from insatsbas.keeping.reports import queries as reports
from insatsbas.keeping.reports.models import Report
from insatsbas.keeping.reports.rules import FaultReason
from insatsbas.keeping.review import actions, queries
from tests.factories import make_intervention
from tests.support.people import make_person

TODAY = date(2027, 4, 29)
ANNA, SAM = "anna@huddinge.example", "sam@samordning.example"


@pytest.fixture
def settled(both_databases: Flask, freeze: Callable[[date], None]) -> Flask:
    freeze(TODAY)
    with writing() as session:
        make_person(session, ANNA, (Role.EDITOR, "Huddinge kommun")).password_hash = "x"
        make_person(session, SAM, Role.COORDINATOR).password_hash = "x"
        for title, verified_on in (("Gammal", date(2027, 1, 1)), ("Färsk", date(2027, 4, 1)), ("Aldrig", None)):
            row = make_intervention(session, title=title, verified_on=verified_on)
            row.created_at = clock.now() - timedelta(days=400)
    return both_databases


def person(email: str) -> Person:
    return db.session.scalars(select(Person).where(Person.email == email)).one()


def test_the_review_counts_the_same_on_each(settled: Flask) -> None:
    anna = person(ANNA).as_viewer()
    assert queries.count_waiting(anna, db.session) == 2
    assert confirmed_lately(db.session) == (2, 3)
    assert stale_limit(db.session) == date(2027, 2, 14)
    (standing,) = queries.standings(db.session, review_days(db.session))
    assert (standing.total, standing.due, standing.overdue, standing.confirmed, standing.editors) == (3, 0, 2, 1, 1)
    assert write_review_letters() == 2
    assert write_review_letters() == 0
    with writing() as session:
        viewer = person(ANNA).as_viewer()
        actions.confirm(viewer, session, session.scalars(select(Intervention)).all())
    db.session.rollback()
    assert queries.count_waiting(anna, db.session) == 0
    assert {letter.to for letter in db.session.scalars(select(Letter))} == {ANNA, SAM}


def test_reports_are_told_ordered_and_forgotten_the_same_on_each(settled: Flask, freeze: Callable[[date], None]) -> None:
    with writing() as session:
        old, fresh, _never = session.scalars(select(Intervention).order_by(Intervention.id))
        report_actions.tell_fault(GUEST, session, fresh, reason=FaultReason.CONTACT, text="", address="a" * 64)
        report_actions.ask(person(SAM).as_viewer(), session, old, text="Finns den kvar?")
        report_actions.tell_fault(GUEST, session, old, reason=FaultReason.PERSONAL_DATA, text="", address="a" * 64)
        version = old.version
    db.session.rollback()
    for email, many in ((ANNA, 3), (SAM, 1)):
        found = reports.open_for(person(email).as_viewer(), db.session)
        assert len(found) == many
        assert found[0].reason is FaultReason.PERSONAL_DATA, "what is pressing comes first"
    hidden = db.session.scalars(select(Intervention).where(Intervention.hidden)).one()
    assert hidden.title == "Gammal"
    assert hidden.version == version == 2, "who edits it meanwhile is not disturbed"
    freeze(TODAY + timedelta(days=2))
    assert forget_addresses() == 2
    assert forget_addresses() == 0


def test_the_database_knows_that_only_personal_data_hides(settled: Flask) -> None:
    with writing() as session:
        row = session.scalars(select(Intervention)).first()
        assert row is not None
        report_actions.tell_fault(GUEST, session, row, reason=FaultReason.CONTACT, text="", address="")
    become_writer(db.session)
    db.session.scalars(select(Report)).one().has_hidden = True
    with pytest.raises(IntegrityError, match="has_hidden"):
        db.session.flush()
