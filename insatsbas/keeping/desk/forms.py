"""The shape of what the co-ordinator types. Choices that are rows are put in by the view."""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from babel.dates import get_month_names
from wtforms import BooleanField, EmailField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from insatsbas.accounts.rules import Mandate
from insatsbas.catalogue.rules import EndReason
from insatsbas.core.errors import RefusedError
from insatsbas.core.forms import DayField, KronorField, SwedishForm
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import lazy_gettext as _l
from insatsbas.core.templating import LOCALE
from insatsbas.core.viewer import Grant, Role
from insatsbas.keeping.desk.leaving import Way
from insatsbas.keeping.desk.rules import COLOURS, ICONS, ROLES
from insatsbas.organisations.rules import MAP_SIDE, OrganisationKind
from insatsbas.search.wordlists import LINE_MAX, NOTE_MAX

Choices = Sequence[tuple[str, str]]
_MAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+\Z"
_JULY = 7
# An organisation's own reasons for what ends when it leaves.
LEAVING_REASONS = (EndReason.ORGANISER, EndReason.CONTRACT)


def with_none(choices: Iterable[tuple[str, str]], none: str) -> Choices:
    """Choices with one before them for none of them."""
    return [("", none), *choices]


class OrganisationForm(SwedishForm):
    """What is known of an organisation."""

    namn = StringField(_l("Namn"), [InputRequired(_l("Skriv organisationens namn")), Length(max=150, message=_l("Högst 150 tecken"))])
    typ = SelectField(_l("Typ"))
    kommun = SelectField(_l("Hör till kommunen"))
    nummer = StringField(_l("Organisationsnummer"), [Length(max=30, message=_l("Det är för långt för ett organisationsnummer"))])
    brevlada = EmailField(
        _l("Funktionsbrevlåda"),
        [Optional(), Length(max=254, message=_l("Högst 254 tecken")), Regexp(_MAIL, message=_l("Skriv en e-postadress"))],
    )
    farskhet = BooleanField(_l("Visa för alla hur stor del av uppgifterna som är bekräftade"))
    bada = BooleanField(_l("Samma person får både förbereda och besluta"))

    def offer(self, municipalities: Choices) -> None:
        """Put in what can be chosen."""
        self.typ.choices = [(kind.value, _(kind.label)) for kind in OrganisationKind]
        self.kommun.choices = list(with_none(municipalities, _("Ingen kommun")))


class LeavingForm(SwedishForm):
    """How an organisation leaves."""

    dag = DayField(_l("Dag då organisationen lämnar"), [InputRequired(_l("Skriv vilken dag organisationen lämnar"))])
    satt = RadioField(_l("Vad ska hända med insatserna?"), [InputRequired(_l("Välj vad som ska hända med insatserna"))])
    till = SelectField(_l("Lämna över till"), [])
    valda = SelectMultipleField(_l("Insatser att lämna över"))
    skal = RadioField(_l("Varför avslutas de?"), default=EndReason.ORGANISER.value)

    def offer(self, receivers: Choices, entries: Choices) -> None:
        """Put in what can be chosen."""
        self.satt.choices = [(way.value, _(way.label)) for way in Way]
        self.till.choices = list(with_none(receivers, _("Välj organisation")))
        self.valda.choices = list(entries)
        self.skal.choices = [(reason.value, _(reason.label)) for reason in LEAVING_REASONS]


class MunicipalityForm(SwedishForm):
    """What is known of a municipality."""

    kod = StringField(_l("Kommunkod"), [InputRequired(_l("Skriv kommunkoden")), Regexp(r"[0-9]{4}\Z", message=_l("Skriv fyra siffror"))])
    namn = StringField(_l("Namn"), [InputRequired(_l("Skriv kommunens namn")), Length(max=60, message=_l("Högst 60 tecken"))])
    lan = StringField(_l("Län"), [InputRequired(_l("Skriv länets namn")), Length(max=60, message=_l("Högst 60 tecken"))])
    medlem = BooleanField(_l("Kommunen är med i samverkan"))
    rad = SelectField(_l("Rad på kartan"))
    kolumn = SelectField(_l("Kolumn på kartan"))
    pendling = SelectMultipleField(_l("Kommuner man kan pendla till och från"))
    orter = TextAreaField(_l("Orter som folk säger när de menar kommunen"), [Length(max=5000, message=_l("Högst 5 000 tecken"))])

    def offer(self, others: Choices) -> None:
        """Put in what can be chosen."""
        places = [(str(n), str(n)) for n in range(1, MAP_SIDE + 1)]
        self.rad.choices = self.kolumn.choices = list(with_none(places, _("Ingen ruta")))
        self.pendling.choices = list(others)


class NeedForm(SwedishForm):
    """A need."""

    namn = StringField(_l("Namn"), [InputRequired(_l("Skriv vad behovet heter")), Length(max=100, message=_l("Högst 100 tecken"))])
    under = SelectField(_l("Del av"))
    ruta = BooleanField(_l("Ruta på första sidan"))
    symbol = SelectField(_l("Symbol på rutan"))
    farg = SelectField(_l("Färg på rutan"))
    skyddat = BooleanField(_l("Skyddat: visa inga adresser"))
    adresser = BooleanField(_l("Ja, ta bort adresserna"))
    personal = BooleanField(_l("För personal och arbetsgivare"))
    vuxenutbildning = BooleanField(_l("Söks genom vuxenutbildningen"))

    def offer(self, tops: Choices) -> None:
        """Put in what can be chosen."""
        self.under.choices = list(with_none(tops, _("Inget, det är ett eget behov")))
        self.symbol.choices = list(with_none(((name, _(label)) for name, label in ICONS.items()), _("Ingen symbol")))
        numbered = ((str(n), _("Färg %(number)s", number=n)) for n in range(1, COLOURS + 1))
        self.farg.choices = list(with_none(numbered, _("Ingen färg")))


