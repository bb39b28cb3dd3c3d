"""Reading a region's file: its municipalities and organisations. `data/sodertorn.toml` is one, and says what stands where."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from insatsbas.core.errors import InsatsbasError
from insatsbas.core.viewer import Viewer
from insatsbas.interchange.table import shown
from insatsbas.organisations.actions import MunicipalityFacts, OrganisationFacts, load_region
from insatsbas.organisations.models import Municipality
from insatsbas.organisations.rules import OrganisationKind

_NAME_MAX = 60
_OWNER_MAX = 150
_TILES = range(1, 13)
_CODE_LENGTH = 4
_OF_FILE = {"name", "municipality", "organisation"}
_OF_MUNICIPALITY = {"code", "name", "county", "member", "row", "column", "places", "neighbours"}
_OF_ORGANISATION = {"name", "kind", "municipality", "example"}


class RegionError(InsatsbasError):
    """The region's file is wrong. Carries all faults at once."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def load(viewer: Viewer, session: Session, path: Path, *, only_new: bool = False) -> int:
    """Lay in a region's file, and bring what is there up to date unless `only_new`; how many municipalities it has. Does not commit.

    Raises:
        RegionError: the file is wrong; nothing was laid in.
    """
    municipalities, organisations = read(path, names=dict(session.execute(select(Municipality.code, Municipality.name)).all()))
    load_region(viewer, session, municipalities, organisations, only_new=only_new)
    return len(municipalities)


