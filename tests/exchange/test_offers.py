"""Places that are offered to others: how many, to whom, and what becomes of them, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from insatsbas.catalogue.models import Need, Occasion
from insatsbas.catalogue.rules import Status
from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError, NotFoundError, RefusedError
from insatsbas.core.events import Event
from insatsbas.exchange import offer_actions, offer_queries, places
from insatsbas.exchange.actions import Said
from insatsbas.exchange.models import Offer
from insatsbas.exchange.offer_actions import Terms
from insatsbas.exchange.offers import OfferStatus
from insatsbas.exchange.periodic import keep_time
from insatsbas.exchange.states import Action, Side
from insatsbas.exchange.terms import PriceKind
from insatsbas.organisations.rules import OrganisationKind
from insatsbas.search.models import IndexJob
from tests.exchange.conftest import PLACES, TAKEN, Table
from tests.factories import organisation

FREE = PLACES - TAKEN
THREE = Terms(places=3, price_kind=PriceKind.PLACE, price=Decimal(1000))


def offered(table: Table, terms: Terms = THREE, *, to: tuple[str, ...] = (), by: str = "answerer-editor") -> int:
    """An offer of the answerer's, committed."""
    with writing() as session:
        named = [organisation(session, name) for name in to]
        return offer_actions.open_offer(table.people[by], session, table.occasions[Side.ANSWERER], terms, to=named).id


def change(table: Table, action: Callable[..., object], number: int, *more: object, by: str = "answerer-editor") -> None:
    """A change of an offer, committed."""
    with writing() as session:
        action(table.people[by], session, session.get_one(Offer, number), *more)


def kept(number: int) -> tuple[OfferStatus, int, int]:
    """An offer: its status, how many are offered, and how many agreed on."""
    db.session.rollback()
    offer = db.session.get_one(Offer, number)
    return offer.status, offer.offered, offer.accepted


def told(table: Table) -> tuple[int, date | None]:
    """What the catalogue keeps for the index and the cards of the answerer's start."""
    db.session.rollback()
    row = db.session.get_one(Occasion, table.occasions[Side.ANSWERER])
    return row.for_others, row.for_others_until


def bought(table: Table, number: int, places_: int) -> int:
    """A deal on places of an offer."""
    with writing() as session:
        request = table.ask(session, replace(table.leg(places=places_), offer_id=number)).id
    table.do(request, Action.SEND, "asker-decider")
    table.do(request, Action.ACCEPT, "answerer-decider")
    return request


def test_places_are_set_aside_and_told(table: Table) -> None:
    number = offered(table, replace(THREE, until=clock.today() + timedelta(days=9)))
    assert table.left(Side.ANSWERER) == (3, 0)
    assert told(table) == (3, clock.today() + timedelta(days=9))
    bought(table, number, 2)
    assert kept(number) == (OfferStatus.OPEN, 3, 2)
    assert told(table)[0] == 1
    bought(table, number, 1)
    assert kept(number) == (OfferStatus.FULL, 3, 3)
    assert told(table) == (0, None)


def test_no_more_is_offered_than_there_is(table: Table) -> None:
    with pytest.raises(RefusedError, match=f"Starten har {FREE} platser"):
        offered(table, replace(THREE, places=FREE + 1))
    assert table.left(Side.ANSWERER) == (0, 0)
    offered(table, replace(THREE, places=FREE))


def test_only_those_who_keep_it_offer(table: Table) -> None:
    for who in ("answerer-officer", "answerer-decider", "asker-editor", "outsider"):
        with pytest.raises(ForbiddenError):
            offered(table, by=who)
    number = offered(table)
    for action, more in ((offer_actions.close_offer, ()), (offer_actions.open_again, (3,)), (offer_actions.change_offer, (THREE,))):
        with pytest.raises(ForbiddenError):
            change(table, action, number, *more, by="asker-editor")
    with writing() as session, pytest.raises(NotFoundError):
        offer_queries.by_number(table.people["asker-editor"], session, number)


