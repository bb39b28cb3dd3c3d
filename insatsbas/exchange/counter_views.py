"""A counter-proposal: something else than what lies on the table."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue.models import Occasion
from insatsbas.core.db import db, stop_writing
from insatsbas.core.errors import ForbiddenError, NotFoundError, RefusedError
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _
from insatsbas.exchange import actions, counter_values, presenter, queries, rules, starting
from insatsbas.exchange.actions import Said
from insatsbas.exchange.blueprint import blueprint
from insatsbas.exchange.counter_forms import CounterForm, LegForm, counter_form, leg_form
from insatsbas.exchange.models import ExchangeRequest
from insatsbas.exchange.request_presenter import side_named
from insatsbas.exchange.states import Action, Side, State

Answer = Response | str | tuple[str, int]


@blueprint.route("/utbyten/<int:number>/motforslag", methods=["GET", "POST"])
@access(Permission.TRADE)
def counter(number: int) -> Answer:
    """Propose something else: number, price, days, start."""
    found = queries.for_party(current_viewer(), db.session, number)
    sent = posted(request.form) if request.method == "POST" else None
    side = _side(found, sent.get("sida") if sent else None)
    if sent is None and Action.COUNTER not in rules.steps_of(found.state, turn=found.turn, side=side):
        flash(_("Det går inte att lämna ett motförslag nu."))
        return redirect(url_for("exchange.one", number=number), 303)
    now = queries.proposal_of(found)
    occasions = [_occasions(found, place) for place in range(len(now.legs))]
    labels = [[(key, label) for key, (label, _o) in known.items()] for known in occasions]
    legs = [leg_form(leg, labels[place], place=place, is_swap=len(now.legs) > 1, sent=sent) for place, leg in enumerate(now.legs)]
    form = counter_form(now, side, len(found.steps), sent)
    if sent is None:
        return _drawn(found, form, legs)
    faults = [fault for each in (*legs, form) if not each.validate() for fault in each.faults()]
    if faults:
        return _again(number, form, legs, faults), 422
    try:
        starts = [{key: occasion for key, (_label, occasion) in known.items()} for known in occasions]
        said = Said(proposal=counter_values.proposal(now, form, legs, starts, side=side), why=form.varfor.data or "")
        actions.perform(
            current_viewer(),
            db.session,
            number,
            Action.COUNTER,
            key=form.idempotency_key.data or "",
            said=said,
            side=form.side,
            seen=form.seen,
        )
    except (RefusedError, ForbiddenError) as refused:
        return _again(number, form, legs, [("", str(refused))]), 409 if isinstance(refused, RefusedError) else 403
    flash(_("Motförslaget är skickat."))
    db.session.commit()
    return redirect(url_for("exchange.one", number=number), 303)


def _side(found: ExchangeRequest, named: str | None) -> Side:
    side = side_named(current_viewer(), found, named)
    if side is None:
        raise NotFoundError("Förfrågan finns inte.")
    return side


def _occasions(found: ExchangeRequest, place: int) -> dict[str, tuple[str, Occasion]]:
    """The starts that a leg can be of, with their words. What it is of now is among them, even where nobody else can ask for it."""
    leg = found.legs[place]
    is_report = found.state is State.REPORTED
    others = starting.starts(db.session, leg.occasion.intervention, asker_id=found.asker_id, is_report=is_report)
    known = {start.key: (start.label, start.occasion) for start in others if start.offer is None}
    return known if str(leg.occasion_id) in known else {str(leg.occasion_id): (_("Som nu"), leg.occasion), **known}


def _again(number: int, form: CounterForm, legs: Sequence[LegForm], faults: Sequence[tuple[str, str]]) -> str:
    stop_writing(db.session)
    return _drawn(queries.for_party(current_viewer(), db.session, number), form, legs, faults)


def _drawn(found: ExchangeRequest, form: CounterForm, legs: Sequence[LegForm], faults: Sequence[tuple[str, str]] = ()) -> str:
    # Whoever sends it again has read what is told now.
    form.sedd.data = str(len(found.steps))
    # Each part is of a leg as it lies on the table now; where somebody was first, there may be fewer of them.
    givers = [presenter.giver_of(found, leg).name for leg in found.legs]
    parts = [(leg, giver, row.title) for leg, giver, row in zip(legs, givers, found.legs, strict=False)]
    heading = presenter.label_of(Action.COUNTER, is_reported=found.state is State.REPORTED)
    return render_template("exchange/counter.html", number=found.id, heading=heading, form=form, parts=parts, faults=faults)
