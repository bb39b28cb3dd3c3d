"""The page of an intervention: what it must say, in which order, and what it must never tell."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from sqlalchemy import select

from insatsbas.catalogue import actions
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.rules import EndReason, Level, Status
from insatsbas.core import clock
from insatsbas.core.config import current_settings
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import SYSTEM
from insatsbas.interchange.writing import export_file
from tests.conftest import client_of
from tests.factories import changes, index_all, make_intervention, occasion
from tests.support.checks import CheckingClient, parse, text_of

EXAMPLE = "Detta är ett exempel. Insatsen finns inte."
WAY_IN, FACTS = "Så får deltagaren en plats", "Fakta"
SECRET = ("Zyxelgränden 14", "Qvarnbyholm")


def all_of(app: Flask) -> list[Intervention]:
    """Every intervention of the demo."""
    with app.app_context():
        return list(db.session.scalars(select(Intervention)))


def shown(client: CheckingClient, public_id: str) -> Element:
    """The page as a tree."""
    answer = client.get(f"/insatser/{public_id}")
    assert answer.status_code == 200
    return parse(answer.text)


def made(app: Flask, **facts: object) -> str:
    """An intervention of this test, in database and index; the id of its address."""
    with app.app_context(), writing() as session:
        public_id = make_intervention(session, **facts).public_id  # type: ignore[arg-type]
    assert index_all(app).is_equal
    return public_id


def headings(page: Element) -> list[str]:
    """What the sections are called, in order."""
    return [text_of(heading) for heading in page.iter("h2")]


def test_what_is_known_of_old_says_when_and_that_we_do_not_know_more(demo_app: Flask, demo_client: CheckingClient) -> None:
    historical = [row for row in all_of(demo_app) if not row.is_example]
    assert len(historical) >= 30
    for row in historical:
        said = text_of(shown(demo_client, row.public_id))
        assert row.status is Status.ENDED, f"{row.title}: nobody knows whether it is given today"
        assert row.last_known, f"{row.title} has no year"
        assert f"Historisk uppgift från {row.last_known}. Vi vet inte om insatsen ges i dag." in said
        assert EXAMPLE not in said
        assert row.source, f"{row.title} has no source"
        assert row.source in said
    assert any(row.last_known == 2011 for row in historical)


def test_examples_are_marked(demo_app: Flask, demo_client: CheckingClient) -> None:
    examples = [row for row in all_of(demo_app) if row.is_example]
    assert len(examples) >= 40
    for row in examples:
        page = shown(demo_client, row.public_id)
        assert EXAMPLE in text_of(page)
        assert "noindex" in next(meta.get("content", "") for meta in page.iter("meta") if meta.get("name") == "robots")


def test_how_one_gets_a_place_comes_before_the_facts(demo_app: Flask, demo_client: CheckingClient) -> None:
    active = [row for row in all_of(demo_app) if row.status is Status.ACTIVE]
    assert len(active) >= 30
    for row in active:
        order = headings(shown(demo_client, row.public_id))
        assert order.index(WAY_IN) < order.index(FACTS), f"{row.title}: {order}"
        assert order.index(WAY_IN) == 0, "it is the first thing one asks"


def test_everything_that_is_known_is_told(bare_app: Flask) -> None:
    public_id = made(
        bare_app,
        title="Yrkessvenska för vården",
        needs=("yrkessvenska",),
        owner="Haninge kommun",
        given_in=("Haninge", "Tyresö"),
        open_for=("Haninge",),
        terms={
            "eligibility": ("etablering",),
            "audience": ("yrkeserfaren",),
            "way_in": ("sjalv", "handlaggare"),
            "support": ("sprakstod",),
            "language": ("arabiska", "tigrinska"),
            "time": ("kvallstid",),
        },
        level_required=Level.SFI_C,
        level_reached=Level.SFI_D,
        hours_per_week=12,
        participant_cost=0,
        place_price=18500,
        length="20 veckor",
        prerequisites="Har arbetat i vården.",
        description="Första stycket.\n\nAndra stycket.",
        contact="sfi@haninge.example, 08-606 70 00",
        verified_on=date(2026, 11, 2),
        lessons=["Börja tidigt."],
        links=["https://haninge.example/yrkessvenska"],
        occasions=[occasion(20, place="Jordbro", address="Storgatan 1", places=20, taken=5, apply_by=occasion(10).start)],
    )
    page = shown(client_of(bare_app), public_id)
    said = text_of(page).replace("\xa0", " ")
    for told in (
        "Yrkessvenska för vården",
        "Deltagaren anmäler sig",
        "Handläggaren anmäler",
        "Har arbetat i vården.",
        "Haninge, Tyresö",
        "Deltagare i etableringsprogrammet",
        "Sfi C",
        "Sfi D",
        "Språkstöd på arabiska och tigrinska",
        "12 timmar i veckan",
        "20 veckor",
        "Kostar inget för deltagaren",
        "18 500 kr",
        "Storgatan 1, Jordbro",
        "15 lediga av 20",
        "Andra stycket.",
        "Börja tidigt.",
        "2 november 2026",
        "Haninge kommun",
    ):
        assert told in said, f"{told!r} is not on the page"
    links = {link.get("href") for link in page.iter("a")}
    assert {"mailto:sfi@haninge.example", "tel:086067000", "https://haninge.example/yrkessvenska"} <= links


def test_what_is_not_known_is_not_told_as_none(bare_app: Flask) -> None:
    public_id = made(bare_app, occasions=[occasion(10)])
    said = text_of(shown(client_of(bare_app), public_id))
    assert "Uppgift saknas" in said
    for invented in ("0 lediga", "Fullt", "0 kr", "Kostar inget", "Inget krav"):
        assert invented not in said


@pytest.mark.parametrize(
    ("facts", "banner"),
    [
        ({"status": "pausad"}, "Insatsen är pausad. Den kan starta igen."),
        ({"status": "avslutad", "end_reason": EndReason.TOO_FEW}, "Insatsen ges inte längre."),
        (
            {"status": "avslutad", "end_reason": EndReason.UNKNOWN, "last_known": 2011},
            "Historisk uppgift från 2011. Vi vet inte om insatsen ges i dag.",
        ),
    ],
)
def test_what_is_not_given_says_so(bare_app: Flask, facts: dict[str, object], banner: str) -> None:
    public_id = made(bare_app, occasions=[occasion(10, places=10, taken=1)], lessons=["Börja tidigt."], **facts)
    said = text_of(shown(client_of(bare_app), public_id))
    assert banner in said
    assert "Börja tidigt." in said
    assert "9 lediga" not in said, "nobody can take a place in what is not given"


def test_a_start_that_has_passed_is_closed(bare_app: Flask, freeze: Callable[[date], None]) -> None:
    freeze(date(2027, 1, 10))
    public_id = made(bare_app, occasions=[occasion(8, apply_by=date(2027, 1, 15), places=10, taken=1)])
    client = client_of(bare_app)
    assert "9 lediga av 10" in text_of(shown(client, public_id))
    freeze(date(2027, 1, 16))
    said = text_of(shown(client, public_id))
    assert "Anmälan stängd" in said
    assert "9 lediga" not in said


def test_an_address_never_changes(bare_app: Flask) -> None:
    public_id = made(bare_app, title="Språkcafé")
    with bare_app.app_context(), writing() as session:
        row = session.scalars(select(Intervention)).one()
        actions.update(SYSTEM, session, row, changes(session, title="Samtal på svenska", owner="Nacka kommun", status="pausad"))
    assert text_of(next(shown(client_of(bare_app), public_id).iter("h1"))) == "Samtal på svenska"


def test_a_draft_is_nowhere(bare_app: Flask) -> None:
    public_id = made(bare_app, title="Utkastet om simning", status=Status.DRAFT)
    client = client_of(bare_app)
    assert client.get(f"/insatser/{public_id}").status_code == 404
    assert client.get(f"/api/v1/insatser/{public_id}").status_code == 404
    for address in ("/", "/sok", "/sok?status=alla&q=simning", "/api/v1/insatser?status=alla"):
        assert "Utkastet" not in client.get(address).text


@pytest.mark.parametrize("later", [False, True], ids=["from the start", "added later"])
def test_an_address_that_is_given_on_contact_is_nowhere(
    bare_app: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture, later: bool
) -> None:
    caplog.set_level("DEBUG")
    start = occasion(10, address=SECRET[0], place=SECRET[1])
    public_id = made(bare_app, title="Stöd efter våld", needs=("samtal",) if later else ("skydd",), occasions=[start])
    if later:
        with bare_app.app_context(), writing() as session:
            actions.update(SYSTEM, session, session.scalars(select(Intervention)).one(), changes(session, needs=("samtal", "skydd")))
        assert index_all(bare_app).is_equal
    client = client_of(bare_app)
    page = client.get(f"/insatser/{public_id}").text
    assert "Adressen lämnas vid kontakt" in page
    told = {"page": page}
    for address in ("/", "/sok", "/sok?behov=skydd", "/api/v1/insatser", f"/api/v1/insatser/{public_id}"):
        told[address] = client.get(address).text
    assert "Stöd efter våld" in told["/sok"]
    with bare_app.app_context():
        for name in ("ut.csv", "ut.json"):
            export_file(SYSTEM, db.session, tmp_path / name, source="insatsbas")
            told[name] = (tmp_path / name).read_text("utf-8-sig")
        for file in current_settings().index_dir.rglob("*"):
            told[file.name] = file.read_bytes().decode("latin-1") if file.is_file() else ""
    told["log"] = caplog.text if not later else ""
    for where, text in told.items():
        for word in ("zyxelgr", "qvarnbyholm"):
            assert word not in text.lower(), f"the address is in {where}"
    for word in ("Zyxelgränden", "Qvarnbyholm"):
        found = client.get("/api/v1/insatser", query_string={"q": word}).json
        assert found is not None
        assert found["total"] == 0, "the address is found by trying words"


def test_days_and_numbers_are_written_the_swedish_way(bare_app: Flask, freeze: Callable[[date], None]) -> None:
    freeze(date(2027, 1, 10))
    public_id = made(bare_app, hours_per_week="7.5", place_price=1234567, occasions=[occasion(8)])
    said = text_of(shown(client_of(bare_app), public_id)).replace("\xa0", " ")
    assert "18 januari 2027" in said
    assert "7,5 timmar i veckan" in said
    assert "1 234 567 kr" in said
    assert clock.today() == date(2027, 1, 10)
