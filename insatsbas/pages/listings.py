"""The pages of a need, a municipality and an organisation: what they are, and their interventions in groups."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from insatsbas.catalogue.freshness import LATELY, REVIEWED
from insatsbas.catalogue.models import Intervention, Need
from insatsbas.catalogue.queries import Lists, swedish_order
from insatsbas.catalogue.rules import KNOWLEDGE_BANK, Status, next_start
from insatsbas.core.i18n import gettext as _
from insatsbas.core.templating import longdate, number
from insatsbas.core.text import slug
from insatsbas.organisations.models import Municipality, Organisation
from insatsbas.organisations.rules import OrganisationKind
from insatsbas.pages.page import CardGroup, DirectoryPage, Fact, ListingPage
from insatsbas.search.cards import card
from insatsbas.search.engine import STAFF, YES, Facet, Results
from insatsbas.search.forms import address
from insatsbas.search.page import Choice
from insatsbas.search.swedish import Analysis

_SHOWN = 10
_BANK = tuple((Facet.STATUS.value, status.value) for status in KNOWLEDGE_BANK)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What every card is drawn with: the analysis, the day, the region's name, and before which day what was confirmed is stale."""

    analysis: Analysis
    today: date
    region: str
    stale_before: date

    def group(
        self, name: str, heading: str, explanation: str, rows: Sequence[Intervention], pairs: list[tuple[str, str]], *, label: str = ""
    ) -> CardGroup:
        """Some cards under a heading, those one can soonest start in first.

        `pairs` are a search that finds them all; `label` says what it finds where that is more.
        """
        ordered = sorted(rows, key=lambda row: _soonest(row, self.today))
        cards = tuple(
            card(row, self.analysis, today=self.today, region=self.region, stale_before=self.stale_before) for row in ordered[:_SHOWN]
        )
        more = Choice(label or _("Visa alla i sökningen"), address(pairs)) if len(rows) > _SHOWN else None
        return CardGroup(name, heading, explanation, cards, len(rows), more)


def _soonest(row: Intervention, today: date) -> tuple[bool, date, str]:
    start = next_start(row.occasions, today)
    return start is None and not row.rolling, start or today, swedish_order(row.title)


def need_page(need: Need, rows: Sequence[Intervention], lists: Lists, results: Results, drawing: Drawing) -> ListingPage:
    """A need: its parts, where it is answered, and what is in the knowledge bank. `results` answer a search for it alone."""
    top = need.parent or need
    pairs = [(Facet.NEED.value, need.code), *([(STAFF, YES)] if need.for_staff else [])]
    if need.parent_id is None:
        parts = [n for n in lists.needs if n.parent_id == need.id]
        counts = results.facets[Facet.NEED]
        shown = [n for n in parts if not n.retired or counts.get(n.code)]
        heading, ways = _("Delar"), [Choice(n.label, url_for("pages.need", code=n.code), counts.get(n.code, 0)) for n in shown]
    else:
        counts = results.facets[Facet.GIVEN_IN]
        heading = _("Ges i")
        ways = [Choice(m.name, address([*pairs, (Facet.GIVEN_IN.value, m.code)]), counts.get(m.code, 0)) for m in _members(lists)]
    trail = [Choice(_("Behov"), url_for("pages.needs"))]
    if need.parent is not None:
        trail.append(Choice(top.label, url_for("pages.need", code=top.code)))
    return ListingPage(
        title=need.label,
        lead=_("Insatser som svarar mot behovet. De som går att börja i snart står först."),
        breadcrumbs=tuple(trail),
        colour=top.colour,
        icon=top.icon or "",
        facts=(),
        ways_heading=heading,
        ways=tuple(ways),
        groups=_groups(drawing, rows, pairs),
        empty=_("Inget ges just nu, och inget finns i kunskapsbanken. Behovet är en lucka."),
        search=Choice(_("Sök inom behovet"), address(pairs), results.total),
        is_sheltered=need.sheltered,
        canonical_url=url_for("pages.need", code=need.code, _external=True),
    )


