"""Several ask for places of one offer: when it is full the rest get to know, once, and their page says what they can do."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from insatsbas.core.db import db, writing
from insatsbas.core.letters import Letter
from insatsbas.exchange import offer_actions, offer_letters
from insatsbas.exchange.actions import Said
from insatsbas.exchange.models import ExchangeRequest
from insatsbas.exchange.states import Action, Side, State
from insatsbas.exchange.terms import Proposal
from tests.exchange.conftest import Table
from tests.exchange.test_offers import THREE, change, offered

FULL = "Platserna som ni frågade om är slut"


def asked(table: Table, offer: int, places: int, *steps: tuple[Action, str]) -> int:
    """A request for places of an offer, some steps on."""
    with writing() as session:
        number = table.ask(session, replace(table.leg(places=places), offer_id=offer)).id
    for action, by in steps:
        table.do(number, action, by)
    return number


def told() -> Counter[str]:
    """Who has been written to that an offer is full, and how often."""
    db.session.rollback()
    return Counter(letter.to.split("@")[0] for letter in db.session.scalars(select(Letter).where(Letter.subject == FULL)))


def note(number: int, side: Side) -> str:
    """What the page of a request says of a full offer, to a side."""
    db.session.rollback()
    return offer_letters.full_note(db.session, db.session.get_one(ExchangeRequest, number), side)


SENT = (Action.SEND, "asker-decider")


def test_the_rest_are_told_once_what_they_can_do(table: Table) -> None:
    offer = offered(table)
    first, second = asked(table, offer, 2, SENT), asked(table, offer, 1, SENT)
    rest = {
        "sent": asked(table, offer, 1, SENT),
        "queued": asked(table, offer, 2, SENT, (Action.QUEUE, "answerer-editor")),
        "proposed": asked(table, offer, 1, SENT, (Action.PROPOSE, "answerer-officer")),
        "deciding": asked(table, offer, 1, (Action.SUBMIT, "asker-officer")),
    }
    draft, over = asked(table, offer, 1), asked(table, offer, 1, SENT, (Action.WITHDRAW, "asker-editor"))
    table.do(first, Action.ACCEPT, "answerer-decider")
    assert told() == Counter(), "there is one place left"
    assert note(rest["sent"], Side.ASKER) == ""
    table.do(second, Action.ACCEPT, "answerer-decider")
    assert told() == {"asker-editor": 3, "asker-officer": 3, "asker-decider": 1}, "who decides hears of what waits for a decision"
    bodies = [letter.body for letter in db.session.scalars(select(Letter).where(Letter.subject == FULL))]
    assert all("Alla platser i erbjudandet från Haninge kommun är slut." in body for body in bodies)
    for number in rest.values():
        assert any(f"/utbyten/{number}\n" in body for body in bodies)
    assert any("Haninge kommun kan ställa er i kö." in body for body in bodies)
    assert any("Ni står kvar i kön" in body for body in bodies)
    assert "kan ställa er i kö" in note(rest["sent"], Side.ASKER)
    assert "Ställ Huddinge kommun i kö" in note(rest["sent"], Side.ANSWERER)
    for number in (first, second, draft, over):
        assert note(number, Side.ASKER) == note(number, Side.ANSWERER) == ""


def test_an_offer_that_fills_again_tells_nobody_twice(table: Table) -> None:
    offer = offered(table)
    asked(table, offer, 1, SENT)
    deal = asked(table, offer, 3, SENT)
    table.do(deal, Action.ACCEPT, "answerer-decider")
    before = told()
    assert before == {"asker-editor": 1, "asker-officer": 1}
    table.do(deal, Action.ASK_TO_CANCEL, "asker-editor", Said(reason="annat"))
    table.do(deal, Action.REFUSE_TO_CANCEL, "answerer-editor")
    assert told() == before


def test_those_for_whom_places_are_kept_are_not_told(table: Table) -> None:
    offer = offered(table, replace(THREE, holds=True))
    kept, taken = asked(table, offer, 1, SENT), asked(table, offer, 2, SENT)
    table.do(taken, Action.ACCEPT, "answerer-decider")
    assert told() == Counter()
    assert note(kept, Side.ASKER) == ""
    table.do(kept, Action.ACCEPT, "answerer-decider")
    assert table.left(Side.ANSWERER) == (3, 3)


def test_a_deal_that_leaves_room_or_has_no_offer_tells_nobody(table: Table) -> None:
    offer = offered(table)
    asked(table, offer, 1, SENT)
    with writing() as session:
        other = table.ask(session, table.leg(places=1)).id
    table.do(other, Action.SEND, "asker-decider")
    table.do(other, Action.ACCEPT, "answerer-decider")
    assert told() == Counter()


def test_who_is_told_can_stand_in_the_queue_and_gets_its_turn(table: Table, freeze: Callable[[date], None]) -> None:
    freeze(date(2026, 11, 24))
    offer = offered(table)
    deal, waits = asked(table, offer, 3, SENT), asked(table, offer, 1, SENT)
    table.do(deal, Action.ACCEPT, "answerer-decider")
    table.do(waits, Action.QUEUE, "answerer-editor")
    assert "Ni står kvar i kön" in note(waits, Side.ASKER)
    change(table, offer_actions.change_offer, offer, replace(THREE, places=4))
    assert note(waits, Side.ASKER) == "", "there is room again"
    table.do(waits, Action.ACCEPT, "answerer-decider")
    db.session.rollback()
    assert db.session.get_one(ExchangeRequest, waits).state is State.ACCEPTED


def test_a_counter_proposal_on_a_full_offer_says_so_too(table: Table) -> None:
    offer = offered(table)
    deal, talks = asked(table, offer, 3, SENT), asked(table, offer, 2, SENT)
    table.do(talks, Action.COUNTER, "answerer-editor", Said(proposal=Proposal((replace(table.leg(places=1), offer_id=offer),))))
    table.do(deal, Action.ACCEPT, "answerer-decider")
    assert told() == {"asker-editor": 1, "asker-officer": 1}
    assert "annan start i ett motförslag" in note(talks, Side.ASKER)
