"""What may lie on the table: a form can be forged and a draft grow old, so all is looked at when it is laid there and when it is sent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Intervention, Need, Occasion
from insatsbas.catalogue.rules import Status
from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError, RefusedError
from insatsbas.core.viewer import SYSTEM
from insatsbas.exchange import actions, legal, legal_actions, offer_actions
from insatsbas.exchange.actions import Said
from insatsbas.exchange.models import ExchangeRequest, Offer
from insatsbas.exchange.offer_actions import Terms
from insatsbas.exchange.states import Action, Kind, Side, State
from insatsbas.exchange.terms import Leg, LegalBasis, PriceKind, Proposal
from insatsbas.organisations.models import Organisation
from insatsbas.organisations.rules import OrganisationKind
from tests.exchange.conftest import PLACES, Table
from tests.factories import make_intervention, occasion, organisation

THREE = Terms(places=3, price_kind=PriceKind.PLACE, price=Decimal(1000), terms="Betalas i förskott.")
Change = Callable[[Table, Session], object]


def asked(table: Table, proposal: Proposal, *, kind: Kind = Kind.BUY, by: str = "asker-decider", is_report: bool = False) -> int:
    """A request for what is proposed, committed."""
    sides = table.organisations
    with writing() as session:
        return actions.prepare(
            table.people[by],
            session,
            kind=kind,
            asker_id=sides[Side.ASKER],
            answerer_id=sides[Side.ANSWERER],
            proposal=proposal,
            key=table.key(),
            is_report=is_report,
        ).id


def counted() -> int:
    """How many requests there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(ExchangeRequest)) or 0


def offered(table: Table, terms: Terms = THREE, *, to: tuple[str, ...] = ()) -> Leg:
    """An offer of the answerer's, and a leg of it as the page makes one."""
    with writing() as session:
        named = [organisation(session, name) for name in to]
        number = offer_actions.open_offer(table.people["answerer-editor"], session, table.occasions[Side.ANSWERER], terms, to=named).id
    return replace(
        table.leg(places=1), offer_id=number, terms=f"{terms.terms}\n\nVi ringer.", price_kind=terms.price_kind, price=terms.price
    )


def in_row(table: Table, session: Session, side: Side = Side.ANSWERER) -> Intervention:
    """What a side's start belongs to."""
    return session.get_one(Occasion, table.occasions[side]).intervention


def status(to: Status) -> Change:
    return lambda table, session: setattr(in_row(table, session), "status", to)


def hide(table: Table, session: Session) -> None:
    in_row(table, session).hidden = True


def begin(table: Table, session: Session) -> None:
    session.get_one(Occasion, table.occasions[Side.ANSWERER]).start = clock.today() - timedelta(days=1)


def close_applying(table: Table, session: Session) -> None:
    start = session.get_one(Occasion, table.occasions[Side.ANSWERER])
    start.start, start.apply_by = clock.today() + timedelta(days=30), clock.today() - timedelta(days=1)


def hand_over(table: Table, session: Session) -> None:
    in_row(table, session).owner = organisation(session, "Nacka kommun")


def leave(side: Side) -> Change:
    return lambda table, session: setattr(session.get_one(Organisation, table.organisations[side]), "left_on", clock.today())


def kind(side: Side, to: OrganisationKind) -> Change:
    return lambda table, session: setattr(session.get_one(Organisation, table.organisations[side]), "kind", to)


def adult_education(table: Table, session: Session) -> None:
    in_row(table, session).needs = list(session.scalars(select(Need).where(Need.via_adult_education).limit(1)))


def forbid_cooperation(_table: Table, session: Session) -> None:
    between = {**legal.DEFAULT.between, LegalBasis.COOPERATION: frozenset({OrganisationKind.REGION})}
    legal_actions.save(SYSTEM, session, legal.Rules(between, {}))


def fewer_places(table: Table, session: Session) -> None:
    start = session.get_one(Occasion, table.occasions[Side.ANSWERER])
    start.places, start.taken_by_own = 1, 0


