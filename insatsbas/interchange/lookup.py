"""From what a cell says to the row of a list that it means, and back. Codes and labels, in any case of letters."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from insatsbas.catalogue import queries
from insatsbas.catalogue.models import Need, Term
from insatsbas.catalogue.rules import TermKind
from insatsbas.core.text import unique_slug
from insatsbas.interchange.table import ValueFaultError, shown
from insatsbas.interchange.values import tidy_line
from insatsbas.organisations.models import Municipality, Organisation

_T = TypeVar("_T")


class _Names(Generic[_T]):
    """Rows by names: a code, which is one row's only, goes before a label, which several rows may share."""

    def __init__(self) -> None:
        self._codes: dict[str, _T] = {}
        self._labels: dict[str, list[_T]] = {}

    def add(self, row: _T, *, code: str, label: str) -> None:
        self._codes[code] = row
        self._labels.setdefault(tidy_line(label).casefold(), []).append(row)

    def find(self, word: str) -> _T | None:
        if (row := self._codes.get(word) or self._codes.get(word.casefold())) is not None:
            return row
        rows = self._labels.get(word.casefold(), [])
        if len(rows) > 1:
            raise ValueFaultError(f"{shown(word)} kan betyda flera saker. Skriv koden i stället.")
        return rows[0] if rows else None


class Lookup:
    """The lists in force, as files name them."""

    def __init__(self, session: Session) -> None:
        lists = queries.lists(session)
        self._needs: _Names[Need] = _Names()
        self._need_codes: set[str] = set()
        self._terms: dict[TermKind, _Names[Term]] = {kind: _Names() for kind in TermKind}
        self._municipalities: _Names[Municipality] = _Names()
        self._organisations: _Names[Organisation] = _Names()
        for need in lists.needs:
            self.add_need(need)
        for term in lists.terms:
            self._terms[term.kind].add(term, code=term.code, label=term.label)
        for municipality in lists.municipalities:
            self._municipalities.add(municipality, code=municipality.code, label=municipality.name)
        for organisation in lists.organisations:
            self.add_organisation(organisation)

    def new_need_code(self, label: str) -> str:
        """A code for a need that is to be made, one that no other has."""
        return unique_slug(label, self._need_codes)

    def add_need(self, need: Need) -> None:
        """Know a need that was made meanwhile."""
        self._need_codes.add(need.code)
        self._needs.add(need, code=need.code, label=need.label)

    def add_organisation(self, organisation: Organisation) -> None:
        """Know an organisation that was made meanwhile."""
        self._organisations.add(organisation, code=tidy_line(organisation.name), label=organisation.name)

    def need(self, word: str) -> Need | None:
        """The need that is called so."""
        return self._needs.find(word)

    def organisation(self, word: str) -> Organisation | None:
        """The organisation that is called so; the one with exactly these letters goes before others."""
        return self._organisations.find(word)

    def term(self, kind: TermKind, word: str) -> Term:
        """The term of a list that is called so."""
        if (term := self._terms[kind].find(word)) is None:
            raise ValueFaultError(f"{shown(word)} finns inte i listan.")
        return term

    def municipality(self, word: str) -> Municipality:
        """The municipality that is called so. A spreadsheet drops the zero that a code begins with."""
        code = word.zfill(4) if word.isascii() and word.isdigit() else word
        if (municipality := self._municipalities.find(code)) is None:
            raise ValueFaultError(f"Kommunen {shown(word)} finns inte.")
        return municipality

    def need_names(self, needs: Iterable[Need]) -> list[str]:
        """What we call needs in a file, in order: by their labels, which a reader knows and another installation can make needs of."""
        return sorted(self._need_name(need) for need in needs)

    def _need_name(self, need: Need) -> str:
        label = tidy_line(need.label)
        try:
            is_clear = "|" not in label and self.need(label) is need
        except ValueFaultError:
            is_clear = False
        return label if is_clear else need.code
