"""Finding what looks like a Swedish personal number or co-ordination number in a text, so that it is never kept.

Source of the form and its check digit: Skatteverket, "Personnummer och samordningsnummer"; a co-ordination number has 60 added to the day.
"""

import re
from datetime import date

# Century or not, six digits of a date, a sign or none, four more; not in the middle of a longer number.
_CANDIDATE = re.compile(r"(?<![\d-])(?P<century>18|19|20)?(?P<date>\d{6})(?P<sign>[-+–−]| )?(?P<last>\d{4})(?![\d-])")
_COORDINATION = 60


def find(text: str) -> str | None:
    """The first part of a text that looks like a personal or co-ordination number, or None.

    An organisation number has no date in it, and passes. Ten digits that begin with 0 and have no sign between them, or a space, are
    taken for a telephone number. A case number passes unless both its date and its check digit happen to fit.
    """
    for match in _CANDIDATE.finditer(text):
        looks_like_a_telephone = match["date"][0] == "0" and not match["century"] and match["sign"] in (None, " ")
        if not looks_like_a_telephone and _has_a_date(match["century"], match["date"]) and check_digit_fits(match["date"] + match["last"]):
            return match.group()
    return None


def _has_a_date(century: str | None, digits: str) -> bool:
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    day = day - _COORDINATION if day > _COORDINATION else day
    # Without a century either may be meant: 2000 is the leap year of the two.
    try:
        date(int(century or "20") * 100 + year, month, day)
    except ValueError:
        return False
    return True


def check_digit_fits(ten: str) -> bool:
    """Luhn's check over ten digits, as in personal and organisation numbers."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(ten)]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0
