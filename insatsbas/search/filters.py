"""The filters of the search page: their groups with live counts, and the chips of what is chosen."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, TypeAlias

from insatsbas.catalogue.queries import Lists
from insatsbas.catalogue.rules import Level, Status
from insatsbas.core.i18n import gettext as _
from insatsbas.search import labels
from insatsbas.search.documents import TERM_FACETS
from insatsbas.search.engine import ANY_TIME, COMMUTE, FOR_OTHERS, PASSED, PLACES_LEFT, STAFF, YES, Facet, Results
from insatsbas.search.forms import EXACT, SWITCHES, Asked, address, without
from insatsbas.search.page import Chip, FilterGroup, Option

Kind: TypeAlias = Literal["checkbox", "radio", "switch", "map"]
# In view, in this order; the rest stand behind "Fler filter".
_IN_VIEW = (Facet.NEED, Facet.GIVEN_IN, COMMUTE, Facet.OPEN_FOR, PASSED, Facet.TIME, PLACES_LEFT, Facet.STATUS)
_BEHIND = (
    Facet.ELIGIBILITY,
    Facet.AUDIENCE,
    Facet.FORM,
    Facet.LANGUAGE,
    Facet.SUPPORT,
    Facet.WAY_IN,
    Facet.OWNER,
    ANY_TIME,
    FOR_OTHERS,
    STAFF,
)


def groups(asked: Asked, lists: Lists, results: Results) -> tuple[FilterGroup, ...]:
    """Every filter, with the number of hits that each value would give."""
    headings, of_values, retired = labels.of_filters(), labels.of_values(lists), _retired(lists)
    drawn = []
    for name in (*_IN_VIEW, *_BEHIND):
        options = _options(name, asked, lists, of_values, results)
        # What can no longer be chosen for an entry is shown where it still finds one.
        options = [o for o in options if o.hits or o.checked or (name, o.value) not in retired]
        is_open = any(option.checked for option in options)
        drawn.append(FilterGroup(str(name), headings[name], _kind(name), tuple(options), name in _IN_VIEW, is_open))
    return tuple(drawn)


@lru_cache(maxsize=4)
def _retired(lists: Lists) -> frozenset[tuple[str, str]]:
    kinds = {kind: facet.value for facet, kind in TERM_FACETS.items()}
    needs = {(Facet.NEED.value, need.code) for need in lists.needs if need.retired}
    return frozenset(needs | {(kinds[term.kind], term.code) for term in lists.terms if term.retired})


_KINDS: Mapping[str, Kind] = {Facet.GIVEN_IN: "map", PASSED: "radio"}


def _kind(name: str) -> Kind:
    return _KINDS.get(name) or ("switch" if name in SWITCHES else "checkbox")


def _options(name: str, asked: Asked, lists: Lists, of_values: Mapping[Facet, Mapping[str, str]], results: Results) -> list[Option]:
    """The values of a filter that there is something to say of, in the order of their list."""
    if name == PASSED:
        counts = results.facets[PASSED]
        return [Option(str(v.value), _(v.label), counts[str(v.value)], asked.passed == str(v.value)) for v in Level]
    if name in SWITCHES:
        return [Option(YES, labels.of_switches()[name], results.facets[name][YES], asked.switches[name])]
    facet = Facet(name)
    counts, shapes = results.facets[facet], _shapes(lists).get(facet, {})
    chosen = asked.statuses if facet is Facet.STATUS else frozenset(asked.values[facet])
    options = [
        Option(value, label, counts.get(value, 0), value in chosen, *shapes.get(value, _PLAIN)) for value, label in of_values[facet].items()
    ]
    match facet:
        case Facet.NEED:
            # The tiles and their parts; of the rest (staff's, the unsorted) what has something to show, each after its parent.
            tops = _tops(lists)
            shown = {top for top, is_tile in tops.values() if is_tile} | {tops[o.value][0] for o in options if o.hits or o.checked}
            return [o for o in options if tops[o.value][0] in shown]
        case Facet.OWNER:
            return [o for o in options if o.hits or o.checked]
        case _:
            return options


_PLAIN: tuple[bool, int | None, int | None] = (False, None, None)


@lru_cache(maxsize=4)
def _shapes(lists: Lists) -> Mapping[Facet, Mapping[str, tuple[bool, int | None, int | None]]]:
    """Of each value that is not plain: whether it is a part of another, and its row and column on the map."""
    return {
        Facet.NEED: {need.code: (need.parent_id is not None, None, None) for need in lists.needs},
        Facet.GIVEN_IN: {m.code: (False, m.tile_row, m.tile_column) for m in lists.municipalities},
    }


@lru_cache(maxsize=4)
def _tops(lists: Lists) -> Mapping[str, tuple[str, bool]]:
    """For each need's code: its top's, and whether that is a tile."""
    tops = {need.id: need for need in lists.needs if need.parent_id is None}
    return {need.code: (tops[need.parent_id or need.id].code, tops[need.parent_id or need.id].is_tile) for need in lists.needs}


def chips(asked: Asked, lists: Lists) -> tuple[Chip, ...]:
    """What is chosen, each with the address of the same search without it."""
    headings, values, pairs = labels.of_filters(), chosen_labels(asked, lists), asked.parameters()
    exact = [Chip(_("Sökorden"), _("Orden precis som de står"), address(without(pairs, (EXACT, YES))))] if asked.exact else []
    return (*exact, *(Chip(headings[name], label, address(without(pairs, (name, value)))) for (name, value), label in values.items()))


def chosen_labels(asked: Asked, lists: Lists) -> Mapping[tuple[str, str], str]:
    """Each chosen pair of the address, but the words and the order, and what it says."""
    of_values, of_switches = labels.of_values(lists), labels.of_switches()
    chosen: dict[tuple[str, str], str] = {}
    for facet in Facet:
        if facet is Facet.STATUS and asked.statuses == {Status.ACTIVE.value}:
            continue
        for value in asked.values[facet]:
            label = _("Aktiva, pausade och avslutade") if value == labels.ALL_STATUSES else of_values[facet][value]
            chosen[facet.value, value] = _("Öppen för %(name)s", name=label) if facet is Facet.OPEN_FOR else label
    if asked.passed is not None:
        chosen[PASSED, asked.passed] = _("Har klarat: %(level)s", level=_(Level(int(asked.passed)).label))
    return chosen | {(name, YES): label for name, label in of_switches.items() if asked.switches[name]}
