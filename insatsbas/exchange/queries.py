"""Every read of the exchange. A request is there for its two parties and the co-ordinator; for others it is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from insatsbas.accounts.models import Membership
from insatsbas.accounts.rules import Mandate, decides
from insatsbas.catalogue.models import Occasion
from insatsbas.core.errors import NotFoundError
from insatsbas.core.viewer import Role, Viewer
from insatsbas.exchange.models import ExchangeLeg, ExchangeRequest
from insatsbas.exchange.rules import FINAL
from insatsbas.exchange.states import Side
from insatsbas.exchange.terms import Leg, Proposal
from insatsbas.organisations.models import Organisation

STAFF = (Role.CASE_OFFICER, Role.EDITOR, Role.DECISION_MAKER)
# What somebody with several roles does as the first of them that they hold, unless it is a decision.
_AS = (Role.EDITOR, Role.CASE_OFFICER, Role.DECISION_MAKER)


@dataclass(frozen=True, slots=True)
class Standing:
    """As what somebody acts for an organisation: their roles there that count, and what they decide on, if they decide."""

    roles: frozenset[Role]
    mandate: Mandate | None = None

    def taking(self, *, is_decision: bool) -> tuple[Role | None, str]:
        """In which role a step is taken, and by which delegation. None: in none, as the system."""
        role = Role.DECISION_MAKER if is_decision else next((role for role in _AS if role in self.roles), None)
        return role, self.mandate.delegation if self.mandate and role is Role.DECISION_MAKER else ""


def for_party(viewer: Viewer, session: Session, request_id: int, *, to_change: bool = False) -> ExchangeRequest:
    """A request, whole, for somebody of one of its sides or the co-ordinator. To change it, it is locked first.

    Raises:
        NotFoundError: there is none, or it is not for this viewer.
    """
    query = select(ExchangeRequest).where(ExchangeRequest.id == request_id).options(selectinload(ExchangeRequest.legs))
    if to_change:
        # On SQLite the writer holds the lock on the whole file already, and leaves these words out.
        query = query.with_for_update(of=ExchangeRequest).execution_options(populate_existing=True)
    request = session.scalars(query).one_or_none()
    if request is None or not (viewer.is_coordinator or sides_of(viewer, request)):
        raise NotFoundError("Förfrågan finns inte.")
    return request


def sides_of(viewer: Viewer, request: ExchangeRequest) -> Sequence[Side]:
    """The sides that a viewer acts for: none for an outsider, both for somebody with roles in both organisations."""
    own = viewer.organisations_as(*STAFF)
    sides = ((Side.ASKER, request.asker_id), (Side.ANSWERER, request.answerer_id))
    # What is not sent is not there for the other side.
    return [side for side, known in sides if known in own and (side is Side.ASKER or request.is_sent)]


def of_viewer(viewer: Viewer, session: Session) -> Sequence[ExchangeRequest]:
    """The requests of the viewer's organisations, the unfinished first and the newest first among them."""
    own = viewer.organisations_as(*STAFF)
    query = select(ExchangeRequest).where(ExchangeRequest.asker_id.in_(own) | ExchangeRequest.answerer_id.in_(own))
    # With the interventions, since what is about an example is marked.
    with_all = selectinload(ExchangeRequest.legs).joinedload(ExchangeLeg.occasion).joinedload(Occasion.intervention)
    rows = session.scalars(query.options(with_all).order_by(ExchangeRequest.id.desc())).all()
    return sorted((row for row in rows if sides_of(viewer, row)), key=lambda request: request.state in FINAL)


def count_our_turn(viewer: Viewer, session: Session) -> int:
    """How many requests wait for the viewer's organisations."""
    own = viewer.organisations_as(*STAFF)
    if not own:
        return 0
    asker = (ExchangeRequest.turn == Side.ASKER) & ExchangeRequest.asker_id.in_(own)
    answerer = (ExchangeRequest.turn == Side.ANSWERER) & ExchangeRequest.answerer_id.in_(own)
    return session.scalar(select(func.count()).select_from(ExchangeRequest).where(asker | answerer)) or 0


def proposal_of(request: ExchangeRequest) -> Proposal:
    """What is on the table."""
    return Proposal(
        legs=tuple(
            Leg(
                giver=row.giver,
                occasion_id=row.occasion_id,
                title=row.title,
                places=row.places,
                price_kind=row.price_kind,
                price=row.price,
                start=row.start,
                end=row.end,
                legal_basis=row.legal_basis,
                terms=row.terms,
                offer_id=row.offer_id,
            )
            for row in request.legs
        ),
        difference=request.difference,
        difference_from=request.difference_from,
    )


def standing(session: Session, person_id: int | None, organisation_id: int) -> Standing:
    """As what a person acts for an organisation now."""
    query = select(Membership, Organisation.one_may_do_both).join(Organisation, Membership.organisation_id == Organisation.id)
    rows = session.execute(query.where(Membership.person_id == person_id, Membership.organisation_id == organisation_id)).all()
    held = {row.Membership.role: row.Membership for row in rows}
    decider = held.get(Role.DECISION_MAKER)
    if decider is None or not decides(held, one_may_do_both=rows[0].one_may_do_both):
        return Standing(frozenset(held) - {Role.DECISION_MAKER})
    return Standing(frozenset(held), Mandate(decider.decides_up_to, decider.delegation))


def decision_limits(session: Session, person_id: int | None, organisation_id: int) -> Sequence[Decimal | None]:
    """The amounts up to which a person decides for an organisation, None for without limit; empty when they do not decide."""
    mandate = standing(session, person_id, organisation_id).mandate
    return [mandate.decides_up_to] if mandate else []
