"""What is asked of both in `bench.page`: six kinds of question, drawn from the entries themselves by the seed."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.page_corpus import WORD, Entry
from insatsbas.search import wordlists
from insatsbas.search.engine import Facet

PER_PAGE = 20
# As a browser says it: we pack our pages, the peer does not.
HEADERS = {"Accept-Encoding": "gzip, deflate, br", "Accept-Language": "sv"}
_SHORTEST = 5


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
    """So many of each kind, one kind after another. Each but those meant to find nothing has an answer in the entries as written."""
    chance = random.Random(seed)
    words = _words_of(entries)
    counts = Counter(word for found in words.values() for word in found)
    common = sorted(word for word, count in counts.items() if count > PER_PAGE * 1.5)
    asked: list[Question] = []
    for number in range(of_each):
        entry = chance.choice(entries)
        own = sorted(words[entry.id])
        known = [word for word in own if counts[word] > 1] or own
        need, place = entry.kind.needs[0], entry.given_in[0]
        asked += [
            Question("one word", chance.choice(common)),
            Question("two words", " ".join(chance.sample(known, 2))),
            Question("a word and a filter", chance.choice(own), needs=(need,)),
            Question("filters alone", needs=(need,), given_in=(place,)),
            Question("second page", chance.choice(common), page=2),
            Question("nothing found", f"qzxv{number}wkjx"),
        ]
    return asked


def _words_of(entries: Iterable[Entry]) -> dict[int, set[str]]:
    """For each entry the words of its texts that say something."""
    stopwords = wordlists.read().stopwords
    return {
        entry.id: {word for word in WORD.findall(f"{entry.title} {entry.summary} {entry.description}".lower()) if _says(word, stopwords)}
        for entry in entries
    }


def _says(word: str, stopwords: frozenset[str]) -> bool:
    return len(word) >= _SHORTEST and word.isalpha() and word not in stopwords
