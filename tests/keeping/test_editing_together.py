"""Two people who edit the same: the second sees both versions and chooses, and nothing that was typed is lost."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from insatsbas.catalogue import actions
from insatsbas.catalogue.models import Intervention
from insatsbas.core.db import writing
from insatsbas.core.viewer import SYSTEM, Role
from tests.conftest import BOTH, open_app, settings_in
from tests.factories import make_intervention, occasion
from tests.keeping.editing import fields_of, row_of
from tests.support.checks import parse, text_of
from tests.support.people import SignedInClient, as_role

HUDDINGE = "Huddinge kommun"


@pytest.fixture(params=BOTH)
def either_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application on each database in turn, outside its context: each request has a session of its own."""
    if request.param == "sqlite":
        yield request.getfixturevalue("bare_app")
        return
    url = request.getfixturevalue("postgres").create(request.getfixturevalue("postgres_template").database)
    with open_app(settings_in(tmp_path / "data", DATABASE_URL=str(url))) as app:
        yield app


@pytest.fixture
def public_id(either_app: Flask) -> str:
    """An active intervention of Huddinge."""
    with either_app.app_context(), writing() as session:
        row = make_intervention(
            session,
            title="Språkcafé",
            owner=HUDDINGE,
            contact="a@b.example",
            terms={"way_in": ("sjalv",)},
            occasions=[occasion(10, places=10, taken=1)],
        )
        return row.public_id


@pytest.fixture
def two(either_app: Flask) -> tuple[SignedInClient, SignedInClient]:
    """Two editors of Huddinge."""
    first = as_role(either_app, (Role.EDITOR, HUDDINGE), email="anna@huddinge.example")
    return first, as_role(either_app, (Role.EDITOR, HUDDINGE), email="bo@huddinge.example")


def opened(client: SignedInClient, public_id: str) -> dict[str, Any]:
    """The form as a browser has it."""
    return fields_of(client.get(f"/insatser/{public_id}/redigera"))


def send(client: SignedInClient, public_id: str, fields: dict[str, Any]) -> Any:
    """Press the button that saves."""
    return client.post(f"/insatser/{public_id}/redigera", data={"gor": "spara", **fields})


def test_the_second_sees_both_and_chooses(either_app: Flask, two: tuple[SignedInClient, SignedInClient], public_id: str) -> None:
    anna, bo = two
    drawn = opened(bo, public_id)
    assert send(anna, public_id, opened(anna, public_id) | {"title": "Annas namn", "length": "10 veckor"}).status_code == 303
    page = send(bo, public_id, drawn | {"title": "Bos namn", "description": "Bos beskrivning."})
    assert page.status_code == 409
    told = text_of(parse(page.text))
    for text in ("Anna har ändrat insatsen", "Annas namn", "Bos namn", "Bos beskrivning.", "10 veckor"):
        assert text in told, text
    assert row_of(either_app, public_id).title == "Annas namn"
    form = fields_of(page)
    assert (form["val-title"], form["val-description"], form["val-length"]) == (["min"], ["min"], ["deras"]), "who changed what is known"
    assert send(bo, public_id, form | {"val-title": "deras"}).status_code == 303
    row = row_of(either_app, public_id)
    assert (row.title, row.description, row.length) == ("Annas namn", "Bos beskrivning.", "10 veckor")


def test_what_was_typed_can_be_gone_on_with(two: tuple[SignedInClient, SignedInClient], public_id: str) -> None:
    anna, bo = two
    drawn = opened(bo, public_id)
    send(anna, public_id, opened(anna, public_id) | {"occasions-0-places": "20", "length": "10 veckor"})
    page = send(bo, public_id, drawn | {"occasions-0-places": "15", "why": "Större lokal"})
    assert page.status_code == 409
    form = fields_of(bo.post(f"/insatser/{public_id}/redigera", data={**fields_of(page), "gor": "fortsatt"}))
    assert (form["occasions-0-places"], form["why"], form["length"]) == ("15", "Större lokal", "10 veckor")
    assert send(bo, public_id, form).status_code == 303


