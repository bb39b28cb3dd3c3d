"""The letters about reports: who is told, and in which words. A reader's own text is in none of them but the answer's."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from insatsbas.accounts import queries as people
from insatsbas.accounts.models import Person
from insatsbas.core import addresses, clock, letters
from insatsbas.core.i18n import gettext as _
from insatsbas.core.viewer import Role
from insatsbas.keeping.reports.models import Report
from insatsbas.keeping.reports.rules import FaultReason, ReportKind


def tell_keepers(session: Session, report: Report) -> None:
    """Write to those who are to answer a report. Of faults and gaps they get one letter a day at the most, however many there are."""
    today = clock.today().isoformat()
    case = addresses.whole("reports.case", number=str(report.id))
    if report.reason is FaultReason.PERSONAL_DATA:
        key = f"personuppgift:{report.id}" if report.has_hidden else f"personuppgift:{report.intervention_id}:{today}"
        who = [*_answering(session, report), *people.coordinators(session)]
        _write(session, who, key, _("Personuppgifter i en insats: se över den nu"), [*_personal_data(report), case])
    elif report.kind is ReportKind.FAULT:
        text = _("Någon har rapporterat ett fel i ”%(title)s”: %(reason)s.", title=_title(report), reason=_reason(report))
        key = f"fel:{report.intervention_id}:{today}"
        _write(session, _answering(session, report), key, _("Ett fel har rapporterats i en insats"), [text, _look(), case])
    elif report.kind is ReportKind.QUESTION:
        text = _("Någon har ställt en fråga om ”%(title)s”.", title=_title(report))
        _write(session, _answering(session, report), f"fraga:{report.id}", _("En fråga om en insats"), [text, _look(), case])
    else:
        text = _("Någon har sökt i insatsbasen utan att hitta det som behövs, och anmält vad som saknas.")
        _write(session, people.coordinators(session), f"saknas:{today}", _("Något saknas i insatsbasen"), [text, _look(), case])


def tell_asker(session: Session, report: Report) -> None:
    """Write to whoever told it that there is an answer. Guests are not known, and get none."""
    if report.person is None or report.person.disabled_at:
        return
    about = _title(report) or report.text
    text = _("Du har fått svar på det du skrev om ”%(title)s”:", title=about)
    case = addresses.whole("reports.case", number=str(report.id))
    parts = [text, report.answer, _("Du hittar frågan och svaret här:") + "\n" + case]
    _write(session, [report.person], f"svar:{report.id}", _("Svar på det du skrev i insatsbasen"), parts)


def _answering(session: Session, report: Report) -> Sequence[Person]:
    found: Iterable[Person] = ()
    if report.organisation_id is not None:
        found = people.of_organisation(session, report.organisation_id, Role.EDITOR)
    # Somebody who was invited and never came does not answer either.
    return [person for person in found if person.password_hash] or people.coordinators(session)


def _write(session: Session, who: Iterable[Person], key: str, subject: str, parts: Sequence[str]) -> None:
    for person in {one.id: one for one in who}.values():
        greeting = _("Hej %(name)s!", name=person.name) if person.name else _("Hej!")
        letters.queue(session, to=person.email, subject=subject, body="\n\n".join((greeting, *parts)) + "\n", key=f"{key}:{person.id}")


def _personal_data(report: Report) -> list[str]:
    told = _("Någon har rapporterat att det finns personuppgifter eller en skyddad adress i ”%(title)s”.", title=_title(report))
    if report.intervention and report.intervention.hidden:
        now = _("Insatsen är dold. Bara ni och samordnaren ser den, tills ni har tittat på den och valt att visa den igen.")
    else:
        now = _("Insatsen visas fortfarande. Titta på den nu, och ändra den om det behövs.")
    return [told, now, _look()]


def _look() -> str:
    return _("Logga in, läs och svara:")


def _title(report: Report) -> str:
    return report.intervention.title if report.intervention else ""


def _reason(report: Report) -> str:
    return _(report.reason.label).lower() if report.reason else ""