def read(path: Path, *, names: Mapping[str, str]) -> tuple[list[MunicipalityFacts], list[OrganisationFacts]]:
    """What a region's file says. `names` are the municipalities that are known already, by their codes.

    Raises:
        RegionError: it is wrong; carries every fault.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except OSError as fault:
        raise RegionError([f"{path} går inte att läsa: {fault.strerror}."]) from None
    except UnicodeDecodeError:
        raise RegionError([f"{path.name} är inte kodad i UTF-8."]) from None
    except tomllib.TOMLDecodeError as fault:
        place = re.search(r"line (\d+)", str(fault))
        raise RegionError([f"{path.name} är inte riktig TOML: det är fel på {f'rad {place[1]}' if place else 'sista raden'}."]) from None
    reader = _Reader()
    facts = reader.municipalities(found), reader.organisations(found, names)
    if not reader.faults:
        reader.check_together(facts[0], names)
    if reader.faults:
        raise RegionError([f"{path.name}: {fault}" for fault in reader.faults])
    return facts


class _Reader:
    """Reads the tables of a region's file and keeps every fault."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def municipalities(self, found: Mapping[str, Any]) -> list[MunicipalityFacts]:
        """The municipalities. The file as a whole is looked at here too."""
        self._unknown(found, _OF_FILE, "filen")
        tables = self._tables(found, "municipality")
        if not tables:
            self.faults.append("Filen har ingen [[municipality]].")
        return [self._municipality(table, f"municipality {number}") for number, table in enumerate(tables, start=1)]

    def organisations(self, found: Mapping[str, Any], names: Mapping[str, str]) -> list[OrganisationFacts]:
        """The organisations; the municipality of each is one of the file or of `names`."""
        codes = {str(table.get("code")) for table in self._tables(found, "municipality")} | names.keys()
        tables = self._tables(found, "organisation")
        facts = [self._organisation(table, f"organisation {number}", codes) for number, table in enumerate(tables, start=1)]
        self._twice([owner.name for owner in facts], "Organisationen")
        return facts

    def check_together(self, found: Sequence[MunicipalityFacts], names: Mapping[str, str]) -> None:
        """What holds between municipalities: nothing twice, and neighbours that are known and agree."""
        self._twice([m.code for m in found], "Koden")
        others = [name for code, name in names.items() if code not in {m.code for m in found}]
        self._twice([m.name for m in found] + others, "Kommunen")
        self._twice([place for m in found for place in m.places], "Orten")
        self._twice([f"{m.row}, {m.column}" for m in found if m.row], "Kartrutan")
        neighbours = {m.code: m.neighbours for m in found}
        for one in found:
            for code in one.neighbours:
                if code == one.code:
                    self.faults.append(f"{one.name} har sig själv som granne.")
                elif code not in neighbours and code not in names:
                    self.faults.append(f"{one.name} har grannen {shown(code)}, som inte finns.")
                elif code in neighbours and one.code not in neighbours[code]:
                    self.faults.append(f"{one.name} har grannen {code}, men {code} har inte grannen {one.code}. Båda ska ha varandra.")

    def _municipality(self, table: Mapping[str, Any], where: str) -> MunicipalityFacts:
        self._unknown(table, _OF_MUNICIPALITY, where)
        code = self._text(table, "code", where, _CODE_LENGTH)
        if code and not (len(code) == _CODE_LENGTH and code.isascii() and code.isdigit()):
            self.faults.append(f"{where}: code {shown(code)} är ingen kommunkod. Den har fyra siffror, inom citattecken.")
        row, column = self._tile(table, "row", where), self._tile(table, "column", where)
        if (row is None) != (column is None):
            self.faults.append(f"{where}: en kartruta har både row och column.")
        return MunicipalityFacts(
            code=code,
            name=self._text(table, "name", where, _NAME_MAX),
            county=self._text(table, "county", where, _NAME_MAX),
            is_member=self._flag(table, "member", where),
            row=row,
            column=column,
            places=self._texts(table, "places", where),
            neighbours=self._texts(table, "neighbours", where),
        )

    def _organisation(self, table: Mapping[str, Any], where: str, codes: set[str]) -> OrganisationFacts:
        self._unknown(table, _OF_ORGANISATION, where)
        kind = self._text(table, "kind", where, _NAME_MAX)
        if kind and kind not in tuple(OrganisationKind):
            self.faults.append(f"{where}: kind {shown(kind)} finns inte. Det som finns: {', '.join(OrganisationKind)}.")
        code = table.get("municipality")
        if code is not None and code not in codes:
            self.faults.append(f"{where}: kommunen {shown(str(code))} finns inte.")
        return OrganisationFacts(
            name=self._text(table, "name", where, _OWNER_MAX),
            kind=OrganisationKind(kind) if kind in tuple(OrganisationKind) else OrganisationKind.UNKNOWN,
            municipality=code,
            is_example=self._flag(table, "example", where, default=False),
        )

    def _unknown(self, table: Mapping[str, Any], known: set[str], where: str) -> None:
        self.faults += [f"{where}: uppgiften {shown(name)} är inte känd." for name in table if name not in known]

    def _twice(self, names: Sequence[str], what: str) -> None:
        self.faults += [f"{what} {shown(name)} finns mer än en gång." for name in dict.fromkeys(names) if name and names.count(name) > 1]

    def _tables(self, found: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
        tables = found.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self._once(f"{name} ska skrivas [[{name}]].")
            return []
        return tables

    def _once(self, fault: str) -> None:
        if fault not in self.faults:
            self.faults.append(fault)

    def _text(self, table: Mapping[str, Any], name: str, where: str, longest: int) -> str:
        return str(
            self._checked(
                table, name, where, lambda v: isinstance(v, str) and 0 < len(v) <= longest, what=f"text, högst {longest} tecken", instead=""
            )
        )

    def _flag(self, table: Mapping[str, Any], name: str, where: str, default: bool | None = None) -> bool:
        if name not in table and default is not None:
            return default
        return bool(self._checked(table, name, where, lambda v: isinstance(v, bool), what="true eller false", instead=False))

    def _tile(self, table: Mapping[str, Any], name: str, where: str) -> int | None:
        if name not in table:
            return None
        fits = self._checked(
            table, name, where, lambda v: isinstance(v, int) and not isinstance(v, bool) and v in _TILES, what="ett heltal 1–12", instead=1
        )
        return int(fits)

    def _texts(self, table: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
        def fits(value: object) -> bool:
            return isinstance(value, list) and all(isinstance(item, str) and 0 < len(item) <= _NAME_MAX for item in value)

        return tuple(self._checked(table, name, where, fits, what="en lista av texter", instead=[])) if name in table else ()

    def _checked(self, table: Mapping[str, Any], name: str, where: str, fits: Callable[[Any], bool], *, what: str, instead: Any) -> Any:
        if name in table and fits(table[name]):
            return table[name]
        self.faults.append(f"{where}: {name} ska vara {what}." if name in table else f"{where}: {name} saknas.")
        return instead
