"""The nine classes of questions that engines are compared by, made from the catalogue that they are asked of."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from bench.corpus import SEED, Entry
from insatsbas.core.text import fold
from insatsbas.search.swedish import Analysis, tokens

EACH = 25
_SHORTEST = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its class, the words, and a filter's value by its parameter."""

    kind: str
    text: str
    filters: dict[str, str] = field(default_factory=dict)


def made(entries: Sequence[Entry], analysis: Analysis, seed: int = SEED, each: int = EACH) -> list[Asked]:
    """So many questions of each class. Each one has an entry that answers it, but for those misspelt."""
    random = Random(seed)
    frequency: Counter[str] = Counter()
    for entry in entries:
        frequency.update({token.word for token in tokens(_text(entry))})
    known = sorted(w for w in frequency if len(w) >= _SHORTEST and w.isalpha() and w not in analysis.stopwords)
    common = sorted(known, key=lambda word: (-frequency[word], word))[: max(2 * each, len(known) // 200)]
    rare = [word for word in known if frequency[word] <= max(2, len(entries) // 2000)]
    middling = sorted(known, key=lambda word: (-frequency[word], word))[len(common) : max(8 * each, len(known) // 10)]
    dotted = [word for word in middling if fold(word) != word]
    parted = [word for word in known if analysis.split(word)]

    def of_entry(count: int) -> str:
        """Words that stand in the same entry."""
        words = sorted({token.word for token in tokens(_text(random.choice(entries)))} & _set(middling, common))
        return " ".join(random.sample(words, min(count, len(words))))

    def phrase() -> str:
        words = [token.word for token in tokens(random.choice(entries).summary)]
        start = random.randrange(len(words) - 1)
        return '"' + " ".join(words[start : start + random.choice((2, 3))]) + '"'

    classes: dict[str, Callable[[], Asked]] = {
        "common": lambda: Asked("common", random.choice(common)),
        "rare": lambda: Asked("rare", random.choice(rare)),
        "two words": lambda: Asked("two words", of_entry(2)),
        "part": lambda: Asked("part", _part(random.choice(parted), analysis, random)),
        "phrase": lambda: Asked("phrase", phrase()),
        "filtered": lambda: Asked("filtered", random.choice(common + middling), _filter(random.choice(entries), random)),
        "filter only": lambda: Asked("filter only", "", _filter(random.choice(entries), random)),
        "undotted": lambda: Asked("undotted", fold(random.choice(dotted))),
        "misspelt": lambda: Asked("misspelt", _misspelt(random.choice(middling), random)),
    }
    return [make() for make in classes.values() for _ in range(each)]


def _set(*words: Sequence[str]) -> frozenset[str]:
    return frozenset(word for some in words for word in some)


def _text(entry: Entry) -> str:
    return f"{entry.title} {entry.summary} {entry.description}"


def _part(word: str, analysis: Analysis, random: Random) -> str:
    part = random.choice(analysis.split(word))
    return word[part.start : part.end]


def _filter(entry: Entry, random: Random) -> dict[str, str]:
    filters = {"behov": random.choice(entry.needs)}
    if random.choice((True, False)) and entry.given_in:
        filters["ges_i"] = random.choice(entry.given_in)
    return filters


def _misspelt(word: str, random: Random) -> str:
    place = random.randrange(1, len(word) - 1)
    letter = random.choice(("", 2 * word[place]))
    return word[:place] + letter + word[place + 1 :]
