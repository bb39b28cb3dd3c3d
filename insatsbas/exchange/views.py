"""The pages of requests: those of one's organisations, one of them, asking anew, a counter-proposal; and every step."""

import secrets
from dataclasses import replace
from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue import queries as catalogue
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import PUBLIC
from insatsbas.core.db import db
from insatsbas.core.errors import NotFoundError, RefusedError
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _
from insatsbas.exchange import actions, forms, legal_queries, presenter, queries, starting
from insatsbas.exchange.actions import Said
from insatsbas.exchange.forms import NO_SWAP, CounterForm, LegForm, RequestForm, StepForm
from insatsbas.exchange.models import ExchangeRequest
from insatsbas.exchange.starting import Start
from insatsbas.exchange.states import Action, Kind, Side
from insatsbas.exchange.terms import Leg, LegalBasis, PriceKind, Proposal
from insatsbas.organisations.models import Organisation

blueprint = Blueprint("exchange", __name__)
Answer = Response | str | tuple[str, int]


@blueprint.get("/utbyten")
@access(Permission.TRADE)
def mine() -> str:
    """The requests of one's organisations, what waits for them first."""
    viewer = current_viewer()
    return render_template("exchange/mine.html", groups=presenter.groups(viewer, queries.of_viewer(viewer, db.session)))


@blueprint.get("/utbyten/<int:number>")
@access(Permission.TRADE)
def one(number: int) -> str:
    """One request: whose turn it is, what is on the table, what one can do, what has happened."""
    return _drawn(queries.for_party(current_viewer(), db.session, number), StepForm(data={"idempotency_key": new_key()}), ())


@blueprint.post("/utbyten/<int:number>/<action>")
@access(Permission.TRADE)
def take_step(number: int, action: str) -> Answer:
    """Take a step that needs no proposal."""
    found = queries.for_party(current_viewer(), db.session, number)
    form = StepForm(posted(request.form))
    if action not in {known.value for known in Action}:
        raise NotFoundError("Det steget finns inte.")
    if not form.validate():
        return _drawn(found, form, form.faults()), 422
    said = Said(reason=form.orsak.data or "", why=form.varfor.data or "", places_used=form.anvanda.count)
    try:
        actions.perform(current_viewer(), db.session, number, Action(action), key=form.idempotency_key.data or "", said=said)
    except RefusedError as refused:
        db.session.rollback()
        now = queries.for_party(current_viewer(), db.session, number)
        return _drawn(now, form, (("", str(refused)),)), 409
    flash(_("Klart: %(what)s.", what=_(Action(action).label).lower()))
    db.session.commit()
    return redirect(url_for("exchange.one", number=number), 303)


@blueprint.route("/utbyten/<int:number>/motforslag", methods=["GET", "POST"])
@access(Permission.TRADE)
def counter(number: int) -> Answer:
    """Propose something else: number, price, start."""
    found = queries.for_party(current_viewer(), db.session, number)
    side = presenter.side_of(found, queries.sides_of(current_viewer(), found))
    if side is None:
        raise NotFoundError("Förfrågan finns inte.")
    sent = posted(request.form) if request.method == "POST" else None
    form = CounterForm(sent, data={"idempotency_key": new_key(), **_besides_now(found, side)})
    form.betalar.choices = [("vi", _("Vi")), ("de", _("De"))]
    legs = _leg_forms(found, sent)
    if sent is None:
        return render_template("exchange/counter.html", request_row=found, form=form, legs=legs, faults=())
    faults = [fault for each in (*(leg for leg, _now in legs), form) if not each.validate() for fault in each.faults()]
    if not faults:
        try:
            return _send_counter(found, form, legs, side)
        except RefusedError as refused:
            db.session.rollback()
            faults = [("", str(refused))]
    now = queries.for_party(current_viewer(), db.session, number)
    return render_template("exchange/counter.html", request_row=now, form=form, legs=legs, faults=faults), 422


