"""Who binds an organisation: a decision-maker within an amount, who also prepares only where it is allowed; kept as it was then."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from insatsbas.accounts.models import Membership
from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError
from insatsbas.core.viewer import SYSTEM, Role
from insatsbas.exchange import account_queries, queries
from insatsbas.exchange.actions import Said
from insatsbas.exchange.models import Agreement, ExchangeRequest, ExchangeStep
from insatsbas.exchange.rules import TRANSITIONS, is_decision
from insatsbas.exchange.states import Action, Side, State
from insatsbas.exchange.terms import Proposal
from insatsbas.organisations.models import Organisation
from tests.exchange.conftest import LIMIT, Table
from tests.support.people import make_person, signed_in

BOTH = "asker-both"


def with_both(table: Table, *, allowed: bool) -> None:
    """Somebody who is editor and decision-maker of the asker, where that is allowed or not."""
    with writing() as session:
        person = make_person(session, f"{BOTH}@exempel.example", (Role.EDITOR, "Huddinge kommun"), (Role.DECISION_MAKER, "Huddinge kommun"))
        session.flush()
        for held in person.memberships:
            held.delegation = "Punkt 4.2" if held.role is Role.DECISION_MAKER else ""
        session.get_one(Organisation, table.organisations[Side.ASKER]).one_may_do_both = allowed
        table.people[BOTH] = person.as_viewer()


def steps(number: int) -> list[tuple[Action | None, str, bool, str]]:
    """Each step with as what it was taken."""
    db.session.rollback()
    taken = db.session.get_one(ExchangeRequest, number).steps
    return [(step.action, step.role.value if step.role else "", step.is_decision, step.delegation) for step in taken]


def test_who_prepares_decides_only_where_it_is_allowed(table: Table) -> None:
    with_both(table, allowed=False)
    us, them = table.organisations[Side.ASKER], table.organisations[Side.ANSWERER]
    both = table.people[BOTH].person_id
    assert queries.decision_limits(db.session, both, us) == []
    assert queries.decision_limits(db.session, both, them) == []
    assert queries.decision_limits(db.session, table.people["asker-decider"].person_id, us) == [LIMIT]
    with writing() as session:
        number = table.ask(session, table.leg(), by=BOTH).id
    with pytest.raises(ForbiddenError, match="Er beslutsfattare behöver godkänna"):
        table.do(number, Action.SEND, BOTH)
    table.do(number, Action.SUBMIT, BOTH)
    for action in (Action.APPROVE, Action.RETURN):
        with pytest.raises(ForbiddenError):
            table.do(number, action, BOTH)
    with writing() as session:
        session.get_one(Organisation, us).one_may_do_both = True
    table.do(number, Action.APPROVE, BOTH)
    assert steps(number) == [
        (None, "redaktor", False, ""),
        (Action.SUBMIT, "redaktor", False, ""),
        (Action.APPROVE, "beslutsfattare", True, "Punkt 4.2"),
    ]


def test_the_page_gives_the_buttons_of_a_decision_only_to_who_decides(table: Table, both_databases: Flask) -> None:
    with_both(table, allowed=False)
    with writing() as session:
        number = table.ask(session, table.leg(), by=BOTH).id
    client = signed_in(both_databases, f"{BOTH}@exempel.example")
    button = f'action="/utbyten/{number}/skicka"'
    assert button not in client.get(f"/utbyten/{number}").text
    with writing() as session:
        session.get_one(Organisation, table.organisations[Side.ASKER]).one_may_do_both = True
    db.session.rollback()
    assert button in client.get(f"/utbyten/{number}").text


def test_a_step_is_kept_as_it_was_taken(table: Table) -> None:
    """Whatever becomes of the person: the agreement, the page and the list of decisions tell what they were then."""
    with writing() as session:
        for held in session.scalars(select(Membership).where(Membership.role == Role.DECISION_MAKER)):
            held.delegation = "Punkt 4.2"
        number = table.ask(session, table.leg(), by="asker-officer").id
    table.do(number, Action.SUBMIT, "asker-officer")
    table.do(number, Action.RETURN, "asker-decider")
    table.do(number, Action.SEND, "asker-decider")
    # The decision-maker becomes an editor, and another order of delegation comes to hold, before the other side answers.
    with writing() as session:
        for held in session.scalars(select(Membership).where(Membership.role == Role.DECISION_MAKER)):
            held.delegation = "En annan punkt"
        mine = session.scalars(select(Membership).where(Membership.person_id == table.people["asker-decider"].person_id)).one()
        mine.role, mine.decides_up_to, mine.delegation = Role.EDITOR, None, ""
    table.do(number, Action.ACCEPT, "answerer-decider")
    assert steps(number) == [
        (None, "handlaggare", False, ""),
        (Action.SUBMIT, "handlaggare", False, ""),
        (Action.RETURN, "beslutsfattare", False, "Punkt 4.2"),
        (Action.SEND, "beslutsfattare", True, "Punkt 4.2"),
        (Action.ACCEPT, "beslutsfattare", True, "En annan punkt"),
    ]
    told = db.session.scalars(select(Agreement)).one().content["decisions"]
    assert [(one["side"], one["role"], one["delegation"]) for one in told] == [
        ("fragar", "beslutsfattare", "Punkt 4.2"),
        ("svarar", "beslutsfattare", "En annan punkt"),
    ]
    (ours,) = account_queries.decisions(table.people["asker-editor"], db.session, datetime.now(UTC).year)
    assert (ours.action, ours.delegation) == (Action.SEND, "Punkt 4.2")


def test_what_costs_nothing_is_no_decision_to_send_and_one_to_accept(table: Table) -> None:
    with writing() as session:
        number = table.ask(session, table.leg(price=0)).id
    table.do(number, Action.SEND, "asker-officer")
    table.do(number, Action.COUNTER, "answerer-editor", Said(proposal=Proposal((table.leg(places=1, price=0),))))
    table.do(number, Action.DECLINE, "asker-editor", Said(reason="annat"))
    assert [(role, is_one) for _, role, is_one, _ in steps(number)] == [
        ("redaktor", False),
        ("handlaggare", False),
        ("redaktor", False),
        ("redaktor", False),
    ]


def test_the_system_acts_as_nobody(table: Table) -> None:
    with writing() as session:
        number = table.ask(session, table.leg()).id
    table.do(number, Action.SEND, "asker-decider")
    table.people["system"] = SYSTEM
    table.do(number, Action.EXPIRE, "system")
    assert steps(number)[-1] == (Action.EXPIRE, "", False, "")


def test_the_database_knows_that_only_a_decision_maker_decides(table: Table) -> None:
    with writing() as session:
        number = table.ask(session, table.leg()).id
    for role in (None, Role.EDITOR, Role.COORDINATOR):
        with pytest.raises(IntegrityError), writing() as session:
            session.add(
                ExchangeStep(
                    request_id=number, number=99, who="", side=Side.ASKER, role=role, is_decision=True, after=State.DRAFT, proposal={}
                )
            )


def test_which_steps_are_decisions() -> None:
    """For each step of the machine: it binds, it binds where it costs, or it does not."""
    always = {action for (state, action) in TRANSITIONS if is_decision(state, action, State.SENT, costs=False)}
    costly = {action for (state, action) in TRANSITIONS if is_decision(state, action, State.SENT, costs=True)} - always
    assert always == {Action.APPROVE, Action.ACCEPT, Action.AGREE_TO_CANCEL}
    assert costly == {Action.SEND, Action.COUNTER}
    assert is_decision(State.SENT, Action.COUNTER, State.COUNTERED, costs=True), "the asker may accept it at once"
    assert not is_decision(State.SENT, Action.COUNTER, State.COUNTERED, costs=False)
    assert is_decision(None, None, State.REPORTED, costs=True)
    assert not is_decision(None, None, State.REPORTED, costs=False)
    assert not is_decision(None, None, State.DRAFT, costs=True)


def test_every_decision_has_words_for_a_board(table: Table, both_databases: Flask) -> None:
    """In the order of the list, the last first: an approval is told as what was approved."""
    with writing() as session:
        number = table.ask(session, table.leg(places=1)).id
    table.do(number, Action.SUBMIT, "asker-editor")
    table.do(number, Action.APPROVE, "asker-decider")
    table.do(number, Action.COUNTER, "answerer-editor", Said(proposal=Proposal((table.leg(places=2),))))
    table.do(number, Action.COUNTER, "asker-decider", Said(proposal=Proposal((table.leg(places=1),))))
    table.do(number, Action.COUNTER, "answerer-editor", Said(proposal=Proposal((table.leg(places=2),))))
    table.do(number, Action.PROPOSE, "asker-officer")
    table.do(number, Action.APPROVE, "asker-decider")
    table.do(number, Action.ASK_TO_CANCEL, "answerer-editor", Said(reason="annat"))
    table.do(number, Action.AGREE_TO_CANCEL, "asker-decider")
    page = signed_in(both_databases, "asker-editor@exempel.example").get("/utbyten/beslut").text
    told = re.findall(r"<span>\s*([A-ZÅÄÖ][^<]*): <a href=\"/utbyten/", page)
    assert told == ["Godtog avbokningen", "Tackade ja", "Lämnade ett motförslag", "Frågade om platser"]


def decide(table: Table) -> int:
    """A decision, by the asker, today."""
    with writing() as session:
        number = table.ask(session, table.leg(places=1)).id
    table.do(number, Action.SEND, "asker-decider")
    return number


def test_a_year_is_a_year_in_sweden_and_only_its_steps_are_read(table: Table, freeze: Callable[[datetime], None]) -> None:
    viewer = table.people["asker-officer"]
    for moment in (datetime(2027, 12, 31, 22, 30, tzinfo=UTC), datetime(2027, 12, 31, 23, 30, tzinfo=UTC)):
        freeze(moment)
        decide(table)
    freeze(datetime(2030, 5, 2, 9, 0, tzinfo=UTC))
    for _ in range(3):
        decide(table)
    db.session.rollback()
    for year, count in ((2026, 0), (2027, 1), (2028, 1), (2029, 0), (2030, 3)):
        read: list[ExchangeStep] = []

        def keep(step: ExchangeStep, _context: object, read: list[ExchangeStep] = read) -> None:
            read.append(step)

        db.session.expunge_all()
        event.listen(ExchangeStep, "load", keep)
        try:
            found = account_queries.decisions(viewer, db.session, year)
        finally:
            event.remove(ExchangeStep, "load", keep)
        assert (len(found), len(read)) == (count, count), year
    assert account_queries.decision_years(viewer, db.session) == [2030, 2029, 2028, 2027]
    assert account_queries.decision_years(table.people["answerer-editor"], db.session) == [2030]
    assert account_queries.decision_years(SYSTEM, db.session) == [2030, 2029, 2028, 2027]


def test_a_deal_that_was_told_of_is_among_the_decisions(table: Table, both_databases: Flask, freeze: Callable[[date], None]) -> None:
    freeze(date(2027, 3, 1))
    with writing() as session:
        table.ask(session, table.leg(), by="asker-decider", is_report=True)
    (ours,) = account_queries.decisions(table.people["asker-editor"], db.session, 2027)
    assert (ours.action, ours.amount, ours.who) == (None, Decimal(2000), "Asker-decider")
    db.session.rollback()
    page = signed_in(both_databases, "asker-editor@exempel.example").get("/utbyten/beslut?ar=2027").text
    assert "Registrerade en överenskommelse som redan var gjord" in page
    assert account_queries.decisions(table.people["answerer-editor"], db.session, 2027) == []
