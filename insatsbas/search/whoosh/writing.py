"""Writing a segment from lists of terms that are ready, and from the arrays of segments that are merged.

Whoosh's own writer makes an object of every posting, sorts them all, and takes them apart again. Here the postings of a term are gathered
in arrays as they come: documents come in the order of their numbers, so that they are in order already. What is kept beside them (stored
facts, lengths, the table of terms, the table of contents, and how a commit follows on another) is Whoosh's own.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from whoosh import index
from whoosh.reading import SegmentReader
from whoosh.system import pack_ushort
from whoosh.writing import SegmentWriter

from insatsbas.search.engine import Document
from insatsbas.search.whoosh import layout
from insatsbas.search.whoosh.facts import packed
from insatsbas.search.whoosh.layout import Gathered

# Segments of about the same size are merged when there are so many: a document is then written again a few times in all.
_ALIKE = 8


class ArrayWriter(SegmentWriter):  # type: ignore[misc]
    """Whoosh's writer, with arrays in place of its pool of postings."""

    def __init__(self, target: index.FileIndex, *, compound: bool) -> None:
        super().__init__(target, compound=compound)
        self._fields: dict[str, dict[bytes, Gathered]] = {}

    def add(self, document: Document, *, placed: Sequence[str], counted: Sequence[str]) -> None:
        """Put in a document: the fields whose terms stand somewhere, and those whose terms are counted only."""
        number, kept = self.docnum, self.perdocwriter
        kept.start_doc(number)
        for name, value in (("id", str(document.id)), ("facts", packed(document))):
            kept.add_field(name, self.schema[name], value, 0)
        for name in (*placed, *counted):
            terms = document.terms[name]
            if terms:
                kept.add_field(name, self.schema[name], None, len(terms))
                _gather(self._fields.setdefault(name, {}), number, terms, placed=name in placed)
        kept.finish_doc()
        self.docnum += 1
        self._added = True

    def add_postings_to_pool(self, reader: SegmentReader, startdoc: int, docmap: dict[int, int] | None) -> None:
        """Take over the postings of a segment that is merged into this one, without its deleted documents."""
        terms = reader._terms
        numbers = np.arange(startdoc, startdoc + reader.doc_count_all())
        kept = np.ones(len(numbers), bool)
        if docmap is not None:
            kept[:] = False
            kept[list(docmap)] = True
            numbers[list(docmap)] = list(docmap.values())
        for (name, term), info in terms.items():
            ids, counts, places = layout.read(terms._postfile, info)
            living = kept[ids]
            if not living.any():
                continue
            found = self._fields.setdefault(name, {}).setdefault(term, Gathered())
            found.ids.frombytes(numbers[ids[living]].astype(np.uint32).tobytes())
            found.counts.frombytes(counts[living].tobytes())
            found.places.frombytes(places[np.repeat(living, counts.astype(np.int64))].tobytes() if len(places) else b"")

    def _flush_segment(self) -> None:
        self.perdocwriter.close()
        writer, end = self.fieldwriter, 0
        for name in sorted(self._fields):
            writer.start_field(name, self.schema[name])
            prefix = pack_ushort(writer._fieldid)
            terms = self._fields[name]
            for term in sorted(terms):
                end, info = layout.write(writer._postfile, end, terms[term])
                writer._tindex.add(prefix + term, info)
            writer.finish_field()
        writer.close()


def _gather(terms: dict[bytes, Gathered], number: int, found: Sequence[str], *, placed: bool) -> None:
    places: dict[str, list[int]] = {}
    if placed:
        for place, term in enumerate(found):
            places.setdefault(term, []).append(place)
    for term, count in Counter(found).items():
        text = term.encode()
        gathered = terms.get(text)
        if gathered is None:
            gathered = terms[text] = Gathered()
        gathered.ids.append(number)
        gathered.counts.append(count)
        if placed:
            gathered.places.extend(places[term])


def merge_alike(writer: ArrayWriter, segments: Sequence[Any]) -> list[Any]:
    """Which segments stay as they are; those that are of about the same size, when they are many, are merged into the new one."""
    tiers: dict[int, list[Any]] = {}
    for segment in segments:
        tiers.setdefault(max(segment.doc_count_all() - 1, 0).bit_length() // 3, []).append(segment)
    staying: list[Any] = []
    for alike in tiers.values():
        if len(alike) < _ALIKE:
            staying += alike
            continue
        for segment in alike:
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
    return staying
