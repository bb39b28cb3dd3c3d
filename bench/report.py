"""What the measurements have in common: on what they were run, and how figures are drawn as a table."""

import os
import platform
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import numpy as np

from insatsbas.core.db import sqlite_module


def machine(*packages: str) -> dict[str, object]:
    """The commit, the machine, and the versions of some packages, where they are installed."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    return {
        "commit": done.stdout.strip(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite_module().sqlite_version,
        **{name: version(name) for name in packages},
    }


def version(package: str) -> str:
    """The version of an installed package; empty when it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def told(machine: dict[str, object]) -> str:
    """The machine in a line."""
    return ", ".join(f"{name} {value or 'absent'}" for name, value in machine.items())


def milliseconds(seconds: Sequence[float]) -> tuple[float, float, float]:
    """Median, 99th percentile and the longest, in milliseconds."""
    times = np.array(seconds) * 1000
    return float(np.median(times)), float(np.percentile(times, 99)), float(times.max())


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows below each other, the first column to the left and the others to the right."""
    cells = [[f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return "\n".join(
        row[0].ljust(widths[0]) + "".join("  " + cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in cells
    )
