"""Two who answer at once, and the same form twice at once: one wins, and the other sees what has happened."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from insatsbas.core.db import db, writing
from insatsbas.core.events import Event
from insatsbas.core.letters import Letter
from insatsbas.exchange import actions
from insatsbas.exchange.models import ExchangeKey, ExchangeRequest, ExchangeStep
from insatsbas.exchange.states import Action, Kind, Side, State
from insatsbas.exchange.terms import Proposal
from tests.accounts.test_at_once import both_at_once
from tests.exchange.conftest import Table
from tests.exchange.market import form_of
from tests.support.people import SignedInClient, signed_in

ROUNDS = 4


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each of some calls gives, all begun at the same moment and each in a thread of its own."""
    start = Barrier(len(calls))

    def call(one: Callable[[], object]) -> object:
        start.wait(20)
        return one()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def app_of() -> Flask:
    """The application of the fixture."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


def page(client: SignedInClient, address: str) -> str:
    """A page, fetched in a thread: in the test's own application context all would be the same person."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: client.get(address).text).result()


def counts(*models: type) -> list[int]:
    """How many rows there are."""
    db.session.rollback()
    return [db.session.scalar(select(func.count()).select_from(model)) or 0 for model in models]


def sent(table: Table) -> int:
    """A request that waits for its answer."""
    with writing() as session:
        number = table.ask(session, table.leg(places=1)).id
    table.do(number, Action.SEND, "asker-decider")
    return number


def test_yes_and_no_at_once_is_one_of_them(table: Table) -> None:
    """In their browsers: whoever comes second is told so, on the page as it is now."""
    app, ends = app_of(), set()
    yes_says, no_says = (signed_in(app, f"answerer-{who}@exempel.example") for who in ("decider", "editor"))
    for n in range(ROUNDS):
        address = f"/utbyten/{sent(table)}"
        forms = [
            (client, form_of(page(client, address), f"/{action}"))
            for client, action in ((yes_says, Action.ACCEPT.value), (no_says, Action.DECLINE.value))
        ]
        tries = [lambda c=c, to=to, held=held: c.post(to, data={**held, "orsak": "fullt"}) for c, (to, held) in forms]
        answers = at_once(*(tries if n % 2 else reversed(tries)))
        statuses = sorted(answer.status_code for answer in answers)  # type: ignore[attr-defined]
        assert statuses == [303, 409]
        (second,) = (answer.text for answer in answers if answer.status_code == 409)  # type: ignore[attr-defined]
        db.session.rollback()
        request = db.session.scalars(select(ExchangeRequest).order_by(ExchangeRequest.id.desc())).first()
        assert request is not None
        assert request.state in (State.ACCEPTED, State.DECLINED)
        assert "Någon annan hann före" in second
        assert request.state.label in re.sub(r"<[^>]*>", " ", second)
        assert f'action="{address}/{Action.ACCEPT.value}"' not in second, "what is no longer to be answered has no buttons for it"
        assert [step.action for step in request.steps][2:] in ([Action.ACCEPT], [Action.DECLINE])
        ends.add(request.state)
        db.session.rollback()
    agreed = table.left(Side.ANSWERER)[1]
    assert agreed == db.session.scalar(select(func.count()).select_from(ExchangeRequest).where(ExchangeRequest.state == State.ACCEPTED))


def test_the_same_answer_twice_at_once_is_one_step(table: Table) -> None:
    app = app_of()
    clients = [signed_in(app, "answerer-decider@exempel.example") for _ in range(2)]
    for _ in range(ROUNDS):
        number = sent(table)
        to, held = form_of(page(clients[0], f"/utbyten/{number}"), f"/{Action.ACCEPT.value}")
        answers = at_once(*(lambda c=c: c.post(to, data=held) for c in clients))  # noqa: B023 - called within the round
        assert [answer.status_code for answer in answers] == [303, 303]  # type: ignore[attr-defined]
        db.session.rollback()
        assert len(db.session.get_one(ExchangeRequest, number).steps) == 3
        db.session.rollback()
    assert table.left(Side.ANSWERER) == (ROUNDS, ROUNDS)


def prepare(table: Table, session: Session, key: str, *, by: str = "asker-editor") -> int:
    """What a form for new places does."""
    return actions.prepare(
        table.people[by],
        session,
        kind=Kind.BUY,
        asker_id=table.organisations[Side.ASKER],
        answerer_id=table.organisations[Side.ANSWERER],
        proposal=Proposal((table.leg(),)),
        key=key,
    ).id


def test_the_same_form_for_places_twice_at_once_is_one_request(table: Table) -> None:
    app = app_of()
    for n in range(ROUNDS):

        def ask(key: str = f"one and the same form {n}") -> int:
            with app.app_context(), writing() as session:
                return prepare(table, session, key)

        first, second = at_once(ask, ask)
        assert first == second
        assert counts(ExchangeRequest, ExchangeKey, ExchangeStep) == [n + 1] * 3
        assert db.session.scalar(select(func.count()).select_from(Event).where(Event.kind == "utbyte.ny")) == n + 1


def test_the_second_of_the_same_form_waits_and_gets_the_first_ones_request(table: Table) -> None:
    """However close they come: the first is not committed when the second begins."""
    found: list[int] = []
    once = lambda session: found.append(prepare(table, session, "one form"))  # noqa: E731
    assert both_at_once(app_of(), once, once) == ["done"]
    assert len(found) == 2
    assert len(set(found)) == 1
    assert counts(ExchangeRequest, ExchangeKey, ExchangeStep, Letter) == [1, 1, 1, 0]


def test_a_form_s_key_gives_nobody_another_s_request(table: Table) -> None:
    with writing() as session:
        ours = prepare(table, session, "one form")
        assert prepare(table, session, "one form", by="asker-officer") == ours
    with writing() as session, pytest.raises(Exception, match="Förfrågan finns inte"):
        actions.prepare(
            table.people["answerer-editor"],
            session,
            kind=Kind.BUY,
            asker_id=table.organisations[Side.ANSWERER],
            answerer_id=table.organisations[Side.ASKER],
            proposal=Proposal((table.leg(Side.ASKER),)),
            key="one form",
        )
