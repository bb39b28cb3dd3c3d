"""A real server: the command `insatsbas serve` in a process of its own."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.needs import plain_environ

OURS = (sys.executable, "-m", "insatsbas")
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers, and where it keeps what it has."""

    url: str
    data_dir: Path
    log: Path


def free_port() -> int:
    """A port of this computer that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def serving(data_dir: Path, *, command: Sequence[str] = OURS, workers: int = 1, **settings: str) -> Iterator[Server]:
    """Serve a data folder until the block ends. The command runs in another folder than the checkout; another command is not ours."""
    port, log = free_port(), data_dir.parent / f"{data_dir.name}.log"
    environ = plain_environ(command is OURS, DATA_DIR=str(data_dir), **settings)
    with log.open("w") as out:
        process = subprocess.Popen(
            [*command, "serve", "--port", str(port), "--workers", str(workers)],
            cwd=data_dir,
            env=environ,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            server = Server(f"http://127.0.0.1:{port}", data_dir, log)
            wait_until_well(server, process)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_well(server: Server, process: subprocess.Popen[bytes]) -> None:
    """Wait until /halsa says that all is well, for a minute at most."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server ended with {process.returncode}:\n{server.log.read_text()}"
        try:
            with urllib.request.urlopen(server.url + "/halsa", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise AssertionError(f"no answer from {server.url} within {_PATIENCE:.0f} s:\n{server.log.read_text()}")
