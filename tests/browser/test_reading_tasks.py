"""Ten tasks of a case officer, each from the start page to the page of an intervention that fits, in the fewest clicks and keys there are.

Each is done twice: by pointing alone, and by typing words. What it takes is declared here and may not grow; who finds a shorter way
lowers the number. The table is kept in `artifacts/tasks.md`.
"""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.support.needs import ROOT
from tests.support.serving import Server

pytestmark = pytest.mark.browser
# So many cards are seen without looking further.
SEEN = 3


class Hands:
    """The officer's hands: every click and every key is counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.keys = 0

    def click(self, target: Locator) -> None:
        """Point at something and click."""
        target.click()
        self.clicks += 1

    def type(self, words: str) -> None:
        """Letters, and Enter."""
        self.page.keyboard.type(words)
        self.page.keyboard.press("Enter")
        self.keys += len(words) + 1


Step: TypeAlias = Callable[[Hands], None]


def common(words: str) -> Step:
    """A common search of the start page."""
    return lambda hands: hands.click(hands.page.locator(".ib-hero").get_by_role("link", name=words))


def tile(need: str) -> Step:
    """A need's tile."""
    return lambda hands: hands.click(hands.page.locator(".ib-needs a", has_text=need))


def menu(name: str) -> Step:
    """The menu of every page."""
    return lambda hands: hands.click(hands.page.locator(".ib-menu").get_by_role("link", name=name))


def all_needs() -> Step:
    """From the start page to the list of all needs."""
    return lambda hands: hands.click(hands.page.get_by_role("link", name="Visa alla behov"))


def listed(need: str) -> Step:
    """A need of that list."""
    return lambda hands: hands.click(hands.page.locator("main").get_by_role("link", name=need))


def given_in(municipality: str) -> Step:
    """A municipality's square among the filters; its hits come by themselves."""

    def step(hands: Hands) -> None:
        hands.click(hands.page.locator(".ib-map__grid label", has_text=municipality))
        expect(hands.page.locator(".ib-chips")).to_contain_text(municipality)

    return step


def words(typed: str) -> Step:
    """The search box: a click in it, the letters and Enter."""

    def step(hands: Hands) -> None:
        hands.click(hands.page.get_by_role("searchbox"))
        hands.type(typed)
        expect(hands.page).to_have_url(re.compile(r"/sok\?"))

    return step


def card(title: str) -> Step:
    """The card with a title, if it is among those seen first."""

    def step(hands: Hands) -> None:
        cards = hands.page.locator("article h3 a")
        expect(cards.first).to_be_visible()
        shown = ["".join(text.split()) for text in cards.all_text_contents()[:SEEN]]
        at = next((n for n, text in enumerate(shown) if "".join(title.split()) in text), None)
        assert at is not None, f"{title} is not among the first {SEEN}: {shown}"
        hands.click(cards.nth(at))
        expect(hands.page.locator("h1")).to_have_text(title)

    return step


@dataclass(frozen=True, slots=True)
class Task:
    """What is needed; filters that the intervention must pass; the two ways there, each with what it takes; what must be seen there."""

    name: str
    need: str
    fits: str
    pointing: tuple[Step, ...]
    clicks: int
    typing: tuple[Step, ...]
    typed: tuple[int, int]
    seen: tuple[str, ...]
    is_given: bool = True


