"""The whole policy on one screen: what may be done, and by whom.

Each route names one permission (`guard.access`), and each action that writes asks for it again with the organisation it concerns
(`require`). A permission is given when any of its predicates holds. Whose draft one may read is a matter of queries: another
organisation's is not there (404) rather than forbidden.
"""

from collections.abc import Callable, Mapping
from enum import Enum, auto

from insatsbas.core.errors import ForbiddenError
from insatsbas.core.viewer import Role, Viewer

# Whether a viewer, in an installation that is open to guests or not, fits for an organisation; None means for any at all.
Predicate = Callable[[Viewer, int | None, bool], bool]


def anybody(_viewer: Viewer, _organisation: int | None, _is_open: bool) -> bool:
    """Whoever it is, always: signing in, help, static files."""
    return True


def guest_where_open(_viewer: Viewer, _organisation: int | None, is_open: bool) -> bool:
    """Whoever it is, where the catalogue is open to guests."""
    return is_open


def signed_in(viewer: Viewer, _organisation: int | None, _is_open: bool) -> bool:
    """Somebody who has signed in, if only as the guest that many share."""
    return viewer.is_signed_in


def person(viewer: Viewer, _organisation: int | None, _is_open: bool) -> bool:
    """Somebody with an account of their own."""
    return viewer.is_signed_in and any(grant.role is not Role.GUEST for grant in viewer.grants)


def case_officer(viewer: Viewer, organisation: int | None, _is_open: bool) -> bool:
    """A case officer of it."""
    return viewer.has(Role.CASE_OFFICER, organisation)


def editor(viewer: Viewer, organisation: int | None, _is_open: bool) -> bool:
    """An editor of it."""
    return viewer.has(Role.EDITOR, organisation)


def decision_maker(viewer: Viewer, organisation: int | None, _is_open: bool) -> bool:
    """A decision-maker of it."""
    return viewer.has(Role.DECISION_MAKER, organisation)


def coordinator(viewer: Viewer, _organisation: int | None, _is_open: bool) -> bool:
    """A co-ordinator."""
    return viewer.is_coordinator


class Permission(Enum):
    """What may be done."""

    ENTER = auto()
    READ = auto()
    REPORT_FAULT = auto()
    OWN_ACCOUNT = auto()
    ASK = auto()
    TRADE = auto()
    FOLLOW_TRADE = auto()
    KEEP = auto()
    COORDINATE = auto()


POLICY: Mapping[Permission, tuple[Predicate, ...]] = {
    # Sign in, get help, read the statements of accessibility and privacy, ask whether we are well.
    Permission.ENTER: (anybody,),
    # Read, search, print and fetch what is public.
    Permission.READ: (guest_where_open, signed_in),
    # Say that something is wrong with an entry.
    Permission.REPORT_FAULT: (guest_where_open, signed_in),
    # See and change one's own account, sign out everywhere.
    Permission.OWN_ACCOUNT: (person,),
    # Ask an owner a question, say that something is missing.
    Permission.ASK: (case_officer, editor, decision_maker, coordinator),
    # Ask other organisations for places, answer them, follow the requests. What binds also needs a decision-maker (exchange/rules).
    Permission.TRADE: (case_officer, editor, decision_maker),
    # See what was given, taken and decided in a year: one's own organisation's; the co-ordinator all.
    Permission.FOLLOW_TRADE: (case_officer, editor, decision_maker, coordinator),
    # Enter, change, confirm, pause, end and start an organisation's interventions; answer what is reported and asked; read its drafts.
    Permission.KEEP: (editor, coordinator),
    # Keep lists, organisations, people and settings in order; read what has happened; mask.
    Permission.COORDINATE: (coordinator,),
}


def may(viewer: Viewer, permission: Permission, organisation_id: int | None = None, *, is_open: bool = True) -> bool:
    """Whether the viewer may do it: for that organisation, or where none is named for some organisation."""
    return any(holds(viewer, organisation_id, is_open) for holds in POLICY[permission])


def require(viewer: Viewer, permission: Permission, organisation_id: int | None = None) -> None:
    """Refuse what the policy does not allow. For actions.

    Raises:
        ForbiddenError: the viewer may not.
    """
    if not may(viewer, permission, organisation_id):
        raise ForbiddenError("Du har inte behörighet till det här.")
