"""Two who do at once what only one of them may: the second waits, and is then told."""

import threading
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.accounts import actions, queries
from insatsbas.core.db import writing
from insatsbas.core.errors import RefusedError
from insatsbas.core.viewer import Role, Viewer
from insatsbas.keeping.reports import actions as reports
from insatsbas.keeping.reports.models import Report
from tests.factories import make_intervention
from tests.support.people import make_person


def both_at_once(app: Flask, first: Callable[[Session], None], second: Callable[[Session], None]) -> list[str]:
    """Do the first, and before it is committed begin the second; what became of that."""
    became = []

    def do_second() -> None:
        with app.app_context():
            try:
                with writing() as session:
                    second(session)
                became.append("done")
            except RefusedError:
                became.append("refused")

    other = threading.Thread(target=do_second)
    with writing() as session:
        first(session)
        session.flush()
        other.start()
        time.sleep(0.5)
    other.join(20)
    return became


def viewer_of(email: str) -> Viewer:
    """Somebody as they ask."""
    with writing() as session:
        person = queries.by_email(session, email)
        assert person is not None
        return person.as_viewer()


def test_two_coordinators_do_not_take_each_others_leave(both_databases: Flask) -> None:
    """Else nobody would be left who could make a new one on the pages."""
    anna, bo = "anna@exempel.example", "bo@exempel.example"
    with writing() as session:
        make_person(session, anna, Role.COORDINATOR)
        make_person(session, bo, Role.COORDINATOR)

    def shut(who: str, whom: str) -> Callable[[Session], None]:
        viewer = viewer_of(who)

        def act(session: Session) -> None:
            person = queries.by_email(session, whom)
            assert person is not None
            actions.disable(viewer, session, person)

        return act

    assert both_at_once(both_databases, shut(anna, bo), shut(bo, anna)) == ["refused"]


def test_an_answer_is_not_written_over(both_databases: Flask) -> None:
    with writing() as session:
        asker = make_person(session, "cesar@haninge.example", (Role.CASE_OFFICER, "Haninge kommun"))
        make_person(session, "dora@huddinge.example", (Role.EDITOR, "Huddinge kommun"))
        row = make_intervention(session, owner="Huddinge kommun")
        reports.ask(asker.as_viewer(), session, row, text="Finns tolk?")
    editor = viewer_of("dora@huddinge.example")

    def answer(text: str) -> Callable[[Session], None]:
        def act(session: Session) -> None:
            reports.answer(editor, session, session.scalars(select(Report)).one(), text=text)

        return act

    assert both_at_once(both_databases, answer("Ja"), answer("Nej")) == ["refused"]
    with writing() as session:
        assert session.scalars(select(Report)).one().answer == "Ja"
