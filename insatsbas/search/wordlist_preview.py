"""What a change of the word lists would do to the commonest searches, reckoned before it is made."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from insatsbas.catalogue import queries
from insatsbas.catalogue.in_force_queries import InForce, in_force
from insatsbas.catalogue.models import Intervention
from insatsbas.core.viewer import Viewer
from insatsbas.search import counted_queries
from insatsbas.search.documents import document
from insatsbas.search.engine import ACTIVE_ONLY, Document, Filters, Question
from insatsbas.search.names import Known
from insatsbas.search.service import Search, by_other_lists, coming_search, current_search, made_aside
from insatsbas.search.swedish import Analysis
from insatsbas.search.wordlist_rules import Change

# So many searches are tried: those that are asked most in a year, and first of all the words of the change.
_MOST, _MOST_WORDS, _DAYS = 25, 6, 365
_SHOWN = 5
# What shapes the index is tried on an index of its own, made of the whole catalogue. A larger one takes too long to wait for.
LARGEST = 500


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does to one search: how many hits it has and would have, and which titles come and go among the first five."""

    text: str
    before: int
    after: int
    come: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def is_any(self) -> bool:
        """Whether anything would be otherwise."""
        return self.before != self.after or bool(self.come or self.gone)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change does to some searches. `is_counted`: they are what people ask; otherwise needs stand for it.

    Of a catalogue that is too large to try it on nothing is told.
    """

    effects: tuple[Effect, ...] = ()
    is_counted: bool = False
    is_too_large: bool = False

    @property
    def changed(self) -> list[Effect]:
        """The searches that would be otherwise."""
        return [effect for effect in self.effects if effect.is_any]

    @property
    def same(self) -> list[Effect]:
        """Those that would not."""
        return [effect for effect in self.effects if not effect.is_any]


def preview(viewer: Viewer, session: Session, change: Change, today: date) -> Preview:
    """What a change would do. Writes nothing, and may take some seconds where it shapes the index.

    Raises:
        ForbiddenError: the viewer is no co-ordinator.
        EngineError: there is no readable index.
    """
    since = today - timedelta(days=_DAYS)
    common = [row.text for row in counted_queries.commonest(viewer, session, since=since, limit=_MOST)]
    now = in_force(session)
    asked = common or [need.label.lower() for need in now.lists.needs if need.is_tile]
    lines = coming_search().lines
    texts = list(dict.fromkeys((*change.words(lines)[:_MOST_WORDS], *asked)))[:_MOST]
    if change.kind.shapes_the_index and len(queries.public_ids_of_all(session)) > LARGEST:
        return Preview(is_counted=bool(common), is_too_large=True)
    before = current_search()
    with _changed(session, before, change) as after:
        older, newer = _ask(before, texts, now, today), _ask(after, texts, now, today)
    titles = _titles(viewer, session, {number for _, first in (*older, *newer) for number in first})
    effects = tuple(
        Effect(text, total, total_then, _told(titles, then, first), _told(titles, first, then))
        for text, (total, first), (total_then, then) in zip(texts, older, newer, strict=True)
    )
    return Preview(effects, bool(common))


@contextmanager
def _changed(session: Session, search: Search, change: Change) -> Iterator[Search]:
    """The search as it would be."""
    if not change.kind.shapes_the_index:
        yield by_other_lists(search, tuple(change.after(search.lines)))
        return

    def documents(analysis: Analysis) -> list[Document]:
        return [document(row, analysis) for row in queries.for_indexing(session, queries.public_ids_of_all(session))]

    with made_aside(tuple(change.after(coming_search().lines)), documents) as made:
        yield made


def _ask(search: Search, texts: Sequence[str], now: InForce, today: date) -> list[tuple[int, Sequence[int]]]:
    """How many hits each question has, as typed and with no filter but the status, and the ids of the first."""
    names = Known(now.lists, search.analysis)
    asked = (Question(search.planner.plan(text, names.within(text)), Filters(values=ACTIVE_ONLY), today, limit=_SHOWN) for text in texts)
    return [(found.total, [hit.id for hit in found.hits]) for found in map(search.engine.find, asked)]


def _titles(viewer: Viewer, session: Session, ids: set[int]) -> dict[int, str]:
    query = queries.visible(viewer).with_only_columns(Intervention.id, Intervention.title).where(Intervention.id.in_(ids))
    return {row[0]: row[1] for row in session.execute(query)}


def _told(titles: dict[int, str], these: Sequence[int], those: Sequence[int]) -> tuple[str, ...]:
    return tuple(titles[number] for number in these if number not in those and number in titles)
