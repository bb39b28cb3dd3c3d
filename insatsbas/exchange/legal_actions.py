"""Changing the rules of what may be traded. Never commits."""

from sqlalchemy.orm import Session

from insatsbas.accounts.policy import Permission, require
from insatsbas.core import events, settings_store
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import legal
from insatsbas.exchange.legal import Rules
from insatsbas.exchange.legal_queries import SETTING, rules


def save(viewer: Viewer, session: Session, changed: Rules) -> None:
    """Set the rules. What is asked for and agreed on already stays on its ground."""
    require(viewer, Permission.COORDINATE)
    if changed == rules(session):
        return
    text = legal.as_text(changed)
    settings_store.write(session, SETTING, text)
    session.flush()
    events.record(viewer, session, "installning.andrad", subject=f"installning:{SETTING}", text=text)