WORLD: list[tuple[Change, str]] = [
    (status(Status.DRAFT), "Starten finns inte längre, eller hör till någon annan"),
    (hide, "Starten finns inte längre, eller hör till någon annan"),
    (hand_over, "Starten finns inte längre, eller hör till någon annan"),
    (status(Status.PAUSED), "går inte att använda nu"),
    (status(Status.ENDED), "går inte att använda nu"),
    (begin, "går inte längre att anmäla sig till starten"),
    (close_applying, "går inte längre att anmäla sig till starten"),
    (leave(Side.ASKER), "Huddinge kommun har lämnat samverkan"),
    (leave(Side.ANSWERER), "Haninge kommun har lämnat samverkan"),
    (kind(Side.ANSWERER, OrganisationKind.AUTHORITY), "Myndigheten beslutar själv om platserna"),
    (kind(Side.ASKER, OrganisationKind.ASSOCIATION), "Bara kommuner, regioner, förbund och projekt"),
    (kind(Side.ANSWERER, OrganisationKind.PROJECT), "Avtalssamverkan .* är ingen grund"),
    (adult_education, "Sök via hemkommunens vuxenutbildning"),
    (forbid_cooperation, "Avtalssamverkan .* är ingen grund"),
    (fewer_places, "Starten har bara 1 plats"),
]


@pytest.mark.parametrize(("change", "said"), WORLD)
def test_what_cannot_be_asked_for_is_refused_when_it_is_asked_for_and_when_it_is_sent(table: Table, change: Change, said: str) -> None:
    plain = Proposal((table.leg(places=2),))
    draft = asked(table, plain)
    waiting = asked(table, plain)
    table.do(waiting, Action.SUBMIT, "asker-editor")
    sent = asked(table, plain)
    table.do(sent, Action.SEND, "asker-decider")
    with writing() as session:
        change(table, session)
    with pytest.raises(RefusedError, match=said):
        asked(table, plain)
    for number, action in ((draft, Action.SEND), (waiting, Action.APPROVE)):
        with pytest.raises(RefusedError, match=said):
            table.do(number, action, "asker-decider")
    assert counted() == 3
    db.session.rollback()
    states = [db.session.get_one(ExchangeRequest, number).state for number in (draft, waiting)]
    assert states == [State.DRAFT, State.DECIDING_TO_SEND]
    # What was sent is on the table: of its terms nothing is asked again, only whether there are places of theirs to give.
    hinders = {fewer_places: "inte så många platser kvar", hand_over: "anordnas inte längre"}
    if change not in hinders:
        table.do(sent, Action.ACCEPT, "answerer-decider")
    else:
        with pytest.raises(RefusedError, match=hinders[change]):
            table.do(sent, Action.ACCEPT, "answerer-decider")


@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (lambda leg: replace(leg, places=0), "minst en"),
        (lambda leg: replace(leg, places=-3), "minst en"),
        (lambda leg: replace(leg, price=Decimal(-1)), "Skriv priset"),
        (lambda leg: replace(leg, start=date(2027, 6, 4), end=date(2027, 1, 18)), "Sista dagen ligger före"),
        (lambda leg: replace(leg, occasion_id=999_999), "Starten finns inte"),
        (lambda leg: replace(leg, giver=Side.ASKER), "hör till någon annan"),
        (lambda leg: replace(leg, places=PLACES + 1), "Starten har bara 6 platser"),
        (lambda leg: replace(leg, offer_id=999_999), "Erbjudandet finns inte"),
        (lambda leg: replace(leg, legal_basis=LegalBasis.LAW), ""),
    ],
)
def test_a_forged_leg_is_refused_as_a_counter_proposal_too(table: Table, forge: Callable[[Leg], Leg], said: str) -> None:
    number = asked(table, Proposal((table.leg(),)))
    table.do(number, Action.SEND, "asker-decider")
    forged = Proposal((forge(table.leg()),))
    if not said:
        # A ground that exists between them they may choose.
        table.do(number, Action.COUNTER, "answerer-decider", Said(proposal=forged))
        asked(table, forged)
        return
    # In a counter-proposal it is refused as well: there who gives is fixed besides.
    with pytest.raises(RefusedError, match=said if "någon annan" not in said else "passar inte ihop"):
        table.do(number, Action.COUNTER, "answerer-decider", Said(proposal=forged))
    with pytest.raises(RefusedError, match=said):
        asked(table, forged)
    assert counted() == 1