@blueprint.route("/insatser/<public_id>/fraga-om-platser", methods=["GET", "POST"])
@access(Permission.TRADE)
def new(public_id: str) -> Answer:
    """Ask for places: bought, swapped, of an offer, or as the report of a deal already made."""
    row = catalogue.by_public_id(current_viewer(), db.session, public_id)
    if row.status not in PUBLIC:
        raise NotFoundError("Insatsen finns inte.")
    own = [o for o in starting.own_organisations(current_viewer(), db.session) if o.id != row.owner_id]
    is_report = request.values.get("redan") == "ja"
    asker = next((o for o in own if o.slug == request.values.get("fran")), own[0] if own else None)
    ruling = legal_queries.ruling_for(db.session, asker, row) if asker else None
    if asker is None or ruling is None or not ruling.is_allowed:
        why_not = _(ruling.why_not) if ruling else _("Insatsen är er egen, eller så har du ingen organisation att fråga för.")
        return render_template("exchange/not_here.html", row=row, why_not=why_not)
    found, given = starting.starts(db.session, row, asker_id=asker.id), starting.starts_of_owner(db.session, asker)
    sent = posted(request.form) if request.method == "POST" else None
    form = RequestForm(sent, data={"idempotency_key": new_key(), "fran": asker.slug, "pris_slag": PriceKind.PLACE.value})
    _fill(form, own, found, given, ruling.bases)
    if sent is None or not found:
        return render_template("exchange/new.html", row=row, form=form, starts=found, is_report=is_report, faults=())
    faults = [] if form.validate() else form.faults()
    if not faults:
        try:
            return _send_new(row, asker, form, (found, given), is_report=is_report)
        except RefusedError as refused:
            db.session.rollback()
            faults = [("", str(refused))]
    row = catalogue.by_public_id(current_viewer(), db.session, public_id)
    return render_template("exchange/new.html", row=row, form=form, starts=found, is_report=is_report, faults=faults), 422


def new_key() -> str:
    """A key for a form that is to do what it does once."""
    return secrets.token_urlsafe(24)


def _drawn(found: ExchangeRequest, form: StepForm, faults: object) -> str:
    viewer = current_viewer()
    side = presenter.side_of(found, queries.sides_of(viewer, found))
    organisation_id = found.asker_id if side is Side.ASKER else found.answerer_id
    decides = bool(queries.decision_limits(db.session, viewer.person_id, organisation_id))
    page = presenter.request_page(viewer, found, decides=decides)
    return render_template("exchange/request.html", page=page, form=form, key=new_key(), faults=faults)


def _fill(form: RequestForm, own: list[Organisation], found: list[Start], given: list[Start], bases: tuple[LegalBasis, ...]) -> None:
    form.fran.choices = [(o.slug, o.name) for o in own]
    form.start.choices = [(start.key, start.label) for start in found]
    form.pris_slag.choices = forms.price_choices()
    form.byte.choices = [(NO_SWAP, _("Inget, vi betalar")), *((start.key, start.label) for start in given)]
    form.betalar.choices = [("vi", _("Vi")), ("de", _("De"))]
    form.grund.choices = [(basis.value, _(basis.label)) for basis in bases]


def _send_new(
    row: Intervention, asker: Organisation, form: RequestForm, options: tuple[list[Start], list[Start]], *, is_report: bool
) -> Response:
    found, given = options
    start = starting.chosen(found, form.start.data or "")
    basis, terms = LegalBasis(form.grund.data), form.villkor.data or ""
    legs = [_asked_for(form, start, basis, terms)]
    kind = Kind.SELL if start.offer else Kind.BUY
    if form.is_swap:
        back = starting.chosen(given, form.byte.data or "")
        legs.append(_leg(Side.ASKER, back, form.byte_platser.count or 0, basis))
        kind = Kind.SWAP
    paying = forms.payer(form, Side.ASKER)
    made = actions.prepare(
        current_viewer(),
        db.session,
        kind=kind,
        asker_id=asker.id,
        answerer_id=row.owner_id,
        proposal=Proposal(tuple(legs), form.mellanskillnad.amount or Decimal(0), paying),
        key=form.idempotency_key.data or "",
        is_report=is_report,
    )
    number = made.id
    flash(
        _("Överenskommelsen är anmäld. Den andra sidan bekräftar den.")
        if is_report
        else _("Förfrågan är sparad. Läs igenom den och skicka.")
    )
    db.session.commit()
    return redirect(url_for("exchange.one", number=number), 303)


