"""Counting what is searched for without holding up whoever searches, and without a GET that writes to the database.

Each process counts in memory, and at most once a minute puts what it has counted in a file of the folder `sokt` among the data. `insatsbas
work` takes the files in (`periodic`). A process that is killed loses its last minute; if `work` is killed between its commit and
taking away the file, a minute is counted twice. It is a count, not a promise.
"""

import json
import logging
import secrets
import threading
import weakref
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from flask import Flask, current_app, has_request_context, request

from insatsbas.core import clock
from insatsbas.core.config import Settings
from insatsbas.search.counted_rules import kept

log = logging.getLogger(__name__)
_KEY, _FOLDER = "insatsbas.counted", "sokt"
_EVERY = 60.0
_AGAIN = ("max-age=0", "no-cache")
# The name of an empty file that is another one each time what was counted is to be forgotten.
_FORGOTTEN = "glomt-"
# So many different questions a process remembers between two files: more are no people's.
_MOST = 5000


@dataclass(frozen=True, slots=True)
class Tally:
    """How many times a text was searched for on a Swedish day, and how many of those found nothing."""

    day: date
    text: str
    times: int
    without: int


@dataclass(slots=True)
class _Counted:
    times: Counter[tuple[date, str]] = field(default_factory=Counter)
    without: Counter[tuple[date, str]] = field(default_factory=Counter)
    # What was last forgotten when the first of these was counted.
    since: frozenset[str] = frozenset()


class Counting:
    """What one process has counted. May be used by many threads."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / _FOLDER
        self._lock = threading.Lock()
        self._counted = _Counted()
        self._is_due = False
        # What is left is handed over when the process ends in an orderly way.
        weakref.finalize(self, _hand_over, self._lock, self._counted, self._folder)

    def note(self, text: str, total: int) -> None:
        """Count a question and whether it found anything. What may tell of somebody is not kept, here either."""
        plain = kept(text)
        if plain is None:
            return
        key = (clock.today(), plain)
        with self._lock:
            if key not in self._counted.times and len(self._counted.times) >= _MOST:
                return
            self._counted.times[key] += 1
            self._counted.without[key] += not total
            is_first, self._is_due = not self._is_due, True
            if is_first:
                self._counted.since = _forgotten(self._folder)
        if is_first:
            timer = threading.Timer(_EVERY, self.hand_over)
            timer.daemon = True
            timer.start()

    def hand_over(self) -> None:
        """Put what has been counted in a file, for `work` to take in; nothing if there is nothing."""
        self._is_due = False
        _hand_over(self._lock, self._counted, self._folder)


def _hand_over(lock: threading.Lock, counted: _Counted, folder: Path) -> None:
    with lock:
        tallies = [[day.isoformat(), text, times, counted.without[day, text]] for (day, text), times in counted.times.items()]
        counted.times.clear()
        counted.without.clear()
    if not tallies or counted.since != _forgotten(folder):
        return
    draft = folder / f"{secrets.token_hex(8)}.part"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        draft.write_text(json.dumps(tallies, ensure_ascii=False), "utf-8")
        draft.rename(draft.with_suffix(".json"))
    except OSError as error:
        log.warning("Det som har sökts kunde inte sparas, och räknas inte: %s", error)


def _forgotten(folder: Path) -> frozenset[str]:
    return frozenset(file.name for file in folder.glob(f"{_FORGOTTEN}*"))


def init_app(app: Flask, settings: Settings) -> None:
    """Begin to count for an application."""
    app.extensions[_KEY] = Counting(settings.data_dir)


def current_counting() -> Counting:
    """What the current application counts with."""
    counting: Counting = current_app.extensions[_KEY]
    return counting


def note(text: str, total: int) -> None:
    """Count what was searched for. Whoever turns the page, sorts or filters asks the same again, which is not counted."""
    if not _is_asked_again(text):
        current_counting().note(text, total)


def _is_asked_again(text: str) -> bool:
    if not has_request_context():
        return False
    # A browser that reads a page anew says so in one of these ways.
    if request.args.get("sida", "1") != "1" or request.headers.get("Cache-Control", "") in _AGAIN:
        return True
    try:
        came_from = parse_qs(urlsplit(request.referrer or "").query).get("q", [""])
    except ValueError:
        # Anybody may send anything as where they came from.
        return False
    return kept(came_from[-1]) == kept(text)


def forget(data_dir: Path) -> None:
    """Throw away what waits to be taken in, and what processes have counted and not handed over: after a text has been masked."""
    folder = data_dir / _FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    for file in folder.iterdir():
        file.unlink(missing_ok=True)
    (folder / f"{_FORGOTTEN}{secrets.token_hex(8)}").touch()


def handed_over(data_dir: Path) -> Sequence[tuple[Path, Sequence[Tally]]]:
    """The files that wait to be taken in, each with what it tells. One that a power cut spoilt tells nothing."""
    return [(file, _read(file)) for file in sorted((data_dir / _FOLDER).glob("*.json"))]


def _read(file: Path) -> Sequence[Tally]:
    try:
        rows = json.loads(file.read_text("utf-8"))
        return [Tally(date.fromisoformat(day), str(text), int(times), int(without)) for day, text, times, without in rows]
    except (OSError, ValueError, TypeError) as error:
        log.warning("%s går inte att läsa, och räknas inte: %s", file.name, error)
        return ()
