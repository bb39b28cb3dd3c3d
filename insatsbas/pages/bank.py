"""The knowledge bank's own first page: what has been tried, by need, by reason and by year."""

from collections import Counter
from collections.abc import Sequence

from flask import url_for

from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.queries import Lists, swedish_order
from insatsbas.catalogue.rules import KNOWLEDGE_BANK, EndReason, Status
from insatsbas.core import clock
from insatsbas.core.errors import NotFoundError
from insatsbas.core.i18n import gettext as _
from insatsbas.pages.page import BankEntry, BankYear, KnowledgeBankPage, NeedTile
from insatsbas.search.cards import where
from insatsbas.search.engine import Facet, Results
from insatsbas.search.forms import address
from insatsbas.search.page import Choice

_WITHIN = tuple((Facet.STATUS.value, status.value) for status in KNOWLEDGE_BANK)


def reason_of(code: str) -> EndReason | None:
    """The reason that an address names; None when it names none.

    Raises:
        NotFoundError: there is no such reason.
    """
    try:
        return EndReason(code) if code else None
    except ValueError as error:
        raise NotFoundError("Skälet finns inte.") from error


def knowledge_bank_page(
    rows: Sequence[Intervention], lists: Lists, results: Results, *, region: str, reason: EndReason | None = None
) -> KnowledgeBankPage:
    """The page. `rows` are all that is paused or ended and not for staff; `results` answer a search for just those.

    With a reason, only what ended for it is shown.
    """
    counts = results.facets[Facet.NEED] if reason is None else {}
    reasons = Counter(row.end_reason for row in rows if row.end_reason is not None)
    rows = [row for row in rows if reason in (None, row.end_reason)]
    return KnowledgeBankPage(
        reason=_(reason.label) if reason else "",
        total=results.total if reason is None else len(rows),
        with_lessons=sum(bool(row.lessons) for row in rows),
        hidden=_WITHIN,
        needs=tuple(
            NeedTile(n.label, address([(Facet.NEED.value, n.code), *_WITHIN]), counts.get(n.code, 0), n.icon or "", n.colour or 1)
            for n in lists.needs
            if n.is_tile and reason is None
        ),
        reasons=tuple(
            Choice(_(each.label), url_for("pages.knowledge_bank", skal=each.value), count)
            for each, count in reasons.most_common()
            if each is not EndReason.UNKNOWN
        ),
        years=_years(rows, region),
    )


def _years(rows: Sequence[Intervention], region: str) -> tuple[BankYear, ...]:
    """Newest year first, those of no known year last."""
    per_year: dict[int | None, list[Intervention]] = {}
    for row in rows:
        per_year.setdefault(_year(row), []).append(row)
    most = max(map(len, per_year.values()), default=1)
    return tuple(
        BankYear(year, len(found), round(100 * len(found) / most), tuple(_entry(row, region) for row in found))
        for year, found in sorted(per_year.items(), key=lambda item: -(item[0] or 0))
        if found.sort(key=lambda row: swedish_order(row.title)) is None
    )


def _year(row: Intervention) -> int | None:
    """The last year it is known to have been given; a paused one is of this year."""
    if row.last_known is None and row.status is Status.PAUSED:
        return clock.today().year
    return row.last_known


def _entry(row: Intervention, region: str) -> BankEntry:
    reason = row.end_reason
    return BankEntry(
        title=row.title,
        url=url_for("pages.intervention", public_id=row.public_id),
        status_label=_(row.status.label),
        where=where(row, region),
        reason=_(reason.label) if reason is not None and reason is not EndReason.UNKNOWN else "",
        has_lessons=bool(row.lessons),
        is_example=row.is_example,
    )
