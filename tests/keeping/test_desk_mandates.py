"""Who may bind an organisation, up to how much and by which delegation: set by the co-ordinator, and by nobody else."""

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from insatsbas.accounts import actions, queries
from insatsbas.accounts.models import Membership, Person
from insatsbas.accounts.rules import PREPARERS, Mandate, decides
from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError, RefusedError
from insatsbas.core.events import Event
from insatsbas.core.viewer import SYSTEM, Grant, Role
from tests.factories import organisation
from tests.support.people import SignedInClient, as_role, make_person

PEOPLE, NACKA = "/samordna/personer", "/samordna/organisationer/nacka-kommun"
ROWS = {"roll": ["beslutsfattare", ""], "organisation": ["nacka-kommun", ""]}
ORGANISATION = {"namn": "Nacka kommun", "typ": "kommun", "kommun": "0182", "nummer": "", "brevlada": ""}


@pytest.fixture
def desk(bare_app: Flask) -> SignedInClient:
    """A co-ordinator who has signed in."""
    return as_role(bare_app, Role.COORDINATOR, email="samordnare@exempel.example")


def number_of(app: Flask, *roles: tuple[Role, str]) -> int:
    """Somebody with roles."""
    with app.app_context(), writing() as session:
        return make_person(session, "bo@nacka.example", *roles).id


def mandates(app: Flask, number: int) -> dict[str, tuple[Decimal | None, str]]:
    """For each role that somebody holds what it lets them decide on."""
    with app.app_context():
        rows = db.session.scalars(select(Membership).where(Membership.person_id == number))
        return {
            f"{row.role.value} {row.organisation.slug if row.organisation else ''}": (row.decides_up_to, row.delegation) for row in rows
        }


def events(app: Flask, kind: str) -> list[str]:
    """What is told of what has happened."""
    with app.app_context():
        return list(db.session.scalars(select(Event.text).where(Event.kind == kind).order_by(Event.id)))


