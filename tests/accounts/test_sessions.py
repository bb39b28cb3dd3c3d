"""How a session ends, and that a copy of its cookie ends with it."""

import http.cookiejar
import re
import shutil
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from insatsbas.accounts import actions, queries, session_actions
from insatsbas.accounts.models import FailedSignIn, OneTimeLink, SignIn
from insatsbas.core.db import writing
from insatsbas.core.viewer import SYSTEM, Grant, Role
from tests.conftest import KEY, open_app, settings_in
from tests.factories import organisation
from tests.support.people import GOOD, SignedInClient, as_guest, enter, signed_in, with_password
from tests.support.serving import Server, serving

ANNA = "anna@huddinge.example"
NEW = "fyra nya ord i rad"
MORNING = datetime(2027, 1, 18, 6, 0, tzinfo=UTC)


@pytest.fixture
def anna(app: Flask) -> SignedInClient:
    """An editor who has signed in."""
    with_password(app, ANNA, (Role.EDITOR, "Huddinge kommun"))
    return signed_in(app, ANNA)


def is_in(client: SignedInClient) -> bool:
    """Whether the session still holds."""
    return client.get("/mitt-konto").status_code == 200


def copied(client: SignedInClient) -> SignedInClient:
    """Somebody else with a copy of the cookie."""
    thief = as_guest(client.application)
    cookie = client.get_cookie("insatsbas")
    assert cookie is not None
    thief.set_cookie("insatsbas", cookie.value)
    return thief


# Time


