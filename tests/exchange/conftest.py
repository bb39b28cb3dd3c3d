"""Two municipalities with an occasion each, and people on both sides."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.accounts.models import Membership
from insatsbas.catalogue.models import Occasion
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import Role, Viewer
from insatsbas.exchange import actions
from insatsbas.exchange.actions import NOTHING, Said
from insatsbas.exchange.models import ExchangeRequest
from insatsbas.exchange.states import Action, Kind, Side
from insatsbas.exchange.terms import Leg, LegalBasis, PriceKind, Proposal
from tests.factories import make_intervention, occasion, organisation
from tests.support.people import make_person

PLACES, TAKEN = 6, 2
LIMIT = Decimal(50_000)


@dataclass
class Table:
    """The two sides: each one's organisation, its occasion, and its people by what they are."""

    organisations: dict[Side, int]
    occasions: dict[Side, int]
    people: dict[str, Viewer]
    keys: Iterator[int] = field(default_factory=count)

    def key(self) -> str:
        """A new form's key."""
        return f"form {next(self.keys)}"

    def leg(self, giver: Side = Side.ANSWERER, *, places: int = 2, price: int = 1000) -> Leg:
        """Places that a side gives, at a price for each."""
        return Leg(
            giver=giver,
            occasion_id=self.occasions[giver],
            title="Sfi",
            places=places,
            price_kind=PriceKind.PLACE,
            price=Decimal(price),
            start=None,
            end=None,
            legal_basis=LegalBasis.COOPERATION,
        )

    def ask(self, session: Session, *legs: Leg, by: str = "asker-editor", is_report: bool = False) -> ExchangeRequest:
        """A draft of a request for the legs."""
        return actions.prepare(
            self.people[by],
            session,
            kind=Kind.BUY if len(legs) == 1 else Kind.SWAP,
            asker_id=self.organisations[Side.ASKER],
            answerer_id=self.organisations[Side.ANSWERER],
            proposal=Proposal(legs),
            key=self.key(),
            is_report=is_report,
        )

    def do(self, request_id: int, action: Action, by: str, said: Said = NOTHING, key: str = "") -> None:
        """A step, committed."""
        with writing() as session:
            actions.perform(self.people[by], session, request_id, action, key=key or self.key(), said=said)

    def left(self, side: Side) -> tuple[int, int]:
        """What of a side's occasion is set aside, and what agreed on."""
        db.session.rollback()
        row = db.session.scalars(select(Occasion).where(Occasion.id == self.occasions[side])).one()
        return row.offered, row.accepted


@pytest.fixture
def table(both_databases: Flask) -> Table:
    """The two sides, on both databases, within an application context: for actions, since pages would all be one person's."""
    return lay_table()


def lay_table() -> Table:
    """Huddinge asks, Haninge answers; each has six places at any time, two of them taken by its own."""
    names = {Side.ASKER: "Huddinge kommun", Side.ANSWERER: "Haninge kommun"}
    with writing() as session:
        organisations = {side: organisation(session, name).id for side, name in names.items()}
        occasions = {}
        for side, name in names.items():
            row = make_intervention(session, title=f"Sfi i {name}", owner=name, occasions=[occasion(None, places=PLACES, taken=TAKEN)])
            occasions[side] = row.occasions[0].id
        people = {}
        for side, word in ((Side.ASKER, "asker"), (Side.ANSWERER, "answerer")):
            for role, known in ((Role.EDITOR, "editor"), (Role.CASE_OFFICER, "officer"), (Role.DECISION_MAKER, "decider")):
                person = make_person(session, f"{word}-{known}@exempel.example", (role, names[side]))
                session.flush()
                people[f"{word}-{known}"] = person.as_viewer()
        people["outsider"] = make_person(session, "ute@exempel.example", (Role.DECISION_MAKER, "Nacka kommun")).as_viewer()
        for held in session.scalars(select(Membership).where(Membership.role == Role.DECISION_MAKER)):
            held.decides_up_to = LIMIT
    return Table(organisations, occasions, people)
