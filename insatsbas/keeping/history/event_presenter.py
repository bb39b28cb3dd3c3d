"""From events to sentences that can be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from markupsafe import Markup, escape

from insatsbas.core.event_kinds import KINDS, sentence
from insatsbas.core.events import Event
from insatsbas.core.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class EventRow:
    """A line of the list."""

    at: datetime
    sentence: Markup
    organisation: str
    text: str


@dataclass(frozen=True, slots=True)
class EventsPage:
    """What has happened, newest first."""

    rows: tuple[EventRow, ...]
    newer_url: str
    older_url: str


def row(event: Event, names: Mapping[str, str], organisations: Mapping[int, str]) -> EventRow:
    """An event as a sentence. A kind that has none is told by its code."""
    told = sentence(event.kind)
    what = _what(event, names)
    text = event.text
    if told is None:
        read = escape(_("%(who)s: %(kind)s %(what)s")) % {"who": event.who, "kind": event.kind, "what": what}
    else:
        read = escape(_(told)) % {"who": event.who, "what": what}
        # What has no name any more is named by the event itself, which then has told it.
        text = "" if what == event.text and "%(what)s" in told else text
    # "systemet" and "gäst" are names too, and begin sentences.
    read = Markup("").join((read[:1].upper(), read[1:]))
    return EventRow(event.at, read, organisations.get(event.organisation_id or 0, ""), text)


def _what(event: Event, names: Mapping[str, str]) -> Markup:
    name = names.get(event.subject)
    if name is None:
        return escape(event.text or event.subject)
    sort, _sign, code = event.subject.partition(":")
    if sort == "insats":
        return Markup('<a href="{}">{}</a>').format(url_for("pages.intervention", public_id=code), name)
    return escape(name)


def kinds(codes: Sequence[str]) -> list[tuple[str, str]]:
    """What each kind is called in the choice of kinds: its sentence without the names."""
    called = [(code, _called(code)) for code in codes]
    return sorted(called, key=lambda pair: pair[1])


def _called(code: str) -> str:
    if code not in KINDS:
        return code
    return (_(KINDS[code]) % {"who": "…", "what": "…"}).strip(" .…").capitalize() or code
