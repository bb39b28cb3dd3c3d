"""Markup in every text that is kept: on no page, in no feed and no picture does it come out as markup, whoever looks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import String, update
from sqlalchemy.orm import Session

from insatsbas.catalogue import actions
from insatsbas.catalogue.models import Intervention
from insatsbas.core import events
from insatsbas.core.db import writing
from insatsbas.core.viewer import Viewer
from insatsbas.keeping.masking.tables import targets
from insatsbas.search.outbox import TOUCHES
from tests.factories import index_all
from tests.house.policy_world import NAMES, ROLES, World, path_of, variants_of, world_in
from tests.house.test_hostile_forms import sender
from tests.house.test_policy import rules_of

HOSTILE = "\"'><x-evil onclick=a()>"
# Filled through actions instead, or with an address that must look like one.
LEFT_ALONE = {"event", "link.url", "person.email", "letter.recipient", "organisation.mailbox", "import_batch.token", "setting"}
SHOWN = ("text/html", "application/xml", "application/atom+xml", "image/svg+xml", "text/xml")


@pytest.fixture(scope="module")
def world(bare_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two organisations with all that they have, in which every text is hostile."""
    with world_in(bare_template, tmp_path_factory.mktemp("markup") / "data") as made:
        with made.app.app_context(), writing() as session:
            _fill(session)
        index_all(made.app)
        yield made


def _fill(session: Session) -> None:
    evil = Viewer(name=HOSTILE)
    for row in session.query(Intervention).all():
        told = dict.fromkeys(("title", "summary", "description", "prerequisites", "length", "contact", "knows_more"), HOSTILE)
        more = {"lessons": [HOSTILE], "outcomes": [(HOSTILE, 7)], "links": [f"https://a.example/{HOSTILE}".replace(" ", "")]}
        actions.update(evil, session, row, {**told, **more}, why=HOSTILE)  # type: ignore[typeddict-item]
        events.record(evil, session, "insats.andrad", subject=f"insats:{row.public_id}", text=HOSTILE)
    events.record(evil, session, "some.kind", subject=HOSTILE, text=HOSTILE)
    session.flush()
    for table, columns in targets():
        for target in columns:
            column = target.column
            named = f"{table.name}.{column.name}"
            if isinstance(column.type, String) and not LEFT_ALONE & {table.name, named}:
                session.execute(update(table).where(column != "").values({column: HOSTILE + column}).execution_options(**{TOUCHES: []}))


@pytest.mark.parametrize("role", ROLES)
def test_no_text_comes_out_as_markup(world: World, role: str) -> None:
    client, seen, wrong = sender(world, role), 0, []
    paths = {
        path_of(world, rule, variant, whose)
        for rule, method in rules_of(world.app)
        if method == "GET" and rule.endpoint != "static"
        for variant in variants_of(rule)
        for whose in NAMES
    }
    for path in sorted({*paths, "/sok?q=evil", "/sok?status=alla&q=evil"}):
        answer = client.get(path)
        if answer.mimetype in SHOWN:
            seen += "x-evil" in answer.text
            if answer.status_code >= 500 or "<x-evil" in answer.text or "'><" in answer.text:
                wrong.append(f"{path}: {answer.status_code}")
    assert not wrong
    assert seen > 10
