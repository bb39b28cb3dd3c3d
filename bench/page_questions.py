"""What is asked of all in `bench.page`: four classes of `bench.questions`, a second page, and words that stand nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bench import questions
from bench.corpus import Entry
from insatsbas.search import wordlists
from insatsbas.search.swedish import Analysis

# As a browser says it: we pack our pages, the peer does not.
HEADERS = {"Accept-Encoding": "gzip, deflate, br", "Accept-Language": "sv"}
KINDS = {"common": "a common word", "two words": "two words", "filtered": "a word and filters", "filter only": "filters alone"}


@dataclass(frozen=True, slots=True)
class Question:
    """A question to all: words, and filters as pairs of our parameter and its value. `next` is what the peer calls its second page."""

    kind: str
    words: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    page: int = 1
    next: str = ""


def address(question: Question, *, as_json: bool) -> str:
    """The address at which we are asked it."""
    pairs = [("q", question.words)] if question.words else []
    pairs += question.filters
    if question.page > 1:
        pairs.append(("sida", str(question.page)))
    return f"{'/api/v1/insatser' if as_json else '/sok'}?{urlencode(pairs)}"


def made(entries: Sequence[Entry], seed: int, each: int) -> list[Question]:
    """So many of each kind. Each but those meant to find nothing has an entry that answers it."""
    all_of_it = questions.made(entries, Analysis(wordlists.read()), seed, each)
    asked = [Question(KINDS[one.kind], one.text, tuple(one.filters.items())) for one in all_of_it if one.kind in KINDS]
    common = [one.words for one in asked if one.kind == KINDS["common"]]
    return [
        *asked,
        *(Question("second page", words, page=2) for words in common),
        *(Question("nothing found", f"qzxv{number}wkjx") for number in range(each)),
    ]
