"""Killed between the commit and the index, at any point, fifty times: after a restart the two are equal."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.search.killing import POINTS
from tests.support.needs import ROOT, plain_environ

TIMES = 50


def command(folder: Path, *arguments: str, **named: Any) -> subprocess.CompletedProcess[str]:
    """A process on a data folder of its own."""
    environ = plain_environ(DATA_DIR=str(folder), SECRET_KEY="k" * 40)
    return subprocess.run(
        [sys.executable, "-m", *arguments], env=environ, capture_output=True, text=True, timeout=600, check=False, **named
    )


@pytest.fixture(scope="module")
def lives(bare_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """Fifty lives on one data folder: the folder as the last one left it, and what was found after each."""
    folder = tmp_path_factory.mktemp("killed") / "data"
    shutil.copytree(bare_template, folder)
    done = command(folder, "tests.search.killing", str(TIMES), cwd=ROOT)
    assert done.returncode == 0, done.stderr[-3000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == TIMES
    return folder, found


@pytest.mark.slow
def test_every_life_ended_by_a_kill_and_most_had_committed_something(lives: tuple[Path, list[dict[str, Any]]]) -> None:
    _, found = lives
    assert [life for life in found if not life["killed"]] == []
    points = Counter(life["point"] for life in found)
    assert points.keys() == {None, *POINTS}
    assert sum(life["told"] > 0 for life in found) > TIMES / 2
    assert all(life["told"] > 0 for life in found if life["point"] is not None)


@pytest.mark.slow
def test_after_every_kill_all_is_equal_sound_and_free(lives: tuple[Path, list[dict[str, Any]]]) -> None:
    _, found = lives
    for number, life in enumerate(found):
        assert life.get("fault") is None, (number, life)
        assert life["lock_is_free"], (number, life)
        assert life["failed"] == 0, (number, life)
        assert life["equal"], (number, life)
        assert life["waiting"] == 0, (number, life)
        assert life["integrity"] == "ok", (number, life)
        assert life["broken"] == 0, (number, life)
        assert life["lost"] == [], (number, life)
        assert life["is_found"], (number, life)
    # How much a life comes to do depends on the machine; all together do something.
    assert found[-1]["found"] > TIMES / 2


@pytest.mark.slow
def test_the_commands_say_so_too_and_little_is_left_lying(lives: tuple[Path, list[dict[str, Any]]]) -> None:
    folder, found = lives
    work = command(folder, "insatsbas", "work", "--once", cwd=folder)
    assert work.returncode == 0, work.stderr
    check = command(folder, "insatsbas", "index", "check", cwd=folder)
    assert check.returncode == 0, check.stdout
    assert check.stdout.startswith(f"Lika: {found[-1]['found']} ")
    # What a killed rebuild left is thrown away by the next that ends.
    rebuilt = command(folder, "insatsbas", "index", "rebuild", cwd=folder)
    assert rebuilt.returncode == 0, rebuilt.stderr
    names = sorted(path.name.split("-")[0] for path in (folder / "index").iterdir())
    assert names == ["current", "g", "g", "lists", "lock"], names
