"""What goes out comes in again and goes out the same: byte by byte, into the same and into an empty database."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Intervention, Lesson, Link, Need, Occasion
from insatsbas.catalogue.rules import EndReason, Form, Level, PauseReason, Status
from insatsbas.core.db import db, writing
from insatsbas.core.errors import RefusedError
from insatsbas.core.viewer import GUEST, SYSTEM
from insatsbas.interchange import spreadsheet
from insatsbas.interchange import writing as files
from insatsbas.interchange.actions import import_file
from insatsbas.interchange.table import UnreadableError
from insatsbas.organisations.models import Organisation
from tests.interchange.conftest import ROW, SOURCE, Installation, only_fault, told

ENDINGS = [".csv", ".xlsx", ".json"]
STUBBORN = {
    **ROW,
    "id": "=1+1",
    "titel": '\'-@ "hej"; å|ä',
    "sammanfattning": '=HYPERLINK("http://evil.example")',
    "beskrivning": '-rad ett\r\nrad två\t;\n\n\n  "tre" 🎉\u2028',
    "förkunskaper": "@alla",
    "lärdomar": "+1\n\n \n'två'",
    "längd": "#N/A",
    "kontakt": "+46 8 123",
    "kostnad för deltagaren": 1234.5,
    "timmar per vecka": 100,
    "pris per plats": "99999999,99",
    "behov": ["sfi", "Nytt behov", "svenska"],
    "anordnare": '-Förening; "A"',
    "länk": ["https://a.example/?q=1;2"],
}

# Text that the tidying leaves as it is; everything else is the tidying's own test.
TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=60)
NEEDED_TEXT = TEXT.filter(lambda text: bool(text.strip()))
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
# Nobody has confirmed anything in days to come.
PAST = st.dates(date(1990, 1, 1), date(2026, 1, 1))
HUNDREDTHS = st.integers(1, 10_000).map(lambda number: number / 100)


@st.composite
def occasions(draw: st.DrawFn) -> dict[str, Any]:
    days = sorted(draw(st.lists(DAYS, min_size=3, max_size=3)))
    places = draw(st.none() | st.integers(0, 50))
    found: dict[str, Any] = {
        "start": draw(st.sampled_from([None, days[1].isoformat()])),
        "slut": draw(st.sampled_from([None, days[2].isoformat()])),
        "anmäl senast": draw(st.sampled_from([None, days[0].isoformat()])),
        "platser": places,
        "lediga platser": None if places is None else draw(st.none() | st.integers(0, places)),
        "adress vid kontakt": draw(st.booleans()),
    }
    return found if found["adress vid kontakt"] else {**found, "plats": draw(TEXT), "adress": draw(TEXT)}


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    status = draw(st.sampled_from(Status))
    some = {
        "källa": draw(st.sampled_from(["a", "=b", SOURCE])),
        "titel": draw(NEEDED_TEXT),
        "sammanfattning": draw(NEEDED_TEXT),
        "behov": draw(st.lists(st.sampled_from(["sfi", "Samhällsorientering", "skydd", "Nytt", "nytt två", "-"]), min_size=1)),
        "anordnare": draw(st.sampled_from(["Haninge kommun", "=Ny", "Ny förening"])),
        "status": status.value,
        "avslutsorsak": draw(st.none() | st.sampled_from(EndReason)) if status is Status.ENDED else None,
        "beskrivning": "\n".join(draw(st.lists(TEXT))),
        "förkunskaper": draw(TEXT),
        "lärdomar": "\n\n".join(draw(st.lists(TEXT))),
        "senast känd": draw(st.none() | st.integers(1950, 2200)),
        "ges i": draw(st.lists(st.sampled_from(["0127", "Haninge", "Värmdö"]))),
        "öppen för": draw(st.lists(st.sampled_from(["0127", "Haninge"]))),
        "vem får delta": draw(st.lists(st.sampled_from(["alla", "Anhöriga", "kvot"]))),
        "passar för": draw(st.lists(st.sampled_from(["man", "personal"]))),
        "språknivå": draw(st.none() | st.sampled_from([level.import_name for level in Level])),
        "leder till": draw(st.none() | st.sampled_from([level.value for level in Level])),
        "form": draw(st.none() | st.sampled_from([form.label for form in Form])),
        "timmar per vecka": draw(st.none() | HUNDREDTHS),
        "kostnad för deltagaren": draw(st.none() | HUNDREDTHS),
        "längd": draw(TEXT),
        "kontakt": draw(TEXT),
        "länk": draw(st.lists(st.sampled_from(["https://a.example", "http://b.example/å?x=1;2"]))),
        "bekräftad": draw(st.none() | PAST.map(date.isoformat)),
        "exempel": draw(st.booleans()),
        "när som helst": draw(st.booleans()),
        "tillfällen": draw(st.lists(occasions(), max_size=3)),
        "pausorsak": draw(st.none() | st.sampled_from(PauseReason)) if status is Status.PAUSED else None,
        "vet mer": draw(TEXT),
        "resultat": draw(st.lists(st.fixed_dictionaries({"vad": NEEDED_TEXT, "antal": st.none() | st.integers(0, 900)}), max_size=3)),
    }
    return {name: value for name, value in some.items() if name in ROW or draw(st.booleans())}


CATALOGUES = st.lists(rows(), min_size=1, max_size=12).map(lambda found: [{**row, "id": f"nr-{n}"} for n, row in enumerate(found)])


def emptied(installation: Installation) -> None:
    """Without interventions, and without the needs and organisations that an import made."""
    with installation.writing() as session:
        for row in session.scalars(select(Intervention)):
            session.delete(row)
        session.flush()
        other = session.scalars(select(Need.id).where(Need.code == "ovrigt")).one()
        for made in (*session.scalars(select(Need).where(Need.parent_id == other)), *session.scalars(select(Organisation))):
            if isinstance(made, Need) or made.kind == "okand":
                session.delete(made)


def check_round_trip(here: Installation, there: Installation) -> None:
    for ending in ENDINGS:
        before, everything = here.export(ending), here.export(".json")
        file = here.folder / f"round{ending}"
        file.write_bytes(before)
        again = here.take_in(file)
        assert (again.new, again.changed, again.faults) == (0, 0, ())
        assert here.export(ending) == before
        assert here.export(".json") == everything
        emptied(there)
        assert there.take_in(file, create_missing=True).faults == ()
        assert there.export(ending) == before


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(catalogue=CATALOGUES)
def test_anything_comes_in_and_goes_out_the_same(install: Callable[[], Installation], catalogue: list[dict[str, Any]]) -> None:
    here, there = install(), install()
    result = here.take_in_rows(*catalogue, create_missing=True)
    assert (result.new, result.faults) == (len(catalogue), ())
    assert here.take_in_rows(*catalogue).unchanged == len(catalogue)
    check_round_trip(here, there)


def test_stubborn_text_comes_in_and_goes_out_the_same(install: Callable[[], Installation]) -> None:
    here = install()
    assert here.take_in_rows(STUBBORN, create_missing=True).faults == ()
    entry = here.entry("=1+1")
    assert entry["titel"] == STUBBORN["titel"]
    assert entry["lärdomar"] == "+1\n\n'två'"
    assert entry["beskrivning"] == '-rad ett\nrad två\t;\n\n\n  "tre" 🎉'
    check_round_trip(here, install())


def test_what_forms_may_have_kept_goes_out_as_it_comes_in(install: Callable[[], Installation]) -> None:
    """Untidy text, which no import makes: the first export tidies it, and from then on nothing differs."""
    here, there = install(), install()
    here.take_in_rows(ROW)
    with here.row() as row:
        row.title, row.description, row.contact = " a\x07  b ", "x\r\ny\n\n", "e\u0301"
        row.lessons = [Lesson(position=0, text="a\n\n\nb"), Lesson(position=1, text="  ")]
        row.links = [Link(position=0, url="https://a.example/x|y")]
    for ending in ENDINGS:
        before = here.export(ending)
        file = here.folder / f"round{ending}"
        file.write_bytes(before)
        for place in (here, there):
            assert place.take_in(file).faults == ()
            assert place.export(ending) == before
    assert here.entry()["titel"] == "a b"


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_order_is_that_of_source_and_id(install: Callable[[], Installation], ending: str) -> None:
    found = [
        {**ROW, "källa": source, "id": key} for source, key in [("b", "1"), ("a", "10"), ("a", "2"), ("ö", "1"), (SOURCE, "x"), ("Z", "1")]
    ]
    exports = set()
    for order in (found, found[::-1]):
        here = install()
        here.take_in_rows(*order)
        exports.add(here.export(ending))
    assert len(exports) == 1
    assert [(e["källa"], e["id"]) for e in here.exported()] == [("Z", "1"), ("a", "10"), ("a", "2"), ("b", "1"), (SOURCE, "x"), ("ö", "1")]


def test_values_of_a_cell_have_an_order_of_their_own(install: Callable[[], Installation]) -> None:
    first, second = {**ROW, "behov": ["Omega", "Alfa"]}, {**ROW, "id": "2", "behov": ["Alfa"]}
    exports = set()
    for order in ([first, second], [second, first]):
        here = install()
        here.take_in_rows(*order, create_missing=True)
        exports.add(here.export(".csv"))
    assert len(exports) == 1


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_export_tells_nothing_of_when_it_was_made(here: Installation, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here.take_in_rows(ROW)
    before = here.export(ending)
    monkeypatch.setattr("time.time", lambda: 4_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: (2099, 1, 1, 0, 0, 0, 0, 1, 0))
    assert here.export(ending) == before


def test_csv_is_as_spreadsheets_of_this_country_want_it(here: Installation) -> None:
    here.take_in_rows({**STUBBORN, "titel": "=cmd", "platser": "5", "start": "2027-02-01", "id": "9"}, create_missing=True)
    data = here.export(".csv")
    assert data.startswith(b"\xef\xbb\xbfk\xc3\xa4lla;id;titel;")
    assert data.endswith(b"\r\n")
    text = data.decode("utf-8-sig")
    assert "test;9;'=cmd;" in text
    assert ";1234,5;99999999,99;" in text
    assert ";2027-02-01;;;5;;;nej\r\n" in text


def test_xlsx_has_text_where_text_is_meant_and_numbers_and_days_where_those_are(here: Installation) -> None:
    here.take_in_rows({**STUBBORN, "platser": 5, "start": "2027-02-01", "titel": "=cmd|' /C calc'!A0"}, create_missing=True)
    sheet = load_workbook(io.BytesIO(here.export(".xlsx"))).active
    cells = {heading.value: cell for heading, cell in zip(*sheet.iter_rows(), strict=True)}
    assert (cells["titel"].value, cells["titel"].data_type) == ("=cmd|' /C calc'!A0", "s")
    assert {cell.data_type for cell in cells.values() if cell.value is not None} == {"s", "n", "d"}
    assert (cells["kostnad för deltagaren"].value, cells["platser"].value) == (1234.5, 5)
    assert cells["start"].value.date() == date(2027, 2, 1)


def test_json_has_every_key_once_and_is_as_json_writes_it(here: Installation) -> None:
    assert here.export(".json") == b"[]\n"
    here.take_in_rows(ROW, {**STUBBORN, "tillfällen": [{}]}, create_missing=True)
    text = here.export(".json").decode()
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"
    assert len({tuple(entry) for entry in json.loads(text)}) == 1


def test_results_and_what_an_entry_came_from_go_out_and_in(install: Callable[[], Installation]) -> None:
    """Whatever the order: what is referred to may stand later in the file, and two may refer to each other."""
    here, there = install(), install()
    first = {"föregångare": {"källa": "test", "id": "2"}, "resultat": [{"vad": "Till arbete", "antal": 12}, {"vad": "Till studier"}]}
    second = {"id": "2", "förlaga": {"källa": "test", "id": "1"}, "status": "avslutad", "vet mer": "arbete@exempel.example"}
    result = here.take_in_rows({**ROW, **first}, {**ROW, **second})
    assert (result.new, result.faults) == (2, ())
    assert here.entry()["föregångare"] == {"källa": "test", "id": "2"}
    assert here.entry()["resultat"] == [{"vad": "Till arbete", "antal": 12}, {"vad": "Till studier", "antal": None}]
    assert here.entry("2")["förlaga"] == {"källa": "test", "id": "1"}
    file = here.file(here.exported(), ".json")
    assert there.take_in(file).new == 2
    assert there.export(".json") == here.export(".json")
    assert here.take_in(file).unchanged == 2
    assert here.take_in_rows({**ROW, "föregångare": None}).changed == 1
    assert here.entry()["föregångare"] is None


def test_a_reference_that_leads_nowhere_is_told(here: Installation) -> None:
    for named, reason in [({"källa": "test", "id": "9"}, "finns inte"), ({"källa": "test", "id": "1"}, "sig själv"), ({"id": "1"}, "både")]:
        fault = only_fault(here.take_in_rows({**ROW, "föregångare": named}))
        assert (fault.column, reason in fault.reason) == ("föregångare", True)
    assert "togs inte in" in str(
        here.take_in_rows(
            {**ROW, "föregångare": {"källa": "test", "id": "2"}}, {**ROW, "id": "2", "status": "annan"}, skip_faulty=True
        ).faults[0]
    )


def test_few_are_never_told_in_numbers(here: Installation) -> None:
    here.take_in_rows({**ROW, "resultat": [{"vad": "Till arbete", "antal": 4}, {"vad": "Till studier", "antal": 5}]})
    assert [outcome["antal"] for outcome in here.entry()["resultat"]] == [None, 5]


def test_a_draft_that_is_half_filled_in_comes_in_as_it_goes_out(install: Callable[[], Installation]) -> None:
    here, there = install(), install()
    draft = {**ROW, "status": "utkast", "sammanfattning": "", "behov": ""}
    for ending in ENDINGS:
        assert here.take_in_rows(draft).faults == ()
        file = here.folder / f"round{ending}"
        file.write_bytes(here.export(ending))
        assert there.take_in(file).faults == ()
        assert there.export(ending) == file.read_bytes()
    assert told(here.take_in_rows({**draft, "status": "aktiv"})) == [(1, "sammanfattning"), (1, "behov")]


def test_what_is_started_again_has_no_reason_for_its_pause(here: Installation) -> None:
    here.take_in_rows({**ROW, "status": "pausad", "pausorsak": "sommar"})
    assert here.entry()["pausorsak"] == "sommar"
    assert here.take_in_rows(ROW, ending=".csv").changed == 1
    assert here.entry()["pausorsak"] is None


def test_an_empty_catalogue(install: Callable[[], Installation]) -> None:
    check_round_trip(install(), install())


def test_a_guest_is_given_no_draft(here: Installation) -> None:
    here.take_in_rows(ROW, {**ROW, "id": "2", "status": "utkast"})
    file = here.folder / "out.json"
    with here.app.app_context(), Session(db.engine) as session:
        assert files.export_file(GUEST, session, file, source=SOURCE) == 1
    assert [entry["id"] for entry in json.loads(file.read_bytes())] == ["1"]


def test_a_file_that_was_there_stays_when_the_new_one_fails(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    here.take_in_rows(ROW, {**ROW, "id": "2"})
    before = here.export(".xlsx")
    monkeypatch.setattr(files, "MAX_ROWS", 1)
    with pytest.raises(RefusedError, match=r"högst 1 insatser.*\.csv eller \.json"):
        here.export(".xlsx")
    monkeypatch.undo()
    monkeypatch.setattr(files, "MAX_FILE", 1000)
    with pytest.raises(RefusedError, match="större än"):
        here.export(".xlsx")
    assert (here.folder / "out.xlsx").read_bytes() == before
    assert not list(here.folder.glob(".out*"))


def test_a_text_that_no_cell_of_a_workbook_holds(here: Installation) -> None:
    here.take_in_rows(ROW)
    with here.row() as row:
        row.description = "x" * 40_000
    with pytest.raises(RefusedError, match="för lång för en cell"):
        here.export(".xlsx")
    assert len(here.entry()["beskrivning"]) == 40_000


def test_a_place_that_cannot_be_written(here: Installation) -> None:
    with here.app.app_context(), Session(db.engine) as session:
        with pytest.raises(RefusedError, match="går inte att skriva"):
            files.export_file(SYSTEM, session, here.folder / "saknas" / "ut.csv", source=SOURCE)
        with pytest.raises(UnreadableError, match="slutar inte på"):
            files.export_file(SYSTEM, session, here.folder / "ut.ods", source=SOURCE)


def test_what_one_database_writes_the_other_takes_in(here: Installation, both_databases: Flask, tmp_path: Path) -> None:
    occasions_ = [{"start": "2027-02-01", "platser": 5}, {"start": "2027-02-01", "platser": 4, "adress": "A"}, {"platser": 3}, {}]
    here.take_in_rows(
        ROW, {**STUBBORN, "tillfällen": occasions_}, {**ROW, "källa": SOURCE, "id": "egen", "status": "utkast"}, create_missing=True
    )
    for ending in ENDINGS:
        file, out = tmp_path / f"in{ending}", tmp_path / f"out{ending}"
        file.write_bytes(here.export(ending))
        with writing() as session:
            session.execute(delete(Intervention).execution_options(touches=[]))
            assert session.scalars(select(Occasion)).all() == []
            assert import_file(SYSTEM, session, file, source=SOURCE, create_missing=True).faults == ()
        with writing() as session:
            assert import_file(SYSTEM, session, file, source=SOURCE).unchanged == 3
            files.export_file(SYSTEM, session, out, source=SOURCE)
        assert out.read_bytes() == file.read_bytes()


def test_parts_of_a_workbook_are_of_one_moment(here: Installation) -> None:
    with zipfile.ZipFile(io.BytesIO(here.export(".xlsx"))) as archive:
        assert {part.date_time for part in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        assert archive.read("docProps/core.xml").count(b"2000-01-01T00:00:00Z") == 2
    assert len(archive.infolist()) < spreadsheet.MAX_PARTS
