"""How files are named and how long they are; what may not stand in them."""

import re
import subprocess
import tomllib
from pathlib import Path

from insatsbas.core import migrations
from tests.support.needs import ROOT

LONGEST = 300
# A folder of somebody's own computer.
OWN_FOLDER = re.compile(r"(?<![\w.:/-])/(?:work|root|home|Users)/[\w.-]+")
PACKAGE = sorted((ROOT / "insatsbas").rglob("*.py"))


def ours() -> list[Path]:
    """Every file of the project: what git knows or would take in, else what lies here."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    kept_out = {".git", ".venv", "node_modules", "__pycache__", "var", "built", "artifacts", "dist"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not kept_out & set(path.relative_to(ROOT).parts)]


def test_no_file_is_too_long() -> None:
    long = {str(path.relative_to(ROOT)): lines for path in PACKAGE if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST}
    assert not long, f"split these by subject; no file is longer than {LONGEST} lines: {long}"


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT)) for path in PACKAGE if path.read_text("utf-8").strip() and not path.read_text("utf-8").startswith('"""')
    ]
    assert not silent, f"begin these with a sentence on what they hold: {silent}"


def test_migrations_are_numbered_one_after_the_other() -> None:
    files = sorted(path for path in (ROOT / "migrations").glob("*.py") if path.name != "__init__.py")
    for number, path in enumerate(files, start=1):
        assert re.fullmatch(rf"{number:04d}_[a-z0-9]+(_[a-z0-9]+)*\.py", path.name), f"{path.name} should be named {number:04d}_words.py"
    scripts = list(reversed(list(migrations.scripts().walk_revisions())))
    assert [script.revision for script in scripts] == [path.name[:4] for path in files], "a revision is the number of its file"
    assert [script.down_revision for script in scripts] == [None, *(path.name[:4] for path in files[:-1])], "each stands on the one before"
    for script in scripts:
        assert script.doc, f"{script.path} does not say what it does"


def test_no_file_knows_somebodys_own_folders() -> None:
    found = []
    for path in ours():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in OWN_FOLDER.finditer(text)]
    assert not found, f"these name a folder that others do not have: {found}"


def test_whoosh_stays_in_its_room() -> None:
    outside = [
        str(path.relative_to(ROOT))
        for path in PACKAGE
        if path.parent.name != "whoosh" and re.search(r"^\s*(?:from|import) whoosh\b", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert not outside, f"only search/whoosh/ imports Whoosh: {outside}"


def test_no_read_or_write_slips_past_the_wall_of_forms() -> None:
    """The contract knows `actions`, `models` and `queries` by their names; those with longer names it must list."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    listed = next(set(contract["source_modules"]) for contract in contracts if "no forms and no views" in contract["name"])
    there = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in PACKAGE if re.search(r"_(actions|models|queries)$", path.stem)
    }
    assert not there - listed, f"name these in the contract of pyproject.toml: {sorted(there - listed)}"


def test_the_clock_is_the_only_clock() -> None:
    """Else a test cannot move it, and a day is a day of UTC instead of one in Sweden."""
    others = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in PACKAGE
        if path.name != "clock.py"
        for match in re.finditer(r"\b(?:date\.today|datetime\.(?:now|utcnow|today)|time\.time)\(", path.read_text("utf-8"))
    ]
    assert not others, f"ask insatsbas.core.clock: {others}"
