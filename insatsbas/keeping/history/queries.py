"""Every read of revisions: for those who may keep the intervention."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from insatsbas.accounts.models import Membership
from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue import queries as catalogue
from insatsbas.catalogue import snapshot
from insatsbas.catalogue.models import Intervention, Need, NeedRedirect
from insatsbas.catalogue.revision_models import Revision
from insatsbas.catalogue.snapshot import Content
from insatsbas.core.db import db
from insatsbas.core.errors import InsatsbasError, NotFoundError
from insatsbas.core.viewer import Role, Viewer
from insatsbas.keeping.history import actions
from insatsbas.keeping.history.fields import Names

# More than any entry has, and no more than databases count to.
_MOST = 2**31


def intervention(viewer: Viewer, session: Session, public_id: str) -> Intervention:
    """The intervention whose history the viewer may read.

    Raises:
        NotFoundError: there is none that the viewer may see.
        ForbiddenError: it is public, and another organisation's.
    """
    row = catalogue.by_public_id(viewer, session, public_id)
    require(viewer, Permission.KEEP, row.owner_id)
    return row


def numbers(session: Session, row: Intervention) -> list[int]:
    """The numbers of all its revisions, the newest first."""
    return list(session.scalars(select(Revision.number).where(Revision.intervention_id == row.id).order_by(Revision.number.desc())))


def some(session: Session, row: Intervention, wanted: Iterable[int]) -> dict[int, Revision]:
    """Some revisions, by their number. An address may ask for any number at all."""
    known = [number for number in wanted if 0 < number < _MOST]
    query = select(Revision).where(Revision.intervention_id == row.id, Revision.number.in_(known))
    return {revision.number: revision for revision in session.scalars(query)}


def one(session: Session, row: Intervention, number: int) -> Revision:
    """One revision.

    Raises:
        NotFoundError: there is none with that number.
    """
    found = some(session, row, (number,)).get(number)
    if found is None:
        raise NotFoundError("Versionen finns inte.")
    return found


def content(revision: Revision) -> Content:
    """What a revision holds, in today's form."""
    return snapshot.upgraded(revision.content, revision.schema)


def names(viewer: Viewer, session: Session, contents: Sequence[Content]) -> Names:
    """What the codes of some contents are called now. Needs that were renamed or merged are found by their old codes.

    Of other interventions those are named that the viewer may read: one may have been hidden since, for what its title tells.
    """
    lists = catalogue.lists(session)
    needs = {need.code: need.label for need in lists.needs}
    unknown = {code for told in contents for code in told["needs"]} - needs.keys()
    if unknown:
        moved = select(NeedRedirect.code, Need.label).join(Need, Need.id == NeedRedirect.need_id).where(NeedRedirect.code.in_(unknown))
        needs |= {row.code: row.label for row in session.execute(moved)}
    others = {told[name] for told in contents for name in ("forerunner_id", "template_id") if told[name]}
    told_of = catalogue.visible(viewer).with_only_columns(Intervention.id, Intervention.title).where(Intervention.id.in_(others))
    titles = session.execute(told_of).all() if others else ()
    return Names(
        needs=needs,
        terms={(term.kind.value, term.code): term.label for term in lists.terms},
        municipalities={m.code: m.name for m in lists.municipalities},
        organisations={o.slug: o.name for o in lists.organisations},
        interventions={row[0]: row[1] for row in titles},
    )


@dataclass(frozen=True, slots=True)
class Staff:
    """Which of some people the viewer may know by name, and which of the others are co-ordinators."""

    known: frozenset[int]
    coordinators: frozenset[int]


def staff(viewer: Viewer, session: Session, people: Iterable[int | None]) -> Staff:
    """Whom of these the viewer may know: themselves, those of their own organisations, and for a co-ordinator all."""
    ids = {person for person in people if person is not None}
    if viewer.is_coordinator:
        return Staff(frozenset(ids), frozenset())
    held = session.execute(select(Membership.person_id, Membership.organisation_id, Membership.role).where(Membership.person_id.in_(ids)))
    rows = held.all() if ids else []
    own = viewer.organisations_as(*Role)
    known = {row.person_id for row in rows if row.organisation_id in own} | {viewer.person_id or 0}
    return Staff(frozenset(known), frozenset(row.person_id for row in rows if row.role is Role.COORDINATOR))


def if_restored(viewer: Viewer, public_id: str, number: int) -> Content | InsatsbasError:
    """What the intervention would be if a revision were put back, found by doing it aside without keeping it; or why it cannot be."""
    with Session(db.engine) as aside, aside.no_autoflush:
        row = intervention(viewer, aside, public_id)
        try:
            actions.put_back(viewer, aside, row, content(one(aside, row, number)), why="", flush=False)
        except NotFoundError:
            raise
        except InsatsbasError as error:
            return error
        return snapshot.take(row)


def last_number(session: Session, row: Intervention) -> int:
    """The number of the latest revision."""
    return session.scalar(select(func.max(Revision.number)).where(Revision.intervention_id == row.id)) or 0
