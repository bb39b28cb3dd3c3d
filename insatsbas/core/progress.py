"""Telling how long work goes: a bar on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def step(what: str, out: TextIO | None = None) -> Iterator[None]:
    """Tell that a step begins and, when it is done, how many seconds it took."""
    stream = out or sys.stderr
    began = time.monotonic()
    stream.write(f"{what} … ")
    stream.flush()
    try:
        yield
    except BaseException:
        stream.write("avbröts\n")
        raise
    stream.write(f"klart på {time.monotonic() - began:.1f} s\n".replace(".", ","))
    stream.flush()


class Progress:
    """How far a long piece of work has come. On a terminal one line that fills; elsewhere a line for each quarter."""

    def __init__(self, what: str, total: int, out: TextIO | None = None) -> None:
        self._what, self._total, self._done, self._told = what, total, 0, 0
        self._out = out or sys.stderr
        self._is_terminal = self._out.isatty()

    def advance(self, count: int = 1) -> None:
        """Count some more as done."""
        self._done += count
        share = self._done / self._total if self._total else 1.0
        if self._is_terminal:
            bar = "█" * int(30 * share)
            self._out.write(f"\r{self._what} [{bar:<30}] {self._done}/{self._total}" + ("\n" if share >= 1 else ""))
            self._out.flush()
        elif int(share * 4) > self._told:
            self._told = int(share * 4)
            self._out.write(f"{self._what}: {self._done} av {self._total}\n")
            self._out.flush()
