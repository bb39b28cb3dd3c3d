"""The blueprint that all the pages of the desk are added to, and what they all do alike."""

from collections.abc import Callable, Sequence

from flask import Blueprint, request
from werkzeug.datastructures import MultiDict

from insatsbas.core.db import db
from insatsbas.core.errors import RefusedError
from insatsbas.core.forms import SwedishForm, posted

blueprint = Blueprint("desk", __name__)
Faults = Sequence[tuple[str, str]]


def sent() -> MultiDict[str, str] | None:
    """What was sent with a form; None for who only looks, so that the form shows what is known."""
    return posted(request.form) if request.method == "POST" else None


def faults_of(form: SwedishForm, action: Callable[[], object]) -> Faults:
    """Do what a form asks for; what is wrong with it, by its shape or by a rule. Nothing is done when anything is."""
    if not form.validate():
        return form.faults()
    return refusal_of(action)


def refusal_of(action: Callable[[], object]) -> Faults:
    """Do something; why a rule refused it, if it did. Then nothing of it is left."""
    try:
        action()
    except RefusedError as refused:
        db.session.rollback()
        return [("", str(refused))]
    return []
