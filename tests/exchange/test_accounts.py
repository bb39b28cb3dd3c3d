"""What was given and taken in a year, in places and money, and what was decided: for the accounts and for the board."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from insatsbas.accounts.models import Membership
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import GUEST, SYSTEM, Role
from insatsbas.exchange import account_queries, actions
from insatsbas.exchange.actions import Said
from insatsbas.exchange.states import Action, Kind, Side
from insatsbas.exchange.terms import Leg, LegalBasis, PriceKind, Proposal, proposal_from
from tests.exchange.conftest import Table
from tests.support.people import as_role, signed_in

SPRING = date(2027, 1, 18), date(2027, 3, 26)


@pytest.fixture
def year(table: Table, freeze: Callable[[date], None]) -> Table:
    """In November a purchase that begins in January and a swap without days are agreed on; a request and a cancelled deal are not told."""
    freeze(date(2026, 11, 24))
    with writing() as session:
        for held in session.scalars(select(Membership).where(Membership.role == Role.DECISION_MAKER)):
            held.delegation = "Delegationsordningen 4.2"
    agree(table, replace(table.leg(places=2), start=SPRING[0], end=SPRING[1], price_kind=PriceKind.WEEK))
    swap = ask(table, table.leg(places=1), table.leg(Side.ASKER, places=1, price=0), difference=Decimal(500))
    table.do(swap, Action.SEND, "asker-decider")
    table.do(swap, Action.ACCEPT, "answerer-decider")
    table.do(ask(table, table.leg(places=1)), Action.SEND, "asker-decider")
    gone = agree(table, table.leg(places=1))
    table.do(gone, Action.ASK_TO_CANCEL, "asker-editor", Said(reason="annat"))
    table.do(gone, Action.AGREE_TO_CANCEL, "answerer-decider")
    db.session.rollback()
    return table


def ask(table: Table, *legs: Leg, difference: Decimal = Decimal(0)) -> int:
    """A draft; what is paid besides, the asker pays."""
    with writing() as session:
        return actions.prepare(
            table.people["asker-editor"],
            session,
            kind=Kind.BUY if len(legs) == 1 else Kind.SWAP,
            asker_id=table.organisations[Side.ASKER],
            answerer_id=table.organisations[Side.ANSWERER],
            proposal=Proposal(legs, difference, Side.ASKER if difference else None),
            key=table.key(),
        ).id


def agree(table: Table, leg: Leg) -> int:
    """A purchase that is agreed on."""
    number = ask(table, leg)
    table.do(number, Action.SEND, "asker-decider")
    table.do(number, Action.ACCEPT, "answerer-decider")
    return number


def test_places_and_money_are_told_in_the_year_they_begin(year: Table) -> None:
    viewer = year.people["asker-officer"]
    (spring,) = account_queries.accounts(viewer, db.session, 2027)
    assert (spring.giver, spring.taker) == ("Haninge kommun", "Huddinge kommun")
    # Ten weeks begun, two places, a thousand kronor.
    assert (spring.deals, spring.places, spring.amount, spring.unpriced) == (1, 2, 20_000, 0)
    given, taken = account_queries.accounts(viewer, db.session, 2026)
    assert (given.giver, given.places, given.amount) == ("Haninge kommun", 1, 1500), "with the difference that is paid besides"
    assert (taken.giver, taken.places, taken.amount) == ("Huddinge kommun", 1, 0)
    assert account_queries.years(viewer, db.session) == [2027, 2026]


def test_others_see_nothing_of_it_and_the_co_ordinator_all(year: Table) -> None:
    for viewer in (year.people["outsider"], GUEST):
        assert account_queries.accounts(viewer, db.session, 2027) == []
        assert account_queries.decisions(viewer, db.session, 2026) == []
    assert len(account_queries.accounts(SYSTEM, db.session, 2026)) == 2


def test_what_has_no_price_is_told_by_itself(table: Table, freeze: Callable[[date], None]) -> None:
    freeze(date(2026, 11, 24))
    with writing() as session:
        for held in session.scalars(select(Membership).where(Membership.role == Role.DECISION_MAKER)):
            held.decides_up_to = None
    agree(table, replace(table.leg(), price=None, price_kind=PriceKind.AGREED))
    db.session.rollback()
    (row,) = account_queries.accounts(table.people["answerer-editor"], db.session, 2026)
    assert (row.places, row.amount, row.unpriced) == (2, 0, 1)
    assert account_queries.decisions(table.people["asker-editor"], db.session, 2026)[0].amount is None


def test_each_organisation_has_its_own_decisions(year: Table) -> None:
    theirs = account_queries.decisions(year.people["answerer-editor"], db.session, 2026)
    assert [(one.action, one.amount) for one in theirs] == [
        (Action.AGREE_TO_CANCEL, 0),
        (Action.ACCEPT, 0),
        (Action.ACCEPT, 0),
        (Action.ACCEPT, 0),
    ]
    assert {one.organisation for one in theirs} == {"Haninge kommun"}
    ours = account_queries.decisions(year.people["asker-editor"], db.session, 2026)
    assert [(one.action, one.amount) for one in ours] == [(Action.SEND, amount) for amount in (1000, 1000, 1500, 20_000)]
    assert {(one.who, one.delegation) for one in ours} == {("Asker-decider", "Delegationsordningen 4.2")}


def test_a_proposal_is_the_same_when_it_has_been_written_down() -> None:
    leg = Leg(
        Side.ANSWERER, 1, "Sfi", 2, PriceKind.WEEK, Decimal(900), *SPRING, legal_basis=LegalBasis.COOPERATION, terms="Inget", offer_id=3
    )
    for proposal in (Proposal((leg, replace(leg, start=None, end=None, price=None))), Proposal((leg,), Decimal(5), Side.ASKER)):
        assert proposal_from(actions.plain(proposal)) == proposal


def test_the_pages_and_the_files(year: Table, both_databases: Flask) -> None:
    app = both_databases
    ours = signed_in(app, "asker-officer@exempel.example")
    page = ours.get("/utbyten/ekonomi?ar=2027").text
    assert "20 000 kr" in page.replace("\xa0", " ")
    decided = ours.get("/utbyten/beslut?ar=2026").text
    assert "Delegationsordningen 4.2" in decided
    assert "Haninge kommun</span>" not in decided.replace("med Haninge kommun", "")
    rows = list(csv.reader(io.StringIO(ours.get("/utbyten/ekonomi.csv?ar=2026").data.decode("utf-8-sig")), delimiter=";"))
    assert rows[1:] == [
        ["Haninge kommun", "Huddinge kommun", "2026", "1", "1", "1500", "0"],
        ["Huddinge kommun", "Haninge kommun", "2026", "1", "1", "0", "0"],
    ]
    sheet = load_workbook(io.BytesIO(ours.get("/utbyten/ekonomi.xlsx?ar=2027").data)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]] == ["Haninge kommun", "Huddinge kommun", 2027, 1, 2, 20_000, 0]
    for odd in ("ar=1", "ar=99999999999", "ar=٢٠٢٦", "ar=", "ar=-2026"):
        assert "2026" in ours.get(f"/utbyten/ekonomi?{odd}").text


def test_another_organisation_reads_nothing_of_it(year: Table, both_databases: Flask) -> None:
    other = as_role(both_databases, (Role.EDITOR, "Nacka kommun"))
    assert "Haninge" not in other.get("/utbyten/ekonomi?ar=2027").text
    assert "Inga beslut 2026." in other.get("/utbyten/beslut?ar=2026").text
    assert other.get("/utbyten/ekonomi.csv?ar=2027").data.count(b"\n") == 1


def test_the_co_ordinator_reads_all(year: Table, both_databases: Flask) -> None:
    page = as_role(both_databases, Role.COORDINATOR).get("/utbyten/beslut?ar=2026").text
    assert page.count("Huddinge kommun") >= 4
