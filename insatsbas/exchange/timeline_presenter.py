"""What has happened in a request, in words: who took which step when, why, and what it changed from what to what."""

from collections.abc import Iterator

from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.text import N_
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import queries
from insatsbas.exchange.forms import REASONS
from insatsbas.exchange.models import ExchangeRequest, ExchangeStep
from insatsbas.exchange.page import TimelineRow
from insatsbas.exchange.presenter import days_in_words, kronor, organisation_of, price_in_words
from insatsbas.exchange.states import Action, Side, State
from insatsbas.exchange.terms import Leg, Proposal, proposal_from

_DONE_TO_A_REPORT = {
    Action.ACCEPT: N_("Bekräftade överenskommelsen"),
    Action.COUNTER: N_("Rättade uppgifterna"),
    Action.DECLINE: N_("Sa att det inte stämmer"),
}


def timeline(viewer: Viewer, request: ExchangeRequest) -> Iterator[TimelineRow]:
    """Every step, the first first."""
    before: Proposal | None = None
    for step in request.steps:
        after = proposal_from(step.proposal)
        yield TimelineRow(
            at=step.at,
            who=who(viewer, request, step.side, step.who),
            what=_what(step),
            reason=_reason(step),
            # Why a decision-maker handed something back is said within the own side.
            why=step.why if step.action is not Action.RETURN or step.side in queries.sides_of(viewer, request) else "",
            changes=tuple(_changes(request, before, after)) if before else (),
        )
        before = after


def who(viewer: Viewer, request: ExchangeRequest, side: Side | None, name: str) -> str:
    """Staff are named to their own organisation and the co-ordinator; the other side sees the organisation."""
    if side is None:
        return _("Systemet")
    organisation = organisation_of(request, side)
    is_theirs = organisation.id in viewer.organisations_as(*queries.STAFF) or viewer.is_coordinator
    return f"{name}, {organisation.name}" if is_theirs else organisation.name


def _what(step: ExchangeStep) -> str:
    if step.action:
        told = _DONE_TO_A_REPORT.get(step.action) if step.before is State.REPORTED else None
        return _(told or step.action.done)
    return _("Överenskommelsen registrerades") if step.after is State.REPORTED else _("Förfrågan skrevs")


def _reason(step: ExchangeStep) -> str:
    reasons = REASONS.get(step.action) if step.action else None
    return _(reasons(step.reason).label) if reasons and step.reason in {reason.value for reason in reasons} else ""


def _changes(request: ExchangeRequest, before: Proposal, after: Proposal) -> Iterator[str]:
    for old, new in zip(before.legs, after.legs, strict=False):
        yield from (_("%(title)s: %(change)s", title=new.title, change=change) for change in _leg_changes(old, new))
    if (before.difference, before.difference_from) != (after.difference, after.difference_from):
        yield _("Mellanskillnad: %(new)s i stället för %(old)s", new=_besides(request, after), old=_besides(request, before))


def _leg_changes(old: Leg, new: Leg) -> Iterator[str]:
    if old.places != new.places:
        yield ngettext("från %(old)d plats till %(new)d", "från %(old)d platser till %(new)d", old.places, old=old.places, new=new.places)
    prices = price_in_words(old.price, old.price_kind), price_in_words(new.price, new.price_kind)
    if prices[0] != prices[1]:
        yield _("pris från %(old)s till %(new)s", old=prices[0], new=prices[1])
    if (old.start, old.end) != (new.start, new.end):
        yield _("ny tid, %(new)s i stället för %(old)s", new=days_in_words(new.start, new.end), old=days_in_words(old.start, old.end))
    elif old.occasion_id != new.occasion_id:
        yield _("en annan start samma dagar")
    if old.terms != new.terms:
        yield _terms(old.terms, new.terms)


def _terms(old: str, new: str) -> str:
    if not old:
        return _("villkor tillagda, ”%(new)s”", new=new)
    return _("villkor ”%(new)s” i stället för ”%(old)s”", new=new, old=old) if new else _("villkoren ”%(old)s” är borttagna", old=old)


def _besides(request: ExchangeRequest, proposal: Proposal) -> str:
    if proposal.difference_from is None:
        return _("ingen")
    payer = organisation_of(request, proposal.difference_from)
    return _("%(payer)s betalar %(amount)s", payer=payer.name, amount=kronor(proposal.difference))
