"""The shape of a search in an address: the same parameters for the page and the API."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import g, url_for
from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, IntegerField, StringField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta
from wtforms.validators import NumberRange, Optional, StopValidation

from insatsbas.catalogue.queries import Lists
from insatsbas.catalogue.rules import PUBLIC, Level, Status
from insatsbas.catalogue.rules import Form as InterventionForm
from insatsbas.core.i18n import gettext as _
from insatsbas.search.documents import TERM_FACETS
from insatsbas.search.engine import ANY_TIME, COMMUTE, FOR_OTHERS, PASSED, PLACES_LEFT, STAFF, YES, Facet, Filters, Question, Sort
from insatsbas.search.labels import ALL_STATUSES
from insatsbas.search.query import NO_NAMES, Names, Planner, clean

MOST_PAGES = 100_000
PER_PAGE = 20
MOST_PER_PAGE = 100
# The words as they stand: no names in them, and nothing put right.
EXACT = "exakt"
SWITCHES = (COMMUTE, PLACES_LEFT, ANY_TIME, FOR_OTHERS, STAFF)
_ON, _OFF = frozenset({YES, "1", "true", "on"}), frozenset({"", "nej", "0", "false"})


class CodesField(Field):
    """Values of a closed list, told by the form's `Meta.known`. Keeps those it knows; names each of the others in an error."""

    def __init__(self, *, most: int | None = None, **options: Any) -> None:
        super().__init__(default=(), **options)
        self._most = most
        self._unknown: tuple[str, ...] = ()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Part the known from the unknown; an empty value is no value."""
        given, known = [value for value in dict.fromkeys(valuelist) if value], self.meta.known[self.name]
        self.data = tuple(value for value in given if value in known)
        self._unknown = tuple(value for value in given if value not in known)

    def pre_validate(self, form: BaseForm) -> None:
        """Complain of what is unknown, or too many."""
        if self._unknown:
            raise StopValidation(_("Värdet %(value)s finns inte.", value=", ".join(clean(value)[:40] for value in self._unknown[:5])))
        if self._most is not None and len(self.data) > self._most:
            raise StopValidation(_("Välj bara ett värde."))


class SwitchField(Field):
    """Asked for or not."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read ja or nej; anything else is an error, and means no."""
        if not valuelist:
            return
        value = valuelist[-1].strip().lower()
        self.data = value in _ON
        if value not in _ON | _OFF:
            raise ValueError(_("Skriv ja eller nej."))


class SearchForm(Form):
    """A search as its address tells it. To be given what `known_values` gives: `meta={"known": …}`."""

    class Meta(DefaultMeta):
        """What the fields with closed lists are told."""

        known: Mapping[str, frozenset[str]]

    q = StringField(filters=[lambda text: clean(text or "")])
    exakt = SwitchField()
    behov = CodesField()
    ges_i = CodesField()
    pendla = SwitchField()
    oppen_for = CodesField()
    status = CodesField()
    vem = CodesField()
    passar = CodesField()
    klarat = CodesField(most=1)
    form = CodesField()
    tid = CodesField()
    sprak = CodesField()
    stod = CodesField()
    vag_in = CodesField()
    anordnare = CodesField()
    lediga = SwitchField()
    nar_som_helst = SwitchField()
    platser_for_andra = SwitchField()
    personal = SwitchField()
    sortera = CodesField(most=1)
    sida = IntegerField(validators=[Optional(), NumberRange(1, MOST_PAGES)])
    per_sida = IntegerField(validators=[Optional(), NumberRange(1, MOST_PER_PAGE)])


PARAMETERS = tuple(name for name, field in vars(SearchForm).items() if isinstance(field, UnboundField))


@lru_cache(maxsize=4)
def known_values(lists: Lists) -> Mapping[str, frozenset[str]]:
    """For each parameter with a closed list: its values."""
    municipalities = frozenset(m.code for m in lists.municipalities)
    return {
        Facet.NEED: frozenset(need.code for need in lists.needs),
        Facet.GIVEN_IN: municipalities,
        Facet.OPEN_FOR: municipalities,
        Facet.STATUS: frozenset((*(status.value for status in PUBLIC), ALL_STATUSES)),
        Facet.FORM: frozenset(form.value for form in InterventionForm),
        Facet.OWNER: frozenset(o.slug for o in lists.organisations),
        PASSED: frozenset(str(level.value) for level in Level),
        "sortera": frozenset(sort.value for sort in Sort),
        **{facet: frozenset(term.code for term in lists.terms_of(kind)) for facet, kind in TERM_FACETS.items()},
    }