def test_a_proposal_has_the_shape_of_its_kind(table: Table) -> None:
    ours, theirs = table.leg(Side.ASKER, places=1), table.leg(places=1)
    for proposal, as_kind in (
        (Proposal(()), Kind.BUY),
        (Proposal((theirs, ours)), Kind.BUY),
        (Proposal((theirs,)), Kind.SWAP),
        (Proposal((theirs, theirs)), Kind.SWAP),
        (Proposal((theirs, ours, theirs)), Kind.SWAP),
    ):
        with pytest.raises(RefusedError, match="passar inte ihop"):
            asked(table, proposal, kind=as_kind)
    for difference, payer in ((Decimal(-5), Side.ANSWERER), (Decimal(5), None), (Decimal(0), Side.ASKER)):
        with pytest.raises(RefusedError, match="mellanskillnaden"):
            asked(table, Proposal((theirs,), difference, payer))
    number = asked(table, Proposal((theirs, ours)), kind=Kind.SWAP)
    table.do(number, Action.SEND, "asker-decider")
    for forged in (Proposal((ours, theirs)), Proposal((theirs,)), Proposal((theirs, theirs))):
        with pytest.raises(RefusedError, match="passar inte ihop"):
            table.do(number, Action.COUNTER, "answerer-decider", Said(proposal=forged))


def test_nobody_asks_themselves_or_for_others(table: Table) -> None:
    us = table.organisations[Side.ASKER]

    def ask(asker: int, answerer: int) -> None:
        with writing() as session:
            told = {"kind": Kind.BUY, "proposal": Proposal((table.leg(Side.ASKER),)), "key": table.key()}
            actions.prepare(table.people["asker-decider"], session, asker_id=asker, answerer_id=answerer, **told)  # type: ignore[arg-type]

    with pytest.raises(RefusedError, match="er själva"):
        ask(us, us)
    with pytest.raises(RefusedError, match="Organisationen finns inte"):
        ask(us, 999_999)
    with pytest.raises(ForbiddenError):
        ask(table.organisations[Side.ANSWERER], us)
    assert counted() == 0


def test_both_legs_of_a_swap_stand_on_a_ground_of_their_own(table: Table) -> None:
    swap = Proposal((table.leg(places=1), table.leg(Side.ASKER, places=1)))
    with writing() as session:
        row = in_row(table, session, Side.ASKER)
        row.needs = list(session.scalars(select(Need).where(Need.via_adult_education).limit(1)))
    with pytest.raises(RefusedError, match="vuxenutbildning"):
        asked(table, swap, kind=Kind.SWAP)
    with writing() as session:
        in_row(table, session, Side.ASKER).needs = []
        session.get_one(Organisation, table.organisations[Side.ASKER]).kind = OrganisationKind.PROJECT
    for legs in ((LegalBasis.OTHER, LegalBasis.COOPERATION), (LegalBasis.COOPERATION, LegalBasis.OTHER)):
        forged = Proposal(tuple(replace(leg, legal_basis=basis) for leg, basis in zip(swap.legs, legs, strict=True)))
        with pytest.raises(RefusedError, match="ingen grund"):
            asked(table, forged, kind=Kind.SWAP)
    asked(table, Proposal(tuple(replace(leg, legal_basis=LegalBasis.OTHER) for leg in swap.legs)), kind=Kind.SWAP)


# Offers


