"""What stands in the letters about accounts."""

from dataclasses import dataclass

from insatsbas.accounts.models import Person
from insatsbas.accounts.rules import LinkPurpose
from insatsbas.core.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Text:
    """A letter's subject and body."""

    subject: str
    body: str


def with_link(person: Person, purpose: LinkPurpose, link: str, *, for_another: str) -> Text:
    """The letter that brings a link by which a password is chosen. `for_another` is where to get another when its time is out."""
    greeting = _("Hej %(name)s!", name=person.name) if person.name else _("Hej!")
    here = _("Välj ett lösenord här:") + "\n" + link
    lasts = _("Länken fungerar en gång, inom en timme. Har tiden gått ut får du en ny här:") + "\n" + for_another
    if purpose is LinkPurpose.INVITATION:
        subject = _("Välkommen till insatsbasen: välj ett lösenord")
        what = _("Du har fått ett konto i insatsbasen, den gemensamma katalogen över insatser för nyanlända.")
        why = what + " " + _("Du loggar in med din e-postadress, %(email)s.", email=person.email)
        unexpected = _("Känner du inte till insatsbasen? Då kan du bortse från brevet.")
    else:
        subject = _("Välj ett nytt lösenord i insatsbasen")
        why = _("Någon, troligen du, har bett om ett nytt lösenord till ditt konto i insatsbasen.")
        unexpected = _("Var det inte du? Då kan du bortse från brevet. Ditt gamla lösenord gäller fortfarande.")
    return Text(subject, "\n\n".join((greeting, why, here, lasts, unexpected)) + "\n")
