"""Random walks: whoever tries whatever in whatever order, only listed steps happen, and no place is sold twice."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from insatsbas.catalogue.models import Occasion
from insatsbas.core.db import db, writing
from insatsbas.core.errors import InsatsbasError
from insatsbas.core.viewer import SYSTEM
from insatsbas.exchange import actions
from insatsbas.exchange.actions import Said
from insatsbas.exchange.models import ExchangeKey, ExchangeLeg, ExchangeRequest, ExchangeStep, Offer
from insatsbas.exchange.rules import FINAL, HOLDS_PLACES, TRANSITIONS, Action, Side, State, step, steps_of
from insatsbas.exchange.terms import Proposal
from tests.exchange.conftest import PLACES, TAKEN, Table

PEOPLE = ("asker-editor", "asker-officer", "asker-decider", "answerer-editor", "answerer-officer", "answerer-decider", "outsider", "system")
WALKS, TRIES, STRAY = 40, 24, 0.2
ENDING = {Action.WITHDRAW, Action.EXPIRE, Action.DECLINE, Action.AGREE_TO_CANCEL}


def side_of(who: str) -> Side | None:
    """The side that somebody acts for; None for the system."""
    return None if who == "system" else Side.ASKER if who.startswith("asker") else Side.ANSWERER


def state_of_all() -> list[Any]:
    """All that steps can change, to see that nothing did."""
    db.session.rollback()
    requests = [(r.id, r.state, r.turn, r.difference, [(leg.places, leg.offer_id) for leg in r.legs]) for r in everything(ExchangeRequest)]
    places = [(o.id, o.offered, o.accepted) for o in everything(Occasion)]
    return [requests, places, [(o.id, o.offered, o.accepted, o.status) for o in everything(Offer)], len(everything(ExchangeStep))]


def everything(model: Any) -> list[Any]:
    """Each row of a table, in order."""
    return list(db.session.scalars(select(model).order_by(model.id)))


def tried(chance: random.Random, request: ExchangeRequest) -> tuple[Action, str]:
    """Mostly a step that leads on, by somebody of the side that may take it, seldom one that ends all; else anything by anybody."""
    if chance.random() < STRAY:
        return chance.choice(list(Action)), chance.choice(PEOPLE)
    possible = [
        (action, who)
        for who in PEOPLE
        if who != "outsider"
        for action in steps_of(request.state, turn=request.turn, side=side_of(who))
        if action not in ENDING or chance.random() < STRAY
    ]
    return chance.choice(possible) if possible else (Action.ACCEPT, chance.choice(PEOPLE))


def begin_anew(table: Table) -> list[int]:
    """No deals and all places free; then a purchase and a swap are drafted."""
    with writing() as session:
        for model in (ExchangeKey, ExchangeStep, ExchangeLeg, ExchangeRequest, Offer):
            session.execute(delete(model))
        session.execute(update(Occasion).values(offered=0, accepted=0).execution_options(touches=[]))
        return [table.ask(session, table.leg()).id, table.ask(session, table.leg(), table.leg(Side.ASKER, places=1)).id]


def walks(table: Table, chance: random.Random) -> Iterator[tuple[int, Action, str, Said]]:
    """What is tried, with which request."""
    for _ in range(WALKS):
        requests = begin_anew(table)
        for _ in range(TRIES):
            which, places = chance.randrange(2), chance.randint(1, 3)
            action, who = tried(chance, db.session.get_one(ExchangeRequest, requests[which]))
            legs = [table.leg(places=places), table.leg(Side.ASKER, places=places)][: which + 1]
            yield requests[which], action, who, Said(reason="annat", proposal=Proposal(tuple(legs)))
        for number in requests:
            check_history(number)


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_tried_only_what_is_listed_happens(table: Table, seed: int) -> None:
    happened: set[tuple[State, Action]] = set()
    for number, action, who, said in walks(table, random.Random(seed)):
        before, was = state_of_all(), db.session.get_one(ExchangeRequest, number)
        state, turn = was.state, was.turn
        viewer = SYSTEM if who == "system" else table.people[who]
        db.session.rollback()
        try:
            with writing() as session:
                actions.perform(viewer, session, number, action, key=table.key(), said=said)
        except InsatsbasError:
            assert state_of_all() == before, f"{action} by {who} was refused, and changed something"
        else:
            assert who != "outsider"
            assert (state, action) in TRANSITIONS
            assert state not in FINAL
            taken = step(state, action, turn=turn, side=side_of(who))
            db.session.rollback()
            now = db.session.get_one(ExchangeRequest, number)
            assert (now.state, now.turn) == (taken.to, taken.turn)
            happened.add((state, action))
        check_places(table)
    # Else the walks show little. A deal by telephone and an end that has come are tested by themselves.
    elsewhere = {(state, action) for state, action in TRANSITIONS if state is State.REPORTED or action is Action.COMPLETE}
    assert len(TRANSITIONS.keys() - happened - elsewhere) <= 6


def check_places(table: Table) -> None:
    """What is agreed on is what the deals hold, and never more than there is."""
    db.session.rollback()
    held = dict.fromkeys(table.occasions.values(), 0)
    for request in everything(ExchangeRequest):
        for leg in request.legs if request.state in HOLDS_PLACES else ():
            held[leg.occasion_id] += leg.places
    for row in everything(Occasion):
        if row.id in held:
            assert row.accepted == held[row.id]
            assert TAKEN + row.offered <= PLACES


def check_history(number: int) -> None:
    """The steps that were written down, taken one after the other, lead to where the request is."""
    request = db.session.get_one(ExchangeRequest, number)
    first, *rest = request.steps
    state: State = first.after
    turn: Side | None = Side.ASKER
    for taken in rest:
        assert taken.action is not None
        assert taken.before is state
        after = step(state, taken.action, turn=turn, side=taken.side)
        assert after.to is taken.after
        state, turn = after.to, after.turn
    assert (state, turn) == (request.state, request.turn)
    assert [taken.number for taken in request.steps] == list(range(1, len(request.steps) + 1))
