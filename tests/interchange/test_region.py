"""A region's file: laid in, brought up to date, and refused whole with every reason when it is wrong."""

from pathlib import Path

import pytest
from sqlalchemy import select

from insatsbas.core.viewer import SYSTEM
from insatsbas.interchange import demo, region
from insatsbas.organisations.models import Municipality, Organisation
from insatsbas.organisations.queries import commuting_from, places
from insatsbas.organisations.rules import OrganisationKind
from tests.interchange.conftest import Installation

GOOD = """
name = "Norr"

[[municipality]]
code = "2580"
name = "Luleå"
county = "Norrbottens län"
member = true
row = 1
column = 2
places = ["Gammelstad"]
neighbours = ["2582"]

[[municipality]]
code = "2582"
name = "Boden"
county = "Norrbottens län"
member = false
neighbours = ["2580"]

[[organisation]]
name = "Luleå kommun"
kind = "kommun"
municipality = "2580"

[[organisation]]
name = "Exempelföreningen Norr"
kind = "forening"
example = true
"""


def load(here: Installation, text: str) -> int:
    file = here.folder / "region.toml"
    file.write_text(text, "utf-8")
    with here.writing() as session:
        return region.load(SYSTEM, session, file)


def faults_of(here: Installation, text: str) -> list[str]:
    with pytest.raises(region.RegionError) as caught:
        load(here, text)
    return [fault.removeprefix("region.toml: ") for fault in caught.value.faults]


def test_a_region_is_laid_in_beside_another(here: Installation) -> None:
    assert load(here, GOOD) == 2
    with here.writing() as session:
        town = session.get_one(Municipality, "2580")
        assert (town.name, town.county, town.is_member, town.tile_row, town.tile_column) == ("Luleå", "Norrbottens län", True, 1, 2)
        assert commuting_from(session)["2582"] == {"2580", "2582"}
        assert places(session)["gammelstad"] == "2580"
        assert places(session)["jordbro"] == "0136"
        example = session.scalars(select(Organisation).where(Organisation.name == "Exempelföreningen Norr")).one()
        assert (example.kind, example.municipality_code, example.is_example) == (OrganisationKind.ASSOCIATION, None, True)


def test_a_region_is_brought_up_to_date(here: Installation) -> None:
    load(here, GOOD)
    load(here, GOOD.replace("row = 1\ncolumn = 2\n", "").replace("Gammelstad", "Råneå"))
    with here.writing() as session:
        assert session.get_one(Municipality, "2580").tile_row is None
        assert places(session)["råneå"] == "2580"


def test_what_comes_with_the_program_is_right() -> None:
    municipalities, organisations = region.read(demo.SODERTORN, names={})
    assert len([m for m in municipalities if m.is_member]) == 10
    assert {"Botkyrka kommun", "Exempelföreningen Läxbordet"} <= {owner.name for owner in organisations}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('name = "Norr"', 'name = "Norr"\nfarg = "blå"', "filen: uppgiften ”farg” är inte känd."),
        ('code = "2580"', "code = 2580", "municipality 1: code ska vara text, högst 4 tecken."),
        ('code = "2580"', 'code = "25 8"', "municipality 1: code ”25 8” är ingen kommunkod. Den har fyra siffror, inom citattecken."),
        ('name = "Boden"\n', "", "municipality 2: name saknas."),
        ('name = "Boden"', f'name = "{"x" * 61}"', "municipality 2: name ska vara text, högst 60 tecken."),
        ("member = true", 'member = "ja"', "municipality 1: member ska vara true eller false."),
        ("row = 1", "row = 13", "municipality 1: row ska vara ett heltal 1–12."),
        ("row = 1\n", "", "municipality 1: en kartruta har både row och column."),
        ('places = ["Gammelstad"]', 'places = "Gammelstad"', "municipality 1: places ska vara en lista av texter."),
        ('name = "Boden"', 'name = "Luleå"', "Kommunen ”Luleå” finns mer än en gång."),
        ('name = "Boden"', 'name = "Haninge"', "Kommunen ”Haninge” finns mer än en gång."),
        ('places = ["Gammelstad"]', 'places = ["Örnäset", "Örnäset"]', "Orten ”Örnäset” finns mer än en gång."),
        ("member = false", "member = false\nrow = 1\ncolumn = 2", "Kartrutan ”1, 2” finns mer än en gång."),
        ('neighbours = ["2582"]', 'neighbours = ["2582", "9999"]', "Luleå har grannen ”9999”, som inte finns."),
        ('neighbours = ["2582"]', 'neighbours = ["2582", "2580"]', "Luleå har sig själv som granne."),
        ('neighbours = ["2580"]', "", "Luleå har grannen 2582, men 2582 har inte grannen 2580. Båda ska ha varandra."),
        ('kind = "kommun"', 'kind = "stad"', f"organisation 1: kind ”stad” finns inte. Det som finns: {', '.join(OrganisationKind)}."),
        ('municipality = "2580"', 'municipality = "9999"', "organisation 1: kommunen ”9999” finns inte."),
        ("example = true", "example = 1", "organisation 2: example ska vara true eller false."),
        ("Exempelföreningen Norr", "Luleå kommun", "Organisationen ”Luleå kommun” finns mer än en gång."),
    ],
)
def test_a_fault_is_told_and_nothing_laid_in(here: Installation, old: str, new: str, fault: str) -> None:
    assert old in GOOD
    assert faults_of(here, GOOD.replace(old, new, 1))[0] == fault
    with here.writing() as session:
        assert session.get(Municipality, "2580") is None


def test_all_faults_are_told_at_once(here: Installation) -> None:
    assert len(faults_of(here, GOOD.replace("county", "lan"))) == 4


@pytest.mark.parametrize(
    ("text", "fault"), [("", "Filen har ingen [[municipality]]."), ("municipality = 1", "municipality ska skrivas [[municipality]].")]
)
def test_a_file_without_municipalities(here: Installation, text: str, fault: str) -> None:
    assert fault in faults_of(here, text)


def test_what_is_no_toml(here: Installation, tmp_path: Path) -> None:
    assert faults_of(here, 'name = "a"\nhej') == ["region.toml är inte riktig TOML: det är fel på sista raden."]
    assert faults_of(here, "hej\n\nname = 1") == ["region.toml är inte riktig TOML: det är fel på rad 1."]
    (tmp_path / "a.toml").write_bytes("name = 'Luleå'".encode("latin-1"))
    for name, reason in (("a.toml", "UTF-8"), ("saknas.toml", "går inte att läsa")):
        with pytest.raises(region.RegionError, match=reason):
            region.read(tmp_path / name, names={})
