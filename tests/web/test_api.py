"""The API as others build on it: names, shapes, bounds and faults."""

import math
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from insatsbas.catalogue.models import Intervention, Need, Occasion
from insatsbas.catalogue.rules import Status
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import SYSTEM
from insatsbas.interchange.actions import import_file
from tests.conftest import client_of
from tests.factories import index_all, make_intervention, occasion
from tests.support.checks import CheckingClient

FACETS = (
    *("behov", "ges_i", "oppen_for", "status", "vem", "passar", "klarat", "form", "tid", "sprak", "stod", "vag_in", "anordnare"),
    *("lediga", "nar_som_helst", "platser_for_andra", "personal"),
)
ANSWER = {"total", "page", "pages", "mode", "corrected_to", "items", "similar", "facets", "suggestion"}
ITEM = {
    *("id", "source", "external_id", "title", "summary", "status", "needs", "given_in", "open_for", "organisation", "way_in"),
    *("next_start", "places_left", "places_for_others", "url", "score"),
}


def asked(client: CheckingClient, address: str = "", **parameters: Any) -> dict[str, Any]:
    """An answer of the API."""
    answer = client.get(f"/api/v1/insatser{address}", query_string=parameters)
    assert (answer.status_code, answer.mimetype) == (200, "application/json"), answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def refused(client: CheckingClient, **parameters: Any) -> set[str]:
    """The parameters that are named when a question is refused."""
    answer = client.get("/api/v1/insatser", query_string=parameters)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), answer.text
    problem = answer.get_json()
    assert problem["status"] == 400
    assert problem["title"]
    assert all(fault["reason"] for fault in problem["invalid_params"])
    named = {fault["name"] for fault in problem["invalid_params"]}
    assert all(name in problem["detail"] for name in named)
    return named


def test_the_shape_of_an_answer(demo_client: CheckingClient) -> None:
    found = asked(demo_client, q="svenska")
    assert set(found) >= ANSWER
    assert found["total"] > 0
    assert (found["mode"], found["corrected_to"], found["similar"]) == ("all", None, [])
    for item in found["items"]:
        assert set(item) >= ITEM
        assert item["url"].endswith(f"/insatser/{item['id']}")
        assert item["score"] > 0
        assert all(isinstance(item[name], list) for name in ("needs", "given_in", "open_for", "way_in"))
        assert item["places_left"] is None or isinstance(item["places_left"], int)


def test_the_shape_of_the_facets(demo_client: CheckingClient) -> None:
    facets = asked(demo_client)["facets"]
    assert set(facets) == set(FACETS)
    for name, values in facets.items():
        assert all(set(value) == {"value", "label", "count"} for value in values)
        assert len({value["value"] for value in values}) == len(values), f"a value of {name} stands twice"
        assert all(isinstance(value["count"], int) and value["count"] >= 0 and value["label"] for value in values)


def test_every_value_of_the_data_stands_in_its_facet_and_can_be_asked_for(demo_client: CheckingClient) -> None:
    everything = asked(demo_client, status="alla", personal="ja", per_sida=100)
    pages = [asked(demo_client, status="alla", personal="ja", per_sida=100, sida=page + 1) for page in range(everything["pages"])]
    items = [item for page in pages for item in page["items"]]
    assert len(items) == everything["total"]
    values = {name: {value["value"] for value in facet} for name, facet in everything["facets"].items()}
    for item in items:
        assert set(item["needs"]) <= values["behov"]
        assert set(item["given_in"]) <= values["ges_i"]
        assert set(item["open_for"]) <= values["oppen_for"]
        assert set(item["way_in"]) <= values["vag_in"]
        assert {item["status"]} <= values["status"]
        assert {item["organisation"]} <= values["anordnare"]
    for name, facet in everything["facets"].items():
        for value in facet[:3]:
            # The count at a value is what one gets with this filter set to that value alone, and all others as they are.
            found = asked(demo_client, **{"status": "alla", "personal": "ja", name: value["value"], "per_sida": 1})
            assert found["total"] == value["count"], f"{name}={value['value']}"