def test_there_is_one_offer_to_all_of_a_start(table: Table) -> None:
    first = offered(table, replace(THREE, places=1))
    with pytest.raises(RefusedError, match="redan ett öppet erbjudande till alla"):
        offered(table, replace(THREE, places=1))
    offered(table, replace(THREE, places=1), to=("Nacka kommun",))
    change(table, offer_actions.close_offer, first)
    offered(table, replace(THREE, places=1))
    with pytest.raises(RefusedError, match="redan ett öppet erbjudande till alla"):
        change(table, offer_actions.open_again, first, 2)


def test_what_is_offered_to_some_is_theirs_to_know(table: Table) -> None:
    number = offered(table, to=("Nacka kommun",))
    assert told(table) == (0, None)
    seen = {who: [o.id for o in offer_queries.of_viewer(table.people[who], db.session).from_others] for who in table.people}
    assert {who for who, offers in seen.items() if offers == [number]} == {"outsider"}, "the outsider is of Nacka"
    row = db.session.get_one(Offer, number).occasion.intervention
    for who, sees in (("outsider", True), ("answerer-officer", True), ("asker-editor", False)):
        assert bool(offer_queries.of_intervention(table.people[who], db.session, row)) is sees


def test_lowering_under_what_is_agreed_on_is_refused_with_the_reason(table: Table) -> None:
    number = offered(table)
    bought(table, number, 2)
    with pytest.raises(RefusedError, match="2 platser är redan överenskomna"):
        change(table, offer_actions.change_offer, number, replace(THREE, places=1))
    assert kept(number) == (OfferStatus.OPEN, 3, 2)
    change(table, offer_actions.change_offer, number, replace(THREE, places=2, price=Decimal(1)))
    assert kept(number) == (OfferStatus.FULL, 2, 2)
    assert table.left(Side.ANSWERER) == (2, 2)


def test_closing_gives_back_what_nobody_has_got(table: Table) -> None:
    number = offered(table)
    deal = bought(table, number, 1)
    change(table, offer_actions.close_offer, number)
    assert kept(number) == (OfferStatus.CLOSED, 1, 1)
    assert table.left(Side.ANSWERER) == (1, 1)
    assert told(table) == (0, None)
    with pytest.raises(RefusedError, match="redan stängt"):
        change(table, offer_actions.close_offer, number)
    table.do(deal, Action.ASK_TO_CANCEL, "asker-editor", Said(reason="annat"))
    table.do(deal, Action.AGREE_TO_CANCEL, "answerer-decider")
    assert table.left(Side.ANSWERER) == (0, 0), "nobody is offered the places of a closed offer: they are the owner's"


def test_an_offer_with_places_held_is_not_closed(table: Table) -> None:
    number = offered(table)
    with writing() as session:
        assert places.hold(session, number, 2)
    assert told(table)[0] == 1
    with pytest.raises(RefusedError, match="2 platser hålls"):
        change(table, offer_actions.close_offer, number)
    with writing() as session:
        places.let_go(session, number, 2)
    assert told(table)[0] == 3
    change(table, offer_actions.close_offer, number)
    assert table.left(Side.ANSWERER) == (0, 0)


def test_an_offer_whose_last_day_has_passed_is_closed_by_itself(table: Table, freeze: Callable[[date], None]) -> None:
    last = clock.today() + timedelta(days=5)
    number, for_ever = offered(table, replace(THREE, until=last)), offered(table, replace(THREE, places=1), to=("Nacka kommun",))
    bought(table, number, 1)
    with writing() as session:
        assert places.hold(session, number, 1)
    freeze(last)
    keep_time()
    assert kept(number) == (OfferStatus.OPEN, 3, 1)
    freeze(last + timedelta(days=1))
    keep_time()
    assert kept(number) == (OfferStatus.OPEN, 3, 1), "one is held: whoever asked is answered first"
    with writing() as session:
        places.let_go(session, number, 1)
    keep_time()
    keep_time()
    assert kept(number) == (OfferStatus.CLOSED, 1, 1)
    assert kept(for_ever) == (OfferStatus.OPEN, 1, 0)
    assert table.left(Side.ANSWERER) == (2, 1)
    whole = select(Event.who).where(Event.kind == "erbjudande.stangt")
    assert db.session.scalars(whole).all() == ["systemet"]


