"""Offering places to others: opening, changing, closing; and what is offered by whom."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission, require
from insatsbas.catalogue import queries as catalogue
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import is_open
from insatsbas.core import clock
from insatsbas.core.db import db
from insatsbas.core.errors import RefusedError
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _
from insatsbas.exchange import legal_queries, offer_actions, offer_presenter, offer_queries
from insatsbas.exchange.models import Offer
from insatsbas.exchange.offer_actions import Terms
from insatsbas.exchange.offer_forms import ALL, SOME, AgainForm, ChangeForm, OfferForm
from insatsbas.exchange.terms import PriceKind

blueprint = Blueprint("offers", __name__)
Answer = Response | str | tuple[str, int]


@blueprint.get("/erbjudanden")
@access(Permission.FOLLOW_TRADE)
def every() -> str:
    """What others offer us, and what we offer; for the co-ordinator all that is offered."""
    return render_template("exchange/offers.html", page=offer_presenter.offers_page(current_viewer(), db.session))


@blueprint.route("/insatser/<public_id>/erbjud-platser", methods=["GET", "POST"])
@access(Permission.KEEP)
def new(public_id: str) -> Answer:
    """Offer places of a start."""
    row = catalogue.by_public_id(current_viewer(), db.session, public_id)
    require(current_viewer(), Permission.KEEP, row.owner_id)
    form = _new_form(row)
    if request.method == "GET":
        return _drawn_new(row, form, ())
    if not form.validate():
        return _drawn_new(row, form, form.faults()), 422
    named = set(form.organisationer.data or ()) if form.till.data == SOME else set()
    to = [o for o in offer_queries.who_can_be_named(db.session, row.owner) if o.slug in named]
    try:
        number = offer_actions.open_offer(current_viewer(), db.session, int(form.start.data), _terms(form), to=to).id
    except RefusedError as refused:
        db.session.rollback()
        return _drawn_new(catalogue.by_public_id(current_viewer(), db.session, public_id), form, (("", str(refused)),)), 422
    flash(_("Platserna är erbjudna."))
    db.session.commit()
    return redirect(url_for("offers.one", number=number), 303)


@blueprint.route("/erbjudanden/<int:number>", methods=["GET", "POST"])
@access(Permission.KEEP)
def one(number: int) -> Answer:
    """Change an own offer."""
    offer = offer_queries.by_number(current_viewer(), db.session, number)
    sent = posted(request.form) if request.method == "POST" else None
    form = ChangeForm(sent, data=_now(offer))
    if sent is None:
        return _drawn(offer, form, ())
    if not form.validate():
        return _drawn(offer, form, form.faults()), 422
    return _done(
        offer, form, lambda: offer_actions.change_offer(current_viewer(), db.session, offer, _terms(form)), _("Erbjudandet är ändrat.")
    )


@blueprint.post("/erbjudanden/<int:number>/stang")
@access(Permission.KEEP)
def close(number: int) -> Answer:
    """Offer no more."""
    offer = offer_queries.by_number(current_viewer(), db.session, number)
    form = ChangeForm(data=_now(offer))
    told = _("Erbjudandet är stängt. De platser som ingen hade fått är era igen.")
    return _done(offer, form, lambda: offer_actions.close_offer(current_viewer(), db.session, offer), told)


@blueprint.post("/erbjudanden/<int:number>/oppna")
@access(Permission.KEEP)
def open_again(number: int) -> Answer:
    """Offer places again."""
    offer = offer_queries.by_number(current_viewer(), db.session, number)
    form = AgainForm(posted(request.form))
    if not form.validate():
        return _drawn(offer, form, form.faults()), 422
    count = form.platser.count or 0
    return _done(offer, form, lambda: offer_actions.open_again(current_viewer(), db.session, offer, count), _("Erbjudandet är öppet igen."))


def _new_form(row: Intervention) -> OfferForm:
    form = OfferForm(posted(request.form) if request.method == "POST" else None, data={"pris_slag": PriceKind.PLACE.value})
    open_ones = [o for o in row.occasions if o.places is not None and is_open(o, clock.today())]
    form.start.choices = [(str(o.id), offer_presenter.start_label(o)) for o in open_ones]
    form.till.choices = [(ALL, _("Alla organisationer")), (SOME, _("Bara de som vi väljer"))]
    form.organisationer.choices = [(o.slug, o.name) for o in offer_queries.who_can_be_named(db.session, row.owner)]
    return form


def _drawn_new(row: Intervention, form: OfferForm, faults: object) -> str:
    ruling = legal_queries.ruling_for_owner(db.session, row)
    return render_template("exchange/offer_new.html", row=row, form=form, faults=faults, ruling=ruling)


def _terms(form: ChangeForm) -> Terms:
    return Terms(
        places=form.platser.count or 0,
        price_kind=PriceKind(form.pris_slag.data),
        price=form.pris.amount,
        terms=form.villkor.data or "",
        until=form.till_och_med.day,
        holds=bool(form.haller.data),
    )


def _now(offer: Offer) -> dict[str, object]:
    return {
        "platser": str(offer.offered),
        "pris_slag": offer.price_kind.value,
        "pris": "" if offer.price is None else f"{offer.price.normalize():f}".replace(".", ","),
        "villkor": offer.terms,
        "till_och_med": offer.until.isoformat() if offer.until else "",
        "haller": offer.holds_until_answered,
    }


def _done(offer: Offer, form: ChangeForm | AgainForm, action: Callable[[], None], told: str) -> Answer:
    """Do something with an offer and go back to it; or say why not."""
    number = offer.id
    try:
        action()
    except RefusedError as refused:
        db.session.rollback()
        return _drawn(offer_queries.by_number(current_viewer(), db.session, number), form, (("", str(refused)),)), 409
    flash(told)
    db.session.commit()
    return redirect(url_for("offers.one", number=number), 303)


def _drawn(offer: Offer, form: ChangeForm | AgainForm, faults: object) -> str:
    page = offer_presenter.row(offer, url="", is_own=True)
    is_closed = offer.status.value == "stangt"
    # Of a closed one only the number is asked for, to open it again.
    if is_closed != isinstance(form, AgainForm):
        form = AgainForm() if is_closed else ChangeForm(data=_now(offer))
    return render_template("exchange/offer.html", page=page, number=offer.id, form=form, is_closed=is_closed, faults=faults)
