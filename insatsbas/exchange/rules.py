"""The machine of a request, as data: which step leads from which state to which, by which side, and what it asks for.

The same table is read by the guard, the buttons, the timeline and the tests. Nothing sets a state but `step`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from insatsbas.exchange.states import Action, Side, State

# The asker's own: the other side has not seen it.
UNSENT = frozenset({State.DRAFT, State.DECIDING_TO_SEND})
FINAL = frozenset({State.COMPLETED, State.DECLINED, State.WITHDRAWN, State.EXPIRED, State.CANCELLED})
# In these, places are taken for the deal.
HOLDS_PLACES = frozenset({State.ACCEPTED, State.CANCEL_ASKED, State.COMPLETED})
# In these, an offer that does so keeps places for a request until it is answered.
MAY_HOLD_PLACES = frozenset({State.SENT, State.COUNTERED, State.DECIDING_TO_ACCEPT})
# In these, somebody's answer is waited for, and the time for it can go out.
WAITS_FOR_AN_ANSWER = frozenset({State.SENT, State.COUNTERED, State.DECIDING_TO_ACCEPT, State.QUEUED, State.REPORTED})


class Who(StrEnum):
    """Which side may take a step."""

    ASKER = "asker"
    ANSWERER = "answerer"
    TURN = "whose turn it is"
    EITHER = "either side"
    SYSTEM = "the system"


class Need(StrEnum):
    """What a step asks for beyond its side."""

    PREPARES = "a case officer, an editor or a decision-maker"
    DECIDES = "a decision-maker, within their amount"
    DECIDES_IF_IT_COSTS = "a decision-maker, when the own side is to pay"
    REASON = "a coded reason"
    PROPOSAL = "a new proposal"
    ENDED = "the last day has passed"
    PLACES = "places that are left"


class NextTurn(StrEnum):
    """Whose turn it is after a step."""

    STAYS = "as before"
    ASKER = "the asker's"
    ANSWERER = "the answerer's"
    OTHER = "that of the side which did not take the step"
    NOBODY = "nobody's"


@dataclass(frozen=True, slots=True)
class Transition:
    """Where a step leads. `to` depends on whose turn it is where a decision is handed back: then it is told for each side."""

    to: State | Mapping[Side, State]
    side: Who
    needs: frozenset[Need] = field(default_factory=frozenset)
    turn: NextTurn = NextTurn.STAYS


def _needs(*needs: Need) -> frozenset[Need]:
    return frozenset(needs)


_PREPARES, _DECIDES = _needs(Need.PREPARES), _needs(Need.DECIDES)
_YES = _needs(Need.DECIDES, Need.PLACES)
# The other side may accept it at once: so it is decided on as what is sent.
_OTHERWISE = _needs(Need.PREPARES, Need.PROPOSAL, Need.DECIDES_IF_IT_COSTS)
_COUNTERED = Transition(State.COUNTERED, Who.TURN, _OTHERWISE, NextTurn.ASKER)
_DONE = Transition(State.COMPLETED, Who.EITHER, _needs(Need.PREPARES, Need.ENDED), NextTurn.NOBODY)
_NO = Transition(State.DECLINED, Who.TURN, _needs(Need.PREPARES, Need.REASON), NextTurn.NOBODY)
_BACK = Transition(State.WITHDRAWN, Who.ASKER, _PREPARES, NextTurn.NOBODY)
_OUT = Transition(State.EXPIRED, Who.SYSTEM, turn=NextTurn.NOBODY)
_AGREED = Transition(State.ACCEPTED, Who.TURN, _YES, NextTurn.NOBODY)
_PROPOSED = Transition(State.DECIDING_TO_ACCEPT, Who.TURN, _PREPARES)
_HANDED_BACK: Mapping[Side, State] = {Side.ANSWERER: State.SENT, Side.ASKER: State.COUNTERED}

TRANSITIONS: Mapping[tuple[State, Action], Transition] = {
    (State.DRAFT, Action.SUBMIT): Transition(State.DECIDING_TO_SEND, Who.ASKER, _PREPARES),
    (State.DRAFT, Action.SEND): Transition(State.SENT, Who.ASKER, _needs(Need.PREPARES, Need.DECIDES_IF_IT_COSTS), NextTurn.ANSWERER),
    (State.DRAFT, Action.WITHDRAW): _BACK,
    (State.DECIDING_TO_SEND, Action.APPROVE): Transition(State.SENT, Who.ASKER, _DECIDES, NextTurn.ANSWERER),
    (State.DECIDING_TO_SEND, Action.RETURN): Transition(State.DRAFT, Who.ASKER, _DECIDES),
    (State.DECIDING_TO_SEND, Action.WITHDRAW): _BACK,
    (State.SENT, Action.PROPOSE): _PROPOSED,
    (State.SENT, Action.ACCEPT): _AGREED,
    (State.SENT, Action.COUNTER): _COUNTERED,
    (State.SENT, Action.DECLINE): _NO,
    (State.SENT, Action.QUEUE): Transition(State.QUEUED, Who.TURN, _PREPARES),
    (State.SENT, Action.WITHDRAW): _BACK,
    (State.SENT, Action.EXPIRE): _OUT,
    (State.COUNTERED, Action.PROPOSE): _PROPOSED,
    (State.COUNTERED, Action.ACCEPT): _AGREED,
    (State.COUNTERED, Action.COUNTER): Transition(State.SENT, Who.TURN, _OTHERWISE, NextTurn.ANSWERER),
    (State.COUNTERED, Action.DECLINE): _NO,
    (State.COUNTERED, Action.WITHDRAW): _BACK,
    (State.COUNTERED, Action.EXPIRE): _OUT,
    (State.DECIDING_TO_ACCEPT, Action.APPROVE): _AGREED,
    (State.DECIDING_TO_ACCEPT, Action.RETURN): Transition(_HANDED_BACK, Who.TURN, _DECIDES),
    (State.DECIDING_TO_ACCEPT, Action.DECLINE): _NO,
    (State.DECIDING_TO_ACCEPT, Action.WITHDRAW): _BACK,
    (State.DECIDING_TO_ACCEPT, Action.EXPIRE): _OUT,
    (State.QUEUED, Action.ACCEPT): _AGREED,
    (State.QUEUED, Action.DECLINE): _NO,
    (State.QUEUED, Action.WITHDRAW): _BACK,
    (State.QUEUED, Action.EXPIRE): _OUT,
    (State.REPORTED, Action.ACCEPT): _AGREED,
    (State.REPORTED, Action.COUNTER): _COUNTERED,
    (State.REPORTED, Action.DECLINE): _NO,
    (State.REPORTED, Action.WITHDRAW): _BACK,
    (State.REPORTED, Action.EXPIRE): _OUT,
    (State.ACCEPTED, Action.ASK_TO_CANCEL): Transition(State.CANCEL_ASKED, Who.EITHER, _needs(Need.PREPARES, Need.REASON), NextTurn.OTHER),
    (State.ACCEPTED, Action.COMPLETE): _DONE,
    (State.CANCEL_ASKED, Action.AGREE_TO_CANCEL): Transition(State.CANCELLED, Who.TURN, _DECIDES, NextTurn.NOBODY),
    (State.CANCEL_ASKED, Action.REFUSE_TO_CANCEL): Transition(State.ACCEPTED, Who.TURN, _PREPARES, NextTurn.NOBODY),
    # Nobody answered, and it was given all the same.
    (State.CANCEL_ASKED, Action.COMPLETE): _DONE,
}


class NotAStepError(Exception):
    """No such step leads from this state, or not for this side."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken: the state it leads to, and whose turn it is then (None: nobody's)."""

    to: State
    turn: Side | None