def test_a_closed_offer_is_opened_again(table: Table) -> None:
    number = offered(table)
    bought(table, number, 1)
    with pytest.raises(RefusedError, match="redan öppet"):
        change(table, offer_actions.open_again, number, 4)
    change(table, offer_actions.close_offer, number)
    with pytest.raises(RefusedError, match="Öppna det igen först"):
        change(table, offer_actions.change_offer, number, THREE)
    with pytest.raises(RefusedError, match="1 plats är redan överenskommen"):
        change(table, offer_actions.open_again, number, 1)
    with pytest.raises(RefusedError, match="Starten har"):
        change(table, offer_actions.open_again, number, FREE + 1)
    assert kept(number) == (OfferStatus.CLOSED, 1, 1)
    change(table, offer_actions.open_again, number, FREE)
    assert kept(number) == (OfferStatus.OPEN, FREE, 1)
    assert told(table)[0] == FREE - 1


def test_what_cannot_be_offered(table: Table) -> None:
    with pytest.raises(RefusedError, match="har redan varit"):
        offered(table, replace(THREE, until=clock.today() - timedelta(days=1)))
    with pytest.raises(RefusedError, match="er själva"):
        offered(table, to=("Haninge kommun",))
    occasion_id = table.occasions[Side.ANSWERER]
    with writing() as session:
        row = session.get_one(Occasion, occasion_id)
        row.apply_by = clock.today() - timedelta(days=1)
    with pytest.raises(RefusedError, match="går att anmäla sig till"):
        offered(table)
    with writing() as session:
        row = session.get_one(Occasion, occasion_id)
        row.apply_by, row.intervention.status = None, Status.PAUSED
    with pytest.raises(RefusedError, match="är aktiv"):
        offered(table)
    with writing() as session:
        row = session.get_one(Occasion, occasion_id)
        row.intervention.status, row.places, row.taken_by_own = Status.ACTIVE, None, None
    with pytest.raises(RefusedError, match="hur många platser starten har"):
        offered(table)


def test_the_rules_say_who_may_offer(table: Table) -> None:
    with writing() as session:
        session.get_one(Occasion, table.occasions[Side.ANSWERER]).intervention.owner.kind = OrganisationKind.AUTHORITY
    with pytest.raises(RefusedError, match="Myndigheten beslutar"):
        offered(table)
    with writing() as session:
        row = session.get_one(Occasion, table.occasions[Side.ANSWERER]).intervention
        row.owner.kind = OrganisationKind.MUNICIPALITY
        row.needs = list(session.scalars(select(Need).where(Need.via_adult_education).limit(1)))
    with pytest.raises(RefusedError, match="vuxenutbildning"):
        offered(table)


def test_each_change_tells_the_index(table: Table) -> None:
    number = offered(table)
    intervention_id = db.session.get_one(Occasion, table.occasions[Side.ANSWERER]).intervention_id
    steps: tuple[Callable[[], object], ...] = (
        lambda: bought(table, number, 1),
        lambda: change(table, offer_actions.change_offer, number, replace(THREE, places=2)),
        lambda: change(table, offer_actions.close_offer, number),
        lambda: change(table, offer_actions.open_again, number, 3),
    )
    for step in steps:
        with writing() as session:
            session.query(IndexJob).delete()
        step()
        db.session.rollback()
        assert intervention_id in set(db.session.scalars(select(IndexJob.ref))), step
