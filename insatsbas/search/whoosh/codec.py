"""How Whoosh lays a term's postings on the disk: as plain arrays, which numpy reads in one go.

Whoosh's own layout is blocks of 128 postings, each pickled and packed: to read one costs more than all that is then reckoned with
it. This is a codec by Whoosh's own rules, so that its writing, merging and table of terms are used as they are. A list is

    how many postings, and whether all weights are one   two numbers
    the documents' numbers                               a number each, rising
    the weights, unless all are one                      a float each
    the values                                           what the field's format made of them, one after another

in numbers of four bytes, in the machine's own order: an index is not moved to another. A value is as long as its weight says: a
number for each place, or nothing at all.
"""

import struct
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec import base
from whoosh.codec.whoosh3 import W3Codec
from whoosh.formats import Format
from whoosh.matching import ListMatcher

_HEAD = struct.Struct("=II")
_FOUR = 4


class Places(Format):  # type: ignore[misc]
    """The format of a field whose words stand somewhere: how often, and where."""

    posting_size = -1

    def word_values(self, value: Sequence[str], _analyzer: object, **_: object) -> Iterator[tuple[str, int, float, bytes]]:
        """Each distinct term of a list of terms, how often it stands there, and where."""
        places: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        for place, term in enumerate(value):
            places[term].append(place)
        return ((term, len(found), float(len(found)), found.tobytes()) for term, found in places.items())


class Times(Format):  # type: ignore[misc]
    """The format of a field whose words are counted only."""

    posting_size = 0

    def word_values(self, value: Sequence[str], _analyzer: object, **_: object) -> Iterator[tuple[str, int, float, bytes]]:
        """Each distinct term of a list of terms, and how often it stands there."""
        return ((term, count, float(count), b"") for term, count in Counter(value).items())


class ArrayCodec(W3Codec):  # type: ignore[misc]
    """Whoosh's codec with other postings. Kept by name in each segment: the class must stay where it is."""

    # Shortest and longest text of a term: nobody here asks, and to keep them doubles the time of writing.
    length_stats = False

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> "ArrayPostingsWriter":
        """What writes postings to a file; `byteids` is for vectors, which there are none of."""
        if byteids:
            raise NotImplementedError
        return ArrayPostingsWriter(dbfile)

    def postings_reader(self, dbfile: Any, terminfo: Any, format_: Format, term: Any = None, scorer: Any = None) -> ListMatcher:
        """Postings one by one, as Whoosh asks for them when it merges segments and finds what to delete."""
        ids, weights, values = read(dbfile, terminfo)
        if len(values):
            ends = np.cumsum(weights.astype(np.int64))
            pieces = [piece.tobytes() for piece in np.split(values, ends[:-1])]
        else:
            pieces = [b""] * len(ids)
        return ListMatcher(ids.tolist(), weights.tolist(), pieces, format_, scorer=scorer, term=term, terminfo=terminfo)


class ArrayPostingsWriter(base.PostingsWriter):  # type: ignore[misc]
    """Gathers the postings of one term and writes them whole."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._terminfo: Any = None

    def start_postings(self, _format: Format, terminfo: Any) -> None:
        """Begin a term."""
        self._terminfo = terminfo
        self._ids, self._weights, self._values = array("I"), array("f"), bytearray()

    def add_posting(self, number: int, weight: float, value: bytes, _length: int | None = None) -> None:
        """A document that has the term, in the order of their numbers."""
        self._ids.append(number)
        self._weights.append(weight)
        self._values += value

    def finish_postings(self) -> Any:
        """Write the term's postings. Returns where they lie, as Whoosh keeps it in its table of terms."""
        terminfo, weights, begin = self._terminfo, self._weights, self._file.tell()
        terminfo.add_block(self)
        ones = max(weights) == 1 == min(weights)
        self._file.write(_HEAD.pack(len(self._ids), ones) + self._ids.tobytes() + (b"" if ones else weights.tobytes()) + self._values)
        terminfo.set_extent(begin, self._file.tell() - begin)
        self._terminfo = None
        return terminfo

    def written(self) -> bool:
        """Whether some of the term's postings are written already: they never are before the last."""
        return False

    def __len__(self) -> int:
        return len(self._ids)

    def min_id(self) -> int:
        """The first document."""
        return self._ids[0]

    def max_id(self) -> int:
        """The last document."""
        return self._ids[-1]

    def min_length(self) -> int:
        """The shortest text: not kept."""
        return 0

    def max_length(self) -> int:
        """The longest text: not kept."""
        return 0

    def max_weight(self) -> float:
        """The most times the term stands in a document."""
        return max(self._weights)


def read(file: Any, terminfo: Any) -> tuple[NDArray[np.uint32], NDArray[np.float32], NDArray[np.uint32]]:
    """A term's documents, weights and places; no places where the field's format keeps none.

    Raises:
        EOFError: the file is cut short.
    """
    # Whoosh gives the length as it unpacks it: alone in a tuple.
    begin, (length,) = terminfo.extent()
    data = file.get(begin, length)
    if len(data) != length:
        raise EOFError("a list of postings is cut short")
    count, ones = _HEAD.unpack_from(data)
    ids = np.frombuffer(data, np.uint32, count, _HEAD.size)
    at = _HEAD.size + count * _FOUR
    if ones:
        weights = np.ones(count, np.float32)
    else:
        weights = np.frombuffer(data, np.float32, count, at)
        at += count * _FOUR
    return ids, weights, np.frombuffer(data, np.uint32, -1, at)
