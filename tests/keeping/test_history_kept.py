"""No state of an intervention is lost: each is kept as a revision, and each can be put back."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import count, groupby
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from insatsbas.catalogue import actions, need_actions, snapshot
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.restore_actions import restore
from insatsbas.catalogue.revision_models import Revision
from insatsbas.catalogue.rules import EndReason, Form, Level, PauseReason, Status
from insatsbas.catalogue.snapshot import Content
from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError
from insatsbas.core.viewer import SYSTEM, Grant, Role, Viewer
from tests.factories import agree_on, changes, make_intervention, need, occasion, organisation

pytestmark = pytest.mark.usefixtures("both_databases")
_numbers = count(1)

TEXT = st.text(st.sampled_from("abcåäö \n,.é漢🙂\"'\\<&"), max_size=30)
WORDS = TEXT.filter(str.strip)
SOME_NEEDS = st.sets(st.sampled_from(("samtal", "sfi", "korkort", "ours")), max_size=3)
OCCASION = st.builds(
    lambda days, end, place, on_request, places, taken: occasion(
        days,
        end=occasion(days + end).start if days is not None else None,
        place="" if on_request else place,
        address="",
        address_on_request=on_request,
        places=places,
        taken=min(taken, places) if places is not None and taken is not None else None,
    ),
    st.sampled_from((None, 3, 3, 40)),
    st.integers(0, 9),
    st.sampled_from(("", "Jordbro")),
    st.booleans(),
    st.none() | st.integers(0, 30),
    st.none() | st.integers(0, 30),
)
STATUS = st.sampled_from(
    (
        {"status": Status.ACTIVE, "end_reason": None, "pause_reason": None},
        {"status": Status.PAUSED, "end_reason": None, "pause_reason": PauseReason.SUMMER},
        {"status": Status.ENDED, "end_reason": EndReason.DONE, "pause_reason": None},
        {"status": Status.ENDED, "end_reason": None, "pause_reason": None},
    )
)
FIELDS: Mapping[str, st.SearchStrategy[Any]] = {
    "title": WORDS.map(str.strip),
    "summary": WORDS,
    "description": TEXT,
    "prerequisites": TEXT,
    "contact": TEXT,
    "knows_more": TEXT,
    "length": TEXT,
    "form": st.none() | st.sampled_from(Form),
    "level_required": st.none() | st.sampled_from(Level),
    "hours_per_week": st.none() | st.decimals("0.01", 100, places=2),
    "participant_cost": st.none() | st.decimals(0, 99999, places=2),
    "place_price": st.none() | st.just(Decimal("18500")),
    "rolling": st.booleans(),
    "last_known": st.none() | st.integers(1990, 2030),
    "needs": SOME_NEEDS,
    "given_in": st.sets(st.sampled_from(("Haninge", "Nacka", "Tyresö"))),
    "open_for": st.sets(st.sampled_from(("Haninge", "Salem"))),
    "owner": st.sampled_from(("Huddinge kommun", "Haninge kommun")),
    "terms": st.sampled_from(({}, {"way_in": ("sjalv",)}, {"way_in": ("sjalv", "handlaggare"), "language": ("arabiska",)})),
    "lessons": st.lists(WORDS, max_size=3),
    "links": st.lists(st.sampled_from(("https://a.example/", "https://b.example/å")), max_size=2),
    "outcomes": st.lists(st.tuples(WORDS, st.none() | st.integers(5, 90)), max_size=2),
    "occasions": st.lists(OCCASION, max_size=4),
}
EDIT = st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, max_size=4, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: FIELDS[name] for name in names})
)
STEP = st.one_of(
    st.tuples(st.just("edit"), EDIT),
    st.tuples(st.just("edit"), STATUS),
    st.tuples(st.just("nothing"), st.none()),
    st.tuples(st.just("restore"), st.integers(0, 20)),
    st.tuples(st.just("rename"), st.none()),
    st.tuples(st.just("merge"), st.none()),
)


def revisions(session: Session, row: Intervention) -> Sequence[Revision]:
    """All revisions of an intervention, in order."""
    return session.scalars(select(Revision).where(Revision.intervention_id == row.id).order_by(Revision.number)).all()


def recoded(content: Content, into: Mapping[str, str]) -> Content:
    """A content with the codes that its needs have now."""
    codes = set()
    for code in content["needs"]:
        last = code
        while last in into:
            last = into[last]
        codes.add(last)
    return {**content, "needs": sorted(codes)}


def put_back(content: Content, at: Content, into: Mapping[str, str]) -> Content:
    """What an entry is to be when a content has been put back into it: no draft again when it was published."""
    status = at if content["status"] == "utkast" else content
    return recoded(content, into) | {name: status[name] for name in ("status", "end_reason", "pause_reason")}


def without_repeats(states: Sequence[Content]) -> list[Content]:
    """States in order, each once while it lasts."""
    return [state for state, _ in groupby(states)]


class Life:
    """An intervention that is changed in any way at all, and all the states that it has had. One need is its own: `ours`."""

    def __init__(self, session: Session, begins: Status) -> None:
        self.session = session
        self.ours = need_actions.add_need(SYSTEM, session, code=f"ours-{next(_numbers)}", label="Vårt", parent=need(session, "svenska"))
        self.is_merged = False
        # What each old code of the need has become.
        self.into: dict[str, str] = {}
        self.row = make_intervention(session, status=begins, occasions=[occasion(3, places=9)])
        self.states = [snapshot.take(self.row)]

    def live(self, what: str, told: Any) -> None:
        """Let one thing happen, and remember how it then is."""
        getattr(self, what)(told)
        self.session.flush()
        self.session.expire_all()
        self.states.append(snapshot.take(self.row))

    def edit(self, told: dict[str, Any]) -> None:
        named = {name: sorted(value) if isinstance(value, set) else value for name, value in told.items()}
        if "needs" in named:
            codes = [self.ours.code if code == "ours" and not self.is_merged else code for code in named["needs"]]
            named["needs"] = [code for code in codes if code != "ours"]
        before = snapshot.take(self.row)
        assert actions.update(SYSTEM, self.session, self.row, changes(self.session, **named)) == (snapshot.take(self.row) != before)

    def nothing(self, _told: None) -> None:
        assert not actions.update(SYSTEM, self.session, self.row, {})

    def restore(self, number: int) -> None:
        kept = revisions(self.session, self.row)
        revision, at = kept[number % len(kept)], snapshot.take(self.row)
        restore(SYSTEM, self.session, self.row, snapshot.upgraded(revision.content, revision.schema), why="Som förut")
        assert snapshot.take(self.row) == put_back(revision.content, at, self.into)

    def rename(self, _told: None) -> None:
        if not self.is_merged:
            before = self.ours.code
            need_actions.change_code(SYSTEM, self.session, self.ours, f"ours-{next(_numbers)}")
            self.into[before] = self.ours.code

    def merge(self, _told: None) -> None:
        if not self.is_merged:
            self.into[self.ours.code], self.is_merged = "samtal", True
            need_actions.merge(SYSTEM, self.session, self.ours, need(self.session, "samtal"))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], derandomize=True
)
@given(steps=st.lists(STEP, min_size=1, max_size=8), begins=st.sampled_from((Status.DRAFT, Status.ACTIVE)))
def test_every_state_is_kept_and_can_be_put_back(steps: list[tuple[str, Any]], begins: Status) -> None:
    with writing() as session:
        life = Life(session, begins)
        for what, told in steps:
            life.live(what, told)
        kept = revisions(session, life.row)
        assert [revision.number for revision in kept] == list(range(1, len(kept) + 1))
        held = [recoded(revision.content, life.into) for revision in kept]
        assert without_repeats(held) == without_repeats([recoded(state, life.into) for state in life.states]), "a state is missing"
        for number in range(len(kept)):
            life.live("restore", number)
        session.rollback()


def test_a_change_by_nothing_makes_no_revision() -> None:
    with writing() as session:
        row = make_intervention(session, occasions=[occasion(3, places=9)], lessons=["Börja tidigt."])
        for told in ({}, {"title": row.title}, {"lessons": ["Börja tidigt."]}, {"occasions": [occasion(3, places=9)]}, {"hidden": True}):
            actions.update(SYSTEM, session, row, changes(session, **{"summary": row.summary, **told}))
        restore(SYSTEM, session, row, snapshot.take(row), why="")
        assert [revision.number for revision in revisions(session, row)] == [1]


def test_what_was_there_before_revisions_gets_its_first_state_kept() -> None:
    with writing() as session:
        row = make_intervention(session, title="Förr", summary="Så var det.")
        session.execute(delete(Revision))
        actions.update(SYSTEM, session, row, {"title": "Nu"}, why="Bytte namn")
        told = [(r.number, r.content["title"], r.who, r.why) for r in revisions(session, row)]
    assert told == [
        (1, "Förr", "systemet", "Så såg insatsen ut när ändringar började sparas."),
        (2, "Nu", "systemet", "Bytte namn"),
    ]


def test_a_state_that_came_about_elsewhere_is_kept_too() -> None:
    """An address that goes when the need is shielded, a forerunner that is deleted: whatever changed it."""
    with writing() as session:
        row = make_intervention(session, title="Ett", summary="S.")
        row.title = "Två"
        session.flush()
        actions.update(SYSTEM, session, row, {"title": "Tre"})
        assert [r.content["title"] for r in revisions(session, row)] == ["Ett", "Två", "Tre"]


def test_changes_that_wait_together_have_their_own_numbers() -> None:
    with writing() as session:
        row = actions.create(
            SYSTEM, session, changes(session, title="Ett", status="utkast", owner="Huddinge kommun"), why="Ny", flush=False
        )
        for title in ("Två", "Tre"):
            actions.update(SYSTEM, session, row, {"title": title}, flush=False)
        session.flush()
        assert [(r.number, r.content["title"]) for r in revisions(session, row)] == [(1, "Ett"), (2, "Två"), (3, "Tre")]


def test_an_older_form_is_brought_up_to_date_and_stays_as_it_was_written() -> None:
    """As if form 0 had called the title a name, and kept one need instead of a list of them."""

    def from_0(content: Content) -> Content:
        return {"title": content.pop("name"), "needs": [content.pop("need")], **content}

    written = {"name": "Sfi", "need": "sfi", "lessons": ["Börja tidigt."]}
    read = snapshot.upgraded(written, 0, steps={0: from_0})
    assert read == {"title": "Sfi", "needs": ["sfi"], "lessons": ["Börja tidigt."]}
    read["lessons"].append("Ring.")
    assert written == {"name": "Sfi", "need": "sfi", "lessons": ["Börja tidigt."]}
    assert snapshot.upgraded(read, snapshot.SCHEMA) == read
    with pytest.raises(KeyError):
        snapshot.upgraded(written, 0)


def test_a_merged_need_makes_a_revision_that_says_so() -> None:
    with writing() as session:
        row = make_intervention(session, needs=("samtal", "delaktighet"))
        need_actions.merge(SYSTEM, session, need(session, "delaktighet"), need(session, "motesplats"))
        first, second = revisions(session, row)
        assert (first.content["needs"], second.content["needs"]) == (["delaktighet", "samtal"], ["motesplats", "samtal"])
        assert "slogs ihop" in second.why
        actions.update(SYSTEM, session, row, {"title": "Något annat"})
        assert restore(SYSTEM, session, row, first.content, why="Tillbaka")
        assert snapshot.take(row)["needs"] == ["motesplats", "samtal"]


def test_what_others_have_agreed_on_stays() -> None:
    with writing() as session:
        row = make_intervention(session, occasions=[])
        early = snapshot.take(row)
        actions.update(SYSTEM, session, row, {"occasions": [occasion(3, places=2), occasion(9, places=2), occasion(12, places=2)]})
        small = snapshot.take(row)
        actions.update(SYSTEM, session, row, {"occasions": [occasion(3, places=20, taken=1), occasion(9, places=2), occasion(12)]})
        agreed = row.occasions[0]
        agree_on(agreed, 5)
        session.flush()
        restore(SYSTEM, session, row, early, why="")
        assert [(o.id, o.places, o.accepted) for o in row.occasions] == [(agreed.id, 20, 5)]
        restore(SYSTEM, session, row, small, why="")
        session.expire_all()
        assert [(o.places, o.accepted) for o in row.occasions] == [(20, 5), (2, 0), (2, 0)]


def test_two_starts_of_one_day_keep_each_what_was_agreed() -> None:
    with writing() as session:
        row = make_intervention(session, occasions=[occasion(3, place="Jordbro", places=9), occasion(3, place="Handen", places=9)])
        one = dict(snapshot.take(row), occasions=[snapshot.take(row)["occasions"][0]])
        for o in row.occasions:
            agree_on(o, 1)
        session.flush()
        restore(SYSTEM, session, row, one, why="")
        assert len(row.occasions) == 2


def test_what_was_published_is_no_draft_again() -> None:
    with writing() as session:
        row = make_intervention(session, status="utkast", title="Utkast", summary="")
        draft = snapshot.take(row)
        actions.update(SYSTEM, session, row, changes(session, status="pausad", title="Klar", pause_reason=PauseReason.SUMMER))
        restore(SYSTEM, session, row, draft, why="")
        assert (row.status, row.pause_reason, row.title) == (Status.PAUSED, PauseReason.SUMMER, "Utkast")
        assert row.summary


def test_an_editor_gives_it_to_nobody_else() -> None:
    with writing() as session:
        row = make_intervention(session, owner="Haninge kommun", title="Ett", summary="S.")
        first = snapshot.take(row)
        actions.update(SYSTEM, session, row, {"owner": organisation(session, "Huddinge kommun"), "title": "Två"})
        editor = Viewer("Anna", 1, frozenset({Grant(Role.EDITOR, row.owner_id)}))
        restore(editor, session, row, first, why="")
        assert (row.title, row.owner.name) == ("Ett", "Huddinge kommun")
        restore(SYSTEM, session, row, first, why="")
        assert row.owner.name == "Haninge kommun"
        with pytest.raises(ForbiddenError):
            restore(editor, session, row, first, why="")


def test_an_address_from_before_a_need_was_sheltered_is_not_told_again() -> None:
    with writing() as session:
        row = make_intervention(session, needs=("samtal",), occasions=[occasion(3, address="Gatan 1", place="Jordbro")])
        told = snapshot.take(row)
        need(session, "samtal").sheltered = True
        actions.update(SYSTEM, session, row, {"title": "Annat", "occasions": [occasion(3, address="", place="", address_on_request=True)]})
        restore(SYSTEM, session, row, told, why="")
        assert [(o.address, o.place, o.address_on_request) for o in row.occasions] == [("", "", True)]
        # Said openly although the need was sheltered: that may come back.
        actions.update(SYSTEM, session, row, {"occasions": [occasion(3, address="Gatan 2", place="", address_on_request=False)]})
        told = snapshot.take(row)
        actions.update(SYSTEM, session, row, {"occasions": [occasion(3, address="", place="", address_on_request=True)]})
        restore(SYSTEM, session, row, told, why="")
        assert row.occasions[0].address == "Gatan 2"


def test_the_database_counts_revisions_once(both_databases: Flask) -> None:
    with writing() as session:
        row = make_intervention(session)
        twin = insert(Revision).values(intervention_id=row.id, number=1, who="x", schema=1, content={})
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(twin)
    assert db.session.scalars(select(Revision.number)).all() == [1]
