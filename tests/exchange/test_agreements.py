"""What was agreed on is kept as it was: made once, numbered without gaps, never changed; on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask, current_app
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from insatsbas.accounts.models import Membership
from insatsbas.catalogue.models import Intervention
from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError, NotFoundError
from insatsbas.core.viewer import SYSTEM, Role
from insatsbas.exchange import actions, agreement_actions, agreement_queries
from insatsbas.exchange.actions import Said
from insatsbas.exchange.models import Agreement, AgreementReference, ExchangeRequest
from insatsbas.exchange.states import Action, Side
from insatsbas.exchange.terms import Proposal
from insatsbas.organisations.models import Organisation
from tests.exchange.conftest import Table


def agreed(table: Table, *legs: object, places: int = 1) -> int:
    """A deal, committed: the number of its request."""
    with writing() as session:
        number = table.ask(session, *(legs or (table.leg(places=places),))).id  # type: ignore[arg-type]
    table.do(number, Action.SEND, "asker-decider")
    table.do(number, Action.ACCEPT, "answerer-decider")
    return number


def every() -> list[Agreement]:
    """All agreements, the first first."""
    db.session.rollback()
    return list(db.session.scalars(select(Agreement).order_by(Agreement.id)))


def test_an_agreement_holds_all_that_was_agreed_on(table: Table, freeze: Callable[[datetime], None]) -> None:
    freeze(datetime(2027, 1, 18, 9, 0, tzinfo=UTC))
    with writing() as session:
        session.get_one(Organisation, table.organisations[Side.ASKER]).number = "212000-0068"
        for held in session.scalars(select(Membership).where(Membership.role == Role.DECISION_MAKER)):
            held.delegation = "Delegationsordningen 4.2"
    start, end = date(2027, 2, 1), date(2027, 6, 4)
    leg = replace(table.leg(places=2, price=18_500), start=start, end=end, terms="Faktura i efterhand.")
    number = agreed(table, leg)
    (agreement,) = every()
    told = agreement.content
    assert (agreement.number, agreement.request_id, told["number"], told["request"]) == ("2027-0001", number, "2027-0001", number)
    assert (told["kind"], told["trade"], told["replaces"]) == ("overenskommelse", "kop", None)
    assert told["parties"]["fragar"] == {"name": "Huddinge kommun", "organisation_number": "212000-0068", "kind": "kommun"}
    (given,) = told["legs"]
    assert given == {
        "giver": "svarar",
        "intervention": given["intervention"],
        "title": "Sfi",
        "places": 2,
        "price_kind": "per-plats",
        "price": "18500.00",
        "amount": "37000.00",
        "start": "2027-02-01",
        "end": "2027-06-04",
        "legal_basis": "avtalssamverkan",
        "terms": "Faktura i efterhand.",
    }
    assert told["costs"] == {"fragar": "37000.00", "svarar": "0.00"}
    assert [(d["side"], d["step"], d["role"], d["delegation"]) for d in told["decisions"]] == [
        ("fragar", "skicka", "beslutsfattare", "Delegationsordningen 4.2"),
        ("svarar", "tacka-ja", "beslutsfattare", "Delegationsordningen 4.2"),
    ]
    assert {d["at"][:10] for d in told["decisions"]} == {"2027-01-18"}


def test_what_becomes_of_things_later_does_not_change_it(table: Table) -> None:
    agreed(table)
    before = every()[0].content
    with writing() as session:
        for row in session.scalars(select(Intervention)):
            row.title = "Något annat"
        session.get_one(Organisation, table.organisations[Side.ANSWERER]).name = "Nya kommunen"
    assert every()[0].content == before


def test_a_swap_with_money_besides(table: Table) -> None:
    with writing() as session:
        proposal = Proposal((table.leg(places=2), table.leg(Side.ASKER, places=1, price=0)))
        number = table.ask(session, *proposal.legs).id
    table.do(number, Action.SEND, "asker-decider")
    countered = replace(proposal, difference=proposal.legs[0].price or 0, difference_from=Side.ANSWERER)
    table.do(number, Action.COUNTER, "answerer-decider", Said(proposal=countered))
    table.do(number, Action.ACCEPT, "asker-decider")
    told = every()[0].content
    assert [leg["giver"] for leg in told["legs"]] == ["svarar", "fragar"]
    assert (told["difference"], told["difference_from"]) == ("1000.00", "svarar")
    assert told["costs"] == {"fragar": "2000.00", "svarar": "1000.00"}
    assert [(d["side"], d["step"], d["role"]) for d in told["decisions"]] == [
        ("fragar", "tacka-ja", "beslutsfattare"),
        ("svarar", "motforslag", "beslutsfattare"),
    ]


def test_a_deal_by_telephone_is_an_agreement_when_it_is_confirmed(table: Table) -> None:
    with writing() as session:
        number = table.ask(session, table.leg(), by="asker-decider", is_report=True).id
    assert every() == []
    table.do(number, Action.ACCEPT, "answerer-decider")
    assert [d["step"] for d in every()[0].content["decisions"]] == [None, "tacka-ja"]


def test_one_is_made_when_it_is_accepted_and_one_in_its_place_when_both_let_it_go(table: Table) -> None:
    number = agreed(table)
    table.do(number, Action.ASK_TO_CANCEL, "asker-editor", Said(reason="flytt"))
    table.do(number, Action.REFUSE_TO_CANCEL, "answerer-editor")
    assert len(every()) == 1, "a deal that stays is the same deal"
    table.do(number, Action.ASK_TO_CANCEL, "asker-editor", Said(reason="installt"))
    table.do(number, Action.AGREE_TO_CANCEL, "answerer-decider", Said(why="Läraren blev sjuk."))
    first, second = every()
    assert (second.replaces, first.replaced_by, first.replaces, second.replaced_by) == (first, second, None, None)
    told = second.content
    assert (told["kind"], told["replaces"], told["reason"], told["why"]) == ("avbokning", first.number, "installt", "Läraren blev sjuk.")
    assert [d["step"] for d in told["decisions"]] == ["be-om-avbokning", "godta-avbokning"]


def test_numbers_have_no_gaps_and_begin_anew_each_year(table: Table, freeze: Callable[[datetime], None]) -> None:
    freeze(datetime(2027, 12, 31, 22, 0, tzinfo=UTC))
    agreed(table)
    # One that is taken back gives its number to the next.
    with writing() as session:
        number = table.ask(session, table.leg(places=1)).id
    table.do(number, Action.SEND, "asker-decider")
    actions.perform(table.people["answerer-decider"], db.session, number, Action.ACCEPT, key=table.key())
    db.session.rollback()
    assert [a.number for a in every()] == ["2027-0001"]
    table.do(number, Action.ACCEPT, "answerer-decider")
    # In Sweden the new year has come an hour earlier.
    freeze(datetime(2027, 12, 31, 23, 30, tzinfo=UTC))
    agreed(table)
    assert [a.number for a in every()] == ["2027-0001", "2027-0002", "2028-0001"]


def test_numbers_have_no_gaps_when_many_agree_at_once(table: Table) -> None:
    many = 4
    with writing() as session:
        numbers = [table.ask(session, table.leg(places=1)).id for _ in range(many)]
    for number in numbers:
        table.do(number, Action.SEND, "asker-decider")
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def accept(number: int) -> None:
        with app.app_context():
            table.do(number, Action.ACCEPT, "answerer-decider", key=f"accept {number}")

    with ThreadPoolExecutor(many) as pool:
        list(pool.map(accept, numbers))
    running = sorted(int(a.number.split("-")[1]) for a in every())
    assert running == list(range(1, many + 1))


@pytest.mark.parametrize(
    "change",
    [
        update(Agreement).values(content={"number": "2027-9999"}),
        update(Agreement).values(number="2027-9999"),
        update(Agreement).values(at=datetime(2020, 1, 1, tzinfo=UTC)),
        delete(Agreement),
        text("UPDATE agreement SET request_id = request_id"),
    ],
    ids=["content", "number", "at", "delete", "request"],
)
def test_the_database_refuses_to_change_one(table: Table, change: object) -> None:
    agreed(table)
    before = every()[0].content
    with pytest.raises(DBAPIError, match="agreed on is n"), writing() as session:
        session.execute(change)  # type: ignore[call-overload]
    assert every()[0].content == before


def test_only_masking_may_touch_its_words(table: Table) -> None:
    agreed(table, replace(table.leg(), terms="Fråga Kvixblåström."))
    content = every()[0].content
    content["legs"][0]["terms"] = "Fråga [maskerat]."
    with writing() as session:
        session.execute(update(Agreement).values(content=content))
    assert every()[0].content["legs"][0]["terms"] == "Fråga [maskerat]."


def test_a_request_that_led_to_one_is_not_deleted(table: Table) -> None:
    number = agreed(table)
    with pytest.raises(DBAPIError), writing() as session:
        session.execute(delete(ExchangeRequest).where(ExchangeRequest.id == number))


def test_each_side_writes_its_own_numbers_beside_it(table: Table) -> None:
    agreed(table)
    before = every()[0]
    fixed, number = before.content, before.number
    written = [
        ("asker-editor", Side.ASKER, "KS 2027/1"),
        ("answerer-officer", Side.ANSWERER, "AMN 7"),
        ("asker-editor", Side.ASKER, "KS 2027/2"),
    ]
    for who, side, diary in written:
        with writing() as session:
            agreement = agreement_queries.by_number(table.people[who], session, number)
            agreement_actions.refer(table.people[who], session, agreement, side, diary=diary, invoice="Ansvar 4711")
    for who, side in (("asker-decider", Side.ANSWERER), ("outsider", Side.ASKER)):
        agreement = agreement_queries.by_number(SYSTEM, db.session, number)
        with pytest.raises(ForbiddenError):
            agreement_actions.refer(table.people[who], db.session, agreement, side, diary="x", invoice="")
    assert every()[0].content == fixed
    rows = db.session.scalars(select(AgreementReference).order_by(AgreementReference.side)).all()
    assert [(row.side, row.diary, row.invoice) for row in rows] == [
        (Side.ASKER, "KS 2027/2", "Ansvar 4711"),
        (Side.ANSWERER, "AMN 7", "Ansvar 4711"),
    ]


def test_it_is_there_for_its_sides_and_the_coordinator_alone(table: Table) -> None:
    agreed(table)
    number = every()[0].number
    for who in ("asker-officer", "answerer-decider"):
        assert agreement_queries.by_number(table.people[who], db.session, number).number == number
    assert agreement_queries.by_number(SYSTEM, db.session, number).number == number
    for viewer, asked in ((table.people["outsider"], number), (SYSTEM, "2027-9999"), (SYSTEM, "")):
        with pytest.raises(NotFoundError):
            agreement_queries.by_number(viewer, db.session, asked)
