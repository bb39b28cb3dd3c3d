"""Decisions in words, as they are reported to a board: what was decided, not which button was pressed."""

from insatsbas.core.i18n import gettext as _
from insatsbas.core.text import N_
from insatsbas.exchange.account_queries import Decision
from insatsbas.exchange.states import Action, State

_ASKED, _AGREED = N_("Frågade om platser"), N_("Tackade ja")
_DECIDED: dict[Action | None, str] = {
    None: N_("Registrerade en överenskommelse som redan var gjord"),
    Action.SEND: _ASKED,
    Action.ACCEPT: _AGREED,
    Action.COUNTER: N_("Lämnade ett motförslag"),
    Action.AGREE_TO_CANCEL: N_("Godtog avbokningen"),
}


def decided(decision: Decision) -> str:
    """What was decided. An approval is of what waited for it: to ask, or to say yes."""
    if decision.action is Action.APPROVE:
        return _(_ASKED if decision.before is State.DECIDING_TO_SEND else _AGREED)
    return _(_DECIDED[decision.action])
