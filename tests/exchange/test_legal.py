"""What may be traded on which ground: as it stands from the beginning, and as the co-ordinator sets it."""

from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from insatsbas.core import settings_store
from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError
from insatsbas.core.events import Event
from insatsbas.core.viewer import Role
from insatsbas.exchange import legal, legal_actions, legal_queries
from insatsbas.exchange.desk_forms import rules_form
from insatsbas.exchange.legal import DEFAULT, NO_OPINION, Instead, Rules, may_offer, ruling
from insatsbas.exchange.terms import LegalBasis
from insatsbas.organisations.rules import OrganisationKind
from tests.factories import make_intervention, occasion
from tests.support.people import as_role, make_person

PAGE = "/samordna/utbyten"
KOMMUN, REGION, AF = OrganisationKind.MUNICIPALITY, OrganisationKind.REGION, OrganisationKind.AUTHORITY
TRADERS = {
    *(KOMMUN, REGION, OrganisationKind.PROJECT),
    *(OrganisationKind.MUNICIPAL_FEDERATION, OrganisationKind.COORDINATION_FEDERATION),
}


@pytest.mark.parametrize(("asker", "owner"), list(product(OrganisationKind, repeat=2)))
def test_who_may_ask_whom(asker: OrganisationKind, owner: OrganisationKind) -> None:
    found = ruling(asker, owner, via_adult_education=False)
    assert found.is_allowed is ({asker, owner} <= TRADERS)
    assert (LegalBasis.COOPERATION in found.bases) is ({asker, owner} <= {KOMMUN, REGION})
    assert bool(found.why_not) is not found.is_allowed
    assert not ruling(asker, owner, via_adult_education=True).is_allowed


@pytest.mark.parametrize(
    ("owner", "instead"),
    [
        (AF, Instead.AUTHORITY),
        (OrganisationKind.COMPANY, Instead.BOUGHT_OUTSIDE),
        (OrganisationKind.FOLK_HIGH_SCHOOL, Instead.BOUGHT_OUTSIDE),
        (OrganisationKind.UNKNOWN, Instead.OTHERS),
    ],
)
def test_what_is_said_where_there_is_no_ground(owner: OrganisationKind, instead: Instead) -> None:
    assert ruling(KOMMUN, owner, via_adult_education=False).why_not == instead.default
    assert ruling(KOMMUN, owner, via_adult_education=True).why_not == Instead.ADULT_EDUCATION.default
    assert may_offer(owner, via_adult_education=False).why_not == instead.default
    changed = Rules(DEFAULT.between, {instead: "Ring oss."})
    assert ruling(KOMMUN, owner, via_adult_education=False, rules=changed).why_not == "Ring oss."


def test_the_authority_neither_buys_nor_sells() -> None:
    for other in OrganisationKind:
        assert not ruling(AF, other, via_adult_education=False).is_allowed
        assert not ruling(other, AF, via_adult_education=False).is_allowed


def test_the_rules_are_what_was_written_and_odd_text_is_the_default() -> None:
    changed = Rules(
        {**DEFAULT.between, LegalBasis.LAW: frozenset({AF, KOMMUN}), LegalBasis.OTHER: frozenset()}, {Instead.AUTHORITY: "Ring AF."}
    )
    assert legal.read(legal.as_text(changed)) == changed
    for odd in (
        "",
        "{",
        "[]",
        "null",
        "7",
        '{"grunder": 7, "texter": []}',
        '{"grunder": {"finns-inte": ["kommun"]}, "texter": {"x": "y"}}',
    ):
        assert legal.read(odd) == DEFAULT, odd
    # A kind that is no longer known, or was masked, is no kind; nothing else is lost.
    told = legal.read('{"grunder": {"avtalssamverkan": ["kommun", "[maskerat]"], "upphandling": null}, "texter": {"andra": 5}}')
    assert told.between[LegalBasis.COOPERATION] == {KOMMUN}
    assert told.between[LegalBasis.PROCUREMENT] == frozenset()
    assert told.said(Instead.OTHERS) == Instead.OTHERS.default


def test_they_are_kept_and_noted(both_databases: Flask) -> None:
    changed = Rules({**DEFAULT.between, LegalBasis.LAW: frozenset({KOMMUN})}, {})
    with writing() as session:
        coordinator = make_person(session, "samordnare@exempel.example", Role.COORDINATOR).as_viewer()
        editor = make_person(session, "redaktor@exempel.example", (Role.EDITOR, "Huddinge kommun")).as_viewer()
        with pytest.raises(ForbiddenError):
            legal_actions.save(editor, session, changed)
        legal_actions.save(coordinator, session, changed)
        legal_actions.save(coordinator, session, changed)
    assert legal_queries.rules(db.session) == changed
    events = db.session.scalars(select(Event.subject).where(Event.kind == "installning.andrad")).all()
    assert events == ["installning:utbyten.regler"]


