"""What the race is run on: municipalities with a decision-maker each, offers, and many more requests than there are places."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import insert
from sqlalchemy.orm import Session

from insatsbas.accounts import session_actions
from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import Role
from insatsbas.exchange.actions import plain
from insatsbas.exchange.models import ExchangeLeg, ExchangeRequest, ExchangeStep, Offer
from insatsbas.exchange.offers import OfferStatus
from insatsbas.exchange.states import Action, Kind, Side, State
from insatsbas.exchange.terms import Leg, LegalBasis, PriceKind, Proposal
from insatsbas.search import indexing
from insatsbas.search.service import current_search
from tests.factories import make_intervention, occasion, organisation
from tests.support.people import keep_token, make_person

_RAW = "the raw token of the race"
_PRICE = Decimal(1000)
TWICE, RIVALS = 0.1, 0.2


@dataclass(frozen=True, slots=True)
class Size:
    """How large a race is."""

    processes: int
    offers: int
    swap_offers: int
    places: int
    contenders: int
    seed: int


@dataclass
class Stage:
    """What was laid in: who races with which forms, and what must come of it."""

    tasks: list[list[dict[str, Any]]]
    purchases: list[int] = field(default_factory=list)
    swaps: list[int] = field(default_factory=list)
    rivals: list[int] = field(default_factory=list)
    offers: list[int] = field(default_factory=list)
    swap_offers: list[int] = field(default_factory=list)


@dataclass
class _Making:
    """What is being laid in."""

    session: Session
    size: Size
    chance: random.Random
    owners: list[int]
    occasions: list[tuple[int, int]] = field(default_factory=list)
    rows: dict[type, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, model: type, **values: Any) -> int:
        """A row to be put in with all others of its table; its number."""
        rows = self.rows.setdefault(model, [])
        rows.append({"id": len(rows) + 1, **values})
        return len(rows)

    def put_in(self) -> None:
        """Put all in, parents first."""
        for model in (Offer, ExchangeRequest, ExchangeLeg, ExchangeStep):
            self.session.execute(insert(model), self.rows.get(model, []))


def lay_in(app: Flask, size: Size) -> Stage:
    """Lay all in. Each purchase waits for its asker to take up the owner's counter-proposal, each swap for its answerer."""
    stage = Stage([[] for _ in range(size.processes)])
    with app.app_context(), writing() as session:
        names = [f"Kommun {number:02d} kommun" for number in range(size.processes)]
        making = _Making(session, size, random.Random(size.seed), [organisation(session, name).id for name in names])
        _make_occasions(making, names)
        cookies = _sign_in(app, session, names)
        _purchases(making, stage)
        _swaps(making, stage)
        making.put_in()
    with app.app_context():
        _move_on_numbers(size)
        indexing.drain(current_search(), wait=True)
    token = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(_RAW)
    for tasks in stage.tasks:
        for task in tasks:
            task["cookie"] = cookies[task.pop("by")]
            task["fields"]["csrf_token"] = token
    return stage


def _make_occasions(making: _Making, names: list[str]) -> None:
    """So many starts that each offer has its own, divided among the municipalities."""
    needed = making.size.offers + making.size.swap_offers
    for place, name in enumerate(names):
        count = len(range(place, needed, len(names)))
        if count:
            starts = [occasion(30 + number, places=making.size.places, taken=0) for number in range(count)]
            row = make_intervention(making.session, title=f"Sfi i {name}", owner=name, needs=("samtal",), occasions=starts)
            for one in row.occasions:
                one.offered = making.size.places
                making.occasions.append((place, one.id))
    making.session.flush()
    making.chance.shuffle(making.occasions)


def _sign_in(app: Flask, session: Session, names: list[str]) -> list[str]:
    """A decision-maker for each municipality, and the cookie of each one's session."""
    cookies = []
    for place, name in enumerate(names):
        person = make_person(session, f"beslut-{place}@exempel.example", (Role.DECISION_MAKER, name))
        client = FlaskClient(app, app.response_class, use_cookies=True)
        keep_token(client, session_actions.begin_session(session, person))  # type: ignore[arg-type]
        with client.session_transaction() as kept:
            kept["csrf_token"] = _RAW
        cookie = client.get_cookie("insatsbas")
        assert cookie is not None
        cookies.append(f"insatsbas={cookie.value}")
    return cookies


