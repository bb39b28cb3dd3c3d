"""Every write of the lists that describe an intervention: adding, renaming, ordering, retiring. Never commits."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue import actions, queries
from insatsbas.catalogue.models import Need, Term
from insatsbas.catalogue.rules import TermKind
from insatsbas.core import events
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.text import unique_slug
from insatsbas.core.viewer import Viewer


def add(viewer: Viewer, session: Session, kind: TermKind, *, label: str, for_staff: bool = False, in_language: bool = False) -> Term:
    """A new term, last in its list. Its code is made of its label and never changes: it stands in addresses.

    Raises:
        RefusedError: the list has one of that name.
    """
    require(viewer, Permission.COORDINATE)
    others = of_kind(session, kind)
    _refuse_double(others, label)
    term = Term(
        kind=kind,
        code=unique_slug(label, {other.code for other in others}),
        label=label,
        position=max((other.position for other in others), default=-1) + 1,
        for_staff=for_staff and kind is TermKind.AUDIENCE,
        in_language=in_language and kind is TermKind.SUPPORT,
    )
    session.add(term)
    session.flush()
    events.record(viewer, session, "lista.ny", subject=_subject(term), text=label)
    return term


def change(viewer: Viewer, session: Session, term: Term, *, label: str, for_staff: bool, in_language: bool) -> bool:
    """Give a term another name or other flags. Whether anything differed.

    Raises:
        RefusedError: the list has another of that name.
    """
    require(viewer, Permission.COORDINATE)
    _refuse_double([other for other in of_kind(session, term.kind) if other is not term], label)
    wanted = (label, for_staff and term.kind is TermKind.AUDIENCE, in_language and term.kind is TermKind.SUPPORT)
    if wanted == (term.label, term.for_staff, term.in_language):
        return False
    before, was_for_staff = term.label, term.for_staff
    term.label, term.for_staff, term.in_language = wanted
    session.flush()
    if term.for_staff != was_for_staff:
        for row in queries.by_ids(viewer, session, queries.ids_with_term(session, term.id)):
            # Whether an entry is for staff is reckoned anew when it is changed, by nothing too.
            actions.update(viewer, session, row, {})
    events.record(viewer, session, "lista.andrad", subject=_subject(term), text=label if label == before else f"{before} → {label}")
    return True


def shift(viewer: Viewer, session: Session, term: Term, *, up: bool) -> None:
    """Let a term change places with the one before or after it; the first and the last stay."""
    require(viewer, Permission.COORDINATE)
    change_places(of_kind(session, term.kind), term, up=up)
    session.flush()
    events.record(viewer, session, "lista.flyttad", subject=_subject(term), text=term.label)


def retire(viewer: Viewer, session: Session, term: Term, *, retired: bool) -> None:
    """Let a term no longer be chosen, or be chosen again. Those that have it keep it."""
    require(viewer, Permission.COORDINATE)
    term.retired = retired
    session.flush()
    events.record(viewer, session, "lista.utgatt" if retired else "lista.ater", subject=_subject(term), text=term.label)


def of_kind(session: Session, kind: TermKind) -> Sequence[Term]:
    """A list, in order."""
    return session.scalars(select(Term).where(Term.kind == kind).order_by(Term.position, Term.id)).all()


def change_places(siblings: Sequence[Need] | Sequence[Term], moved: Need | Term, *, up: bool) -> None:
    """Let one of some siblings change places with its neighbour. Only the positions that must are changed."""
    order: list[Need | Term] = list(siblings)
    here = order.index(moved)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return
    places: list[int] = []
    for row in order:
        places.append(row.position if not places else max(row.position, places[-1] + 1))
    order[here], order[there] = order[there], order[here]
    for row, place in zip(order, places, strict=True):
        if row.position != place:
            row.position = place


def _refuse_double(others: Sequence[Term], label: str) -> None:
    if label.casefold() in {other.label.casefold() for other in others}:
        raise RefusedError(_("Listan har redan %(label)s.", label=label))


def _subject(term: Term) -> str:
    return f"lista:{term.kind.value}:{term.code}"[:60]
