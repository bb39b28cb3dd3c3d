"""The letters of the review: what stands in them, and writing those whose time it is. Each is written once, however often it is tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.accounts.models import Person
from insatsbas.accounts.queries import editors_by_organisation
from insatsbas.catalogue.freshness_queries import review_days
from insatsbas.core import addresses, clock, letters
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.letters import Letter
from insatsbas.core.templating import longdate
from insatsbas.core.viewer import Role
from insatsbas.keeping.review import links, queries
from insatsbas.keeping.review.links import Leave
from insatsbas.keeping.review.queries import DueEntry
from insatsbas.keeping.review.rules import LINK_LASTS, Due, Stage, letter_now

# A letter with more links than this is read by nobody; the rest are on the page.
_MOST_LINKS = 40


@dataclass(frozen=True, slots=True)
class _Round:
    """What all letters of a day share."""

    due: Due
    entries: Mapping[int, Sequence[DueEntry]]
    names: Mapping[int, str]
    editors: Mapping[int, int]


def write_due(session: Session) -> int:
    """Queue every letter of the review whose time it is and that is not queued yet; how many were. For a daily job, or an hourly one."""
    days = review_days(session)
    due = letter_now(days, clock.today())
    if due is None:
        return 0
    keys = {person.id: f"oversyn:{person.id}:{due.review.isoformat()}:{due.stage}" for person in queries.keepers(session)}
    written = set(session.scalars(select(Letter.key).where(Letter.key.in_(keys.values()))))
    waiting = [person for person in queries.keepers(session) if keys[person.id] not in written]
    if not waiting:
        return 0
    entries: dict[int, list[DueEntry]] = {}
    for entry in queries.due_in_brief(session, days.counts_from(due.review)):
        entries.setdefault(entry.owner_id, []).append(entry)
    now = _Round(due, entries, queries.organisations(session, entries), editors_by_organisation(session))
    bodies = {person: _body(person, now) for person in waiting}
    return sum(
        letters.queue(session, to=person.email, subject=_subject(now), body=body, key=keys[person.id])
        for person, body in bodies.items()
        if body
    )


def _subject(now: _Round) -> str:
    day = longdate(now.due.review)
    if now.due.stage is Stage.AFTER:
        return _("Insatser som skulle ha bekräftats senast %(day)s", day=day)
    return _("Insatser att bekräfta senast %(day)s", day=day)


def _body(person: Person, now: _Round) -> str:
    """The whole letter, or "" when there is nothing to tell this person."""
    viewer = person.as_viewer()
    own = {owner: now.entries[owner] for owner in sorted(viewer.organisations_as(Role.EDITOR)) if now.entries.get(owner)}
    parts = [*_own(person, own, now)] if own else []
    if viewer.is_coordinator and now.due.stage is Stage.AFTER and now.entries:
        parts += _overview(now)
    if not parts:
        return ""
    greeting = _("Hej %(name)s!", name=person.name) if person.name else _("Hej!")
    return "\n\n".join((greeting, *parts)) + "\n"


def _own(person: Person, own: Mapping[int, Sequence[DueEntry]], now: _Round) -> list[str]:
    day = longdate(now.due.review)
    left = _MOST_LINKS
    parts = [
        {
            Stage.BEFORE: _("Det är dags att gå igenom era insatser i insatsbasen. De här ska vara bekräftade senast %(day)s:", day=day),
            Stage.ON_THE_DAY: _("Era insatser i insatsbasen ska vara bekräftade senast %(day)s. De här återstår:", day=day),
            Stage.AFTER: _("De här insatserna skulle ha bekräftats senast %(day)s. I katalogen står nu att de behöver ses över:", day=day),
        }[now.due.stage]
    ]
    for owner, entries in own.items():
        if len(own) > 1:
            parts.append(now.names[owner].upper())
        parts += [_line(person, entry, now) for entry in entries[:left]]
        left -= len(entries[:left])
    hidden = sum(map(len, own.values())) - _MOST_LINKS
    if hidden > 0:
        parts.append(ngettext("Och %(antal)s till.", "Och %(antal)s till.", hidden, antal=hidden))
    parts.append(_("Stämmer något inte längre? Logga in och ändra, pausa eller avsluta:") + "\n" + addresses.whole("review.to_do"))
    parts.append(
        _("Länkarna i brevet är dina. De gäller i %(days)d dagar, och du behöver inte logga in för att bekräfta.", days=LINK_LASTS.days)
    )
    return parts


def _line(person: Person, entry: DueEntry, now: _Round) -> str:
    never = _("Har inte bekräftats sedan den lades in.")
    last = _("Bekräftades senast %(day)s.", day=longdate(entry.verified_on)) if entry.verified_on else never
    token = links.sign(Leave(person.id, entry.public_id, now.due.review))
    link = addresses.whole("review.confirm_by_link", token=token)
    return "\n".join((f"* {entry.title}", f"  {last}", f"  {_('Läs och bekräfta:')} {link}"))


def _overview(now: _Round) -> list[str]:
    """What the co-ordinators are told when the day has passed."""
    lines = []
    for owner, entries in sorted(now.entries.items(), key=lambda item: -len(item[1])):
        count = ngettext("%(antal)s insats", "%(antal)s insatser", len(entries), antal=len(entries))
        lines.append(f"* {now.names[owner]}: {count}" + ("" if now.editors.get(owner) else f" ({_('saknar aktiv redaktör')})"))
    heading = _("Till dig som är samordnare: det här skulle ha bekräftats senast %(day)s.", day=longdate(now.due.review))
    return [
        "\n".join((heading, *lines)),
        _("Se hur det står till hos alla:") + "\n" + addresses.whole("review.overview"),
    ]
