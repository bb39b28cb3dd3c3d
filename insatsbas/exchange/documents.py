"""Answers that are files to keep: PDF and JSON."""

from typing import Any

from flask import Response, current_app, render_template

from insatsbas.core import pdf
from insatsbas.core.db import db
from insatsbas.core.errors import NotFoundError


def pdf_of(template: str, name: str, **values: Any) -> Response:
    """A template as a PDF to keep. Drawn with no transaction open, since it takes its time.

    Raises:
        NotFoundError: no PDF can be made here; the command `insatsbas pdf` says why.
    """
    if pdf.missing():
        raise NotFoundError("PDF går inte att göra här.")
    html = render_template(template, **values)
    db.session.rollback()
    answer = current_app.response_class(pdf.render(html), mimetype="application/pdf")
    return as_attachment(answer, name)


def as_attachment(answer: Response, name: str) -> Response:
    """An answer that is kept under a name, by nobody in between."""
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
