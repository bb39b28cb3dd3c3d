"""What the tests of editing share: reading a form back from its page, and what fills one."""

from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.core.db import db
from tests.support.checks import parse


def fields_of(page: TestResponse) -> dict[str, Any]:
    """What a browser would send of the form of a page, but for its buttons and the token that the client puts in."""
    form = max(parse(page.text).iter("form"), key=lambda each: len(list(each.iter())))
    sent: dict[str, Any] = {}
    for field in form.iter():
        name = field.get("name")
        if not name or field.tag == "button" or name == "csrf_token":
            continue
        if field.tag == "textarea":
            sent[name] = "".join(field.itertext()).removeprefix("\n")
        elif field.tag == "select":
            sent[name] = next((o.get("value") for o in field.iter("option") if o.get("selected") is not None), "")
        elif field.get("type") in ("checkbox", "radio"):
            if field.get("checked") is not None:
                sent.setdefault(name, []).append(field.get("value"))
        elif name in sent:
            sent[name] = [*(sent[name] if isinstance(sent[name], list) else [sent[name]]), field.get("value", "")]
        else:
            sent[name] = field.get("value", "")
    return sent


def filled() -> dict[str, Any]:
    """What a reader needs."""
    return {
        "summary": "Du lär dig svenska för vården.",
        "needs": "yrkessvenska",
        "way_in": "handlaggare",
        "contact": "vux@huddinge.example",
    }


def row_of(app: Flask, public_id: str) -> Intervention:
    """An intervention as it is saved, with what hangs on it."""
    with app.app_context():
        row = db.session.scalars(select(Intervention).where(Intervention.public_id == public_id)).one()
        for many in (row.needs, row.terms, row.occasions, row.lessons, row.outcomes, row.links):
            list(many)
        assert all(isinstance(each, Occasion) for each in row.occasions)
        db.session.expunge_all()
        return row
