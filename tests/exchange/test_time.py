"""What time does: reminders, the end of what nobody answered, places that are held meanwhile, and the queue. With the letters of each."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from insatsbas.catalogue.models import Occasion
from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.core.letters import Letter
from insatsbas.exchange import places, waiting
from insatsbas.exchange.actions import Said
from insatsbas.exchange.days import is_in_summer_rest, working_days_before
from insatsbas.exchange.models import ExchangeRequest, Offer
from insatsbas.exchange.offers import OfferStatus
from insatsbas.exchange.periodic import keep_time
from insatsbas.exchange.places import FullError
from insatsbas.exchange.states import Action, Side, State
from insatsbas.exchange.terms import PriceKind, Proposal
from insatsbas.organisations.models import Organisation
from tests.exchange.conftest import Table
from tests.factories import make_intervention, occasion

Freeze = Callable[[date], None]
SENT_ON, ANSWER_BY = date(2026, 11, 24), date(2026, 12, 8)


def sent(table: Table, *, places: int = 2, offer: int | None = None) -> int:
    """A request that is sent."""
    with writing() as session:
        number = table.ask(session, replace(table.leg(places=places), offer_id=offer)).id
    table.do(number, Action.SEND, "asker-decider")
    return number


def offered(table: Table, count: int, *, holds: bool = True) -> int:
    """An open offer of the answerer's."""
    with writing() as session:
        offer = Offer(
            occasion_id=table.occasions[Side.ANSWERER],
            organisation_id=table.organisations[Side.ANSWERER],
            offered=count,
            accepted=0,
            held=0,
            price_kind=PriceKind.AGREED,
            status=OfferStatus.OPEN,
            holds_until_answered=holds,
        )
        places.open_offer(session, offer)
        return offer.id


def request_of(number: int) -> ExchangeRequest:
    db.session.rollback()
    return db.session.get_one(ExchangeRequest, number)


def offer_of(number: int) -> tuple[int, int, OfferStatus]:
    """What of an offer is agreed on and held, and its status."""
    db.session.rollback()
    row = db.session.get_one(Offer, number)
    return row.accepted, row.held, row.status


def letters() -> list[Letter]:
    """What was written since this was asked last: it is then as if it were sent."""
    with writing() as session:
        found = list(session.scalars(select(Letter).where(Letter.sent_at.is_(None)).order_by(Letter.id)))
        for letter in found:
            letter.sent_at = clock.now()
    return found


# Days


def test_working_days_before() -> None:
    assert working_days_before(date(2026, 12, 8), 2) == date(2026, 12, 4)
    assert working_days_before(date(2026, 12, 28), 2) == date(2026, 12, 22)


@pytest.mark.parametrize(("day", "rests"), [(date(2027, 6, 24), False), (date(2027, 6, 25), True), (date(2027, 8, 15), True)])
def test_the_summer_rest(day: date, rests: bool) -> None:
    assert is_in_summer_rest(day) is rests


# The end, and the reminder before it


def test_what_nobody_answers_ends_after_its_last_day_and_no_earlier(table: Table, freeze: Freeze) -> None:
    freeze(SENT_ON)
    number = sent(table)
    assert request_of(number).answer_by == ANSWER_BY
    freeze(ANSWER_BY)
    keep_time()
    assert request_of(number).state is State.SENT
    freeze(date(2026, 12, 9))
    keep_time()
    keep_time()
    request = request_of(number)
    assert request.state is State.EXPIRED
    assert [step.who for step in request.steps if step.action is Action.EXPIRE] == ["systemet"]


def test_nothing_ends_from_midsummer_to_the_middle_of_august(table: Table, freeze: Freeze) -> None:
    freeze(date(2027, 6, 10))
    number = sent(table)
    freeze(date(2027, 6, 24))
    # The tenth working day is the day before midsummer's eve.
    assert request_of(number).answer_by == date(2027, 6, 24)
    letters()
    for day in (date(2027, 6, 25), date(2027, 7, 20), date(2027, 8, 15)):
        freeze(day)
        keep_time()
        assert request_of(number).state is State.SENT
    assert letters() == []
    freeze(date(2027, 8, 16))
    keep_time()
    assert request_of(number).state is State.EXPIRED


