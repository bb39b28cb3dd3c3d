"""The letters of the exchange: for each step one to the side whose turn it is, or which is to know of it. Each is written once.

What people wrote in a request is in none of them: it is read there, by those who may.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from insatsbas.accounts import queries as people
from insatsbas.accounts.models import Person
from insatsbas.catalogue.models import Intervention
from insatsbas.core import addresses, clock, letters
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.templating import longdate
from insatsbas.core.text import N_
from insatsbas.core.viewer import Role, Viewer
from insatsbas.exchange.models import ExchangeRequest, ExchangeStep
from insatsbas.exchange.rules import UNSENT, WAITS_FOR_AN_ANSWER
from insatsbas.exchange.states import Action, CancelReason, DeclineReason, Side, State
from insatsbas.organisations.models import Organisation

_DECIDED = frozenset({State.DECIDING_TO_SEND, State.DECIDING_TO_ACCEPT})
_ASKED = (N_("En förfrågan från %(other)s"), N_("%(other)s frågar er om platser. Läs förfrågan och svara."))
_NOT_ACCEPTED = (
    N_("Ett svar är lämnat tillbaka"),
    N_("Er beslutsfattare godkände inte att ni tackar ja till %(other)s. Lämna ett motförslag, tacka nej eller lämna ett nytt svar."),
)
_WAITED_IN_VAIN = (
    N_("Ingen plats blev ledig i tid"),
    N_("Förfrågan mellan er och %(other)s stod i kö, men det blev ingen plats i tid. Den är avslutad."),
)
_AGREED = (N_("Överenskommelse med %(other)s"), N_("%(other)s har tackat ja. Ni har en överenskommelse."))
_OF_A_REPORT = {
    Action.ACCEPT: (N_("Överenskommelse med %(other)s"), N_("%(other)s har bekräftat överenskommelsen.")),
    Action.COUNTER: (
        N_("%(other)s har rättat uppgifterna"),
        N_("%(other)s har rättat uppgifterna i överenskommelsen. Se vad som har ändrats och svara."),
    ),
    Action.DECLINE: (N_("Överenskommelsen stämmer inte"), N_("%(other)s säger att överenskommelsen som ni registrerade inte stämmer.")),
    Action.WITHDRAW: (
        N_("En registrering är tillbakatagen"),
        N_("%(other)s har tagit tillbaka sin registrering. Ni behöver inte göra något."),
    ),
}
# For each step the subject and the first sentence; `other` is the other side, as the reader sees it.
_WORDS: Mapping[Action | None, tuple[str, str]] = {
    None: (
        N_("En överenskommelse att bekräfta"),
        N_("%(other)s har registrerat en överenskommelse som ni redan har gjort. Bekräfta den, eller rätta det som inte stämmer."),
    ),
    Action.SUBMIT: (
        N_("En förfrågan väntar på beslut"),
        N_("Någon hos er vill skicka en förfrågan till %(other)s. En beslutsfattare hos er ska godkänna den eller lämna tillbaka den."),
    ),
    Action.SEND: _ASKED,
    Action.RETURN: (
        N_("En förfrågan är lämnad tillbaka"),
        N_(
            "Er beslutsfattare godkände inte förfrågan till %(other)s. Den går inte att ändra: ta tillbaka den och skriv en ny, "
            "eller lämna den till beslut igen."
        ),
    ),
    Action.PROPOSE: (
        N_("Ett svar väntar på beslut"),
        N_("Någon hos er föreslår att ni tackar ja till %(other)s. En beslutsfattare hos er ska godkänna det eller lämna tillbaka det."),
    ),
    Action.ACCEPT: _AGREED,
    Action.COUNTER: (
        N_("Ett motförslag från %(other)s"),
        N_("%(other)s föreslår något annat. Se vad som har ändrats och svara."),
    ),
    Action.DECLINE: (N_("Nej tack från %(other)s"), N_("%(other)s har tackat nej.")),
    Action.QUEUE: (
        N_("Er förfrågan står i kö"),
        N_("Platserna hos %(other)s räcker inte just nu. Ni står i kö och får ett brev när det är er tur."),
    ),
    Action.WITHDRAW: (N_("En förfrågan är tillbakatagen"), N_("%(other)s har tagit tillbaka sin förfrågan. Ni behöver inte göra något.")),
    Action.EXPIRE: (N_("Tiden att svara har gått ut"), N_("Ingen hann svara i tid, så förfrågan mellan er och %(other)s är avslutad.")),
    Action.ASK_TO_CANCEL: (
        N_("%(other)s ber om avbokning"),
        N_("%(other)s vill avboka det som ni har kommit överens om. Svara om ni godtar det."),
    ),
    Action.AGREE_TO_CANCEL: (N_("Avbokningen är godtagen"), N_("%(other)s har godtagit avbokningen.")),
    Action.REFUSE_TO_CANCEL: (N_("Avbokningen är nekad"), N_("%(other)s har sagt nej till avbokningen. Överenskommelsen gäller.")),
    Action.COMPLETE: (N_("En överenskommelse är genomförd"), N_("%(other)s har markerat överenskommelsen som genomförd.")),
}


def tell(viewer: Viewer, session: Session, request: ExchangeRequest, *, alternatives: Sequence[Intervention] = ()) -> None:
    """Write about the step that was taken last. `alternatives` are told the asker, when the time went out."""
    step = request.steps[-1]
    subject, sentence = _words(step)
    for side in sides_to_tell(step, request.turn):
        others = alternatives if side is Side.ASKER else ()
        parts = [*_sentences(request, side, sentence), *_reason(step), *_what(request), *_until(request, side), *_others(others)]
        _write(session, request, side, subject, parts, key=str(step.number), decides=step.after in _DECIDED, but=viewer.person_id)


def _words(step: ExchangeStep) -> tuple[str, str]:
    """The subject and the first sentence for a step; of some it depends on where the request was."""
    special = {
        (Action.APPROVE, State.DECIDING_TO_SEND): _ASKED,
        (Action.APPROVE, State.DECIDING_TO_ACCEPT): _AGREED,
        (Action.RETURN, State.DECIDING_TO_ACCEPT): _NOT_ACCEPTED,
        (Action.EXPIRE, State.QUEUED): _WAITED_IN_VAIN,
        **{(action, State.REPORTED): words for action, words in _OF_A_REPORT.items()},
    }
    known = special.get((step.action, step.before)) if step.action and step.before else None
    return known or _WORDS[step.action]


def sides_to_tell(step: ExchangeStep, turn: Side | None) -> Sequence[Side]:
    """Which sides hear of a step: the one whose turn it then is; where it is nobody's, the one that did not take the step."""
    if step.side is None:
        return list(Side)
    if step.after in UNSENT:
        return [Side.ASKER] if step.action else []
    if step.before in UNSENT and step.after is State.WITHDRAWN:
        return []
    return [step.side.other] if turn is None or step.after is State.QUEUED else [turn]


