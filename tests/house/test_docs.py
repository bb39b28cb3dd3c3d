"""What can be set and run is told in the README, and the README tells of nothing else; what is measured is told as it is."""

import re

import click
import pytest

from insatsbas.core import config
from insatsbas.exchange.rules import FINAL, TRANSITIONS
from insatsbas.exchange.states import State
from tests.accounts.test_sessions import ENDINGS
from tests.browser.test_newcomers import NEWCOMERS
from tests.browser.test_reading_tasks import TASKS
from tests.cli.test_help import ALL
from tests.house.policy_world import ROLES
from tests.interchange.hostile import CORPUS
from tests.interchange.test_hostile_files import MEGABYTES, SECONDS
from tests.support.needs import ROOT
from tests.support.tables import rows_of

KEEPING = ("Vem som får vad", "Inloggningar som är slut", "Filer som vill illa")


def section(heading: str) -> str:
    """What stands in the README under a heading of the second level."""
    readme = (ROOT / "README.md").read_text("utf-8")
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", readme, re.MULTILINE | re.DOTALL)
    assert found, f"README.md has no section `## {heading}`"
    return found[1]


@pytest.mark.parametrize("name", [config.PREFIX + name for name in (*config.NAMES, *config.TEST_ONLY)])
def test_each_setting_is_told(name: str) -> None:
    text = (ROOT / "README.md").read_text("utf-8") if name.removeprefix(config.PREFIX) in config.TEST_ONLY else section("Inställningar")
    assert f"`{name}`" in text, f"tell of {name} in README.md, under Inställningar"


def test_no_setting_is_told_that_does_not_exist() -> None:
    told = set(re.findall(rf"{config.PREFIX}([A-Z][A-Z_]*[A-Z])\b", (ROOT / "README.md").read_text("utf-8")))
    assert told <= {*config.NAMES, *config.TEST_ONLY}, "README.md tells of settings that are none"


@pytest.mark.parametrize("path", [path for path, command in ALL.items() if not isinstance(command, click.Group)], ids=" ".join)
def test_each_command_and_option_is_told(path: tuple[str, ...]) -> None:
    text, name = section("Kommandon"), " ".join(path)
    leaf = re.escape(path[-1])
    is_told = f"insatsbas {name}" in text or (len(path) > 1 and re.search(rf"insatsbas {path[0]}[^\n]*\b{leaf}\b", text))
    assert is_told, f"tell of `insatsbas {name}` in README.md, under Kommandon"
    for option in ALL[path].params:
        if isinstance(option, click.Option):
            assert option.opts[0] in text, f"tell of {option.opts[0]} of `insatsbas {name}` in README.md, under Kommandon"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "DECISIONS.md", "LICENSE", "publiccode.yml", "Makefile"])
def test_the_files_at_the_root(name: str) -> None:
    assert (ROOT / name).is_file(), f"{name} is missing at the root"


def test_what_the_readme_links_to_is_there() -> None:
    for file in ("README.md", "CONTRIBUTING.md", "DECISIONS.md"):
        for target in re.findall(r"\]\(([^)#\s]+)", (ROOT / file).read_text("utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (ROOT / target).exists(), f"{file} links to {target}, which is not there"


def test_the_page_for_readers_tells_what_tasks_and_newcomers_take() -> None:
    tasks = {task.name: [task.clicks, *task.typed] for task in TASKS}
    assert rows_of("docs/READING.md", "Tio uppgifter") == tasks, "docs/READING.md tells otherwise than the tests declare"
    newcomers = {newcomer.name: [newcomer.clicks, newcomer.keys] for newcomer in NEWCOMERS}
    assert rows_of("docs/READING.md", "Fem nyanlända") == newcomers, "docs/READING.md tells otherwise than the tests declare"


def test_the_page_for_keepers_tells_what_is_asked_and_tried() -> None:
    told = {code: numbers for heading in KEEPING for code, numbers in rows_of("docs/KEEPING.md", heading).items()}
    refused = sum(bool(hostile.reason) for hostile in CORPUS.values())
    # What must be none is held to be so by the tests that the page names.
    assert told == {
        "roller": [len(ROLES)],
        "odeklarerade": [0],
        "frammande": [0],
        "satt": [len(ENDINGS)],
        "godtagna": [0],
        "filer": [len(CORPUS)],
        "avvisade": [refused],
        "sekunder": [int(SECONDS)],
        "minne": [MEGABYTES],
    }, "docs/KEEPING.md tells otherwise than the tests declare"


def test_the_page_of_the_exchange_tells_how_large_the_machine_is() -> None:
    told = {"lagen": [len(State)], "slut": [len(FINAL)], "steg": [len(TRANSITIONS)]}
    assert rows_of("docs/EXCHANGE.md", "Maskinen") == told, "docs/EXCHANGE.md tells otherwise than the machine"


@pytest.mark.parametrize("page", ["KEEPING.md", "EXCHANGE.md"])
def test_the_tests_that_a_page_names_are_there(page: str) -> None:
    named = set(re.findall(r"\btest_\w+", (ROOT / "docs" / page).read_text("utf-8")))
    files = [file for file in (ROOT / "tests").rglob("test_*.py") if "node_modules" not in file.parts]
    there = {name for file in files for name in [file.stem, *re.findall(r"def (test_\w+)", file.read_text("utf-8"))]}
    assert named
    assert not [name for name in named if not any(name in each for each in there)], f"docs/{page} names tests that are none"
