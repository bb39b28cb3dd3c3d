"""Taking in a file: what becomes new, changed or left alone, and every fault with its row, its column and its reason."""

from datetime import date

import pytest
from sqlalchemy import select

from insatsbas.catalogue.models import Need
from insatsbas.catalogue.rules import EndReason, Form, Level, Status, TermKind
from insatsbas.core.errors import RefusedError
from insatsbas.core.events import Event
from insatsbas.core.viewer import GUEST
from insatsbas.interchange.actions import import_file
from insatsbas.organisations.models import Organisation
from insatsbas.search.models import IndexJob
from tests.interchange.conftest import ROW, SOURCE, Installation, csv_bytes, only_fault, told

FULL = {
    **ROW,
    "behov": "samtal|Svenska för invandrare (sfi)",
    "beskrivning": "Först.\n\nSedan.",
    "förkunskaper": "Inga.",
    "lärdomar": "Fika hjälper.\n\nBörja i tid.",
    "ges i": "0127|Haninge",
    "öppen för": "Botkyrka",
    "vem får delta": "etablering|Anhöriga",
    "passar för": "kvinnor",
    "språknivå": "sfi B",
    "leder till": "SVA grundläggande",
    "form": "delvis på distans",
    "tid": "dagtid|Helg",
    "timmar per vecka": "2,5",
    "längd": "Tio veckor",
    "språk": "arabiska",
    "stöd": "tolk|barnpassning",
    "så får man en plats": "oppet",
    "kostnad för deltagaren": "0",
    "pris per plats": "18 500",
    "länk": "https://a.example|http://b.example/x",
    "kontakt": "cafe@botkyrka.example",
    "start": "2027-02-01",
    "slut": "2027-04-01",
    "anmäl senast": "2027-01-25",
    "platser": "20",
    "lediga platser": "5",
    "bekräftad": "2027-01-10",
    "exempel": "ja",
}


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".json"])
def test_every_column_is_taken_in(here: Installation, ending: str) -> None:
    result = here.take_in_rows(FULL, ending=ending)
    assert (result.new, result.faults) == (1, ())
    with here.row() as row:
        assert (row.source, row.external_id, row.title, row.summary) == ("test", "1", "Språkcafé", "Vi pratar svenska.")
        assert {need.code for need in row.needs} == {"samtal", "sfi"}
        assert row.owner.name == "Botkyrka kommun"
        assert (row.status, row.form) == (Status.ACTIVE, Form.PARTLY_REMOTE)
        assert (row.description, row.prerequisites) == ("Först.\n\nSedan.", "Inga.")
        assert [lesson.text for lesson in row.lessons] == ["Fika hjälper.", "Börja i tid."]
        assert [link.url for link in row.links] == ["https://a.example", "http://b.example/x"]
        assert ([m.name for m in row.given_in], [m.name for m in row.open_for]) == (["Botkyrka", "Haninge"], ["Botkyrka"])
        assert {kind: {term.code for term in row.terms_of(kind)} for kind in TermKind} == {
            TermKind.ELIGIBILITY: {"etablering", "anhorig"},
            TermKind.AUDIENCE: {"kvinnor"},
            TermKind.TIME: {"dagtid", "helg"},
            TermKind.LANGUAGE: {"arabiska"},
            TermKind.SUPPORT: {"tolk", "barnpassning"},
            TermKind.WAY_IN: {"oppet"},
        }
        assert (row.level_required, row.level_reached) == (Level.SFI_B, Level.SVA_BASIC)
        assert (str(row.hours_per_week), str(row.participant_cost), str(row.place_price)) == ("2.50", "0.00", "18500.00")
        assert (row.length, row.contact, row.verified_on, row.is_example) == (
            "Tio veckor",
            "cafe@botkyrka.example",
            date(2027, 1, 10),
            True,
        )
        occasion = row.occasions[0]
        assert (occasion.start, occasion.end, occasion.apply_by) == (date(2027, 2, 1), date(2027, 4, 1), date(2027, 1, 25))
        assert (occasion.places, occasion.taken_by_own, occasion.left) == (20, 15, 5)


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".json"])
def test_the_same_file_twice_changes_nothing(here: Installation, ending: str) -> None:
    file = here.file([FULL, {**FULL, "id": "2"}], ending)
    assert here.take_in(file).new == 2
    jobs = here.count(IndexJob)
    with here.row() as row:
        version = row.version
    again = here.take_in(file)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    assert here.count(IndexJob) == jobs
    with here.row() as row:
        assert row.version == version


