"""What is like an intervention: the same needs first, the rare one most of all, and then the words of its title."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from insatsbas.catalogue.in_force_queries import in_force
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import Status
from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.search.engine import ACTIVE_ONLY, Filters, Question
from insatsbas.search.query import Plan
from insatsbas.search.service import current_search
from insatsbas.search.similar import similar_to
from tests.factories import index_all, make_intervention
from tests.search.conftest import app_in


@pytest.fixture(scope="module")
def app(bare_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A few that are filed under the same tile, one need of which is rare."""
    with app_in(tmp_path_factory.mktemp("similar") / "data", bare_template) as app:
        with app.app_context(), writing() as session:
            make_intervention(session, title="Traumastöd i grupp", needs=["trauma", "samtalsstod"])
            make_intervention(session, title="Behandling med tolk", needs=["trauma"])
            make_intervention(session, title="Stöd i grupp", needs=["samtalsstod"])
            for number in range(6):
                make_intervention(session, title=f"Samtal {number}", needs=["samtalsstod"])
            make_intervention(session, title="Traumastöd i grupp", needs=["trauma", "samtalsstod"], status=Status.PAUSED)
            make_intervention(session, title="Traumastöd på bygget", needs=["yrkessvenska"])
        index_all(app)
        yield app


def like(app: Flask, title: str) -> list[str]:
    """The titles of what is like the active one with a title."""
    with app.test_request_context():
        of = db.session.scalars(select(Intervention).filter_by(title=title, status=Status.ACTIVE)).one()
        question = Question(Plan(), Filters(values=ACTIVE_ONLY, reach=in_force(db.session).reach), clock.today(), limit=0)
        ids = similar_to(current_search(), of, question)
        return [db.session.get_one(Intervention, number).title for number in ids]


def test_the_rare_need_in_common_says_most_and_then_the_title(app: Flask) -> None:
    found = like(app, "Traumastöd i grupp")
    assert found[:2] == ["Behandling med tolk", "Stöd i grupp"]
    assert len(found) == 4


def test_the_same_tile_comes_after_the_same_need_and_no_other_tile_at_all(app: Flask) -> None:
    found = like(app, "Behandling med tolk")
    assert found[0] == "Traumastöd i grupp"
    assert len(found) == 4
    assert "Traumastöd på bygget" not in found
