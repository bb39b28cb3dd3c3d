"""Click in Swedish: its help and its complaints. It offers no translation of its own."""

import sys
from pathlib import Path
from typing import Any

import click

from insatsbas.core.errors import InsatsbasError

_HELP = "Visa hjälpen och sluta."


class _InSwedish(click.Command):
    """The parts of a command's help that Click writes itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("options_metavar", "[FLAGGOR]")
        super().__init__(*args, **kwargs)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Användning: …"""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="Användning: ")

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option --help, told in Swedish."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = _HELP
        return option

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options under a Swedish heading, and for a group its commands."""
        options = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)]
        rows = [record for option in options if (record := option.get_help_record(ctx)) is not None]
        with formatter.section("Flaggor"):
            formatter.write_dl(rows)
        if isinstance(self, click.Group):
            commands = [(name, self.commands[name].get_short_help_str(70)) for name in self.list_commands(ctx)]
            with formatter.section("Kommandon"):
                formatter.write_dl(commands)


class SwedishCommand(_InSwedish):
    """A command that speaks Swedish."""


class SwedishGroup(_InSwedish, click.Group):
    """A group of commands that speaks Swedish and tells our own faults in a sentence each."""

    command_class = SwedishCommand
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("subcommand_metavar", "KOMMANDO …")
        super().__init__(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which they are written: the first one needs first."""
        return list(self.commands)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run; a fault that a person can mend is one line each and ends with code 1, wrong words with code 2."""
        kwargs["standalone_mode"] = False
        try:
            sys.exit(super().main(*args, **kwargs) or 0)
        except InsatsbasError as error:
            _complain(str(error), 1)
        except click.exceptions.Abort:
            _complain("Avbrutet.", 130)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.message, err=True)
            sys.exit(2)
        except click.ClickException as error:
            _complain(_in_swedish(error), 2)


def _complain(text: str, code: int) -> None:
    click.echo("\n".join(f"insatsbas: {line}" for line in text.splitlines()), err=True)
    sys.exit(code)


def _in_swedish(error: click.ClickException) -> str:
    match error:
        case click.NoSuchOption():
            return f"Flaggan {error.option_name} finns inte. Skriv --help efter kommandot för dem som finns."
        case click.MissingParameter():
            return f"{(error.param.make_metavar(error.ctx) if error.param and error.ctx else 'Något')} saknas. Skriv --help för hjälp."
        case click.BadParameter():
            return error.message
        case click.UsageError():
            return "Kommandot förstås inte. Skriv insatsbas --help för dem som finns."
        case _:
            return error.format_message()


class ReadableFile(click.ParamType[Path]):
    """A file that exists and can be read."""

    name = "fil"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path, or a complaint."""
        path = Path(value)
        if not path.is_file():
            self.fail(f"Filen {path} finns inte.", param, ctx)
        return path


class NewFile(click.ParamType[Path]):
    """A file to write, whether it is there or not."""

    name = "fil"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path, or a complaint."""
        path = Path(value)
        if path.is_dir():
            self.fail(f"{path} är en mapp. Skriv namnet på en fil.", param, ctx)
        return path


class Whole(click.ParamType[int]):
    """A whole number within bounds."""

    name = "tal"

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number, or a complaint."""
        try:
            number = int(value)
        except ValueError:
            number = self._least - 1
        if not self._least <= number <= self._most:
            self.fail(f"{value} ska vara ett heltal från {self._least} till {self._most}.", param, ctx)
        return number


class OneOf(click.ParamType[str]):
    """One of some words."""

    name = "val"

    def __init__(self, *words: str) -> None:
        self._words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word, or a complaint."""
        if value not in self._words:
            self.fail(f"{value} ska vara en av {', '.join(self._words)}.", param, ctx)
        return str(value)
