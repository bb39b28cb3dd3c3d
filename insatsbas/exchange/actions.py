"""Every step of a request: check the machine, the policy and the places, change, write it into the history, tell the other side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from insatsbas.core import clock, events
from insatsbas.core.errors import ForbiddenError, RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.templating import number
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import agreement_actions, holds, letters, offer_letters, places, proposal_actions, queries, rules
from insatsbas.exchange.alternatives import nearest
from insatsbas.exchange.days import ANSWER_IN, working_days_after
from insatsbas.exchange.models import ExchangeKey, ExchangeRequest, ExchangeStep
from insatsbas.exchange.proposal_actions import plain
from insatsbas.exchange.rules import Need
from insatsbas.exchange.states import Action, Kind, Side, State
from insatsbas.exchange.terms import Proposal, is_within


@dataclass(frozen=True, slots=True)
class Said:
    """What comes with a step: a coded reason, why in words, a new proposal, how many places were used."""

    reason: str = ""
    why: str = ""
    proposal: Proposal | None = None
    places_used: int | None = None


NOTHING = Said()


def prepare(
    viewer: Viewer, session: Session, *, kind: Kind, asker_id: int, answerer_id: int, proposal: Proposal, key: str, is_report: bool = False
) -> ExchangeRequest:
    """A new request of the viewer's organisation: a draft, or the report of a deal already made, which the other side confirms.

    The same form sent twice is one request (`key`).

    Raises:
        ForbiddenError: the viewer does not act for the asker.
        RefusedError: it asks for what cannot be asked for, or reports what a decision-maker is to report.
    """
    if asker_id not in viewer.organisations_as(*queries.STAFF):
        raise ForbiddenError(_("Du kan bara fråga för din egen organisation."))
    if known := session.get(ExchangeKey, key):
        return queries.for_party(viewer, session, known.request_id)
    table = proposal_actions.table_for(session, kind, asker_id, answerer_id, is_report=is_report)
    proposal_actions.refuse_impossible(session, table, proposal)
    if is_report:
        _refuse_unless_theirs_to_report(viewer, session, asker_id, proposal)
    state, turn = (State.REPORTED, Side.ANSWERER) if is_report else (State.DRAFT, Side.ASKER)
    request = ExchangeRequest(
        kind=kind, state=state, turn=turn, asker_id=asker_id, answerer_id=answerer_id, created_at=clock.now(), difference=Decimal(0)
    )
    if is_report:
        request.answer_by = working_days_after(clock.today(), ANSWER_IN)
    places.keep_starts(session, proposal)
    proposal_actions.lay(request, proposal)
    with session.begin_nested() as beside:
        session.add(request)
        session.flush()
        is_first = is_new(session, key, request)
        if not is_first:
            beside.rollback()
    if not is_first:
        # The same form, sent at the same moment: only the request of the one that came first is kept.
        return queries.for_party(viewer, session, session.get_one(ExchangeKey, key).request_id)
    _write_down(viewer, session, request, Side.ASKER, None, before=None, said=NOTHING)
    letters.tell(viewer, session, request)
    return request


def perform(
    viewer: Viewer,
    session: Session,
    request_id: int,
    action: Action,
    *,
    key: str,
    said: Said = NOTHING,
    side: Side | None = None,
    seen: int | None = None,
) -> ExchangeRequest:
    """Take a step, and all that it brings with it, or nothing at all. The same form sent twice is one step (`key`).

    `side` says for which side, where the viewer acts for both; the system acts for none. `seen` is how many steps the viewer had read
    of: nobody says yes to what has come to the table since.

    Raises:
        NotFoundError: the request is not there for this viewer.
        ForbiddenError: the viewer may not take this step.
        RefusedError: the step does not lead from where the request is now, or something that it asks for is missing.
        FullError: there are no places left; the transaction is to be rolled back.
    """
    request = queries.for_party(viewer, session, request_id, to_change=True)
    if not is_new(session, key, request):
        return request
    acts_for = None if viewer.is_system else side_for(viewer, request, side)
    try:
        taken = rules.step(request.state, action, turn=request.turn, side=acts_for)
    except rules.NotAStepError:
        raise RefusedError(_("Någon annan hann före, eller så är det inte er tur. Läs vad som har hänt och försök igen.")) from None
    if seen is not None and seen != len(request.steps):
        raise RefusedError(_("Någon annan hann före. Läs vad som har hänt och försök igen."))
    _meet(viewer, session, request, rules.TRANSITIONS[request.state, action].needs, side=acts_for, said=said)
    before = request.state
    if before in rules.UNSENT and taken.to is State.SENT:
        proposal_actions.refuse_to_send(session, request)
    if said.proposal is not None and Need.PROPOSAL in rules.TRANSITIONS[before, action].needs:
        proposal_actions.refuse_to_counter(session, request, said.proposal)
        holds.let_go(session, request.legs)
        places.keep_starts(session, said.proposal)
        proposal_actions.lay(request, said.proposal)
    _move_places(session, request, before, taken.to)
    request.state, request.turn = taken.to, taken.turn
    if action is Action.QUEUE:
        # Nobody's time goes out in the queue: it begins when places come free (`waiting.call_next`).
        request.queued_at, request.answer_by = clock.now(), None
    if taken.to in (State.SENT, State.COUNTERED) and before is not State.DECIDING_TO_ACCEPT:
        request.answer_by = working_days_after(clock.today(), ANSWER_IN)
    if said.places_used is not None:
        request.places_used = said.places_used
    session.flush()
    _write_down(viewer, session, request, acts_for, action, before=before, said=said)
    agreement_actions.follow(session, request, before=before)
    offer_letters.tell_when_full(session, request)
    letters.tell(viewer, session, request, alternatives=nearest(session, request) if action is Action.EXPIRE else ())
    return request


def is_new(session: Session, key: str, request: ExchangeRequest) -> bool:
    """Whether a form has not been sent before. From now on it has."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(ExchangeKey).values(key=key, request_id=request.id, at=clock.now())
    return session.execute(statement.on_conflict_do_nothing(index_elements=["key"]).returning(ExchangeKey.key)).first() is not None


