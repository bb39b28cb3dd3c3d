"""Whoever tries the demo meets something to do in each role that keeps, marked as made up."""

import pytest
from flask import Flask
from sqlalchemy import select

from insatsbas.accounts import examples as example_people
from insatsbas.catalogue.models import Intervention
from insatsbas.core.config import current_settings
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import SYSTEM
from insatsbas.keeping import examples
from insatsbas.keeping.reports.models import Report
from tests.support.checks import parse, text_of
from tests.support.people import signed_in

HUDDINGE = "redaktor@huddinge.exempel.example"


@pytest.fixture
def tried(app: Flask) -> Flask:
    """The demo as the command lays it in."""
    with app.app_context():
        assert example_people.lay_in(SYSTEM, current_settings()) is not None
        with writing() as session:
            assert examples.lay_in(session) == 1
    return app


def test_each_who_keeps_meets_something_to_do(tried: Flask) -> None:
    editor = signed_in(tried, HUDDINGE)
    to_do = text_of(parse(editor.get("/att-gora").text))
    assert "Företagslots" in to_do.split("Att bekräfta")[1], "an entry that needs to be confirmed"
    assert to_do.split("Att bekräfta")[0].count("Fel i uppgifterna") == 1
    with tried.app_context():
        draft = db.session.scalars(select(Intervention).where(Intervention.status == "utkast")).one()
        successor = db.session.scalars(
            select(Intervention).where(Intervention.forerunner_id.is_not(None), Intervention.id != draft.id)
        ).one()
        pages = f"/insatser/{draft.public_id}/redigera", f"/insatser/{successor.public_id}"
    assert "Lärdomar från föregångaren" in editor.get(pages[0]).text
    assert "Blanketthjälp på biblioteket" in text_of(parse(editor.get(pages[1]).text)).split("Hänger ihop med")[1]
    asked = text_of(parse(signed_in(tried, "redaktor@haninge.exempel.example").get("/mina-fragor").text))
    assert "Exempel: Kan en deltagare" in asked
    missing = text_of(parse(signed_in(tried, "samordnare@exempel.example").get("/samordna/saknas").text))
    assert "Exempel: Körkortsteori" in missing


def test_all_of_it_is_marked_and_laid_in_once(tried: Flask) -> None:
    with tried.app_context():
        assert all(report.text.startswith("Exempel: ") for report in db.session.scalars(select(Report)))
        assert all(row.is_example for row in db.session.scalars(select(Intervention).where(Intervention.source.is_(None))))
        db.session.rollback()
        with writing() as session:
            assert examples.lay_in(session) == 0


def test_nothing_is_where_there_are_no_example_people(app: Flask) -> None:
    with app.app_context(), writing() as session:
        assert examples.lay_in(session) == 0