def _purchases(making: _Making, stage: Stage) -> None:
    size, chance = making.size, making.chance
    for owner, occasion_id in making.occasions[: size.offers]:
        offer = _offer(making, owner, occasion_id)
        stage.offers.append(offer)
        others = [place for place in range(size.processes) if place != owner]
        asking = chance.sample(others, min(size.contenders, len(others)))
        rival = chance.choice(asking) if len(asking) > size.places and chance.random() < RIVALS else None
        for place in asking:
            number = _request(making, Kind.BUY, State.COUNTERED, place, owner)
            leg = _leg(making, number, Side.ANSWERER, (occasion_id, offer))
            _step(making, number, State.COUNTERED, [leg])
            stage.purchases.append(number)
            stage.tasks[place].append(_task(number, Action.ACCEPT, by=place))
            beside = chance.choice([other for other in range(size.processes) if other != place])
            if place == rival:
                # Two of one municipality answer at once: one says yes and one says no.
                stage.rivals.append(number)
                stage.tasks[beside].append(_task(number, Action.DECLINE, by=place, orsak="annat"))
            elif chance.random() < TWICE:
                # The same form, sent twice at once.
                stage.tasks[beside].append(_task(number, Action.ACCEPT, by=place))


def _swaps(making: _Making, stage: Stage) -> None:
    size, chance = making.size, making.chance
    offers: dict[int, list[tuple[int, int]]] = {}
    for owner, occasion_id in making.occasions[size.offers :]:
        offer = _offer(making, owner, occasion_id)
        stage.swap_offers.append(offer)
        offers.setdefault(owner, []).append((occasion_id, offer))
    if len(offers) < 2:  # noqa: PLR2004 - a swap has two sides
        return
    waiting: list[tuple[int, int]] = []
    for _ in range(size.swap_offers * size.places):
        asker, answerer = chance.sample(sorted(offers), 2)
        number = _request(making, Kind.SWAP, State.SENT, asker, answerer)
        sides = ((Side.ANSWERER, answerer), (Side.ASKER, asker))
        legs = [_leg(making, number, giver, chance.choice(offers[place])) for giver, place in sides]
        _step(making, number, State.SENT, legs)
        stage.swaps.append(number)
        waiting.append((answerer, number))
    for answerer, number in waiting:
        # Among the purchases, not after them.
        tasks = stage.tasks[answerer]
        tasks.insert(chance.randint(0, len(tasks)), _task(number, Action.ACCEPT, by=answerer))


def _task(number: int, action: Action, *, by: int, **fields: str) -> dict[str, Any]:
    name = f"{number}:{action.value}"
    key = f"race-{number:010d}-{action.value}"
    return {"name": name, "path": f"/utbyten/{number}/{action.value}", "by": by, "fields": {"idempotency_key": key, **fields}}


def _offer(making: _Making, owner: int, occasion_id: int) -> int:
    return making.add(
        Offer,
        occasion_id=occasion_id,
        organisation_id=making.owners[owner],
        offered=making.size.places,
        accepted=0,
        held=0,
        price_kind=PriceKind.PLACE,
        price=_PRICE,
        terms="",
        until=None,
        holds_until_answered=False,
        status=OfferStatus.OPEN,
        is_closed_deal=False,
        created_at=clock.now(),
    )


def _request(making: _Making, kind: Kind, state: State, asker: int, answerer: int) -> int:
    turn = Side.ASKER if state is State.COUNTERED else Side.ANSWERER
    return making.add(
        ExchangeRequest,
        kind=kind,
        state=state,
        turn=turn,
        asker_id=making.owners[asker],
        answerer_id=making.owners[answerer],
        difference=Decimal(0),
        answer_by=clock.today() + timedelta(days=60),
        created_at=clock.now(),
        version=1,
    )


def _leg(making: _Making, number: int, giver: Side, source: tuple[int, int]) -> Leg:
    """A place of an offer, given by a side: the asker's is the second of a swap."""
    occasion_id, offer = source
    leg = Leg(giver, occasion_id, "Sfi", 1, PriceKind.PLACE, _PRICE, None, None, LegalBasis.COOPERATION, offer_id=offer)
    values = {name: getattr(leg, name) for name in leg.__slots__}
    making.add(ExchangeLeg, request_id=number, position=int(giver is Side.ASKER), held=0, **values)
    return leg


def _step(making: _Making, number: int, state: State, legs: list[Leg]) -> None:
    """The step that led to where the request is."""
    is_countered = state is State.COUNTERED
    making.add(
        ExchangeStep,
        request_id=number,
        number=1,
        at=clock.now(),
        who="",
        side=Side.ANSWERER if is_countered else Side.ASKER,
        action=Action.COUNTER if is_countered else Action.SEND,
        before=State.SENT if is_countered else State.DRAFT,
        after=state,
        reason="",
        why="",
        proposal=plain(Proposal(tuple(legs))),
    )


def _move_on_numbers(size: Size) -> None:
    """The rows came with their numbers: PostgreSQL is told to go on after them."""
    if db.engine.dialect.name != "postgresql":
        return
    with db.engine.begin() as connection:
        for model in (Offer, ExchangeRequest, ExchangeLeg, ExchangeStep):
            table = model.__tablename__
            connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
