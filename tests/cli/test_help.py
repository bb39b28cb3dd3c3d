"""The command speaks Swedish: its help, and its complaints about what was typed."""

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner, Result

from insatsbas.cli import main

ENGLISH = re.compile(
    r"(?<![\w-])(?:usage|options?|commands?|arguments?|show this message|and exit|show the version|error|try|for help|missing|invalid|"
    r"no such|default|required|file|path|directory|does not exist|integer|text|got unexpected|extra)(?![\w-])",
    re.IGNORECASE,
)


def commands(command: click.Command = main, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command, with the words that lead to it."""
    yield path, command
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from commands(child, (*path, name))


ALL = dict(commands())


def run(*words: str) -> Result:
    """What the command says to some words."""
    return CliRunner().invoke(main, list(words), prog_name="insatsbas")


def english_in(text: str) -> set[str]:
    """The English words of a text: names of commands and options are no words."""
    plain = re.sub(r"--[\w-]+", "", text)
    return {found.group().lower() for found in ENGLISH.finditer(plain)}


def test_the_commands_that_were_promised() -> None:
    assert set(main.commands) >= {"init", "demo", "region", "serve", "work", "import", "export", "index"}
    index = main.commands["index"]
    assert isinstance(index, click.Group)
    assert set(index.commands) >= {"drain", "rebuild", "check", "show"}


@pytest.mark.parametrize("path", ALL, ids=lambda path: " ".join(path) or "insatsbas")
def test_help_is_in_swedish(path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Användning: {' '.join(['insatsbas', *path])}")
    assert "Visa hjälpen och sluta." in result.output
    assert not english_in(result.output), result.output
    for option in ALL[path].params:
        if isinstance(option, click.Option):
            assert option.opts[0] in result.output
            assert option.help, f"{option.opts[0]} says nothing about itself"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "index",
        "finns-inte",
        "index finns-inte",
        "init --finns-inte",
        "init mer",
        "import",
        "import /finns/inte.csv",
        "export",
        "export /",
        "region",
        "serve --port",
        "serve --port noll",
        "serve --port 70000",
        "serve --workers 0",
        "work --once=1",
    ],
)
def test_complaints_are_in_swedish(words: str) -> None:
    result = run(*words.split())
    assert result.exit_code == 2, result.output
    assert result.output.strip(), "nothing is said"
    assert not english_in(result.output), result.output
    assert "Traceback" not in result.output


def test_the_version() -> None:
    result = run("--version")
    assert result.exit_code == 0
    assert re.fullmatch(r"insatsbas \d+\.\d+\.\d+\S*\n", result.output)
