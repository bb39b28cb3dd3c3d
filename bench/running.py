"""Servers and racers as processes of their own, and the barrier that lets all racers begin at once."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from bench import naive
from tests.support.needs import plain_environ
from tests.support.serving import free_port

_PATIENCE, _BREATH = 60.0, 0.5
_RACER = Path(__file__).with_name("racer.py")


def race(port: int, tasks: Sequence[Sequence[dict[str, Any]]]) -> tuple[list[tuple[str, int]], float]:
    """Let one process for each list of tasks begin at the same moment; what each form was answered with, and how long all took."""
    racers = [
        subprocess.Popen([sys.executable, "-I", str(_RACER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in tasks
    ]
    try:
        for racer, own in zip(racers, tasks, strict=True):
            _say(racer, json.dumps({"port": port, "tasks": list(own)}))
        for racer in racers:
            assert _hear(racer) == "ready"
        begins = time.time() + _BREATH
        for racer in racers:
            _say(racer, str(begins))
        told = [json.loads(_hear(racer)) for racer in racers]
    finally:
        for racer in racers:
            racer.kill()
            racer.communicate()
    seconds = max(one["ended"] for one in told) - min(one["began"] for one in told)
    return [(name, status) for one in told for name, status in one["answers"]], seconds


def _say(racer: subprocess.Popen[str], line: str) -> None:
    assert racer.stdin is not None
    racer.stdin.write(line + "\n")
    racer.stdin.flush()


def _hear(racer: subprocess.Popen[str]) -> str:
    assert racer.stdout is not None
    return racer.stdout.readline().strip()


@contextmanager
def serving_naive(url: URL, *, workers: int, folder: Path) -> Iterator[int]:
    """Serve the control by gunicorn, with as many workers and threads as our own; its port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--workers", str(workers), "--threads", "4", "--log-level", "warning"]
    command += ["--no-control-socket", "--bind", f"127.0.0.1:{port}", "bench.naive:create_app()"]
    with running(command, f"http://127.0.0.1:{port}/halsa", folder / "naive.log", **naive.environ(url)):
        yield port


@contextmanager
def running(command: Sequence[str], well: str, log: Path, **environ: str) -> Iterator[None]:
    """Run a server beside its log, from when the address `well` is answered until the block ends."""
    with log.open("w") as out:
        told = {**plain_environ(), **environ}
        server = subprocess.Popen(command, cwd=log.parent, env=told, stdout=out, stderr=subprocess.STDOUT)
        try:
            _wait(well, server, log)
            yield
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait(well: str, server: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(well, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise AssertionError(f"no answer at {well}:\n{log.read_text()}")
