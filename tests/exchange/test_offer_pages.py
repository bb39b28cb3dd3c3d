"""Offering places, on the pages: by those who keep an intervention, seen by everybody else."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from insatsbas.catalogue.models import Occasion
from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import Role
from insatsbas.exchange.models import Offer
from insatsbas.organisations.rules import OrganisationKind
from tests.conftest import client_of
from tests.factories import index_all, make_intervention, occasion, organisation
from tests.support.checks import parse, text_of
from tests.support.people import SignedInClient, as_guest, as_role

HUDDINGE, HANINGE, NACKA = "Huddinge kommun", "Haninge kommun", "Nacka kommun"
TYPED = {"platser": "3", "pris": "18 500", "pris_slag": "per-plats", "till": "alla", "villkor": "Faktura i efterhand."}


class Fair:
    """Haninge has a course with four places to spare; its editor, and editors of two others."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), writing() as session:
            starts = [occasion(30, places=6, taken=2), occasion(60)]
            row = make_intervention(session, title="Svetsning", needs=("yrkesutbildning",), owner=HANINGE, occasions=starts)
            organisation(session, NACKA)
            self.public_id, self.start, self.unknown = row.public_id, *(o.id for o in row.occasions)
        index_all(app)
        self.editor = as_role(app, (Role.EDITOR, HANINGE), email="redaktor@haninge.example")
        self.officer = as_role(app, (Role.CASE_OFFICER, HANINGE), email="handlaggare@haninge.example")
        self.huddinge = as_role(app, (Role.EDITOR, HUDDINGE), email="redaktor@huddinge.example")
        self.nacka = as_role(app, (Role.EDITOR, NACKA), email="redaktor@nacka.example")
        self.guest = client_of(app)

    @property
    def page(self) -> str:
        """The address of the intervention."""
        return f"/insatser/{self.public_id}"

    def offer(self, **typed: Any) -> int:
        """Offer places, as the form sends them; what it answered."""
        data: Mapping[str, Any] = {**TYPED, "start": str(self.start), **typed}
        status = self.editor.post(f"{self.page}/erbjud-platser", data=data).status_code
        index_all(self.app)
        return status

    def offers(self) -> list[Offer]:
        """All offers that there are."""
        with self.app.app_context():
            return list(db.session.scalars(select(Offer).order_by(Offer.id)))


@pytest.fixture
def fair(bare_app: Flask) -> Fair:
    """A course to offer places of."""
    return Fair(bare_app)


def texts(*clients: SignedInClient, address: str) -> list[str]:
    """What each reads at an address."""
    return [client.get(address).text for client in clients]


def test_places_are_offered_and_everybody_sees_them(fair: Fair) -> None:
    assert "/erbjud-platser" in fair.editor.get(fair.page).text
    assert "/erbjud-platser" not in fair.officer.get(fair.page).text
    assert "Platser för andra kommuner" not in fair.guest.get(fair.page).text
    assert fair.offer() == 303
    for text in texts(fair.guest, fair.huddinge, fair.editor, address=fair.page):  # type: ignore[arg-type]
        assert "<strong>3 platser kvar</strong>, 18\xa0500 kr per plats (exklusive moms)." in text
    for query, is_found in (("platser_for_andra=ja", True), ("platser_for_andra=nej", True), ("platser_for_andra=ja&status=pausad", False)):
        text = fair.guest.get(f"/sok?{query}").text
        assert ("Platser för andra kommuner: 3" in text) is is_found, query
    (offer,) = fair.offers()
    assert (offer.offered, offer.terms, offer.until, offer.holds_until_answered) == (3, "Faktura i efterhand.", None, False)
    assert "Fråga om platser" in fair.huddinge.get("/erbjudanden").text
    assert "3 av 3 kvar, överenskommet: 0" in fair.editor.get("/erbjudanden").text
    assert "Ändra eller stäng" not in fair.officer.get("/erbjudanden").text


