"""The steps of an intervention's life: pausing, ending and starting it again, and taking a draft away."""

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm.exc import StaleDataError
from werkzeug import Response
from werkzeug.exceptions import Conflict

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import EndReason, PauseReason, Status
from insatsbas.core.db import db
from insatsbas.core.errors import RefusedError
from insatsbas.core.forms import SwedishForm, posted
from insatsbas.core.i18n import gettext as _
from insatsbas.keeping.editing import actions, opening, rules
from insatsbas.keeping.editing.actions import Ending
from insatsbas.keeping.editing.blueprint import blueprint
from insatsbas.keeping.editing.entry import outcomes_of, results_of
from insatsbas.keeping.editing.forms import EndForm, OutcomeForm, PauseForm, StepForm
from insatsbas.keeping.editing.rules import TRANSITIONS, Step

Answer = Response | str | tuple[str, int]
Faults = list[tuple[str, str]]


@blueprint.route("/insatser/<public_id>/pausa", methods=["GET", "POST"])
@access(Permission.KEEP)
def pause(public_id: str) -> Answer:
    """Pause it: why, and when it may start again."""
    viewer, row, form = current_viewer(), opening.own(public_id), PauseForm(posted(request.form))
    if request.method == "GET" or not form.validate():
        return _page(row, Step.PAUSE, form, form.faults())
    return _take(
        row, Step.PAUSE, form, lambda: actions.pause(viewer, db.session, row, PauseReason(form.reason.data), why=form.why.data or "")
    )


@blueprint.route("/insatser/<public_id>/avsluta", methods=["GET", "POST"])
@access(Permission.KEEP)
def end(public_id: str) -> Answer:
    """End it: why, what was learned, and what came of it in numbers."""
    row, form = opening.own(public_id), EndForm(posted(request.form))
    if request.method == "GET":
        form.knows_more.data = row.knows_more or row.contact
        return _page(row, Step.END, form, [])
    outcomes = outcomes_of(posted(request.form))
    if request.form.get("gor") == "lagg-till-resultat":
        return _page(row, Step.END, form, [], [*outcomes, OutcomeForm(prefix=f"outcomes-{len(outcomes)}")], status=HTTPStatus.OK)
    if not all([form.validate(), *(outcome.validate() for outcome in outcomes)]):
        faults = [*form.faults(), *(fault for outcome in outcomes for fault in outcome.faults())]
        return _page(row, Step.END, form, faults, outcomes)
    ending = Ending(EndReason(form.reason.data), form.lessons(), results_of(outcomes), form.knows_more.data or "")
    return _take(row, Step.END, form, lambda: actions.end(current_viewer(), db.session, row, ending, why=form.why.data or ""), outcomes)


@blueprint.route("/insatser/<public_id>/starta-igen", methods=["GET", "POST"])
@access(Permission.KEEP)
def start_again(public_id: str) -> Answer:
    """Let it be given again, if it tells all that a reader needs."""
    row, form = opening.own(public_id), StepForm(posted(request.form))
    lacking = rules.missing(opening.saved(row), Status.ACTIVE)
    faults: Faults = [("", _(message)) for message in lacking.values()]
    if request.method == "GET" or lacking or not form.validate():
        return _page(row, Step.START, form, [*faults, *form.faults()])
    return _take(row, Step.START, form, lambda: actions.start(current_viewer(), db.session, row, why=form.why.data or ""))


@blueprint.route("/insatser/<public_id>/ta-bort", methods=["GET", "POST"])
@access(Permission.KEEP)
def delete(public_id: str) -> Answer:
    """Take a draft away."""
    row, form = opening.own(public_id), SwedishForm(posted(request.form))
    if request.method == "GET":
        return _page(row, Step.DELETE, form, [])
    return _take(row, Step.DELETE, form, lambda: actions.delete_draft(current_viewer(), db.session, row))


def _take(row: Intervention, step: Step, form: SwedishForm, write: Callable[[], None], outcomes: list[OutcomeForm] | None = None) -> Answer:
    public_id = row.public_id
    done = {
        Step.PAUSE: _("Insatsen är pausad. Den finns i kunskapsbanken tills den startar igen."),
        Step.END: _("Insatsen är avslutad. Den finns kvar i kunskapsbanken, att lära av."),
        Step.START: _("Insatsen ges igen. Nu kan alla hitta den."),
        Step.DELETE: _("Utkastet är borttaget."),
    }
    if request.form.get("version", str(row.version)) != str(row.version):
        told = _("Någon har ändrat insatsen sedan du öppnade sidan. Läs den igen, och spara sedan om det fortfarande stämmer.")
        return _page(row, step, form, [("", told)], outcomes, status=HTTPStatus.CONFLICT)
    try:
        write()
        flash(done[step])
        db.session.commit()
    except RefusedError as error:
        db.session.rollback()
        return _page(opening.own(public_id), step, form, [("", str(error))], outcomes)
    except StaleDataError as error:
        raise Conflict from error
    return redirect(url_for("editing.mine") if step is Step.DELETE else url_for("pages.intervention", public_id=public_id), 303)


def _page(
    row: Intervention,
    step: Step,
    form: SwedishForm,
    faults: Faults,
    outcomes: list[OutcomeForm] | None = None,
    *,
    status: HTTPStatus | None = None,
) -> Answer:
    """The page of a step, with what is wrong. One that cannot be taken from here says so instead of asking."""
    can = (row.status, step) in TRANSITIONS
    asked = request.method == "GET"
    page = render_template(
        f"keeping/editing/{step.value}.html",
        row=row,
        form=form,
        faults=[] if asked and step is not Step.START else faults,
        outcomes=outcomes or [OutcomeForm(prefix="outcomes-0")],
        can=can,
        version=row.version if status is HTTPStatus.CONFLICT else request.form.get("version", row.version),
    )
    return page, status or (200 if asked else 422)