def remind(session: Session, request: ExchangeRequest) -> None:
    """Write to the side whose turn it is that the time to answer is soon out. Once for each last day."""
    if request.turn is None or request.answer_by is None:
        return
    sentence = N_("%(other)s väntar på ert svar. Tiden går snart ut.")
    parts = [*_sentences(request, request.turn, sentence), *_what(request), *_until(request, request.turn)]
    decides = request.state in _DECIDED
    _write(session, request, request.turn, N_("Svara snart på en förfrågan"), parts, key=f"paminn:{request.answer_by}", decides=decides)


def tell_of_places(session: Session, request: ExchangeRequest) -> None:
    """Write to both sides that places have come free for the one who is first in the queue."""
    told = {
        Side.ASKER: (
            N_("Det är er tur i kön"),
            N_("Det finns platser hos %(other)s igen, och ni står först i kön. Nu är det de som ska svara. Ni behöver inte göra något."),
        ),
        Side.ANSWERER: (N_("Platser till den som står först i kön"), N_("Ni har platser igen, och %(other)s står först i kön. Svara dem.")),
    }
    for side, (subject, sentence) in told.items():
        parts = [*_sentences(request, side, sentence), *_what(request), *_until(request, side)]
        _write(session, request, side, subject, parts, key=f"plats:{request.answer_by}")


def tell_that(session: Session, request: ExchangeRequest, side: Side, subject: str, parts: Sequence[str], *, key: str) -> None:
    """Write something else about a request to a side: once for each `key`."""
    _write(session, request, side, subject, [*parts, *_what(request)], key=key, decides=request.state in _DECIDED and request.turn is side)