def _groups(drawing: Drawing, rows: Sequence[Intervention], pairs: list[tuple[str, str]]) -> tuple[CardGroup, ...]:
    active = [row for row in rows if row.status is Status.ACTIVE]
    bank = [row for row in rows if row.status in KNOWLEDGE_BANK]
    drawn = (
        drawing.group("aktiva", _("Ges nu"), "", active, pairs),
        drawing.group("kunskapsbank", _("I kunskapsbanken"), _("Insatser som inte ges nu, att lära av."), bank, [*pairs, *_BANK]),
    )
    return tuple(group for group in drawn if group.total)


def municipality_page(municipality: Municipality, rows: Sequence[Intervention], drawing: Drawing) -> ListingPage:
    """A municipality: what is open for its participants.

    Its own first, then what is given in the whole region, then what others take them into, those within reach before the rest.
    """
    name = municipality.name
    open_for = [(Facet.OPEN_FOR.value, municipality.code)]
    return ListingPage(
        title=name,
        lead=_("Insatser som är öppna för deltagare från %(name)s.", name=name),
        breadcrumbs=(Choice(_("Kommuner"), url_for("pages.municipalities")),),
        colour=None,
        icon="",
        facts=(),
        ways_heading=_("Kommuner man kan pendla till"),
        ways=tuple(Choice(m.name, municipality_url(m)) for m in municipality.neighbours),
        groups=_by_distance(municipality, rows, drawing, open_for),
        empty=_("Inget är öppet för deltagare härifrån just nu."),
        search=Choice(_("Sök bland det som är öppet för deltagare från %(name)s", name=name), address(open_for), len(rows)),
        is_sheltered=False,
        canonical_url=url_for("pages.municipality", slug=municipality_slug(municipality), _external=True),
    )


def _by_distance(
    municipality: Municipality, rows: Sequence[Intervention], drawing: Drawing, open_for: list[tuple[str, str]]
) -> tuple[CardGroup, ...]:
    code, name = municipality.code, municipality.name
    within_reach = {m.code for m in municipality.neighbours}

    def place_of(row: Intervention) -> str:
        given_in = {m.code for m in row.given_in}
        if not given_in:
            return "regionen"
        if code in given_in:
            return "egna"
        return "nara" if given_in & within_reach else "andra"

    placed: defaultdict[str, list[Intervention]] = defaultdict(list)
    for row in rows:
        placed[place_of(row)].append(row)
    whole = _("Visa allt som är öppet för deltagare från %(name)s", name=name)
    they_do = _("De tar emot deltagare från %(name)s.", name=name)
    they_too = _("Också de tar emot deltagare från %(name)s.", name=name)
    groups = (
        drawing.group("egna", _("Ges i %(name)s", name=name), "", placed["egna"], [*open_for, (Facet.GIVEN_IN.value, code)]),
        drawing.group("regionen", _("Ges i hela regionen"), "", placed["regionen"], open_for, label=whole),
        drawing.group("nara", _("Ges i kommuner man kan pendla till"), they_do, placed["nara"], open_for, label=whole),
        drawing.group("andra", _("Ges i andra kommuner"), they_too, placed["andra"], open_for, label=whole),
    )
    return tuple(group for group in groups if group.total)


def organisation_page(
    organisation: Organisation, rows: Sequence[Intervention], drawing: Drawing, *, shows_freshness: bool = False
) -> ListingPage:
    """An organisation: what it runs, and what it has run. `shows_freshness`: whether the reader may see how fresh its entries are."""
    pairs = [(Facet.OWNER.value, organisation.slug)]
    return ListingPage(
        title=organisation.name,
        lead=_("En påhittad organisation, som exempel.") if organisation.is_example else "",
        breadcrumbs=(Choice(_("Organisationer"), url_for("pages.organisations")),),
        colour=None,
        icon="",
        facts=(
            Fact(_("Typ"), _(organisation.kind.label)),
            *([Fact(_("Lämnade samverkan"), longdate(organisation.left_on))] if organisation.left_on else []),
            *(_freshness(rows, drawing.today) if shows_freshness else ()),
        ),
        ways_heading="",
        ways=(),
        groups=_groups(drawing, rows, pairs),
        empty=_("Organisationen har inga insatser i katalogen."),
        search=Choice(_("Sök bland organisationens insatser"), address(pairs), sum(row.status is Status.ACTIVE for row in rows)),
        is_sheltered=False,
        canonical_url=url_for("pages.organisation", slug=organisation.slug, _external=True),
    )


