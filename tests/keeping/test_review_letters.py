"""The letters of the review: when they are written, to whom, and that none is written twice. The clock is moved through whole years."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from insatsbas.accounts import actions as accounts
from insatsbas.accounts import queries as people
from insatsbas.catalogue.models import Intervention
from insatsbas.core import clock, settings_store
from insatsbas.core.db import db, writing
from insatsbas.core.letters import Letter
from insatsbas.core.viewer import SYSTEM, Role
from insatsbas.keeping.periodic import write_review_letters
from insatsbas.keeping.review.rules import ReviewDays, Stage, current_review, letter_now, read_days
from tests.factories import make_intervention
from tests.support.people import as_guest, make_person

Freeze = Callable[[date | datetime], None]
USUAL = read_days("04-15 10-15")
ANNA, BO, CILLA, SAM = "anna@huddinge.example", "bo@huddinge.example", "cilla@haninge.example", "sam@samordning.example"


def days_of(year: int) -> Iterator[date]:
    return (date(year, 1, 1) + timedelta(days=n) for n in range(365))


# When: pure


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        (date(2027, 3, 24), None),
        (date(2027, 3, 25), Stage.BEFORE),
        (date(2027, 4, 14), Stage.BEFORE),
        (date(2027, 4, 15), Stage.ON_THE_DAY),
        (date(2027, 4, 28), Stage.ON_THE_DAY),
        (date(2027, 4, 29), Stage.AFTER),
        (date(2027, 5, 12), Stage.AFTER),
        # What was not written in a fortnight is not written any more.
        (date(2027, 5, 13), None),
        (date(2027, 7, 15), None),
        (date(2027, 9, 24), Stage.BEFORE),
    ],
)
def test_each_letter_has_its_time(today: date, stage: Stage | None) -> None:
    due = letter_now(USUAL, today)
    assert (due and due.stage) == stage
    assert due is None or due.review in (date(2027, 4, 15), date(2027, 10, 15))


@pytest.mark.parametrize(
    ("review", "today", "stage"),
    [
        # The first would come in July, and comes on the first of August.
        ("08-10", date(2027, 7, 20), None),
        ("08-10", date(2027, 8, 1), Stage.BEFORE),
        ("08-10", date(2027, 8, 10), Stage.ON_THE_DAY),
        # The last would.
        ("06-25", date(2027, 6, 30), Stage.ON_THE_DAY),
        ("06-25", date(2027, 7, 9), None),
        ("06-25", date(2027, 8, 1), Stage.AFTER),
        ("06-25", date(2027, 8, 15), None),
        # Two on the same day: the later is written.
        ("08-01", date(2027, 8, 1), Stage.ON_THE_DAY),
    ],
)
def test_none_comes_in_july(review: str, today: date, stage: Stage | None) -> None:
    due = letter_now(read_days(review), today)
    assert (due and due.stage) == stage


@given(
    st.sets(st.tuples(st.integers(1, 12).filter(lambda m: m != 7), st.integers(1, 28)), min_size=1, max_size=2),
    st.dates(date(2026, 1, 1), date(2030, 12, 31)),
)
def test_whatever_the_days_no_letter_comes_in_july_or_before_its_time(found: set[tuple[int, int]], today: date) -> None:
    days = ReviewDays(tuple(sorted(found)))
    due = letter_now(days, today)
    assert current_review(days, today) <= today + timedelta(days=21)
    if due is not None:
        assert today.month != 7
        assert due.review == current_review(days, today)
        assert due.stage is Stage.BEFORE or due.review <= today


# To whom: a year of days


def settle(app: Flask) -> None:
    """Two editors of Huddinge, one of Haninge whose entry is always confirmed, a co-ordinator; two entries that nobody ever confirms."""
    with app.app_context(), writing() as session:
        for email, *roles in (
            (ANNA, (Role.EDITOR, "Huddinge kommun")),
            (BO, (Role.EDITOR, "Huddinge kommun"), (Role.EDITOR, "Tyresö kommun")),
            (CILLA, (Role.EDITOR, "Haninge kommun")),
            (SAM, Role.COORDINATOR),
            ("lars@huddinge.example", (Role.CASE_OFFICER, "Huddinge kommun")),
        ):
            make_person(session, email, *roles)  # type: ignore[arg-type]
        for title in ("Språkcafé", "Körkort"):
            make_intervention(session, title=title, verified_on=date(2026, 12, 1))
        make_intervention(session, title="Odling", owner="Haninge kommun", verified_on=date(2026, 12, 1))


def run(app: Flask, freeze: Freeze, moments: Iterator[datetime]) -> None:
    """Do the job at each of the moments, as the periodic work does."""
    for moment in moments:
        freeze(moment)
        with app.app_context():
            write_review_letters()


def hours(first: date, last: date, step: int = 1) -> Iterator[datetime]:
    moment = datetime(first.year, first.month, first.day, tzinfo=UTC)
    while moment.date() <= last:
        yield moment
        moment += timedelta(hours=step)


def written(app: Flask) -> list[Letter]:
    with app.app_context():
        return list(db.session.scalars(select(Letter).order_by(Letter.id)))


def confirm(app: Flask, title: str, day: date) -> None:
    with app.app_context(), writing() as session:
        session.scalars(select(Intervention).where(Intervention.title == title)).one().verified_on = day


def test_over_a_year_each_editor_gets_three_letters_a_period_and_none_twice(bare_app: Flask, freeze: Freeze) -> None:
    settle(bare_app)
    for day in days_of(2027):
        if day in (date(2027, 3, 20), date(2027, 9, 20)):
            # In good time for both: its editor hears nothing all year.
            confirm(bare_app, "Odling", day)
        # Three times a day, and by two processes at once.
        run(bare_app, freeze, (datetime(day.year, day.month, day.day, h, tzinfo=UTC) for h in (1, 1, 12, 22)))
    letters = written(bare_app)
    assert Counter(letter.to for letter in letters) == {ANNA: 6, BO: 6, SAM: 2}
    assert [clock.local_day(letter.created_at) for letter in letters if letter.to == ANNA] == [
        date(2027, 3, 25),
        date(2027, 4, 15),
        date(2027, 4, 29),
        date(2027, 9, 24),
        date(2027, 10, 15),
        date(2027, 10, 29),
    ]
    assert [clock.local_day(letter.created_at) for letter in letters if letter.to == SAM] == [date(2027, 4, 29), date(2027, 10, 29)]
    assert not any(clock.local_day(letter.created_at).month == 7 for letter in letters)
    assert len({letter.key for letter in letters}) == len(letters)


def test_hour_by_hour_through_a_period_it_is_the_same(bare_app: Flask, freeze: Freeze) -> None:
    settle(bare_app)
    confirm(bare_app, "Odling", date(2027, 3, 20))
    run(bare_app, freeze, hours(date(2027, 3, 23), date(2027, 3, 27)))
    run(bare_app, freeze, hours(date(2027, 4, 13), date(2027, 4, 17)))
    run(bare_app, freeze, hours(date(2027, 4, 27), date(2027, 5, 1)))
    assert Counter(letter.to for letter in written(bare_app)) == {ANNA: 3, BO: 3, SAM: 1}


def test_none_comes_in_july_whatever_day_is_set(bare_app: Flask, freeze: Freeze) -> None:
    settle(bare_app)
    with bare_app.app_context(), writing() as session:
        settings_store.write(session, "oversyn.dagar", "02-01 08-10")
    run(bare_app, freeze, (datetime(day.year, day.month, day.day, 9, tzinfo=UTC) for day in days_of(2027)))
    got = [clock.local_day(letter.created_at) for letter in written(bare_app) if letter.to == ANNA]
    winter = [date(2027, 1, 11), date(2027, 2, 1), date(2027, 2, 15)]
    assert got == [*winter, date(2027, 8, 1), date(2027, 8, 10), date(2027, 8, 24)]


def test_who_confirms_is_left_in_peace_and_who_is_new_is_told(bare_app: Flask, freeze: Freeze) -> None:
    settle(bare_app)
    confirm(bare_app, "Odling", date(2027, 3, 20))
    run(bare_app, freeze, hours(date(2027, 3, 25), date(2027, 3, 25), 12))
    confirm(bare_app, "Språkcafé", date(2027, 4, 1))
    confirm(bare_app, "Körkort", date(2027, 4, 1))
    run(bare_app, freeze, hours(date(2027, 4, 15), date(2027, 5, 1), 12))
    assert Counter(letter.to for letter in written(bare_app)) == {ANNA: 1, BO: 1}
    with bare_app.app_context(), writing() as session:
        make_intervention(session, title="Simskola", verified_on=date(2026, 12, 1))
        make_person(session, "disa@huddinge.example", (Role.EDITOR, "Huddinge kommun"))
        bo = people.by_email(session, BO)
        assert bo is not None
        accounts.disable(SYSTEM, session, bo)
    run(bare_app, freeze, hours(date(2027, 5, 2), date(2027, 5, 3), 12))
    assert Counter(letter.to for letter in written(bare_app)) == {ANNA: 2, BO: 1, "disa@huddinge.example": 1, SAM: 1}


def test_a_letter_lists_what_is_due_with_a_link_for_each(bare_app: Flask, freeze: Freeze) -> None:
    settle(bare_app)
    with bare_app.app_context(), writing() as session:
        make_intervention(session, title="Cykelkurs", owner="Tyresö kommun", verified_on=date(2026, 12, 1))
    run(bare_app, freeze, hours(date(2027, 3, 25), date(2027, 3, 25), 12))
    anna, bo = (next(letter for letter in written(bare_app) if letter.to == to) for to in (ANNA, BO))
    assert anna.subject == "Insatser att bekräfta senast 15 april 2027"
    assert [line[2:] for line in anna.body.splitlines() if line.startswith("* ")] == ["Körkort", "Språkcafé"]
    assert "Bekräftades senast 1 december 2026." in anna.body
    assert "HUDDINGE KOMMUN" not in anna.body
    assert [line for line in bo.body.splitlines() if line.isupper()] == ["HUDDINGE KOMMUN", "TYRESÖ KOMMUN"]
    addresses = re.findall(r"http://127\.0\.0\.1:8000(/bekrafta/\S+)", anna.body)
    assert len(set(addresses)) == 2
    assert "/att-gora" in anna.body
    guest = as_guest(bare_app)
    freeze(date(2027, 3, 26))
    assert "Körkort" in guest.get(addresses[0]).text
    assert guest.post(addresses[0]).status_code == 303
    assert "Uppgifterna är bekräftade" in guest.get(addresses[0]).text
    run(bare_app, freeze, hours(date(2027, 4, 15), date(2027, 4, 15), 12))
    last = [letter for letter in written(bare_app) if letter.to == ANNA][-1]
    assert "Körkort" not in last.body
    assert "Språkcafé" in last.body


def test_the_co_ordinators_are_told_of_all_when_the_day_has_passed(bare_app: Flask, freeze: Freeze) -> None:
    settle(bare_app)
    with bare_app.app_context(), writing() as session:
        anna = people.by_email(session, ANNA)
        assert anna is not None
        anna.password_hash = "she has been here"
    run(bare_app, freeze, hours(date(2027, 4, 29), date(2027, 4, 29), 12))
    (letter,) = [letter for letter in written(bare_app) if letter.to == SAM]
    assert "* Huddinge kommun: 2 insatser\n" in letter.body
    assert "* Haninge kommun: 1 insats (saknar aktiv redaktör)" in letter.body
    assert "/samordna/oversyn" in letter.body
    assert "/bekrafta/" not in letter.body


def test_many_entries_make_no_endless_letter(bare_app: Flask, freeze: Freeze) -> None:
    settle(bare_app)
    with bare_app.app_context(), writing() as session:
        for n in range(60):
            make_intervention(session, title=f"Grupp {n}", verified_on=date(2026, 12, 1))
    run(bare_app, freeze, hours(date(2027, 3, 25), date(2027, 3, 25), 12))
    letter = next(letter for letter in written(bare_app) if letter.to == ANNA)
    assert letter.body.count("/bekrafta/") == 40
    assert "Och 22 till." in letter.body
