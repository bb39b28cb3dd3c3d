"""What filters and their values are called on the page."""

from collections.abc import Mapping
from functools import lru_cache

from insatsbas.catalogue.queries import Lists
from insatsbas.catalogue.rules import PUBLIC, Form
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import per_language, translations
from insatsbas.search.documents import TERM_FACETS
from insatsbas.search.engine import ANY_TIME, COMMUTE, FOR_OTHERS, PASSED, PLACES_LEFT, STAFF, Facet, Sort

ALL_STATUSES = "alla"


@per_language
def of_filters() -> Mapping[str, str]:
    """Each filter's parameter and heading."""
    return {
        Facet.NEED: _("Behov"),
        Facet.GIVEN_IN: _("Ges i"),
        COMMUTE: _("Pendling"),
        Facet.OPEN_FOR: _("Öppen för deltagare från"),
        Facet.STATUS: _("Status"),
        PLACES_LEFT: _("Platser"),
        Facet.ELIGIBILITY: _("Vem får delta"),
        Facet.AUDIENCE: _("Passar för"),
        PASSED: _("Deltagaren har klarat"),
        Facet.FORM: _("Form"),
        Facet.TIME: _("Tid"),
        Facet.LANGUAGE: _("Språk"),
        Facet.SUPPORT: _("Stöd"),
        Facet.WAY_IN: _("Så får deltagaren en plats"),
        Facet.OWNER: _("Anordnas av"),
        ANY_TIME: _("Start"),
        FOR_OTHERS: _("För kommuner"),
        STAFF: _("Personal"),
    }


@per_language
def of_switches() -> Mapping[str, str]:
    """Each switch's parameter and what it says."""
    return {
        COMMUTE: _("Även kommuner man kan pendla till"),
        PLACES_LEFT: _("Har lediga platser"),
        ANY_TIME: _("Går att börja när som helst"),
        FOR_OTHERS: _("Platser för andra kommuner"),
        STAFF: _("Visa även stöd till personal och arbetsgivare"),
    }


@per_language
def of_orders() -> Mapping[Sort, str]:
    """Each order of the hits."""
    return {
        Sort.RELEVANCE: _("Bästa träff först"),
        Sort.START: _("Startar snart"),
        Sort.PLACES: _("Flest lediga platser"),
        Sort.TITLE: _("Titel A–Ö"),
    }


def of_values(lists: Lists) -> Mapping[Facet, Mapping[str, str]]:
    """Each value of each filter, in the order in which they are shown."""
    return _of_values(lists, translations())


@lru_cache(maxsize=4)
def _of_values(lists: Lists, _language: object) -> Mapping[Facet, Mapping[str, str]]:
    municipalities = {m.code: m.name for m in lists.municipalities}
    return {
        Facet.NEED: {need.code: need.label for need in lists.needs},
        Facet.GIVEN_IN: municipalities,
        Facet.OPEN_FOR: municipalities,
        Facet.STATUS: {status.value: _(status.label) for status in PUBLIC},
        Facet.FORM: {form.value: _(form.label) for form in Form},
        Facet.OWNER: {o.slug: o.name for o in lists.organisations},
        **{facet: {term.code: term.label for term in lists.terms_of(kind)} for facet, kind in TERM_FACETS.items()},
    }
