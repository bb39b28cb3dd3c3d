"""What has changed under a request since somebody looked at it: what lies on the table, its offer, its queue, its owner."""

from dataclasses import replace

import pytest
from flask import Flask

from insatsbas.catalogue import actions as catalogue
from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError, NotFoundError, RefusedError
from insatsbas.core.viewer import SYSTEM
from insatsbas.exchange import offer_actions, offer_queries, waiting
from insatsbas.exchange.actions import Said
from insatsbas.exchange.models import ExchangeRequest, Offer
from insatsbas.exchange.states import Action, Side, State
from insatsbas.exchange.terms import Proposal
from tests.exchange.conftest import Table
from tests.exchange.market import Market, form_of
from tests.exchange.test_editors_beside import entry
from tests.exchange.test_full import SENT, asked
from tests.exchange.test_offers import THREE, offered
from tests.factories import organisation


def state(number: int) -> State:
    """Where a request is."""
    db.session.rollback()
    return db.session.get_one(ExchangeRequest, number).state


def test_nobody_says_yes_to_what_they_have_not_read(bare_app: Flask) -> None:
    market = Market(bare_app)
    address = market.ask("asker decides", pris="100")
    assert market.do("asker decides", address, "skicka") == 303
    action, held = form_of(market["answerer decides"].get(address).text, "/tacka-ja")
    for who, places in (("answerer", "1"), ("asker decides", "4")):
        assert market.fill(who, f"{address}/motforslag", **{"del0-platser": places}).status_code == 303
    late = market["answerer decides"].post(action, data=held)
    assert (late.status_code, market.state(address)) == (409, State.SENT)
    assert "Någon annan hann före" in late.text
    # The page that says so shows what lies there now, and its button is good.
    again = form_of(late.text, "/tacka-ja")[1]
    assert market["answerer decides"].post(action, data=again).status_code == 303
    assert market.state(address) is State.ACCEPTED


def test_a_counter_proposal_that_costs_its_own_side_is_decided_on(table: Table) -> None:
    """The other side may accept it at once, and then it binds."""
    with writing() as session:
        number = table.ask(session, table.leg(Side.ASKER, places=2), is_report=True).id
    dearer = Said(proposal=Proposal((table.leg(Side.ASKER, places=4),)))
    with pytest.raises(ForbiddenError):
        table.do(number, Action.COUNTER, "answerer-officer", dearer)
    assert state(number) is State.REPORTED
    table.do(number, Action.COUNTER, "answerer-decider", dearer)
    assert state(number) is State.COUNTERED


def test_what_was_asked_of_an_offer_can_be_given_when_it_has_closed(table: Table) -> None:
    offer = offered(table)
    number, queued = asked(table, offer, 2, SENT), asked(table, offer, 1, SENT, (Action.QUEUE, "answerer-editor"))
    with writing() as session:
        offer_actions.close_offer(table.people["answerer-editor"], session, session.get_one(Offer, offer))
    with writing() as session:
        assert waiting.call_next(session) == 1, "the places are the owner's again"
    for each in (number, queued):
        table.do(each, Action.ACCEPT, "answerer-decider")
    assert table.left(Side.ANSWERER) == (3, 3)


def test_who_stands_in_the_queue_comes_before_who_asks_later(table: Table) -> None:
    """Of an offer that keeps places for those who ask: while somebody queues for them it keeps none for others."""
    offer = offered(table, replace(THREE, holds=True))
    waits = asked(table, offer, 2, SENT, (Action.QUEUE, "answerer-editor"))
    later = asked(table, offer, 3, SENT)
    db.session.rollback()
    assert [leg.held for number in (waits, later) for leg in db.session.get_one(ExchangeRequest, number).legs] == [0, 0]
    with writing() as session:
        assert waiting.call_next(session) == 1
    table.do(waits, Action.ACCEPT, "answerer-decider")
    assert table.left(Side.ANSWERER) == (3, 2)


def test_a_turn_goes_back_when_the_places_have_gone_again(table: Table) -> None:
    offer = offered(table)
    waits, other = asked(table, offer, 2, SENT, (Action.QUEUE, "answerer-editor")), asked(table, offer, 2, SENT)
    with writing() as session:
        assert waiting.call_next(session) == 1
    table.do(other, Action.ACCEPT, "answerer-decider")
    with writing() as session:
        assert waiting.call_next(session) == 0
    db.session.rollback()
    assert db.session.get_one(ExchangeRequest, waits).answer_by is None, "nobody's time goes out while there is nothing to say yes to"


def test_offers_follow_the_intervention_to_its_new_owner(table: Table) -> None:
    offer = offered(table)
    number = asked(table, offer, 1, SENT)
    with writing() as session:
        row = entry(session, table)
        catalogue.update(SYSTEM, session, row, {"owner": organisation(session, "Nacka kommun")})
    with pytest.raises(RefusedError, match="anordnas inte längre"):
        table.do(number, Action.ACCEPT, "answerer-decider")
    with pytest.raises(NotFoundError):
        offer_queries.by_number(table.people["answerer-editor"], db.session, offer)
    assert state(number) is State.SENT


def test_a_deal_whose_cancellation_nobody_answered_can_be_completed(table: Table) -> None:
    with writing() as session:
        number = table.ask(session, table.leg(places=1)).id
    table.do(number, Action.SEND, "asker-decider")
    table.do(number, Action.ACCEPT, "answerer-decider")
    table.do(number, Action.ASK_TO_CANCEL, "answerer-editor", Said(reason="annat"))
    table.do(number, Action.COMPLETE, "asker-editor", Said(places_used=1))
    assert state(number) is State.COMPLETED
