"""Masking a text: first where it stands, then, once confirmed, everywhere at once. What is typed is never in an address."""

import logging
from collections import Counter

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.core.db import db
from insatsbas.core.errors import RefusedError
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.templating import number
from insatsbas.keeping.masking import actions, cleaning, queries, rules
from insatsbas.keeping.masking.forms import MaskForm
from insatsbas.keeping.masking.rules import Findings
from insatsbas.keeping.masking.tables import LABELS
from insatsbas.search.service import coming_search

blueprint = Blueprint("masking", __name__)
log = logging.getLogger(__name__)
_WORDS_SHOWN = 30


@blueprint.route("/samordna/maskera", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def start() -> Response:
    """The form; and where the text stands that was typed in it, and how often. Nothing is changed."""
    if request.method == "GET":
        return _page(MaskForm())
    form = MaskForm(posted(request.form))
    if not _fits(form):
        return _page(form, status=422)
    return _page(form, queries.findings(current_viewer(), db.session, form.order()))


@blueprint.post("/samordna/maskera/utfor")
@access(Permission.COORDINATE)
def carry_out() -> Response:
    """Mask it everywhere, and clear what is left of it."""
    form = MaskForm(posted(request.form))
    if not _fits(form):
        return _page(form, status=422)
    try:
        found = actions.mask(current_viewer(), db.session, form.order(), why=form.skal.data or "")
    except RefusedError as error:
        db.session.rollback()
        form.text.errors = [str(error)]
        return _page(form, status=422)
    done = ngettext("Texten är maskerad på %(antal)s ställe.", "Texten är maskerad på %(antal)s ställen.", found.times, antal=found.times)
    db.session.commit()
    flash(f"{done} {_cleaned()}")
    return redirect(url_for("masking.start"), 303)


def _cleaned() -> str:
    try:
        cleaning.clean(coming_search())
    except Exception:
        # Masked it is, and what is left of it is promised to be cleared.
        log.exception("Det som är kvar efter en maskering kunde inte rensas än.")
        return _("Sökindexet och databasen rensas inom några minuter. Det syns bland händelserna när det är gjort.")
    return _("Sökindexet är ombyggt och databasen rensad.")


def _fits(form: MaskForm) -> bool:
    fits = form.validate()
    broken = rules.fault(form.order(), form.skal.data or "") if fits else None
    if broken == "short":
        form.text.errors = [_("Skriv minst tre tecken på varje rad, så att inte för mycket försvinner.")]
    elif broken == "mark":
        form.text.errors = [_("Texten är en del av det som sätts i stället. Skriv något mer av den.")]
    elif broken == "why":
        form.skal.errors = [_("Skriv skälet utan texten som ska bort, för skälet sparas.")]
    return fits and not broken


def _page(form: MaskForm, found: Findings | None = None, *, status: int = 200) -> Response:
    told = found or Findings((), Counter())
    places = [(_(LABELS.get(place.table, place.table)), number(place.rows), number(place.times)) for place in told.places]
    words = [(word, number(times)) for word, times in told.words.most_common(_WORDS_SHOWN)]
    page = render_template(
        "keeping/masking/start.html",
        form=form,
        faults=form.faults(),
        is_looked=found is not None,
        places=places,
        words=words,
        more=max(0, len(told.words) - _WORDS_SHOWN),
    )
    response = make_response(page, status)
    # What is looked for is kept nowhere, in no browser either.
    response.headers["Cache-Control"] = "no-store"
    return response
