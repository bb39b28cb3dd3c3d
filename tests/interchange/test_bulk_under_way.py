"""Reading in while others work: nobody waits for a file, nothing is taken in twice, and a hostile one harms no page."""

import io
import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from insatsbas.catalogue.models import Intervention
from insatsbas.core import security
from insatsbas.core.db import writing
from insatsbas.core.settings_store import write
from insatsbas.core.viewer import Role
from insatsbas.interchange import bulk_guard
from insatsbas.interchange.bulk_wire import Packed
from tests.conftest import client_of
from tests.factories import index_all
from tests.interchange.hostile import CORPUS
from tests.interchange.test_bulk import MARK, MINE, OWN, bytes_of, counts, multipart, send, titles, waiting
from tests.support.people import as_role, signed_in

ANNA = "anna@huddinge.example"
PAGES = [name for name, hostile in CORPUS.items() if not hostile.reason or hostile.reason == "mer i sig"]


class Watched(io.RawIOBase):
    """What a browser sends, slowly enough for somebody else to write meanwhile."""

    def __init__(self, data: bytes) -> None:
        self._data, self.writes = io.BytesIO(data), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        # Waits for ten seconds and fails, where the lock is held.
        with writing() as session:
            write(session, "prov", str(self.writes))
        self.writes += 1
        return self._data.readinto(buffer)


def test_nobody_waits_while_a_file_is_sent(bare_app: Flask) -> None:
    client = as_role(bare_app, (Role.EDITOR, OWN))
    body = multipart(client, bytes_of([MINE]), "a.json")
    stream = Watched(body)
    sent = {"wsgi.input": stream, "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": f"multipart/form-data; boundary={MARK}"}
    answer = client.open("/las-in", method="POST", environ_overrides=sent)
    assert answer.status_code == 303
    assert stream.writes > 0


def test_nobody_waits_while_a_file_is_read(bare_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client, read = as_role(bare_app, (Role.EDITOR, OWN)), bulk_guard.read

    def read_while_another_writes(data: bytes, name: str) -> Packed:
        with writing() as session:
            write(session, "prov", "1")
        return read(data, name)

    monkeypatch.setattr(bulk_guard, "read", read_while_another_writes)
    assert send(client, MINE).status_code == 303


def test_a_file_that_is_taken_in_at_the_same_moment_is_taken_in_once(both_databases: Flask) -> None:
    app = both_databases
    first = as_role(app, (Role.EDITOR, OWN), email=ANNA)
    address = waiting(first, MINE, {**MINE, "id": "2"}, {**MINE, "källa": "", "id": ""})
    clients, answers, start = [first, signed_in(app, ANNA)], list[int](), threading.Barrier(2)

    def accept(client: Any) -> None:
        start.wait()
        answers.append(client.post(f"{address}/godkann").status_code)

    threads = [threading.Thread(target=accept, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303, 303]
    assert titles(app) == ["Språkcafé"] * 3
    assert counts(first.get(address)) == {"nya": 3, "ändrade": 0, "oförändrade": 0, "fel": 0}


def test_what_is_taken_in_is_found(bare_app: Flask) -> None:
    client = as_role(bare_app, (Role.EDITOR, OWN))
    client.post(f"{waiting(client, MINE, {**MINE, 'id': '2', 'status': 'utkast', 'titel': 'Utkastet'})}/godkann")
    assert index_all(bare_app).is_equal
    assert "Språkcafé" in client_of(bare_app).get("/sok?q=språkcafé").get_data(as_text=True)
    assert "Utkastet" not in client_of(bare_app).get("/sok?status=alla").get_data(as_text=True)


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_file_harms_no_page(bare_app: Flask, name: str) -> None:
    """The client checks each page that it is given."""
    client, hostile = as_role(bare_app, (Role.EDITOR, OWN)), CORPUS[name]
    answer = send(client, name=hostile.name, data=hostile.make())
    if answer.status_code == 303:
        address = answer.headers["Location"]
        client.get(address)
        client.get(f"{address}/fel.csv")
        client.post(f"{address}/godkann", data={"resten": "ja"})
        client.get(address)
    else:
        assert answer.status_code == 422
    assert client.get("/las-in").status_code == 200
    with bare_app.app_context(), writing() as session:
        for row in session.scalars(select(Intervention)):
            assert row.title in ("Språkcafé", "=cmd|' /C calc'!A0")


def test_more_than_we_take_is_told_on_a_page(bare_app: Flask) -> None:
    client = as_role(bare_app, (Role.EDITOR, OWN))
    answer = send(client, name="a.csv", data=bytes(security.MAX_REQUEST + 1))
    assert answer.status_code == 413
    assert "högst 5 MB" in answer.get_data(as_text=True)
    assert send(client, name="a.csv", data=bytes(5 * 1024 * 1024 + 1)).status_code == 422