def tell_of_message(session: Session, request: ExchangeRequest, *, to: Side) -> None:
    """Write that the other side has said something: once a day, however much they say."""
    parts = [*_sentences(request, to, N_("%(other)s har skrivit ett meddelande i en förfrågan.")), *_what(request)]
    _write(session, request, to, N_("Ett meddelande i en förfrågan"), parts, key=f"meddelande:{clock.today()}")


def _write(
    session: Session,
    request: ExchangeRequest,
    side: Side,
    subject: str,
    parts: Sequence[str],
    *,
    key: str,
    decides: bool = False,
    but: int | None = None,
) -> None:
    organisation, other = _sides(request, side)
    link = _("Läs mer och gå vidare i insatsbasen:") + "\n" + addresses.at(f"/utbyten/{request.id}")
    for reader, to, name in _readers(session, organisation, decides=decides, but=but):
        greeting = _("Hej %(name)s!", name=name) if name else _("Hej!")
        body = "\n\n".join((greeting, *parts, link)) + "\n"
        letters.queue(
            session, to=to, subject=_(subject, other=other.name)[:200], body=body, key=f"utbyte:{request.id}:{key}:{side}:{reader}"
        )


def _readers(session: Session, organisation: Organisation, *, decides: bool, but: int | None) -> Sequence[tuple[str, str, str]]:
    """Who reads for an organisation: for each a word for the key, the address and the name. Not the one who did what is told of."""
    if organisation.mailbox:
        return [("brevlada", organisation.mailbox, "")]
    found: Sequence[Person] = ()
    if decides:
        found = people.of_organisation(session, organisation.id, Role.DECISION_MAKER)
    found = found or people.of_organisation(session, organisation.id, Role.EDITOR, Role.CASE_OFFICER)
    # An organisation without anybody who prepares has somebody who decides, or nobody: then it is the co-ordinator's to see to.
    found = found or people.of_organisation(session, organisation.id, Role.DECISION_MAKER) or people.coordinators(session)
    return [(str(person.id), person.email, person.name) for person in found if person.id != but]


def _sides(request: ExchangeRequest, side: Side) -> tuple[Organisation, Organisation]:
    return (request.asker, request.answerer) if side is Side.ASKER else (request.answerer, request.asker)


def _sentences(request: ExchangeRequest, side: Side, sentence: str) -> list[str]:
    return [_(sentence, other=_sides(request, side)[1].name)]


def _reason(step: ExchangeStep) -> list[str]:
    kinds: dict[Action, type[DeclineReason] | type[CancelReason]] = {Action.DECLINE: DeclineReason, Action.ASK_TO_CANCEL: CancelReason}
    known = {reason.value: reason.label for reason in kinds.get(step.action, ())} if step.action else {}
    return [_("Orsak: %(reason)s.", reason=_(known[step.reason]))] if step.reason in known else []


def _what(request: ExchangeRequest) -> list[str]:
    lines = []
    for leg in request.legs:
        giver = request.asker if leg.giver is Side.ASKER else request.answerer
        told = {"antal": leg.places, "title": leg.title, "giver": giver.name}
        line = ngettext(
            "%(antal)s plats i ”%(title)s”, från %(giver)s", "%(antal)s platser i ”%(title)s”, från %(giver)s", leg.places, **told
        )
        lines.append(f"* {line}" + (f", {_start(leg.start)}" if leg.start else ""))
    return ["\n".join(lines)]


def _start(day: date) -> str:
    return _("start %(day)s", day=longdate(day))


def _until(request: ExchangeRequest, side: Side) -> list[str]:
    waits = request.state in WAITS_FOR_AN_ANSWER and request.turn is side and request.answer_by is not None
    return [_("Svara senast %(day)s.", day=longdate(request.answer_by))] if waits and request.answer_by else []


def _others(alternatives: Sequence[Intervention]) -> list[str]:
    if not alternatives:
        return []
    lines = [f"* {row.title}, {row.owner.name}\n  {addresses.at(f'/insatser/{row.public_id}')}" for row in alternatives]
    return ["\n".join((_("De här insatserna svarar mot samma behov och har platser kvar:"), *lines))]
