"""What waits for the example people of the demo, so that whoever tries it meets something to do: made up, and marked so."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.accounts import queries as people
from insatsbas.catalogue import actions as catalogue
from insatsbas.catalogue.models import Intervention, Need
from insatsbas.core import clock
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import GUEST, Viewer
from insatsbas.keeping.editing import actions as editing
from insatsbas.keeping.reports import actions as reports
from insatsbas.keeping.reports.models import Report
from insatsbas.keeping.reports.rules import FaultReason
from insatsbas.organisations.models import Municipality

_SOURCE = "exempel"
_WHO = ("redaktor@huddinge.exempel.example", "redaktor@haninge.exempel.example", "handlaggare@huddinge.exempel.example")
# Not confirmed for the review before the last.
_LONG_AGO = timedelta(days=400)


def lay_in(session: Session) -> int:
    """Lay in a draft, a forerunner, an entry to confirm, a question, a fault and a gap; how many entries are new. Does not commit.

    Nothing is, where anybody has told of anything, or the example people or entries are not there: it is no new demo.
    """
    told = {row.external_id: row for row in session.scalars(select(Intervention).where(Intervention.source == _SOURCE))}
    huddinge, haninge, officer = (_as(session, email) for email in _WHO)
    names = ("ex-digitalt-sprang-haninge", "ex-blanketthjalp-nynashamn", "ex-brevhjalpen-varby", "ex-foretagslots-huddinge")
    if session.scalars(select(Report.id).limit(1)).first() is not None or not told.keys() >= set(names):
        return 0
    if huddinge is None or haninge is None or officer is None:
        return 0
    tried, forerunner, helped, old = (told[name] for name in names)
    draft = editing.start_as_new(huddinge, session, tried, helped.owner)
    catalogue.update(huddinge, session, draft, {"is_example": True}, why=_("Exempel"))
    catalogue.update(huddinge, session, helped, {"forerunner_id": forerunner.id}, why=_("Exempel"))
    catalogue.update(huddinge, session, old, {"verified_on": clock.today() - _LONG_AGO}, why=_("Exempel"))
    reports.ask(haninge, session, helped, text=_("Exempel: Kan en deltagare som bor i Haninge också komma?"))
    reports.tell_fault(GUEST, session, old, reason=FaultReason.CONTACT, text=_("Exempel: Telefonnumret går till någon annan."), address="")
    need = session.scalars(select(Need).where(Need.code == "korkort")).first()
    nykvarn = session.get(Municipality, "0140")
    reports.tell_missing(officer, session, need=need, municipality=nykvarn, text=_("Exempel: Körkortsteori på kvällstid"))
    return 1


def _as(session: Session, email: str) -> Viewer | None:
    person = people.by_email(session, email)
    return None if person is None or person.disabled_at else person.as_viewer()
