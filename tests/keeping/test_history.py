"""The versions of an intervention on the page: who may read them, what differs, and putting one back."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from insatsbas.catalogue import actions
from insatsbas.catalogue.models import Intervention
from insatsbas.catalogue.revision_models import Revision
from insatsbas.catalogue.rules import Level
from insatsbas.core.db import db, writing
from insatsbas.core.errors import ForbiddenError
from insatsbas.core.events import Event
from insatsbas.core.viewer import SYSTEM, Role, Viewer
from insatsbas.keeping.history import presenter
from insatsbas.keeping.history.actions import restore_revision
from insatsbas.keeping.history.fields import FIELDS, Names
from tests.factories import agree_on, changes, make_intervention, occasion
from tests.support.checks import CheckingClient, parse, text_of
from tests.support.people import as_guest, as_role, make_person

HUDDINGE, HANINGE = "Huddinge kommun", "Haninge kommun"


def entry(session: Session, **more: Any) -> Intervention:
    """An entry of Huddinge's that has been changed three times."""
    anna = make_person(session, "anna@huddinge.example", (Role.EDITOR, HUDDINGE), name="Anna Ek").as_viewer()
    row = make_intervention(session, title="Språkcafé", summary="Du pratar svenska.", description="Två kvällar i veckan.", **more)
    actions.update(anna, session, row, {"description": "Tre kvällar i veckan."}, why="Fler ville komma")
    told = changes(
        session,
        needs=("sfi",),
        given_in=("Haninge",),
        level_required=Level.SFI_B,
        participant_cost=Decimal(18500),
        occasions=[occasion(9, places=20, taken=5, place="Jordbro")],
    )
    actions.update(anna, session, row, told)
    coordinator = make_person(session, "samordnaren@exempel.example", Role.COORDINATOR, name="Sam Ordnare").as_viewer()
    actions.update(coordinator, session, row, {"title": "Språkcafé i Haninge", "lessons": ["Börja tidigt."]}, why="Nytt namn")
    return row


@pytest.fixture
def address(bare_app: Flask) -> str:
    """The address of the entry's versions."""
    with bare_app.app_context(), writing() as session:
        return f"/insatser/{entry(session).public_id}/andringar"


@pytest.fixture
def editor(bare_app: Flask) -> CheckingClient:
    """An editor of Huddinge's."""
    return as_role(bare_app, (Role.EDITOR, HUDDINGE))


