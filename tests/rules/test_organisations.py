"""The kinds of organisations."""

import re

import pytest

from insatsbas.organisations.rules import OrganisationKind


@pytest.mark.parametrize("kind", list(OrganisationKind), ids=str)
def test_each_kind_has_a_code_and_words(kind: OrganisationKind) -> None:
    assert re.fullmatch(r"[a-z]{1,30}", kind.value)
    assert kind.label[0].isupper()


def test_no_two_kinds_have_the_same_words() -> None:
    assert len({kind.label for kind in OrganisationKind}) == len(OrganisationKind)