def test_what_differs_is_changed_and_counted(here: Installation) -> None:
    here.take_in_rows(ROW, {**ROW, "id": "2"})
    result = here.take_in_rows({**ROW, "titel": "Nytt namn"}, {**ROW, "id": "2"}, {**ROW, "id": "3"})
    assert (result.new, result.changed, result.unchanged) == (1, 1, 1)
    assert result.summary() == "1 nya, 1 ändrade, 1 oförändrade."
    assert here.entry()["titel"] == "Nytt namn"


def test_what_is_taken_in_is_an_event_and_what_changes_nothing_is_none(here: Installation) -> None:
    here.take_in_rows(ROW, dry_run=True)
    here.take_in_rows({**ROW, "titel": ""})
    for _again in range(2):
        here.take_in_rows(ROW)
    with here.writing() as session:
        events = session.scalars(select(Event)).all()
        assert [(event.kind, event.who, event.text) for event in events] == [
            ("fil.inlast", "systemet", "1 nya, 0 ändrade, 0 oförändrade."),
        ]


def test_what_has_no_column_is_left_as_it_is(here: Installation) -> None:
    here.take_in_rows(FULL)
    before = here.entry()
    assert here.take_in_rows({**ROW, "behov": FULL["behov"]}).unchanged == 1
    assert here.entry() == before


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".json"])
def test_an_empty_cell_clears_but_leaves_occasions_alone(here: Installation, ending: str) -> None:
    here.take_in_rows(FULL)
    before = here.entry()
    assert here.take_in_rows({name: ROW.get(name, "") for name in FULL}, ending=ending).changed == 1
    after = here.entry()
    assert after["tillfällen"] == before["tillfällen"]
    here.take_in_rows({**ROW, "id": "bare"})
    assert {**after, "tillfällen": []} == {**here.entry("bare"), "id": "1"}


def test_one_of_the_lists_is_told_and_the_others_stay(here: Installation) -> None:
    here.take_in_rows(FULL)
    here.take_in_rows({**ROW, "tid": ["kvallstid"], "passar för": []})
    entry = here.entry()
    assert (entry["tid"], entry["passar för"], entry["stöd"]) == (["kvallstid"], [], ["barnpassning", "tolk"])


def test_vilande_is_paused(here: Installation) -> None:
    here.take_in_rows({**ROW, "status": "Vilande"})
    assert here.entry()["status"] == "pausad"


def test_one_that_is_taken_up_again_has_no_reason_to_have_ended(here: Installation) -> None:
    here.take_in_rows({**ROW, "status": "avslutad", "avslutsorsak": "projektslut", "senast känd": 2018})
    with here.row() as row:
        assert (row.end_reason, row.last_known) == (EndReason.PROJECT_OVER, 2018)
    assert here.take_in_rows(ROW).changed == 1
    with here.row() as row:
        assert (row.status, row.end_reason) == (Status.ACTIVE, None)


def test_names_are_met_in_any_case_of_letters(here: Installation) -> None:
    row = {**ROW, "behov": "SAMTAL", "anordnare": "botkyrka KOMMUN", "ges i": "BOTKYRKA|136", "tid": "DAGTID"}
    assert here.take_in_rows(row).faults == ()
    entry = here.entry()
    assert (entry["anordnare"], entry["ges i"], entry["tid"]) == ("Botkyrka kommun", ["Botkyrka", "Haninge"], ["dagtid"])