def test_amount_and_delegation_are_set_kept_and_noted(desk: SignedInClient) -> None:
    app = desk.application
    number = number_of(app, (Role.DECISION_MAKER, "Nacka kommun"))
    page = desk.get(f"{PEOPLE}/{number}").text
    assert "Lämna tomt om beslutsfattaren får besluta om vilket belopp som helst." in page
    typed = {"rad1-belopp": "50 000 kr", "rad1-delegation": " Delegationsordningen punkt 4.2 "}
    assert desk.post(f"{PEOPLE}/{number}", data={**ROWS, **typed}).status_code == 303
    assert mandates(app, number) == {"beslutsfattare nacka-kommun": (50_000, "Delegationsordningen punkt 4.2")}
    page = desk.get(f"{PEOPLE}/{number}").text
    assert 'value="50\xa0000"' in page
    assert 'value="Delegationsordningen punkt 4.2"' in page
    assert "upp till 50\xa0000 kr" in desk.get(PEOPLE).text
    assert events(app, "person.roller") == ["Beslutsfattare (Nacka kommun; upp till 50\xa0000 kr; Delegationsordningen punkt 4.2)"]
    # The same again changes nothing; empty is without limit.
    assert desk.post(f"{PEOPLE}/{number}", data={**ROWS, **typed}).status_code == 303
    assert len(events(app, "person.roller")) == 1
    assert desk.post(f"{PEOPLE}/{number}", data={**ROWS, "rad1-belopp": "", "rad1-delegation": ""}).status_code == 303
    assert mandates(app, number) == {"beslutsfattare nacka-kommun": (None, "")}
    assert events(app, "person.roller")[1:] == ["Beslutsfattare (Nacka kommun)"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rad1-belopp": "mycket"}, "Skriv beloppet i kronor"),
        ({"rad1-belopp": "-1"}, "Skriv beloppet i kronor"),
        ({"rad1-belopp": "NaN"}, "Skriv beloppet i kronor"),
        ({"rad1-belopp": "1e5"}, "Skriv beloppet i kronor"),
        ({"rad1-belopp": "1 000 000 001"}, "Skriv beloppet i kronor"),
        ({"rad1-delegation": "x" * 101}, "Högst 100 tecken"),
        ({"rad1-delegation": "Anna 811228-9874"}, "personnummer"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_kept(desk: SignedInClient, wrong: dict[str, str], said: str) -> None:
    number = number_of(desk.application, (Role.DECISION_MAKER, "Nacka kommun"))
    typed = {**ROWS, "rad1-belopp": "7", "rad1-delegation": "Punkt 9", **wrong}
    invitation = {"epost": "ny@nacka.example", "namn": "Nova"}
    for address, more in ((f"{PEOPLE}/{number}", {}), (f"{PEOPLE}/bjud-in", invitation)):
        answer = desk.post(address, data={**more, **typed})
        assert answer.status_code == 422
        assert said in answer.text
        assert f'href="#{next(iter(wrong))}"' in answer.text
        assert f'value="{next(iter(wrong.values()))}"' in answer.text
        assert 'value="beslutsfattare" selected' in answer.text
    assert mandates(desk.application, number) == {"beslutsfattare nacka-kommun": (None, "")}
    with desk.application.app_context():
        assert queries.by_email(db.session, "ny@nacka.example") is None


def test_a_row_emptied_before_another_takes_nothing_from_it(desk: SignedInClient) -> None:
    number = number_of(desk.application, (Role.EDITOR, "Huddinge kommun"), (Role.DECISION_MAKER, "Nacka kommun"))
    rows: dict[str, Any] = {"roll": ["", "beslutsfattare", "handlaggare"], "organisation": ["", "nacka-kommun", ""]}
    typed = {"rad1-belopp": "1", "rad2-belopp": "200", "rad2-delegation": "Punkt 2", "rad3-belopp": "3"}
    answer = desk.post(f"{PEOPLE}/{number}", data={**rows, **typed})
    assert answer.status_code == 422
    assert 'name="rad2-belopp" type="text" value="200"' in " ".join(answer.text.split())
    rows["organisation"][2] = "huddinge-kommun"
    assert desk.post(f"{PEOPLE}/{number}", data={**rows, **typed}).status_code == 303
    assert mandates(desk.application, number) == {
        "beslutsfattare nacka-kommun": (200, "Punkt 2"),
        # Of a role that decides nothing the amount is not read.
        "handlaggare huddinge-kommun": (None, ""),
    }


def test_a_decision_maker_is_invited_with_an_amount(desk: SignedInClient) -> None:
    typed = {"epost": "ny@nacka.example", "namn": "Nova", **ROWS, "rad1-belopp": "25000", "rad1-delegation": "Punkt 4.2"}
    assert desk.post(f"{PEOPLE}/bjud-in", data=typed).status_code == 303
    with desk.application.app_context():
        number = db.session.scalars(select(Person.id).where(Person.email == "ny@nacka.example")).one()
    assert mandates(desk.application, number) == {"beslutsfattare nacka-kommun": (25_000, "Punkt 4.2")}


def test_what_is_not_told_of_stays(bare_app: Flask) -> None:
    """Where roles are changed without a form, as when an organisation leaves, nobody comes to decide on more."""
    number = number_of(bare_app, (Role.DECISION_MAKER, "Nacka kommun"), (Role.EDITOR, "Huddinge kommun"))
    with bare_app.app_context(), writing() as session:
        person = queries.by_id(session, number)
        nacka = organisation(session, "Nacka kommun").id
        grants = {Grant(m.role, m.organisation_id) for m in person.memberships}
        actions.change_grants(SYSTEM, session, person, grants, {nacka: Mandate(Decimal(100), "Punkt 1")})
        actions.change_grants(SYSTEM, session, person, {Grant(Role.DECISION_MAKER, nacka)})
    assert mandates(bare_app, number) == {"beslutsfattare nacka-kommun": (100, "Punkt 1")}


# Both roles


@pytest.mark.parametrize("role", sorted(PREPARERS))
def test_nobody_comes_to_both_prepare_and_decide_unless_it_is_allowed(desk: SignedInClient, role: Role) -> None:
    app = desk.application
    number = number_of(app, (role, "Nacka kommun"))
    both = {"roll": [role.value, "beslutsfattare"], "organisation": ["nacka-kommun", "nacka-kommun"], "rad2-belopp": "900"}
    invitation = {"epost": "ny@nacka.example", "namn": "Nova"}
    for address, more in ((f"{PEOPLE}/{number}", {}), (f"{PEOPLE}/bjud-in", invitation)):
        answer = desk.post(address, data={**more, **both})
        assert answer.status_code == 422
        assert "I Nacka kommun får samma person inte både förbereda och besluta." in answer.text
        assert 'value="900"' in answer.text
    elsewhere = {**both, "organisation": ["nacka-kommun", "huddinge-kommun"]}
    assert desk.post(f"{PEOPLE}/{number}", data=elsewhere).status_code == 303, "in two organisations one may"
    page = desk.get(NACKA).text
    assert "Samma person får både förbereda och besluta" in page
    assert desk.post(NACKA, data={**ORGANISATION, "bada": "ja"}).status_code == 303
    assert desk.post(f"{PEOPLE}/{number}", data=both).status_code == 303
    assert mandates(app, number) == {f"{role.value} nacka-kommun": (None, ""), "beslutsfattare nacka-kommun": (900, "")}
    assert events(app, "organisation.bada") == ["Ja"]


def test_where_it_is_no_longer_allowed_it_is_told_who_does_not_decide(desk: SignedInClient) -> None:
    app = desk.application
    number = number_of(app, (Role.EDITOR, "Nacka kommun"), (Role.DECISION_MAKER, "Nacka kommun"))
    assert "kan inte besluta" not in desk.get(NACKA).text
    assert 'name="bada" type="checkbox" value="ja" checked' in " ".join(desk.get(NACKA).text.split())
    assert desk.post(NACKA, data=ORGANISATION).status_code == 303
    assert events(app, "organisation.bada") == ["Nej"]
    page = desk.get(NACKA).text
    assert "kan inte besluta, eftersom de också förbereder: Bo." in page
    # What somebody holds already does not keep another role of theirs from being changed.
    rows = {"roll": ["beslutsfattare", "redaktor", "handlaggare"], "organisation": ["nacka-kommun", "nacka-kommun", "huddinge-kommun"]}
    assert desk.post(f"{PEOPLE}/{number}", data=rows).status_code == 303
    assert len(mandates(app, number)) == 3


def test_only_the_coordinator_says_who_may(bare_app: Flask) -> None:
    with bare_app.app_context(), writing() as session:
        person = make_person(session, "bo@nacka.example", (Role.DECISION_MAKER, "Nacka kommun"))
        session.flush()
        grants = {Grant(m.role, m.organisation_id) for m in person.memberships}
        with pytest.raises(ForbiddenError):
            actions.change_grants(person.as_viewer(), session, person, grants, {})
        both = [Grant(role, organisation(session, "Nacka kommun").id) for role in (Role.EDITOR, Role.DECISION_MAKER)]
        with pytest.raises(RefusedError, match="både förbereda och besluta"):
            actions.add_person(SYSTEM, session, email="ny@nacka.example", name="", grants=both)


def test_who_decides() -> None:
    for allowed in (True, False):
        assert decides({Role.DECISION_MAKER}, one_may_do_both=allowed)
        assert decides({Role.DECISION_MAKER, Role.EDITOR}, one_may_do_both=allowed) is allowed
        assert decides({Role.DECISION_MAKER, Role.CASE_OFFICER}, one_may_do_both=allowed) is allowed
        assert not decides({Role.EDITOR, Role.CASE_OFFICER}, one_may_do_both=allowed)
        assert not decides((), one_may_do_both=allowed)