def _asked_for(form: RequestForm, start: Start, basis: LegalBasis, terms: str) -> Leg:
    """What is asked for. Of an offer the price and the terms are the offer's; of a swap without a price it is none."""
    leg = replace(_leg(Side.ANSWERER, start, form.platser.count or 0, basis), terms=terms)
    if start.offer:
        whole = "\n\n".join(part for part in (start.offer.terms, terms) if part)
        return replace(leg, price_kind=start.offer.price_kind, price=start.offer.price, terms=whole, offer_id=start.offer.id)
    if form.is_swap and form.pris.amount is None:
        return leg
    return replace(leg, price_kind=PriceKind(form.pris_slag.data), price=form.pris.amount)


def _leg(giver: Side, start: Start, places: int, basis: LegalBasis) -> Leg:
    """Places of a start that cost nothing yet."""
    occasion = start.occasion
    return Leg(
        giver=giver,
        occasion_id=occasion.id,
        title=occasion.intervention.title,
        places=places,
        price_kind=PriceKind.PLACE,
        price=Decimal(0),
        start=occasion.start,
        end=occasion.end,
        legal_basis=basis,
    )


def _besides_now(found: ExchangeRequest, side: Side) -> dict[str, str]:
    amount = f"{found.difference.normalize():f}".replace(".", ",") if found.difference else ""
    return {"mellanskillnad": amount, "betalar": "vi" if found.difference_from in (None, side) else "de", "villkor": found.legs[0].terms}


def _leg_forms(found: ExchangeRequest, sent: object) -> list[tuple[LegForm, Leg]]:
    made = []
    for place, (leg, row) in enumerate(zip(queries.proposal_of(found).legs, found.legs, strict=True)):
        others = starting.starts(db.session, row.occasion.intervention, asker_id=found.asker_id)
        starts = [(start.key, start.label) for start in others if start.offer is None]
        if str(leg.occasion_id) not in {key for key, _label in starts}:
            starts.insert(0, (str(leg.occasion_id), _("Som nu")))
        made.append((forms.leg_form(sent, leg, starts, place=place), leg))  # type: ignore[arg-type]
    return made


def _send_counter(found: ExchangeRequest, form: CounterForm, legs: list[tuple[LegForm, Leg]], side: Side) -> Response:
    changed = []
    for place, (each, now) in enumerate(legs):
        start = next(o for o in found.legs[place].occasion.intervention.occasions if str(o.id) == each.start.data)
        is_same = start.id == now.occasion_id
        changed.append(
            replace(
                now,
                occasion_id=start.id,
                start=now.start if is_same else start.start,
                end=now.end if is_same else start.end,
                offer_id=now.offer_id if is_same else None,
                places=each.platser.count or 0,
                price_kind=PriceKind(each.pris_slag.data),
                price=each.pris.amount,
                terms=(form.villkor.data or "") if place == 0 else now.terms,
            )
        )
    proposal = Proposal(tuple(changed), form.mellanskillnad.amount or Decimal(0), forms.payer(form, side))
    said = Said(proposal=proposal, why=form.varfor.data or "")
    number = found.id
    actions.perform(current_viewer(), db.session, number, Action.COUNTER, key=form.idempotency_key.data or "", said=said)
    flash(_("Motförslaget är skickat."))
    db.session.commit()
    return redirect(url_for("exchange.one", number=number), 303)
