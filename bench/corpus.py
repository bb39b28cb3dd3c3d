"""A catalogue of any size, made by chance from a seed: the same entries for the same seed and the same texts to make them of.

Sentences are those of the demo's entries, and of Finland's service catalogue where it is present; in each some words give place to
others, drawn as often as they are written, and now and then to a compound of two: so that rare words come without end, as they do
when a real catalogue grows. Sixty needs, the municipalities of Södertörn, and the groups that an entry may suit.
"""

import csv
import json
import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from insatsbas.catalogue.models import Intervention, Need, Term
from insatsbas.catalogue.rules import Status, TermKind
from insatsbas.core import paths
from insatsbas.organisations.models import Municipality, Organisation
from insatsbas.search.documents import document
from insatsbas.search.engine import Document
from insatsbas.search.swedish import Analysis

SEED = 6
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST_PART, _LONGEST_PART = 4, 9
_SHORTEST_SENTENCE = 4
_REPLACED, _COMPOUND, _ACTIVE = 0.12, 0.015, 0.9


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, as every engine is given it."""

    id: int
    title: str
    summary: str
    description: str
    needs: tuple[str, ...]
    given_in: tuple[str, ...]
    audience: tuple[str, ...]
    owner: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class World:
    """The lists that entries are filed under, label by code."""

    needs: dict[str, str]
    municipalities: dict[str, str]
    audience: dict[str, str]


@cache
def world() -> World:
    """The lists of the demo."""
    lists, region = (_toml(name) for name in ("lists.toml", "sodertorn.toml"))
    needs = {part["code"]: part["label"] for need in lists["need"] for part in need.get("part", ())}
    audience = {term["code"]: term["label"] for term in lists["term"] if term["kind"] == TermKind.AUDIENCE.value}
    return World(needs, {m["code"]: m["name"] for m in region["municipality"]}, audience)


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((paths.PACKAGE / "data" / name).read_text("utf-8"))


def _texts() -> Iterator[str]:
    """The real texts that sentences are taken from."""
    for entry in json.loads((paths.PACKAGE / "data" / "examples.json").read_text("utf-8")):
        yield f"{entry['sammanfattning']} {entry['beskrivning']}"
    if ptv().is_file():
        with ptv().open(encoding="utf-8-sig", newline="") as file:
            yield from (f"{row['sammanfattning']} {row['beskrivning']}" for row in csv.DictReader(file, delimiter=";"))


def ptv() -> Path:
    """Where Finland's catalogue lies, when it is present."""
    return Path(os.environ.get("INSATSBAS_TEST_DATA", "../shared/data")) / "ptv_sv.insatser.csv"


@cache
def _sentences() -> tuple[str, ...]:
    found = (piece.strip() for text in _texts() for piece in re.split(r"(?<=[.!?])\s+", " ".join(text.split())))
    return tuple(dict.fromkeys(piece for piece in found if len(piece.split()) >= _SHORTEST_SENTENCE))


@cache
def _written() -> tuple[str, ...]:
    """Every word of the sentences, as often as it is written."""
    return tuple(word.lower() for sentence in _sentences() for word in _WORD.findall(sentence))


@cache
def _parts() -> tuple[str, ...]:
    """Words that compounds are made of."""
    return tuple(sorted({word for word in _written() if _SHORTEST_PART <= len(word) <= _LONGEST_PART}))


class _Chance:
    """Entries by chance. As in life, some needs and places have many entries, and most have few."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        lists = world()
        self._needs, self._municipalities, self._audience = (
            (list(codes), [1 / (place + 2) ** 0.7 for place in range(len(codes))])
            for codes in (lists.needs, lists.municipalities, lists.audience)
        )

    def _some(self, codes: tuple[list[str], list[float]], counts: Sequence[int]) -> tuple[str, ...]:
        return tuple(sorted(set(self._random.choices(*codes, k=self._random.choice(counts)))))

    def entry(self, number: int) -> Entry:
        random = self._random
        filed = self._some(self._needs, (1, 1, 2, 3))
        words = random.choices(_written(), k=2)
        label = world().needs[filed[0]]
        title = random.choice((f"{label}: {words[0]} {_compound(random)}", f"{_compound(random)} {words[1]}"))
        return Entry(
            id=number,
            title=title[0].upper() + title[1:],
            summary=" ".join(_sentence(random) for _ in range(2)),
            description=" ".join(_sentence(random) for _ in range(random.randint(5, 14))),
            needs=filed,
            given_in=self._some(self._municipalities, (0, 1, 1, 1, 2, 4)),
            audience=self._some(self._audience, (0, 1, 1, 2)),
            owner=random.randrange(len(self._municipalities[0])),
            is_active=random.random() < _ACTIVE,
        )


def made(count: int, seed: int = SEED) -> list[Entry]:
    """So many entries."""
    chance = _Chance(seed)
    return [chance.entry(number) for number in range(1, count + 1)]


def _sentence(random: Random) -> str:
    words = random.choice(_sentences()).split()
    for place in range(len(words)):
        chance = random.random()
        if chance < _COMPOUND:
            words[place] = _compound(random)
        elif chance < _REPLACED:
            words[place] = random.choice(_written())
    return " ".join(words)


def _compound(random: Random) -> str:
    return random.choice(_parts()) + random.choice(_parts())


def documents(entries: Sequence[Entry], analysis: Analysis) -> list[Document]:
    """What the index keeps of the entries, made as the application makes it."""
    lists = world()
    needs = {code: Need(code=code, label=label) for code, label in lists.needs.items()}
    municipalities = {code: Municipality(code=code, name=name) for code, name in lists.municipalities.items()}
    audience = {code: Term(code=code, label=label, kind=TermKind.AUDIENCE) for code, label in lists.audience.items()}
    owners = [Organisation(name=f"{name} kommun", slug=f"kommun-{code}") for code, name in lists.municipalities.items()]

    def row(entry: Entry) -> Intervention:
        return Intervention(
            id=entry.id,
            title=entry.title,
            summary=entry.summary,
            description=entry.description,
            prerequisites="",
            status=Status.ACTIVE if entry.is_active else Status.ENDED,
            rolling=False,
            for_staff=False,
            owner=owners[entry.owner],
            needs=[needs[code] for code in entry.needs],
            given_in=[municipalities[code] for code in entry.given_in],
            terms=[audience[code] for code in entry.audience],
        )

    return [document(row(entry), analysis) for entry in entries]