def _freshness(rows: Sequence[Intervention], today: date) -> Iterator[Fact]:
    reviewed = [row for row in rows if row.status in REVIEWED]
    lately = sum(row.verified_on is not None and row.verified_on >= today - LATELY for row in reviewed)
    if reviewed:
        told = _("%(lately)s av %(total)s insatser är bekräftade det senaste halvåret", lately=number(lately), total=number(len(reviewed)))
        yield Fact(_("Hur aktuellt"), told)


def municipality_slug(municipality: Municipality) -> str:
    """The municipality's name in an address."""
    return slug(municipality.name)


def municipality_url(municipality: Municipality) -> str:
    """The address of a municipality's page."""
    return url_for("pages.municipality", slug=municipality_slug(municipality))


def _members(lists: Lists) -> Iterable[Municipality]:
    return (m for m in lists.municipalities if m.is_member)


def directory(title: str, lead: str, groups: Iterable[tuple[str, Iterable[Choice]]], canonical: Callable[[], str]) -> DirectoryPage:
    """A page of links with counts."""
    drawn = tuple((heading, choices) for heading, found in groups if (choices := tuple(found)))
    return DirectoryPage(title, lead, drawn, canonical())


def needs_directory(lists: Lists, results: Results) -> DirectoryPage:
    """All needs, each tile with its parts."""
    counts = results.facets[Facet.NEED]
    groups = [
        (
            top.label,
            [
                Choice(need.label, url_for("pages.need", code=need.code), counts.get(need.code, 0))
                for need in lists.needs
                if top.id in (need.id, need.parent_id) and (not need.retired or counts.get(need.code))
            ],
        )
        for top in lists.needs
        if top.parent_id is None and (top.is_tile or counts.get(top.code))
    ]
    lead = _("Siffran är antalet insatser som ges nu.")
    return directory(_("Alla behov"), lead, groups, lambda: url_for("pages.needs", _external=True))


def municipalities_directory(lists: Lists, results: Results) -> DirectoryPage:
    """All municipalities, with what is open for their participants."""
    counts = results.facets[Facet.OPEN_FOR]
    choices = [Choice(m.name, municipality_url(m), counts.get(m.code, 0)) for m in lists.municipalities]
    lead = _("Siffran är antalet insatser som är öppna för deltagare från kommunen.")
    return directory(_("Alla kommuner"), lead, [("", choices)], lambda: url_for("pages.municipalities", _external=True))


def organisations_directory(lists: Lists, counts: dict[str, int]) -> DirectoryPage:
    """All organisations that have something in the catalogue, by kind. `counts` are all they have, also in the knowledge bank."""
    groups: dict[str, list[Choice]] = {}
    for organisation in lists.organisations:
        count = counts.get(organisation.slug, 0)
        if count:
            url = url_for("pages.organisation", slug=organisation.slug)
            groups.setdefault(_(organisation.kind.label), []).append(Choice(organisation.name, url, count))
    lead = _("Siffran är antalet insatser i katalogen, också de i kunskapsbanken.")
    unknown = _(OrganisationKind.UNKNOWN.label)
    ordered = sorted(groups.items(), key=lambda group: (group[0] == unknown, swedish_order(group[0])))
    return directory(_("Alla organisationer"), lead, ordered, lambda: url_for("pages.organisations", _external=True))
