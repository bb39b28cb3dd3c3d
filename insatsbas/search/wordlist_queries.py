"""Every read of the word lists."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue.queries import swedish_order
from insatsbas.core.errors import NotFoundError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Viewer
from insatsbas.search.wordlist_models import WordLine
from insatsbas.search.wordlists import Line, ListKind, tidy


def in_force(session: Session) -> tuple[Line, ...]:
    """Every line that search is made of now, in one order."""
    query = select(WordLine.kind, WordLine.id, WordLine.line).where(WordLine.removed.is_(False)).order_by(WordLine.id)
    return tuple(Line(row[0], row[1], row[2]) for row in session.execute(query))


def lines(viewer: Viewer, session: Session, kind: ListKind, *, containing: str = "") -> Sequence[WordLine]:
    """The lines of a list that contain a text, removed ones too, by the alphabet.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
    """
    require(viewer, Permission.COORDINATE)
    query = select(WordLine).where(WordLine.kind == kind)
    if wanted := tidy(containing):
        query = query.where(WordLine.line.contains(wanted, autoescape=True))
    return sorted(session.scalars(query), key=lambda row: (swedish_order(row.line), row.id))


def counts(viewer: Viewer, session: Session) -> dict[ListKind, int]:
    """How many lines each list has in force.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
    """
    require(viewer, Permission.COORDINATE)
    query = select(WordLine.kind, func.count()).where(WordLine.removed.is_(False)).group_by(WordLine.kind)
    found = {row[0]: row[1] for row in session.execute(query)}
    return {kind: found.get(kind, 0) for kind in ListKind}


def line(viewer: Viewer, session: Session, kind: ListKind, number: int) -> WordLine:
    """A line of a list by its number.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
        NotFoundError: the list has none with that number.
    """
    require(viewer, Permission.COORDINATE)
    row = session.get(WordLine, number)
    if row is None or row.kind is not kind:
        raise NotFoundError(_("Raden finns inte."))
    return row
