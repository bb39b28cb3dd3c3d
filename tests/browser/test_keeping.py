"""An editor who never saw it: from the letter of invitation to a published intervention, which ends, is learned from and taken up again.

With scripts and without. Everything is done as a person would, by what the pages say.
"""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.conftest import KEY
from tests.support.needs import plain_environ
from tests.support.serving import OURS, Server, serving

pytestmark = pytest.mark.browser
PASSWORD = "korrekt häst batteri häftklammer"


@pytest.fixture(scope="module")
def place(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of these tests alone: they change what is in it."""
    folder = tmp_path_factory.mktemp("keeping") / "data"
    shutil.copytree(demo_template, folder)
    with serving(folder, SECRET_KEY=KEY, REGION="Södertörn") as running:
        yield running


class Keeper:
    """An editor in a browser of their own."""

    def __init__(self, browser: Browser, place: Server, email: str, organisation: str, *, width: int, scripts: bool) -> None:
        self.email, self.organisation, self.place = email, organisation, place
        self._context = browser.new_context(
            base_url=place.url, locale="sv-SE", viewport={"width": width, "height": 900}, java_script_enabled=scripts
        )
        self.page: Page = self._context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def enter(self) -> None:
        """Be invited, open the letter, and choose a password."""
        invite = [*OURS, "user", "add", self.email, "--role", "redaktor", "--organisation", self.organisation, "--name", "Ny redaktör"]
        environ = plain_environ(DATA_DIR=str(self.place.data_dir), SECRET_KEY=KEY)
        subprocess.run(invite, cwd=self.place.data_dir, env=environ, check=True, capture_output=True, timeout=60)
        self.page.goto("/brev")
        self.page.locator("article", has_text=self.email).first.get_by_role("link").first.click()
        self.page.get_by_label("Nytt lösenord", exact=True).fill(PASSWORD)
        self.page.get_by_label("Samma lösenord igen").fill(PASSWORD)
        self.press("Spara lösenordet och logga in")

    def press(self, words: str) -> None:
        """Press a button of the page itself."""
        self.page.get_by_role("main").get_by_role("button", name=words, exact=True).first.click()

    def choose_need(self, group: str, need: str) -> None:
        """Open a tile of needs, and tick one."""
        self.page.locator("summary", has_text=group).click()
        self.page.get_by_label(need, exact=True).check()

    def leave(self) -> None:
        """Close the browser; the pages must have been quiet."""
        self._context.close()
        assert not self.faults


def find(page: Page, words: str, address: str = "/sok") -> None:
    """Search until it is found: the index follows within seconds."""
    link = page.get_by_role("main").get_by_role("link", name=words, exact=True)
    for _ in range(20):
        page.goto(f"{address}{'&' if '?' in address else '?'}q={words}")
        if link.count():
            break
        page.wait_for_timeout(500)
    link.first.click()
    expect(page.locator("h1")).to_have_text(words)


@pytest.mark.parametrize(("width", "scripts"), [(DESKTOP, True), (DESKTOP, False), (PHONE, False)])
def test_from_the_letter_to_the_knowledge_bank_and_back(chromium: Browser, place: Server, width: int, scripts: bool) -> None:
    ending = f"{width}{'med' if scripts else 'utan'}"
    title = f"Svetsarspår {ending}"
    anna = Keeper(chromium, place, f"anna-{ending}@huddinge.example", "Huddinge kommun", width=width, scripts=scripts)
    anna.enter()
    write_and_publish(anna, title)
    end_with_lessons(anna, title)
    anna.leave()
    bo = Keeper(chromium, place, f"bo-{ending}@haninge.example", "Haninge kommun", width=width, scripts=scripts)
    bo.enter()
    take_up_again(bo, title)
    bo.leave()


def write_and_publish(anna: Keeper, title: str) -> None:
    """From a name to what all can find."""
    page = anna.page
    # A draft of little more than its name.
    page.get_by_role("link", name="Våra insatser").click()
    page.get_by_role("link", name="Lägg in en ny insats").click()
    page.get_by_label("Vad heter insatsen?").fill(title)
    anna.press("Fortsätt")
    expect(page.locator("h1")).to_have_text(f"Utkast: {title}")
    page.get_by_label("Kort om insatsen").fill("Du lär dig svetsa och får praktik.")
    anna.press("Spara utkast")
    expect(page.get_by_role("status")).to_contain_text("Utkastet är sparat")

    # What is missing is told, and what was typed is kept.
    page.get_by_label("Hur länge håller den på?").fill("20 veckor")
    anna.press("Publicera")
    expect(page.get_by_role("alert")).to_contain_text("Välj minst ett behov")
    expect(page.get_by_label("Hur länge håller den på?")).to_have_value("20 veckor")
    anna.choose_need("Utbildning och validering", "Yrkesutbildning med praktik")
    page.get_by_label("Handläggaren anmäler", exact=True).check()
    page.get_by_label("Vem kontaktar man?").fill("vux@huddinge.example")
    anna.press("Lägg till en start")
    page.get_by_label("Startar", exact=True).fill("2027-01-18")
    page.get_by_label("Platser", exact=True).fill("12")
    anna.press("Kopiera till nästa termin")
    expect(page.get_by_label("Startar", exact=True).nth(1)).to_have_value("2027-08-16")

    # As others will see it, and then for all to see.
    anna.press("Förhandsgranska")
    expect(page.locator("h1")).to_have_text(title)
    expect(page.get_by_text("Inget är sparat än")).to_be_visible()
    anna.press("Fortsätt redigera")
    expect(page.get_by_label("Hur länge håller den på?")).to_have_value("20 veckor")
    anna.press("Publicera")
    expect(page.get_by_role("status")).to_contain_text("Insatsen är publicerad")
    expect(page.get_by_role("group", name="Sköt insatsen")).to_be_visible()


def end_with_lessons(anna: Keeper, title: str) -> None:
    """It is found in the search, and ends with what was learned."""
    page = anna.page
    find(page, title)
    page.get_by_role("link", name="Avsluta insatsen").click()
    page.get_by_label("Projektet eller pengarna tog slut").check()
    page.get_by_label("Vad fungerade?").fill("Praktik redan från första veckan.")
    page.get_by_label("Vad räknar ni?").fill("Gick vidare till arbete")
    page.get_by_label("Hur många?").fill("3")
    anna.press("Avsluta insatsen")
    expect(page.get_by_role("status")).to_contain_text("Insatsen är avslutad")
    expect(page.get_by_text("färre än fem")).to_be_visible()


def take_up_again(bo: Keeper, title: str) -> None:
    """Another municipality finds it by why it ended, and takes it up again."""
    page = bo.page
    page.get_by_role("link", name="Kunskapsbank").first.click()
    page.get_by_role("link", name="Projektet eller pengarna tog slut").click()
    page.get_by_role("link", name=title, exact=True).click()
    page.get_by_role("link", name="Starta igen som ny").click()
    bo.press("Gör ett utkast")
    expect(page.get_by_role("complementary", name="Lärdomar från föregångaren")).to_contain_text("Praktik redan från första veckan.")
    page.get_by_label("Vad heter insatsen?").fill(f"{title} i Haninge")
    page.get_by_label("Vem kontaktar man?").fill("vux@haninge.example")
    bo.press("Publicera")
    expect(page.get_by_role("status")).to_contain_text("Insatsen är publicerad")
    page.get_by_role("link", name=f"{title} (Huddinge kommun)").click()
    expect(page.get_by_role("link", name=f"{title} i Haninge (Haninge kommun)", exact=True)).to_be_visible()
