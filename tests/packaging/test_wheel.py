"""The wheel: built from what git knows by way of the sdist, installed where nothing else is, and used from there."""

import os
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from tests.house.test_files import ours
from tests.support.needs import ROOT, plain_environ
from tests.support.serving import serving

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    """Run a program, which must succeed; what it said."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**plain_environ(False), **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}:\n{done.stdout[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist of what git knows, and the wheel that was made from it and not from the checkout."""
    clone, out = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("dist")
    for path in ours():
        target = clone / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    run(sys.executable, "-m", "build", "--outdir", out, clone, cwd=out)
    return out


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a new virtual environment with the wheel, and what it depends on, in it."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = built.glob("*.whl")
    run(programs / "python", "-m", "pip", "install", "--disable-pip-version-check", wheel, cwd=folder)
    return programs


def test_what_the_wheel_carries(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, pattern in (("templates", "*.html"), ("migrations", "[0-9]*.py"), ("index", "*.txt")):
        for path in (ROOT / folder).rglob(pattern):
            assert f"insatsbas/_data/{path.relative_to(ROOT).as_posix()}" in names, f"{path.name} is not in the wheel"
    for path in (path for path in ours() if path.is_relative_to(ROOT / "insatsbas")):
        assert path.relative_to(ROOT).as_posix() in names, f"{path.name} is not in the wheel"
    assert "insatsbas/static/css/insatsbas.css" in names
    assert any(name.startswith("insatsbas/static/fonts/") and name.endswith(".woff2") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    strangers = {name for name in names if not name.startswith(("insatsbas/", "insatsbas-"))}
    assert not strangers, f"what has nothing to do in a wheel: {strangers}"
    assert not [name for name in names if "node_modules" in name or "built" in name or name.endswith((".pyc", ".db"))]


def test_the_sdist_carries_sources_only(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert {"pyproject.toml", "hatch_build.py", "package-lock.json", "assets/insatsbas.scss", "LICENSE", "README.md"} <= set(names)
    assert not [
        name for name in names if name.startswith(("node_modules", "insatsbas/static/css", "insatsbas/static/fonts", "var/", ".venv"))
    ]


def test_from_an_installed_wheel_to_a_page(installed: Path, tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    insatsbas = installed / "insatsbas"
    own = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data")}
    where = run(installed / "python", "-c", "import insatsbas; print(insatsbas.__file__)", cwd=elsewhere)
    assert where.startswith(str(installed.parent)), "this is the checkout, not the wheel"
    run(insatsbas, "init", cwd=elsewhere, **own)
    run(insatsbas, "demo", cwd=elsewhere, **own)
    assert "Lika" in run(insatsbas, "index", "check", cwd=elsewhere, **own)
    assert list(elsewhere.iterdir()) == []
    (database,) = home.rglob("insatsbas.db")
    with serving(database.parent, command=(str(insatsbas),)) as server:
        for address, expected in (
            ("/", "Vad behöver deltagaren?"),
            ("/sok?q=svenska", "ib-hits"),
            ("/static/css/insatsbas.css", "@font-face"),
            ("/halsa", '"ok"'),
        ):
            with urllib.request.urlopen(server.url + address, timeout=30) as answer:
                assert expected in answer.read().decode(), address
