"""Every write of needs: laying in the lists, adding, changing, moving, merging, retiring. Never commits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue import actions, occasion_actions, queries
from insatsbas.catalogue.models import Intervention, Need, NeedRedirect, Occasion, Term, intervention_need
from insatsbas.catalogue.rules import TermKind
from insatsbas.catalogue.term_actions import change_places
from insatsbas.core import events
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.text import slug, unique_slug
from insatsbas.core.viewer import Viewer


@dataclass(frozen=True, slots=True)
class NeedFacts:
    """A need as a form tells it. `parent` None makes it a need of its own; only such may be a tile, with icon and colour."""

    label: str
    parent: Need | None = None
    icon: str | None = None
    colour: int | None = None
    is_tile: bool = False
    for_staff: bool = False
    sheltered: bool = False
    via_adult_education: bool = False


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


def add(viewer: Viewer, session: Session, facts: NeedFacts) -> Need:
    """A new need, last among its siblings, with a code made of its label.

    Raises:
        RefusedError: a sibling has that label, or it cannot stand there.
    """
    require(viewer, Permission.COORDINATE)
    _check(session, None, facts)
    taken = {*session.scalars(select(Need.code)), *session.scalars(select(NeedRedirect.code))}
    position = _last_position(session, facts.parent)
    need = _add_need(session, {"code": unique_slug(facts.label, taken), "label": facts.label}, position, facts.parent)
    _set(need, facts)
    session.flush()
    events.record(viewer, session, "behov.nytt", subject=f"behov:{need.code}", text=need.label)
    return need


def change(viewer: Viewer, session: Session, need: Need, facts: NeedFacts, *, may_withhold: bool = False) -> bool:
    """Give a need another name, place or other flags. Whether anything differed.

    One that comes to be sheltered takes away the addresses of the entries that have it: `may_withhold` says that this is known.

    Raises:
        RefusedError: a sibling has that label, it cannot stand there, or addresses would go.
    """
    require(viewer, Permission.COORDINATE)
    _check(session, need, facts)
    if facts == facts_of(need):
        return False
    becomes_sheltered, turns = facts.sheltered and not need.sheltered, facts.for_staff != need.for_staff
    if becomes_sheltered and not may_withhold and ids_with_addresses(session, need):
        raise RefusedError(_("Insatser har adresser som tas bort. Kryssa i att de får tas bort, eller ta bort krysset för skydd."))
    before = need.label
    if facts.parent is not need.parent:
        need.position = _last_position(session, facts.parent)
    _set(need, facts)
    session.flush()
    for row in queries.by_ids(viewer, session, _ids_of(session, need)) if becomes_sheltered or turns else ():
        told: actions.InterventionChanges = {}
        if becomes_sheltered:
            told["occasions"] = [
                replace(occasion_actions.facts_of(occasion), place="", address="", address_on_request=True) for occasion in row.occasions
            ]
        # Whether an entry is for staff is reckoned anew when it is changed, by nothing too.
        actions.update(viewer, session, row, told, why=_("Behovet %(label)s är nu skyddat.", label=need.label) if becomes_sheltered else "")
    text = need.label if need.label == before else f"{before} → {need.label}"
    events.record(viewer, session, "behov.andrat", subject=f"behov:{need.code}", text=text)
    return True


def facts_of(need: Need) -> NeedFacts:
    """A need that is there, as a form would tell of it."""
    return NeedFacts(
        need.label, need.parent, need.icon, need.colour, need.is_tile, need.for_staff, need.sheltered, need.via_adult_education
    )


def ids_with_addresses(session: Session, need: Need) -> list[int]:
    """The entries with a need whose starts tell of a place or an address, that would be taken away."""
    told = select(Occasion.intervention_id).where((Occasion.address != "") | (Occasion.place != ""))
    having = select(intervention_need.c.intervention_id).where(intervention_need.c.need_id == need.id)
    return list(session.scalars(having.where(intervention_need.c.intervention_id.in_(told))))


def shift(viewer: Viewer, session: Session, need: Need, *, up: bool) -> None:
    """Let a need change places with its sibling before or after it; the first and the last stay."""
    require(viewer, Permission.COORDINATE)
    change_places(_siblings(session, need.parent_id), need, up=up)
    session.flush()
    events.record(viewer, session, "behov.flyttat", subject=f"behov:{need.code}", text=need.label)


def retire(viewer: Viewer, session: Session, need: Need, *, retired: bool) -> None:
    """Let a need no longer be chosen, or be chosen again. Those that have it keep it; on the first page it is a tile no more.

    Raises:
        RefusedError: it has parts in use, or is itself a part of one that is retired.
    """
    require(viewer, Permission.COORDINATE)
    if retired and any(not part.retired for part in _siblings(session, need.id)):
        raise RefusedError(_("%(label)s har delar. Flytta dem eller låt dem utgå först.", label=need.label))
    if not retired and need.parent is not None and need.parent.retired:
        raise RefusedError(_("%(label)s, som behovet är en del av, har utgått. Ta tillbaka det först.", label=need.parent.label))
    need.retired, need.is_tile = retired, need.is_tile and not retired
    session.flush()
    events.record(viewer, session, "behov.utgatt" if retired else "behov.ater", subject=f"behov:{need.code}", text=need.label)


def change_code(viewer: Viewer, session: Session, need: Need, code: str) -> None:
    """Give a need another code. Addresses with the old one lead on.

    Raises:
        RefusedError: it is no code, or another need has, or had, that code.
    """
    require(viewer, Permission.COORDINATE)
    if code == need.code:
        return
    if code != slug(code):
        raise RefusedError(_("Koden får bara ha bokstäverna a–z, siffror och bindestreck, högst 40 tecken."))
    old = session.get(NeedRedirect, code)
    taken = session.scalar(select(Need.id).where(Need.code == code, Need.id != need.id)) or (old is not None and old.need_id != need.id)
    if taken:
        raise RefusedError(_("Koden %(code)s används redan.", code=code))
    if old is not None:
        # Its own from before: it is the code again, and leads nowhere else.
        session.delete(old)
    before, need.code = need.code, code
    session.add(NeedRedirect(code=before, need_id=need.id))
    session.flush()
    events.record(viewer, session, "behov.kod", subject=f"behov:{code}", text=f"{before} → {code}")


def merge(viewer: Viewer, session: Session, need: Need, into: Need) -> int:
    """Let a need become a part of another's meaning: its interventions follow, its addresses lead on; how many followed.

    Raises:
        RefusedError: it has parts of its own, or the two are the same.
    """
    require(viewer, Permission.COORDINATE)
    if need is into:
        raise RefusedError(_("Ett behov kan inte slås ihop med sig självt."))
    if session.scalar(select(Need.id).where(Need.parent_id == need.id).limit(1)):
        raise RefusedError(_("%(label)s har delar. Flytta eller slå ihop dem först.", label=need.label))
    rows = session.scalars(select(Intervention).join(intervention_need).where(intervention_need.c.need_id == need.id)).all()
    why = _("Behovet %(label)s slogs ihop med %(into)s.", label=need.label, into=into.label)
    for row in rows:
        actions.update(viewer, session, row, {"needs": [into if n is need else n for n in row.needs]}, why=why, flush=False)
    session.flush()
    session.execute(update(NeedRedirect).where(NeedRedirect.need_id == need.id).values(need_id=into.id))
    code, text = need.code, f"{need.label} → {into.label}"
    session.delete(need)
    session.flush()
    session.add(NeedRedirect(code=code, need_id=into.id))
    session.flush()
    events.record(viewer, session, "behov.sammanslaget", subject=f"behov:{into.code}", text=text)
    return len(rows)


def _check(session: Session, need: Need | None, facts: NeedFacts) -> None:
    """Refuse what the tree of needs must not be: two levels, no two siblings of one name, tiles only above."""
    if facts.parent is not None and (facts.parent is need or facts.parent.parent_id is not None):
        raise RefusedError(_("Ett behov kan bara ligga under ett behov som inte självt är en del."))
    if facts.parent is not None and need is not None and _siblings(session, need.id):
        raise RefusedError(
            _("%(label)s har egna delar, och kan inte bli en del av ett annat behov. Flytta delarna först.", label=need.label)
        )
    if facts.parent is not None and facts.is_tile:
        raise RefusedError(_("Bara behov som inte är en del av ett annat kan vara en ruta på första sidan."))
    if facts.is_tile and need is not None and need.retired:
        raise RefusedError(_("%(label)s har utgått, och kan inte vara en ruta på första sidan.", label=need.label))
    if facts.is_tile and not (facts.icon and facts.colour):
        raise RefusedError(_("Välj en symbol och en färg åt rutan."))
    siblings = _siblings(session, facts.parent.id if facts.parent else None)
    if any(other is not need and other.label.casefold() == facts.label.casefold() for other in siblings):
        raise RefusedError(_("Behovet %(label)s finns redan på samma ställe.", label=facts.label))


def _set(need: Need, facts: NeedFacts) -> None:
    need.label, need.parent = facts.label, facts.parent
    need.icon, need.colour, need.is_tile = facts.icon, facts.colour, facts.is_tile
    need.for_staff, need.sheltered, need.via_adult_education = facts.for_staff, facts.sheltered, facts.via_adult_education


def _siblings(session: Session, parent_id: int | None) -> Sequence[Need]:
    where = Need.parent_id.is_(None) if parent_id is None else Need.parent_id == parent_id
    return session.scalars(select(Need).where(where).order_by(Need.position, Need.id)).all()


def _last_position(session: Session, parent: Need | None) -> int:
    siblings = _siblings(session, parent.id if parent else None)
    base = parent.position if parent else 0
    return max((other.position for other in siblings), default=base) + (1 if parent else 100)


def _ids_of(session: Session, need: Need) -> list[int]:
    """The entries that have just this need, not a part of it."""
    return list(session.scalars(select(intervention_need.c.intervention_id).where(intervention_need.c.need_id == need.id)))
