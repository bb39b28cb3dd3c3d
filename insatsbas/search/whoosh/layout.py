"""How a term's postings lie on the disk: as plain arrays, which numpy reads in one go.

Whoosh's own layout is blocks of 128 postings, each pickled and packed: to read one costs more than all that is then reckoned with
it. Whoosh's table of terms is used as it is, and leads to where a list begins and how long it is. A list is

    how many postings, and whether all counts are one   two numbers
    the documents' numbers                              a number each, rising
    how often the term stands in each, unless all one   a float each
    where it stands, in fields that keep places         a number for each time it does, document by document

in numbers of four bytes, in the machine's own order: an index is not moved to another.
"""

import struct
from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3TermInfo

_HEAD = struct.Struct("=II")
_FOUR = 4
# What follows on the figures of a term: where its postings begin, and how long they are.
_EXTENT = struct.Struct("!qi")


class Gathered:
    """The postings of one term, as they come: documents, counts, places."""

    __slots__ = ("counts", "ids", "places")

    def __init__(self) -> None:
        self.ids, self.counts, self.places = array("I"), array("f"), array("I")


def write(file: Any, begin: int, gathered: Gathered) -> tuple[int, bytes]:
    """Write a term's postings at `begin`, the end of the file. Returns the new end, and what Whoosh's table of terms is to keep."""
    ids, counts = gathered.ids, gathered.counts
    most = max(counts)
    ones = most == 1 == min(counts)
    data = _HEAD.pack(len(ids), ones) + ids.tobytes() + (b"" if ones else counts.tobytes()) + gathered.places.tobytes()
    file.write(data)
    # As Whoosh would, but for the shortest and longest text that has the term: nobody asks.
    figures = W3TermInfo._struct.pack(0, sum(counts), len(ids), 0, 0, most, ids[0], ids[-1])
    return begin + len(data), figures + _EXTENT.pack(begin, len(data))


def read(file: Any, terminfo: W3TermInfo) -> tuple[NDArray[np.uint32], NDArray[np.float32], NDArray[np.uint32]]:
    """A term's documents, counts and places; no places where the field keeps none.

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
        counts = np.ones(count, np.float32)
    else:
        counts = np.frombuffer(data, np.float32, count, at)
        at += count * _FOUR
    return ids, counts, np.frombuffer(data, np.uint32, -1, at)
