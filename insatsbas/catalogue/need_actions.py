"""Every write of needs and terms: laying in, adding, renaming, merging. Never commits."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Intervention, Need, NeedRedirect, Term, intervention_need
from insatsbas.catalogue.rules import TermKind
from insatsbas.core.errors import RefusedError
from insatsbas.core.viewer import Viewer


def lay_in_lists(_viewer: Viewer, session: Session, needs: Sequence[dict[str, Any]], terms: Sequence[dict[str, Any]]) -> int:
    """Lay in the needs and terms that are not there; how many were. What the co-ordinator has changed stays.

    `needs` and `terms` are as in `data/lists.toml`.
    """
    have = {need.code: need for need in session.scalars(select(Need))}
    # A need that was given another code, or merged into another, is not laid in again.
    for code, need in session.execute(select(NeedRedirect.code, Need).join(Need, Need.id == NeedRedirect.need_id)):
        have[code] = need
    before = len(have)
    for position, facts in enumerate(needs):
        top = have.get(facts["code"]) or _add_need(session, facts, position * 100, None)
        have[facts["code"]] = top
        for step, part in enumerate(facts.get("part", []), start=1):
            if part["code"] not in have:
                have[part["code"]] = _add_need(session, part, position * 100 + step, top)
    known = {(term.kind, term.code) for term in session.scalars(select(Term))}
    new_terms = [
        Term(
            kind=TermKind(t["kind"]),
            code=t["code"],
            label=t["label"],
            position=i,
            for_staff=t.get("for_staff", False),
            in_language=t.get("in_language", False),
        )
        for i, t in enumerate(terms)
        if (TermKind(t["kind"]), t["code"]) not in known
    ]
    session.add_all(new_terms)
    session.flush()
    return len(have) - before + len(new_terms)


def _add_need(session: Session, facts: dict[str, Any], position: int, parent: Need | None) -> Need:
    need = Need(
        code=facts["code"],
        label=facts["label"],
        position=position,
        parent=parent,
        icon=facts.get("icon"),
        colour=facts.get("colour"),
        is_tile=facts.get("tile", False),
        for_staff=facts.get("for_staff", False),
        sheltered=facts.get("sheltered", False),
        via_adult_education=facts.get("via_adult_education", False),
    )
    session.add(need)
    return need


def add_need(_viewer: Viewer, session: Session, *, code: str, label: str, parent: Need) -> Need:
    """A new need, last among the parts of `parent`."""
    last = session.scalar(select(func.max(Need.position)).where(Need.parent_id == parent.id))
    need = _add_need(session, {"code": code, "label": label}, (parent.position if last is None else last) + 1, parent)
    session.flush()
    return need


def change_code(_viewer: Viewer, session: Session, need: Need, code: str) -> None:
    """Give a need another code. Addresses with the old one lead on.

    Raises:
        RefusedError: another need has, or had, that code.
    """
    taken = session.scalar(select(Need.id).where(Need.code == code, Need.id != need.id)) or session.get(NeedRedirect, code)
    if taken:
        raise RefusedError(f"Koden {code} används redan.")
    session.add(NeedRedirect(code=need.code, need_id=need.id))
    need.code = code
    session.flush()


def merge(_viewer: Viewer, session: Session, need: Need, into: Need) -> int:
    """Let a need become a part of another's meaning: its interventions follow, its addresses lead on; how many followed.

    Raises:
        RefusedError: it has parts of its own, or the two are the same.
    """
    if need is into:
        raise RefusedError("Ett behov kan inte slås ihop med sig självt.")
    if session.scalar(select(Need.id).where(Need.parent_id == need.id).limit(1)):
        raise RefusedError(f"{need.label} har delar. Flytta eller slå ihop dem först.")
    rows = session.scalars(select(Intervention).join(intervention_need).where(intervention_need.c.need_id == need.id)).all()
    for row in rows:
        row.needs = list(dict.fromkeys(into if n is need else n for n in row.needs))
    session.flush()
    session.execute(update(NeedRedirect).where(NeedRedirect.need_id == need.id).values(need_id=into.id))
    code = need.code
    session.delete(need)
    session.flush()
    session.add(NeedRedirect(code=code, need_id=into.id))
    session.flush()
    return len(rows)