def test_a_third_in_between_is_seen_too(either_app: Flask, two: tuple[SignedInClient, SignedInClient], public_id: str) -> None:
    anna, bo = two
    drawn = opened(bo, public_id)
    send(anna, public_id, opened(anna, public_id) | {"title": "Ett"})
    page = send(bo, public_id, drawn | {"title": "Bos"})
    send(anna, public_id, opened(anna, public_id) | {"title": "Två"})
    page = send(bo, public_id, fields_of(page) | {"val-title": "min"})
    assert page.status_code == 409
    assert "Två" in page.text
    assert row_of(either_app, public_id).title == "Två"
    assert send(bo, public_id, fields_of(page) | {"val-title": "min"}).status_code == 303
    assert row_of(either_app, public_id).title == "Bos"


def test_a_confirmation_in_between_is_no_conflict(either_app: Flask, two: tuple[SignedInClient, SignedInClient], public_id: str) -> None:
    anna, bo = two
    drawn = opened(bo, public_id)
    assert send(anna, public_id, opened(anna, public_id)).status_code == 303
    assert row_of(either_app, public_id).version != int(drawn["version"])
    assert send(bo, public_id, drawn | {"title": "Bos"}).status_code == 303


@pytest.mark.parametrize("version", ["", "0", "-1", "99999999999999999999", "ett"])
def test_a_forged_version_shows_both(either_app: Flask, two: tuple[SignedInClient, SignedInClient], public_id: str, version: str) -> None:
    answer = send(two[0], public_id, opened(two[0], public_id) | {"version": version, "revision": version, "title": "Nytt"})
    assert answer.status_code == 409
    assert row_of(either_app, public_id).title == "Språkcafé"


@contextmanager
def somebody_saves_in_between(public_id: str) -> Iterator[list[str]]:
    """Somebody else's change is committed after ours was read and before it is written."""
    done: list[str] = []

    def change(app: Flask) -> None:
        with app.app_context(), writing() as session:
            row = session.scalars(select(Intervention).where(Intervention.public_id == public_id)).one()
            actions.update(SYSTEM, session, row, {"title": "Annas i sista stund"})

    def before_flush(session: Session, *_rest: object) -> None:
        ours = [row for row in session.dirty if isinstance(row, Intervention) and row.title == "Bos"]
        if ours and not done:
            done.append("saved")
            other = threading.Thread(target=change, args=(current_app._get_current_object(),))  # type: ignore[attr-defined]
            other.start()
            other.join(20)
            assert not other.is_alive()

    event.listen(Session, "before_flush", before_flush)
    try:
        yield done
    finally:
        event.remove(Session, "before_flush", before_flush)


@pytest.mark.postgres
def test_a_race_to_the_last_moment_gives_the_same_page(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Where readers and writers do not wait for each other; on SQLite the one who writes has the lock from the start."""
    url = request.getfixturevalue("postgres").create(request.getfixturevalue("postgres_template").database)
    with open_app(settings_in(tmp_path / "data", DATABASE_URL=str(url))) as app:
        bo = as_role(app, (Role.EDITOR, HUDDINGE), email="bo@huddinge.example")
        with app.app_context(), writing() as session:
            public_id = make_intervention(
                session, title="Språkcafé", owner=HUDDINGE, contact="a@b.example", terms={"way_in": ("sjalv",)}
            ).public_id
        drawn = opened(bo, public_id)
        with somebody_saves_in_between(public_id) as done:
            page = send(bo, public_id, drawn | {"title": "Bos"})
        assert done
        assert page.status_code == 409
        assert "Annas i sista stund" in page.text
        assert "Bos" in page.text
        assert row_of(app, public_id).title == "Annas i sista stund"
        assert send(bo, public_id, fields_of(page)).status_code == 303
        assert row_of(app, public_id).title == "Bos"
