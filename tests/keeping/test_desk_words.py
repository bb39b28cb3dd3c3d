"""The co-ordinator's pages of the words that search is made of: seen before saved, in effect at once, undone when wanted."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError
from insatsbas.core.versions import WORDS, versions
from insatsbas.core.viewer import GUEST, SYSTEM, Role
from insatsbas.search import counted_actions, indexing, wordlist_preview
from insatsbas.search.counted import Tally
from insatsbas.search.engine import ACTIVE_ONLY, Filters, Question
from insatsbas.search.service import coming_search, current_search
from insatsbas.search.wordlist_models import WordLine
from insatsbas.search.wordlist_preview import preview
from insatsbas.search.wordlist_rules import Change
from insatsbas.search.wordlists import ListKind
from tests.support.people import SignedInClient, as_role

NEW = "/samordna/ord/synonymer/ny"


@pytest.fixture
def desk(app: Flask) -> SignedInClient:
    """A co-ordinator who has signed in."""
    return as_role(app, Role.COORDINATOR, email="samordnare@exempel.example")


def found(client: SignedInClient, text: str) -> int:
    """How many active interventions have these words, as they are typed."""
    with client.application.test_request_context("/"):
        search = current_search()
        return search.engine.find(Question(search.planner.plan(text), Filters(values=ACTIVE_ONLY), clock.today())).total


def line(app: Flask, text: str) -> WordLine:
    with app.app_context():
        return db.session.scalars(select(WordLine).where(WordLine.line == text)).one()


def number(app: Flask) -> int:
    with app.app_context():
        told = versions(db.session)[WORDS]
        db.session.rollback()
        return told


def test_a_synonym_is_seen_saved_searched_by_taken_away_and_put_back(desk: SignedInClient) -> None:
    app, text = desk.application, "xyzlotsning -> yrkessvenska"
    assert found(desk, "xyzlotsning") == 0
    before = number(app)
    seen = desk.post(NEW, data={"rad": text, "anteckning": "Sägs i Tyresö", "gor": "visa"})
    assert seen.status_code == 200
    assert "Vad som händer" in seen.text
    assert "Kommer:" in seen.text
    assert found(desk, "xyzlotsning") == 0, "to look changes nothing"
    assert number(app) == before

    assert desk.post(NEW, data={"rad": text, "anteckning": "Sägs i Tyresö", "gor": "spara"}).status_code == 303
    assert "Raden är sparad. Det gäller i sökningen nu." in desk.get("/samordna/ord").text
    assert found(desk, "xyzlotsning") > 0
    page = desk.get("/samordna/ord?q=xyzlotsning").text
    assert "1 rad med" in page
    assert "Sägs i Tyresö" in page
    assert "Egen" in page

    address = f"/samordna/ord/synonymer/{line(app, text).id}"
    assert "Försvinner:" in desk.get(f"{address}/galler").text
    assert desk.post(f"{address}/galler", data={"galler": "nej"}).status_code == 303
    assert found(desk, "xyzlotsning") == 0
    page = desk.get("/samordna/ord?q=xyzlotsning").text
    assert "Borttagna rader" in page
    assert "Raden är borttagen och gäller inte." in desk.get(address).text
    assert "Kommer:" in desk.get(f"{address}/galler").text
    assert desk.post(f"{address}/galler", data={"galler": "ja"}).status_code == 303
    assert found(desk, "xyzlotsning") > 0
    told = desk.get("/samordna/handelser").text
    for sentence in ("lade till en rad bland orden", "tog bort en rad bland orden", "återställde en rad bland orden"):
        assert sentence in told


def test_a_line_is_changed(desk: SignedInClient) -> None:
    app = desk.application
    with app.app_context():
        row = db.session.scalars(select(WordLine).where(WordLine.kind == ListKind.SYNONYMS)).first()
        assert row is not None
        address, text = f"/samordna/ord/synonymer/{row.id}", row.line
    assert text.replace(">", "&gt;") in desk.get(address).text
    changed = f"{text.split('->', maxsplit=1)[0].split('=')[0].strip()} -> xyz"
    assert desk.post(address, data={"rad": changed, "gor": "spara"}).status_code == 303
    page = desk.get(address).text
    assert "Så här följde raden med programmet:" in page
    assert "Ändrad" in desk.get("/samordna/ord?q=xyz").text
    assert "→" in desk.get("/samordna/handelser").text


@pytest.mark.parametrize("doing", ["visa", "spara"])
@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("synonymer", "ensam", "Skriv a = b eller a -&gt; b."),
        ("synonymer", "", "Skriv en rad"),
        ("synonymer", "x" * 501, "Högst 500 tecken"),
        ("synonymer", "900101-0017 = anna", "Det ser ut som ett personnummer"),
        ("delar", "två ord", "Skriv del eller del: form form."),
        ("undantag", "insatser: insats", "står redan under"),
        ("stoppord", "och/eller", "Skriv ord med mellanslag mellan."),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_is_kept(desk: SignedInClient, name: str, text: str, why: str, doing: str) -> None:
    before = number(desk.application)
    answer = desk.post(f"/samordna/ord/{name}/ny", data={"rad": text, "anteckning": "Därför", "gor": doing})
    assert answer.status_code == 422
    assert why in answer.text
    assert 'value="Därför"' in answer.text
    assert number(desk.application) == before


def test_what_shapes_the_index_is_seen_before_and_is_in_effect_when_it_has_been_made_anew(desk: SignedInClient) -> None:
    app = desk.application
    whole = found(desk, "torsdag")
    seen = desk.post("/samordna/ord/undantag/ny", data={"rad": "xyztors: torsdag", "gor": "visa"})
    assert seen.status_code == 200
    with app.app_context():
        told = preview(SYSTEM, db.session, Change(ListKind.EXCEPTIONS, None, "xyztors: torsdag"), clock.today())
    effects = {effect.text: (effect.before, effect.after) for effect in told.effects}
    assert effects["xyztors"][0] == 0 < effects["xyztors"][1]
    assert desk.post("/samordna/ord/undantag/ny", data={"rad": "xyztors: torsdag", "gor": "spara"}).status_code == 303
    assert "Sökindexet byggs om" in desk.get("/samordna/ord?visa=undantag").text
    assert (found(desk, "torsdag"), found(desk, "xyztors")) == (whole, 0)
    with app.app_context():
        indexing.drain(coming_search())
    assert found(desk, "xyztors") == effects["xyztors"][1], "what was told came true"


def test_a_line_that_hinders_putting_back_is_told_of(desk: SignedInClient) -> None:
    app = desk.application
    desk.post("/samordna/ord/undantag/ny", data={"rad": "xyza: xyzb", "gor": "spara"})
    address = f"/samordna/ord/undantag/{line(app, 'xyza: xyzb').id}/galler"
    desk.post(address, data={"galler": "nej"})
    desk.post("/samordna/ord/undantag/ny", data={"rad": "xyzb: xyzc", "gor": "spara"})
    answer = desk.post(address, data={"galler": "ja"})
    assert answer.status_code == 422
    assert "xyzb står redan under xyza." in answer.text or "xyzb står redan under xyzb." in answer.text


def test_a_catalogue_that_is_large_is_told_so(desk: SignedInClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wordlist_preview, "LARGEST", 10)
    answer = desk.post("/samordna/ord/delar/ny", data={"rad": "xyzdel", "gor": "visa"})
    assert answer.status_code == 200
    assert "går det inte att visa i förväg" in answer.text
    assert "Sökningar som ändras" in desk.post(NEW, data={"rad": "xyz -> svenska", "gor": "visa"}).text


def test_the_preview_tries_what_people_ask(app: Flask) -> None:
    today = clock.today()
    with app.app_context():
        with writing() as session:
            counted_actions.add(session, [Tally(today, "xyzfråga", 4, 4), Tally(today, "svenska", 5, 0), Tally(today, "sällan", 2, 0)])
        told = preview(SYSTEM, db.session, Change(ListKind.SYNONYMS, None, "xyzfråga -> svenska"), today)
        assert told.is_counted
        assert [effect.text for effect in told.effects] == ["xyzfråga", "svenska"]
        (changed,) = told.changed
        assert (changed.text, changed.before) == ("xyzfråga", 0)
        assert changed.after > 0
        assert len(changed.come) == 5
        assert changed.gone == ()
        assert [effect.text for effect in told.same] == ["svenska"]


def test_a_list_that_there_is_not_is_not_found(desk: SignedInClient) -> None:
    for address in ("/samordna/ord?visa=annat", "/samordna/ord/annat/ny", "/samordna/ord/delar/1", "/samordna/ord/synonymer/999999/galler"):
        assert desk.get(address).status_code == 404


def test_many_lines_are_shown_some_at_a_time(desk: SignedInClient) -> None:
    first, last = desk.get("/samordna/ord").text, desk.get("/samordna/ord?sida=9999").text
    assert "Följande rader" in first
    assert "Föregående rader" not in first
    assert "Föregående rader" in last
    assert "Följande rader" not in last
    assert desk.get("/samordna/ord?sida=noll&q=%00%1b%").status_code == 200
    assert desk.get(f"{NEW}?rad=%00%1b%ef%bf%bf{'x' * 3000}").status_code == 200


# What was searched for


def test_what_was_searched_for_leads_to_a_synonym(desk: SignedInClient) -> None:
    today = clock.today()
    with desk.application.app_context(), writing() as session:
        told = [
            Tally(today, "xyzfråga", 3, 3),
            Tally(today - timedelta(days=20), "svenska", 9, 0),
            Tally(today - timedelta(days=70), "gammal fråga", 8, 8),
            Tally(today, "anna andersson", 2, 2),
        ]
        counted_actions.add(session, told)
    page = desk.get("/samordna/sokt").text
    assert "xyzfråga" in page
    assert "svenska" in page
    assert "gammal fråga" not in page
    assert "anna andersson" not in page
    assert "gammal fråga" in desk.get("/samordna/sokt?visa=365").text
    assert 'value="xyzfråga -&gt;"' in desk.get(NEW, query_string={"rad": "xyzfråga -> "}).text
    assert f"{NEW}?rad=xyzfr%C3%A5ga" in page


def test_where_nobody_has_asked_needs_stand_for_it(app: Flask) -> None:
    with app.app_context():
        told = preview(SYSTEM, db.session, Change(ListKind.SYNONYMS, None, "xyza = xyzb"), clock.today())
        assert not told.is_counted
        assert [effect.text for effect in told.effects][:2] == ["xyza", "xyzb"]
        assert len(told.effects) > 5
        with pytest.raises(ForbiddenError):
            preview(GUEST, db.session, Change(ListKind.SYNONYMS, None, "xyza = xyzb"), clock.today())
