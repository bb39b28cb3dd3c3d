"""Cells and values: what a cell may look like, and the one way in which we write it. Pure; knows no database."""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TypeVar
from urllib.parse import urlsplit

from insatsbas.catalogue.rules import EndReason, Form, Level, PauseReason, Status
from insatsbas.core import personal_numbers
from insatsbas.core.text import UNPRINTABLE
from insatsbas.interchange.columns import LONGEST_TEXT
from insatsbas.interchange.table import Unusable, ValueFaultError, shown

YEARS = (1950, 2200)
LINK_MAX = 500
_MOST_MONEY = Decimal("99999999.99")
_MOST_PLACES = 100_000
_SPACE = re.compile(r"[ \t\n]+")
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_THIN_SPACES = re.compile("[ \u00a0\u2009\u202f]")
_NUMBER = re.compile(r"\d+(?:[.,](\d+))?", re.ASCII)
_DECIMALS = 2
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# The format's own, whatever the page comes to say.
_FORM_NAMES = {Form.ON_SITE: "på plats", Form.REMOTE: "på distans", Form.PARTLY_REMOTE: "delvis på distans"}

_T = TypeVar("_T")
_E = TypeVar("_E", bound=Enum)


def tidy(text: str) -> str:
    """Text as we keep and write it: composed letters, LF between lines, no space around it, no control characters."""
    text = unicodedata.normalize("NFC", UNPRINTABLE.sub("", text))
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def tidy_line(text: str) -> str:
    """Text of one line as we keep and write it."""
    return _SPACE.sub(" ", tidy(text))


