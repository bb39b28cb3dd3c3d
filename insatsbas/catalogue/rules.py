"""What holds for the catalogue whatever stores or shows it: the closed lists, and how dates and places are read."""

import secrets
from collections.abc import Iterable
from datetime import date
from enum import IntEnum, StrEnum
from typing import Protocol, TypeVar

from insatsbas.core.text import N_

TITLE_MAX = 150
SUMMARY_MAX = 400
# Results of fewer people are not told in numbers: somebody might be known by them.
FEWEST_TOLD = 5
_ID_ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"


class Status(StrEnum):
    """Where an intervention is in its life. All but a draft are public; paused and ended ones are the knowledge bank."""

    DRAFT = "utkast"
    ACTIVE = "aktiv"
    PAUSED = "pausad"
    ENDED = "avslutad"

    @property
    def label(self) -> str:
        """The word on the page."""
        return _STATUS_LABELS[self]


_STATUS_LABELS = {
    Status.DRAFT: N_("Utkast"),
    Status.ACTIVE: N_("Aktiv"),
    Status.PAUSED: N_("Pausad"),
    Status.ENDED: N_("Avslutad"),
}
PUBLIC = (Status.ACTIVE, Status.PAUSED, Status.ENDED)
KNOWLEDGE_BANK = (Status.PAUSED, Status.ENDED)


class Level(IntEnum):
    """What the participant must have passed in Swedish, or where a course leads: an ordered scale (0–6)."""

    NONE = 0
    SFI_A = 1
    SFI_B = 2
    SFI_C = 3
    SFI_D = 4
    SVA_BASIC = 5
    SVA_UPPER = 6

    @property
    def label(self) -> str:
        """The words on the page."""
        return _LEVEL_LABELS[self]

    @property
    def import_name(self) -> str:
        """The words of the import format."""
        return _LEVEL_IMPORT_NAMES[self]


_LEVEL_LABELS = {
    Level.NONE: N_("Inget krav"),
    Level.SFI_A: N_("Sfi A"),
    Level.SFI_B: N_("Sfi B"),
    Level.SFI_C: N_("Sfi C"),
    Level.SFI_D: N_("Sfi D"),
    Level.SVA_BASIC: N_("Svenska som andraspråk, grundläggande nivå"),
    Level.SVA_UPPER: N_("Svenska eller svenska som andraspråk, gymnasial nivå"),
}
_LEVEL_IMPORT_NAMES = {
    Level.NONE: "inget krav",
    Level.SFI_A: "sfi A",
    Level.SFI_B: "sfi B",
    Level.SFI_C: "sfi C",
    Level.SFI_D: "sfi D",
    Level.SVA_BASIC: "SVA grundläggande",
    Level.SVA_UPPER: "SVA gymnasial",
}


class Form(StrEnum):
    """How it is given."""

    ON_SITE = "pa-plats"
    REMOTE = "pa-distans"
    PARTLY_REMOTE = "delvis-pa-distans"

    @property
    def label(self) -> str:
        """The words on the page."""
        return _FORM_LABELS[self]


_FORM_LABELS = {Form.ON_SITE: N_("På plats"), Form.REMOTE: N_("På distans"), Form.PARTLY_REMOTE: N_("Delvis på distans")}


class TermKind(StrEnum):
    """The lists that the co-ordinator may change, kept in one table."""

    ELIGIBILITY = "eligibility"
    AUDIENCE = "audience"
    WAY_IN = "way_in"
    SUPPORT = "support"
    TIME = "time"
    LANGUAGE = "language"


class EndReason(StrEnum):
    """Why an intervention ended."""

    PROJECT_OVER = "projektslut"
    TOO_FEW = "fa-deltagare"
    LESS_NEED = "behov"
    MANDATE = "uppdrag"
    MERGED = "inordnad"
    TAKEN_OVER = "overtagen"
    REPLACED = "ersatt"
    PRIORITY = "prioritering"
    CONTRACT = "avtal"
    RESOURCES = "resurs"
    RESULT = "resultat"
    DONE = "genomford"
    ORGANISER = "anordnare"
    UNKNOWN = "okand"
    OTHER = "annat"

    @property
    def label(self) -> str:
        """The sentence on the page."""
        return _END_REASON_LABELS[self]


