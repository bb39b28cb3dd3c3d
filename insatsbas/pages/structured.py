"""What machines read of a page: JSON-LD after schema.org."""

import json
from datetime import date
from typing import Any

from flask import url_for

from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.rules import Form, Status

_MODES = {Form.ON_SITE: "onsite", Form.REMOTE: "online", Form.PARTLY_REMOTE: "blended"}


def json_ld(row: Intervention, *, today: date) -> str:
    """An active intervention as a Course with its coming starts, or as a GovernmentService where it has none; else nothing.

    An example is told to nobody who might take it for real.
    """
    if row.status is not Status.ACTIVE or row.is_example:
        return ""
    coming = [o for o in row.occasions if o.start is not None and o.start >= today]
    provider = {"@type": "Organization", "name": row.owner.name}
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Course" if coming else "GovernmentService",
        "name": row.title,
        "description": row.summary,
        "url": url_for("pages.intervention", public_id=row.public_id, _external=True),
        "provider": provider,
    }
    areas = [{"@type": "AdministrativeArea", "name": m.name} for m in row.given_in]
    offer: dict[str, Any] = {"@type": "Offer"}
    if row.participant_cost is not None:
        offer |= {"price": str(row.participant_cost), "priceCurrency": "SEK", "category": "Paid" if row.participant_cost else "Free"}
    if coming:
        told["hasCourseInstance"] = [_instance(row, o) for o in coming]
    # schema.org knows no area of a course, only of what is offered.
    if areas:
        (offer if coming else told)["areaServed"] = areas
    if len(offer) > 1:
        told["offers"] = offer
    # The text stands inside a script element: nothing in it may end that.
    return json.dumps(told, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")


def _instance(row: Intervention, occasion: Occasion) -> dict[str, Any]:
    told: dict[str, Any] = {"@type": "CourseInstance"}
    if row.form is not None:
        told["courseMode"] = _MODES[row.form]
    if occasion.start:
        told["startDate"] = occasion.start.isoformat()
    if occasion.end:
        told["endDate"] = occasion.end.isoformat()
    place = ", ".join(part for part in (occasion.address, occasion.place) if part)
    if place:
        told["location"] = {"@type": "Place", "name": occasion.place or row.owner.name, "address": place}
    return told
