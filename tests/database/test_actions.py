"""Writing the catalogue: what changes, what stays, and what is withheld."""

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from insatsbas.catalogue import actions, queries
from insatsbas.catalogue.models import Intervention, Lesson, Need, Term
from insatsbas.catalogue.occasion_actions import OccasionFacts
from insatsbas.catalogue.rules import EndReason, Level, Status, TermKind
from insatsbas.core.db import db, writing
from insatsbas.core.errors import NotFoundError
from insatsbas.core.viewer import GUEST, SYSTEM
from insatsbas.interchange import demo
from insatsbas.search.models import IndexJob
from tests.factories import agree_on, changes, make_intervention, need, occasion

WHOLE: dict[str, Any] = {
    "title": "Yrkessvenska för vården",
    "summary": "Du tränar svenskan på jobbet.",
    "description": "Två kvällar i veckan.",
    "needs": ("yrkessvenska", "praktik"),
    "owner": "Haninge kommun",
    "status": "aktiv",
    "given_in": ("Haninge", "Tyresö"),
    "open_for": ("Haninge",),
    "terms": {"eligibility": ("etablering",), "way_in": ("sjalv", "handlaggare"), "support": ("tolk",), "language": ("arabiska",)},
    "level_required": Level.SFI_B,
    "hours_per_week": Decimal("12.5"),
    "participant_cost": Decimal(0),
    "lessons": ("Börja tidigt.", "Ring i god tid."),
    "links": ("https://exempel.example/a",),
}


@pytest.fixture(autouse=True)
def _in_each_database(both_databases: Flask) -> None:
    """Every test here runs on SQLite and on PostgreSQL."""


def whole(session: Session, **more: Any) -> Intervention:
    """An intervention with something everywhere."""
    return make_intervention(session, **WHOLE | {"occasions": [occasion(10, places=20, taken=5, address="Exempelgatan 1")]} | more)


def saved(public_id: str) -> Intervention:
    """The intervention as a new reader sees it."""
    db.session.rollback()
    db.session.expire_all()
    return queries.by_public_id(SYSTEM, db.session, public_id)


