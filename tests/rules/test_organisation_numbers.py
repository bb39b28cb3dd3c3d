"""How an organisation number is read, and when one has left."""

from datetime import date

import pytest

from insatsbas.core.errors import RefusedError
from insatsbas.core.personal_numbers import find
from insatsbas.organisations.rules import has_left, organisation_number


@pytest.mark.parametrize("typed", ["212000-0068", "2120000068", "16212000-0068", "162120000068", " 212000 - 0068 ", "212000–0068"])
def test_a_number_is_kept_in_one_form(typed: str) -> None:
    assert organisation_number(typed) == "212000-0068"


def test_none_is_none() -> None:
    assert organisation_number("") == organisation_number("  ") == ""


@pytest.mark.parametrize(
    "typed", ["212000-0069", "212000-006", "2120000-068", "18212000-0068", "abc", "٢١٢٠٠٠-٠٠٦٨", "010101-0007", "212000--0068"]
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(RefusedError, match="organisationsnum"):
        organisation_number(typed)


def test_no_organisation_number_is_taken_for_a_personal_number() -> None:
    assert find("212000-0068") is None


@pytest.mark.parametrize(
    ("left_on", "has"), [(None, False), (date(2027, 3, 1), True), (date(2027, 2, 28), True), (date(2027, 3, 2), False)]
)
def test_one_has_left_from_the_day(left_on: date | None, has: bool) -> None:
    assert has_left(left_on, date(2027, 3, 1)) is has
