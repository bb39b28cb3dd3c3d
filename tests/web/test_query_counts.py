"""How often each page asks the database: declared here, and never more for many hits than for one."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from insatsbas.accounts.models import Person
from insatsbas.catalogue import need_actions
from insatsbas.catalogue.in_force_queries import in_force
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import Status
from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import SYSTEM, Role
from insatsbas.exchange import actions as exchange
from insatsbas.exchange import offer_actions
from insatsbas.exchange.actions import Said
from insatsbas.exchange.offer_actions import Terms
from insatsbas.exchange.states import Action, Kind, Side
from insatsbas.exchange.terms import Leg, LegalBasis, PriceKind, Proposal
from insatsbas.interchange.batch_models import ImportBatch
from insatsbas.keeping.reports import actions as report_actions
from insatsbas.keeping.reports.rules import FaultReason
from insatsbas.search.service import current_search
from tests.conftest import open_app, settings_in
from tests.factories import index_all, make_intervention, need, occasion, organisation
from tests.support.people import as_role, make_person

# For each route an address, and the most times that it may ask the database. A new page has its line here; who raises a number says
# in the change what more the page needs to know.
DECLARED: dict[str, tuple[str, int]] = {
    "/": ("/", 16),
    "/sok": ("/sok?status=alla", 3),
    "/sok/hamta.<any(xlsx, csv, json):form>": ("/sok/hamta.csv?status=alla", 15),
    "/insatser/<public_id>": ("/insatser/{public_id}", 16),
    "/behov": ("/behov", 7),
    "/behov/<code>": ("/behov/samtal", 17),
    "/kommuner": ("/kommuner", 7),
    "/kommuner/<slug>": ("/kommuner/haninge", 15),
    "/organisationer": ("/organisationer", 5),
    "/organisationer/<slug>": ("/organisationer/huddinge-kommun", 14),
    "/kunskapsbank": ("/kunskapsbank", 15),
    "/oversikt": ("/oversikt", 8),
    "/oversikt.svg": ("/oversikt.svg", 7),
    "/om": ("/om", 0),
    "/hjalp": ("/hjalp", 0),
    "/tillganglighet": ("/tillganglighet", 0),
    "/personuppgifter": ("/personuppgifter", 0),
    "/robots.txt": ("/robots.txt", 0),
    "/sitemap.xml": ("/sitemap.xml", 5),
    "/atom.xml": ("/atom.xml", 8),
    "/halsa": ("/halsa", 1),
    "/api/v1/insatser": ("/api/v1/insatser?status=alla", 3),
    "/api/v1/insatser/<public_id>": ("/api/v1/insatser/{public_id}", 8),
    "/logga-in": ("/logga-in", 0),
    "/glomt-losenord": ("/glomt-losenord", 0),
    "/glomt-losenord/skickat": ("/glomt-losenord/skickat", 0),
    "/valj-losenord/<token>": ("/valj-losenord/x", 1),
    "/brev": ("/brev", 1),
    "/bekrafta/<token>": ("/bekrafta/x", 1),
    "/insatser/<public_id>/rapportera-fel": ("/insatser/{public_id}/rapportera-fel", 8),
    "/rapportera-fel/tack": ("/rapportera-fel/tack", 0),
    "/static/<path:filename>": ("/static/css/insatsbas.css", 0),
}
# Routes for those who have signed in, asked by a co-ordinator who is an editor of Huddinge too. The session itself is one of the questions.
SIGNED_IN: dict[str, tuple[str, int]] = {
    "/insatser/<public_id>/andringar": ("/insatser/{public_id}/andringar", 14),
    "/insatser/<public_id>/andringar/<int:number>": ("/insatser/{public_id}/andringar/1", 36),
    "/insatser/<public_id>/andringar/jamfor": ("/insatser/{public_id}/andringar/jamfor", 18),
    "/samordna/handelser": ("/samordna/handelser", 11),
    "/samordna/maskera": ("/samordna/maskera", 4),
    "/mitt-konto": ("/mitt-konto", 7),
    "/mitt-konto/losenord": ("/mitt-konto/losenord", 6),
    "/att-gora": ("/att-gora", 7),
    "/samordna/oversyn": ("/samordna/oversyn", 9),
    "/insatser/<public_id>/fraga": ("/insatser/{public_id}/fraga", 12),
    "/saknas": ("/saknas", 8),
    "/mina-fragor": ("/mina-fragor", 5),
    "/utbyten/ekonomi": ("/utbyten/ekonomi", 10),
    "/utbyten/ekonomi.<any(xlsx, csv):form>": ("/utbyten/ekonomi.csv", 4),
    "/utbyten/beslut": ("/utbyten/beslut", 6),
    "/arenden/<int:number>": ("/arenden/1", 5),
    "/vara-insatser": ("/vara-insatser", 8),
    "/vara-insatser/ny": ("/vara-insatser/ny", 5),
    "/insatser/<public_id>/redigera": ("/insatser/{public_id}/redigera", 19),
    "/insatser/<public_id>/forhandsgranska": ("/insatser/{public_id}/forhandsgranska", 19),
    "/insatser/<public_id>/pausa": ("/insatser/{public_id}/pausa", 12),
    "/insatser/<public_id>/avsluta": ("/insatser/{public_id}/avsluta", 12),
    "/insatser/<public_id>/starta-igen": ("/insatser/{ended_id}/starta-igen", 13),
    "/insatser/<public_id>/ta-bort": ("/insatser/{public_id}/ta-bort", 12),
    "/insatser/<public_id>/anvand-som-mall": ("/insatser/{public_id}/anvand-som-mall", 13),
    "/insatser/<public_id>/starta-som-ny": ("/insatser/{ended_id}/starta-som-ny", 13),
    "/las-in": ("/las-in", 7),
    "/las-in/mall.xlsx": ("/las-in/mall.xlsx", 6),
    "/las-in/insatser/<organisation>.xlsx": ("/las-in/insatser/huddinge-kommun.xlsx", 17),
    "/las-in/<token>": ("/las-in/en-fil", 11),
    "/las-in/<token>/fel.csv": ("/las-in/en-fil/fel.csv", 7),
    "/samordna": ("/samordna", 12),
    "/samordna/organisationer": ("/samordna/organisationer", 7),
    "/samordna/ny-organisation": ("/samordna/ny-organisation", 5),
    "/samordna/organisationer/<slug>": ("/samordna/organisationer/huddinge-kommun", 11),
    "/samordna/organisationer/<slug>/lamnar": ("/samordna/organisationer/huddinge-kommun/lamnar", 15),
    "/samordna/kommuner": ("/samordna/kommuner", 5),
    "/samordna/ny-kommun": ("/samordna/ny-kommun", 6),
    "/samordna/kommuner/<code>": ("/samordna/kommuner/0136", 9),
    "/samordna/behov": ("/samordna/behov", 9),
    "/samordna/nytt-behov": ("/samordna/nytt-behov", 8),
    "/samordna/behov/<code>": ("/samordna/behov/samtal", 12),
    "/samordna/behov/<code>/sla-ihop": ("/samordna/behov/samtal/sla-ihop", 10),
    "/samordna/listor": ("/samordna/listor", 6),
    "/samordna/nytt-ord/<name>": ("/samordna/nytt-ord/passar", 4),
    "/samordna/listor/<name>/<code>": ("/samordna/listor/stod/sprakstod", 6),
    "/samordna/ord": ("/samordna/ord?q=svenska", 6),
    "/samordna/ord/<name>/ny": ("/samordna/ord/synonymer/ny", 4),
    "/samordna/ord/<name>/<int:number>": ("/samordna/ord/synonymer/1", 5),
    "/samordna/ord/<name>/<int:number>/galler": ("/samordna/ord/synonymer/1/galler", 7),
    "/samordna/sokt": ("/samordna/sokt", 6),
    "/samordna/personer": ("/samordna/personer", 6),
    "/samordna/personer/bjud-in": ("/samordna/personer/bjud-in", 5),
    "/samordna/personer/<int:number>": ("/samordna/personer/1", 8),
    "/samordna/saknas": ("/samordna/saknas", 5),
    "/samordna/installningar": ("/samordna/installningar", 8),
    "/vara-kollegor": ("/vara-kollegor", 7),
    "/utbyten": ("/utbyten", 8),
    "/utbyten/<int:number>": ("/utbyten/1", 16),
    "/utbyten/<int:number>/motforslag": ("/utbyten/2/motforslag", 12),
    "/utbyten/<int:number>/arkiv.json": ("/utbyten/1/arkiv.json", 9),
    "/utbyten/<int:number>/arkiv.pdf": ("/utbyten/1/arkiv.pdf", 12),
    "/insatser/<public_id>/fraga-om-platser": ("/insatser/{public_id}/fraga-om-platser", 15),
    "/insatser/<public_id>/erbjud-platser": ("/insatser/{public_id}/erbjud-platser", 15),
    "/erbjudanden": ("/erbjudanden", 10),
    "/erbjudanden/<int:number>": ("/erbjudanden/{offer}", 9),
    "/overenskommelser/<number>": ("/overenskommelser/{year}-0001", 10),
    "/overenskommelser/<number>.json": ("/overenskommelser/{year}-0001.json", 6),
    "/overenskommelser/<number>.pdf": ("/overenskommelser/{year}-0001.pdf", 9),
    "/samordna/utbyten": ("/samordna/utbyten", 5),
}
TRADERS = ("Huddinge kommun", "Haninge kommun")
# A row of a file that waits.
ROW = {
    "number": 2,
    "reason": None,
    "cells": {
        "källa": "a",
        "id": "1",
        "titel": "Ny",
        "sammanfattning": "Ny.",
        "behov": "samtal",
        "anordnare": "Huddinge kommun",
        "status": "utkast",
    },
}
# The same routes in states that could cost more.
STATES: dict[str, tuple[str, str]] = {
    "search, words": ("/sok?q=svenska", "/sok"),
    "search, every filter": ("/sok?status=alla&behov=samtal&ges_i=0126&pendla=ja&oppen_for=0136&vem=alla&lediga=ja&personal=ja", "/sok"),
    "search, nothing found": ("/sok?q=zzxyq&behov=sfi&ges_i=0126&lediga=ja", "/sok"),
    "need with parts": ("/behov/svenska", "/behov/<code>"),
    "overview, parts shown": ("/oversikt?delar=svenska", "/oversikt"),
}


@contextmanager
def asked(app: Flask) -> Iterator[list[str]]:
    """The statements that reach the database while the block runs."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
        # What a process reads once is known already.
        current_search()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def count(app: Flask, address: str, status: int = 200, *, client: FlaskClient | None = None) -> list[str]:
    """What an address asks the database."""
    client = client or FlaskClient(app, app.response_class)
    with asked(app) as statements:
        answer = client.get(address, buffered=True)
    # A link that nobody was sent is gone.
    assert answer.status_code in (status, 410), address
    return [statement for statement in statements if not re.match(r"BEGIN|PRAGMA", statement)]


