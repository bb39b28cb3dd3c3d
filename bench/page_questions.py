"""What is asked of both in `bench.page`: six kinds of question, drawn from the entries by the seed."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.page_corpus import WORD, Entry
from insatsbas.search import wordlists
from insatsbas.search.engine import Facet

PER_PAGE = 20
# As a browser says it: we pack our pages, the peer does not.
HEADERS = {"Accept-Encoding": "gzip, deflate, br", "Accept-Language": "sv"}


@dataclass(frozen=True, slots=True)
class Question:
    """A question to both. `next` is what the peer calls its second page, empty on the first."""

    kind: str
    words: str = ""
    needs: tuple[str, ...] = ()
    given_in: tuple[str, ...] = ()
    page: int = 1
    next: str = ""


def address(question: Question, *, as_json: bool) -> str:
    """The address at which we are asked it."""
    pairs = [("q", question.words)] if question.words else []
    pairs += [(Facet.NEED.value, code) for code in question.needs] + [(Facet.GIVEN_IN.value, code) for code in question.given_in]
    if question.page > 1:
        pairs.append(("sida", str(question.page)))
    return f"{'/api/v1/insatser' if as_json else '/sok'}?{urlencode(pairs)}"


def questions(entries: Sequence[Entry], seed: int, of_each: int) -> list[Question]:
    """So many of each kind, one kind after another: words of titles, since one asks for a thing by what it is called.

    Each but those meant to find nothing has an answer in the entries as written.
    """
    chance = random.Random(seed)
    stopwords = wordlists.read().stopwords
    titles = {entry.kind.title: [word for word in WORD.findall(entry.kind.title.lower()) if _says(word, stopwords)] for entry in entries}
    counts = Counter(word for entry in entries for word in set(titles[entry.kind.title]))
    common = sorted(word for word, count in counts.items() if count > PER_PAGE) or [counts.most_common(1)[0][0]]
    telling = [entry for entry in entries if len(titles[entry.kind.title]) > 1]
    asked: list[Question] = []
    for number in range(of_each):
        entry = chance.choice(telling)
        words, need, place = titles[entry.kind.title], entry.kind.needs[0], entry.given_in[0]
        asked += [
            Question("one word", chance.choice(sorted(counts))),
            Question("two words", " ".join(chance.sample(words, 2))),
            Question("a word and a filter", chance.choice(words), needs=(need,)),
            Question("filters alone", needs=(need,), given_in=(place,)),
            Question("second page", chance.choice(common), page=2),
            Question("nothing found", f"qzxv{number}wkjx"),
        ]
    return asked


def _says(word: str, stopwords: frozenset[str]) -> bool:
    return word.isalpha() and word not in stopwords