def test_the_side_whose_turn_it_is_is_reminded_once_two_working_days_before(table: Table, freeze: Freeze) -> None:
    freeze(SENT_ON)
    sent(table)
    letters()
    # Saturday and Sunday are none: Friday is two before Tuesday.
    for day, count in ((date(2026, 12, 3), 0), (date(2026, 12, 4), 2), (date(2026, 12, 5), 0), (ANSWER_BY, 0)):
        freeze(day)
        keep_time()
        keep_time()
        told = letters()
        assert len(told) == count
        assert {letter.to.split("-")[0] for letter in told} <= {"answerer"}
        assert all("Svara senast 8 december 2026." in letter.body for letter in told)


def test_whoever_asked_is_told_of_the_nearest_alternatives(table: Table, freeze: Freeze) -> None:
    freeze(SENT_ON)
    with writing() as session:
        for title, owner, given_in, left in (
            ("Nära", "Botkyrka kommun", ("Botkyrka",), 5),
            ("Långt bort", "Nynäshamns kommun", ("Nynäshamn",), 5),
            ("Full", "Salems kommun", ("Salem",), 0),
            ("Annat behov", "Salems kommun", ("Salem",), 5),
        ):
            needs = ("korkort",) if title == "Annat behov" else ("samtal",)
            start = occasion(60, places=5, taken=5 - left)
            make_intervention(session, title=title, owner=owner, needs=needs, given_in=given_in, occasions=[start])
        asker = session.get_one(Organisation, table.organisations[Side.ASKER])
        asker.municipality_code = "0126"
    sent(table)
    letters()
    freeze(date(2026, 12, 9))
    keep_time()
    told = letters()
    assert {letter.subject for letter in told} == {"Tiden att svara har gått ut"}
    (asked,) = {letter.body.partition("\n\n")[2] for letter in told if letter.to.startswith("asker")}
    assert [line for line in asked.splitlines() if line.startswith("* ")][1:] == [
        "* Nära, Botkyrka kommun",
        "* Långt bort, Nynäshamns kommun",
    ]
    assert "Nära" not in next(letter.body for letter in told if letter.to.startswith("answerer"))


# Places that are held


def test_an_offer_that_holds_keeps_places_until_there_is_an_answer(table: Table, freeze: Freeze) -> None:
    freeze(SENT_ON)
    offer = offered(table, 3)
    first = sent(table, offer=offer)
    assert offer_of(offer) == (0, 2, OfferStatus.OPEN)
    second = sent(table, places=1, offer=offer)
    assert offer_of(offer) == (0, 3, OfferStatus.FULL)
    table.do(first, Action.PROPOSE, "answerer-officer")
    assert offer_of(offer) == (0, 3, OfferStatus.FULL)
    table.do(first, Action.APPROVE, "answerer-decider")
    assert offer_of(offer) == (2, 1, OfferStatus.FULL)
    table.do(second, Action.DECLINE, "answerer-editor", Said(reason="egna"))
    assert offer_of(offer) == (2, 0, OfferStatus.OPEN)


@pytest.mark.parametrize("ending", [Action.WITHDRAW, Action.EXPIRE, Action.QUEUE])
def test_what_is_held_is_let_go_when_nothing_comes_of_it(table: Table, freeze: Freeze, ending: Action) -> None:
    freeze(SENT_ON)
    offer = offered(table, 2)
    number = sent(table, offer=offer)
    assert offer_of(offer) == (0, 2, OfferStatus.FULL)
    if ending is Action.EXPIRE:
        freeze(date(2026, 12, 9))
        keep_time()
    else:
        table.do(number, ending, "asker-editor" if ending is Action.WITHDRAW else "answerer-editor")
    assert offer_of(offer) == (0, 0, OfferStatus.OPEN)


