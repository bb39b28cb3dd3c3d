"""Every page in many states, through the client that checks what holds for all of them (`support.checks`)."""

import re
from pathlib import Path

import pytest
from flask import Flask, abort
from sqlalchemy import select

from insatsbas.catalogue.models import Intervention
from insatsbas.core import migrations
from insatsbas.core.db import db, writing
from insatsbas.search import indexing
from insatsbas.search.service import current_search
from tests.conftest import client_of, open_app, settings_in
from tests.factories import index_all, make_intervention, occasion
from tests.support.checks import CheckingClient, page_faults, parse, text_of

SEARCHES = (
    "",
    "q=svenska",
    "q=yrkessvenska+v%C3%A5rd",
    "q=%22lär+sig%22+-kväll",
    "q=zzxyq",
    "q=zzxyq+qqwwee&behov=sfi&ges_i=0126&oppen_for=0136&lediga=ja&nar_som_helst=ja&klarat=2&form=pa-plats",
    "behov=svenska&behov=arbete",
    "behov=sfi&ges_i=0126&pendla=ja",
    "oppen_for=0127&sortera=titel",
    "status=alla&personal=ja",
    "status=avslutad&status=pausad",
    "status=utkast",
    "lediga=ja&sortera=platser",
    "klarat=0&sortera=start",
    "vem=etablering&passar=foraldraledig&tid=kvallstid&sprak=arabiska&stod=tolk&vag_in=sjalv",
    "behov=finns-inte&ges_i=9999&klarat=99&sida=noll&per_sida=1000&lediga=kanske&okand=ja",
    "status=alla&sida=2",
    "status=alla&per_sida=3&sida=5",
    "sida=4711",
    "sida=-1",
    "q=" + "a" * 500,
    "q=" + "svenska+" * 60,
    "q=%3Cscript%3Ealert(1)%3C/script%3E",
    "q=%22%3E%3Cimg+src=x+onerror=alert(1)%3E&behov=%22%3E%3Cb%3E",
    "q=%00%01%0B%EF%BF%BE%F0%9F%A6%A9",
    "q=%E2%80%AE%D8%A7%D9%84%D8%B3%D9%88%D9%8A%D8%AF%D9%8A%D8%A9",
    "q=%ff%fe",
    "q=-",
    "q=%22",
    "q=***",
)


@pytest.mark.parametrize("search", SEARCHES, ids=lambda search: search[:40] or "nothing")
def test_the_search_page(demo_client: CheckingClient, search: str) -> None:
    # A page beyond the last leads to the last.
    answer = demo_client.get(f"/sok?{search}", follow_redirects=True)
    assert answer.status_code == 200


def test_the_start_page(demo_client: CheckingClient) -> None:
    answer = demo_client.get("/")
    assert answer.status_code == 200
    page = parse(answer.text)
    needs = [link.get("href", "") for link in page.iter("a") if "/sok?behov=" in link.get("href", "")]
    assert len(needs) == 10, "the ten needs"
    municipalities = {link.get("href", "") for link in page.iter("a") if "/sok?ges_i=" in link.get("href", "")}
    assert len(municipalities) == 10, "the ten municipalities of the map"


def test_each_intervention_of_the_demo(demo_client: CheckingClient, demo_app: Flask) -> None:
    with demo_app.app_context():
        known = db.session.execute(select(Intervention.public_id, Intervention.title)).all()
    assert len(known) >= 70, "the demo has 40 examples and what is known of 2009-2018"
    for public_id, title in known:
        answer = demo_client.get(f"/insatser/{public_id}")
        assert answer.status_code == 200
        heading = next(parse(answer.text).iter("h1"))
        assert text_of(heading) == title


@pytest.mark.parametrize("address", ["/", "/sok", "/sok?q=sfi", "/sok?status=alla&behov=svenska"])
def test_with_nothing_in_the_catalogue(bare_app: Flask, address: str) -> None:
    assert client_of(bare_app).get(address).status_code == 200


