"""Reads for those who keep interventions: their own, what one came from, and how it was before."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from insatsbas.catalogue import snapshot
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.queries import swedish_order, visible
from insatsbas.catalogue.revision_models import Revision
from insatsbas.core import clock
from insatsbas.core.viewer import Role, Viewer
from insatsbas.keeping.history.queries import staff
from insatsbas.organisations.models import Organisation
from insatsbas.organisations.rules import has_left


@dataclass(frozen=True, slots=True)
class Kin:
    """What an intervention takes up again, what its text was made from, and what has taken it up in turn: those one may read."""

    forerunner: Intervention | None = None
    template: Intervention | None = None
    successors: tuple[Intervention, ...] = ()


def organisations(viewer: Viewer, session: Session) -> list[Organisation]:
    """Those that the viewer may enter interventions for, by name: their own, or for a co-ordinator all that have not left."""
    query = select(Organisation)
    if not viewer.is_coordinator:
        query = query.where(Organisation.id.in_(viewer.organisations_as(Role.EDITOR)))
    there = [each for each in session.scalars(query) if not has_left(each.left_on, clock.today())]
    return sorted(there, key=lambda organisation: swedish_order(organisation.name))


def kept_by(viewer: Viewer, session: Session, organisation_ids: Sequence[int]) -> list[Intervention]:
    """All of some organisations that the viewer may read, drafts too."""
    query = visible(viewer).where(Intervention.owner_id.in_(organisation_ids))
    return list(session.scalars(query.options(joinedload(Intervention.owner), selectinload(Intervention.occasions))))


def kin(viewer: Viewer, session: Session, row: Intervention) -> Kin:
    """What an intervention came from and led to."""
    wanted = [number for number in (row.forerunner_id, row.template_id) if number is not None]
    query = visible(viewer).where(or_(Intervention.id.in_(wanted), Intervention.forerunner_id == row.id))
    found = session.scalars(query.options(joinedload(Intervention.owner))).all()
    by_id = {each.id: each for each in found}
    successors = sorted((each for each in found if each.forerunner_id == row.id), key=lambda each: swedish_order(each.title))
    return Kin(by_id.get(row.forerunner_id or 0), by_id.get(row.template_id or 0), tuple(successors))


def content_at(session: Session, row: Intervention, number: int) -> snapshot.Content | None:
    """An intervention as its revision of a number tells it, in today's form."""
    found = session.scalar(select(Revision).where(Revision.intervention_id == row.id, Revision.number == number))
    return None if found is None else snapshot.upgraded(found.content, found.schema)


def last_changed_by(viewer: Viewer, session: Session, row: Intervention) -> str:
    """Who made the latest revision of an intervention; "" when there is none, or it is somebody whom the viewer may not know by name."""
    latest = select(Revision.who, Revision.person_id).where(Revision.intervention_id == row.id).order_by(Revision.number.desc()).limit(1)
    found = session.execute(latest).first()
    if found is None or (found.person_id is not None and found.person_id not in staff(viewer, session, (found.person_id,)).known):
        return ""
    who: str = found.who
    return who
