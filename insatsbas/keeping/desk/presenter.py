"""The first page of the desk: what waits, and its rooms."""

from collections.abc import Iterator

from flask import url_for

from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.keeping.desk.queries import Attention


def waiting(told: Attention) -> Iterator[tuple[str, str]]:
    """What needs attention, in words, and where to see to it. What nothing waits for is left out."""
    if n := told.without_editor:
        text = ngettext(
            "%(n)s organisation ger insatser men saknar en aktiv redaktör",
            "%(n)s organisationer ger insatser men saknar en aktiv redaktör",
            n,
            n=n,
        )
        yield text, url_for("desk.organisations", visa="utan-redaktor")
    if n := told.stale:
        yield ngettext("%(n)s insats behöver ses över", "%(n)s insatser behöver ses över", n, n=n), url_for("review.overview")
    if n := told.reports:
        yield ngettext("%(n)s ärende väntar på ditt svar", "%(n)s ärenden väntar på ditt svar", n, n=n), url_for("review.to_do")
    if n := told.missing:
        text = ngettext("%(n)s anmälan om att något saknas väntar på svar", "%(n)s anmälningar om att något saknas väntar på svar", n, n=n)
        yield text, url_for("desk.missing")
    if n := told.never_came:
        text = ngettext("%(n)s person är inbjuden men har inte kommit", "%(n)s personer är inbjudna men har inte kommit", n, n=n)
        yield text, url_for("desk.people", visa="inbjudna")


def rooms() -> list[tuple[str, str, str]]:
    """The rooms of the desk: name, address, and what is done there."""
    return [
        (_("Organisationer"), url_for("desk.organisations"), _("Lägg till, ändra, lämna samverkan")),
        (_("Personer"), url_for("desk.people"), _("Bjud in, ge roller, stäng av")),
        (_("Behov"), url_for("desk.needs"), _("Namn, ordning, slå ihop, rutor på första sidan")),
        (_("Ordlistor"), url_for("desk.lists"), _("Vem får delta, passar för, stöd, tid, språk, så får deltagaren en plats")),
        (_("Ord i sökningen"), url_for("desk.words"), _("Synonymer, delar av ord, undantag")),
        (_("Vad som söks"), url_for("desk.searched"), _("De vanligaste sökningarna, och de som inte ger träff")),
        (_("Kommuner"), url_for("desk.municipalities"), _("Kartan, pendling, orter")),
        (_("Vad som saknas"), url_for("desk.missing"), _("Det som handläggare inte hittar")),
        (_("Översyn"), url_for("review.overview"), _("Hur långt organisationerna har kommit")),
        (_("Inställningar"), url_for("desk.settings"), _("Dagar för översyn, vad som visas för alla")),
        (_("Regler för utbyten"), url_for("exchange_desk.rules"), _("Rättslig grund, och vad som står när det inte går att fråga")),
        (_("Erbjudanden"), url_for("offers.every"), _("Platser som organisationer erbjuder varandra")),
        (_("Platser och pengar"), url_for("exchange_accounts.year"), _("Vad organisationerna har gett varandra, och vad de har beslutat")),
        (_("Händelser"), url_for("history.events"), _("Vem som har gjort vad")),
        (_("Maskera text"), url_for("masking.start"), _("När personuppgifter har hamnat i katalogen")),
    ]
