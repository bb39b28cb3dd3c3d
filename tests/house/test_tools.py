"""What `make check` runs holds in the suite too: one command, one test."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.needs import ROOT, require

BIN = Path(sys.executable).parent


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        "lint-imports",
        "ruff check .",
        "ruff format --check .",
        "mypy",
        "djlint templates --check --lint --quiet",
    ],
)
def test_nothing_to_complain_of(command: str) -> None:
    program, *arguments = command.split()
    require((BIN / program).exists(), f"{program}, of the extra `check`")
    done = subprocess.run(
        [str(BIN / program), *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, f"run `{command}`, or `make check`:\n{done.stdout[-4000:]}"
