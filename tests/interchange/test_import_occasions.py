"""What a file tells of occasions, against what is known: the next one in a table, all of them in JSON."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from insatsbas.catalogue.models import Occasion
from tests.factories import agree_on
from tests.interchange.conftest import ROW, Installation, only_fault

FEBRUARY = {"start": "2027-02-01", "slut": "2027-04-01", "anmäl senast": "2027-01-25", "platser": 20, "lediga platser": 5}
AUTUMN = {"start": "2027-09-01", "platser": 10}
PAST = {"start": "2026-09-01", "platser": 10, "lediga platser": 0}
NOTHING_TOLD = {"plats": "", "adress": "", "adress vid kontakt": "nej"}


def starts(here: Installation, key: str = "1") -> list[tuple[str | None, int | None, int | None]]:
    return [(o["start"], o["platser"], o["lediga platser"]) for o in here.entry(key)["tillfällen"]]


def test_all_occasions_are_taken_in_and_written_in_order(here: Installation) -> None:
    here.take_in_rows({**ROW, "tillfällen": [{"platser": 3}, AUTUMN, FEBRUARY, PAST]})
    assert starts(here) == [("2026-09-01", 10, 0), ("2027-02-01", 20, 5), ("2027-09-01", 10, None), (None, 3, None)]


def test_all_occasions_are_as_told(here: Installation) -> None:
    here.take_in_rows({**ROW, "tillfällen": [FEBRUARY, AUTUMN]})
    with here.row() as row:
        kept = row.occasions[1].id
    assert here.take_in_rows({**ROW, "tillfällen": [{**AUTUMN, "platser": 12}]}).changed == 1
    with here.row() as row:
        assert [(o.id, o.places) for o in row.occasions] == [(kept, 12)]
    assert here.take_in_rows({**ROW, "tillfällen": []}).changed == 1
    assert here.count(Occasion) == 0


def test_what_is_not_told_of_an_occasion_stays(here: Installation) -> None:
    here.take_in_rows({**ROW, "tillfällen": [{**FEBRUARY, "plats": "Tumba", "adress": "Storgatan 1"}]})
    before = here.entry()
    assert here.take_in_rows({**ROW, "tillfällen": [{"start": "2027-02-01"}]}).unchanged == 1
    assert here.entry() == before


def test_a_table_tells_of_the_next_one_and_leaves_the_others(here: Installation) -> None:
    here.take_in_rows({**ROW, "tillfällen": [PAST, FEBRUARY, AUTUMN]})
    here.take_in_rows({**ROW, **FEBRUARY, "lediga platser": 2}, ending=".csv")
    assert starts(here) == [("2026-09-01", 10, 0), ("2027-02-01", 20, 2), ("2027-09-01", 10, None)]


def test_the_next_one_may_have_moved(here: Installation) -> None:
    here.take_in_rows({**ROW, "tillfällen": [FEBRUARY, AUTUMN]})
    here.take_in_rows({**ROW, **FEBRUARY, "start": "2027-02-08"}, ending=".csv")
    assert starts(here) == [("2027-02-08", 20, 5), ("2027-09-01", 10, None)]


def test_a_column_that_is_not_there_leaves_its_value(here: Installation) -> None:
    here.take_in_rows({**ROW, "tillfällen": [FEBRUARY, AUTUMN]})
    here.take_in_rows({**ROW, "lediga platser": 1}, ending=".csv")
    assert starts(here)[0] == ("2027-02-01", 20, 1)
    here.take_in_rows({**ROW, "platser": 25}, ending=".csv")
    with here.row() as row:
        assert (row.occasions[0].places, row.occasions[0].taken_by_own) == (25, 19)
    assert row.occasions[0].apply_by == date(2027, 1, 25)


def test_free_places_that_are_no_longer_told_are_unknown(here: Installation) -> None:
    here.take_in_rows({**ROW, **FEBRUARY}, ending=".csv")
    here.take_in_rows({**ROW, **FEBRUARY, "lediga platser": ""}, ending=".csv")
    assert starts(here) == [("2027-02-01", 20, None)]


def test_of_two_with_the_same_start_the_one_that_can_be_joined_is_meant(here: Installation) -> None:
    closed = {**FEBRUARY, "anmäl senast": "2027-01-04", "lediga platser": 0}
    here.take_in_rows({**ROW, "tillfällen": [closed, FEBRUARY]})
    before = here.entry()
    file = here.folder / "next.csv"
    file.write_bytes(here.export(".csv"))
    assert here.take_in(file).unchanged == 1
    assert here.entry() == before


def test_two_with_the_same_start_keep_their_order(here: Installation) -> None:
    twins = [{**FEBRUARY, "platser": 30}, FEBRUARY]
    here.take_in_rows({**ROW, "tillfällen": twins})
    assert [o["platser"] for o in here.entry()["tillfällen"]] == [30, 20]
    assert here.take_in_rows({**ROW, "tillfällen": twins}).unchanged == 1


def test_places_that_others_have_are_counted(here: Installation) -> None:
    here.take_in_rows({**ROW, **FEBRUARY})
    with here.row() as row:
        row.occasions[0].taken_by_own = 5
        agree_on(row.occasions[0], 10)
    assert starts(here) == [("2027-02-01", 20, 5)]
    here.take_in_rows({**ROW, **FEBRUARY, "lediga platser": 8})
    with here.row() as row:
        assert (row.occasions[0].taken_by_own, row.occasions[0].left) == (2, 8)


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({**FEBRUARY, "lediga platser": 11}, "lediga platser", "Andra har 10 av de 20 platserna"),
        ({**FEBRUARY, "platser": "", "lediga platser": ""}, "platser", "10 av platserna är avsatta för andra"),
        ({"platser": 14}, "platser", "15 platser är tagna eller avsatta"),
        ({"slut": "2027-01-20"}, "slut", "ligger före starten 2027-02-01"),
    ],
)
def test_what_cannot_be_against_what_is_known(here: Installation, cells: dict[str, Any], column: str, reason: str) -> None:
    here.take_in_rows({**ROW, **FEBRUARY})
    with here.row() as row:
        row.occasions[0].taken_by_own = 5
        agree_on(row.occasions[0], 10)
    before = here.export(".json")
    fault = only_fault(here.take_in_rows({**ROW, **cells}, ending=".csv"))
    assert (fault.row, fault.column) == (2, column)
    assert reason in fault.reason
    assert here.export(".json") == before


@pytest.mark.parametrize(
    ("occasions", "reason"),
    [
        ("2027-02-01", "lista av tillfällen"),
        ({"start": "2027-02-01"}, "lista av tillfällen"),
        (["2027-02-01"], "Tillfälle 1: ska vara ett objekt"),
        ([FEBRUARY, {"färg": "blå"}], "Tillfälle 2: uppgiften ”färg” är inte känd"),
        ([FEBRUARY, {"start": "snart"}], "Tillfälle 2: start: ”snart” är inget datum"),
        ([{"start": "2027-02-01", "slut": "2027-01-01"}], "Tillfälle 1, slut: Slutet 2027-01-01 ligger före starten"),
        ([{"platser": 1, "lediga platser": 2}], "Tillfälle 1, lediga platser: Det kan inte vara 2"),
        ([{"plats": "x" * 101}], "Högst 100"),
        ([{"adress": "x" * 201}], "Högst 200"),
        ([{"adress": "Storgatan 1", "adress vid kontakt": "ja"}], "Ta bort plats och adress"),
    ],
)
def test_occasions_that_do_not_do(here: Installation, occasions: object, reason: str) -> None:
    fault = only_fault(here.take_in_rows({**ROW, "tillfällen": occasions}))
    assert (fault.row, fault.column) == (1, "tillfällen")
    assert reason in fault.reason
    assert here.total() == 0


def test_occasions_both_as_a_list_and_as_columns(here: Installation) -> None:
    assert "inte båda" in only_fault(here.take_in_rows({**ROW, **FEBRUARY, "tillfällen": []})).reason


def test_any_time(here: Installation) -> None:
    here.take_in_rows({**ROW, "när som helst": True})
    assert here.entry()["när som helst"] == "ja"
    here.take_in_rows({**ROW, "när som helst": "nej"})
    assert here.entry()["när som helst"] == "nej"


# Addresses that are withheld


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".json"])
def test_a_sheltered_address_is_in_no_export(install: Callable[[], Installation], ending: str) -> None:
    here, there = install(), install()
    here.take_in_rows({**ROW, "behov": "skydd", "tillfällen": [{**FEBRUARY, "plats": "Hemliga gården", "adress": "Hemliga vägen 7"}]})
    with here.row() as row:
        assert (row.occasions[0].place, row.occasions[0].address, row.occasions[0].address_on_request) == ("", "", True)
    exported = there.folder / f"other{ending}"
    exported.write_bytes(here.export(ending))
    there.take_in(exported)
    for place in (here, there):
        assert "Hemlig" not in place.export(".json").decode()
        assert place.entry()["tillfällen"][0]["adress vid kontakt"] == "ja"


def test_an_address_goes_when_the_need_begins_to_ask_for_protection(here: Installation) -> None:
    here.take_in_rows({**ROW, "tillfällen": [{**FEBRUARY, "adress": "Storgatan 1"}]})
    assert "Storgatan" in here.export(".json").decode()
    here.take_in_rows({**ROW, "behov": "samtal|skydd"}, ending=".csv")
    assert "Storgatan" not in here.export(".json").decode()


def test_an_address_is_kept_where_somebody_says_that_it_may_be(here: Installation) -> None:
    occasion = {**FEBRUARY, "adress": "Storgatan 1", "adress vid kontakt": "nej"}
    here.take_in_rows({**ROW, "behov": "skydd", "tillfällen": [occasion]})
    assert here.entry()["tillfällen"] == [{**NOTHING_TOLD, **occasion}]
    assert here.take_in_rows({**ROW, "behov": "skydd", "tillfällen": [occasion]}).unchanged == 1
