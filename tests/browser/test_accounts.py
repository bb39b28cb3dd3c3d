"""From an invitation to signed in, a forgotten password, a session that ends while somebody types: in the browser, scripts on and off."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import DESKTOP, NARROW, PHONE, Picture
from tests.browser.test_accessibility import sideways, violations
from tests.conftest import KEY
from tests.support.needs import plain_environ
from tests.support.serving import Server, serving

pytestmark = pytest.mark.browser
PASSWORD, NEW = "korrekt häst batteri häftklammer", "fyra nya ord i rad"


@pytest.fixture(scope="module")
def place(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of these tests alone."""
    folder = tmp_path_factory.mktemp("accounts") / "data"
    shutil.copytree(demo_template, folder)
    with serving(folder, SECRET_KEY=KEY, REGION="Södertörn") as running:
        yield running


def invited(place: Server, email: str) -> str:
    """The path of the link in the letter to somebody new."""
    words = ["user", "add", email, "--role", "redaktor", "--organisation", "Huddinge kommun", "--name", "Anna Ek"]
    environ = plain_environ(DATA_DIR=str(place.data_dir), SECRET_KEY=KEY)
    made = subprocess.run([sys.executable, "-m", "insatsbas", *words], env=environ, capture_output=True, text=True, check=True)
    return re.findall(r"http://127\.0\.0\.1:8000(\S+)", made.stdout)[0]


def opened(chromium: Browser, place: Server, *, scripts: bool) -> Page:
    """A page of a browser of its own."""
    context = chromium.new_context(
        base_url=place.url, locale="sv-SE", viewport={"width": DESKTOP, "height": 900}, java_script_enabled=scripts
    )
    return context.new_page()


def press(page: Page, button: str) -> None:
    """Press a button of the page itself."""
    page.get_by_role("main").get_by_role("button", name=button, exact=True).click()


def heading(page: Page) -> str:
    """What the page is."""
    return page.get_by_role("heading", level=1).inner_text()


def look(page: Page, axe: str, picture: Picture, name: str) -> None:
    """Nothing for axe to find, nothing that scrolls sideways, and pictures. Where scripts do not run only the last."""
    # A pressed link is followed to the first byte: on a slow machine the page may have no root yet.
    page.wait_for_load_state()
    for width in (DESKTOP, PHONE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        if width == NARROW or not page.evaluate("document.documentElement.classList.contains('ib-js')"):
            continue
        picture(page, f"konto-{name}-{width}")
        assert violations(page, axe) == [], f"{name} at {width}"
    assert sideways(page) == 0, f"{name} at {NARROW}"
    page.set_viewport_size({"width": DESKTOP, "height": 900})


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_the_invitation_to_a_new_password(chromium: Browser, place: Server, axe: str, picture: Picture, scripts: bool) -> None:
    email = f"anna.{scripts}@huddinge.example".lower()
    link, page = invited(place, email), opened(chromium, place, scripts=scripts)

    def seen(name: str) -> None:
        if scripts:
            look(page, axe, picture, name)

    # The letter's link, with a password that is too short first.
    page.goto(link)
    seen("valj")
    page.get_by_label("Nytt lösenord").fill("kort")
    page.get_by_label("Samma lösenord igen").fill("kort")
    press(page, "Spara lösenordet och logga in")
    assert "minst 12 tecken" in page.get_by_role("alert").inner_text()
    seen("valj-fel")
    page.get_by_label("Nytt lösenord").fill(PASSWORD)
    page.get_by_label("Samma lösenord igen").fill(PASSWORD)
    press(page, "Spara lösenordet och logga in")
    assert "Välkommen Anna Ek!" in page.get_by_role("status").first.inner_text()
    # Out, the link again, a wrong password, forgotten, a letter, a new one.
    page.get_by_role("button", name="Logga ut").click()
    page.goto(link)
    assert heading(page) == "Länken fungerar inte längre"
    seen("lank-slut")
    page.get_by_role("link", name="Logga in, om du redan har valt ett lösenord").click()
    seen("logga-in")
    page.get_by_label("E-postadress").fill(email)
    page.get_by_label("Lösenord").fill("fel")
    press(page, "Logga in")
    assert "E-postadressen eller lösenordet stämmer inte." in page.get_by_role("alert").inner_text()
    seen("logga-in-fel")
    page.get_by_role("link", name="Glömt lösenordet?").click()
    seen("glomt")
    page.get_by_label("E-postadress").fill(email)
    press(page, "Skicka länken")
    assert heading(page) == "Titta i din e-post"
    seen("glomt-skickat")
    page.get_by_role("link", name="Läs breven här").click()
    seen("brev")
    page.get_by_role("main").get_by_role("link", name="/valj-losenord/").first.click()
    page.get_by_label("Nytt lösenord").fill(NEW)
    page.get_by_label("Samma lösenord igen").fill(NEW)
    press(page, "Spara lösenordet och logga in")
    page.get_by_role("link", name="Anna Ek").click()
    assert heading(page) == "Mitt konto"
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_what_was_typed_is_not_lost_when_the_session_ends(
    chromium: Browser, place: Server, axe: str, picture: Picture, scripts: bool
) -> None:
    email = f"kalle.{scripts}@huddinge.example".lower()
    page, title = opened(chromium, place, scripts=scripts), f"Språkcafé på onsdagar, {email}"
    page.goto(invited(place, email))
    page.get_by_label("Nytt lösenord").fill(PASSWORD)
    page.get_by_label("Samma lösenord igen").fill(PASSWORD)
    press(page, "Spara lösenordet och logga in")
    page.goto("/vara-insatser/ny")
    page.get_by_label("Vad heter insatsen?").fill(title)
    # In another window, of the same browser, one signs out everywhere.
    other = page.context.new_page()
    other.goto("/mitt-konto")
    press(other, "Logga ut överallt")
    assert "Du är utloggad överallt." in other.get_by_role("status").inner_text()
    page.get_by_label("Vad heter insatsen?").press("Enter")
    assert heading(page) == "Logga in"
    assert "Det du skrev finns kvar" in page.get_by_role("status").inner_text()
    if scripts:
        look(page, axe, picture, "inte-langre-inloggad")
    page.get_by_label("E-postadress").fill(email)
    page.get_by_label("Lösenord").fill(PASSWORD)
    press(page, "Logga in")
    assert heading(page) == "Du är inloggad igen"
    assert title in page.get_by_role("main").inner_text()
    if scripts:
        look(page, axe, picture, "skicka-igen")
    press(page, "Skicka det du skrev")
    assert title in heading(page)
    page.context.close()
