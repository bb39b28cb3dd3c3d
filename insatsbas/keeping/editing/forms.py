"""The shape of what is typed of an intervention: its own fields, a start, a result in numbers, and how kinds of values are read."""

from decimal import Decimal
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Length, ValidationError

from insatsbas.catalogue.rules import SUMMARY_MAX, TITLE_MAX, EndReason, Form, Level, PauseReason, TermKind
from insatsbas.core.forms import DayField, SwedishForm
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import lazy_gettext as _l
from insatsbas.keeping.editing.rules import MOST_LINKS, amount

_LONGEST_TEXT = 10_000
_LONGEST_URL = 500
_MOST_PEOPLE = 100_000
_MOST_FIGURES = 20
# As in files that are read in: what lies further off is a slip of the pen, and no term follows upon the last day of all.
_YEARS = range(1950, 2201)
# What is chosen from the co-ordinator's lists, by the field that asks for it.
TERM_FIELDS = {
    "eligibility": TermKind.ELIGIBILITY,
    "audience": TermKind.AUDIENCE,
    "way_in": TermKind.WAY_IN,
    "support": TermKind.SUPPORT,
    "time": TermKind.TIME,
    "language": TermKind.LANGUAGE,
}
FEWER = _l("färre än fem")


class AmountField(StringField):
    """A number as people write it. `value` is what it means, None when nothing is typed."""

    value: Decimal | None = None

    def __init__(self, *args: Any, least: Decimal = Decimal(0), most: Decimal = Decimal(9_999_999), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._least, self._most = least, most

    def pre_validate(self, form: BaseForm) -> None:
        """Read it.

        Raises:
            ValidationError: it is no number, or none that can be.
        """
        self.value = None
        try:
            self.value = amount(self.data or "")
        except ValueError as error:
            raise ValidationError(_("Skriv ett tal med siffror.")) from error
        if self.value is not None and not self._least <= self.value <= self._most:
            raise ValidationError(_("Talet är för stort eller för litet."))


class CountField(StringField):
    """How many, in whole numbers. `count` is None when nothing is typed."""

    count: int | None = None

    def pre_validate(self, form: BaseForm) -> None:
        """Read it.

        Raises:
            ValidationError: it is no whole number.
        """
        self.count = None
        plain = "".join((self.data or "").split())
        if not plain:
            return
        # Of very many figures Python makes no number.
        if not (plain.isascii() and plain.isdigit() and len(plain) <= _MOST_FIGURES) or int(plain) > _MOST_PEOPLE:
            raise ValidationError(_("Skriv antalet med siffror."))
        self.count = int(plain)


class PeopleField(CountField):
    """How many people, or "färre än fem"."""

    def pre_validate(self, form: BaseForm) -> None:
        """Read it: what is fewer than five is not a number here."""
        if (self.data or "").casefold() == str(FEWER):
            self.count = None
            return
        super().pre_validate(form)


def _links(_form: BaseForm, field: StringField) -> None:
    lines = lines_of(field.data)
    if len(lines) > MOST_LINKS:
        raise ValidationError(_("Skriv högst %(most)d länkar.", most=MOST_LINKS))
    for line in lines:
        if not line.startswith(("https://", "http://")) or len(line) > _LONGEST_URL or any(sign.isspace() for sign in line):
            raise ValidationError(_("Skriv hela adressen, en på varje rad. Den ska börja med https://"))


def lines_of(text: str | None) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def paragraphs_of(text: str | None) -> list[str]:
    """The paragraphs of a text: what has an empty line between."""
    found: list[list[str]] = [[]]
    for line in (text or "").splitlines():
        if line.strip():
            found[-1].append(line.strip())
        elif found[-1]:
            found.append([])
    return ["\n".join(lines) for lines in found if lines]


def _levels() -> list[tuple[str, str]]:
    return [("", _("Inte angivet")), *((str(int(level)), _(level.label)) for level in Level)]


def _forms() -> list[tuple[str, str]]:
    return [*((form.value, _(form.label)) for form in Form), ("", _("Inte angivet"))]


def _pause_reasons() -> list[tuple[str, str]]:
    return [(reason.value, _(reason.label)) for reason in PauseReason]


def _end_reasons() -> list[tuple[str, str]]:
    return [(reason.value, _(reason.label)) for reason in EndReason if reason is not EndReason.UNKNOWN]


def _known(_form: BaseForm, field: SelectMultipleField) -> None:
    # WTForms' own refusal is not told in Swedish.
    if not set(field.data or ()) <= {choice[0] for choice in field.choices or ()}:
        raise ValidationError(_("Välj bland det som finns i listan."))


def _many(label: Any) -> SelectMultipleField:
    return SelectMultipleField(label, [_known], choices=[], validate_choice=False)


class NearDayField(DayField):
    """A day that a start may have."""

    def pre_validate(self, form: BaseForm) -> None:
        """Read the day.

        Raises:
            ValidationError: it is no day, or lies far off.
        """
        super().pre_validate(form)
        if self.day is not None and self.day.year not in _YEARS:
            self.day = None
            raise ValidationError(_("Skriv ett år mellan %(first)d och %(last)d.", first=_YEARS[0], last=_YEARS[-1]))


class NewForm(SwedishForm):
    """The first of an intervention: what it is called, and who runs it."""

    title = StringField(_l("Vad heter insatsen?"), [InputRequired(_l("Skriv vad insatsen heter")), Length(max=TITLE_MAX)])
    owner = SelectField(_l("Vem anordnar den?"), choices=[])


class CopyForm(SwedishForm):
    """Into which organisation another's intervention is copied as a draft."""

    owner = SelectField(_l("Vilken organisation ska anordna den?"), choices=[])


class OccasionForm(SwedishForm):
    """A start. `row` is the number of the row that it is, when it is there already."""

    row = HiddenField()
    start = NearDayField(_l("Startar"))
    end = NearDayField(_l("Slutar"))
    apply_by = NearDayField(_l("Anmäl senast"))
    place = StringField(_l("Lokal eller plats"), [Length(max=100)])
    address = StringField(_l("Adress"), [Length(max=200)])
    address_on_request = BooleanField(_l("Adressen lämnas vid kontakt"))
    places = CountField(_l("Platser"))
    taken = CountField(_l("Tagna av egna deltagare"))

    def validate_end(self, field: DayField) -> None:
        """It cannot end before it starts."""
        if field.day and self.start.day and field.day < self.start.day:
            raise ValidationError(_("Slutet är före starten."))

    def validate_apply_by(self, field: DayField) -> None:
        """One cannot apply when it has ended."""
        if field.day and self.end.day and field.day > self.end.day:
            raise ValidationError(_("Sista dag att anmäla är efter slutet."))

    def validate_taken(self, field: CountField) -> None:
        """No more places are taken than there are."""
        if field.count is not None and self.places.count is None:
            raise ValidationError(_("Skriv också hur många platser som finns."))
        if field.count is not None and self.places.count is not None and field.count > self.places.count:
            raise ValidationError(_("Det är fler än platserna som finns."))

    def validate_address_on_request(self, field: BooleanField) -> None:
        """What is given on contact only is not written here."""
        if field.data and (self.place.data or self.address.data):
            raise ValidationError(_("Ta bort adress och plats, eller kryssa ur rutan: det som lämnas vid kontakt ska inte stå här."))


class OutcomeForm(SwedishForm):
    """A result in numbers."""

    label = StringField(_l("Vad räknar ni?"), [Length(max=100)])
    count = PeopleField(_l("Hur många?"))

    def validate_label(self, field: StringField) -> None:
        """A number without words says nothing."""
        if not field.data and self.count.data:
            raise ValidationError(_("Skriv vad ni har räknat."))

    def validate_count(self, field: PeopleField) -> None:
        """Words without a number say nothing either."""
        if self.label.data and not field.data:
            raise ValidationError(_("Skriv hur många."))


class InterventionForm(SwedishForm):
    """An intervention, but for its rows. `version` and `revision` tell what it was drawn from."""

    version = HiddenField()
    revision = HiddenField()
    title = StringField(_l("Vad heter insatsen?"), [Length(max=TITLE_MAX)])
    summary = TextAreaField(_l("Kort om insatsen"), [Length(max=SUMMARY_MAX)])
    description = TextAreaField(_l("Mer om insatsen"), [Length(max=_LONGEST_TEXT)])
    needs = _many(_l("Vilka behov svarar den mot?"))
    eligibility = _many(_l("Vem får delta?"))
    audience = _many(_l("Vem passar den för?"))
    open_for = _many(_l("Öppen för deltagare från"))
    level_required = SelectField(_l("Språknivå som krävs"), choices=_levels, default="")
    level_reached = SelectField(_l("Leder till"), choices=_levels, default="")
    prerequisites = TextAreaField(_l("Förkunskaper"), [Length(max=_LONGEST_TEXT)])
    support = _many(_l("Vilket stöd finns?"))
    language = _many(_l("På vilka språk?"))
    way_in = _many(_l("Hur får deltagaren en plats?"))
    given_in = _many(_l("I vilka kommuner ges den?"))
    form = RadioField(_l("Hur ges den?"), choices=_forms, default="")
    time = _many(_l("När på dygnet eller året?"))
    hours_per_week = AmountField(_l("Timmar i veckan"), least=Decimal("0.01"), most=Decimal(100))
    length = StringField(_l("Hur länge håller den på?"), [Length(max=100)])
    rolling = BooleanField(_l("Går att börja när som helst"))
    participant_cost = AmountField(_l("Vad kostar det för deltagaren?"))
    contact = StringField(_l("Vem kontaktar man?"), [Length(max=200)])
    links = TextAreaField(_l("Länkar"), [_links])
    place_price = AmountField(_l("Pris per plats (exklusive moms)"))
    lessons = TextAreaField(_l("Lärdomar"), [Length(max=_LONGEST_TEXT)])
    knows_more = StringField(_l("Vem vet mer?"), [Length(max=200)])
    why = StringField(_l("Varför ändrar du? (syns i ändringarna)"), [Length(max=500)])


class StepForm(SwedishForm):
    """What is asked before a step that needs nothing but a yes."""

    why = StringField(_l("Varför? (syns i ändringarna)"), [Length(max=500)])


class PauseForm(SwedishForm):
    """Why it is paused, and when it may start again."""

    reason = RadioField(_l("Varför pausas insatsen?"), [InputRequired(_l("Välj varför insatsen pausas"))], choices=_pause_reasons)
    why = StringField(_l("När kan den starta igen?"), [Length(max=500)])


class EndForm(SwedishForm):
    """Why it ended, and what was learned."""

    reason = RadioField(_l("Varför avslutas insatsen?"), [InputRequired(_l("Välj varför insatsen avslutas"))], choices=_end_reasons)
    worked = TextAreaField(_l("Vad fungerade?"), [Length(max=_LONGEST_TEXT)])
    failed = TextAreaField(_l("Vad fungerade inte?"), [Length(max=_LONGEST_TEXT)])
    next_time = TextAreaField(_l("Vad borde nästa göra annorlunda?"), [Length(max=_LONGEST_TEXT)])
    knows_more = StringField(_l("Vem vet mer?"), [Length(max=200)])
    why = StringField(_l("Något mer om varför? (syns i ändringarna)"), [Length(max=500)])

    def lessons(self) -> list[str]:
        """The answers as paragraphs of lessons: the first of each answer says what was asked."""
        asked = (
            (self.worked, _("Det som fungerade: %(answer)s")),
            (self.failed, _("Det som inte fungerade: %(answer)s")),
            (self.next_time, _("Nästa gång: %(answer)s")),
        )
        answers = [(told, paragraphs_of(field.data)) for field, told in asked]
        return [told % {"answer": text} if n == 0 else text for told, texts in answers for n, text in enumerate(texts)]
