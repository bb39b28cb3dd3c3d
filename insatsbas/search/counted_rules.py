"""What is kept of what people search for: nothing that may tell of somebody."""

import re
from datetime import date

from insatsbas.core import personal_numbers
from insatsbas.search.query import clean

TEXT_MAX = 60
# Fewer may be one person's.
FEWEST_SHOWN = 3
KEPT_MONTHS = 13
# As many digits as a telephone number, a case number or a part of a personal number has, whatever stands between them. The digit
# of a course (C1) begins none.
_NUMBER = re.compile(r"(?<![^\W\d_])\d(?:[\s+()./–−-]*\d){4}")


def kept(text: str) -> str | None:
    """A question as it is counted, in lower case with one space between its words; None for what is not to be kept.

    That is an empty one, a long one, an address, and one with a number by which somebody may be known. A name alone cannot be told from
    other words: it is shown to nobody until it has been asked for `FEWEST_SHOWN` times.
    """
    plain = clean(text).casefold()
    if not plain or len(plain) > TEXT_MAX or "@" in plain or _NUMBER.search(plain) or personal_numbers.find(plain):
        return None
    return plain


def kept_since(today: date) -> date:
    """The first day whose searches are still kept: the first of the month, so many months ago."""
    months = today.year * 12 + today.month - 1 - KEPT_MONTHS
    return date(months // 12, months % 12 + 1, 1)
