"""What has happened, as the co-ordinator reads it; and that nobody changes it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from insatsbas.core import events
from insatsbas.core.db import db, writing
from insatsbas.core.events import Event
from insatsbas.core.viewer import SYSTEM, Role, Viewer
from tests.factories import make_intervention, organisation
from tests.support.checks import CheckingClient, parse, text_of
from tests.support.people import as_role, make_person

PAGE = "/samordna/handelser"
ANNA = Viewer("Anna Ek", 4711)


@pytest.fixture
def coordinator(bare_app: Flask) -> CheckingClient:
    """A co-ordinator."""
    return as_role(bare_app, Role.COORDINATOR, email="sam@exempel.example")


def said(client: CheckingClient, address: str = PAGE, status: int = 200) -> list[str]:
    """The lines of the page."""
    answer = client.get(address)
    assert answer.status_code == status, address
    main = next(parse(answer.get_data(as_text=True)).iter("main"))
    return [text_of(line) for line in main.iter("li") if line.find("p") is not None]


def test_an_event_is_a_sentence_with_its_subject(bare_app: Flask, coordinator: CheckingClient) -> None:
    with bare_app.app_context(), writing() as session:
        row = make_intervention(session, title="Språkcafé")
        events.record(
            ANNA, session, "insats.aterstalld", subject=f"insats:{row.public_id}", organisation_id=row.owner_id, text="Version 2. Fel."
        )
        address = f"/insatser/{row.public_id}"
    page = coordinator.get(PAGE).get_data(as_text=True)
    assert f'Anna Ek återställde en tidigare version av <a href="{address}">Språkcafé</a>.' in page
    (line,) = (line for line in said(coordinator) if "återställde" in line)
    assert "Version 2. Fel." in line
    assert "Huddinge kommun" in line
    assert "Systemet lade upp ett konto åt Sam." in " ".join(said(coordinator))


def test_an_unknown_kind_is_told_by_its_code_and_an_unknown_subject_by_its_own(bare_app: Flask, coordinator: CheckingClient) -> None:
    with bare_app.app_context(), writing() as session:
        events.record(ANNA, session, "nytt.slag", subject="sak:1")
        events.record(ANNA, session, "insats.aterstalld", subject="insats:borta")
        events.record(ANNA, session, "<b>slag", subject="<i>", text="<script>")
    told = " ".join(said(coordinator))
    assert "Anna Ek: nytt.slag sak:1" in told
    assert "Anna Ek återställde en tidigare version av insats:borta." in told
    assert "<b>slag <script>" in told
    assert "<script>" not in coordinator.get(PAGE).get_data(as_text=True)


def test_events_are_chosen_by_kind_person_organisation_day_and_subject(
    bare_app: Flask, coordinator: CheckingClient, freeze: Callable[[datetime], None]
) -> None:
    with bare_app.app_context(), writing() as session:
        bo = make_person(session, "bo@exempel.example", (Role.EDITOR, "Haninge kommun"), name="Bo").as_viewer()
        row = make_intervention(session)
        for hour, who, kind, owner in ((22, ANNA, "slag.ett", "Huddinge kommun"), (23, bo, "slag.tva", "Haninge kommun")):
            # The first is on 17 January in Sweden, the second on the 18th.
            freeze(datetime(2027, 1, 17, hour - 0, 30, tzinfo=UTC))
            subject = f"insats:{row.public_id}" if who is ANNA else "sak:7"
            events.record(who, session, kind, subject=subject, organisation_id=organisation(session, owner).id)
    # Signed in then, too.
    coordinator = as_role(bare_app, Role.COORDINATOR, email="tva@exempel.example")
    first, second = "Anna Ek: slag.ett", "Bo: slag.tva"
    for asked, found in {
        "handelse=slag.ett": [first],
        "handelse=slag.tva": [second],
        "person=4711": [first],
        f"person={bo.person_id}": [second],
        "organisation=haninge-kommun&fran=2027-01-17": [second],
        f"om={row.public_id}": [first],
        f"om=https://exempel.example/insatser/{row.public_id}%3Fx": [first],
        "om=sak:7": [second],
        "till=2027-01-17&fran=2027-01-17": [first],
        "fran=2027-01-18&handelse=slag.tva": [second],
        "person=4711&handelse=slag.tva": [],
    }.items():
        lines = [line.split(" insats:")[0].split(" sak:")[0] for line in said(coordinator, f"{PAGE}?{asked}") if "slag." in line]
        assert [line for line in (first, second) if any(told.startswith(line) for told in lines)] == found, asked
    assert not any("slag." in line for line in said(coordinator, f"{PAGE}?person=ingen"))


def test_odd_questions_are_answered(coordinator: CheckingClient) -> None:
    for odd in ("?fran=igår", "?till=2027-02-30"):
        assert said(coordinator, PAGE + odd, 422) == []
    for odd in ("?sida=0", "?sida=x", "?sida=99999999999999999999", "?person=9999999999999", "?organisation=x", "?till=9999-12-31"):
        said(coordinator, PAGE + odd)
    for odd in ("?fran=0001-01-01", "?handelse=%00", "?om=19811218-9876"):
        assert coordinator.get(PAGE + odd).status_code in (200, 422)


def test_fifty_at_a_time(bare_app: Flask, coordinator: CheckingClient) -> None:
    with bare_app.app_context(), writing() as session:
        for n in range(70):
            events.record(ANNA, session, "slag.ett", text=f"nummer {n:02d}")
    first, second = said(coordinator, f"{PAGE}?handelse=slag.ett"), said(coordinator, f"{PAGE}?handelse=slag.ett&sida=2")
    assert (len(first), len(second)) == (50, 20)
    assert "nummer 69" in first[0]
    page = coordinator.get(f"{PAGE}?handelse=slag.ett").get_data(as_text=True)
    assert f"{PAGE}?handelse=slag.ett&amp;sida=2" in page


def test_only_the_co_ordinator_reads_it(bare_app: Flask) -> None:
    everyone = ((Role.EDITOR, "Huddinge kommun"), (Role.CASE_OFFICER, "Huddinge kommun"), (Role.DECISION_MAKER, "Huddinge kommun"))
    assert as_role(bare_app, *everyone, email="alla@exempel.example").get(PAGE).status_code == 403


@pytest.mark.usefixtures("both_databases")
class TestAppendOnly:
    """The database itself keeps what has happened, whoever asks it to forget."""

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM event",
            "UPDATE event SET kind = 'annat'",
            "UPDATE event SET at = '2020-01-01 00:00:00+00:00'",
            "UPDATE event SET person_id = 1",
            "UPDATE event SET subject = 'person:1', text = text",
            "UPDATE event SET organisation_id = NULL",
            "UPDATE event SET id = id + 1",
            "UPDATE event SET text = 'Något annat'",
            "UPDATE event SET who = 'Någon annan'",
            "UPDATE event SET text = ''",
        ],
    )
    def test_it_refuses(self, statement: str) -> None:
        with writing() as session:
            events.record(SYSTEM, session, "slag.ett", subject="sak:1", text="Så var det")
        before = told()
        with pytest.raises(DatabaseError, match="what has happened"), db.engine.execution_options(write=True).begin() as connection:
            connection.execute(text(statement))
        assert told() == before

    def test_words_can_be_masked(self) -> None:
        with writing() as session:
            events.record(SYSTEM, session, "slag.ett", text="Ring Anna")
        with db.engine.execution_options(write=True).begin() as connection:
            connection.execute(text("UPDATE event SET text = 'Ring [maskerat]'"))
        assert told()[0][-1] == "Ring [maskerat]"


def told() -> list[tuple[object, ...]]:
    """All events, as they are kept."""
    db.session.rollback()
    query = select(Event.id, Event.at, Event.person_id, Event.organisation_id, Event.kind, Event.subject, Event.who, Event.text)
    return [tuple(row) for row in db.session.execute(query)]


def test_postgresql_lets_nobody_empty_the_table(both_databases: Flask) -> None:
    if db.engine.dialect.name != "postgresql":
        return
    with writing() as session:
        events.record(SYSTEM, session, "slag.ett")
    with pytest.raises(DatabaseError, match="what has happened"), db.engine.begin() as connection:
        connection.execute(text("TRUNCATE event"))