def test_what_was_changed_is_noted_in_words(both_databases: Flask) -> None:
    law = (DEFAULT.between[LegalBasis.LAW] - {OrganisationKind.PROJECT}) | {AF}
    with writing() as session:
        coordinator = make_person(session, "samordnare@exempel.example", Role.COORDINATOR).as_viewer()
        changed = Rules({**DEFAULT.between, LegalBasis.LAW: law}, {Instead.AUTHORITY: "Ring AF Söder."})
        told = legal_actions.save(coordinator, session, changed)
        assert told == [
            "Enligt lag går nu att använda för: myndighet.",
            "Enligt lag går inte längre att använda för: projekt.",
            "När en myndighet anordnar insatsen står det nu: Ring AF Söder.",
        ]
        assert legal_actions.save(coordinator, session, changed) == []
        legal_actions.save(coordinator, session, DEFAULT)
    noted = db.session.scalars(select(Event.text).where(Event.kind == "installning.andrad").order_by(Event.id)).all()
    assert noted[0] == " ".join(told)
    assert "Myndigheten beslutar själv om platserna." in noted[1]
    assert not any("{" in text for text in noted)


def sent(app: Flask, **changed: object) -> MultiDict[str, str]:
    """The form as the page has it, with some of it changed."""
    with app.test_request_context():
        form = rules_form(None, legal_queries.rules(db.session))
        told: MultiDict[str, str] = MultiDict()
        for field in form:
            for value in field.data if isinstance(field.data, list) else [field.data]:
                told.add(field.name, value)
    for name, value in changed.items():
        told.setlist(name, value if isinstance(value, list) else [value])
    return told


def test_the_coordinator_sets_them_on_a_page(bare_app: Flask) -> None:
    client = as_role(bare_app, Role.COORDINATOR, email="samordnare@exempel.example")
    assert "Regler för utbyten" in client.get("/samordna").text
    text = client.get(PAGE).text
    assert NO_OPINION in text
    assert "Avtalssamverkan (kommunallagen 9 kap. 37 §)" in text
    with bare_app.app_context(), writing() as session:
        row = make_intervention(session, title="Etablering", owner="Arbetsförmedlingen", occasions=[occasion(30, places=5, taken=0)])
        row.owner.kind = AF
        public_id = row.public_id
    editor = as_role(bare_app, (Role.EDITOR, "Huddinge kommun"), email="redaktor@exempel.example")
    ask = f"/insatser/{public_id}/fraga-om-platser"
    assert Instead.AUTHORITY.default in editor.get(ask).text
    typed = sent(bare_app, text_myndighet="Ring AF Söder.")
    assert client.post(PAGE, data=typed.to_dict(flat=False)).status_code == 303
    assert "Ring AF Söder." in editor.get(ask).text
    assert "Ring AF Söder." in editor.get(f"/insatser/{public_id}").text
    page = client.get(PAGE).text
    assert "Reglerna är sparade. När en myndighet anordnar insatsen står det nu: Ring AF Söder." in page
    assert client.post(PAGE, data=sent(bare_app).to_dict(flat=False)).status_code == 303
    assert "Inget är ändrat." in client.get(PAGE).text
    typed = sent(bare_app, grund_enligt_lag=["kommun", "myndighet"])
    assert client.post(PAGE, data=typed.to_dict(flat=False)).status_code == 303
    text = editor.get(ask).text
    assert "Enligt lag" in text
    assert "Upphandling" not in text


def test_what_is_left_as_it_is_follows_the_default(bare_app: Flask) -> None:
    client = as_role(bare_app, Role.COORDINATOR, email="samordnare@exempel.example")
    assert client.post(PAGE, data=sent(bare_app).to_dict(flat=False)).status_code == 303
    with bare_app.app_context():
        assert settings_store.read(db.session, legal_queries.SETTING, "") == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text_andra": ""}, "Skriv vad som ska stå."),
        ({"text_andra": "x" * 401}, "Skriv kortare"),
        ({"grund_annat": ["kommun", "finns-inte"]}, ""),
        ({"text_andra": "Ring Anna, 811228-9874."}, "personnummer"),
    ],
)
def test_what_is_wrong_is_said(bare_app: Flask, wrong: dict[str, object], said: str) -> None:
    client = as_role(bare_app, Role.COORDINATOR, email="samordnare@exempel.example")
    answer = client.post(PAGE, data=sent(bare_app, **wrong).to_dict(flat=False))
    assert answer.status_code == 422
    assert said in answer.text
    with bare_app.app_context():
        assert legal_queries.rules(db.session) == DEFAULT
