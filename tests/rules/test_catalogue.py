"""The catalogue's rules: what holds of statuses, levels, starts and places, without any application."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insatsbas.catalogue import rules
from insatsbas.catalogue.rules import EndReason, Form, Level, Status, TermKind

TODAY = date(2027, 3, 15)


@dataclass(frozen=True)
class Start:
    """What the rules ask of an occasion."""

    start: date | None = None
    left: int | None = None
    apply_by: date | None = None

    @property
    def last_day(self) -> date | None:
        return self.apply_by or self.start


def on(days: int | None, left: int | None = None, apply_by: int | None = None) -> Start:
    """An occasion so many days from today."""
    return Start(
        None if days is None else TODAY + timedelta(days=days), left, None if apply_by is None else TODAY + timedelta(days=apply_by)
    )


def starts() -> st.SearchStrategy[list[Start]]:
    distance = st.none() | st.integers(-40, 40)
    return st.lists(st.builds(on, distance, st.none() | st.integers(0, 30), distance), max_size=8)


def test_the_first_start_that_one_can_still_join_is_the_next() -> None:
    assert rules.next_start([on(30), on(7), on(-3), on(None)], TODAY) == TODAY + timedelta(days=7)


def test_a_start_today_is_the_next_and_yesterdays_is_not() -> None:
    assert rules.next_start([on(0)], TODAY) == TODAY
    assert rules.next_start([on(-1)], TODAY) is None


def test_a_start_whose_last_day_to_apply_has_passed_is_not_the_next() -> None:
    assert rules.next_start([on(10, apply_by=-1), on(20)], TODAY) == TODAY + timedelta(days=20)
    assert rules.next_start([on(10, apply_by=0)], TODAY) == TODAY + timedelta(days=10)


def test_one_can_apply_after_the_start_but_the_start_is_not_ahead() -> None:
    late = on(-5, left=3, apply_by=5)
    assert rules.is_open(late, TODAY)
    assert rules.next_start([late], TODAY) is None
    assert rules.places_left([late], TODAY) == 3


def test_an_intake_at_any_time_is_told_of_when_there_is_no_start() -> None:
    any_time, dated = on(None, left=2), on(9)
    assert rules.next_occasion([any_time, dated], TODAY) is dated
    assert rules.next_occasion([any_time, on(-9)], TODAY) is any_time
    assert rules.next_start([any_time], TODAY) is None
    assert rules.next_occasion([], TODAY) is None


def test_unknown_places_are_unknown_and_not_none() -> None:
    assert rules.places_left([], TODAY) is None
    assert rules.places_left([on(3)], TODAY) is None
    assert rules.places_left([on(3, left=0)], TODAY) == 0
    assert rules.places_left([on(3), on(4, left=2), on(5, left=0), on(None, left=5)], TODAY) == 7


def test_places_of_what_one_can_no_longer_join_do_not_count() -> None:
    assert rules.places_left([on(-1, left=9), on(5, left=4, apply_by=-1)], TODAY) is None


@settings(derandomize=True, max_examples=300)
@given(starts(), st.integers(-50, 50))
def test_next_and_places_agree_with_the_plain_words_of_the_rules(occasions: list[Start], step: int) -> None:
    today = TODAY + timedelta(days=step)
    ahead = [o.start for o in occasions if o.start and o.start >= today and (o.apply_by is None or o.apply_by >= today)]
    assert rules.next_start(occasions, today) == min(ahead, default=None)
    known = [
        o.left for o in occasions if o.left is not None and ((o.apply_by or o.start) is None or (o.apply_by or o.start or today) >= today)
    ]
    assert rules.places_left(occasions, today) == (sum(known) if known else None)
    found = rules.next_occasion(occasions, today)
    assert found is None or (rules.is_open(found, today) and (found.start is None or found.start >= today))


@pytest.mark.parametrize(
    ("needs", "audience", "hidden"),
    [
        ([], [], False),
        ([True], [], True),
        ([True, True], [], True),
        ([True, False], [], False),
        ([False], [True], True),
        ([False], [True, True], True),
        ([False], [True, False], False),
        ([], [True], True),
        ([True], [False], True),
    ],
)
def test_what_is_only_for_staff_is_hidden(needs: list[bool], audience: list[bool], hidden: bool) -> None:
    assert rules.is_for_staff(need_flags=iter(needs), audience_flags=iter(audience)) is hidden


@pytest.mark.parametrize("member", [*Status, *Level, *Form, *EndReason], ids=repr)
def test_each_value_of_a_closed_list_has_words(member: Status | Level | Form | EndReason) -> None:
    assert member.label.strip() == member.label != ""
    assert member.label[0].isupper()


@pytest.mark.parametrize("enum", [Status, Form, EndReason, TermKind])
def test_codes_fit_their_columns_and_addresses(enum: type[Enum]) -> None:
    for member in enum:
        assert re.fullmatch(r"[a-z]+([-_][a-z]+)*", member.value), member
        assert len(member.value) <= 30
    if enum is not TermKind:
        assert len({member.label for member in enum}) == len(enum)  # type: ignore[attr-defined]


def test_levels_are_an_ordered_scale_from_nothing() -> None:
    assert [level.value for level in Level] == list(range(7))
    assert Level.NONE < Level.SFI_A < Level.SVA_UPPER
    assert len({level.import_name for level in Level}) == len({level.label for level in Level}) == 7


def test_all_but_a_draft_are_public_and_the_knowledge_bank_is_what_is_not_given_now() -> None:
    assert set(rules.PUBLIC) == set(Status) - {Status.DRAFT}
    assert set(rules.KNOWLEDGE_BANK) == set(rules.PUBLIC) - {Status.ACTIVE}


def test_public_ids_differ_and_never_spell_a_word() -> None:
    ids = {rules.new_public_id() for _ in range(5000)}
    assert len(ids) == 5000
    assert all(re.fullmatch(r"[2-9bcdfghjkmnpqrstvwxyz]{8}", each) for each in ids)