class Asked:
    """A search as read from an address: what holds of it, and what was wrong with the rest."""

    def __init__(self, args: MultiDict[str, str], lists: Lists) -> None:
        form = SearchForm(args, meta={"known": known_values(lists)})
        form.validate()
        # What is not a number, or is out of bounds, is told and left at its default.
        told = {"sida": _whole_number(MOST_PAGES), "per_sida": _whole_number(MOST_PER_PAGE)}
        self.faults: Mapping[str, str] = {str(name): told.get(str(name)) or str(next(iter(errors))) for name, errors in form.errors.items()}
        self.q: str = form.q.data or ""
        self.exact: bool = bool(form.exakt.data) and bool(self.q)
        self.values: Mapping[str, tuple[str, ...]] = {facet.value: form[facet.value].data for facet in Facet}
        self.passed = form.klarat.data[-1] if form.klarat.data else None
        self.switches: Mapping[str, bool] = {name: bool(form[name].data) for name in SWITCHES}
        self.sort = Sort(form.sortera.data[-1]) if form.sortera.data else Sort.RELEVANCE
        self.page: int = form.sida.data if form.sida.data and "sida" not in self.faults else 1
        self.per_page: int = form.per_sida.data if form.per_sida.data and "per_sida" not in self.faults else PER_PAGE
        self.unknown = tuple(name for name in args if name not in PARAMETERS)

    @property
    def statuses(self) -> frozenset[str]:
        """The statuses asked for: active unless asked otherwise."""
        chosen = self.values[Facet.STATUS.value]
        if ALL_STATUSES in chosen:
            return frozenset(status.value for status in PUBLIC)
        return frozenset(chosen) or frozenset({Status.ACTIVE.value})

    def filters(self, reach: Mapping[str, frozenset[str]]) -> Filters:
        """What the engine is to filter on."""
        values = {facet: frozenset(self.values[facet.value]) for facet in Facet if self.values[facet.value]}
        return Filters(
            values={**values, Facet.STATUS: self.statuses},
            passed=Level(int(self.passed)) if self.passed is not None else None,
            places_left=self.switches[PLACES_LEFT],
            for_others=self.switches[FOR_OTHERS],
            rolling=self.switches[ANY_TIME],
            staff=self.switches[STAFF],
            commute=self.switches[COMMUTE],
            reach=reach,
        )

    def question(self, planner: Planner, reach: Mapping[str, frozenset[str]], today: date, names: Names = NO_NAMES) -> Question:
        """What the engine is asked, as typed. `reach` is as in `Filters`, `names` as in `Planner.plan`."""
        first = (self.page - 1) * self.per_page
        return Question(planner.plan(self.q, names), self.filters(reach), today, self.sort, first, self.per_page)

    def parameters(self) -> list[tuple[str, str]]:
        """The search as pairs of an address, in a fixed order, without what is at its default; the page is left out."""
        pairs: list[tuple[str, str]] = [("q", self.q)] if self.q else []
        pairs += [(EXACT, YES)] if self.exact else []
        for name in PARAMETERS:
            if name == Facet.STATUS and self.values[name] == (Status.ACTIVE.value,):
                continue
            if name in self.values:
                pairs += [(name, value) for value in self.values[name]]
            elif self.switches.get(name):
                pairs.append((name, YES))
            elif name == PASSED and self.passed is not None:
                pairs.append((name, self.passed))
        if self.sort is not Sort.RELEVANCE:
            pairs.append(("sortera", self.sort.value))
        if self.per_page != PER_PAGE:
            pairs.append(("per_sida", str(self.per_page)))
        return pairs


def _whole_number(most: int) -> str:
    return str(_("Skriv ett heltal från 1 till %(most)d.", most=most))


def address(pairs: Iterable[tuple[str, str]], *, endpoint: str = "search.results", **values: Any) -> str:
    """The address of a search, on the page or wherever else one can search. `values` are those of the route."""
    query = urlencode(list(pairs))
    return (url_for(endpoint, **values) if values else _place(endpoint)) + (f"?{query}" if query else "")


def _place(endpoint: str) -> str:
    """The address of a route, asked for once in a request: a page has a hundred searches to lead to."""
    places: dict[str, str] = g.setdefault("places", {})
    if endpoint not in places:
        places[endpoint] = url_for(endpoint)
    return places[endpoint]


def with_needs(args: MultiDict[str, str], moved: Mapping[str, str]) -> list[tuple[str, str]]:
    """The pairs of an address, its needs by the codes that they have now."""
    return [(name, moved.get(value, value) if name == Facet.NEED else value) for name, value in args.items(multi=True)]


def without(pairs: Iterable[tuple[str, str]], *gone: tuple[str, str]) -> list[tuple[str, str]]:
    """The pairs of an address but for some."""
    return [pair for pair in pairs if pair not in gone]
