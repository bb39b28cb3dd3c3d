"""From rows to what the start page and an intervention's page show."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from flask import url_for

from insatsbas.catalogue.freshness_queries import needs_review
from insatsbas.catalogue.models import Intervention, Occasion
from insatsbas.catalogue.queries import Lists
from insatsbas.catalogue.rules import KNOWLEDGE_BANK, EndReason, Status, TermKind, is_open
from insatsbas.catalogue.shown_queries import Shown
from insatsbas.core import clock
from insatsbas.core.i18n import gettext as _
from insatsbas.core.templating import number
from insatsbas.pages.listings import municipality_url
from insatsbas.pages.page import (
    ContactLink,
    Fact,
    InterventionPage,
    MunicipalityTile,
    NeedTile,
    NewsItem,
    OccasionRow,
    StartPage,
)
from insatsbas.pages.structured import json_ld
from insatsbas.search.cards import card, need_tags, where, where_all
from insatsbas.search.engine import Facet, Results
from insatsbas.search.forms import address
from insatsbas.search.page import Choice
from insatsbas.search.swedish import Analysis

# Asked of us by case officers again and again, until searches are counted; each is offered only where it finds something.
COMMON = ("yrkessvenska", "språkcafé", "körkort", "föräldraledig", "praktik", "bostad")
_CONTACT = re.compile(r"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?P<phone>\+?\d[\d  -]{6,}\d)")


def start_page(
    results: Results, lists: Lists, common: Mapping[str, int], newest: list[Intervention], *, region: str, has_examples: bool
) -> StartPage:
    """The first page. `results` answer an empty search; `common` tells how many each common search finds."""
    counts = results.facets
    members = [m for m in lists.municipalities if m.is_member]
    bank = [status.value for status in KNOWLEDGE_BANK]
    return StartPage(
        active_count=results.total,
        municipality_count=len(members),
        needs=tuple(
            NeedTile(need.label, _search(Facet.NEED, need.code), counts[Facet.NEED].get(need.code, 0), need.icon or "", need.colour or 1)
            for need in lists.needs
            if need.is_tile
        ),
        municipalities=tuple(
            MunicipalityTile(m.name, _search(Facet.GIVEN_IN, m.code), counts[Facet.GIVEN_IN].get(m.code, 0), m.tile_row, m.tile_column)
            for m in lists.municipalities
            if m.tile_row is not None and m.tile_column is not None
        ),
        common=tuple(Choice(words, address([("q", words)])) for words, count in common.items() if count),
        news=tuple(
            NewsItem(
                row.title,
                url_for("pages.intervention", public_id=row.public_id),
                row.summary,
                where(row, region),
                clock.local_day(row.created_at),
                row.is_example,
            )
            for row in newest
        ),
        knowledge_bank=Choice(
            _("Sök i kunskapsbanken"),
            address([(Facet.STATUS.value, status) for status in bank]),
            sum(counts[Facet.STATUS].get(status, 0) for status in bank),
        ),
        has_examples=has_examples,
        own_municipality=tuple(
            Choice(m.name, municipality_url(m), counts[Facet.OPEN_FOR].get(m.code, 0)) for m in lists.municipalities if m.is_member
        ),
    )


def _search(facet: Facet, value: str) -> str:
    return address([(facet.value, value)])


def intervention_page(
    row: Intervention, similar: Sequence[Shown], analysis: Analysis, *, region: str, stale_before: date = date.min
) -> InterventionPage:
    """An intervention for the one who is to use it. `similar` are the active ones most like it.

    What was last confirmed before `stale_before` needs to be looked over.
    """
    today = clock.today()
    return InterventionPage(
        title=row.title,
        summary=row.summary,
        status=row.status,
        banner=_banner(row),
        is_example=row.is_example,
        for_staff=row.for_staff,
        needs=need_tags(row),
        description=_paragraphs(row.description),
        ways_in=tuple(term.label for term in row.terms_of(TermKind.WAY_IN)),
        prerequisites=_paragraphs(row.prerequisites),
        facts=tuple(_facts(row, region)),
        for_municipalities=tuple(_for_municipalities(row)),
        occasions=tuple(
            OccasionRow(o.start, o.end, o.apply_by, _where(o), o.places, o.left, is_open(o, today) and row.status is Status.ACTIVE)
            for o in row.occasions
        ),
        rolling=row.rolling,
        address_on_request=any(o.address_on_request for o in row.occasions),
        owner=row.owner.name,
        owner_url=url_for("pages.organisation", slug=row.owner.slug),
        contact=tuple(_contact(row.contact)),
        links=tuple(link.url for link in row.links),
        lessons=tuple(lesson.text for lesson in row.lessons),
        end_reason=_(row.end_reason.label) if row.end_reason and row.end_reason is not EndReason.UNKNOWN else "",
        last_known=row.last_known,
        source=row.source or "",
        verified_on=row.verified_on,
        is_stale=needs_review(row, stale_before),
        updated_on=clock.local_day(row.updated_at),
        is_sheltered=row.is_sheltered,
        similar=tuple(card(other, analysis, today=today, region=region, stale_before=stale_before) for other in similar),
        canonical_url=url_for("pages.intervention", public_id=row.public_id, _external=True),
        json_ld=json_ld(row, today=today),
    )


def _banner(row: Intervention) -> str:
    # What a source of long ago tells of an end is not what we know of today, whichever reason it gives.
    is_history = row.end_reason is EndReason.UNKNOWN or (row.status is Status.ENDED and row.source and not row.is_example)
    if is_history and row.last_known:
        return _("Historisk uppgift från %(year)d. Vi vet inte om insatsen ges i dag.", year=row.last_known)
    if row.status is Status.ENDED:
        return _("Insatsen ges inte längre. Den finns kvar i kunskapsbanken, att lära av.")
    if row.status is Status.PAUSED:
        return _("Insatsen är pausad. Den kan starta igen.")
    return ""


def _facts(row: Intervention, region: str) -> Iterator[Fact]:
    def terms(kind: TermKind) -> str:
        return ", ".join(term.label for term in row.terms_of(kind))

    extent = ""
    if row.hours_per_week is not None:
        extent = _("%(hours)s timmar i veckan", hours=number(row.hours_per_week))
    open_for = ", ".join(m.name for m in row.open_for) or ("" if row.status is Status.ENDED else where_all(region))
    cost = row.participant_cost
    told = {
        _("Ges i"): where(row, region),
        _("Öppen för deltagare från"): open_for,
        _("Vem får delta"): terms(TermKind.ELIGIBILITY),
        _("Passar för"): terms(TermKind.AUDIENCE),
        _("Språknivå som krävs"): _(row.level_required.label) if row.level_required is not None else "",
        _("Leder till"): _(row.level_reached.label) if row.level_reached is not None else "",
        _("Form"): _(row.form.label) if row.form else "",
        _("Tid"): ", ".join(part for part in (terms(TermKind.TIME), extent) if part),
        _("Längd"): row.length,
        _("Kostnad"): "" if cost is None else _("Kostar inget för deltagaren") if not cost else kronor(cost),
        **_languages(row),
    }
    return (Fact(label, text) for label, text in told.items() if text)


def _languages(row: Intervention) -> dict[str, str]:
    """Where a support is given in a language, the languages say which; otherwise they are those of the intervention itself."""
    names = [term.label.lower() for term in row.terms_of(TermKind.LANGUAGE)]
    spoken = _("%(first)s och %(last)s", first=", ".join(names[:-1]), last=names[-1]) if len(names) > 1 else "".join(names)
    support = sorted(row.terms_of(TermKind.SUPPORT), key=lambda term: not term.in_language)
    in_language = [term.label for term in support if term.in_language]
    others = [term.label for term in support if not term.in_language]
    if spoken and in_language:
        helped = _(
            "%(support)s på %(languages)s", support=_(" och ").join((in_language[0], *map(str.lower, in_language[1:]))), languages=spoken
        )
        return {_("Stöd"): ". ".join((helped, *others))}
    return {_("Språk"): spoken.capitalize(), _("Stöd"): ". ".join((*in_language, *others))}


def _for_municipalities(row: Intervention) -> Iterator[Fact]:
    if row.place_price is not None:
        yield Fact(_("Pris per plats (exklusive moms)"), kronor(row.place_price))
    if not row.open_for and row.status is not Status.ENDED:
        yield Fact(_("Andra kommuner"), _("Tar emot deltagare från andra kommuner"))


def kronor(amount: Decimal) -> str:
    """18 500 kr."""
    return _("%(amount)s kr", amount=number(amount))


def _where(occasion: Occasion) -> str:
    if occasion.address_on_request:
        return _("Lämnas vid kontakt")
    return ", ".join(part for part in (occasion.address, occasion.place) if part)


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"\n\s*\n", text) if part.strip())


def _contact(text: str) -> Iterator[ContactLink]:
    at = 0
    for match in _CONTACT.finditer(text):
        if match.start() > at:
            yield ContactLink(text[at : match.start()], None)
        found = match.group()
        href = f"mailto:{found}" if match["mail"] else "tel:" + re.sub(r"[^\d+]", "", found)
        yield ContactLink(found, href)
        at = match.end()
    if at < len(text):
        yield ContactLink(text[at:], None)
