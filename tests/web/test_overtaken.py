"""Two who do the same at once: the second is told so on a whole page, with nothing half done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from insatsbas.accounts.guard import access
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue.models import Intervention
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import GUEST, Role
from insatsbas.organisations.actions import add_organisation
from insatsbas.organisations.models import Organisation
from insatsbas.organisations.rules import OrganisationKind
from insatsbas.search.outbox import TOUCHES
from tests.conftest import BOTH, open_app, settings_in
from tests.factories import make_intervention
from tests.support.people import as_role


@pytest.fixture(params=BOTH)
def either_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application on each database in turn, outside its context: each request has a session of its own."""
    if request.param == "sqlite":
        yield request.getfixturevalue("bare_app")
        return
    url = request.getfixturevalue("postgres").create(request.getfixturevalue("postgres_template").database)
    with open_app(settings_in(tmp_path / "data", DATABASE_URL=str(url))) as app:
        yield app


def a_second_of_one(session: Session) -> None:
    """What another added just before."""
    known = add_organisation(GUEST, session, "Ny förening")
    session.add(Organisation(slug=known.slug, name=known.name, kind=OrganisationKind.UNKNOWN, is_example=False))
    session.commit()


def over_another(session: Session) -> None:
    """A change of what another changed after it was read."""
    row = make_intervention(session)
    newer = update(Intervention).where(Intervention.id == row.id).values(version=row.version + 1)
    session.execute(newer.execution_options(**{TOUCHES: []}, synchronize_session=False))
    row.length = "Ett år"
    session.commit()


@pytest.mark.parametrize("act", [a_second_of_one, over_another])
def test_the_second_is_told(either_app: Flask, act: object) -> None:
    def change() -> str:
        act(db.session)  # type: ignore[operator]
        return ""

    access(Permission.KEEP)(change)
    either_app.extensions["csrf"].exempt(change)
    either_app.add_url_rule("/andra", view_func=change, methods=["POST"])
    editor = as_role(either_app, (Role.EDITOR, "Huddinge kommun"))
    answer = editor.post("/andra")
    assert answer.status_code == 409
    assert "Någon annan hann före" in answer.text
    assert "Att göra" in answer.text, "the menu of the signed-in is there, with its counts"
    with either_app.app_context(), writing() as session:
        assert not session.query(Organisation).filter_by(name="Ny förening").all()
        assert not session.query(Intervention).all()