# Faults


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        *[(name, "", "Uppgiften saknas") for name in ROW],
        ("källa", "x" * 101, "Högst 100"),
        ("id", "x" * 101, "Högst 100"),
        ("titel", "x" * 151, "151 tecken. Högst 150"),
        ("titel", "a\x07b", "U+0007"),
        ("sammanfattning", "x" * 401, "Högst 400"),
        ("behov", "samtal|juggling", "Behovet ”juggling” finns inte"),
        ("anordnare", "Ingen alls", "Organisationen ”Ingen alls” finns inte"),
        ("status", "igång", "utkast, aktiv, pausad, avslutad"),
        ("avslutsorsak", "trött", "finns inte att välja"),
        ("avslutsorsak", "projektslut", "Bara en avslutad insats"),
        ("senast känd", "1949", "mellan 1950 och 2200"),
        ("ges i", "Haninge|Kiruna", "Kommunen ”Kiruna” finns inte"),
        ("öppen för", "9999", "Kommunen ”9999” finns inte"),
        ("vem får delta", "alla|ingen", "”ingen” finns inte i listan"),
        ("passar för", "katter", "finns inte i listan"),
        ("språk", "esperanto", "finns inte i listan"),
        ("stöd", "kaffe", "finns inte i listan"),
        ("tid", "nyss", "finns inte i listan"),
        ("så får man en plats", "tur", "finns inte i listan"),
        ("språknivå", "C2", "inget krav, sfi A"),
        ("leder till", "7", "finns inte att välja"),
        ("form", "hemma", "på plats, på distans"),
        ("timmar per vecka", "0", "större än 0"),
        ("timmar per vecka", "101", "högst 100"),
        ("kostnad för deltagaren", "-1", "mindre än 0"),
        ("pris per plats", "dyrt", "inget tal"),
        ("längd", "x" * 101, "Högst 100"),
        ("kontakt", "x" * 201, "Högst 200"),
        ("länk", "www.a.example", "ingen webbadress"),
        ("länk", "https://a.example/" + "x" * 500, "Högst 500"),
        ("start", "snart", "inget datum"),
        ("bekräftad", "2027-13-01", "inget datum"),
        ("platser", "-1", "mindre än 0"),
        ("platser", "många", "inget tal"),
        ("lediga platser", "3", "Skriv också hur många platser det är i allt."),
        ("slut", "2027-05-01", "Skriv också när det börjar"),
        ("exempel", "kanske", "ja eller nej"),
    ],
)
@pytest.mark.parametrize("ending", [".csv", ".json"])
def test_a_fault_tells_its_row_column_and_reason(here: Installation, ending: str, column: str, value: str, reason: str) -> None:
    result = here.take_in_rows({**ROW, column: ROW.get(column, "")}, {**ROW, "id": "2", column: value}, ending=ending)
    fault = only_fault(result)
    assert (fault.row, fault.column) == (3 if ending == ".csv" else 2, column)
    assert reason in fault.reason
    assert not result.is_taken_in
    assert here.total() == 0


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"start": "2027-02-01", "slut": "2027-01-31"}, "slut", "ligger före starten"),
        ({"start": "2027-02-01", "slut": "2027-03-01", "anmäl senast": "2027-03-02"}, "anmäl senast", "ligger efter slutet"),
        ({"platser": "5", "lediga platser": "6"}, "lediga platser", "6 lediga platser när det är 5 i allt"),
        ({"start": "2027-02-01", "lediga platser": "6"}, "lediga platser", "platser det är i allt"),
    ],
)
def test_what_does_not_hold_together_is_told(here: Installation, cells: dict[str, str], column: str, reason: str) -> None:
    fault = only_fault(here.take_in_rows({**ROW, **cells}, ending=".csv"))
    assert (fault.row, fault.column) == (2, column)
    assert reason in fault.reason


def test_an_entry_that_stands_twice_in_the_file(here: Installation) -> None:
    result = here.take_in_rows(ROW, {**ROW, "källa": "annan"}, ROW, ending=".csv")
    assert str(only_fault(result)) == "Rad 4, kolumn id: Samma källa och id står redan på rad 2."


def test_every_fault_of_every_row_is_told(here: Installation) -> None:
    rows = [
        {**ROW, "titel": "", "status": "?", "platser": ""},
        {**ROW, "id": "2", "platser": ""},
        {**ROW, "id": "3", "behov": "?", "platser": "2,5"},
    ]
    result = here.take_in_rows(*rows, ending=".csv")
    assert told(result) == [(2, "titel"), (2, "status"), (4, "behov"), (4, "platser")]
    assert result.summary() == "Inget togs in. Filen har 3 rader och 4 fel."
    assert here.total() == 0