def side_for(viewer: Viewer, request: ExchangeRequest, asked: Side | None) -> Side:
    """The side that a viewer acts for: the one asked for, else the one whose turn it is.

    Raises:
        ForbiddenError: the viewer acts for neither.
    """
    sides = queries.sides_of(viewer, request)
    if asked is not None and asked in sides:
        return asked
    if asked is None and sides:
        return next((side for side in sides if side is request.turn), sides[0])
    raise ForbiddenError(_("Du kan läsa men inte ändra."))


def _meet(viewer: Viewer, session: Session, request: ExchangeRequest, needs: frozenset[Need], *, side: Side | None, said: Said) -> None:
    """See that all that a step asks for is there. The system, which only lets time go out, is asked for nothing."""
    for need in sorted(needs):
        if side is not None and (refusal := _NEEDS[need](viewer, session, request, side, said)):
            raise refusal


def _decides(viewer: Viewer, session: Session, request: ExchangeRequest, side: Side, said: Said) -> Exception | None:
    organisation_id = request.asker_id if side is Side.ASKER else request.answerer_id
    limits = queries.decision_limits(session, viewer.person_id, organisation_id)
    if not limits:
        return ForbiddenError(_("Det här binder er organisation. Er beslutsfattare behöver godkänna."))
    cost = (said.proposal or queries.proposal_of(request)).cost_of(side)
    return None if any(is_within(cost, limit) for limit in limits) else RefusedError(_beyond())


def _decides_if_it_costs(viewer: Viewer, session: Session, request: ExchangeRequest, side: Side, said: Said) -> Exception | None:
    cost = (said.proposal or queries.proposal_of(request)).cost_of(side)
    return None if cost == 0 else _decides(viewer, session, request, side, said)