_END_REASON_LABELS = {
    EndReason.PROJECT_OVER: N_("Projektet eller pengarna tog slut"),
    EndReason.TOO_FEW: N_("För få deltagare"),
    EndReason.LESS_NEED: N_("Behovet har minskat"),
    EndReason.MANDATE: N_("Ny lag eller ändrat uppdrag"),
    EndReason.MERGED: N_("Ingår nu i en annan insats"),
    EndReason.TAKEN_OVER: N_("Någon annan har tagit över"),
    EndReason.REPLACED: N_("Ersatt av en ny insats"),
    EndReason.PRIORITY: N_("Besparing eller prioritering"),
    EndReason.CONTRACT: N_("Avtalet löpte ut"),
    EndReason.RESOURCES: N_("Saknade personal eller lokal"),
    EndReason.RESULT: N_("Gav inte det resultat vi ville"),
    EndReason.DONE: N_("Genomförd som planerat"),
    EndReason.ORGANISER: N_("Anordnaren har slutat"),
    EndReason.UNKNOWN: N_("Okänt (historisk uppgift)"),
    EndReason.OTHER: N_("Annat"),
}


class PauseReason(StrEnum):
    """Why an intervention is paused."""

    SUMMER = "sommar"
    TOO_FEW = "fa-anmalda"
    STAFF = "personal"
    MONEY = "finansiering"
    PREMISES = "lokal"
    OTHER = "annat"

    @property
    def label(self) -> str:
        """The words on the page."""
        return _PAUSE_REASON_LABELS[self]


_PAUSE_REASON_LABELS = {
    PauseReason.SUMMER: N_("Uppehåll över sommaren"),
    PauseReason.TOO_FEW: N_("För få anmälda"),
    PauseReason.STAFF: N_("Saknar personal just nu"),
    PauseReason.MONEY: N_("Väntar på finansiering"),
    PauseReason.PREMISES: N_("Saknar lokal just nu"),
    PauseReason.OTHER: N_("Annat"),
}


class Joinable(Protocol):
    """What is asked of an occasion to know whether one can still join it."""

    @property
    def last_day(self) -> date | None:
        """The last day one can apply or start; None when there is no such day."""
        ...

    @property
    def start(self) -> date | None:
        """The first day; None when not fixed."""
        ...

    @property
    def left(self) -> int | None:
        """Places left; None when unknown."""
        ...


class OpenToOthers(Protocol):
    """What is asked of an occasion to know how many of its places other organisations can ask for, and until when."""

    @property
    def for_others(self) -> int:
        """Places that are open to all others."""
        ...

    @property
    def for_others_until(self) -> date | None:
        """The last day that its owner has set for it; None when there is none."""
        ...

    @property
    def last_day(self) -> date | None:
        """The last day one can apply at all; None when there is no such day."""
        ...


def is_open(occasion: Joinable, today: date) -> bool:
    """Whether one can still join: its last day has not passed, or it has none."""
    return occasion.last_day is None or occasion.last_day >= today


_O = TypeVar("_O", bound=Joinable)


def next_occasion(occasions: Iterable[_O], today: date) -> _O | None:
    """The one to tell of when there is room for one: the first start that one can still join, else an intake at any time."""
    joinable = [o for o in occasions if is_open(o, today) and (o.start is None or o.start >= today)]
    return min(joinable, key=lambda o: (o.start is None, o.start or today), default=None)


def next_start(occasions: Iterable[Joinable], today: date) -> date | None:
    """The first start, today or later, of the occasions that one can still join."""
    found = next_occasion((o for o in occasions if o.start is not None), today)
    return found.start if found else None


def places_left(occasions: Iterable[Joinable], today: date) -> int | None:
    """Places left over the occasions one can still join; None when no such occasion tells."""
    known = [o.left for o in occasions if o.left is not None and is_open(o, today)]
    return sum(known) if known else None


def last_day_for_others(occasion: OpenToOthers) -> date | None:
    """The last day others can ask for what is open to all of them; None when there is no such day."""
    return min((day for day in (occasion.last_day, occasion.for_others_until) if day is not None), default=None)


def places_for_others(occasions: Iterable[OpenToOthers], today: date) -> int:
    """Places that are open to all other organisations, over the occasions of which they can still be asked for."""
    return sum(o.for_others for o in occasions if (last_day_for_others(o) or today) >= today)


def is_for_staff(*, need_flags: Iterable[bool], audience_flags: Iterable[bool]) -> bool:
    """Whether an intervention is for staff or employers and hidden at the desk: all its needs are, or all its audience.

    The flags are `for_staff` of the intervention's needs and of its audience terms.
    """
    needs, audience = list(need_flags), list(audience_flags)
    return (bool(needs) and all(needs)) or (bool(audience) and all(audience))


def new_public_id() -> str:
    """A new name for an intervention's address: eight letters and digits, no vowels, so that it never spells a word."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(8))
