"""Every write of the co-ordinator's settings. Never commits."""

from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue.freshness import read_days
from insatsbas.catalogue.freshness_queries import SETTING
from insatsbas.core import events, settings_store
from insatsbas.core.errors import RefusedError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Viewer
from insatsbas.keeping.desk import organisation_actions


def save(viewer: Viewer, session: Session, *, days: tuple[str, str], show_freshness: set[str]) -> None:
    """Set the two days of review, each as month and day, 04-15, and whose freshness everybody may see.

    Raises:
        RefusedError: a day is not found in every year, or the two are the same.
    """
    require(viewer, Permission.COORDINATE)
    text = " ".join(sorted(days))
    try:
        read = read_days(text)
    except ValueError as error:
        raise RefusedError(_("Välj dagar som finns varje år, och inte i juli.")) from error
    if len(read.days) != len(days):
        raise RefusedError(_("Välj två olika dagar för översynen."))
    if settings_store.read(session, SETTING, "") != text:
        settings_store.write(session, SETTING, text)
        session.flush()
        events.record(viewer, session, "installning.andrad", subject=f"installning:{SETTING}", text=text)
    organisation_actions.show_freshness(viewer, session, show_freshness)
