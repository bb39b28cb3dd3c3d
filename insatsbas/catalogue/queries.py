"""Every read of the catalogue. Takes the viewer, and shows nobody what is not theirs to see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from insatsbas.catalogue.models import Intervention, Need, NeedRedirect, Term, intervention_given_in, intervention_need, intervention_term
from insatsbas.catalogue.rules import KNOWLEDGE_BANK, PUBLIC, Status, TermKind
from insatsbas.core.errors import NotFoundError
from insatsbas.core.viewer import Role, Viewer
from insatsbas.organisations.models import Municipality, Organisation


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """The lists in force, read together: what filters offer and what codes mean.

    Each reading is equal to itself alone, so that what is made of one can be kept by it.
    """

    needs: tuple[Need, ...]
    terms: tuple[Term, ...]
    municipalities: tuple[Municipality, ...]
    organisations: tuple[Organisation, ...]

    def terms_of(self, kind: TermKind) -> list[Term]:
        """The terms of one kind, in order."""
        return [term for term in self.terms if term.kind is kind]


def lists(session: Session) -> Lists:
    """Needs (each parent before its children), terms, municipalities and organisations, in the order in which they are shown."""
    needs = session.scalars(select(Need).order_by(Need.position)).all()
    children: dict[int | None, list[Need]] = {}
    for need in needs:
        children.setdefault(need.parent_id, []).append(need)
    ordered = [need for top in children.get(None, []) for need in (top, *children.get(top.id, []))]
    return Lists(
        needs=tuple(ordered),
        terms=tuple(session.scalars(select(Term).order_by(Term.kind, Term.position))),
        municipalities=tuple(sorted(session.scalars(select(Municipality)), key=lambda m: swedish_order(m.name))),
        organisations=tuple(sorted(session.scalars(select(Organisation)), key=lambda o: swedish_order(o.name))),
    )


def swedish_order(text: str) -> str:
    """A key that sorts å, ä and ö last, as Swedish does."""
    return text.casefold().translate(_ORDER)


_ORDER = str.maketrans("åäö", "{|}")
# What the index holds: a draft or a hidden entry is not found by anybody, whoever they are.
_SHOWN = (Intervention.status.in_(PUBLIC), Intervention.hidden.is_(False))


def visible(viewer: Viewer) -> Select[Intervention]:
    """The interventions that this viewer may read: what is public, and all of the organisations that they are editor of."""
    return select(Intervention).where(is_visible(viewer))


def is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """The same, as what is asked of a row."""
    if viewer.is_coordinator:
        return true()
    is_public, own = and_(*_SHOWN), viewer.organisations_as(Role.EDITOR)
    return is_public | Intervention.owner_id.in_(own) if own else is_public


def published() -> Select[Intervention]:
    """What everybody may read: what lists and counts show, whoever asks, so that a number is what its link gives."""
    return select(Intervention).where(*_SHOWN)


def _whole(query: Select[Intervention]) -> Select[Intervention]:
    """With all that a card or a page shows, in a fixed number of queries."""
    return query.options(
        joinedload(Intervention.owner),
        selectinload(Intervention.needs).joinedload(Need.parent),
        selectinload(Intervention.terms),
        selectinload(Intervention.given_in),
        selectinload(Intervention.open_for),
        selectinload(Intervention.occasions),
        selectinload(Intervention.lessons),
        selectinload(Intervention.links),
    )


def by_ids(viewer: Viewer, session: Session, ids: Sequence[int]) -> list[Intervention]:
    """The visible ones of `ids`, in that order."""
    if not ids:
        return []
    found = {row.id: row for row in session.scalars(_whole(visible(viewer).where(Intervention.id.in_(ids))))}
    return [found[i] for i in ids if i in found]


def with_outcomes(session: Session, rows: Sequence[Intervention]) -> Sequence[Intervention]:
    """The same, with what no card shows but a snapshot or a file tells: for those who look at many, in one question."""
    wanted = [row.id for row in rows]
    if wanted:
        session.scalars(select(Intervention).where(Intervention.id.in_(wanted)).options(selectinload(Intervention.outcomes))).all()
    return rows


def by_public_id(viewer: Viewer, session: Session, public_id: str) -> Intervention:
    """One intervention by the id of its address.

    Raises:
        NotFoundError: there is none, or it is not for this viewer.
    """
    row = session.scalars(_whole(visible(viewer).where(Intervention.public_id == public_id))).one_or_none()
    if row is None:
        raise NotFoundError("Insatsen finns inte.")
    return row


def for_indexing(session: Session, ids: Iterable[int]) -> list[Intervention]:
    """What the index is to show of `ids`: the public ones, whole."""
    return list(session.scalars(_whole(select(Intervention).where(Intervention.id.in_(list(ids)), *_SHOWN))))


def public_ids_of_all(session: Session) -> list[int]:
    """The id of every public intervention, in order."""
    return list(session.scalars(select(Intervention.id).where(*_SHOWN).order_by(Intervention.id)))


def for_participants(viewer: Viewer, session: Session, *criteria: ColumnElement[bool]) -> list[Intervention]:
    """The visible ones that are not for staff and meet some criteria, whole, by id."""
    query = published().where(Intervention.for_staff.is_(False), *criteria)
    return list(session.scalars(_whole(query.order_by(Intervention.id))))


def under_need(viewer: Viewer, session: Session, need: Need) -> list[Intervention]:
    """The visible ones that answer to a need or to a part of it; those for staff only under a need for staff."""
    query = published().where(Intervention.id.in_(ids_with_need(session, need.id)), Intervention.for_staff.is_(need.for_staff))
    return list(session.scalars(_whole(query.order_by(Intervention.id))))


def open_for(viewer: Viewer, session: Session, code: str) -> list[Intervention]:
    """The active ones that take participants from a municipality: by name, or because they take from everywhere."""
    takes = Intervention.open_for.any(Municipality.code == code) | ~Intervention.open_for.any()
    return for_participants(viewer, session, Intervention.status == Status.ACTIVE, takes)


def in_knowledge_bank(viewer: Viewer, session: Session) -> list[Intervention]:
    """All that is paused or ended."""
    return for_participants(viewer, session, Intervention.status.in_(KNOWLEDGE_BANK))


def of_owner(viewer: Viewer, session: Session, organisation: Organisation) -> list[Intervention]:
    """What an organisation runs and has run."""
    return for_participants(viewer, session, Intervention.owner_id == organisation.id)


def counts_by_owner(viewer: Viewer, session: Session) -> dict[str, int]:
    """For each organisation's slug: how many visible ones for participants it has."""
    public = published().where(Intervention.for_staff.is_(False)).subquery()
    query = select(Organisation.slug, func.count()).join(public, public.c.owner_id == Organisation.id).group_by(Organisation.slug)
    return {row[0]: row[1] for row in session.execute(query)}


