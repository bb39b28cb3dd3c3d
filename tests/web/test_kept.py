"""What is kept between requests is never old: the lists by their number in the database, a piece of a page by all that it is drawn from."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.catalogue import queries, shown_queries
from insatsbas.catalogue.freshness_queries import SETTING, review_days
from insatsbas.catalogue.in_force_queries import in_force
from insatsbas.catalogue.models import Intervention, Need
from insatsbas.catalogue.rules import TermKind
from insatsbas.catalogue.shown_queries import shown
from insatsbas.core import clock, settings_store
from insatsbas.core.db import db, writing
from insatsbas.core.templating import Drawn
from insatsbas.core.viewer import GUEST, SYSTEM, Grant, Role, Viewer
from insatsbas.organisations.queries import commuting_from
from insatsbas.search.cards import card
from insatsbas.search.query import Plan
from insatsbas.search.service import current_search
from tests.factories import index_all, make_intervention, occasion


def test_the_lists_are_kept_until_one_changes(bare_app: Flask) -> None:
    with bare_app.app_context():
        with Session(db.engine) as session:
            first = in_force(session)
            assert in_force(session) is first
            assert [need.code for need in first.lists.needs] == [need.code for need in queries.lists(session).needs]
            assert first.reach == commuting_from(session)
            assert first.review_days == review_days(session)
        with writing() as session:
            session.scalars(select(Need).where(Need.code == "samtal")).one().label = "Prata med varandra"
            settings_store.write(session, SETTING, "03-01 09-01")
        with Session(db.engine) as session:
            now = in_force(session)
            assert now is not first
            assert "Prata med varandra" in [need.label for need in now.lists.needs]
            assert now.review_days == review_days(session) != first.review_days
        # What was handed out is nobody's: it is not changed under the one who reads it.
        assert "Prata med varandra" not in [need.label for need in first.lists.needs]


def test_a_change_that_is_taken_back_is_not_kept(bare_app: Flask) -> None:
    with bare_app.app_context():
        with Session(db.engine) as session:
            session.scalars(select(Need).where(Need.code == "samtal")).one().label = "Aldrig sparat"
            session.flush()
            assert "Aldrig sparat" not in [need.label for need in in_force(session).lists.needs]
            session.rollback()
        with writing() as session:
            session.scalars(select(Need).where(Need.code == "samtal")).one().icon = "samtal"
        with Session(db.engine) as session:
            assert "Aldrig sparat" not in [need.label for need in in_force(session).lists.needs]


def test_a_card_of_few_questions_is_the_card_of_the_whole_entry(demo_app: Flask) -> None:
    with demo_app.app_context(), Session(db.engine) as session:
        ids = list(session.scalars(select(Intervention.id)))
        now, analysis, today = in_force(session), current_search().analysis, clock.today()
        with demo_app.test_request_context():
            few = {row.id: card(row, analysis, today=today, region="", plan=Plan()) for row in shown(GUEST, session, ids, now)}
            whole = {row.id: card(row, analysis, today=today, region="", plan=Plan()) for row in queries.by_ids(GUEST, session, ids)}
        assert few == whole
        assert len(few) > 100


def test_both_databases_tell_the_same_of_a_card(both_databases: Flask) -> None:
    with writing() as session:
        make_intervention(session, title="Utan något", needs=("samtal",))
        row = make_intervention(
            session,
            title="Med allt",
            needs=("sfi", "samtal"),
            given_in=("Nacka", "Haninge"),
            terms={TermKind.WAY_IN: ("komvux",), TermKind.AUDIENCE: ("unga",)},
            occasions=[occasion(30, places=9), occasion(10, places=None), occasion(None, places=4)],
        )
        ids = [row.id, row.id - 1]
    with Session(db.engine) as session, both_databases.test_request_context():
        analysis, today = current_search().analysis, clock.today()
        few = [card(one, analysis, today=today, region="") for one in shown(GUEST, session, ids, in_force(session))]
        assert few == [card(one, analysis, today=today, region="") for one in queries.by_ids(GUEST, session, ids)]
        assert few[0].needs != few[1].needs


def test_only_what_the_viewer_may_see_is_shown(bare_app: Flask) -> None:
    with bare_app.app_context(), writing() as session:
        draft, public = make_intervention(session, status="utkast").id, make_intervention(session).id
        session.flush()
        now = in_force(session)
        assert [row.id for row in shown(GUEST, session, [draft, public, 10**6], now)] == [public]
        assert [row.id for row in shown(SYSTEM, session, [public, draft], now)] == [public, draft]
        assert shown(GUEST, session, [], now) == []


def test_a_piece_is_drawn_once_for_the_same_and_anew_for_another(bare_app: Flask) -> None:
    macro, drawn = bare_app.jinja_env.get_template("components/counts.html").module.count_of, Drawn()  # type: ignore[attr-defined]
    with bare_app.test_request_context():
        assert drawn(macro, 3) == macro(3)
        assert drawn(macro, 3) is drawn(macro, 3)
        assert drawn(macro, 1) != drawn(macro, 3)


def test_pieces_take_no_more_room_than_they_may(bare_app: Flask) -> None:
    macro = bare_app.jinja_env.get_template("components/counts.html").module.count_of  # type: ignore[attr-defined]
    with bare_app.test_request_context():
        drawn = Drawn(most=2 * len(macro(11)) + 1)
        first, second = drawn(macro, 11), drawn(macro, 12)
        assert drawn(macro, 11) is first
        drawn(macro, 13)
        assert drawn(macro, 11) is first, "what was asked for lately is kept"
        assert drawn(macro, 12) is not second, "what was not goes first"


def test_a_page_shows_a_change_at_once(bare_app: Flask) -> None:
    client = FlaskClient(bare_app, bare_app.response_class)
    with bare_app.app_context(), writing() as session:
        make_intervention(session, title="Språkcafé", owner="Huddinge kommun")
    index_all(bare_app)
    assert "Prata med varandra" not in client.get("/sok").text
    with bare_app.app_context(), writing() as session:
        session.scalars(select(Need).where(Need.code == "samtal")).one().label = "Prata med varandra"
    index_all(bare_app)
    assert client.get("/sok").text.count("Prata med varandra") > 1


def test_twenty_cards_cost_the_same_however_large_the_catalogue_is(bare_app: Flask) -> None:
    with bare_app.app_context():
        for viewer in (GUEST, Viewer("redaktör", 1, frozenset({Grant(Role.EDITOR, 1)})), SYSTEM):
            asked = shown_queries.query_for(viewer).params(ids=list(range(1, 21)))
            sql = str(asked.compile(db.engine, compile_kwargs={"literal_binds": True}))
            plan = [row[3] for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
            assert "SEARCH intervention USING INTEGER PRIMARY KEY (rowid=?)" in plan, plan