def test_a_fault_of_the_file_and_those_of_its_rows_are_told_together(here: Installation) -> None:
    rows = [{**ROW, "färg": "blå"}, {**ROW, "färg": "grön", "id": "2", "status": "?"}]
    result = here.take_in_rows(*rows, ending=".csv", skip_faulty=True)
    assert told(result) == [(None, "färg"), (3, "status")]
    assert not result.is_taken_in
    assert here.total() == 0


def test_a_file_that_cannot_be_read_is_a_fault(here: Installation) -> None:
    file = here.folder / "in.csv"
    file.write_bytes(csv_bytes([["källa", "förkunskaper"]], "latin-1"))
    fault = only_fault(here.take_in(file))
    assert (fault.row, fault.column) == (None, None)
    assert "UTF-8" in str(fault)


def test_a_broken_row_of_a_csv_is_told(here: Installation) -> None:
    file = here.folder / "in.csv"
    file.write_bytes(csv_bytes([list(ROW), list(ROW.values())[:4], list(ROW.values())]))
    assert told(here.take_in(file)) == [(2, None)]
    assert here.take_in(file, skip_faulty=True).new == 1


def test_faulty_rows_can_be_skipped(here: Installation) -> None:
    result = here.take_in_rows(ROW, {**ROW, "id": "2", "status": "?", "titel": ""}, {**ROW, "id": "3"}, skip_faulty=True)
    assert (result.new, result.skipped, told(result)) == (2, 1, [(2, "titel"), (2, "status")])
    assert result.summary() == "2 nya, 0 ändrade, 0 oförändrade, 1 överhoppade med fel."
    assert [entry["id"] for entry in here.exported()] == ["1", "3"]


# Dry run, and what is made on the way


def test_a_dry_run_tells_the_same_and_changes_nothing(here: Installation) -> None:
    here.take_in_rows(ROW)
    rows = [
        {**ROW, "titel": "Nytt"},
        {**ROW, "id": "2", "behov": "Nytt behov", "anordnare": "Ny organisation"},
        {**ROW, "id": "3", "status": "?"},
    ]
    before, needs, owners, jobs = here.export(".json"), here.count(Need), here.count(Organisation), here.count(IndexJob)
    dry = here.take_in_rows(*rows, create_missing=True, skip_faulty=True, dry_run=True)
    assert (dry.new, dry.changed, dry.created_needs) == (1, 1, ("Nytt behov",))
    assert (here.export(".json"), here.count(Need), here.count(Organisation), here.count(IndexJob)) == (before, needs, owners, jobs)
    assert "inget är sparat" in dry.summary(dry_run=True)
    assert here.take_in_rows(*rows, create_missing=True, skip_faulty=True) == dry


def test_nothing_is_left_of_a_file_with_a_fault(here: Installation) -> None:
    needs, owners, jobs = here.count(Need), here.count(Organisation), here.count(IndexJob)
    result = here.take_in_rows({**ROW, "behov": "Nytt", "anordnare": "Ny"}, {**ROW, "id": "2", "titel": ""}, create_missing=True)
    assert (result.new, result.created_needs, result.created_organisations) == (0, (), ())
    assert (here.total(), here.count(Need), here.count(Organisation), here.count(IndexJob)) == (0, needs, owners, jobs)


def test_missing_needs_and_organisations_are_made_once(here: Installation) -> None:
    rows = [{**ROW, "id": str(number), "behov": ["Dans & musik", "samtal"], "anordnare": "Ny förening"} for number in range(3)]
    result = here.take_in_rows(*rows, {**ROW, "id": "x", "behov": ["DANS & MUSIK"]}, create_missing=True)
    assert (result.created_needs, result.created_organisations) == (("Dans & musik",), ("Ny förening",))
    assert "Skapade behov under Övrigt (1): Dans & musik. Skapade organisationer (1): Ny förening." in result.summary()
    with here.writing() as session:
        need = session.scalars(select(Need).where(Need.label == "Dans & musik")).one()
        assert need.code == "dans-musik"
        assert need.parent is not None
        assert need.parent.code == "ovrigt"
    assert here.entry("x")["behov"] == ["Dans & musik"]


