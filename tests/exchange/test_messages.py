"""What is said in a request, and who reads it."""

import pytest
from sqlalchemy import select

from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError, NotFoundError, RefusedError
from insatsbas.core.letters import Letter
from insatsbas.core.viewer import SYSTEM
from insatsbas.exchange import message_actions, message_queries, queries
from insatsbas.exchange.models import ExchangeRequest
from insatsbas.exchange.states import Action
from tests.exchange.conftest import Table


def draft(table: Table) -> int:
    with writing() as session:
        return table.ask(session, table.leg()).id


def say(table: Table, by: str, number: int, text: str, *, internal: bool = False, key: str = "") -> None:
    with writing() as session:
        request = session.get_one(ExchangeRequest, number)
        message_actions.say(table.people[by], session, request, text, internal=internal, key=key or table.key())


def read(table: Table, by: str, number: int) -> list[str]:
    db.session.rollback()
    viewer = SYSTEM if by == "system" else table.people[by]
    request = db.session.get_one(ExchangeRequest, number)
    return [message.text for message in message_queries.messages(viewer, db.session, request)]


def test_each_side_reads_what_is_said_to_both_and_its_own_notes(table: Table) -> None:
    number = draft(table)
    table.do(number, Action.SEND, "asker-decider")
    say(table, "asker-editor", number, "Kan ni ta emot i januari?")
    say(table, "asker-officer", number, "Ring ekonomi först.", internal=True)
    say(table, "answerer-officer", number, "Vi har bara två platser egentligen.", internal=True)
    say(table, "answerer-decider", number, "Ja, det går bra.")
    both = ["Kan ni ta emot i januari?", "Ja, det går bra."]
    assert read(table, "asker-decider", number) == [both[0], "Ring ekonomi först.", both[1]]
    assert read(table, "answerer-editor", number) == [both[0], "Vi har bara två platser egentligen.", both[1]]
    assert read(table, "outsider", number) == both, "whoever asks has been let in by queries.for_party, which lets no outsider in"
    assert read(table, "system", number) == both, "a note is no business of the co-ordinator's"


def test_nobody_else_says_anything(table: Table) -> None:
    number = draft(table)
    table.do(number, Action.SEND, "asker-decider")
    with pytest.raises(NotFoundError):
        say(table, "outsider", number, "Hej")
    with pytest.raises(ForbiddenError), writing() as session:
        message_actions.say(SYSTEM, session, session.get_one(ExchangeRequest, number), "Hej", internal=False, key="one key of many")
    assert read(table, "asker-editor", number) == []


def test_what_is_not_sent_is_not_there_for_the_other_side(table: Table) -> None:
    number = draft(table)
    say(table, "asker-officer", number, "Vänta på chefen.", internal=True)
    with pytest.raises(RefusedError, match="inte skickad"):
        say(table, "asker-officer", number, "Hej!")
    with pytest.raises(NotFoundError):
        queries.for_party(table.people["answerer-editor"], db.session, number)
    assert number not in [row.id for row in queries.of_viewer(table.people["answerer-editor"], db.session)]
    table.do(number, Action.WITHDRAW, "asker-editor")
    db.session.rollback()
    with pytest.raises(NotFoundError):
        queries.for_party(table.people["answerer-editor"], db.session, number)


def test_the_same_form_twice_says_it_once(table: Table) -> None:
    number = draft(table)
    table.do(number, Action.SEND, "asker-decider")
    for _ in range(2):
        say(table, "asker-editor", number, "Hej!", key="one form of a page")
    assert read(table, "asker-editor", number) == ["Hej!"]


@pytest.mark.parametrize("text", ["", "   ", "x" * 5001, "Anna 850709-9805 vill börja"])
def test_what_cannot_be_said(table: Table, text: str) -> None:
    number = draft(table)
    table.do(number, Action.SEND, "asker-decider")
    with pytest.raises(RefusedError):
        say(table, "asker-editor", number, text)


def test_the_other_side_is_told_once_a_day_and_never_of_notes(table: Table) -> None:
    number = draft(table)
    table.do(number, Action.SEND, "asker-decider")
    say(table, "asker-editor", number, "Bara för oss.", internal=True)
    for text in ("Ett", "Två"):
        say(table, "asker-editor", number, text)
    db.session.rollback()
    told = list(db.session.scalars(select(Letter).where(Letter.subject == "Ett meddelande i en förfrågan").order_by(Letter.to)))
    assert [letter.to for letter in told] == ["answerer-editor@exempel.example", "answerer-officer@exempel.example"]
    assert f"/utbyten/{number}" in told[0].body
    assert "Ett" not in told[0].body.replace("Ett meddelande", ""), "it is read there, by those who may"