def addresses(viewer: Viewer, session: Session) -> list[tuple[str, datetime]]:
    """The public id and last change of every visible entry that is no example, for the map of the site."""
    public = published().where(Intervention.is_example.is_(False)).subquery()
    return [
        (row.public_id, row.updated_at) for row in session.execute(select(public.c.public_id, public.c.updated_at).order_by(public.c.id))
    ]


def newest(viewer: Viewer, session: Session, *, limit: int) -> list[Intervention]:
    """The active ones for participants that were entered last."""
    query = published().where(Intervention.status == Status.ACTIVE, Intervention.for_staff.is_(False))
    return list(session.scalars(_whole(query.order_by(Intervention.created_at.desc(), Intervention.id.desc()).limit(limit))))


def has_examples(session: Session) -> bool:
    """Whether any entry is an example, and the pages should say so."""
    return session.scalar(select(Intervention.id).where(Intervention.is_example).limit(1)) is not None


def current_code(session: Session, code: str) -> str | None:
    """The code that a need has now which once had `code`; None when no need had it."""
    return session.scalar(select(Need.code).join(NeedRedirect, NeedRedirect.need_id == Need.id).where(NeedRedirect.code == code))


def moved_needs(session: Session, lists: Lists, codes: Iterable[str]) -> dict[str, str]:
    """Of these codes, those of needs that were renamed or merged into another: what each is now."""
    unknown = {code for code in codes if code} - {need.code for need in lists.needs}
    if not unknown:
        return {}
    # All there are, which are few: an address may have any number of codes.
    moved = session.execute(select(NeedRedirect.code, Need.code).where(NeedRedirect.need_id == Need.id))
    return {old: now for old, now in moved if old in unknown}


def ids_with_need(session: Session, need_id: int) -> list[int]:
    """The interventions that answer to a need or to a part of it."""
    family = select(Need.id).where((Need.id == need_id) | (Need.parent_id == need_id))
    return list(session.scalars(select(intervention_need.c.intervention_id).where(intervention_need.c.need_id.in_(family)).distinct()))


def ids_with_term(session: Session, term_id: int) -> list[int]:
    """The interventions that a term describes."""
    return list(session.scalars(select(intervention_term.c.intervention_id).where(intervention_term.c.term_id == term_id)))


def ids_of_owner(session: Session, organisation_id: int) -> list[int]:
    """The interventions of an organisation."""
    return list(session.scalars(select(Intervention.id).where(Intervention.owner_id == organisation_id)))


def ids_given_in(session: Session, code: str) -> list[int]:
    """The interventions that name a municipality as where they are given."""
    return list(session.scalars(select(intervention_given_in.c.intervention_id).where(intervention_given_in.c.municipality_code == code)))


def count(session: Session) -> int:
    """How many interventions there are, drafts too."""
    return session.scalar(select(func.count()).select_from(Intervention)) or 0