def test_a_session_that_is_used_lasts_twelve_hours(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(MORNING)
    with_password(app, ANNA, (Role.EDITOR, "Huddinge kommun"))
    client = signed_in(app, ANNA)
    for minutes in range(0, 12 * 60, 30):
        freeze(MORNING + timedelta(minutes=minutes))
        assert is_in(client), f"after {minutes} minutes"
    freeze(MORNING + timedelta(hours=12) - timedelta(seconds=1))
    assert is_in(client)
    freeze(MORNING + timedelta(hours=12))
    assert not is_in(client)


def test_a_session_that_is_not_used_lasts_an_hour(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(MORNING)
    with_password(app, ANNA, (Role.EDITOR, "Huddinge kommun"))
    client = signed_in(app, ANNA)
    freeze(MORNING + timedelta(minutes=59))
    assert is_in(client)
    freeze(MORNING + timedelta(minutes=59 + 60))
    assert not is_in(client)


def test_reading_writes_nothing(app: Flask, anna: SignedInClient, freeze: Callable[[datetime], None]) -> None:
    with app.app_context(), writing() as session:
        before = session.execute(select(SignIn.token_hash, SignIn.began_at)).all()
    freeze(datetime.now(UTC) + timedelta(minutes=10))
    assert "Set-Cookie" in anna.get("/mitt-konto").headers, "the time of use is kept by the browser"
    with app.app_context(), writing() as session:
        assert session.execute(select(SignIn.token_hash, SignIn.began_at)).all() == before


def test_what_has_ended_is_thrown_away(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(MORNING)
    with_password(app, ANNA, (Role.EDITOR, "Huddinge kommun"))
    signed_in(app, ANNA)
    enter(as_guest(app), ANNA, "fel")
    as_guest(app).post("/glomt-losenord", data={"epost": ANNA})
    freeze(MORNING + timedelta(hours=11))
    signed_in(app, ANNA)
    freeze(MORNING + timedelta(hours=12))
    with app.app_context(), writing() as session:
        # A session, a link, a try and a letter that was asked for; the later session stays.
        assert session_actions.throw_away_old(session) == 4
        assert len(session.scalars(select(SignIn)).all()) == 1
        assert not session.scalars(select(FailedSignIn)).all()
        assert not session.scalars(select(OneTimeLink)).all()


# Replay


def disable(app: Flask) -> None:
    with app.app_context(), writing() as session:
        person = queries.by_email(session, ANNA)
        assert person is not None
        actions.disable(SYSTEM, session, person)
        actions.enable(SYSTEM, session, person)


ENDINGS: dict[str, Callable[[Flask, SignedInClient], object]] = {
    "sign out": lambda _app, client: client.post("/logga-ut"),
    "sign out everywhere": lambda app, _client: signed_in(app, ANNA).post("/mitt-konto/logga-ut-overallt"),
    "password changed here": lambda _app, client: client.post(
        "/mitt-konto/losenord", data={"nuvarande": GOOD, "losenord": NEW, "igen": NEW}
    ),
    "password changed elsewhere": lambda app, _client: signed_in(app, ANNA).post(
        "/mitt-konto/losenord", data={"nuvarande": GOOD, "losenord": NEW, "igen": NEW}
    ),
    "disabled, and enabled again": lambda app, _client: disable(app),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_copied_cookie_ends_with_its_session(app: Flask, anna: SignedInClient, ending: str) -> None:
    thief = copied(anna)
    assert is_in(thief), "before, the copy is as good as the first"
    ENDINGS[ending](app, anna)
    thief = copied(thief)
    accepted = [path for path in ("/mitt-konto", "/mitt-konto/losenord") if thief.get(path).status_code == 200]
    accepted += [path for path in ("/mitt-konto/logga-ut-overallt",) if thief.post(path).status_code == 303]
    assert accepted == []


def test_signing_out_here_leaves_other_sessions(app: Flask, anna: SignedInClient) -> None:
    other = signed_in(app, ANNA)
    anna.post("/logga-ut")
    assert is_in(other)
    # Unless one asks for more.
    assert signed_in(app, ANNA).post("/mitt-konto/logga-ut-overallt").location == "/logga-in?utloggad=ja"
    assert not is_in(other)
    assert "Du är utloggad överallt." in other.get("/logga-in?utloggad=ja").get_data(as_text=True)


def test_a_cookie_that_somebody_made_up(app: Flask, anna: SignedInClient) -> None:
    cookie = anna.get_cookie("insatsbas")
    assert cookie is not None
    for value in ("", "x", cookie.value[:-3], cookie.value[::-1], "A" * 4000):
        client = as_guest(app)
        client.set_cookie("insatsbas", value)
        assert not is_in(client)


def test_roles_that_are_changed_hold_from_the_next_request(app: Flask, anna: SignedInClient) -> None:
    assert "Redaktör, Huddinge kommun" in " ".join(anna.get("/mitt-konto").get_data(as_text=True).split())
    with app.app_context(), writing() as session:
        person = queries.by_email(session, ANNA)
        assert person is not None
        actions.change_grants(SYSTEM, session, person, [Grant(Role.CASE_OFFICER, organisation(session, "Nacka kommun").id)])
    page = " ".join(anna.get("/mitt-konto").get_data(as_text=True).split())
    assert "Handläggare, Nacka kommun" in page
    assert "Huddinge kommun" not in page


def test_the_cookie_over_https(bare_app: Flask) -> None:
    given = {"PUBLIC_URL": "https://insatsbas.example"}
    with open_app(settings_in(bare_app.extensions["insatsbas"].data_dir, **given)) as app:
        with_password(app, ANNA, (Role.EDITOR, "Huddinge kommun"))
        client, there = as_guest(app), "https://insatsbas.example"
        page = client.get("/logga-in", base_url=there).get_data(as_text=True)
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
        # No Referer, as some browsers have it.
        data = {"csrf_token": token, "epost": ANNA, "losenord": GOOD}
        answer = super(SignedInClient, client).post("/logga-in", data=data, base_url=there)
        assert (answer.status_code, answer.location) == (303, "/")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-insatsbas=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert not re.search("Domain|Expires|Max-Age", cookie), "it is gone when the browser is closed"
        assert client.get("/mitt-konto", base_url=there).status_code == 200


# With a real server


class Browser:
    """Something that keeps cookies, and fills in forms as a page gave them."""

    def __init__(self, server: Server) -> None:
        self.url, self.jar = server.url, http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> str:
        """The text of a page, and where it was found in the end, on the first line."""
        with self._opener.open(self.url + path) as answer:
            return f"{urllib.parse.urlsplit(answer.url).path}\n{answer.read().decode()}"

    def post(self, page: str, path: str, **fields: str) -> str:
        """Fill in the form of a page and send it."""
        token = re.findall(r'name="csrf_token" value="([^"]+)"', self.get(page))[-1]
        data = urllib.parse.urlencode({"csrf_token": token, **fields}).encode()
        with self._opener.open(self.url + path, data) as answer:
            return f"{urllib.parse.urlsplit(answer.url).path}\n{answer.read().decode()}"

    def copy(self, server: Server) -> "Browser":
        """Another with the same cookies."""
        other = Browser(server)
        for cookie in self.jar:
            other.jar.set_cookie(cookie)
        return other


@pytest.mark.slow
def test_replay_against_a_real_server(demo_template: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(demo_template, tmp_path / "data"))
    with open_app(settings_in(folder)) as app:
        with_password(app, ANNA, (Role.EDITOR, "Huddinge kommun"))
    with serving(folder, SECRET_KEY=KEY) as server:

        def came_in(password: str) -> Browser:
            browser = Browser(server)
            assert browser.post("/logga-in", "/logga-in", epost=ANNA, losenord=password).startswith("/\n")
            assert browser.get("/mitt-konto").startswith("/mitt-konto\n")
            return browser

        def is_accepted(browser: Browser) -> bool:
            return browser.get("/mitt-konto").startswith("/mitt-konto\n")

        first = came_in(GOOD)
        copy = first.copy(server)
        assert is_accepted(copy)
        first.post("/mitt-konto", "/logga-ut")
        changed, elsewhere = came_in(GOOD), came_in(GOOD)
        copies = [copy, changed.copy(server), elsewhere.copy(server)]
        changed.post("/mitt-konto/losenord", "/mitt-konto/losenord", nuvarande=GOOD, losenord=NEW, igen=NEW)
        assert is_accepted(changed)
        disabled = came_in(NEW)
        copies += [disabled.copy(server), changed.copy(server)]
        with open_app(settings_in(folder)) as app:
            disable(app)
        assert [is_accepted(browser) for browser in copies] == [False] * 5
