"""A whole form: an intervention with its starts and results, read back from what was posted, and what it changes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar, cast

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, SelectMultipleField, StringField

from insatsbas.catalogue.actions import InterventionChanges
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.occasion_actions import OccasionFacts
from insatsbas.catalogue.queries import Lists
from insatsbas.catalogue.rules import Form, Level, Status
from insatsbas.core.forms import SwedishForm
from insatsbas.core.i18n import gettext as _
from insatsbas.keeping.editing import rules
from insatsbas.keeping.editing.forms import TERM_FIELDS, InterventionForm, OccasionForm, OutcomeForm, lines_of, paragraphs_of
from insatsbas.keeping.editing.values import AMOUNTS, CODES, LEVELS, TEXTS, Row, Values, differing

_F = TypeVar("_F", bound=SwedishForm)
_ROW = re.compile(r"(occasions|outcomes)-(\d{1,6})-\w+")
_LONGEST_NUMBER = 10
# Fields of the form that are no part of the intervention.
_ABOUT = ("version", "revision", "why")


@dataclass(frozen=True, slots=True)
class Offer:
    """What the lists offer, what was chosen before and so is offered still, and whether lessons are asked for."""

    lists: Lists
    chosen: Values
    with_lessons: bool

    def choices(self, field: str) -> list[tuple[str, str]]:
        """The codes and labels of a field. What is retired is offered only where it is chosen already."""
        if field in ("given_in", "open_for"):
            return [(m.code, m.name) for m in self.lists.municipalities]
        rows: Sequence[Any] = self.lists.needs if field == "needs" else self.lists.terms_of(TERM_FIELDS[field])
        return [(row.code, row.label) for row in rows if not row.retired or row.code in self.chosen.get(field, ())]

    def sheltered(self, codes: Iterable[str]) -> bool:
        """Whether any of these needs asks for protection."""
        wanted = set(codes)
        return any(need.sheltered for need in self.lists.needs if need.code in wanted)


class Entry:
    """The form of an intervention with its rows."""

    def __init__(self, offer: Offer, form: InterventionForm, occasions: list[OccasionForm], outcomes: list[OutcomeForm]) -> None:
        self.offer, self.form, self.occasions, self.outcomes = offer, form, occasions, outcomes
        for field in form:
            if isinstance(field, SelectMultipleField):
                field.choices = offer.choices(field.name)
        if not offer.with_lessons:
            self.outcomes = []
            for name in ("lessons", "knows_more"):
                delattr(form, name)

    @classmethod
    def drawn(cls, offer: Offer, values: Values, **about: str) -> "Entry":
        """The form as it is opened. `about` are its version and revision."""
        form = InterventionForm(data={**values, **about})
        occasions = [OccasionForm(data=row, prefix=f"occasions-{n}") for n, row in enumerate(values["occasions"])]
        outcomes = [OutcomeForm(data=row, prefix=f"outcomes-{n}") for n, row in enumerate(values["outcomes"])]
        return cls(offer, form, occasions, outcomes)

    @classmethod
    def posted(cls, offer: Offer, data: MultiDict[str, str]) -> "Entry":
        """The form as it was sent. Rows that say nothing are left out, and so are more of them than there can be."""
        occasions = _rows(data, "occasions", OccasionForm, rules.MOST_OCCASIONS)
        return cls(offer, InterventionForm(data), occasions, outcomes_of(data))

    # What it says

    def values(self) -> Values:
        """What is in the form now, field by field."""
        values: Values = {field.name: _value(field) for field in self.form if field.name not in _ABOUT}
        values["occasions"] = [dict(row.data) for row in self.occasions]
        if self.offer.with_lessons:
            values["outcomes"] = [dict(row.data) for row in self.outcomes]
        return values

    def pairs(self) -> list[tuple[str, str]]:
        """What a browser would send of it: to be carried along on a page where it is not seen."""
        return [pair for form in self._forms() for pair in _pairs(form)]

    def faults(self) -> list[tuple[str, str]]:
        """The id of each field that has a fault, with what it is, in the order of the form."""
        rows: Mapping[str, Sequence[SwedishForm]] = {"rolling": self.occasions, "lessons": self.outcomes}
        found: list[tuple[str, str]] = []
        for field in self.form:
            found += [(field.id, str(error)) for error in field.errors if isinstance(error, str)]
            found += [fault for row in rows.get(field.name, ()) for fault in row.faults()]
        return found

    def _forms(self) -> Iterator[SwedishForm]:
        yield from (self.form, *self.occasions, *self.outcomes)

    # Whether it may be so

    def validate(self, status: Status) -> bool:
        """Whether it has the right shape, and tells all that one of a status must."""
        # Each is asked: who is told of one fault is told of all.
        fits = not [form for form in self._forms() if not form.validate()]
        for name, message in rules.missing(self.form.data, status).items():
            self.refuse(name, _(message))
            fits = False
        return self._keeps_addresses_out() and fits

    def refuse(self, name: str, message: str) -> None:
        """Say at a field what is wrong with it."""
        field = self.form[name]
        field.errors = [*field.errors, message]

    def is_sheltered(self) -> bool:
        """Whether a need that is chosen asks for protection."""
        return self.offer.sheltered(self.form.needs.data or ())

    def _keeps_addresses_out(self) -> bool:
        fits = True
        for row in self.occasions if self.is_sheltered() else ():
            for field in (row.place, row.address):
                if field.data:
                    field.errors = [*field.errors, _("Ta bort uppgiften. Insatsen handlar om skydd, och adressen lämnas bara vid kontakt.")]
                    fits = False
        return fits

    # What is done to its rows

    def add_occasion(self) -> None:
        """One more empty row."""
        self._add({"address_on_request": self.is_sheltered()})

    def add_outcome(self) -> None:
        """One more empty row for a result."""
        if len(self.outcomes) < rules.MOST_OUTCOMES:
            self.outcomes.append(OutcomeForm(prefix=f"outcomes-{len(self.outcomes)}"))

    def remove(self, name: str, number: int) -> None:
        """Take a row away. Those after it get its number and so on: no two rows may share a name when one is added."""
        rows: list[Any] = self.occasions if name == "occasions" else self.outcomes
        kept = [row for n, row in enumerate(rows) if n != number]
        rows[:] = [type(row)(data=row.data, prefix=f"{name}-{n}") for n, row in enumerate(kept)]

    def copy_to_next_term(self, today: date) -> int:
        """Copy the starts of the latest term to the next, where they are not there yet; how many."""
        self.validate(Status.DRAFT)
        dated = [(row, row.start.day) for row in self.occasions if row.start.day and not row.errors]
        latest = max((rules.term_of(start) for _row, start in dated), default=None)
        there = {(start, row.place.data) for row, start in dated}
        copied = 0
        for row, start in dated:
            step = rules.to_next_term(start, today)
            if rules.term_of(start) == latest and (start + step, row.place.data) not in there:
                copied += self._add(_moved(row, step))
        for form in self._forms():
            for field in form:
                field.errors = ()
        return copied

    def _add(self, row: Row) -> bool:
        fits = len(self.occasions) < rules.MOST_OCCASIONS
        if fits:
            self.occasions.append(OccasionForm(data=row, prefix=f"occasions-{len(self.occasions)}"))
        return fits

    # What it changes

    def changes(self, before: Values) -> InterventionChanges:
        """What differs from the fields as they were drawn. To be asked of a form that is valid."""
        differs = set(differing(self.values(), before))
        form: Any = self.form
        lists = self.offer.lists
        told: dict[str, Any] = {name: form[name].data for name in (*TEXTS, "rolling") if name in differs}
        told |= {name: form[name].value for name in AMOUNTS if name in differs}
        told |= {name: Level(int(form[name].data)) if form[name].data else None for name in LEVELS if name in differs}
        rows: Mapping[str, Sequence[Any]] = {"needs": lists.needs, "given_in": lists.municipalities, "open_for": lists.municipalities}
        told |= {name: [row for row in rows[name] if row.code in form[name].data] for name in CODES if name in differs}
        if differs & TERM_FIELDS.keys():
            wanted = {(kind, code) for name, kind in TERM_FIELDS.items() for code in form[name].data}
            told["terms"] = [term for term in lists.terms if (term.kind, term.code) in wanted]
        if "form" in differs:
            told["form"] = Form(form["form"].data) if form["form"].data else None
        if "links" in differs:
            told["links"] = lines_of(form.links.data)
        if "lessons" in differs:
            told["lessons"] = paragraphs_of(form.lessons.data)
        if "outcomes" in differs:
            told["outcomes"] = results_of(self.outcomes)
        if "occasions" in differs:
            told["occasions"] = [self._facts(row) for row in self.occasions]
        return cast("InterventionChanges", told)

    def _facts(self, row: OccasionForm) -> OccasionFacts:
        number = row.row.data or ""
        on_request = bool(row.address_on_request.data) or self.is_sheltered()
        return OccasionFacts(
            start=row.start.day,
            end=row.end.day,
            apply_by=row.apply_by.day,
            place=row.place.data,
            address=row.address.data,
            address_on_request=on_request,
            places=row.places.count,
            taken=row.taken.count,
            id=int(number) if number.isdecimal() and len(number) < _LONGEST_NUMBER else None,
        )


def outcomes_of(data: MultiDict[str, str]) -> list[OutcomeForm]:
    """The rows of results that were sent."""
    return _rows(data, "outcomes", OutcomeForm, rules.MOST_OUTCOMES)


def _rows(data: MultiDict[str, str], name: str, form: type[_F], most: int) -> list[_F]:
    numbers = sorted({int(match[2]) for key in data if (match := _ROW.fullmatch(key)) and match[1] == name})
    read = [form(data, prefix=f"{name}-{n}") for n in numbers[: most * 2]]
    kept = [row for row in read if any(field.data for field in row if isinstance(field, StringField))]
    # Numbered anew, so that no two rows of a page share a name when one is added.
    return [form(_renamed(data, row, f"{name}-{n}"), prefix=f"{name}-{n}") for n, row in enumerate(kept[:most])]


def results_of(rows: Iterable[OutcomeForm]) -> list[tuple[str, int | None]]:
    """Results in numbers as they are kept."""
    return [(row.label.data, None if row.count.count is None else rules.told(row.count.count)) for row in rows if row.label.data]


def asks_for_lessons(row: Intervention) -> bool:
    """Whether the form of an intervention has a place for lessons: of what is not given now, and of what has some."""
    return row.status in (Status.PAUSED, Status.ENDED) or bool(row.lessons or row.outcomes or row.knows_more)


def _value(field: Field) -> Any:
    if isinstance(field, SelectMultipleField):
        return sorted(set(field.data or ()))
    return bool(field.data) if isinstance(field, BooleanField) else field.data or ""


def _moved(row: OccasionForm, step: timedelta) -> Row:
    typed: dict[str, date | None] = {"start": row.start.day, "end": row.end.day, "apply_by": row.apply_by.day}
    days = {name: "" if day is None else (day + step).isoformat() for name, day in typed.items()}
    return {**row.data, **days, "row": "", "taken": "0" if row.places.data else ""}


def _renamed(data: MultiDict[str, str], row: SwedishForm, prefix: str) -> MultiDict[str, str]:
    return MultiDict((f"{prefix}-{field.short_name}", value) for field in row for value in data.getlist(field.name))


def _pairs(form: SwedishForm) -> Iterator[tuple[str, str]]:
    for field in form:
        if isinstance(field, BooleanField):
            if field.data:
                yield field.name, "ja"
        elif isinstance(field, SelectMultipleField):
            yield from ((field.name, value) for value in field.data or ())
        else:
            yield field.name, field.data or ""