TASKS = (
    Task(
        "vard-kvall",
        "an evening course in Swedish for health-care work, near Haninge, places left, for one who has passed sfi B",
        "behov=yrkessvenska&ges_i=0136&pendla=ja&tid=kvallstid&klarat=2&lediga=ja",
        (common("yrkessvenska"), card("Yrkessvenska för vård och omsorg, kvällskurs")),
        2,
        (words("vård kväll"), card("Yrkessvenska för vård och omsorg, kvällskurs")),
        (2, 11),
        ("Kvällstid", "Haninge", "Sfi B", "lediga av"),
    ),
    Task(
        "sfi-barnpassning",
        "daytime sfi with child care in Botkyrka",
        "behov=sfi&ges_i=0127&tid=dagtid&stod=barnpassning",
        (tile("Svenska språket"), given_in("Botkyrka"), card("Sfi på dagen med barnpassning i Alby")),
        3,
        (words("sfi barn"), card("Sfi på dagen med barnpassning i Alby")),
        (2, 9),
        ("Dagtid", "Botkyrka", "Barnpassning", "lediga av", "telefontid"),
    ),
    Task(
        "korkort-arabiska",
        "driving-licence theory with support in Arabic",
        "behov=korkort&sprak=arabiska&stod=sprakstod&vag_in=sjalv",
        (common("körkort"), card("Körkortsteori på arabiska")),
        2,
        (words("körkort arabiska"), card("Körkortsteori på arabiska")),
        (2, 17),
        ("Språkstöd på arabiska", "Deltagaren anmäler sig", "lediga av"),
    ),
    Task(
        "foraldraledig",
        "Swedish for a parent on leave",
        "behov=svenska-foraldraledig&passar=foraldraledig&lediga=ja",
        (common("föräldraledig"), card("Svenska med barnvagn")),
        2,
        (words("barnvagn"), card("Svenska med barnvagn")),
        (2, 9),
        ("Föräldralediga", "Deltagaren anmäler sig", "lediga av"),
    ),
    Task(
        "trauma-tolk",
        "support after trauma, with an interpreter",
        "behov=trauma&stod=tolk&lediga=ja",
        (tile("Psykisk hälsa och trauma"), card("Traumastöd i grupp")),
        2,
        (words("trauma"), card("Traumastöd i grupp")),
        (2, 7),
        ("Tolk", "Remiss från vården", "ledig"),
    ),
    Task(
        "sprakcafe",
        "an open language café",
        "behov=samtal&vag_in=oppet&nar_som_helst=ja",
        (common("språkcafé"), card("Språkcafé i Fittja")),
        2,
        (words("språkcafé"), card("Språkcafé i Fittja")),
        (2, 10),
        ("Kom direkt, ingen anmälan", "Går att börja när som helst", "Botkyrka"),
    ),
    Task(
        "validering",
        "validation for an academic with a foreign degree",
        "behov=validering&passar=akademiker",
        (
            all_needs(),
            listed("Validering och bedömning"),
            card("Sjuksköterska med utländsk examen: hjälp med bedömning och ansökan"),
        ),
        3,
        (words("examen"), card("Sjuksköterska med utländsk examen: hjälp med bedömning och ansökan")),
        (2, 7),
        ("Akademiker", "Deltagaren anmäler sig", "ledig"),
    ),
    Task(
        "laxhjalp",
        "help with homework",
        "behov=laxhjalp&vag_in=oppet",
        (all_needs(), listed("Läxhjälp"), card("Läxhjälp i Rönninge")),
        3,
        (words("läxhjälp"), card("Läxhjälp i Rönninge")),
        (2, 9),
        ("Kom direkt, ingen anmälan", "Salem", "ledig"),
    ),
    Task(
        "snart-18",
        "an unaccompanied youth who is soon 18",
        "behov=vuxenliv&passar=ekb&lediga=ja",
        (tile("Ensamkommande"), card("På väg till 18")),
        2,
        (words("18"), card("På väg till 18")),
        (2, 3),
        ("Ensamkommande", "Handläggaren anmäler", "lediga av"),
    ),
    Task(
        "boende-lardomar",
        "what has been tried in housing, and what was learned",
        "behov=boende&status=pausad&status=avslutad",
        (menu("Kunskapsbank"), tile("Boende"), card("Bostadslots för dig vars kontrakt snart löper ut")),
        3,
        (menu("Kunskapsbank"), words("bostad"), card("Bostadslots för dig vars kontrakt snart löper ut")),
        (3, 7),
        ("Lärdomar", "Varför insatsen avslutades", "Insatser som ges nu och liknar den här"),
        is_given=False,
    ),
)
TAKEN: dict[str, dict[str, tuple[int, int]]] = {}


@pytest.fixture(scope="module", autouse=True)
def _table() -> Iterator[None]:
    """Keep what each task took."""
    yield
    lines = ["# What ten tasks take, from the start page", "", "| task | pointing: clicks | typing: clicks | typing: keys |"]
    lines.append("| --- | ---: | ---: | ---: |")
    for task in TASKS:
        if len(took := TAKEN.get(task.name, {})) == 2:
            lines.append(f"| {task.need} | {took['pointing'][0]} | {took['typing'][0]} | {took['typing'][1]} |")
    told = "\n".join([*lines, ""])
    (ROOT / "artifacts").mkdir(exist_ok=True)
    (ROOT / "artifacts" / "tasks.md").write_text(told, "utf-8")
    print("\n" + told)


@pytest.mark.parametrize("way", ["pointing", "typing"])
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task(open_page: OpenPage, server: Server, task: Task, way: str) -> None:
    hands = Hands(open_page("/"))
    for step in task.pointing if way == "pointing" else task.typing:
        step(hands)
    declared = (task.clicks, 0) if way == "pointing" else task.typed
    assert (hands.clicks, hands.keys) == declared, "clicks and keys: it takes other than declared"
    TAKEN.setdefault(task.name, {})[way] = (hands.clicks, hands.keys)
    page = hands.page
    said = " ".join(page.locator("main").inner_text().split())
    assert all(words in said for words in task.seen), f"{[w for w in task.seen if w not in said]} is not on the page"
    if task.is_given:
        expect(page.get_by_role("heading", name="Så får deltagaren en plats")).to_be_in_viewport()
        expect(page.locator('main a[href^="tel:"]').first).to_be_visible()
        expect(page.locator('main a[href^="mailto:"]').first).to_be_visible()
    # Of all that the filters say, not of what the title says alone.
    with urllib.request.urlopen(f"{server.url}/api/v1/insatser?per_sida=100&{task.fits}", timeout=30) as answer:
        fitting = [item["id"] for item in json.load(answer)["items"]]
    assert page.url.rpartition("/")[2] in fitting, "what was found does not fit"
