"""The menu of those who have signed in. A page of theirs has its line here; whom it is for, its route has already said."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, request, url_for

from insatsbas.accounts.guard import current_viewer, permission_of
from insatsbas.accounts.policy import may
from insatsbas.core.db import db
from insatsbas.core.i18n import gettext as _
from insatsbas.core.text import N_
from insatsbas.core.viewer import Viewer
from insatsbas.exchange.queries import count_our_turn
from insatsbas.keeping.review.queries import count_waiting


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the menu: its route, its words, and how many things wait there, if that is counted."""

    endpoint: str
    label: str
    count: Callable[[Viewer], int] | None = None


ITEMS: tuple[Item, ...] = (
    Item("editing.mine", N_("Våra insatser")),
    Item("review.to_do", N_("Att göra"), count=lambda viewer: count_waiting(viewer, db.session)),
    Item("exchange.mine", N_("Utbyten"), count=lambda viewer: count_our_turn(viewer, db.session)),
    Item("bulk.upload", N_("Läs in från Excel")),
    Item("desk.start", N_("Samordna")),
    Item("reports.mine", N_("Mina frågor")),
)


def init_app(app: Flask) -> None:
    """Give every page the menu of its viewer."""
    app.context_processor(lambda: {"own_menu": _lines()})


def _lines() -> list[tuple[str, str, bool]]:
    viewer = current_viewer()
    if not viewer.is_signed_in:
        return []
    lines = []
    for item in ITEMS:
        permission = permission_of(current_app, item.endpoint)
        if permission is None or not may(viewer, permission):
            continue
        label, count = _(item.label), item.count(viewer) if item.count else 0
        address = url_for(item.endpoint)
        lines.append((address, f"{label} ({count})" if count else label, request.path.startswith(address)))
    return lines
