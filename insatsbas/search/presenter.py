"""From an answer to what the search page shows: the hits as cards, the pages, and ways out of an empty or a short list."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import TypeAlias

from insatsbas.catalogue.in_force_queries import InForce
from insatsbas.catalogue.rules import KNOWLEDGE_BANK, PUBLIC
from insatsbas.catalogue.shown_queries import Shown
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import ngettext
from insatsbas.core.templating import number
from insatsbas.search import explaining, filters, labels
from insatsbas.search.cards import card
from insatsbas.search.engine import (
    ACTIVE_ONLY,
    ANY_TIME,
    COMMUTE,
    FOR_OTHERS,
    PASSED,
    PLACES_LEFT,
    STAFF,
    YES,
    Facet,
    Filters,
    Hit,
    Question,
    Sort,
)
from insatsbas.search.finding import Found, count
from insatsbas.search.forms import EXACT, Asked, address
from insatsbas.search.page import Choice, HitCard, Option, PageLink, Pagination, SearchPage
from insatsbas.search.query import Plan
from insatsbas.search.service import Search

# A list as short as this one is offered wider ways as well.
_FEW = 3
# What it is called, its address, and what it asks.
Way: TypeAlias = tuple[str, list[tuple[str, str]], Question]


class Presenter:
    """Draws one answer. Asks the engine again only for ways out of an empty or a short list."""

    def __init__(self, search: Search, asked: Asked, found: Found, now: InForce, *, region: str, stale_before: date) -> None:
        self._search, self._asked, self._found, self._now = search, asked, found, now
        self._question, self._results, self._lists = found.question, found.results, now.lists
        self._pairs, self._region, self._stale_before = asked.parameters(), region, stale_before

    def page(self, rows: Mapping[int, Shown]) -> SearchPage:
        """The whole page. `rows` are by id: the hits, and what is like them."""
        results, understood = self._results, explaining.understood(self._search, self._asked, self._found, self._now)
        return SearchPage(
            q=self._asked.q,
            total=results.total,
            heading=self._heading(results.total),
            mode=self._found.mode,
            correction=explaining.correction(self._asked, self._found),
            notices=tuple(_("Vi tog bort %(name)s ur sökningen. %(why)s", name=n, why=why) for n, why in self._asked.faults.items()),
            hits=self._cards(results.hits, rows, self._question.plan),
            # They answer to none of the words, and to no synonym either.
            similar=self._cards(results.similar, rows, replace(self._question.plan, synonyms=())),
            filters=filters.groups(self._asked, self._lists, results),
            chips=filters.chips(self._asked, self._lists),
            clear_url=address([("q", self._asked.q)] if self._asked.q else []),
            sort_options=tuple(
                # The default is sent as nothing, so that addresses stay short.
                Option("" if s is Sort.RELEVANCE else s.value, label, 0, s is self._asked.sort)
                for s, label in labels.of_orders().items()
            ),
            hidden=tuple(pair for pair in self._pairs if pair[0] in ("per_sida", EXACT)),
            pagination=self._pagination(results.total),
            downloads=self._downloads() if results.total else (),
            knowledge_bank=self._knowledge_bank(),
            ways_out=self._ways_out(results.total),
            needs=() if results.total else self._all_needs(),
            all_words=explaining.all_words(self._search, self._asked, self._found),
            suggestions=explaining.suggestions(self._asked, self._found),
            understood=understood,
            # Of what was put right the same way leads back.
            as_it_stands_url=explaining.as_it_stands(self._asked) if understood and not self._found.corrected_to else "",
        )

    def _cards(self, hits: Iterable[Hit], rows: Mapping[int, Shown], plan: Plan) -> tuple[HitCard, ...]:
        return tuple(
            card(
                rows[hit.id],
                self._search.analysis,
                today=self._question.today,
                region=self._region,
                stale_before=self._stale_before,
                plan=plan,
            )
            for hit in hits
            if hit.id in rows
        )

    def _heading(self, total: int) -> str:
        # Signs only ask for nothing, and are answered with everything.
        words = "" if self._question.plan.is_empty else self._found.corrected_to or self._asked.q
        if not total:
            return _("Vi hittade inga insatser för ”%(q)s”", q=words) if words else _("Vi hittade inga insatser")
        hits = ngettext("%(antal)s insats", "%(antal)s insatser", total, antal=number(total))
        return _("%(count)s för ”%(q)s”", count=hits, q=words) if words else hits

    def _downloads(self) -> tuple[Choice, ...]:
        """All hits as a file, in each form."""
        pairs = self._but("per_sida")
        forms = (("xlsx", "Excel"), ("csv", "CSV"), ("json", "JSON"))
        return tuple(Choice(label, address(pairs, endpoint="bulk.found", form=form)) for form, label in forms)

    def _but(self, *names: str) -> list[tuple[str, str]]:
        return [pair for pair in self._pairs if pair[0] not in names]

    def _knowledge_bank(self) -> Choice | None:
        bank = [status.value for status in KNOWLEDGE_BANK]
        if self._asked.statuses <= set(bank):
            return None
        # Each intervention has one status, so the counts at the two add up.
        found = sum(self._results.facets[Facet.STATUS].get(value, 0) for value in bank)
        url = address([*self._but(Facet.STATUS), *((Facet.STATUS.value, value) for value in bank)])
        return Choice(_("Visa träffarna i kunskapsbanken"), url, found)

    def _pagination(self, total: int) -> Pagination | None:
        last = -(-total // self._asked.per_page)
        if last <= 1:
            return None
        now = min(self._asked.page, last)
        links: list[PageLink] = []
        for page in sorted({1, last, *range(max(1, now - 1), min(last, now + 1) + 1)}):
            if links and links[-1].number is not None and page > links[-1].number + 1:
                links.append(PageLink(None, None))
            links.append(PageLink(page, self._page_url(page), page == now))
        return Pagination(self._page_url(now - 1) if now > 1 else None, self._page_url(now + 1) if now < last else None, tuple(links))

    def _page_url(self, page: int) -> str:
        return address([*self._pairs, ("sida", str(page))] if page > 1 else self._pairs)

    def _ways_out(self, total: int) -> tuple[Choice, ...]:
        """Out of an empty list: what to take away, and last of all everything. Out of a short one: farther off.

        Each with how many it gives, the most first; only what gives more than there is.
        """
        if total > _FEW:
            return ()
        ways = self._counted(total, self._farther()) if total else self._counted(0, chain(self._changes(), self._farther()))
        cleared = [] if total else list(self._counted(0, self._cleared()))
        return (*sorted(ways, key=lambda way: -(way.count or 0)), *cleared)

    def _counted(self, total: int, ways: Iterable[Way]) -> Iterator[Choice]:
        for label, pairs, question in ways:
            found = count(self._search, question)
            if found > total:
                yield Choice(label, address(pairs), found)

    def _all_needs(self) -> tuple[Choice, ...]:
        """Every tile, where one can begin again."""
        asked = replace(self._with(Filters(values=ACTIVE_ONLY), plan=Plan()), limit=0, counted=frozenset((Facet.NEED.value,)))
        counts = self._search.engine.find(asked).facets[Facet.NEED]
        tiles = (need for need in self._lists.needs if need.is_tile)
        return tuple(Choice(need.label, address([(Facet.NEED.value, need.code)]), counts.get(need.code, 0)) for need in tiles)

    def _farther(self) -> Iterator[Way]:
        """Where it is given matters less than who may come: the neighbours, and all that takes participants from there."""
        now = self._question.filters
        places = now.of(Facet.GIVEN_IN)
        if places and not now.commute:
            yield _("Sök även i kommuner man kan pendla till"), [*self._pairs, (COMMUTE, YES)], self._with(replace(now, commute=True))
        if places and not now.of(Facet.OPEN_FOR):
            names = ", ".join(m.name for m in self._lists.municipalities if m.code in places)
            rest = [pair for pair in self._pairs if pair[0] not in (Facet.GIVEN_IN, COMMUTE)]
            pairs = [*rest, *((Facet.OPEN_FOR.value, code) for code in sorted(places))]
            anywhere = replace(now.having(Facet.GIVEN_IN, ()).having(Facet.OPEN_FOR, places), commute=False)
            yield _("Visa det som är öppet för deltagare från %(names)s, var det än ges", names=names), pairs, self._with(anywhere)

    def _cleared(self) -> Iterator[Way]:
        if len(filters.chosen_labels(self._asked, self._lists)) > 1:
            asked = self._with(Filters(values=ACTIVE_ONLY, reach=self._question.filters.reach))
            yield _("Rensa alla filter"), [("q", self._asked.q)] if self._asked.q else [], asked

    def _changes(self) -> Iterator[Way]:
        now, question = self._question.filters, self._question
        chosen = filters.chosen_labels(self._asked, self._lists)
        for facet in Facet:
            names = ", ".join(label for (name, _value), label in chosen.items() if name == facet.value)
            if facet is Facet.STATUS and len(self._asked.statuses) < len(PUBLIC):
                every = [*self._but(facet), (facet.value, labels.ALL_STATUSES)]
                yield _("Sök i alla, även kunskapsbanken"), every, self._with(now.having(facet, [s.value for s in PUBLIC]))
            elif names and facet is not Facet.STATUS:
                yield _("Ta bort %(name)s", name=names), self._but(facet), self._with(now.having(facet, ()))
        if now.passed is not None:
            yield _("Ta bort språknivån"), self._but(PASSED), self._with(replace(now, passed=None))
        if now.places_left:
            yield _("Visa även det som är fullt"), self._but(PLACES_LEFT), self._with(replace(now, places_left=False))
        if now.rolling:
            yield _("Visa även det som har fasta starter"), self._but(ANY_TIME), self._with(replace(now, rolling=False))
        if now.for_others:
            yield _("Visa även det som inte har platser för andra"), self._but(FOR_OTHERS), self._with(replace(now, for_others=False))
        if not now.staff:
            yield _("Visa även stöd till personal"), [*self._pairs, (STAFF, YES)], self._with(replace(now, staff=True))
        if self._asked.q and len(self._pairs) > 1:
            yield _("Ta bort sökorden"), self._but("q", EXACT), replace(question, plan=Plan())

    def _with(self, changed: Filters, plan: Plan | None = None) -> Question:
        return replace(self._question, filters=changed, plan=self._question.plan if plan is None else plan)
