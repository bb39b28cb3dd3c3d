"""An intervention as a card: the same in a list of hits and on every page that shows some."""

from datetime import date
from functools import lru_cache
from urllib.parse import urlencode

from flask import url_for

from insatsbas.catalogue.freshness_queries import needs_review
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import Status, TermKind, is_open, next_start, places_for_others, places_left
from insatsbas.catalogue.shown_queries import Shown
from insatsbas.core.i18n import gettext as _
from insatsbas.search.engine import Facet
from insatsbas.search.explaining import synonym_of
from insatsbas.search.forms import address
from insatsbas.search.page import HitCard, NeedTag
from insatsbas.search.query import Plan
from insatsbas.search.snippets import mark, snippet
from insatsbas.search.swedish import Analysis

_NAMES_IN_FULL = 3
_NOTHING_ASKED = Plan()


def card(
    row: Intervention | Shown, analysis: Analysis, *, today: date, region: str, stale_before: date = date.min, plan: Plan = _NOTHING_ASKED
) -> HitCard:
    """A card, marked where it answers the plan. Only an active intervention has a next start and places to give.

    What was last confirmed before `stale_before` needs to be looked over.
    """
    is_active = row.status is Status.ACTIVE
    return HitCard(
        url=url_for("pages.intervention", public_id=row.public_id),
        title=mark(row.title, plan, analysis),
        snippet=snippet(row.title, row.summary, row.description, plan, analysis),
        status=row.status,
        where=where(row, region),
        owner=row.owner.name,
        needs=need_tags(row),
        way_in=", ".join(term.label for term in row.terms_of(TermKind.WAY_IN)),
        level=_(row.level_required.label) if row.level_required else "",
        next_start=next_start(row.occasions, today) if is_active else None,
        rolling=row.rolling,
        places_left=places_left(row.occasions, today) if is_active else None,
        starts_with_places=sum(o.left is not None and is_open(o, today) for o in row.occasions) if is_active else 0,
        for_others=places_for_others(row.occasions, today) if is_active else 0,
        last_known=row.last_known,
        is_example=row.is_example,
        for_staff=row.for_staff,
        is_stale=needs_review(row, stale_before),
        synonym=synonym_of(row, plan, analysis),
    )


def need_tags(intervention: Intervention | Shown) -> tuple[NeedTag, ...]:
    """The needs of an intervention, each with the colour of its tile."""
    search = address(())
    return tuple(_need_tag(search, n.label, n.code, (n.parent or n).colour) for n in intervention.needs)


@lru_cache(maxsize=1000)
def _need_tag(search: str, label: str, code: str, colour: int | None) -> NeedTag:
    return NeedTag(label, f"{search}?{urlencode({Facet.NEED.value: code})}", colour)


def where(intervention: Intervention | Shown, region: str) -> str:
    """Where it is given, in a few words. Of what has ended nothing is said that the entry does not say."""
    names = [m.name for m in intervention.given_in]
    if not names:
        return "" if intervention.status is Status.ENDED else where_all(region)
    if len(names) > _NAMES_IN_FULL + 1:
        rest = len(names) - _NAMES_IN_FULL
        return _("%(names)s och %(count)d till", names=", ".join(names[:_NAMES_IN_FULL]), count=rest)
    return ", ".join(names)


def where_all(region: str) -> str:
    """What an empty list of municipalities means."""
    return _("Hela %(region)s", region=region) if region else _("Hela regionen")