def test_a_named_offer_is_seen_by_those_who_are_named(fair: Fair) -> None:
    assert fair.offer(till="namngivna") == 422
    assert fair.offer(till="namngivna", organisationer=["nacka-kommun"]) == 303
    assert "Svetsning" in fair.nacka.get("/erbjudanden").text
    assert "Till: Nacka kommun." in fair.nacka.get("/erbjudanden").text
    assert "3 platser kvar" in fair.nacka.get(fair.page).text
    for client in (fair.huddinge, fair.guest):
        assert "3 platser kvar" not in client.get(fair.page).text
    assert "Svetsning" not in fair.huddinge.get("/erbjudanden").text
    assert "Platser för andra kommuner: 3" not in fair.guest.get("/sok").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"platser": ""}, "Skriv hur många platser ni erbjuder"),
        ({"platser": "0"}, "som ett tal från 1"),
        ({"platser": "4,5"}, "som ett tal från 1"),
        ({"platser": "5"}, "Starten har 4 platser"),
        ({"platser": "999999999999"}, "som ett tal från 1"),
        ({"pris": ""}, "Skriv priset"),
        ({"pris": "-1"}, "Skriv beloppet i kronor"),
        ({"pris": "NaN"}, "Skriv beloppet i kronor"),
        ({"pris_slag": "enligt-overenskommelse"}, "Skriv priset"),
        ({"till_och_med": "2020-01-01"}, "har redan varit"),
        ({"till_och_med": "i morgon"}, "år-månad-dag"),
        ({"villkor": "Anna 811228-9874"}, "personnummer"),
        ({"villkor": "x" * 2001}, "Skriv kortare"),
        # What was meant for one is not told all by mistake.
        ({"organisationer": "nacka-kommun"}, "Välj ”Bara de som vi väljer”"),
    ],
)
def test_what_is_wrong_is_said_and_kept(fair: Fair, wrong: dict[str, str], said: str) -> None:
    answer = fair.editor.post(f"{fair.page}/erbjud-platser", data={**TYPED, "start": str(fair.start), **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert "Faktura i efterhand." in answer.text or "villkor" in wrong
    assert fair.offers() == []


def test_a_start_of_somebody_else_or_without_places_cannot_be_offered(fair: Fair) -> None:
    with fair.app.app_context(), writing() as session:
        foreign = make_intervention(session, owner=NACKA, occasions=[occasion(30, places=6)]).occasions[0].id
    for start in (fair.unknown, foreign, "x", ""):
        assert fair.offer(start=str(start)) == 422
    assert fair.offers() == []
    for client in (fair.huddinge, fair.officer):
        assert client.get(f"{fair.page}/erbjud-platser").status_code == 403
        assert client.post(f"{fair.page}/erbjud-platser", data={**TYPED, "start": str(fair.start)}).status_code == 403


def test_an_offer_is_changed_closed_and_opened_again(fair: Fair) -> None:
    fair.offer()
    one = f"/erbjudanden/{fair.offers()[0].id}"
    assert 'value="18500"' in fair.editor.get(one).text
    assert fair.editor.post(one, data={**TYPED, "platser": "2", "pris": "", "pris_slag": "enligt-overenskommelse"}).status_code == 303
    assert "2 av 2 kvar, överenskommet: 0, pris enligt överenskommelse" in fair.editor.get(one).text
    assert fair.editor.post(f"{one}/stang").status_code == 303
    assert fair.editor.post(f"{one}/stang").status_code == 409
    closed = fair.editor.get(one).text
    assert "Stängt" in closed
    assert "Öppna erbjudandet igen" in closed
    assert fair.editor.post(one, data={**TYPED}).status_code == 409
    assert fair.editor.post(f"{one}/oppna", data={"platser": "5"}).status_code == 409
    assert fair.editor.post(f"{one}/oppna", data={"platser": "många"}).status_code == 422
    assert fair.editor.post(f"{one}/oppna", data={"platser": "4"}).status_code == 303
    assert "4 av 4 kvar" in fair.editor.get(one).text
    with fair.app.app_context():
        row = db.session.get_one(Occasion, fair.start)
        assert (row.offered, row.for_others) == (4, 4)


def test_another_organisations_offer_is_not_there_to_change(fair: Fair) -> None:
    fair.offer()
    one = f"/erbjudanden/{fair.offers()[0].id}"
    assert fair.huddinge.get(one).status_code == 404
    for address in (one, f"{one}/stang", f"{one}/oppna"):
        assert fair.huddinge.post(address, data={**TYPED}).status_code == 404
    assert fair.officer.get(one).status_code == 403
    assert fair.offers()[0].offered == 3


def test_the_panel_says_nothing_where_nothing_can_be_offered(fair: Fair) -> None:
    with fair.app.app_context(), writing() as session:
        row = make_intervention(session, title="Utan platser", owner=HANINGE, occasions=[occasion(30)])
        course = make_intervention(session, title="Komvux", needs=("komvux",), owner=HANINGE, occasions=[occasion(30, places=4)])
        ids = (row.public_id, course.public_id)
    for public_id in ids:
        assert "erbjud-platser" not in fair.editor.get(f"/insatser/{public_id}").text
    assert "Sök via hemkommunens vuxenutbildning" in fair.editor.get(f"/insatser/{ids[1]}/erbjud-platser").text


def buttons(client: SignedInClient, address: str) -> list[str]:
    """What one can do about an intervention's places, as its page has it."""
    section = parse(client.get(address).text).find(".//section[@aria-labelledby='for-andra']")
    return [] if section is None else [text_of(link) for link in section.iter("a") if "govuk-button" in link.get("class", "")]


def test_what_one_can_do_stands_by_the_way_in(fair: Fair) -> None:
    assert buttons(fair.huddinge, fair.page) == ["Fråga om platser", "Föreslå ett byte"]
    assert "Inga platser erbjuds just nu. Ni kan fråga ändå, eller föreslå ett byte." in text_of(parse(fair.huddinge.get(fair.page).text))
    assert buttons(fair.editor, fair.page) == ["Erbjud platser", "Registrera en överenskommelse"]
    assert buttons(fair.officer, fair.page) == ["Registrera en överenskommelse"]
    coordinator = as_role(fair.app, Role.COORDINATOR, email="samordnare@exempel.example")
    assert buttons(coordinator, fair.page) == ["Erbjud platser"]
    fair.offer()
    assert buttons(as_guest(fair.app), fair.page) == []
    assert "Platser för andra kommuner" in fair.guest.get(fair.page).text
    number = fair.offers()[0].id
    assert f"/erbjudanden/{number}" in fair.editor.get(fair.page).text
    assert f"/erbjudanden/{number}" not in fair.huddinge.get(fair.page).text


@pytest.mark.parametrize(
    ("owner", "kind", "needs", "said"),
    [
        (HANINGE, "kommun", ("komvux",), "Sök via hemkommunens vuxenutbildning."),
        ("Arbetsförmedlingen", "myndighet", ("matchning",), "Myndigheten beslutar själv om platserna."),
        (
            "Föreningen Bron",
            "forening",
            ("samtal",),
            "Platser hos föreningar, trossamfund, folkhögskolor och företag köps genom upphandling",
        ),
    ],
)
def test_where_the_rules_say_no_they_say_so_on_the_page(fair: Fair, owner: str, kind: str, needs: tuple[str, ...], said: str) -> None:
    with fair.app.app_context(), writing() as session:
        row = make_intervention(session, title="En annan väg", owner=owner, needs=needs, occasions=[occasion(30, places=4)])
        row.owner.kind = OrganisationKind(kind)
        page = f"/insatser/{row.public_id}"
    assert said in text_of(parse(fair.huddinge.get(page).text))
    assert buttons(fair.huddinge, page) == []
    assert said not in fair.guest.get(page).text


def test_only_those_with_whom_there_is_a_ground_can_be_named(fair: Fair) -> None:
    with fair.app.app_context(), writing() as session:
        organisation(session, "Föreningen Bron").kind = OrganisationKind.ASSOCIATION
    text = fair.editor.get(f"{fair.page}/erbjud-platser").text
    assert 'value="nacka-kommun"' in text
    assert 'value="foreningen-bron"' not in text
    assert fair.offer(till="namngivna", organisationer=["foreningen-bron"]) == 422


def test_the_coordinator_sees_all_that_is_offered_and_offers_for_others(fair: Fair) -> None:
    coordinator = as_role(fair.app, Role.COORDINATOR, email="samordnare@exempel.example")
    data = {**TYPED, "start": str(fair.start), "till": "namngivna", "organisationer": ["nacka-kommun"]}
    answer = coordinator.post(f"{fair.page}/erbjud-platser", data=data)
    assert answer.status_code == 303
    assert coordinator.get(answer.location).status_code == 200
    text = text_of(parse(coordinator.get("/erbjudanden").text))
    assert "Haninge kommun. Öppet. Start" in text
    assert "Från oss" not in text


def test_the_list_leads_to_a_question_about_just_that_offer(fair: Fair) -> None:
    fair.offer()
    number = fair.offers()[0].id
    links = [a.get("href", "") for a in parse(fair.huddinge.get("/erbjudanden").text).iter("a")]
    (link,) = [href for href in links if "fraga-om-platser" in href]
    chosen = [option.get("value") for option in parse(fair.huddinge.get(link).text).iter("option") if option.get("selected") is not None]
    assert f"erbjudande-{number}" in chosen
    association = as_role(fair.app, (Role.EDITOR, "Föreningen Bron"), email="bron@exempel.example")
    with fair.app.app_context(), writing() as session:
        organisation(session, "Föreningen Bron").kind = OrganisationKind.ASSOCIATION
    text = association.get("/erbjudanden").text
    assert "Svetsning" in text
    assert "fraga-om-platser" not in text


def test_an_own_offer_that_nobody_can_ask_about_says_why(fair: Fair, freeze: Callable[[date], None]) -> None:
    today = clock.today()
    fair.offer(till_och_med=(today + timedelta(days=2)).isoformat())
    freeze(today + timedelta(days=3))
    again = as_role(fair.app, (Role.EDITOR, HANINGE), email="senare@haninge.example")
    assert "Tiden har gått ut." in text_of(parse(again.get("/erbjudanden").text))
    freeze(today + timedelta(days=40))
    again = as_role(fair.app, (Role.EDITOR, HANINGE), email="annu.senare@haninge.example")
    with fair.app.app_context(), writing() as session:
        session.scalars(select(Offer)).one().until = None
    assert "Anmälan stängd." in text_of(parse(again.get("/erbjudanden").text))
