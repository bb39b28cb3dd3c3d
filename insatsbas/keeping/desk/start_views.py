"""The first page of the desk: what waits, and where to go. And what readers say is missing."""

from flask import render_template, url_for

from insatsbas.accounts.guard import access
from insatsbas.accounts.policy import Permission
from insatsbas.core.db import db
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.keeping.desk import queries
from insatsbas.keeping.desk.blueprint import address_of, blueprint


@blueprint.get("/samordna")
@access(Permission.COORDINATE)
def start() -> str:
    """What needs attention, and the rooms of the desk."""
    told = queries.attention(db.session)
    review = address_of("review.overview")
    waits = [
        (
            ngettext(
                "%(n)s organisation ger insatser men saknar en aktiv redaktör",
                "%(n)s organisationer ger insatser men saknar en aktiv redaktör",
                told.without_editor,
                n=told.without_editor,
            ),
            told.without_editor,
            url_for("desk.organisations", visa="utan-redaktor"),
        ),
        (ngettext("%(n)s insats behöver ses över", "%(n)s insatser behöver ses över", told.stale, n=told.stale), told.stale, review),
        (
            ngettext("%(n)s ärende väntar på ditt svar", "%(n)s ärenden väntar på ditt svar", told.reports, n=told.reports),
            told.reports,
            address_of("review.to_do"),
        ),
        (
            ngettext(
                "%(n)s anmälan om att något saknas väntar på svar",
                "%(n)s anmälningar om att något saknas väntar på svar",
                told.missing,
                n=told.missing,
            ),
            told.missing,
            url_for("desk.missing"),
        ),
        (
            ngettext(
                "%(n)s person är inbjuden men har inte kommit",
                "%(n)s personer är inbjudna men har inte kommit",
                told.never_came,
                n=told.never_came,
            ),
            told.never_came,
            url_for("desk.people", visa="inbjudna"),
        ),
    ]
    rooms = [
        (_("Organisationer"), url_for("desk.organisations"), _("Lägg till, ändra, lämna samverkan")),
        (_("Personer"), url_for("desk.people"), _("Bjud in, ge roller, stäng av")),
        (_("Behov"), url_for("desk.needs"), _("Namn, ordning, slå ihop, rutor på första sidan")),
        (_("Ordlistor"), url_for("desk.lists"), _("Vem får delta, passar för, stöd, tid, språk, så får deltagaren en plats")),
        (_("Kommuner"), url_for("desk.municipalities"), _("Kartan, pendling, orter")),
        (_("Vad som saknas"), url_for("desk.missing"), _("Det som handläggare inte hittar")),
        (_("Översyn"), review, _("Hur långt organisationerna har kommit")),
        (_("Inställningar"), url_for("desk.settings"), _("Dagar för översyn, vad som visas för alla")),
        (_("Regler för utbyten"), address_of("exchange_desk.rules"), _("Rättslig grund, och vad som står när det inte går att fråga")),
        (_("Händelser"), address_of("history.events"), _("Vem som har gjort vad")),
        (_("Maskera text"), address_of("masking.start"), _("När personuppgifter har hamnat i katalogen")),
    ]
    return render_template("keeping/desk/start.html", waits=[w for w in waits if w[1]], rooms=[room for room in rooms if room[1]])


@blueprint.get("/samordna/saknas")
@access(Permission.COORDINATE)
def missing() -> str:
    """What was said to be missing, by need and municipality."""
    return render_template("keeping/desk/missing.html", groups=queries.missing(db.session), case_of=_case_of)


def _case_of(number: int) -> str:
    return address_of("reports.case", number=number)
