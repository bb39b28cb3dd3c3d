"""Kill -9 between a change and its place in the index, again and again. Run by `test_kill` as a process of its own:

    python -m tests.search.killing TIMES

It loads the program once and forks, so that fifty lives cost some seconds: a child commits changes and drains without end, until
it is killed, at random or at a point of its own; another child, which shares nothing with it but the disk, then does what a
restart does, and checks. Prints one line of JSON for each life.
"""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import configure_mappers

from insatsbas.app import create_app
from insatsbas.catalogue.models import Intervention, Need
from insatsbas.core import jobs
from insatsbas.core.db import db, writing
from insatsbas.core.jobs import Job
from insatsbas.search import indexing
from insatsbas.search.service import Search, current_search
from insatsbas.search.whoosh import store
from tests.factories import make_intervention

LONGEST_LIFE = 0.25


def die(*_: object, **__: object) -> None:
    """As a power cut would have it."""
    os.kill(os.getpid(), signal.SIGKILL)


def dying_after(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, and then the end."""

    def run(*arguments: Any, **named: Any) -> None:
        function(*arguments, **named)
        die()

    return run


def at_toc() -> None:
    from whoosh.index import TOC

    TOC.write = die


def at_segment() -> None:
    from whoosh.writing import SegmentWriter

    SegmentWriter.commit = die


def pointer_written() -> None:
    sync = store._sync_file

    def run(path: Path) -> None:
        sync(path)
        if path.name.startswith(store.CURRENT):
            die()

    store._sync_file = run


# Each changes the child that is about to live, so that it dies there.
POINTS: dict[str, Callable[[], object]] = {
    "after the commit, before draining": lambda: setattr(indexing, "_drain_some", die),
    "documents made, nothing written": lambda: setattr(store.Store, "apply", die),
    "within the write, before the segment": at_segment,
    "the segment written, its table of contents not": at_toc,
    "written, not yet on disk": lambda: setattr(store, "_sync", die),
    "on disk, the jobs not yet gone": lambda: setattr(store.Store, "apply", dying_after(store.Store.apply)),
    "a rebuild, before the pointer is moved": pointer_written,
    "a rebuild, the pointer moved, the old not yet gone": lambda: setattr(shutil, "rmtree", die),
}


def live(random: Random, point: str | None, told: int) -> None:
    """Commit changes and drain, without end. What is committed is told before anything else is done."""
    with create_app().app_context():
        if point is not None:
            POINTS[point]()
        search = current_search()
        while True:
            for title in change(random):
                os.write(told, (title + "\n").encode())
            if random.random() < (1 if point and "rebuild" in point else 0.15):
                indexing.rebuild(search)
            else:
                indexing.drain(search)


def change(random: Random) -> list[str]:
    """One transaction of some changes; the titles that must be there from now on."""
    made = []
    with writing() as session:
        for _ in range(random.choice([1, 1, 3])):
            title = f"Kurs {random.getrandbits(64):016x}"
            make_intervention(session, title=title, given_in=random.sample(("Nacka", "Haninge", "Tyresö"), 1))
            made.append(title)
        rows = list(session.scalars(select(Intervention).order_by(Intervention.id).limit(40)))
        for row in random.sample(rows, min(3, len(rows))):
            row.summary = f"Ändrad {random.random()}"
        if random.random() < 0.3:
            session.scalars(select(Need).where(Need.code == "samtal")).one().label = f"Samtal {random.random()}"
    return made


def check(told: list[str]) -> dict[str, object]:
    """What a restart finds, and what is so after the periodic work has been done once."""
    with create_app().app_context():
        search = current_search()
        with search.engine.writing(wait=False) as free:
            lock_is_free = free
        began = time.monotonic()
        failed = jobs.run_once([Job("sökindex", every=1, run=lambda: indexing.drain(search))])
        found = indexing.compare(search)
        with db.engine.connect() as connection:
            integrity = connection.execute(text("PRAGMA integrity_check")).scalar()
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            titles = set(connection.execute(text("SELECT title FROM intervention")).scalars())
        return {
            "lock_is_free": lock_is_free,
            "failed": failed,
            "equal": found.is_equal,
            "waiting": found.waiting,
            "found": found.found,
            "integrity": integrity,
            "broken": len(broken),
            "lost": sorted(set(told) - titles),
            "is_found": _finds(search, told),
            "seconds": time.monotonic() - began,
        }


def tell_of_check(told: list[str], end: int) -> None:
    """What `check` finds, as one line."""
    os.write(end, json.dumps(check(told)).encode())


def _finds(search: Search, told: list[str]) -> bool:
    return set(told) <= {row.title for row in db.session.query(Intervention).filter(Intervention.id.in_(list(search.engine.marks())))}


def fork(run: Callable[[int], None]) -> tuple[int, int]:
    """A child that runs something with a pipe to write to; its number, and the end to read."""
    reading, writing_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            run(writing_end)
        finally:
            os._exit(1)
    os.close(writing_end)
    return child, reading


def drained(descriptor: int) -> str:
    """All that a child told, to its end."""
    with os.fdopen(descriptor) as pipe:
        return pipe.read()


def main(times: int) -> None:
    """Live, die and check so many times."""
    # As much a part of loading the program as its modules: else every child would do it.
    configure_mappers()
    points = [None, *POINTS]
    for number in range(times):
        random = Random(number)
        point = points[number % len(points)] if number % 2 == 0 or number < len(points) else None
        child, pipe = fork(partial(live, random, point))
        if point is None:
            time.sleep(random.uniform(0.05, LONGEST_LIFE) + 0.1)
        deadline = time.monotonic() + 60
        while (
            point is not None and os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None and time.monotonic() < deadline
        ):
            time.sleep(0.005)
        too_late = point is not None and time.monotonic() >= deadline
        os.kill(child, signal.SIGKILL)
        text_told = drained(pipe)
        _, status = os.waitpid(child, 0)
        told = text_told.split("\n")[:-1]
        checker, answer = fork(partial(tell_of_check, told))
        result = drained(answer)
        os.waitpid(checker, 0)
        line = json.loads(result) if result else {"fault": "the check ended without a word"}
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print(json.dumps({"point": point, "killed": killed and not too_late, "told": len(told), **line}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