def jobs() -> int:
    """How many changes wait for the index."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(IndexJob)) or 0


def test_what_is_written_is_read() -> None:
    with writing() as session:
        public_id = whole(session).public_id
    row = saved(public_id)
    assert (row.title, row.status, row.level_required, row.hours_per_week) == (
        "Yrkessvenska för vården",
        Status.ACTIVE,
        Level.SFI_B,
        Decimal("12.5"),
    )
    assert [n.code for n in row.needs] == ["yrkessvenska", "praktik"]
    assert [m.name for m in row.given_in] == ["Haninge", "Tyresö"]
    assert {t.code for t in row.terms_of(TermKind.WAY_IN)} == {"sjalv", "handlaggare"}
    assert [lesson.text for lesson in row.lessons] == ["Börja tidigt.", "Ring i god tid."]
    assert (row.version, row.for_staff, row.is_sheltered) == (1, False, False)
    assert len(public_id) == 8


def test_the_same_again_changes_nothing() -> None:
    with writing() as session:
        row = whole(session)
        before = (row.version, row.updated_at)
    waiting = jobs()
    with writing() as session:
        row = session.get_one(Intervention, row.id)
        same = changes(session, **WHOLE, occasions=[occasion(10, places=20, taken=5, address="Exempelgatan 1")])
        assert actions.update(SYSTEM, session, row, same) is False
    again = saved(row.public_id)
    assert (again.version, again.updated_at) == before
    assert jobs() == waiting, "nothing changed, yet the index got work"


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Yrkessvenska för vård"},
        {"needs": ("yrkessvenska",)},
        {"given_in": ()},
        {"terms": {"way_in": ("oppet",)}},
        {"lessons": ("Börja tidigt.",)},
        {"links": ()},
        {"hours_per_week": Decimal("12.25")},
        {"level_required": None},
        {"status": "avslutad", "end_reason": EndReason.DONE},
        {"occasions": []},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_each_change_makes_a_version_and_work_for_the_index(changed: dict[str, Any]) -> None:
    with writing() as session:
        row = whole(session)
        before = row.updated_at
    waiting = jobs()
    with writing() as session:
        row = session.get_one(Intervention, row.id)
        assert actions.update(SYSTEM, session, row, changes(session, **changed)) is True
    again = saved(row.public_id)
    assert again.version == 2
    assert again.updated_at > before
    assert jobs() > waiting


def test_the_last_of_two_writers_is_told() -> None:
    with writing() as session:
        number = whole(session).id
    with Session(db.engine) as late:
        row = late.get_one(Intervention, number)
        late.expunge(row)
    with writing() as session:
        actions.update(SYSTEM, session, session.get_one(Intervention, number), {"length": "10 veckor"})
    with Session(db.engine.execution_options(write=True)) as session:
        session.add(row)
        row.length = "12 veckor"
        with pytest.raises(StaleDataError):
            session.flush()


def test_an_occasion_keeps_its_row_when_its_facts_change() -> None:
    with writing() as session:
        row = whole(session, occasions=[occasion(10, places=20, taken=5), occasion(40, places=10), occasion(None)])
        by_start = {o.start: o.id for o in row.occasions}
        agree_on(row.occasions[0], 3)
    first, second = occasion(10).start, occasion(40).start
    with writing() as session:
        row = session.get_one(Intervention, row.id)
        told = [occasion(40, places=12, taken=1), occasion(10, places=20, taken=6), occasion(70)]
        assert actions.update(SYSTEM, session, row, {"occasions": told})
    now = {o.start: o for o in saved(row.public_id).occasions}
    assert (now[first].id, now[second].id) == (by_start[first], by_start[second])
    assert (now[first].accepted, now[first].left) == (3, 11), "what was agreed with others is gone"
    assert set(now) == {first, second, occasion(70).start}, "the intake at any time was to go"


def test_who_knows_the_next_one_only_leaves_the_others_alone() -> None:
    with writing() as session:
        row = whole(session, occasions=[occasion(-30), occasion(10, places=20), occasion(40)])
    with writing() as session:
        row = session.get_one(Intervention, row.id)
        assert actions.update(SYSTEM, session, row, {"next_occasion": occasion(12, places=20)})
    starts = [o.start for o in saved(row.public_id).occasions]
    assert starts == [occasion(-30).start, occasion(12).start, occasion(40).start]


def test_a_need_that_asks_for_protection_withholds_the_address() -> None:
    with writing() as session:
        row = whole(session, needs=("skydd",), occasions=[occasion(10, place="Jordbro", address="Hemliga gatan 1")])
    (kept,) = saved(row.public_id).occasions
    assert (kept.address_on_request, kept.place, kept.address) == (True, "", "")


def test_an_address_is_withheld_when_such_a_need_is_added() -> None:
    with writing() as session:
        row = whole(session, occasions=[occasion(10, address="Hemliga gatan 1"), occasion(40, place="Jordbro")])
    with writing() as session:
        row = session.get_one(Intervention, row.id)
        assert actions.update(SYSTEM, session, row, {"needs": [need(session, "yrkessvenska"), need(session, "skydd")]})
    assert [(o.address_on_request, o.place, o.address) for o in saved(row.public_id).occasions] == [(True, "", "")] * 2


def test_an_address_that_is_told_to_be_public_is_kept_also_under_protection() -> None:
    with writing() as session:
        row = whole(session, needs=("skydd",), occasions=[occasion(10, address="Storgatan 1", address_on_request=False)])
    (kept,) = saved(row.public_id).occasions
    assert (kept.address_on_request, kept.address) == (False, "Storgatan 1")


@pytest.mark.parametrize(
    ("needs", "audience", "expected"),
    [
        (("samtal",), (), False),
        (("fortbildning",), (), True),
        (("fortbildning", "samtal"), (), False),
        (("samtal",), ("personal",), True),
        (("samtal",), ("personal", "arbetsgivare"), True),
        (("samtal",), ("personal", "unga"), False),
    ],
)
def test_what_is_for_staff_follows_from_needs_and_audience(needs: tuple[str, ...], audience: tuple[str, ...], expected: bool) -> None:
    with writing() as session:
        row = make_intervention(session, needs=needs, terms={"audience": audience})
        assert row.for_staff is expected


def test_becoming_one_for_staff_is_a_change() -> None:
    with writing() as session:
        row = make_intervention(session, needs=("samtal",))
    with writing() as session:
        row = session.get_one(Intervention, row.id)
        assert actions.update(SYSTEM, session, row, {"needs": [need(session, "metod")]})
        assert row.for_staff is True


def test_lessons_are_replaced_in_place() -> None:
    with writing() as session:
        row = whole(session, lessons=["Ett", "Två", "Tre"])
    for wanted in (["Två", "Ett", "Tre"], ["Tre"], ["Tre", "Fyra"], ["Fyra", "Tre", "Två", "Ett"], []):
        with writing() as session:
            row = session.get_one(Intervention, row.id)
            assert actions.update(SYSTEM, session, row, {"lessons": wanted})
        assert [lesson.text for lesson in saved(row.public_id).lessons] == wanted
    assert db.session.scalar(select(func.count()).select_from(Lesson)) == 0


def test_places_that_are_not_known_stay_unknown() -> None:
    with writing() as session:
        row = whole(session, occasions=[occasion(10, places=20), occasion(20), occasion(30, places=0, taken=0), OccasionFacts()])
    left = [o.left for o in saved(row.public_id).occasions]
    assert left == [None, None, 0, None], "unknown is not none"


def test_a_draft_is_for_nobody_but_the_system() -> None:
    with writing() as session:
        row = whole(session, status=Status.DRAFT)
    assert queries.by_public_id(SYSTEM, db.session, row.public_id).id == row.id
    with pytest.raises(NotFoundError):
        queries.by_public_id(GUEST, db.session, row.public_id)
    assert queries.by_ids(GUEST, db.session, [row.id]) == []


def test_lists_that_the_coordinator_has_changed_stay() -> None:
    with writing() as session:
        need(session, "samtal").label = "Prata svenska"
        session.scalars(select(Term).where(Term.code == "tolk")).one().label = "Tolkstöd"
    with writing() as session:
        assert demo.lay_in_lists(SYSTEM, session) == 0
    assert db.session.scalars(select(Need.label).where(Need.code == "samtal")).one() == "Prata svenska"
    assert db.session.scalars(select(Term.label).where(Term.code == "tolk")).one() == "Tolkstöd"


def test_what_behaviour_hangs_on_is_flagged_in_the_lists() -> None:
    def codes(flag: Any) -> set[str]:
        return set(db.session.scalars(select(Need.code).where(flag.is_(True))))

    assert codes(Need.sheltered) == {"skydd", "ekb-boende"}
    assert codes(Need.via_adult_education) == {"sfi", "komvux", "svenska-efter-sfi"}
    assert codes(Need.for_staff) >= {"personal", "fortbildning", "natverk", "ersattning", "metod", "mangfald", "samverkan"}
    tiles = db.session.scalars(select(Need).where(Need.is_tile)).all()
    assert len(tiles) == 10
    assert all(tile.parent_id is None and tile.icon and tile.colour for tile in tiles)


def test_the_newest_come_first_and_without_those_for_staff() -> None:
    with writing() as session:
        for title, more in (("Ett", {}), ("Två", {"needs": ("metod",)}), ("Tre", {"status": "pausad"}), ("Fyra", {})):
            make_intervention(session, title=title, **more)
    assert [row.title for row in queries.newest(GUEST, db.session, limit=5)] == ["Fyra", "Ett"]
