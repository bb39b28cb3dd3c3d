"""Changing the rules of what may be traded. Never commits."""

from collections.abc import Iterable, Iterator

from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.core import events, settings_store
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import legal
from insatsbas.exchange.legal import Instead, Rules
from insatsbas.exchange.legal_queries import SETTING, rules
from insatsbas.exchange.terms import LegalBasis
from insatsbas.organisations.rules import OrganisationKind


def save(viewer: Viewer, session: Session, changed: Rules) -> list[str]:
    """Set the rules; what that changes, in words. What is asked for and agreed on already stays on its ground."""
    require(viewer, Permission.COORDINATE)
    before = rules(session)
    if changed == before:
        return []
    settings_store.write(session, SETTING, legal.as_text(changed))
    session.flush()
    told = list(_changes(before, changed))
    events.record(viewer, session, "installning.andrad", subject=f"installning:{SETTING}", text=" ".join(told))
    return told


def _changes(before: Rules, after: Rules) -> Iterator[str]:
    for basis in LegalBasis:
        ground = _(basis.label)
        if more := after.between[basis] - before.between[basis]:
            yield _("%(ground)s går nu att använda för: %(kinds)s.", ground=ground, kinds=_names(more))
        if fewer := before.between[basis] - after.between[basis]:
            yield _("%(ground)s går inte längre att använda för: %(kinds)s.", ground=ground, kinds=_names(fewer))
    for instead in Instead:
        said = _(after.said(instead))
        if said != _(before.said(instead)):
            yield _("%(when)s står det nu: %(said)s", when=_(instead.label), said=said)


def _names(kinds: Iterable[OrganisationKind]) -> str:
    return ", ".join(sorted(_(kind.label).lower() for kind in kinds))
