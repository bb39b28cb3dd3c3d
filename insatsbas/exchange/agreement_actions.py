"""Keeping what was agreed on: made with the step that accepts or cancels a deal, in its transaction. Never commits."""

from collections.abc import Iterator

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.core import clock, events
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import agreement_queries, queries, rules
from insatsbas.exchange.agreement_rules import AgreementKind, Decision, Given, Party, content, is_binding, number_of
from insatsbas.exchange.models import Agreement, AgreementReference, AgreementSeries, ExchangeRequest
from insatsbas.exchange.states import Action, Side, State
from insatsbas.organisations.models import Organisation


def follow(session: Session, request: ExchangeRequest, *, before: State) -> None:
    """What a step brings with it: an agreement when a deal is accepted, one in its place when both let it go. Else nothing."""
    if request.state is State.ACCEPTED and before not in rules.HOLDS_PLACES:
        _keep(session, request, AgreementKind.DEAL, None)
    elif request.state is State.CANCELLED:
        _keep(session, request, AgreementKind.CANCELLATION, agreement_queries.latest(session, request.id))


def refer(viewer: Viewer, session: Session, agreement: Agreement, side: Side, *, diary: str, invoice: str) -> None:
    """Note what a side calls an agreement, beside what was agreed on.

    Raises:
        ForbiddenError: the viewer does not act for the side.
    """
    organisation_id = _organisation(agreement.request, side).id
    require(viewer, Permission.TRADE, organisation_id)
    session.merge(AgreementReference(agreement_id=agreement.id, side=side, diary=diary, invoice=invoice))
    session.flush()
    session.expire(agreement, ["references"])
    events.record(
        viewer, session, "overenskommelse.uppgifter", subject=f"overenskommelse:{agreement.number}", organisation_id=organisation_id
    )


def _keep(session: Session, request: ExchangeRequest, kind: AgreementKind, replaces: Agreement | None) -> None:
    at, last = clock.now(), request.steps[-1]
    number = number_of(clock.today().year, _next(session, clock.today().year))
    proposal = queries.proposal_of(request)
    told = content(
        number=number,
        kind=kind,
        replaces=replaces.number if replaces else None,
        request=request.id,
        trade=request.kind,
        at=at,
        parties={side: _party(_organisation(request, side)) for side in Side},
        proposal=proposal,
        given=[Given(leg, row.occasion.intervention.public_id) for leg, row in zip(proposal.legs, request.legs, strict=True)],
        decisions=list(_decisions(request, kind)),
        reason=_reason(request, kind),
        why=last.why,
    )
    session.add(Agreement(number=number, request_id=request.id, replaces_id=replaces.id if replaces else None, at=at, content=told))
    session.flush()


def _next(session: Session, year: int) -> int:
    """The next number of a year. The row is locked until the transaction ends, and what is taken back is given to the next."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(AgreementSeries).values(year=year, last=0).on_conflict_do_nothing(index_elements=["year"]))
    counted = update(AgreementSeries).where(AgreementSeries.year == year).values(last=AgreementSeries.last + 1)
    return session.execute(counted.returning(AgreementSeries.last), execution_options={"synchronize_session": False}).scalar_one()


def _decisions(request: ExchangeRequest, kind: AgreementKind) -> Iterator[Decision]:
    """For each side the last step by which it bound itself."""
    for side in Side:
        step = next((s for s in reversed(request.steps) if s.side is side and is_binding(s.action, kind)), None)
        if step is not None:
            yield Decision(side, step.action, step.role.value if step.role else "", step.delegation, step.at)


def _reason(request: ExchangeRequest, kind: AgreementKind) -> str:
    asked = next((s for s in reversed(request.steps) if s.action is Action.ASK_TO_CANCEL), None)
    return asked.reason if asked is not None and kind is AgreementKind.CANCELLATION else ""


def _organisation(request: ExchangeRequest, side: Side) -> Organisation:
    return request.asker if side is Side.ASKER else request.answerer


def _party(organisation: Organisation) -> Party:
    return Party(organisation.name, organisation.number or "", organisation.kind.value)