def test_an_offer_is_of_that_start_for_the_asker_and_in_time(table: Table, freeze: Callable[[date], None]) -> None:
    ours = offered(table)
    asked(table, Proposal((ours,)), kind=Kind.SELL)
    with writing() as session:
        elsewhere = make_intervention(session, title="Slöjd", owner="Haninge kommun", occasions=[occasion(None, places=9, taken=0)])
        other_start = elsewhere.occasions[0].id
    for_others = offered(table, replace(THREE, places=1), to=("Nacka kommun",))
    for forged, as_kind in (
        (replace(ours, occasion_id=other_start), Kind.BUY),
        (for_others, Kind.BUY),
        (replace(ours, offer_id=None), Kind.SELL),
    ):
        with pytest.raises(RefusedError, match="Erbjudandet finns inte längre, eller är för andra"):
            asked(table, Proposal((forged,)), kind=as_kind)
    with pytest.raises(RefusedError, match="Det finns 3 platser kvar i erbjudandet"):
        asked(table, Proposal((replace(ours, places=4),)), kind=Kind.SELL)


def test_what_an_offer_says_is_what_is_asked_for(table: Table) -> None:
    leg = offered(table)
    for forged in (
        replace(leg, price=Decimal(1)),
        replace(leg, price_kind=PriceKind.AGREED, price=None),
        replace(leg, price_kind=PriceKind.WEEK),
        replace(leg, terms="Vi betalar när vi vill."),
    ):
        with pytest.raises(RefusedError, match="Priset eller villkoren"):
            asked(table, Proposal((forged,)), kind=Kind.SELL)
    number = asked(table, Proposal((leg,)), kind=Kind.SELL)
    with writing() as session:
        offer = session.get_one(Offer, leg.offer_id)
        offer_actions.change_offer(table.people["answerer-editor"], session, offer, replace(THREE, price=Decimal(2000)))
    with pytest.raises(RefusedError, match="Priset eller villkoren i erbjudandet har ändrats"):
        table.do(number, Action.SEND, "asker-decider")
    with writing() as session:
        offer = session.get_one(Offer, leg.offer_id)
        offer_actions.change_offer(table.people["answerer-editor"], session, offer, THREE)
    table.do(number, Action.SEND, "asker-decider")
    # Sides that talk agree on what they will.
    table.do(number, Action.COUNTER, "answerer-editor", Said(proposal=Proposal((replace(leg, price=Decimal(900)),))))
    table.do(number, Action.ACCEPT, "asker-decider")


def test_a_draft_on_an_offer_that_is_closed_out_of_time_or_full_is_not_sent(table: Table, freeze: Callable[[date], None]) -> None:
    today = clock.today()
    leg = offered(table, replace(THREE, until=today + timedelta(days=5)))
    drafts = [asked(table, Proposal((replace(leg, places=2),)), kind=Kind.SELL) for _ in range(2)]
    table.do(drafts[0], Action.SEND, "asker-decider")
    table.do(drafts[0], Action.ACCEPT, "answerer-decider")
    with pytest.raises(RefusedError, match="Det finns 1 plats kvar i erbjudandet"):
        table.do(drafts[1], Action.SEND, "asker-decider")
    last = asked(table, Proposal((leg,)), kind=Kind.SELL)
    freeze(today + timedelta(days=6))
    with pytest.raises(RefusedError, match="Erbjudandet är stängt"):
        table.do(last, Action.SEND, "asker-decider")
    freeze(today)
    table.do(last, Action.SEND, "asker-decider")
    table.do(last, Action.ACCEPT, "answerer-decider")
    with pytest.raises(RefusedError, match="Erbjudandet är fullt"):
        asked(table, Proposal((leg,)), kind=Kind.SELL)
    with writing() as session:
        offer_actions.close_offer(table.people["answerer-editor"], session, session.get_one(Offer, leg.offer_id))
    with pytest.raises(RefusedError, match="Erbjudandet är stängt"):
        asked(table, Proposal((leg,)), kind=Kind.SELL)


