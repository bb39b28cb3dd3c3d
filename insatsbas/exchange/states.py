"""The words of a request: its sides, kinds, states and steps, and why one is declined or cancelled."""

from enum import StrEnum

from insatsbas.core.text import N_


class Side(StrEnum):
    """The two sides of a request: who asked first, and who was asked."""

    ASKER = "fragar"
    ANSWERER = "svarar"

    @property
    def other(self) -> "Side":
        """The one across the table."""
        return Side.ANSWERER if self is Side.ASKER else Side.ASKER


class Kind(StrEnum):
    """What is asked for: places, places for places, or places of an open offer."""

    BUY = "kop"
    SWAP = "byt"
    SELL = "salj"

    @property
    def label(self) -> str:
        """The word on the page."""
        return {Kind.BUY: N_("Köp"), Kind.SWAP: N_("Byt"), Kind.SELL: N_("Sälj")}[self]


class State(StrEnum):
    """Where a request is. The last five are final."""

    DRAFT = "utkast"
    DECIDING_TO_SEND = "beslut-om-att-skicka"
    SENT = "skickad"
    COUNTERED = "motforslag"
    DECIDING_TO_ACCEPT = "beslut-om-svar"
    QUEUED = "i-ko"
    REPORTED = "anmald"
    ACCEPTED = "overenskommen"
    CANCEL_ASKED = "avbokning-begard"
    COMPLETED = "genomford"
    DECLINED = "avbojd"
    WITHDRAWN = "tillbakatagen"
    EXPIRED = "tiden-ute"
    CANCELLED = "avbokad"

    @property
    def label(self) -> str:
        """The words on the page."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    State.DRAFT: N_("Utkast"),
    State.DECIDING_TO_SEND: N_("Väntar på beslut om att skicka"),
    State.SENT: N_("Skickad"),
    State.COUNTERED: N_("Motförslag"),
    State.DECIDING_TO_ACCEPT: N_("Väntar på beslut om svar"),
    State.QUEUED: N_("I kö"),
    State.REPORTED: N_("Registrerad överenskommelse"),
    State.ACCEPTED: N_("Överenskommelse"),
    State.CANCEL_ASKED: N_("Avbokning begärd"),
    State.COMPLETED: N_("Genomförd"),
    State.DECLINED: N_("Nej tack"),
    State.WITHDRAWN: N_("Tillbakatagen"),
    State.EXPIRED: N_("Tiden har gått ut"),
    State.CANCELLED: N_("Avbokad"),
}


class Action(StrEnum):
    """A step, as it stands in the address: `POST /utbyten/<id>/<action>`."""

    SUBMIT = "lamna-for-beslut"
    SEND = "skicka"
    APPROVE = "godkann"
    RETURN = "lamna-tillbaka"
    PROPOSE = "foresla-ja"
    ACCEPT = "tacka-ja"
    COUNTER = "motforslag"
    DECLINE = "tacka-nej"
    QUEUE = "stall-i-ko"
    WITHDRAW = "ta-tillbaka"
    EXPIRE = "lat-ga-ut"
    ASK_TO_CANCEL = "be-om-avbokning"
    AGREE_TO_CANCEL = "godta-avbokning"
    REFUSE_TO_CANCEL = "neka-avbokning"
    COMPLETE = "genomford"

    @property
    def label(self) -> str:
        """The words on the button."""
        return _ACTION_LABELS[self]

    @property
    def done(self) -> str:
        """The words for it when it has been taken."""
        return _DONE[self]


_ACTION_LABELS = {
    Action.SUBMIT: N_("Lämna till beslutsfattaren"),
    Action.SEND: N_("Skicka förfrågan"),
    Action.APPROVE: N_("Godkänn"),
    Action.RETURN: N_("Lämna tillbaka"),
    Action.PROPOSE: N_("Föreslå att tacka ja"),
    Action.ACCEPT: N_("Tacka ja"),
    Action.COUNTER: N_("Lämna ett motförslag"),
    Action.DECLINE: N_("Tacka nej"),
    Action.QUEUE: N_("Ställ i kö"),
    Action.WITHDRAW: N_("Ta tillbaka förfrågan"),
    Action.EXPIRE: N_("Tiden har gått ut"),
    Action.ASK_TO_CANCEL: N_("Be om avbokning"),
    Action.AGREE_TO_CANCEL: N_("Godta avbokningen"),
    Action.REFUSE_TO_CANCEL: N_("Neka avbokningen"),
    Action.COMPLETE: N_("Markera som genomförd"),
}


_DONE = {
    Action.SUBMIT: N_("Lämnades till beslutsfattaren"),
    Action.SEND: N_("Skickades"),
    Action.APPROVE: N_("Godkändes"),
    Action.RETURN: N_("Lämnades tillbaka av beslutsfattaren"),
    Action.PROPOSE: N_("Föreslog att tacka ja"),
    Action.ACCEPT: N_("Tackade ja"),
    Action.COUNTER: N_("Lämnade ett motförslag"),
    Action.DECLINE: N_("Tackade nej"),
    Action.QUEUE: N_("Ställdes i kö"),
    Action.WITHDRAW: N_("Togs tillbaka"),
    Action.EXPIRE: N_("Tiden gick ut"),
    Action.ASK_TO_CANCEL: N_("Bad om avbokning"),
    Action.AGREE_TO_CANCEL: N_("Godtog avbokningen"),
    Action.REFUSE_TO_CANCEL: N_("Nekade avbokningen"),
    Action.COMPLETE: N_("Markerades som genomförd"),
}


class DeclineReason(StrEnum):
    """Why a request is declined."""

    FULL = "fullt"
    OWN = "egna"
    TARGET_GROUP = "malgrupp"
    PREREQUISITES = "forkunskaper"
    TIME = "tid"
    TERMS = "villkor"
    OTHER_WAY = "vag"
    LEGAL = "rattsligt"
    BUDGET = "budget"
    CALLED_OFF = "installd"
    TOO_LATE = "sent"
    SOLVED = "lost"
    OTHER = "annat"

    @property
    def label(self) -> str:
        """The words on the page."""
        return _DECLINE_LABELS[self]


_DECLINE_LABELS = {
    DeclineReason.FULL: N_("Alla platser är upptagna"),
    DeclineReason.OWN: N_("Platserna behövs för egna deltagare"),
    DeclineReason.TARGET_GROUP: N_("Passar inte målgruppen"),
    DeclineReason.PREREQUISITES: N_("Förkunskaperna räcker inte"),
    DeclineReason.TIME: N_("Start eller period passar inte"),
    DeclineReason.TERMS: N_("Vi är inte överens om pris eller villkor"),
    DeclineReason.OTHER_WAY: N_("Platsen söks på annat sätt"),
    DeclineReason.LEGAL: N_("Rättsligt stöd saknas"),
    DeclineReason.BUDGET: N_("Beslut eller pengar saknas"),
    DeclineReason.CALLED_OFF: N_("Insatsen ställs in"),
    DeclineReason.TOO_LATE: N_("Frågan kom för sent"),
    DeclineReason.SOLVED: N_("Redan löst"),
    DeclineReason.OTHER: N_("Annat"),
}


class CancelReason(StrEnum):
    """Why a deal is to be cancelled."""

    CALLED_OFF = "installt"
    NOT_BEGUN = "ej-paborjat"
    BROKEN_OFF = "avbrott"
    MOVED = "flytt"
    MISTAKE = "fel"
    OTHER = "annat"

    @property
    def label(self) -> str:
        """The words on the page."""
        return _CANCEL_LABELS[self]


_CANCEL_LABELS = {
    CancelReason.CALLED_OFF: N_("Insatsen ställs in"),
    CancelReason.NOT_BEGUN: N_("Deltagaren började aldrig"),
    CancelReason.BROKEN_OFF: N_("Deltagaren har avbrutit"),
    CancelReason.MOVED: N_("Deltagaren har flyttat"),
    CancelReason.MISTAKE: N_("Det blev fel"),
    CancelReason.OTHER: N_("Annat"),
}