def _refuse_unless_theirs_to_report(viewer: Viewer, session: Session, asker_id: int, proposal: Proposal) -> None:
    """To report a deal binds the own side as much as to ask for one does."""
    cost = proposal.cost_of(Side.ASKER)
    limits = queries.decision_limits(session, viewer.person_id, asker_id)
    if cost == 0 or any(is_within(cost, limit) for limit in limits):
        return
    if limits:
        raise RefusedError(_beyond())
    told = _("Vad det här kostar er är inte känt.") if cost is None else _("Det här kostar er %(amount)s kr.", amount=number(cost))
    raise RefusedError(f"{told} {_('Er beslutsfattare behöver registrera överenskommelsen.')}")


def _beyond() -> str:
    return _("Kostnaden är högre än du får besluta om, eller inte känd.")


def _has_reason(_v: Viewer, _s: Session, _r: ExchangeRequest, _side: Side, said: Said) -> Exception | None:
    return None if said.reason else RefusedError(_("Välj en orsak."))


def _has_proposal(_v: Viewer, _s: Session, _r: ExchangeRequest, _side: Side, said: Said) -> Exception | None:
    return None if said.proposal is not None else RefusedError(_("Skriv vad ni föreslår i stället."))


def _has_ended(_v: Viewer, _s: Session, request: ExchangeRequest, _side: Side, _said: Said) -> Exception | None:
    is_over = queries.proposal_of(request).is_over(clock.today())
    return None if is_over else RefusedError(_("Det går att markera som genomfört först när sista dagen har passerat."))


def _nothing_more(*_: object) -> Exception | None:
    return None


_NEEDS: Mapping[Need, Callable[[Viewer, Session, ExchangeRequest, Side, Said], Exception | None]] = {
    # Who acts for a side at all is a case officer, an editor or a decision-maker of it.
    Need.PREPARES: _nothing_more,
    # Seen to when the places are taken, in the statement that takes them.
    Need.PLACES: _nothing_more,
    Need.DECIDES: _decides,
    Need.DECIDES_IF_IT_COSTS: _decides_if_it_costs,
    Need.REASON: _has_reason,
    Need.PROPOSAL: _has_proposal,
    Need.ENDED: _has_ended,
}


def _move_places(session: Session, request: ExchangeRequest, before: State, after: State) -> None:
    """Hold, take or give back the places of all legs together."""
    legs = holds.locked(session, request.legs)
    givers = {Side.ASKER: request.asker_id, Side.ANSWERER: request.answerer_id}
    if after in rules.HOLDS_PLACES and before not in rules.HOLDS_PLACES:
        for leg in legs:
            places.take(session, leg, giver_id=givers[leg.giver])
    elif before in rules.HOLDS_PLACES and after is State.CANCELLED:
        for leg in legs:
            places.give_back(session, leg)
    elif after in rules.MAY_HOLD_PLACES:
        holds.hold(session, legs)
    else:
        holds.let_go(session, legs)


def _write_down(
    viewer: Viewer,
    session: Session,
    request: ExchangeRequest,
    side: Side | None,
    action: Action | None,
    *,
    before: State | None,
    said: Said,
) -> None:
    proposal = queries.proposal_of(request)
    organisation_id = request.answerer_id if side is Side.ANSWERER else request.asker_id
    binds = side is not None and rules.is_decision(before, action, request.state, costs=proposal.cost_of(side) != 0)
    role, delegation = None, ""
    if side is not None:
        role, delegation = queries.standing(session, viewer.person_id, organisation_id).taking(is_decision=binds)
    request.steps.append(
        ExchangeStep(
            number=1 + len(request.steps),
            at=clock.now(),
            person_id=viewer.person_id,
            who=viewer.name,
            side=side,
            role=role,
            is_decision=binds,
            delegation=delegation,
            action=action,
            before=before,
            after=request.state,
            reason=said.reason,
            why=said.why,
            proposal=plain(proposal),
        )
    )
    subject = f"utbyte:{request.id}"
    if action is None:
        events.record(viewer, session, "utbyte.ny", subject=subject, organisation_id=organisation_id)
    else:
        events.record(viewer, session, "utbyte.steg", subject=subject, organisation_id=organisation_id, text=action.label)
    session.flush()