def test_counts_equal_plain_sql(demo_app: Flask, demo_client: CheckingClient) -> None:
    found = asked(demo_client, status="alla", personal="ja")
    with demo_app.app_context():
        public = select(func.count(Intervention.id.distinct())).where(Intervention.status != Status.DRAFT)
        assert found["total"] == db.session.scalar(public)
        for status in found["facets"]["status"]:
            assert status["count"] == db.session.scalar(public.where(Intervention.status == Status(status["value"])))
        for value in found["facets"]["behov"]:
            family = select(Need.id).where(Need.code == value["value"]).scalar_subquery()
            counted = public.where(Intervention.needs.any((Need.id == family) | (Need.parent_id == family)))
            assert value["count"] == db.session.scalar(counted), value["label"]


@pytest.mark.parametrize("status", ["aktiv", "pausad", "avslutad"])
def test_one_status(demo_client: CheckingClient, status: str) -> None:
    found = asked(demo_client, status=status, per_sida=100)
    assert found["total"] > 0
    assert {item["status"] for item in found["items"]} == {status}


def test_active_unless_asked_otherwise_and_all_when_asked(demo_client: CheckingClient) -> None:
    assert {item["status"] for item in asked(demo_client, per_sida=100)["items"]} == {"aktiv"}
    assert {item["status"] for item in asked(demo_client, per_sida=100, status="alla")["items"]} == {"aktiv", "pausad", "avslutad"}
    assert refused(demo_client, status="utkast") == {"status"}


def test_several_values_of_one_filter_are_or_and_filters_are_and(demo_client: CheckingClient) -> None:
    one, other, both = (asked(demo_client, status=value)["total"] for value in ("pausad", "avslutad", ["pausad", "avslutad"]))
    assert both == one + other
    found = asked(demo_client, status="alla", behov="svenska", vag_in="sjalv", per_sida=100)["items"]
    assert found
    assert all("sjalv" in item["way_in"] for item in found)


def test_those_for_staff_are_hidden_unless_asked_for(demo_client: CheckingClient) -> None:
    without, with_them = asked(demo_client, per_sida=100), asked(demo_client, per_sida=100, personal="ja")
    assert not any(item["for_staff"] for item in without["items"])
    assert with_them["total"] - without["total"] == sum(item["for_staff"] for item in with_them["items"]) > 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("behov", "finns-inte"),
        ("behov", "Svenska språket"),
        ("ges_i", "9999"),
        ("ges_i", "Huddinge"),
        ("oppen_for", "0"),
        ("status", "okänd"),
        ("vem", "jag"),
        ("passar", "x"),
        ("klarat", "7"),
        ("klarat", "-1"),
        ("klarat", "sfi"),
        ("form", "per brev"),
        ("tid", "nu"),
        ("sprak", "klingon"),
        ("stod", "x"),
        ("vag_in", "x"),
        ("anordnare", "x"),
        ("lediga", "kanske"),
        ("nar_som_helst", "2"),
        ("personal", "alla"),
        ("pendla", "buss"),
        ("sortera", "pris"),
        ("sida", "0"),
        ("sida", "-1"),
        ("sida", "ett"),
        ("sida", "1.5"),
        ("sida", "9" * 30),
        ("per_sida", "0"),
        ("per_sida", "101"),
        ("per_sida", "många"),
        ("stad", "Huddinge"),
        ("sok", "x"),
    ],
)
def test_a_wrong_value_is_refused_and_named(demo_client: CheckingClient, name: str, value: str) -> None:
    assert refused(demo_client, **{name: value, "q": "svenska"}) == {name}


def test_all_faults_are_told_at_once(demo_client: CheckingClient) -> None:
    assert refused(demo_client, behov="x", ges_i="y", sida="z", okand="1") == {"behov", "ges_i", "sida", "okand"}


def test_two_values_where_one_is_meant(demo_client: CheckingClient) -> None:
    assert refused(demo_client, klarat=["1", "2"]) == {"klarat"}
    assert refused(demo_client, sortera=["titel", "start"]) == {"sortera"}


@pytest.mark.parametrize("per_page", [1, 7, 20, 100])
def test_pages_add_up(demo_client: CheckingClient, per_page: int) -> None:
    first = asked(demo_client, status="alla", personal="ja", per_sida=per_page, sortera="titel")
    assert first["pages"] == math.ceil(first["total"] / per_page)
    seen: list[str] = []
    for page in range(1, first["pages"] + 1):
        found = asked(demo_client, status="alla", personal="ja", per_sida=per_page, sortera="titel", sida=page)
        assert (found["page"], found["total"]) == (page, first["total"])
        seen += [item["id"] for item in found["items"]]
    assert len(seen) == len(set(seen)) == first["total"], "a hit is missing, or stands on two pages"


