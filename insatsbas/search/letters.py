"""How far a misspelt word is from every word of a list, all at once: edits weighed as Swedes make them.

The distance is the least cost of the edits between two words (optimal string alignment: insert, leave out, take for another, swap two
neighbours), reckoned for all words together in arrays. Both the letters and the sounds are compared.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from insatsbas.core.text import fold

Distances: TypeAlias = NDArray[np.float32]
_Codes: TypeAlias = NDArray[np.uint8]

LONGEST = 32
_LETTERS = "abcdefghijklmnopqrstuvwxyzåäöé"
_OTHER, _NONE = len(_LETTERS) + 1, 0
_CODES = np.full(0x110000, _OTHER, np.uint8)
_CODES[0] = _NONE
_CODES[[ord(letter) for letter in _LETTERS]] = np.arange(1, len(_LETTERS) + 1)

_FAR = np.float32(99)
_EDIT, _SWAP, _DOUBLED, _ANOTHER_FIRST = 1.0, 0.7, 0.5, 0.4
# A word that sounds the same, or all but, is no more than this away, and what the sounds differ by.
_SAME_SOUND, _ALL_BUT = 0.45, 0.5
# Letters that are taken for each other: without their dots, or alike in sound. Slips of the finger are plain edits.
_DOTS, _ALIKE = 0.25, 0.6
_ALIKE_PAIRS = ("eä", "oå", "oö", "äö", "åä", "gj", "uo", "yi", "vf", "dt", "bp", "ck", "cs", "sz", "kq", "wv", "ei", "éä", "mn")
# Words whose letters differ in more than this many, or whose lengths do, are not looked at closer.
_MOST_LETTERS, _MOST_LONGER = 5, 2
_BAND = 3

_SOUNDS = (
    (re.compile(r"^(?:[hldg]j|j)"), "j"),
    (re.compile(r"^g(?=[eiyäö])"), "j"),
    (re.compile(r"stj|skj|sj|sch|ssj|ssi(?=on)|ti(?=on)|si(?=on)|sk(?=[eiyäö])"), "š"),
    (re.compile(r"tj|kj|^k(?=[eiyäö])|^ch"), "ť"),
    (re.compile(r"c(?=[eiyäö])|z"), "s"),
    (re.compile(r"ck|ch|c|q"), "k"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"w"), "v"),
    (re.compile(r"th"), "t"),
    (re.compile(r"ä"), "e"),
    (re.compile(r"å"), "o"),
    (re.compile(r"(.)\1+"), r"\1"),
)


def sounds(word: str) -> str:
    """A word much as it sounds, written its own way: *skjorta* and *sjorta* are the same, so are *sätter* and *setter*."""
    for pattern, heard in _SOUNDS:
        word = pattern.sub(heard, word)
    return word


def _costs() -> NDArray[np.float32]:
    costs = np.full((_OTHER + 1, _OTHER + 1), _EDIT, np.float32)
    for pair in _ALIKE_PAIRS:
        one, other = _CODES[ord(pair[0])], _CODES[ord(pair[1])]
        costs[one, other] = costs[other, one] = _ALIKE
    for letter in _LETTERS:
        bare = fold(letter)
        if bare != letter:
            costs[_CODES[ord(letter)], _CODES[ord(bare)]] = costs[_CODES[ord(bare)], _CODES[ord(letter)]] = _DOTS
    np.fill_diagonal(costs, 0)
    return costs


_COSTS = _costs()


class Spellings:
    """The words of a list as letters in arrays. The arrays are made when they are first asked for."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words

    def near(self, word: str) -> tuple[NDArray[np.int64], Distances]:
        """The places in the list of the words that may be meant by a word, and how far each is; those too far off are left out."""
        word = word[:LONGEST]
        letters, lengths, presence = self._written
        differing = np.bitwise_count(presence ^ _presence(_coded([word]))[0])
        lengths_near = np.abs(lengths - len(word)) <= _MOST_LONGER
        rows = np.flatnonzero((differing <= _MOST_LETTERS) & lengths_near)
        found = _distances(_coded([word])[0, : len(word)], letters[rows], lengths[rows])
        heard = sounds(word)
        heard_letters, heard_lengths, _ = self._heard
        by_sound = _distances(_coded([heard])[0, : len(heard)], heard_letters[rows], heard_lengths[rows])
        return rows, np.minimum(found, np.where(by_sound <= _ALL_BUT, by_sound + np.float32(_SAME_SOUND), _FAR))

    @cached_property
    def _written(self) -> tuple[_Codes, NDArray[np.int64], NDArray[np.uint32]]:
        return self._arrays(self.words)

    @cached_property
    def _heard(self) -> tuple[_Codes, NDArray[np.int64], NDArray[np.uint32]]:
        return self._arrays([sounds(word) for word in self.words])

    @staticmethod
    def _arrays(words: Sequence[str]) -> tuple[_Codes, NDArray[np.int64], NDArray[np.uint32]]:
        letters = _coded(words)
        return letters, (letters != _NONE).sum(axis=1), _presence(letters)


def _coded(words: Sequence[str]) -> _Codes:
    """Each word a row of its letters' numbers, `LONGEST` long."""
    signs = np.array(words, f"U{LONGEST}").reshape(-1)
    return _CODES[signs.view(np.uint32).reshape(len(words), LONGEST)]


def _presence(letters: _Codes) -> NDArray[np.uint32]:
    """A bit for each letter that a word has."""
    bits = np.left_shift(np.uint32(1), letters.astype(np.uint32))
    bits[letters == _NONE] = 0
    return np.asarray(np.bitwise_or.reduce(bits, axis=1), np.uint32)


def _distances(typed: _Codes, letters: _Codes, lengths: NDArray[np.int64]) -> Distances:
    """The distance from one word to each row: a table as wide as the longest, of which only a band along the middle is filled in."""
    widest = int(lengths.max(initial=0))
    columns = np.ascontiguousarray(letters.T)
    insert = [np.where(columns[j] == columns[j - 1], np.float32(_DOUBLED), np.float32(_EDIT)) if j else _EDIT for j in range(widest)]
    blank = np.full((widest + 1, len(lengths)), _FAR, np.float32)
    before, last, now = blank, blank.copy(), blank
    last[: _BAND + 1] = np.arange(min(_BAND, widest) + 1, dtype=np.float32)[:, None] * _EDIT
    for i, sign in enumerate(typed, start=1):
        leave_out = _DOUBLED if i > 1 and sign == typed[i - 2] else _EDIT
        now = blank.copy()
        if i <= _BAND:
            now[0] = i * _EDIT
        for j in range(max(1, i - _BAND), min(widest, i + _BAND) + 1):
            best = np.minimum(last[j] + np.float32(leave_out), now[j - 1] + insert[j - 1])
            np.minimum(best, last[j - 1] + _COSTS[sign, columns[j - 1]], out=best)
            if i > 1 and j > 1:
                swapped = (columns[j - 2] == sign) & (columns[j - 1] == typed[i - 2]) & (sign != typed[i - 2])
                np.minimum(best, np.where(swapped, before[j - 2] + np.float32(_SWAP), _FAR), out=best)
            now[j] = best
        before, last = last, now
    found = last[lengths, np.arange(len(lengths))]
    another_first = _COSTS[typed[0], columns[0]] >= _EDIT if len(typed) and len(columns) else np.zeros(len(lengths), bool)
    return np.asarray(found + np.where(another_first, np.float32(_ANOTHER_FIRST), np.float32(0)), np.float32)