def test_a_counter_proposal_holds_what_it_says(table: Table, freeze: Freeze) -> None:
    freeze(SENT_ON)
    offer = offered(table, 3)
    number = sent(table, offer=offer)
    fewer = replace(table.leg(places=1), offer_id=offer)
    table.do(number, Action.COUNTER, "answerer-editor", Said(proposal=Proposal((fewer,))))
    assert offer_of(offer) == (0, 1, OfferStatus.OPEN)
    without = table.leg(places=1)
    table.do(number, Action.COUNTER, "asker-decider", Said(proposal=Proposal((without,))))
    assert offer_of(offer) == (0, 0, OfferStatus.OPEN)


def test_an_offer_that_does_not_hold_keeps_nothing(table: Table) -> None:
    offer = offered(table, 3, holds=False)
    sent(table, offer=offer)
    assert offer_of(offer) == (0, 0, OfferStatus.OPEN)


# The queue


def test_the_first_in_the_queue_gets_its_turn_when_places_come_free(table: Table, freeze: Freeze) -> None:
    freeze(SENT_ON)
    offer = offered(table, 2, holds=False)
    has, first, second = (sent(table, places=count, offer=offer) for count in (2, 2, 1))
    table.do(has, Action.ACCEPT, "answerer-decider")
    with pytest.raises(FullError):
        table.do(first, Action.ACCEPT, "answerer-decider")
    for number in (first, second):
        table.do(number, Action.QUEUE, "answerer-editor")
    assert [waiting.place_in_queue(db.session, request_of(number)) for number in (first, second)] == [1, 2]
    letters()
    freeze(date(2027, 1, 20))
    keep_time()
    assert letters() == [], "who waits in a queue is not ended by the time to answer, and there is no room"
    table.do(has, Action.ASK_TO_CANCEL, "asker-editor", Said(reason="annat"))
    table.do(has, Action.AGREE_TO_CANCEL, "answerer-decider")
    letters()
    keep_time()
    keep_time()
    told = letters()
    assert Counter(letter.subject for letter in told) == {"Det är er tur i kön": 2, "Platser till den som står först i kön": 2}
    assert request_of(first).answer_by == date(2027, 2, 3)
    assert request_of(second).answer_by is None, "who stands behind does not pass by"
    table.do(first, Action.ACCEPT, "answerer-decider")
    assert offer_of(offer) == (2, 0, OfferStatus.FULL)


def test_a_larger_offer_lets_the_next_in(table: Table) -> None:
    offer = offered(table, 2, holds=False)
    has, first, second = (sent(table, places=count, offer=offer) for count in (2, 1, 1))
    table.do(has, Action.ACCEPT, "answerer-decider")
    for number in (first, second):
        table.do(number, Action.QUEUE, "answerer-editor")
    with writing() as session:
        places.resize_offer(session, session.get_one(Offer, offer), 3)
    keep_time()
    assert [request_of(number).answer_by is not None for number in (first, second)] == [True, False]
    with writing() as session:
        places.resize_offer(session, session.get_one(Offer, offer), 4)
    keep_time()
    assert request_of(second).answer_by is not None


def test_who_does_not_answer_the_first_lets_the_next_in(table: Table, freeze: Freeze) -> None:
    freeze(SENT_ON)
    first, second = sent(table, places=4), sent(table, places=4)
    for number in (first, second):
        table.do(number, Action.QUEUE, "answerer-editor")
    keep_time()
    assert request_of(second).answer_by is None
    freeze(date(2026, 12, 9))
    keep_time()
    assert request_of(first).state is State.EXPIRED
    assert request_of(second).answer_by == date(2026, 12, 23)


def test_the_queue_ends_when_what_it_is_for_has_begun(table: Table, freeze: Freeze) -> None:
    freeze(SENT_ON)
    with writing() as session:
        begins = date(2027, 1, 18)
        session.get_one(Occasion, table.occasions[Side.ANSWERER]).start = begins
        number = table.ask(session, replace(table.leg(places=5), start=begins)).id
    table.do(number, Action.SEND, "asker-decider")
    table.do(number, Action.QUEUE, "answerer-editor")
    freeze(date(2027, 1, 18))
    keep_time()
    assert request_of(number).state is State.QUEUED
    freeze(date(2027, 1, 19))
    keep_time()
    assert request_of(number).state is State.EXPIRED
