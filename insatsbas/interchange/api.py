"""What the API says of an intervention, of a search's answer, and of its filters."""

from datetime import date
from decimal import Decimal
from typing import Any

from flask import url_for

from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.queries import Lists
from insatsbas.catalogue.rules import Level, Status, TermKind, next_start, places_for_others, places_left
from insatsbas.catalogue.shown_queries import Shown
from insatsbas.core.i18n import gettext as _
from insatsbas.search import labels
from insatsbas.search.engine import ANY_TIME, FOR_OTHERS, PASSED, PLACES_LEFT, STAFF, YES, Facet, Results


def item(row: Intervention | Shown, *, source: str, today: date) -> dict[str, Any]:
    """An intervention in a list, coded as the parameters are; what the codes mean stands in the facets.

    `source` is the name of our own entries' source; days and places are as of `today`.
    """
    is_active = row.status is Status.ACTIVE
    start = next_start(row.occasions, today) if is_active else None
    return {
        "id": row.public_id,
        "source": row.source or source,
        "external_id": row.external_id or row.public_id,
        "title": row.title,
        "summary": row.summary,
        "status": row.status.value,
        "needs": [need.code for need in row.needs],
        "given_in": [municipality.code for municipality in row.given_in],
        "open_for": [municipality.code for municipality in row.open_for],
        "organisation": row.owner.slug,
        "organisation_name": row.owner.name,
        "way_in": _terms(row, TermKind.WAY_IN),
        "next_start": start.isoformat() if start else None,
        "places_left": places_left(row.occasions, today) if is_active else None,
        "places_for_others": places_for_others(row.occasions, today) if is_active else 0,
        "is_example": row.is_example,
        "for_staff": row.for_staff,
        "url": url_for("pages.intervention", public_id=row.public_id, _external=True),
    }


def whole(row: Intervention, *, source: str, today: date) -> dict[str, Any]:
    """An intervention whole. An address that is given on contact only is not in the database, and so not here."""
    return item(row, source=source, today=today) | {
        "description": row.description,
        "prerequisites": row.prerequisites,
        "eligibility": _terms(row, TermKind.ELIGIBILITY),
        "audience": _terms(row, TermKind.AUDIENCE),
        "support": _terms(row, TermKind.SUPPORT),
        "time": _terms(row, TermKind.TIME),
        "languages": _terms(row, TermKind.LANGUAGE),
        "level_required": _coded(row.level_required),
        "level_reached": _coded(row.level_reached),
        "form": row.form.value if row.form else None,
        "hours_per_week": _number(row.hours_per_week),
        "length": row.length,
        "any_time": row.rolling,
        "participant_cost": _number(row.participant_cost),
        "place_price": _number(row.place_price),
        "contact": row.contact,
        "links": [link.url for link in row.links],
        "occasions": [_occasion(occasion) for occasion in row.occasions],
        "lessons": [lesson.text for lesson in row.lessons],
        "end_reason": row.end_reason.value if row.end_reason else None,
        "last_known": row.last_known,
        "verified_on": _day(row.verified_on),
        "updated_at": row.updated_at.isoformat(),
    }


def _terms(row: Intervention | Shown, kind: TermKind) -> list[str]:
    return [term.code for term in row.terms_of(kind)]


def _coded(level: Level | None) -> str | None:
    return str(level.value) if level is not None else None


def _number(value: Decimal | None) -> float | None:
    return float(value) if value is not None else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _occasion(occasion: Occasion) -> dict[str, Any]:
    return {
        "start": _day(occasion.start),
        "end": _day(occasion.end),
        "apply_by": _day(occasion.apply_by),
        "place": occasion.place,
        "address": occasion.address,
        "address_on_request": occasion.address_on_request,
        "places": occasion.places,
        "places_left": occasion.left,
    }


def facets(results: Results, lists: Lists) -> dict[str, list[dict[str, Any]]]:
    """Each filter's values, with how many hits each would give; `value` is what the parameter takes.

    Every value that the data has stands here, and every municipality, since what is given anywhere is given there too.
    """
    of_values, of_switches = labels.of_values(lists), labels.of_switches()
    told: dict[str, list[dict[str, Any]]] = {}
    for facet in Facet:
        counts = results.facets[facet]
        told[facet.value] = [
            {"value": value, "label": label, "count": counts[value]} for value, label in of_values[facet].items() if value in counts
        ]
    levels = results.facets[PASSED]
    told[PASSED] = [{"value": str(v.value), "label": _(v.label), "count": levels[str(v.value)]} for v in Level]
    for name in (PLACES_LEFT, ANY_TIME, FOR_OTHERS, STAFF):
        told[name] = [{"value": YES, "label": of_switches[name], "count": results.facets[name][YES]}]
    return told