def test_twenty_a_page_and_nothing_beyond_the_last(demo_client: CheckingClient) -> None:
    first = asked(demo_client, status="alla")
    assert len(first["items"]) == 20
    beyond = asked(demo_client, status="alla", sida=first["pages"] + 1)
    assert (beyond["items"], beyond["total"]) == ([], first["total"])


def test_zero_hits(demo_client: CheckingClient) -> None:
    found = asked(demo_client, q="zzxyq")
    assert (found["total"], found["pages"], found["items"]) == (0, 0, [])
    assert all(value["count"] == 0 for name in FACETS for value in found["facets"][name])


def test_one_intervention_whole(demo_client: CheckingClient) -> None:
    for item in asked(demo_client, status="alla", personal="ja", per_sida=100)["items"]:
        whole = asked(demo_client, f"/{item['id']}")
        assert all(whole[name] == item[name] for name in ITEM - {"score"})
        assert {"description", "occasions", "contact", "lessons", "verified_on"} <= set(whole)


@pytest.mark.parametrize("unknown", ["finnsint", "0", "a" * 300, "%F0%9F%A6%A9"])
def test_an_unknown_id(demo_client: CheckingClient, unknown: str) -> None:
    answer = demo_client.get(f"/api/v1/insatser/{unknown}")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.get_json()["status"] == 404


def test_the_id_of_a_source_is_the_one_imported(bare_app: Flask, tmp_path: Path) -> None:
    odd = "  Ä/7?&=#%20"
    file = tmp_path / "in.csv"
    file.write_text(
        "källa;id;titel;sammanfattning;behov;anordnare;status\n"
        f"registret;{odd.strip()};Importerad;Du får stöd.;samtal;Huddinge kommun;aktiv\n"
        "registret;0007;Med nollor;Du får stöd.;samtal;Huddinge kommun;aktiv\n",
        "utf-8",
    )
    with bare_app.app_context(), writing() as session:
        own = make_intervention(session, title="Vår egen").public_id
        assert import_file(SYSTEM, session, file, source="insatsbas").is_taken_in
    index_all(bare_app)
    told = {item["title"]: (item["source"], item["external_id"]) for item in asked(client_of(bare_app))["items"]}
    assert told == {
        "Importerad": ("registret", odd.strip()),
        "Med nollor": ("registret", "0007"),
        "Vår egen": ("insatsbas", own),
    }


def test_starts_and_places(bare_app: Flask) -> None:
    made: dict[str, list[Any]] = {
        "full": [occasion(5, places=10, taken=10)],
        "some": [occasion(-5, places=10, taken=0), occasion(5, places=10, taken=4), occasion(9, places=5, taken=5)],
        "unknown": [occasion(7)],
        "none": [],
        "passed": [occasion(-1, places=10, taken=1)],
        "always": [occasion(None, places=3, taken=1)],
    }
    with bare_app.app_context(), writing() as session:
        for title, occasions in made.items():
            make_intervention(session, title=title, occasions=occasions, rolling=title == "always")
        assert session.scalar(select(func.count()).select_from(Occasion)) == 7
    index_all(bare_app)
    client = client_of(bare_app)
    told = {item["title"]: item["places_left"] for item in asked(client)["items"]}
    assert told == {"full": 0, "some": 6, "unknown": None, "none": None, "passed": None, "always": 2}
    starts = {item["title"]: item["next_start"] for item in asked(client)["items"]}
    assert starts["some"] == str(occasion(5).start)
    assert starts["passed"] is None
    assert {item["title"] for item in asked(client, lediga="ja")["items"]} == {"some", "always"}
    assert {item["title"] for item in asked(client, nar_som_helst="ja")["items"]} == {"always"}
    assert [item["title"] for item in asked(client, sortera="platser")["items"]][:3] == ["some", "always", "full"]
    assert [item["title"] for item in asked(client, sortera="start")["items"]][:3] == ["full", "some", "unknown"]
    assert [item["title"] for item in asked(client, sortera="titel")["items"]] == sorted(made)


def test_reading_is_not_rate_limited(plain_client: Any) -> None:
    assert {plain_client.get("/api/v1/insatser?per_sida=1").status_code for _ in range(150)} == {200}
