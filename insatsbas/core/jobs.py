"""Periodic work: one list of jobs, run by `insatsbas work` in one process at a time under a lease row."""

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from insatsbas.core import clock
from insatsbas.core.db import Base, UtcDateTime, db, writing

log = logging.getLogger(__name__)
LEASE_SECONDS = 60


class Lease(Base):
    """Who does the periodic work, and until when. Another takes over when the time has passed."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(120))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so often: `run` is called at most once in `every` seconds, and must bear being called again."""

    name: str
    every: float
    run: Callable[[], object]


def take_lease(holder: str) -> bool:
    """Whether `holder` now has, or has prolonged, the right to do the periodic work."""
    moment = clock.now()
    until = moment + timedelta(seconds=LEASE_SECONDS)
    with writing() as session:
        insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
        session.execute(insert(Lease).values(name="work", holder=holder, until=until).on_conflict_do_nothing())
        taken = session.execute(
            update(Lease)
            .where(Lease.name == "work", (Lease.holder == holder) | (Lease.until < moment))
            .values(holder=holder, until=until)
            .returning(Lease.name)
        )
        return taken.first() is not None


def release_lease(holder: str) -> None:
    """Let another begin at once."""
    with writing() as session:
        session.execute(update(Lease).where(Lease.name == "work", Lease.holder == holder).values(until=clock.now()))


def new_holder() -> str:
    """A name for this process that no other has."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"


def run_once(jobs: Iterable[Job]) -> int:
    """Run every job now; how many failed. A failing job is logged and does not stop the rest."""
    return sum(not _run(job) for job in jobs)


def run_for_ever(jobs: Iterable[Job], *, pause: float = 1.0, should_stop: Callable[[], bool] = lambda: False) -> None:
    """Run the jobs when they are due, as long as this process holds the lease; wait for it otherwise."""
    holder, due = new_holder(), dict.fromkeys(jobs, 0.0)
    has_lease, next_try = False, 0.0
    try:
        while not should_stop():
            tick = time.monotonic()
            if tick >= next_try:
                # Well before its end, and not on every tick: a renewal is a write.
                has_lease = _try_lease(holder)
                next_try = tick + LEASE_SECONDS / 4
            if has_lease:
                for job, moment in due.items():
                    if moment <= tick:
                        _run(job)
                        due[job] = time.monotonic() + job.every
            time.sleep(pause)
    finally:
        release_lease(holder)


def _try_lease(holder: str) -> bool:
    try:
        return take_lease(holder)
    except SQLAlchemyError:
        log.exception("Databasen svarar inte; försöker igen.")
        return False


def _run(job: Job) -> bool:
    try:
        job.run()
    except Exception:
        # One job's fault, whatever it is, must not end the others.
        log.exception("Jobbet %s misslyckades.", job.name)
        return False
    finally:
        db.session.rollback()
    return True