def filled(app: Flask, many: int, *, neighbour: bool = False) -> str:
    """Make so many interventions that have something of everything, active, paused and ended; the id of an active one.

    A neighbour is one under the same tile, so that there is something similar to show.
    """
    made = []
    if neighbour:
        with app.app_context(), writing() as session:
            make_intervention(session, title="Yrkessvenska", needs=("yrkessvenska",), owner="Nacka kommun", given_in=("Nacka",))
    with app.app_context(), writing() as session:
        for n in range(many):
            row = make_intervention(
                session,
                title=f"Svenska i samtal, grupp {n}",
                needs=("samtal", "sfi"),
                owner="Huddinge kommun",
                given_in=("Haninge", "Huddinge"),
                open_for=("Haninge", "Tyresö") if n % 2 else (),
                terms={"way_in": ("sjalv",), "support": ("sprakstod",), "language": ("arabiska",), "eligibility": ("alla",)},
                occasions=[occasion(10 + n, places=10, taken=1)],
                lessons=["Börja tidigt."],
                links=["https://exempel.example/"],
            )
            made.append(row.public_id)
            for status in ("pausad", "avslutad"):
                make_intervention(session, title=f"Samtal {status} {n}", needs=("samtal",), status=status, lessons=["Lärdom."])
    assert index_all(app).is_equal
    return made[0]


