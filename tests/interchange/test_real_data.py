"""The 337 Swedish descriptions of Finland's national service catalogue, in our format."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.interchange.conftest import Installation


@pytest.fixture
def ptv(test_data: Path) -> Path:
    file = test_data / "ptv_sv.insatser.csv"
    if not file.is_file():
        pytest.skip(f"{file} finns inte: sätt INSATSBAS_TEST_DATA till mappen med de riktiga uppgifterna.")
    return file


def test_337_services_come_in_once_and_go_out_the_same(install: Callable[[], Installation], ptv: Path) -> None:
    here = install()
    dry = here.take_in(ptv, create_missing=True, dry_run=True)
    assert here.total() == 0
    first = here.take_in(ptv, create_missing=True)
    assert (first.new, first.faults) == (337, ())
    assert first == dry
    assert first.created_organisations == ("Servicedatalagret (Finland)",)
    again = here.take_in(ptv)
    assert (again.new, again.changed, again.unchanged, again.created_needs) == (0, 0, 337, ())
    for ending in (".csv", ".xlsx", ".json"):
        there = install()
        exported = here.export(ending)
        file = there.folder / f"in{ending}"
        file.write_bytes(exported)
        assert there.take_in(file, create_missing=True).new == 337
        assert there.export(ending) == exported
        assert here.take_in(file).unchanged == 337
        assert here.export(ending) == exported


def test_without_create_missing_every_unknown_need_and_owner_is_told(here: Installation, ptv: Path) -> None:
    result = here.take_in(ptv)
    assert {fault.column for fault in result.faults} == {"behov", "anordnare"}
    assert {fault.row for fault in result.faults if fault.column == "anordnare"} == set(range(2, 339))
    assert here.total() == 0
