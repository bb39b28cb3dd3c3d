"""Where the time of our search page goes, by the layer that is at work.

A timer interrupts the process as often as the system lets it, some hundred times a second of its own time. Each time the innermost
frame that belongs to a layer says which one is at work; so this needs to know no function by name, and what a template calls counts
as the template's unless it is a layer of its own.
"""

import signal
import statistics
import time
from collections import Counter
from types import FrameType
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench import page_questions
from bench.page_questions import HEADERS, Question
from bench.report import told

_EVERY = 0.001
_REST = "routing, session and the rest"
# The first that a frame's file has a part of is its layer.
_LAYERS = {
    "packing": ("/flask_compress/", "/brotli"),
    "engine": ("/search/whoosh/", "/search/engine.py"),
    "database": ("/sqlalchemy/", "/flask_sqlalchemy_lite/", "/core/db.py", "queries.py", "/core/versions.py"),
    "reading the address": (
        "/search/forms.py",
        "/search/query.py",
        "/search/names.py",
        "/search/spelling.py",
        "/search/finding.py",
        "/wtforms/",
    ),
    "presenter": (
        "/search/presenter.py",
        "/search/cards.py",
        "/search/filters.py",
        "/search/labels.py",
        "/search/page.py",
        "/search/similar.py",
        "/search/explaining.py",
        "/interchange/api",
    ),
    "snippets": ("/search/snippets.py",),
    "template": (".html", "/jinja2/", "/core/templating.py"),
}
_SHOWN = 20


class Sampler:
    """What was at work, each time one looked."""

    def __init__(self) -> None:
        self.layers: Counter[str] = Counter()
        self.functions: Counter[str] = Counter()
        self._layer_of_file: dict[str, str | None] = {}

    def __enter__(self) -> "Sampler":
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)

    def _look(self, _signal: int, frame: FrameType | None) -> None:
        layer, ours = None, set()
        while frame is not None:
            file = frame.f_code.co_filename
            layer = layer or self._layer(file)
            if "/insatsbas/" in file or file.endswith(".html"):
                ours.add(f"{'/'.join(file.split('/')[-2:])} {frame.f_code.co_name}")
            frame = frame.f_back
        self.layers[layer or _REST] += 1
        self.functions.update(ours)

    def _layer(self, file: str) -> str | None:
        if file not in self._layer_of_file:
            fitting = (layer for layer, parts in _LAYERS.items() if any(part in file for part in parts))
            self._layer_of_file[file] = next(fitting, None)
        return self._layer_of_file[file]


def shares(app: Flask, asked: list[Question], rounds: int) -> dict[str, Any]:
    """Ask our application, in this process, for the HTML page of each question so many times after a first time that is not counted.

    Each layer's share, and that of each of our functions with all that it calls; and the median in milliseconds of pages not sampled.
    """
    addresses = [page_questions.address(question, as_json=False) for question in asked]
    _ask(app, addresses)
    times = [_timed(app, address) for _ in range(rounds) for address in addresses]
    with Sampler() as sampler:
        for _ in range(rounds):
            _ask(app, addresses)
    total = sampler.layers.total()
    return {
        "median": round(statistics.median(times), 2),
        "samples": total,
        "layers": {name: count / total for name, count in sampler.layers.most_common()},
        "functions": {name: count / total for name, count in sampler.functions.most_common(_SHOWN)},
    }


def _ask(app: Flask, addresses: list[str]) -> None:
    for address in addresses:
        _timed(app, address)


def _timed(app: Flask, address: str) -> float:
    environ = EnvironBuilder(address, headers=[*HEADERS.items()]).get_environ()
    began = time.perf_counter()
    body, status, _ = run_wsgi_app(app, environ)
    b"".join(body)
    ended = time.perf_counter()
    if not status.startswith("200"):
        raise SystemExit(f"{address} was answered with {status}")
    return (ended - began) * 1000


def drawn(report: dict[str, Any]) -> str:
    """The report for people."""
    lines = [told(report["machine"]), f"seed {report['seed']}, {report['rounds']} rounds of {report['questions']} questions"]
    for size, result in report["sizes"].items():
        lines += ["", f"{size} interventions: {result['median']:.1f} ms in the process, {result['samples']} samples"]
        lines += [f"{share:>8.1%}  {name}" for name, share in result["layers"].items()]
        lines.append("  of which, with all that it calls")
        lines += [f"{share:>8.1%}  {name}" for name, share in result["functions"].items()]
    return "\n".join(lines)