def test_each_route_is_declared(demo_app: Flask) -> None:
    routes = {rule.rule for rule in demo_app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert routes == DECLARED.keys() | SIGNED_IN.keys(), "say in tests/web/test_query_counts.py how often each page may ask the database"


@pytest.fixture(scope="module")
def public_id(demo_app: Flask) -> str:
    """An active intervention of the demo, with all that it has."""
    found: str = FlaskClient(demo_app, demo_app.response_class).get("/api/v1/insatser?q=yrkessvenska").get_json()["items"][0]["id"]
    return found


@pytest.fixture(scope="module")
def ended_id(demo_app: Flask) -> str:
    """An ended one."""
    found: str = FlaskClient(demo_app, demo_app.response_class).get("/api/v1/insatser?status=avslutad").get_json()["items"][0]["id"]
    return found


@pytest.mark.parametrize("route", DECLARED)
def test_no_page_asks_more_often_than_it_says(demo_app: Flask, public_id: str, route: str) -> None:
    address, most = DECLARED[route]
    read_the_lists(demo_app)
    statements = count(demo_app, address.format(public_id=public_id))
    assert len(statements) <= most, f"{route} asks {len(statements)} times, not {most}:\n" + "\n".join(s[:100] for s in statements)
    assert len(statements) == most, f"{route} asks {len(statements)} times now: lower its number from {most}"


def read_the_lists(app: Flask) -> None:
    """As any earlier request has: they are read once, and kept until one of them changes."""
    with app.app_context(), Session(db.engine) as session:
        in_force(session)


@pytest.mark.parametrize("address", ["/sok?status=alla&per_sida=100", "/sok?q=svenska", "/sok?q=svenska&ges_i=0136"])
def test_a_search_asks_three_times_and_signed_in_six(demo_app: Flask, known: FlaskClient, address: str) -> None:
    read_the_lists(demo_app)
    assert len(count(demo_app, address)) <= 3, "which numbers are in force, what is found, and what hangs on it"
    read_the_lists(known.application)
    statements = count(known.application, address, client=known)
    assert len(statements) <= 6, "\n".join(s[:100] for s in statements)


@pytest.fixture(scope="module")
def known(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of a co-ordinator who is an editor too, on a catalogue of these tests alone."""
    folder = tmp_path_factory.mktemp("known") / "data"
    shutil.copytree(demo_template, folder)
    with open_app(settings_in(folder)) as app:
        with app.app_context(), writing() as session:
            # A report, for the page of one.
            row = session.scalars(select(Intervention).where(Intervention.status == Status.ACTIVE)).first()
            assert row is not None
            report_actions.tell_fault(SYSTEM, session, row, reason=FaultReason.CONTACT, text="", address="")
        client = as_role(app, Role.COORDINATOR, (Role.EDITOR, "Huddinge kommun"))
        with app.app_context(), writing() as session:
            # A file that waits.
            person = session.scalars(select(Person.id).order_by(Person.id.desc())).first()
            session.add(ImportBatch(token="en-fil", person_id=person, file_name="a.xlsx", rows=[ROW], faults=[], versions={}))
            app.config["OFFER"] = trade(session)
        yield client


def trade(session: Session) -> int:
    """An offer of Huddinge's, whose number is told; a deal on one place that it asked for, and a request that waits for its answer."""
    person = make_person(session, "beslut@exempel.example", *((Role.DECISION_MAKER, name) for name in TRADERS))
    session.flush()
    viewer = person.as_viewer()
    own = make_intervention(session, title="Sfi hos oss", owner=TRADERS[0], occasions=[occasion(30, places=9)])
    terms = Terms(places=2, price_kind=PriceKind.AGREED, price=None)
    offer = offer_actions.open_offer(SYSTEM, session, own.occasions[0].id, terms)
    row = make_intervention(session, title="Sfi hos andra", owner=TRADERS[1], occasions=[occasion(30, places=9)])
    for number, steps in enumerate(((Action.SEND, Action.ACCEPT), (Action.SEND, Action.COUNTER))):
        leg = Leg(Side.ANSWERER, row.occasions[0].id, row.title, 1, PriceKind.PLACE, Decimal(0), None, None, LegalBasis.COOPERATION)
        asker_id, answerer_id = (organisation(session, name).id for name in TRADERS)
        made = exchange.prepare(
            viewer, session, kind=Kind.BUY, asker_id=asker_id, answerer_id=answerer_id, proposal=Proposal((leg,)), key=f"form {number}"
        )
        for step in steps:
            exchange.perform(viewer, session, made.id, step, key=f"{step} {number}", said=Said(proposal=Proposal((leg,))))
    return offer.id


@pytest.mark.parametrize("route", SIGNED_IN)
def test_no_page_of_theirs_asks_more_often_than_it_says(known: FlaskClient, public_id: str, ended_id: str, route: str) -> None:
    address, most = SIGNED_IN[route]
    told = {"public_id": public_id, "ended_id": ended_id, "year": clock.today().year, "offer": known.application.config["OFFER"]}
    read_the_lists(known.application)
    statements = count(known.application, address.format(**told), client=known)
    assert len(statements) == most, f"{route} asks {len(statements)} times, not {most}:\n" + "\n".join(s[:100] for s in statements)


@pytest.mark.parametrize("state", STATES)
def test_no_state_asks_more_often_than_its_route(demo_app: Flask, state: str) -> None:
    address, route = STATES[state]
    statements = count(demo_app, address)
    assert len(statements) <= DECLARED[route][1], "\n".join(s[:100] for s in statements)


def test_many_hits_are_asked_for_as_one_is(bare_app: Flask) -> None:
    public_id = filled(bare_app, 1, neighbour=True)
    addresses = [*(address.format(public_id=public_id) for address, _ in DECLARED.values()), "/sok?behov=samtal", "/sok?q=samtal"]
    client = FlaskClient(bare_app, bare_app.response_class)
    assert client.get("/api/v1/insatser?behov=samtal").get_json()["total"] == 1
    one = {address: len(count(bare_app, address)) for address in addresses}
    filled(bare_app, 20)
    many = {address: len(count(bare_app, address)) for address in addresses}
    grown = {address: (one[address], many[address]) for address in addresses if many[address] > one[address]}
    assert not grown, f"these ask once for each hit: {grown}"
    assert client.get("/api/v1/insatser?behov=samtal").get_json()["total"] == 21, "there is more to tell"


def test_an_old_address_costs_no_more_than_a_new_one(bare_app: Flask) -> None:
    with bare_app.app_context(), writing() as session:
        need_actions.change_code(SYSTEM, session, need(session, "samtal"), "prata")
    index_all(bare_app)
    read_the_lists(bare_app)
    assert len(count(bare_app, "/behov/samtal", 301)) <= DECLARED["/behov/<code>"][1]
    assert len(count(bare_app, "/sok?behov=samtal", 301)) <= DECLARED["/sok"][1]


@pytest.mark.parametrize(("path", "status"), [("/sok", 200), ("/api/v1/insatser", 400)])
def test_many_values_that_there_are_not_cost_no_more_than_one(demo_app: Flask, path: str, status: int) -> None:
    read_the_lists(demo_app)
    one, many = (len(count(demo_app, f"{path}?{'&'.join(f'behov=x{n}' for n in range(most))}", status)) for most in (1, 300))
    assert many == one
