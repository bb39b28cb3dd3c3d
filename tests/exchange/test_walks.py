"""Random walks: whoever tries whatever in whatever order, only listed steps happen, and no place is sold twice."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update

from insatsbas.accounts.models import Membership
from insatsbas.catalogue.models import Occasion
from insatsbas.core.db import db, writing
from insatsbas.core.errors import InsatsbasError
from insatsbas.core.letters import Letter
from insatsbas.core.viewer import SYSTEM, Role
from insatsbas.exchange import actions, places, queries
from insatsbas.exchange.actions import Said
from insatsbas.exchange.models import Agreement, ExchangeKey, ExchangeRequest, Offer
from insatsbas.exchange.offers import OfferStatus
from insatsbas.exchange.rules import FINAL, HOLDS_PLACES, MAY_HOLD_PLACES, TRANSITIONS, Need, step, steps_of
from insatsbas.exchange.states import Action, Side, State
from insatsbas.exchange.terms import PriceKind, Proposal, is_within, proposal_from
from insatsbas.organisations.models import Organisation
from tests.exchange.conftest import LIMIT, PLACES, TAKEN, Table
from tests.factories import make_intervention, occasion, organisation
from tests.support.people import make_person

# On each side; who is both editor and decision-maker decides for the asker, which allows that, and not for the answerer, which does not.
ROLES: dict[str, tuple[Role, ...]] = {
    "editor": (Role.EDITOR,),
    "officer": (Role.CASE_OFFICER,),
    "decider": (Role.DECISION_MAKER,),
    "small-decider": (Role.DECISION_MAKER,),
    "both": (Role.EDITOR, Role.DECISION_MAKER),
}
SIDED = tuple(f"{word}-{known}" for word in ("asker", "answerer") for known in ROLES)
PEOPLE = (*SIDED, "outsider", "co-ordinator", "nobody", "system")
# One place costs more.
LITTLE = Decimal(500)
LIMITS = {
    **{f"{word}-decider": LIMIT for word in ("asker", "answerer")},
    **{f"{word}-small-decider": LITTLE for word in ("asker", "answerer")},
    "asker-both": None,
}
WALKS, TRIES, STRAY, STAY = 25, 30, 0.2, 0.7
ENDING = {Action.WITHDRAW, Action.EXPIRE, Action.DECLINE, Action.AGREE_TO_CANCEL}


def side_of(who: str) -> Side | None:
    """The side that somebody acts for; None for the system."""
    return None if who == "system" else Side.ASKER if who.startswith("asker") else Side.ANSWERER


def cast(table: Table) -> None:
    """Everybody who tries: beside those of the table some who may less than they would like, and some who may nothing."""
    names = {"asker": "Huddinge kommun", "answerer": "Haninge kommun"}
    with writing() as session:
        for who in SIDED:
            word, _, known = who.partition("-")
            if who not in table.people:
                person = make_person(session, f"{who}@exempel.example", *((role, names[word]) for role in ROLES[known]))
                session.flush()
                table.people[who] = person.as_viewer()
        organisation(session, names["answerer"]).one_may_do_both = False
        for who, limit in LIMITS.items():
            decider = (Membership.person_id == table.people[who].person_id) & (Membership.role == Role.DECISION_MAKER)
            session.execute(update(Membership).where(decider).values(decides_up_to=limit, delegation=f"Punkt {who}"))
        table.people["co-ordinator"] = make_person(session, "samordnare@exempel.example", Role.COORDINATOR).as_viewer()
        table.people["nobody"] = make_person(session, "gast@exempel.example", Role.GUEST).as_viewer()
        table.people["system"] = SYSTEM


@dataclass
class Walk:
    """A purchase, a swap and a request of an offer that holds its places, on starts of their own."""

    requests: list[int]
    occasions: list[int]
    offer: int

    def state(self) -> list[Any]:
        """All that steps can change, to see that nothing did."""
        db.session.rollback()
        requests = [(r.id, r.state, r.turn, r.difference, len(r.steps)) for r in self.all_requests()]
        legs = [(leg.id, leg.places, leg.held, leg.offer_id) for r in self.all_requests() for leg in r.legs]
        places = [(o.id, o.offered, o.accepted) for o in self.all_occasions()]
        counted = [db.session.scalar(select(func.count()).select_from(model)) for model in (ExchangeKey, Letter, Agreement)]
        return [requests, legs, places, [(o.id, o.offered, o.accepted, o.held, o.status) for o in self.all_offers()], counted]

    def all_requests(self) -> list[ExchangeRequest]:
        """Its requests, in order."""
        return [db.session.get_one(ExchangeRequest, number) for number in self.requests]

    def all_occasions(self) -> list[Occasion]:
        """The starts that they are about."""
        return [db.session.get_one(Occasion, number) for number in self.occasions]

    def all_offers(self) -> list[Offer]:
        """The offers of those, also those that a deal made."""
        return list(db.session.scalars(select(Offer).where(Offer.occasion_id.in_(self.occasions)).order_by(Offer.id)))


def tried(chance: random.Random, request: ExchangeRequest) -> tuple[Action, str]:
    """Mostly a step that leads on, by somebody of the side that may take it, seldom one that ends all; else anything by anybody."""
    if chance.random() < STRAY:
        return chance.choice(list(Action)), chance.choice(PEOPLE)
    possible = [
        (action, who)
        for who in (*SIDED, "system")
        for action in steps_of(request.state, turn=request.turn, side=side_of(who))
        if action not in ENDING or chance.random() < STRAY
    ]
    return chance.choice(possible) if possible else (Action.ACCEPT, chance.choice(PEOPLE))


def begin_anew(table: Table) -> Walk:
    """New starts with all their places free, of which the answerer offers two; then three requests are drafted."""
    with writing() as session:
        for side in Side:
            owner = session.get_one(Organisation, table.organisations[side]).name
            row = make_intervention(session, owner=owner, occasions=[occasion(30, places=PLACES, taken=TAKEN)])
            table.occasions[side] = row.occasions[0].id
        offer = Offer(
            occasion_id=table.occasions[Side.ANSWERER],
            organisation_id=table.organisations[Side.ANSWERER],
            offered=2,
            accepted=0,
            held=0,
            price_kind=PriceKind.AGREED,
            status=OfferStatus.OPEN,
            holds_until_answered=True,
        )
        places.open_offer(session, offer)
        asked = ([table.leg()], [table.leg(), table.leg(Side.ASKER, places=1)], [replace(table.leg(places=1), offer_id=offer.id)])
        requests = [table.ask(session, *legs).id for legs in asked]
        return Walk(requests, list(table.occasions.values()), offer.id)


def walks(table: Table, chance: random.Random) -> Iterator[tuple[Walk, int, Action, str, Said]]:
    """What is tried, with which request."""
    for _ in range(WALKS):
        walk = begin_anew(table)
        db.session.rollback()
        for _ in range(TRIES):
            which, count = chance.randrange(3), chance.randint(1, 3)
            action, who = tried(chance, db.session.get_one(ExchangeRequest, walk.requests[which]))
            legs = [table.leg(places=count), table.leg(Side.ASKER, places=count)][: which % 2 + 1]
            if which == 2 and chance.random() < STAY:
                legs = [replace(legs[0], offer_id=walk.offer)]
            yield walk, walk.requests[which], action, who, Said(reason="annat", proposal=Proposal(tuple(legs)))
        for number in walk.requests:
            check_history(number)


@pytest.mark.parametrize("seed", [1])
def test_whatever_is_tried_only_what_is_listed_happens(table: Table, seed: int) -> None:
    cast(table)
    happened: set[tuple[State, Action]] = set()
    deciders: set[str] = set()
    for walk, number, action, who, said in walks(table, random.Random(seed)):
        before, was = walk.state(), db.session.get_one(ExchangeRequest, number)
        state, turn = was.state, was.turn
        db.session.rollback()
        try:
            with writing() as session:
                actions.perform(table.people[who], session, number, action, key=table.key(), said=said)
        except InsatsbasError:
            assert walk.state() == before, f"{action} by {who} was refused, and changed something"
        else:
            assert who in (*SIDED, "system"), f"{who} may do nothing"
            assert (state, action) in TRANSITIONS
            assert state not in FINAL
            taken = step(state, action, turn=turn, side=side_of(who))
            db.session.rollback()
            now = db.session.get_one(ExchangeRequest, number)
            assert (now.state, now.turn) == (taken.to, taken.turn)
            check_who(now, TRANSITIONS[state, action].needs, who)
            happened.add((state, action))
            deciders |= {who} if now.steps[-1].is_decision else set()
        check_places(walk)
    # Else the walks show little. A deal by telephone and an end that has come are tested by themselves.
    elsewhere = {(state, action) for state, action in TRANSITIONS if state is State.REPORTED or action is Action.COMPLETE}
    assert len(TRANSITIONS.keys() - happened - elsewhere) <= 6
    assert deciders == LIMITS.keys() - {"asker-small-decider"}, "whoever can decide on something has, and nobody else"


def check_who(request: ExchangeRequest, needs: frozenset[Need], who: str) -> None:
    """Who has taken the last step may, and it tells as what they took it."""
    taken, side = request.steps[-1], side_of(who)
    if side is None:
        assert (taken.role, taken.is_decision, taken.delegation) == (None, False, "")
        return
    cost = queries.proposal_of(request).cost_of(side)
    is_for_deciders = Need.DECIDES in needs or (Need.DECIDES_IF_IT_COSTS in needs and cost != 0)
    assert not is_for_deciders or (who in LIMITS and is_within(cost, LIMITS[who])), f"{who} decided on {cost}"
    assert taken.is_decision is (is_for_deciders and taken.action is not Action.RETURN)
    role = Role.DECISION_MAKER if taken.is_decision else ROLES[who.partition("-")[2]][0]
    assert taken.role is role
    assert taken.delegation == (f"Punkt {who}" if role is Role.DECISION_MAKER else "")


def check_places(walk: Walk) -> None:
    """What is agreed on is what the deals have, what is held is what those that wait hold, and never more than there is."""
    db.session.rollback()
    legs = [(request.state, leg) for request in walk.all_requests() for leg in request.legs]
    assert not [leg for state, leg in legs if leg.held and state not in MAY_HOLD_PLACES], "places are held for what waits for no answer"
    for row in walk.all_occasions():
        assert row.accepted == sum(leg.places for state, leg in legs if state in HOLDS_PLACES and leg.occasion_id == row.id)
        assert TAKEN + row.offered <= PLACES
    for offer in walk.all_offers():
        assert offer.accepted == sum(leg.places for state, leg in legs if state in HOLDS_PLACES and leg.offer_id == offer.id)
        assert offer.held == sum(leg.held for _, leg in legs if leg.offer_id == offer.id)
        assert offer.accepted + offer.held <= offer.offered


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
    assert proposal_from(request.steps[-1].proposal) == queries.proposal_of(request), "what was on the table last lies there"