def may_take(state: State, action: Action, *, turn: Side | None, side: Side | None) -> bool:
    """Whether a side, or the system (None), may take a step from a state in which it is `turn`'s turn."""
    transition = TRANSITIONS.get((state, action))
    if transition is None:
        return False
    return {
        Who.ASKER: side is Side.ASKER,
        Who.ANSWERER: side is Side.ANSWERER,
        Who.TURN: side is not None and side is turn,
        Who.EITHER: side is not None,
        Who.SYSTEM: side is None,
    }[transition.side]


def step(state: State, action: Action, *, turn: Side | None, side: Side | None) -> Taken:
    """Take a step. Pure: what it asks for is checked by whoever knows people, places and days.

    Raises:
        NotAStepError: it does not lead from this state, or not for this side.
    """
    if not may_take(state, action, turn=turn, side=side):
        raise NotAStepError(f"{action} by {side or 'the system'} from {state}")
    transition = TRANSITIONS[state, action]
    to = transition.to if isinstance(transition.to, State) else transition.to[turn or Side.ANSWERER]
    following = {
        NextTurn.STAYS: turn,
        NextTurn.ASKER: Side.ASKER,
        NextTurn.ANSWERER: Side.ANSWERER,
        NextTurn.OTHER: side.other if side else turn,
        NextTurn.NOBODY: None,
    }[transition.turn]
    return Taken(to, following)


def steps_of(state: State, *, turn: Side | None, side: Side | None) -> list[Action]:
    """The steps that a side can take now, in the order of the buttons."""
    return [action for (known, action) in TRANSITIONS if known is state and may_take(state, action, turn=turn, side=side)]


def is_decision(before: State | None, action: Action | None, after: State, *, costs: bool) -> bool:
    """Whether a step binds the side that takes it, which it does as a decision-maker. `costs`: whether that side is to pay, or may be.

    Handing back what waits for a decision is none. Without a step before it, a deal that is reported binds where it costs.
    """
    if before is None or action is None:
        return costs and after is State.REPORTED
    needs = TRANSITIONS[before, action].needs
    return action is not Action.RETURN and (Need.DECIDES in needs or (costs and Need.DECIDES_IF_IT_COSTS in needs))
