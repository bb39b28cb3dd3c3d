"""What a newcomer meets of the exchange in the demo: offers, and requests that have come differently far. All of it is made up.

The example people take each step by the same actions as on the pages; none sets a state. `data/exchange.toml` says which.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.accounts import queries as people
from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.rules import is_open
from insatsbas.core import clock, paths
from insatsbas.core.viewer import SYSTEM, Viewer
from insatsbas.exchange import actions, offer_actions, queries
from insatsbas.exchange.actions import Said
from insatsbas.exchange.models import ExchangeRequest, Offer
from insatsbas.exchange.offer_actions import Terms
from insatsbas.exchange.states import Action, Kind, Side
from insatsbas.exchange.terms import Leg, LegalBasis, PriceKind, Proposal
from insatsbas.organisations.models import Organisation

_FILE = paths.PACKAGE / "data" / "exchange.toml"
_SOURCE = "exempel"
_Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Fair:
    """Who and what there is to trade with."""

    people: Mapping[str, Viewer]
    entries: Mapping[str, Intervention]
    organisations: Mapping[str, Organisation]


def lay_in(session: Session) -> int:
    """Lay in the offers and requests; how many. Does not commit.

    None is, where anybody has offered or asked for anything, or the example people or entries are not there: it is no new demo.
    """
    told = tomllib.loads(_FILE.read_text("utf-8"))
    if any(session.scalars(select(model.id).limit(1)).first() is not None for model in (Offer, ExchangeRequest)):
        return 0
    fair = _gathered(session, told)
    if fair is None:
        return 0
    for offer in told["offer"]:
        _offer(session, fair, offer)
    for number, request in enumerate(told["request"], start=1):
        _request(session, fair, request, number)
    return len(told["offer"]) + len(told["request"])


def _gathered(session: Session, told: _Told) -> _Fair | None:
    """All that the file names; None when any of it is missing, or has no start with room any more."""
    steps = [step for request in told["request"] for step in (request, *request["step"])]
    emails = {one["by"] for one in (*told["offer"], *steps) if "by" in one}
    names = {name for one in told["offer"] for name in one.get("to", ())} | {
        r[side] for r in told["request"] for side in ("asker", "answerer")
    }
    wanted = {one["intervention"] for one in (*told["offer"], *(leg for request in told["request"] for leg in request["leg"]))}
    persons = [people.by_email(session, email) for email in sorted(emails)]
    entries = session.scalars(select(Intervention).where(Intervention.source == _SOURCE, Intervention.external_id.in_(wanted))).all()
    organisations = session.scalars(select(Organisation).where(Organisation.name.in_(names))).all()
    fair = _Fair(
        people={person.email: person.as_viewer() for person in persons if person is not None and not person.disabled_at},
        entries={row.external_id: row for row in entries if row.external_id and row.is_example and _start(row) is not None},
        organisations={organisation.name: organisation for organisation in organisations},
    )
    is_whole = fair.people.keys() == emails and fair.entries.keys() == wanted and fair.organisations.keys() == names
    return fair if is_whole else None


def _start(row: Intervention) -> Occasion | None:
    """The first start that one can apply to and that has room."""
    today = clock.today()
    fitting = (o for o in row.occasions if is_open(o, today) and (o.start is None or o.start >= today))
    return next((o for o in fitting if (o.places or 0) - (o.taken_by_own or 0) - o.offered > 1), None)


def _offer(session: Session, fair: _Fair, told: _Told) -> None:
    start = _start(fair.entries[told["intervention"]])
    if start is None:
        return
    terms = Terms(
        places=told["places"],
        price_kind=PriceKind(told["per"]),
        price=_price(told),
        terms=told["terms"],
        until=clock.today() + timedelta(days=told["until"]) if "until" in told else None,
        holds=told.get("holds", False),
    )
    to = [fair.organisations[name] for name in told.get("to", ())]
    offer_actions.open_offer(fair.people[told["by"]] if "by" in told else SYSTEM, session, start.id, terms, to=to)


def _request(session: Session, fair: _Fair, told: _Told, number: int) -> None:
    asker, answerer = fair.organisations[told["asker"]], fair.organisations[told["answerer"]]
    legs = tuple(_leg(session, fair, leg, asker) for leg in told["leg"])
    kind = Kind.SWAP if len(legs) > 1 else Kind.SELL if legs[0].offer_id else Kind.BUY
    keys = (f"exempel-{number}-{step}" for step in count())
    request = actions.prepare(
        fair.people[told["by"]],
        session,
        kind=kind,
        asker_id=asker.id,
        answerer_id=answerer.id,
        proposal=Proposal(legs),
        key=next(keys),
    )
    for step in told["step"]:
        said = Said(reason=step.get("reason", ""), why=step.get("why", ""), proposal=_changed(request, step.get("places")))
        actions.perform(fair.people[step["by"]], session, request.id, Action(step["step"]), key=next(keys), said=said)


def _leg(session: Session, fair: _Fair, told: _Told, asker: Organisation) -> Leg:
    row = fair.entries[told["intervention"]]
    of_it = select(Offer).join(Occasion, Offer.occasion_id == Occasion.id).where(Occasion.intervention_id == row.id)
    offer = session.scalars(of_it).one() if told.get("of_offer") else None
    start = offer.occasion if offer else _start(row) or row.occasions[0]
    return Leg(
        giver=Side.ASKER if row.owner_id == asker.id else Side.ANSWERER,
        occasion_id=start.id,
        title=row.title,
        places=told["places"],
        price_kind=offer.price_kind if offer else PriceKind(told["per"]),
        price=offer.price if offer else _price(told),
        start=start.start,
        end=start.end,
        legal_basis=LegalBasis.COOPERATION,
        terms=offer.terms if offer else told.get("terms", ""),
        offer_id=offer.id if offer else None,
    )


def _changed(request: ExchangeRequest, places: Sequence[int] | None) -> Proposal | None:
    """What is on the table with other numbers of places; None where none are told."""
    if places is None:
        return None
    now = queries.proposal_of(request)
    return replace(now, legs=tuple(replace(leg, places=changed) for leg, changed in zip(now.legs, places, strict=True)))


def _price(told: _Told) -> Decimal | None:
    return Decimal(told["price"]) if "price" in told else None