@pytest.mark.parametrize("address", ["/", "/sok", "/sok?q=sfi&ges_i=0126"])
def test_with_nothing_in_the_lists(tmp_path: Path, address: str) -> None:
    with open_app(settings_in(tmp_path / "data", REGION="")) as app:
        with app.app_context():
            migrations.upgrade(db.engine)
            indexing.rebuild(current_search())
        assert client_of(app).get(address).status_code == 200


def test_texts_from_outside_do_no_harm(bare_app: Flask) -> None:
    evil = "<script>alert(1)</script> & \"'><b onmouseover=alert(1)> {{ 7*7 }} %(q)s %s"
    with bare_app.app_context(), writing() as session:
        row = make_intervention(
            session,
            title=evil,
            summary=evil,
            description=f"{evil}\n\n{evil}",
            owner=evil,
            contact=f"{evil} a@b.example 08-123 45 67",
            prerequisites=evil,
            length=evil,
            lessons=[evil],
            links=['https://exempel.example/?a=1&b="><script>'],
            occasions=[occasion(5, place=evil, address=evil)],
            needs=("samtal",),
        )
    index_all(bare_app)
    client = bare_app.test_client()
    for address in (f"/insatser/{row.public_id}", "/", "/sok", "/sok?q=script", f"/sok?anordnare={row.owner.slug}"):
        answer = client.get(address)
        assert answer.status_code == 200
        # What the text itself says looks forgotten, and is not: everything else must hold.
        faults = [fault for fault in page_faults(answer.text) if "forgotten" not in fault]
        assert not faults, (address, faults)
        assert "<script>alert" not in answer.text
        assert not re.search(r"\b49\b", answer.text), "a text was run as a template"


@pytest.mark.parametrize("code", [400, 403, 404, 405, 409, 410, 413, 418, 500, 503])
def test_pages_of_faults(app: Flask, code: int) -> None:
    app.add_url_rule("/fel", view_func=lambda: abort(code))
    app.add_url_rule("/api/v1/fel", endpoint="api-fel", view_func=lambda: abort(code))
    client = client_of(app)
    client.may_break = True
    page = client.get("/fel")
    assert page.status_code == code
    assert page.mimetype == "text/html"
    assert f"Felkod {code}" in page.text
    problem = client.get("/api/v1/fel")
    assert problem.status_code == code
    assert problem.mimetype == "application/problem+json"
    assert problem.json is not None
    assert problem.json["status"] == code
    assert problem.json["title"]


@pytest.mark.parametrize(
    "address", ["/finns-inte", "/insatser/finnsint", "/insatser/", "/insatser/%F0%9F%A6%A9", "/sok/mer", "/static/finns-inte.css"]
)
def test_what_is_not_there(demo_client: CheckingClient, address: str) -> None:
    answer = demo_client.get(address)
    assert answer.status_code == 404
    assert "Sidan finns inte" in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_is_written_by_a_guest(demo_client: CheckingClient, method: str) -> None:
    for address in ("/", "/sok", "/api/v1/insatser", "/halsa"):
        answer = demo_client.open(address, method=method)
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]


def test_an_unforeseen_fault_is_a_page_and_tells_nobody_what_was_searched(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("in the engine")

    monkeypatch.setattr("insatsbas.search.whoosh.engine.WhooshEngine.find", broken)
    client = client_of(app)
    client.may_break = True
    page = client.get("/sok?q=mitthemligaproblem")
    assert page.status_code == 500
    assert "Något gick fel hos oss" in page.text
    assert "RuntimeError" not in page.text
    assert client.get("/api/v1/insatser?q=mitthemligaproblem").mimetype == "application/problem+json"
    assert "in the engine" in caplog.text, "the fault itself must be in the log"
    assert "mitthemligaproblem" not in caplog.text