class CodeForm(SwedishForm):
    """A need's code."""

    kod = StringField(_l("Kod i adressen"), [InputRequired(_l("Skriv en kod")), Length(max=40, message=_l("Högst 40 tecken"))])


class MergeForm(SwedishForm):
    """Which need another becomes a part of the meaning of."""

    i = SelectField(_l("Slå ihop med"), [InputRequired(_l("Välj det behov som ska finnas kvar"))])

    def offer(self, others: Choices) -> None:
        """Put in what can be chosen."""
        self.i.choices = list(with_none(others, _("Välj behov")))


class TermForm(SwedishForm):
    """A word of one of the lists."""

    namn = StringField(_l("Namn"), [InputRequired(_l("Skriv vad det heter")), Length(max=100, message=_l("Högst 100 tecken"))])
    personal = BooleanField(_l("För personal och arbetsgivare"))
    pa_sprak = BooleanField(_l("Ges på ett språk, som anges för insatsen"))


class WordLineForm(SwedishForm):
    """A line of a word list of search."""

    rad = StringField(_l("Rad"), [InputRequired(_l("Skriv en rad")), Length(max=LINE_MAX, message=_l("Högst 500 tecken"))])
    anteckning = StringField(_l("Anteckning"), [Length(max=NOTE_MAX, message=_l("Högst 200 tecken"))])


class InvitationForm(SwedishForm):
    """Whom to invite. The roles are read by `grants`."""

    epost = EmailField(_l("E-postadress"), [InputRequired(_l("Skriv e-postadressen")), Length(max=254, message=_l("Högst 254 tecken"))])
    namn = StringField(_l("Namn"), [InputRequired(_l("Skriv namnet")), Length(max=100, message=_l("Högst 100 tecken"))])


class MandateForm(SwedishForm):
    """What somebody may decide on, in a row with a role: read where the role is that of a decision-maker."""

    belopp = KronorField(_l("Beslutar upp till (kr)"))
    delegation = StringField(_l("Delegation"), [Length(max=100, message=_l("Högst 100 tecken"))])


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A row of a role and the slug of an organisation, both may be empty, with what a decision-maker may decide on."""

    role: str
    organisation: str
    mandate: MandateForm

    @property
    def decides(self) -> bool:
        """Whether it is the row of a decision-maker."""
        return self.role == Role.DECISION_MAKER


class SettingsForm(SwedishForm):
    """The two days of review, and whose freshness everybody may see."""

    dag_1 = SelectField(_l("Dag"))
    manad_1 = SelectField(_l("Månad"))
    dag_2 = SelectField(_l("Dag"))
    manad_2 = SelectField(_l("Månad"))
    farskhet = SelectMultipleField(_l("Organisationer som visar för alla hur stor del av uppgifterna som är bekräftade"))

    def offer(self, organisations: Choices) -> None:
        """Put in what can be chosen. Nobody is asked in July."""
        names = get_month_names("wide", locale=LOCALE)
        self.dag_1.choices = self.dag_2.choices = [(f"{n:02d}", str(n)) for n in range(1, 32)]
        months = [(f"{n:02d}", names[n]) for n in range(1, len(calendar.month_name)) if n != _JULY]
        self.manad_1.choices = self.manad_2.choices = months
        self.farskhet.choices = list(organisations)


def faults_of_rows(rows: Iterable[RoleRow]) -> list[tuple[str, str]]:
    """What is wrong with what decision-makers may decide on."""
    return [fault for row in rows if row.decides and not row.mandate.validate() for fault in row.mandate.faults()]


def mandates(rows: Iterable[RoleRow], organisations: Mapping[str, int]) -> dict[int, Mandate]:
    """What each decision-maker's row lets one decide on, by the organisation."""
    return {
        organisations[row.organisation]: Mandate(row.mandate.belopp.amount, row.mandate.delegation.data or "")
        for row in rows
        if row.decides and row.organisation in organisations
    }


def grants(rows: Iterable[RoleRow], organisations: Mapping[str, int]) -> list[Grant]:
    """The roles that rows of a form tell of, each a role and the slug of an organisation; an empty row tells of none.

    Raises:
        RefusedError: a role or an organisation is not to be had, one lacks the other, or there is no role.
    """
    found = []
    for role, slug in ((row.role, row.organisation) for row in rows):
        if not role and slug:
            raise RefusedError(_("Välj en roll för organisationen, eller välj bort organisationen."))
        if not role:
            continue
        if role not in ROLES or (slug and slug not in organisations):
            raise RefusedError(_("Välj en roll och en organisation i listorna."))
        is_of_one = Role(role).is_of_an_organisation
        if is_of_one and not slug:
            raise RefusedError(_("Välj för vilken organisation rollen %(role)s gäller.", role=_(Role(role).label)))
        found.append(Grant(Role(role), organisations[slug] if is_of_one else None))
    if not found:
        raise RefusedError(_("Välj minst en roll."))
    return list(dict.fromkeys(found))
