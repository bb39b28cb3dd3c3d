"""The machine alone: what the table says of states and steps, without people, places or a database."""

import pytest

from insatsbas.exchange.rules import FINAL, HOLDS_PLACES, TRANSITIONS, Who, may_take, step, steps_of
from insatsbas.exchange.states import Action, Side, State

SIDES = (Side.ASKER, Side.ANSWERER, None)
STARTS = ((State.DRAFT, Side.ASKER), (State.REPORTED, Side.ANSWERER))


def reached() -> set[tuple[State, Side | None]]:
    """Every state that can come to be, with whose turn it then is."""
    found = set(STARTS)
    todo = list(found)
    while todo:
        state, turn = todo.pop()
        for side in SIDES:
            for action in steps_of(state, turn=turn, side=side):
                taken = step(state, action, turn=turn, side=side)
                if (taken.to, taken.turn) not in found:
                    found.add((taken.to, taken.turn))
                    todo.append((taken.to, taken.turn))
    return found


def test_every_state_is_reached() -> None:
    assert {state for state, _ in reached()} == set(State)


def test_a_final_state_has_no_way_out() -> None:
    assert not [state for state, _ in TRANSITIONS if state in FINAL]
    assert {state for state in State if not any(known is state for known, _ in TRANSITIONS)} == FINAL


@pytest.mark.parametrize("state", [state for state in State if state not in FINAL])
def test_somebody_can_always_go_on(state: State) -> None:
    """No request gets stuck: in each way to be in a state, some side has a step to take."""
    turns = [turn for known, turn in reached() if known is state]
    assert turns
    for turn in turns:
        assert any(steps_of(state, turn=turn, side=side) for side in (Side.ASKER, Side.ANSWERER)), (state, turn)


def test_it_is_nobodys_turn_exactly_where_no_answer_is_waited_for() -> None:
    for state, turn in reached():
        assert (turn is None) == (state in FINAL or state is State.ACCEPTED), (state, turn)


def test_places_are_held_from_acceptance_until_it_is_cancelled() -> None:
    for state, turn in reached():
        for side in SIDES:
            for action in steps_of(state, turn=turn, side=side):
                to = step(state, action, turn=turn, side=side).to
                if state not in HOLDS_PLACES and to in HOLDS_PLACES:
                    assert to is State.ACCEPTED
                if state in HOLDS_PLACES and to not in HOLDS_PLACES:
                    assert to is State.CANCELLED


def test_the_system_only_lets_time_go_out() -> None:
    assert {action for (_, action), transition in TRANSITIONS.items() if transition.side is Who.SYSTEM} == {Action.EXPIRE}
    assert not [
        state for state in State for action in Action if action is not Action.EXPIRE and may_take(state, action, turn=None, side=None)
    ]


def test_only_the_one_whose_turn_it_is_answers() -> None:
    for action in (Action.ACCEPT, Action.DECLINE, Action.COUNTER):
        assert may_take(State.SENT, action, turn=Side.ANSWERER, side=Side.ANSWERER)
        assert not may_take(State.SENT, action, turn=Side.ANSWERER, side=Side.ASKER)
        assert may_take(State.COUNTERED, action, turn=Side.ASKER, side=Side.ASKER)
        assert not may_take(State.COUNTERED, action, turn=Side.ASKER, side=Side.ANSWERER)


@pytest.mark.parametrize(("turn", "back"), [(Side.ANSWERER, State.SENT), (Side.ASKER, State.COUNTERED)])
def test_a_decision_that_is_handed_back_leads_where_it_came_from(turn: Side, back: State) -> None:
    waiting = step(back, Action.PROPOSE, turn=turn, side=turn)
    assert (waiting.to, waiting.turn) == (State.DECIDING_TO_ACCEPT, turn)
    assert step(waiting.to, Action.RETURN, turn=waiting.turn, side=turn).to is back


def test_every_word_on_a_button_or_a_page_is_there() -> None:
    assert len({state.label for state in State}) == len(State)
    assert len({action.label for action in Action}) == len(Action)