def said(client: CheckingClient, address: str) -> str:
    """What a page says, in one line."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    main = next(parse(answer.get_data(as_text=True)).iter("main"))
    return text_of(main).replace(" ]", "]").replace("] [", "][").replace(" ,", ",")


def test_the_list_tells_who_when_why_and_what(address: str, editor: CheckingClient) -> None:
    told = said(editor, address)
    assert "Version 4 Nu" in told
    assert "Anna Ek Fler ville komma Ändrat: Om insatsen." in told
    assert "Ändrat: Behov, Ges i, Språknivå som krävs, Alla starter, Kostnad." in told
    assert "Ändrat: Namn, Lärdomar." in told
    assert "Den första versionen." in told


def test_a_co_ordinators_name_is_for_co_ordinators(bare_app: Flask, address: str, editor: CheckingClient) -> None:
    assert "samordnaren Nytt namn" in said(editor, address)
    coordinator = as_role(bare_app, Role.COORDINATOR, email="annan@exempel.example")
    assert "Sam Ordnare Nytt namn" in said(coordinator, address)


def test_staff_of_another_organisation_have_no_name_when_an_entry_has_moved(bare_app: Flask, address: str) -> None:
    with bare_app.app_context(), writing() as session:
        row = session.scalars(select(Intervention)).one()
        actions.update(SYSTEM, session, row, changes(session, owner=HANINGE))
    told = said(as_role(bare_app, (Role.EDITOR, HANINGE)), address)
    assert "någon hos en annan organisation Fler ville komma" in told
    assert "Anna Ek" not in told


@pytest.mark.parametrize("path", ["", "/1", "/jamfor?fran=1&till=2"])
def test_only_those_who_keep_it_read_its_versions(bare_app: Flask, address: str, path: str) -> None:
    assert as_role(bare_app, (Role.EDITOR, HANINGE), email="a@exempel.example").get(address + path).status_code == 403
    assert as_role(bare_app, (Role.CASE_OFFICER, HUDDINGE), email="b@exempel.example").get(address + path).status_code == 403
    assert as_guest(bare_app).get(address + path).status_code == 303
    with bare_app.app_context(), writing() as session:
        actions.update(SYSTEM, session, session.scalars(select(Intervention)).one(), changes(session, status="utkast"))
    assert as_role(bare_app, (Role.EDITOR, HANINGE), email="c@exempel.example").get(address + path).status_code == 404


def test_any_two_are_compared_as_people_read_them(address: str, editor: CheckingClient) -> None:
    told = said(editor, f"{address}/jamfor?fran=1&till=4")
    assert "Om insatsen [Borttaget: Två][Tillagt: Tre] kvällar i veckan." in told
    assert "Namn Språkcafé [Tillagt: i Haninge]" in told
    assert "Språknivå som krävs [Tillagt: Sfi B]" in told
    assert "Kostnad [Tillagt: 18 500 kr]" in told
    assert "Jordbro, 20 platser, 5 tagna av egna deltagare]" in told
    assert "Behov [Borttaget: Få tala och höra svenska]" in told or "Behov [Borttaget:" in told
    back = said(editor, f"{address}/jamfor?fran=4&till=1")
    assert "Om insatsen [Borttaget: Tre][Tillagt: Två] kvällar i veckan." in back
    assert "Versionerna säger samma sak." in said(editor, f"{address}/jamfor?fran=2&till=2")
    assert "version 3 och 4" in said(editor, f"{address}/jamfor")
    for odd in ("?fran=0&till=1", "?fran=1&till=99", "?fran=-1", "?till=99999999999999999999"):
        assert editor.get(f"{address}/jamfor{odd}").status_code == 404, odd


def test_a_version_is_shown_whole_with_what_putting_it_back_would_change(address: str, editor: CheckingClient) -> None:
    told = said(editor, f"{address}/1")
    assert "Version 1 av Språkcafé i Haninge" in told
    before, after = told.split("Så såg insatsen ut")
    assert "Om insatsen [Borttaget: Tre][Tillagt: Två] kvällar i veckan." in before
    assert "Lärdomar [Borttaget: Börja tidigt.]" in before
    assert "Om insatsen Två kvällar i veckan." in after
    assert "Det finns inget att återställa" in said(editor, f"{address}/4")
    assert editor.post(f"{address}/4/aterstall", data={"varfor": "", "sedd": "4"}).status_code == 422
    assert editor.post(f"{address}/4/aterstall", data={"varfor": "Ändå", "sedd": "4"}).status_code == 303
    assert "Insatsen såg redan ut så. Inget ändrades." in said(editor, address)
    for odd in ("/0", "/5", "/99999999999999999999"):
        assert editor.get(address + odd).status_code == 404, odd


def test_reading_changes_nothing(bare_app: Flask, address: str, editor: CheckingClient) -> None:
    for path in ("", "/1", "/2", "/jamfor"):
        editor.get(address + path)
    with bare_app.app_context():
        assert db.session.scalars(select(Revision.number)).all() == [1, 2, 3, 4]
        assert db.session.scalars(select(Intervention.title)).one() == "Språkcafé i Haninge"


def test_putting_back_makes_a_version_and_an_event(bare_app: Flask, address: str, editor: CheckingClient) -> None:
    answer = editor.post(f"{address}/2/aterstall", data={"varfor": "Det var bättre förr", "sedd": "4"})
    assert (answer.status_code, answer.location) == (303, address)
    with bare_app.app_context():
        row = db.session.scalars(select(Intervention)).one()
        assert (row.title, row.description, row.occasions, row.lessons) == ("Språkcafé", "Tre kvällar i veckan.", [], [])
        kept = db.session.scalars(select(Revision).order_by(Revision.number)).all()
        assert [(r.number, r.why) for r in kept][-1] == (5, "Det var bättre förr")
        assert kept[4].content == kept[1].content
        noted = db.session.scalars(select(Event).where(Event.kind == "insats.aterstalld")).one()
        assert (noted.subject, noted.text) == (f"insats:{row.public_id}", "Version 2. Det var bättre förr")
    assert "Version 2 är återställd." in said(editor, address)


def test_putting_back_asks_why_and_sees_what_was_not_seen(bare_app: Flask, address: str, editor: CheckingClient) -> None:
    assert editor.post(f"{address}/2/aterstall", data={"varfor": " ", "sedd": "4"}).status_code == 422
    assert editor.post(f"{address}/2/aterstall", data={"varfor": "19811218-9876", "sedd": "4"}).status_code == 422
    late = editor.post(f"{address}/2/aterstall", data={"varfor": "För sent", "sedd": "3"})
    assert late.status_code == 409
    assert "Någon har ändrat insatsen" in late.text
    assert 'name="sedd" value="4"' in late.text
    assert editor.post(f"{address}/9/aterstall", data={"varfor": "x", "sedd": "4"}).status_code == 404
    other = as_role(bare_app, (Role.EDITOR, HANINGE), email="a@exempel.example")
    assert other.post(f"{address}/2/aterstall", data={"varfor": "Elak", "sedd": "4"}).status_code == 403
    with bare_app.app_context():
        assert db.session.scalars(select(Revision.number)).all() == [1, 2, 3, 4]


def test_a_draft_that_lacks_what_is_public_must_tell_is_not_put_back(bare_app: Flask, editor: CheckingClient) -> None:
    with bare_app.app_context(), writing() as session:
        row = make_intervention(session, status="utkast", needs=(), title="Utkast")
        told = changes(session, status="aktiv", needs=("sfi",), terms={"way_in": ("sjalv",)}, contact="sfi@huddinge.example")
        actions.update(SYSTEM, session, row, told)
        address = f"/insatser/{row.public_id}/andringar/1"
    assert "Versionen går inte att återställa. Versionen är ett utkast" in said(editor, address)
    assert "Välj minst ett behov" in editor.post(f"{address}/aterstall", data={"varfor": "Ändå", "sedd": "2"}).text


def test_what_stays_is_said_beforehand(bare_app: Flask, editor: CheckingClient) -> None:
    with bare_app.app_context(), writing() as session:
        row = make_intervention(session, title="Ett")
        actions.update(SYSTEM, session, row, {"title": "Två", "occasions": [occasion(9, places=9, taken=0)]})
        agree_on(row.occasions[0], 3)
        address = f"/insatser/{row.public_id}/andringar/1"
    told = said(editor, address)
    assert "Det här kan inte bli som i versionen: Alla starter." in told
    editor.post(f"{address}/aterstall", data={"varfor": "Namnet", "sedd": "2"})
    with bare_app.app_context():
        row = db.session.scalars(select(Intervention)).one()
        assert (row.title, [o.accepted for o in row.occasions]) == ("Ett", [3])


def test_an_entry_from_before_versions_says_so(bare_app: Flask, editor: CheckingClient) -> None:
    with bare_app.app_context(), writing() as session:
        row = make_intervention(session)
        session.delete(session.scalars(select(Revision)).one())
        address = f"/insatser/{row.public_id}/andringar"
    assert "Inga ändringar är sparade än." in said(editor, address)
    assert editor.get(f"{address}/jamfor").status_code == 404


def test_many_versions_are_told_in_pages(bare_app: Flask, editor: CheckingClient) -> None:
    with bare_app.app_context(), writing() as session:
        row = make_intervention(session)
        for n in range(60):
            actions.update(SYSTEM, session, row, {"title": f"Namn {n}"})
        address = f"/insatser/{row.public_id}/andringar"
    first, second = said(editor, address), said(editor, f"{address}?sida=2")
    assert "Version 61" in first
    assert "Version 11 " not in first
    assert "Version 11 " in second
    for odd in ("?sida=0", "?sida=-4", "?sida=x", "?sida=99999999999999999"):
        assert editor.get(address + odd).status_code == 200


def test_every_field_of_a_snapshot_has_its_words(bare_app: Flask) -> None:
    """A field that comes to is told of on these pages from the first day."""
    with bare_app.app_context(), writing() as session:
        content = presenter.snapshot.take(entry(session))
    assert {field.kept_as for field in FIELDS} == content.keys() - {"is_sheltered"}


def test_an_odd_text_is_shown_as_it_is(bare_app: Flask, editor: CheckingClient) -> None:
    with bare_app.app_context(), writing() as session:
        row = make_intervention(session, title="Ett")
        actions.update(SYSTEM, session, row, {"description": "<script>alert(1)</script> 🙂 \u202e", "title": "<b>Två</b>"}, why="<i>x")
        address = f"/insatser/{row.public_id}/andringar"
    for path in ("", "/1", "/2", "/jamfor"):
        page = editor.get(address + path).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "<b>Två" not in page


def test_the_page_tells_the_time_in_sweden(bare_app: Flask, editor: CheckingClient, freeze: Callable[[datetime], None]) -> None:
    freeze(datetime(2027, 7, 1, 21, 30, tzinfo=UTC))
    editor = as_role(bare_app, (Role.EDITOR, HUDDINGE), email="sommar@exempel.example")
    with bare_app.app_context(), writing() as session:
        address = f"/insatser/{make_intervention(session).public_id}/andringar"
    assert "1 juli 2027 kl. 23.30" in said(editor, address)


def test_a_code_without_a_name_is_told_by_its_code() -> None:
    nothing = Names({}, {}, {}, {}, {})
    (needs,) = (field for field in FIELDS if field.kept_as == "needs")
    assert needs.read({"needs": ["borta"]}, nothing) == ["borta"]


def test_no_one_else_may_restore(bare_app: Flask, address: str) -> None:
    """The action itself asks, whatever a view has done."""
    with bare_app.app_context(), writing() as session:
        row = session.scalars(select(Intervention)).one()
        revision = session.scalars(select(Revision).where(Revision.number == 1)).one()
        with pytest.raises(ForbiddenError):
            restore_revision(Viewer("någon"), session, row, revision, why="")


@pytest.mark.parametrize("both_databases", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_who_is_overtaken_between_reading_and_writing_sees_what_is_new(both_databases: Flask) -> None:
    """In PostgreSQL two may write at once. (In SQLite the second waits for the first, and then sees its number.)"""
    with writing() as session:
        address = f"/insatser/{entry(session).public_id}/andringar"
    editor = as_role(both_databases, (Role.EDITOR, HUDDINGE))

    others: list[str] = []

    def overtake(*_: object) -> None:
        if not others:
            others.append("Hann före")
            with writing() as session:
                actions.update(SYSTEM, session, session.scalars(select(Intervention)).one(), {"title": others[0]})

    event.listen(Session, "before_flush", overtake)
    try:
        late = editor.post(f"{address}/1/aterstall", data={"varfor": "För sent", "sedd": "4"})
    finally:
        event.remove(Session, "before_flush", overtake)
    assert late.status_code == 409
    assert "Någon har ändrat insatsen" in late.text
    assert "Hann före" in late.text
    db.session.rollback()
    assert db.session.scalars(select(Revision.number).order_by(Revision.number)).all() == [1, 2, 3, 4, 5]