def test_codes_of_new_needs_differ(here: Installation) -> None:
    labels = ["Dans", "Däns!", "x" * 100, "x" * 99]
    here.take_in_rows({**ROW, "behov": labels}, create_missing=True)
    with here.writing() as session:
        codes = session.scalars(select(Need.code).where(Need.label.in_(labels))).all()
    assert set(codes) == {"dans", "dans-2", "x" * 40, "x" * 38 + "-2"}


def test_a_new_name_may_be_too_long(here: Installation) -> None:
    assert "Högst 100" in only_fault(here.take_in_rows({**ROW, "behov": "x" * 101}, create_missing=True)).reason
    assert "Högst 150" in only_fault(here.take_in_rows({**ROW, "anordnare": "x" * 151}, create_missing=True)).reason


def test_nothing_is_made_for_a_row_that_is_skipped(here: Installation) -> None:
    result = here.take_in_rows({**ROW, "behov": "Nytt", "titel": ""}, create_missing=True, skip_faulty=True)
    assert (result.skipped, result.created_needs) == (1, ())


def test_new_needs_want_the_lists_first(here: Installation) -> None:
    with here.writing() as session:
        session.delete(session.scalars(select(Need).where(Need.code == "ovrigt")).one())
    with pytest.raises(RefusedError, match="insatsbas init"):
        here.take_in_rows({**ROW, "behov": "Nytt"}, create_missing=True)


def test_a_label_that_two_needs_share_is_no_name(here: Installation) -> None:
    with here.writing() as session:
        for code in ("a1", "a2"):
            session.add(Need(code=code, label="Samma", position=1))
    assert "kan betyda flera saker" in only_fault(here.take_in_rows({**ROW, "behov": "Samma"}, create_missing=True)).reason
    here.take_in_rows({**ROW, "behov": "a2"})
    assert here.entry()["behov"] == ["a2"]


# Our own entries, and drafts


def test_our_own_entries_are_known_by_their_public_id(here: Installation) -> None:
    assert here.take_in_rows({**ROW, "källa": SOURCE, "id": "min-egen-1"}).new == 1
    with here.row("min-egen-1") as row:
        assert (row.source, row.external_id, row.public_id) == (None, None, "min-egen-1")
    assert here.take_in_rows({**ROW, "källa": SOURCE, "id": "min-egen-1", "titel": "Nytt"}).changed == 1
    assert here.total() == 1


@pytest.mark.parametrize("key", ["Stor", "x" * 21, "a b", "å"])
def test_an_id_of_our_own_that_would_be_no_address(here: Installation, key: str) -> None:
    fault = only_fault(here.take_in_rows({**ROW, "källa": SOURCE, "id": key}))
    assert fault.column == "id"
    assert "egen insats" in fault.reason


def test_an_id_of_our_own_that_is_another_ones_address(here: Installation) -> None:
    here.take_in_rows(ROW)
    with here.row() as row:
        public_id = row.public_id
    fault = only_fault(here.take_in_rows({**ROW, "källa": SOURCE, "id": public_id}))
    assert "från en annan källa" in fault.reason


def test_entries_of_a_source_whose_name_we_took_are_still_known(here: Installation) -> None:
    here.take_in_rows(ROW)
    with here.row() as row:
        row.source = SOURCE
    assert here.take_in_rows({**ROW, "källa": SOURCE}).unchanged == 1
    assert here.total() == 1


def test_a_guest_neither_exports_nor_overwrites_drafts(here: Installation) -> None:
    file = here.file([{**ROW, "status": "utkast"}], ".json")
    here.take_in(file)
    assert here.entry()["status"] == "utkast"
    with here.writing() as session:
        fault = only_fault(import_file(GUEST, session, file, source=SOURCE))
    assert fault.reason == "Insatsen finns, men du får inte ändra den."


def test_what_was_entered_otherwise_is_not_touched(here: Installation) -> None:
    here.take_in_rows(ROW, {**ROW, "id": "2"})
    before = here.entry("2")
    here.take_in_rows({**ROW, "titel": "Nytt"})
    assert here.entry("2") == before


def test_many_rows_go_in_by_batches(here: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{**ROW, "id": str(number)} for number in range(2001)]
    assert here.take_in_rows(*rows).new == 2001
    assert "Läser in" in capsys.readouterr().err
    assert here.take_in_rows(*rows, {**ROW, "id": "en till"}).unchanged == 2001