def split_paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, which blank lines part."""
    return [part for part in (tidy(part) for part in _BLANK_LINES.split(tidy(text))) if part]


def tidy_link(url: str) -> str:
    """An address as we write it: without the sign that parts several."""
    return tidy(url).replace("|", "%7C")


def text(cell: object, longest: int = LONGEST_TEXT) -> str:
    """The text of a cell, with its line breaks."""
    found = tidy(_raw_text(cell))
    if len(found) > longest:
        raise ValueFaultError(f"Texten är {len(found)} tecken. Högst {longest} går bra.")
    return found


def line(cell: object, longest: int = LONGEST_TEXT) -> str:
    """The text of a cell, on one line."""
    found = tidy_line(_raw_text(cell))
    if len(found) > longest:
        raise ValueFaultError(f"Texten är {len(found)} tecken. Högst {longest} går bra.")
    return found


def several(cell: object) -> list[str]:
    """The values of a cell that may hold several, each once."""
    parts = cell if isinstance(cell, list) else _raw_text(cell).split("|")
    return list(dict.fromkeys(found for part in parts if (found := line(part))))


def needed(read: Callable[[object], _T]) -> Callable[[object], _T]:
    """The same reading, of a cell that must not be empty."""

    def read_needed(cell: object) -> _T:
        found = read(cell)
        if found in (None, "", []):
            raise ValueFaultError("Uppgiften saknas. Den måste finnas.")
        return found

    return read_needed


def paragraphs(cell: object) -> list[str]:
    """The paragraphs of a cell."""
    found = split_paragraphs("\n\n".join(text(part) for part in cell) if isinstance(cell, list) else text(cell))
    text("\n\n".join(found))
    return found


def links(cell: object) -> list[str]:
    """The addresses on the web of a cell."""
    return [_link(part) for part in several(cell)]


def _link(url: str) -> str:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", url)
    except ValueError:
        fits = False
    if not fits:
        raise ValueFaultError(f"{shown(url)} är ingen webbadress. Den ska börja med https:// eller http://.")
    if len(url) > LINK_MAX:
        raise ValueFaultError(f"Adressen är {len(url)} tecken. Högst {LINK_MAX} går bra.")
    scheme, rest = url.split(":", 1)
    return f"{scheme.lower()}:{rest}"


def yes_no(cell: object) -> bool:
    """Yes or no; nothing is no."""
    if isinstance(cell, bool):
        return cell
    word = line(cell).casefold()
    if word not in ("ja", "nej", ""):
        raise ValueFaultError(f"{shown(word)} går inte att förstå. Skriv ja eller nej.")
    return word == "ja"


def day(cell: object) -> date | None:
    """A day, as a date of a spreadsheet or written as 2027-01-18."""
    cell = _day_of(cell)
    if not isinstance(cell, date):
        word = line(cell)
        if not word:
            return None
        try:
            cell = date.fromisoformat(word if _DAY.fullmatch(word) else "")
        except ValueError:
            raise ValueFaultError(f"{shown(word)} är inget datum. Skriv till exempel 2027-01-18.") from None
    if not YEARS[0] <= cell.year <= YEARS[1]:
        raise ValueFaultError(f"{cell.isoformat()} ligger inte mellan {YEARS[0]} och {YEARS[1]}.")
    return cell


def hours(cell: object) -> Decimal | None:
    """Hours a week: more than none, 100 at most."""
    found = _number(cell, most=Decimal(100))
    if found == 0:
        raise ValueFaultError("Talet ska vara större än 0.")
    return found


def money(cell: object) -> Decimal | None:
    """Kronor, with öre at most."""
    return _number(cell, most=_MOST_MONEY)


def places(cell: object) -> int | None:
    """A whole number of places."""
    return _whole(_number(cell, most=Decimal(_MOST_PLACES)))


def year(cell: object) -> int | None:
    """A year."""
    found = _whole(_number(cell, most=_MOST_MONEY))
    if found is not None and not YEARS[0] <= found <= YEARS[1]:
        raise ValueFaultError(f"Året {found} ligger inte mellan {YEARS[0]} och {YEARS[1]}.")
    return found


def _whole(number: Decimal | None) -> int | None:
    if number is not None and number != int(number):
        raise ValueFaultError(f"{written(number)} är inget heltal.")
    return None if number is None else int(number)


def _number(cell: object, *, most: Decimal) -> Decimal | None:
    found = _any_number(cell)
    if found is None:
        return None
    if found < 0:
        raise ValueFaultError("Talet får inte vara mindre än 0.")
    if found > most:
        raise ValueFaultError(f"Talet får vara högst {written(most)}.")
    rounded = found.quantize(Decimal("0.01"))
    if rounded != found:
        raise ValueFaultError("Talet får ha högst två decimaler.")
    return rounded


def _any_number(cell: object) -> Decimal | None:
    if isinstance(cell, float) and math.isfinite(cell):
        # What a spreadsheet shows as 0,3 may be 0.30000000000000004.
        return Decimal(str(round(cell, 6)))
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return Decimal(cell)
    word = line(cell)
    if not word:
        return None
    bare = _THIN_SPACES.sub("", word).replace("\u2212", "-")
    if not (found := _NUMBER.fullmatch(bare.removeprefix("-"))):
        raise ValueFaultError(f"{shown(word)} är inget tal. Skriv bara siffror, med decimalkomma.")
    if len(found[1] or "") > _DECIMALS:
        # 1.500 is perhaps meant as fifteen hundred.
        raise ValueFaultError("Talet får ha högst två decimaler.")
    return Decimal(bare.replace(",", "."))


def status(cell: object) -> Status | None:
    """A status; what is on hold may be called vilande."""
    if line(cell).casefold() == "vilande":
        return Status.PAUSED
    return _one_of(cell, Status, lambda member: (member.value,))


def form(cell: object) -> Form | None:
    """How it is given."""
    return _one_of(cell, Form, lambda member: (written_form(member), member.value, member.label))


def end_reason(cell: object) -> EndReason | None:
    """Why it ended."""
    return _one_of(cell, EndReason, lambda member: (member.value, member.label))


def pause_reason(cell: object) -> PauseReason | None:
    """Why it is paused."""
    return _one_of(cell, PauseReason, lambda member: (member.value, member.label))


def level(cell: object) -> Level | None:
    """A step of the language scale, by its name or its number."""
    return _one_of(cell, Level, lambda member: (member.import_name, member.label, str(member.value)))


def _one_of(cell: object, enum: type[_E], names: Callable[[_E], tuple[str, ...]]) -> _E | None:
    word = line(cell)
    if not word:
        return None
    for member in enum:
        if word.casefold() in (name.casefold() for name in names(member)):
            return member
    choices = ", ".join(names(member)[0] for member in enum)
    raise ValueFaultError(f"{shown(word)} finns inte att välja. Det som finns: {choices}.")


def written_form(member: Form) -> str:
    """The words of the import format for how it is given."""
    return _FORM_NAMES[member]


def written(value: object) -> str:
    """A value as text of a cell: a decimal comma and no zeros that say nothing, ISO dates, ja and nej."""
    match value:
        case None:
            return ""
        case bool():
            return "ja" if value else "nej"
        case Decimal():
            digits = f"{value:.2f}".rstrip("0").rstrip(".")
            return digits.replace(".", ",")
        case date():
            return value.isoformat()
        case list() | tuple():
            return "|".join(value)
        case _:
            return str(value)


def _raw_text(cell: object) -> str:
    """The text of any cell. A number is taken as it is written: an id or a telephone that a spreadsheet made a number of."""
    if isinstance(cell, Unusable):
        raise ValueFaultError(cell.reason)
    if isinstance(cell, list):
        raise ValueFaultError("Här kan bara stå ett värde.")
    if isinstance(cell, dict):
        raise ValueFaultError("Här ska stå text.")
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    found = cell if isinstance(cell, str) else str(cell) if isinstance(cell, float | Decimal) else written(_day_of(cell))
    if reason := fault_in(found):
        raise ValueFaultError(reason)
    return found


def fault_in(text: str) -> str | None:
    """Why a text may not be kept, whatever it is for; None when it may. The reason does not repeat what must not be kept."""
    if sign := UNPRINTABLE.search(text):
        return f"Texten har ett tecken som inte går att visa (U+{ord(sign[0]):04X}). Ta bort det."
    if personal_numbers.find(text):
        return "Texten har något som ser ut som ett personnummer, och sådana får inte stå här. Ta bort det."
    return None


def _day_of(cell: object) -> object:
    return cell.date() if isinstance(cell, datetime) else cell
