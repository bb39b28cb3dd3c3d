"""The steps that one can take in a request, as buttons: one first, the rest after; and what is said where somebody else must take it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from insatsbas.core import clock
from insatsbas.core.i18n import gettext as _
from insatsbas.core.text import N_
from insatsbas.core.viewer import Viewer
from insatsbas.exchange import queries
from insatsbas.exchange.forms import StepForm, step_form
from insatsbas.exchange.models import ExchangeRequest
from insatsbas.exchange.page import StepButton
from insatsbas.exchange.presenter import label_of, organisation_of
from insatsbas.exchange.rules import TRANSITIONS, Need, steps_of
from insatsbas.exchange.states import Action, Side, State
from insatsbas.exchange.terms import is_within

# The one that is most likely wanted is the first of these that can be taken.
_FIRST = (Action.ACCEPT, Action.APPROVE, Action.SEND, Action.SUBMIT, Action.PROPOSE, Action.COMPLETE, Action.AGREE_TO_CANCEL)
_ENDING = (Action.DECLINE, Action.WITHDRAW, Action.ASK_TO_CANCEL)
_EXPLAINED = {
    Action.WITHDRAW: N_("Den avslutas och går inte att öppna igen. Är den skickad får den andra sidan veta det."),
    Action.DECLINE: N_("Förfrågan avslutas. Den andra sidan får veta orsaken."),
    Action.ASK_TO_CANCEL: N_("Den andra sidan behöver godta det. Till dess gäller överenskommelsen."),
    Action.RETURN: N_("Det går tillbaka till den som förberedde det. Det du skriver ser bara ni."),
    Action.REFUSE_TO_CANCEL: N_("Överenskommelsen gäller då som förut."),
}
_FOR_ANOTHER = {
    State.COUNTERED: N_("Er beslutsfattare tackar ja, eller lämnar ett motförslag som kostar er något. Du kan föreslå att ni tackar ja."),
    State.REPORTED: N_("Er beslutsfattare behöver bekräfta överenskommelsen."),
    State.CANCEL_ASKED: N_("Er beslutsfattare behöver godta avbokningen."),
    State.QUEUED: N_("Er beslutsfattare kan tacka ja när det finns platser."),
}


@dataclass(frozen=True, slots=True)
class Steps:
    """The buttons of a page, and what is said beside them."""

    main: StepButton | None = None
    others: tuple[StepButton, ...] = ()
    note: str = ""
    unsent: str = ""


@dataclass(frozen=True, slots=True)
class _Standing:
    """How far somebody decides for a side: not at all, not on so much, or on this."""

    decides: bool
    is_enough: bool
    costs: bool


def steps_for(
    viewer: Viewer, session: Session, request: ExchangeRequest, sides: Sequence[Side], pressed: tuple[Action, StepForm] | None
) -> Steps:
    """What somebody can do for the sides that they act for, the side whose turn it is first."""
    found: dict[Action, StepButton] = {}
    notes: list[str] = []
    for side in sorted(sides, key=lambda side: side is not request.turn):
        standing = _standing(viewer, session, request, side)
        known = steps_of(request.state, turn=request.turn, side=side)
        possible = [action for action in known if _can(request, action, standing)]
        for action in possible:
            label = label_of(action, is_reported=request.state is State.REPORTED)
            if len(sides) > 1:
                label = _("%(step)s (för %(name)s)", step=label, name=organisation_of(request, side).name)
            found.setdefault(action, _button(request, action, side, label, pressed))
        notes += _notes(request, side, known, possible, standing)
    order = sorted(found, key=lambda a: _FIRST.index(a) if a in _FIRST else len(_FIRST) + (a in _ENDING))
    main = found[order[0]] if order and order[0] in _FIRST else None
    lost = pressed[1].varfor.data if pressed and pressed[0] not in found and "varfor" in pressed[1] else ""
    return Steps(main, tuple(found[a] for a in order if found[a] is not main), notes[0] if notes else "", lost or "")


def most_used(request: ExchangeRequest, side: Side | None) -> int | None:
    """How many places a side can have used: of a purchase the buyer tells; None where it is not theirs to tell."""
    leg = request.legs[0]
    return leg.places if len(request.legs) == 1 and side is not None and leg.giver is not side else None


def _standing(viewer: Viewer, session: Session, request: ExchangeRequest, side: Side) -> _Standing:
    limits = queries.decision_limits(session, viewer.person_id, organisation_of(request, side).id)
    cost = queries.proposal_of(request).cost_of(side)
    return _Standing(bool(limits), any(is_within(cost, limit) for limit in limits), cost != 0)


def _can(request: ExchangeRequest, action: Action, standing: _Standing) -> bool:
    """Whether a button is worth drawing: who does not decide proposes, who decides need not."""
    needs = TRANSITIONS[request.state, action].needs
    if Need.ENDED in needs and not queries.proposal_of(request).is_over(clock.today()):
        return False
    if Need.DECIDES in needs or (Need.DECIDES_IF_IT_COSTS in needs and standing.costs):
        return standing.is_enough
    if action is Action.SUBMIT:
        return standing.costs and not standing.is_enough
    return not (action is Action.PROPOSE and standing.is_enough)


def _button(request: ExchangeRequest, action: Action, side: Side, label: str, pressed: tuple[Action, StepForm] | None) -> StepButton:
    if Need.PROPOSAL in TRANSITIONS[request.state, action].needs:
        return StepButton(url_for("exchange.counter", number=request.id), label)
    is_pressed = pressed is not None and pressed[0] is action
    seen = len(request.steps)
    form = pressed[1] if pressed and is_pressed else step_form(action, side=side, most_used=most_used(request, side), seen=seen)
    # Whoever presses again has read what is told now.
    form.sedd.data = str(seen)
    return StepButton(
        url=url_for("exchange.take_step", number=request.id, action=action.value),
        label=label,
        form=form,
        explanation=_(_EXPLAINED[action]) if action in _EXPLAINED else "",
        ends=action in _ENDING,
        is_open=is_pressed,
    )


def _notes(request: ExchangeRequest, side: Side, known: Sequence[Action], possible: Sequence[Action], standing: _Standing) -> Iterator[str]:
    """What is said where a decision is to be made by somebody else."""
    if side is not request.turn or not any(_binds(request, action) for action in set(known) - set(possible)):
        return
    if standing.decides:
        yield _("Kostnaden är högre än du får besluta om, eller inte känd. Någon som får besluta om mer behöver godkänna.")
    elif request.state in (State.DECIDING_TO_SEND, State.DECIDING_TO_ACCEPT):
        yield _("Er beslutsfattare behöver godkänna.")
    elif request.state in _FOR_ANOTHER:
        yield _(_FOR_ANOTHER[request.state])


def _binds(request: ExchangeRequest, action: Action) -> bool:
    return bool({Need.DECIDES, Need.DECIDES_IF_IT_COSTS} & TRANSITIONS[request.state, action].needs)
