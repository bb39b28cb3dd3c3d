"""A purchase, a swap, a decision: what each step asks for, and what becomes of the places."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError, NotFoundError, RefusedError
from insatsbas.exchange import places
from insatsbas.exchange.actions import Said
from insatsbas.exchange.models import ExchangeRequest, Offer
from insatsbas.exchange.offers import OfferStatus
from insatsbas.exchange.places import FullError
from insatsbas.exchange.states import Action, Side, State
from insatsbas.exchange.terms import PriceKind, Proposal
from tests.exchange.conftest import Table


def asked(table: Table, *legs: object) -> int:
    """A draft, committed."""
    with writing() as session:
        return table.ask(session, *legs).id  # type: ignore[arg-type]


def state(number: int) -> State:
    """Where a request is now."""
    db.session.rollback()
    return db.session.get_one(ExchangeRequest, number).state


def test_a_purchase_with_a_decision_on_each_side(table: Table) -> None:
    number = asked(table, table.leg(places=2))
    with pytest.raises(ForbiddenError):
        table.do(number, Action.SEND, "asker-editor")
    table.do(number, Action.SUBMIT, "asker-editor")
    table.do(number, Action.APPROVE, "asker-decider")
    with pytest.raises(ForbiddenError):
        table.do(number, Action.ACCEPT, "answerer-editor")
    table.do(number, Action.PROPOSE, "answerer-officer")
    table.do(number, Action.APPROVE, "answerer-decider")
    assert state(number) is State.ACCEPTED
    assert table.left(Side.ANSWERER) == (2, 2)
    table.do(number, Action.ASK_TO_CANCEL, "asker-editor", Said(reason="annat"))
    table.do(number, Action.AGREE_TO_CANCEL, "answerer-decider")
    assert table.left(Side.ANSWERER) == (0, 0), "a closed deal gives its places back to the owner"


def test_what_costs_nothing_is_sent_without_a_decision(table: Table) -> None:
    number = asked(table, table.leg(price=0))
    table.do(number, Action.SEND, "asker-officer")
    assert state(number) is State.SENT


def test_nobody_decides_beyond_their_amount_or_on_what_is_not_known(table: Table) -> None:
    dear = asked(table, table.leg(price=26_000))
    with pytest.raises(RefusedError, match="högre än du får besluta om"):
        table.do(dear, Action.SEND, "asker-decider")
    assert state(dear) is State.DRAFT


def test_a_swap_is_both_legs_or_none(table: Table) -> None:
    number = asked(table, table.leg(places=2), table.leg(Side.ASKER, places=2))
    table.do(number, Action.SEND, "asker-decider")
    # Meanwhile the asker's own places go to somebody else.
    with writing() as session:
        leg = table.leg(Side.ASKER, places=3)
        places.open_offer(
            session,
            Offer(
                occasion_id=leg.occasion_id,
                organisation_id=table.organisations[Side.ASKER],
                offered=3,
                accepted=0,
                held=0,
                price_kind=PriceKind.AGREED,
                status=OfferStatus.OPEN,
            ),
        )
    with pytest.raises(FullError):
        table.do(number, Action.ACCEPT, "answerer-decider")
    assert state(number) is State.SENT
    assert table.left(Side.ANSWERER) == (0, 0)
    assert table.left(Side.ASKER) == (3, 0)


def test_a_swap_with_two_counter_proposals(table: Table) -> None:
    number = asked(table, table.leg(places=3), table.leg(Side.ASKER, places=1))
    table.do(number, Action.SEND, "asker-decider")
    table.do(number, Action.COUNTER, "answerer-decider", Said(proposal=Proposal((table.leg(places=2), table.leg(Side.ASKER, places=2)))))
    table.do(number, Action.COUNTER, "asker-decider", Said(proposal=Proposal((table.leg(places=2), table.leg(Side.ASKER, places=1)))))
    table.do(number, Action.ACCEPT, "answerer-decider")
    assert (table.left(Side.ANSWERER), table.left(Side.ASKER)) == ((2, 2), (1, 1))
    db.session.rollback()
    steps = db.session.get_one(ExchangeRequest, number).steps
    assert [taken.proposal["legs"][0]["places"] for taken in steps] == [3, 3, 2, 2, 2]


def test_the_same_form_twice_is_one_step(table: Table) -> None:
    number = asked(table, table.leg())
    table.do(number, Action.SEND, "asker-decider")
    table.do(number, Action.ACCEPT, "answerer-decider", key="one form")
    table.do(number, Action.ACCEPT, "answerer-decider", key="one form")
    assert table.left(Side.ANSWERER) == (2, 2)
    db.session.rollback()
    assert len(db.session.get_one(ExchangeRequest, number).steps) == 3


def test_an_outsider_does_not_know_of_it(table: Table) -> None:
    number = asked(table, table.leg())
    with pytest.raises(NotFoundError):
        table.do(number, Action.SEND, "outsider")


def test_an_offer_is_not_lowered_under_what_is_agreed_on(table: Table) -> None:
    with writing() as session:
        offer = Offer(
            occasion_id=table.occasions[Side.ANSWERER],
            organisation_id=table.organisations[Side.ANSWERER],
            offered=3,
            accepted=0,
            held=0,
            price_kind=PriceKind.AGREED,
            status=OfferStatus.OPEN,
        )
        places.open_offer(session, offer)
        assert places.hold(session, offer.id, 2)
        assert not places.hold(session, offer.id, 2)
        with pytest.raises(RefusedError, match="2 platser är redan"):
            places.resize_offer(session, offer, 1)
        places.resize_offer(session, offer, 2)
        assert offer.status is OfferStatus.FULL
        places.let_go(session, offer.id, 2)
        with pytest.raises(FullError):
            places.resize_offer(session, offer, 5)
        session.rollback()


def test_a_deal_by_telephone_is_confirmed_by_the_other_side(table: Table) -> None:
    with writing() as session:
        number = table.ask(session, table.leg(), by="asker-decider", is_report=True).id
    with pytest.raises(RefusedError):
        table.do(number, Action.ACCEPT, "asker-decider")
    table.do(number, Action.ACCEPT, "answerer-decider")
    assert state(number) is State.ACCEPTED
    assert table.left(Side.ANSWERER) == (2, 2)


def test_a_deal_by_telephone_is_corrected(table: Table) -> None:
    with writing() as session:
        number = table.ask(session, table.leg(places=3), by="asker-decider", is_report=True).id
    table.do(number, Action.COUNTER, "answerer-editor", Said(proposal=Proposal((table.leg(places=2),))))
    table.do(number, Action.ACCEPT, "asker-decider")
    assert table.left(Side.ANSWERER) == (2, 2)


def test_it_is_completed_when_the_last_day_has_passed(table: Table, freeze: Callable[[date], None]) -> None:
    number = asked(table, replace(table.leg(), start=date(2027, 1, 18), end=date(2027, 6, 4)))
    freeze(date(2027, 6, 4))
    table.do(number, Action.SEND, "asker-decider")
    table.do(number, Action.ACCEPT, "answerer-decider")
    with pytest.raises(RefusedError, match="sista dagen"):
        table.do(number, Action.COMPLETE, "asker-editor", Said(places_used=1))
    freeze(date(2027, 6, 5))
    table.do(number, Action.COMPLETE, "asker-editor", Said(places_used=1))
    assert state(number) is State.COMPLETED
    assert db.session.get_one(ExchangeRequest, number).places_used == 1
    assert table.left(Side.ANSWERER) == (2, 2)