def test_what_is_held_for_a_request_is_its_own(table: Table) -> None:
    leg = offered(table, replace(THREE, holds=True))
    number = asked(table, Proposal((replace(leg, places=2),)), kind=Kind.SELL)
    table.do(number, Action.SEND, "asker-decider")
    table.do(number, Action.COUNTER, "answerer-editor", Said(proposal=Proposal((replace(leg, places=3),))))
    with pytest.raises(RefusedError, match="Det finns 3 platser kvar i erbjudandet"):
        table.do(number, Action.COUNTER, "asker-decider", Said(proposal=Proposal((replace(leg, places=4),))))
    table.do(number, Action.ACCEPT, "asker-decider")


def test_who_has_asked_can_go_on_talking_when_an_offer_is_for_others(table: Table) -> None:
    leg = offered(table, to=("Huddinge kommun", "Nacka kommun"))
    number, draft = (asked(table, Proposal((leg,)), kind=Kind.SELL) for _ in range(2))
    table.do(number, Action.SEND, "asker-decider")
    with writing() as session:
        session.get_one(Offer, leg.offer_id).offered_to = [organisation(session, "Nacka kommun")]
    with pytest.raises(RefusedError, match="eller är för andra"):
        table.do(draft, Action.SEND, "asker-decider")
    table.do(number, Action.COUNTER, "answerer-editor", Said(proposal=Proposal((replace(leg, places=2),))))
    table.do(number, Action.ACCEPT, "asker-decider")


def test_a_counter_proposal_keeps_what_lies_there_and_looks_at_what_is_new(table: Table) -> None:
    number = asked(table, Proposal((table.leg(),)))
    table.do(number, Action.SEND, "asker-decider")
    with writing() as session:
        begun = make_intervention(session, owner="Haninge kommun", occasions=[occasion(-3, places=9, taken=0)]).occasions[0].id
        forbid_cooperation(table, session)
        status(Status.PAUSED)(table, session)
    with pytest.raises(RefusedError, match="går inte längre att anmäla sig till starten"):
        table.do(number, Action.COUNTER, "answerer-editor", Said(proposal=Proposal((replace(table.leg(), occasion_id=begun),))))
    table.do(number, Action.COUNTER, "answerer-editor", Said(proposal=Proposal((table.leg(places=1),))))


# A deal already made


def test_a_deal_that_is_told_of_may_have_begun(table: Table) -> None:
    with writing() as session:
        begin(table, session)
    number = asked(table, Proposal((table.leg(),)), is_report=True)
    table.do(number, Action.COUNTER, "answerer-editor", Said(proposal=Proposal((table.leg(places=1),))))
    table.do(number, Action.ACCEPT, "asker-decider")
    assert table.left(Side.ANSWERER) == (1, 1)


def test_what_costs_the_own_side_is_told_of_by_who_decides(table: Table) -> None:
    for who in ("asker-editor", "asker-officer"):
        with pytest.raises(RefusedError, match=r"Det här kostar er 2\s000 kr. Er beslutsfattare behöver registrera"):
            asked(table, Proposal((table.leg(),)), by=who, is_report=True)
        unknown = replace(table.leg(), price=None, price_kind=PriceKind.AGREED)
        with pytest.raises(RefusedError, match="Vad det här kostar er är inte känt"):
            asked(table, Proposal((unknown,)), by=who, is_report=True)
    with pytest.raises(RefusedError, match="högre än du får besluta om"):
        asked(table, Proposal((table.leg(price=50_000),)), is_report=True)
    assert counted() == 0
    # What costs nothing, or costs the other side, anybody can tell of.
    for leg in (table.leg(price=0), table.leg(Side.ASKER)):
        number = asked(table, Proposal((leg,)), by="asker-officer", is_report=True)
        assert told(number) == [("handlaggare", False)]
    number = asked(table, Proposal((table.leg(),)), is_report=True)
    assert told(number) == [("beslutsfattare", True)]


def told(number: int) -> list[tuple[str, bool]]:
    """As what each step was taken, and whether it was a decision."""
    db.session.rollback()
    return [(step.role.value if step.role else "", step.is_decision) for step in db.session.get_one(ExchangeRequest, number).steps]
