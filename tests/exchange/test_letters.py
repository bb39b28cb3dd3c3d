"""Which side hears of which step, who reads for it, and that each letter is written once."""

import pytest
from sqlalchemy import select

from insatsbas.core.db import db, writing
from insatsbas.core.letters import Letter
from insatsbas.core.viewer import SYSTEM
from insatsbas.exchange import actions
from insatsbas.exchange.actions import Said
from insatsbas.exchange.states import Action, Side
from insatsbas.exchange.terms import Proposal
from insatsbas.organisations.models import Organisation
from tests.exchange.conftest import Table


def told(table: Table) -> list[tuple[str, str]]:
    """Each letter's subject and whom it is to, in order."""
    db.session.rollback()
    return [(row.subject, row.to.removesuffix("@exempel.example")) for row in db.session.scalars(select(Letter).order_by(Letter.id))]


def preparers(side: str, subject: str) -> list[tuple[str, str]]:
    return [(subject, f"{side}-editor"), (subject, f"{side}-officer")]


def test_a_purchase_tells_the_side_whose_turn_it_is_at_each_step(table: Table) -> None:
    with writing() as session:
        number = table.ask(session, table.leg()).id
    assert told(table) == [], "a draft is nobody else's"
    expected: list[tuple[str, str]] = []
    for action, who, letters in (
        (Action.SUBMIT, "asker-editor", [("En förfrågan väntar på beslut", "asker-decider")]),
        (Action.RETURN, "asker-decider", preparers("asker", "En förfrågan är lämnad tillbaka")),
        (Action.SUBMIT, "asker-editor", [("En förfrågan väntar på beslut", "asker-decider")]),
        (Action.APPROVE, "asker-decider", preparers("answerer", "En förfrågan från Huddinge kommun")),
        (Action.PROPOSE, "answerer-officer", [("Ett svar väntar på beslut", "answerer-decider")]),
        (Action.APPROVE, "answerer-decider", preparers("asker", "Överenskommelse med Haninge kommun")),
        (Action.ASK_TO_CANCEL, "asker-editor", preparers("answerer", "Huddinge kommun ber om avbokning")),
        (Action.REFUSE_TO_CANCEL, "answerer-editor", preparers("asker", "Avbokningen är nekad")),
        (Action.ASK_TO_CANCEL, "answerer-editor", preparers("asker", "Haninge kommun ber om avbokning")),
        (Action.AGREE_TO_CANCEL, "asker-decider", preparers("answerer", "Avbokningen är godtagen")),
    ):
        reason = "ej-paborjat" if action is Action.ASK_TO_CANCEL else ""
        table.do(number, action, who, Said(reason=reason, why="Det här läser bara de som får."))
        expected += letters
        assert told(table) == expected, action
    bodies = list(db.session.scalars(select(Letter.body)))
    assert all(f"http://127.0.0.1:8000/utbyten/{number}\n" in body for body in bodies)
    assert not any("Det här läser bara" in body for body in bodies)
    assert any("* 2 platser i ”Sfi”, från Haninge kommun" in body for body in bodies)
    assert any("Orsak: Deltagaren började aldrig." in body for body in bodies)


def test_the_same_form_twice_writes_once(table: Table) -> None:
    with writing() as session:
        number = table.ask(session, table.leg()).id
    for _ in range(2):
        table.do(number, Action.SEND, "asker-decider", key="one form of a page")
    assert len(told(table)) == 2


@pytest.mark.parametrize("submitted", [True, False])
def test_who_takes_back_what_was_never_sent_tells_nobody_across_the_table(table: Table, submitted: bool) -> None:
    with writing() as session:
        number = table.ask(session, table.leg()).id
    if submitted:
        table.do(number, Action.SUBMIT, "asker-editor")
    table.do(number, Action.WITHDRAW, "asker-editor")
    assert not [to for _, to in told(table) if to.startswith("answerer")]


def test_a_function_mailbox_reads_for_its_organisation(table: Table) -> None:
    with writing() as session:
        session.get_one(Organisation, table.organisations[Side.ANSWERER]).mailbox = "platser@haninge.example"
        number = table.ask(session, table.leg(), by="asker-decider", is_report=True).id
    assert told(table) == [("En överenskommelse att bekräfta", "platser@haninge.example")]
    table.do(number, Action.COUNTER, "answerer-editor", Said(proposal=Proposal((table.leg(places=1),))))
    assert told(table)[1:] == preparers("asker", "Haninge kommun har rättat uppgifterna")


def test_whoever_took_the_step_gets_no_letter_about_it(table: Table) -> None:
    with writing() as session:
        number = table.ask(session, table.leg()).id
    table.do(number, Action.SUBMIT, "asker-decider")
    assert told(table) == []


def bodies(subject: str) -> list[str]:
    """The letters with a subject, as they are read."""
    db.session.rollback()
    return list(db.session.scalars(select(Letter.body).where(Letter.subject == subject)))


def test_what_is_handed_back_says_what_it_was_and_what_one_can_do(table: Table) -> None:
    with writing() as session:
        number = table.ask(session, table.leg()).id
    table.do(number, Action.SUBMIT, "asker-officer")
    table.do(number, Action.RETURN, "asker-decider")
    assert all("godkände inte förfrågan till Haninge kommun" in body for body in bodies("En förfrågan är lämnad tillbaka"))
    table.do(number, Action.SEND, "asker-decider")
    table.do(number, Action.PROPOSE, "answerer-officer")
    table.do(number, Action.RETURN, "answerer-decider")
    returned = bodies("Ett svar är lämnat tillbaka")
    assert len(returned) == 2
    assert all("godkände inte att ni tackar ja till Huddinge kommun" in body for body in returned)
    assert len(bodies("En förfrågan är lämnad tillbaka")) == 2, "the answerer is told of its answer, and nobody of a request"


def test_who_waited_in_vain_in_the_queue_is_told_just_that(table: Table) -> None:
    with writing() as session:
        number = table.ask(session, table.leg()).id
    table.do(number, Action.SEND, "asker-decider")
    table.do(number, Action.QUEUE, "answerer-editor")
    with writing() as session:
        actions.perform(SYSTEM, session, number, Action.EXPIRE, key=table.key())
    told_of = bodies("Ingen plats blev ledig i tid")
    assert len(told_of) == 4, "both sides hear of it"
    assert all("stod i kö, men det blev ingen plats i tid" in body for body in told_of)
    assert bodies("Tiden att svara har gått ut") == []
