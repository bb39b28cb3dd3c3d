"""What is said when something goes wrong: in plain Swedish on a page, as problem+json (RFC 9457) in the API."""

import logging
from collections.abc import Mapping

from flask import Flask, Response, jsonify, make_response, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Conflict, Forbidden, HTTPException, InternalServerError, NotFound, SecurityError, ServiceUnavailable

from insatsbas.core.db import db
from insatsbas.core.errors import ForbiddenError, NotFoundError
from insatsbas.core.i18n import gettext as _
from insatsbas.interchange.problems import ProblemError
from insatsbas.search.engine import EngineError
from insatsbas.search.page import Choice

log = logging.getLogger(__name__)
_API = "/api/"
# What PostgreSQL calls a second row of what there may be one of.
_DOUBLE = "23505"


def init_app(app: Flask) -> None:
    """Answer every fault, foreseen or not."""
    app.register_error_handler(NotFoundError, lambda _error: _answer(NotFound()))
    app.register_error_handler(ForbiddenError, lambda _error: _answer(Forbidden()))
    app.register_error_handler(EngineError, _no_index)
    app.register_error_handler(ProblemError, _problem)
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(StaleDataError, lambda _error: _answer(Conflict()))
    app.register_error_handler(IntegrityError, _not_whole)
    app.register_error_handler(Exception, _unforeseen)


def _texts() -> Mapping[int, tuple[str, str]]:
    return {
        400: (_("Något i adressen stämmer inte"), _("Vi förstår inte vad du frågade efter.")),
        401: (_("Du är inte inloggad"), _("Katalogen är bara öppen för den som har loggat in.")),
        403: (_("Du får inte se sidan"), _("Sidan är bara för dem som har behörighet till den.")),
        404: (_("Sidan finns inte"), _("Den kan ha flyttat, eller så är adressen felskriven.")),
        405: (_("Det går inte att göra så här"), _("Sidan kan bara läsas.")),
        409: (_("Någon annan hann före"), _("Uppgifterna har ändrats sedan du öppnade sidan.")),
        410: (_("Sidan finns inte längre"), _("Den är borttagen.")),
        413: (_("Det du skickade är för stort"), _("En fil får vara högst 5 MB. Dela den i flera, eller skicka mindre åt gången.")),
        500: (_("Något gick fel hos oss"), _("Felet är noterat. Försök igen om en stund.")),
        503: (_("Sökningen är inte i gång"), _("Sökindexet byggs eller saknas. Försök igen om en stund.")),
    }


def _answer(error: HTTPException) -> Response:
    code = error.code or 500
    # Nothing of what failed is kept, and the page asks the database anew: a session that failed answers nothing else.
    db.session.rollback()
    if error.response is not None and code < 400:  # noqa: PLR2004 - a redirect is no fault
        return make_response(error.response)
    if isinstance(error, SecurityError):
        # A host that is not ours has no addresses to link to, and so no page.
        return Response(_("Den här adressen besvaras inte här.") + "\n", 400, mimetype="text/plain")
    heading, explanation = _texts().get(code, _texts()[400 if code < 500 else 500])  # noqa: PLR2004
    if request.path.startswith(_API):
        response = _problem(ProblemError(code, heading, explanation))
    else:
        what_next = (Choice(_("Sök insatser"), url_for("search.results")), Choice(_("Gå till startsidan"), url_for("pages.start")))
        page = render_template("errors/error.html", code=code, heading=heading, text=explanation, what_next=what_next)
        response = make_response(page, code)
    if code == 405 and error.get_response().headers.get("Allow"):  # noqa: PLR2004
        response.headers["Allow"] = error.get_response().headers["Allow"]
    return response


def _problem(error: ProblemError) -> Response:
    body = {"type": "about:blank", "title": error.title, "status": error.status, "detail": error.detail}
    if error.parameters:
        body["invalid_params"] = [{"name": name, "reason": reason} for name, reason in error.parameters.items()]
    response = jsonify(body)
    response.status_code = error.status
    response.mimetype = "application/problem+json"
    return response


def _no_index(error: EngineError) -> Response:
    log.error("%s", error)
    return _answer(ServiceUnavailable())


def _not_whole(error: IntegrityError) -> Response:
    """Two who add the same at once, of whom one was first, are no fault of ours; anything else that the database refuses is."""
    is_double = getattr(error.orig, "sqlstate", None) == _DOUBLE or "UNIQUE constraint" in str(error.orig)
    return _answer(Conflict()) if is_double else _unforeseen(error)


def _unforeseen(error: Exception) -> Response:
    # The address is not logged: it holds what somebody searched for.
    log.exception("Ett oväntat fel i %s", request.endpoint, exc_info=error)
    return _answer(InternalServerError())
