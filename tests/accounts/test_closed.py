"""With INSATSBAS_GUEST_ACCESS=account nothing is read without signing in; the guest account that many share is enough."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from insatsbas.accounts.policy import Permission
from insatsbas.core.viewer import Role
from tests.conftest import client_of, open_app, settings_in
from tests.house.test_routes import ACCESS
from tests.support.people import as_guest, as_role, enter, with_password

READ = sorted(address for address, (methods, permission) in ACCESS.items() if permission is Permission.READ and "GET" in methods)
ENTER = sorted(address for address, (methods, permission) in ACCESS.items() if permission is Permission.ENTER and "GET" in methods)
FOR_MACHINES = ("/api/", ".xml", ".svg", ".json", ".csv", ".xlsx")


@pytest.fixture(scope="module")
def closed(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application whose catalogue is closed."""
    folder = tmp_path_factory.mktemp("closed") / "data"
    shutil.copytree(demo_template, folder)
    with open_app(settings_in(folder, GUEST_ACCESS="account")) as app:
        with_password(app, "gast@exempel.example", Role.GUEST)
        yield app


@pytest.fixture(scope="module")
def told(demo_app: Flask) -> dict[str, str]:
    """What stands for the variables of addresses."""
    item = client_of(demo_app).get("/api/v1/insatser?q=yrkessvenska").get_json()["items"][0]
    need, organisation = item["needs"][0], item["organisation"]
    return {
        "/behov/<code>": f"/behov/{need}",
        "/kommuner/<slug>": "/kommuner/haninge",
        "/organisationer/<slug>": f"/organisationer/{organisation}",
        "<public_id>": item["id"],
    }


def filled(address: str, told: dict[str, str]) -> str:
    """An address with values for its variables; of a choice between some, the first."""
    for variable, value in told.items():
        address = address.replace(variable, value)
    return re.sub(r"<any\((\w+)[^>]*>", r"\1", address)


def is_for_machines(address: str) -> bool:
    """Whether programs read it."""
    return address.startswith(FOR_MACHINES[0]) or address.endswith(FOR_MACHINES[1:])


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("route", READ)
def test_a_guest_reads_nothing(closed: Flask, told: dict[str, str], route: str, method: str) -> None:
    address = filled(route, told)
    answer = client_of(closed).open(address, method=method)
    if is_for_machines(address):
        assert answer.status_code == 401
        if address.startswith("/api/") and method == "GET":
            assert answer.mimetype == "application/problem+json"
            assert answer.get_json()["status"] == 401
    else:
        assert answer.status_code == 303
        assert answer.location.startswith("/logga-in?nasta=")
    assert "Språk" not in answer.get_data(as_text=True), "nothing of the catalogue is told"


@pytest.mark.parametrize("route", READ)
def test_whoever_has_signed_in_reads_all(closed: Flask, told: dict[str, str], route: str) -> None:
    guest = as_guest(closed)
    assert enter(guest, "gast@exempel.example").status_code == 303
    assert guest.get(filled(route, told)).status_code == 200


@pytest.mark.parametrize("route", [address for address in ENTER if "<" not in address])
def test_what_is_for_anybody_still_is(closed: Flask, route: str) -> None:
    assert client_of(closed).get(route).status_code == 200


def test_one_comes_back_to_what_one_asked_for(closed: Flask) -> None:
    guest = as_guest(closed)
    location = guest.get("/sok?q=sfi&behov=samtal").location
    assert location == "/logga-in?nasta=/sok?q%3Dsfi%26behov%3Dsamtal"
    assert "bara öppen för den som har loggat in" in guest.get(location).get_data(as_text=True)
    assert enter(guest, "gast@exempel.example", nasta="/sok?q=sfi&behov=samtal").location == "/sok?q=sfi&behov=samtal"


def test_robots_are_told_to_stay_away(closed: Flask) -> None:
    assert client_of(closed).get("/robots.txt").get_data(as_text=True) == "User-agent: *\nDisallow: /\n"


def test_pages_about_us_do_not_say_that_all_may_read(closed: Flask) -> None:
    for page in ("/om", "/personuppgifter", "/hjalp"):
        text = client_of(closed).get(page).get_data(as_text=True)
        for promise in ("öppen för alla", "läsa utan att logga in", "behöver inte logga in", "Vem som helst"):
            assert promise not in text, page


def test_an_editor_reads_too(closed: Flask) -> None:
    assert as_role(closed, (Role.EDITOR, "Huddinge kommun")).get("/").status_code == 200
