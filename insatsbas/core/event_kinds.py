"""What each kind of event is read as: the table that the co-ordinator's page of what has happened speaks from.

Who records a new kind (`events.record(viewer, session, "insats.avslutad", …)`) adds its sentence here, and a house test sees that it is
done. In a sentence `%(who)s` is who did it and `%(what)s` the name of the event's subject, as a link where it has a page; the event's
own text is shown after it. A kind that has no sentence is shown by its code.
"""

from collections.abc import Mapping

from insatsbas.core.text import N_

KINDS: Mapping[str, str] = {
    # People
    "person.ny": N_("%(who)s lade upp ett konto åt %(what)s."),
    "person.losenord": N_("%(who)s valde ett nytt lösenord för %(what)s."),
    "person.avstangd": N_("%(who)s stängde av kontot för %(what)s."),
    "person.oppnad": N_("%(who)s öppnade kontot för %(what)s igen."),
    "person.roller": N_("%(who)s ändrade rollerna för %(what)s."),
    "person.lank": N_("%(who)s skickade en länk till %(what)s för att välja lösenord."),
    # Interventions
    "insats.aterstalld": N_("%(who)s återställde en tidigare version av %(what)s."),
    # Data protection
    "text.maskerad": N_("%(who)s maskerade en text överallt."),
}


def sentence(kind: str) -> str | None:
    """The sentence of a kind, not yet translated or filled in; None for one that the table does not know."""
    return KINDS.get(kind)
