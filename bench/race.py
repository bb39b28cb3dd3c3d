"""The race for the last places, over HTTP against a real server: nothing is oversold, every place is sold, no swap is half.

    python -m bench.race
    python -m bench.race --offers 100 --database sqlite --json

Forty processes, each signed in as the decision-maker of its own municipality, begin at the same moment. Some forms are sent twice at
once, some requests are answered with yes and no at once. Beside it the control sells the same places by counting first.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.engine import URL
from sqlalchemy.orm import selectinload

from bench import naive
from bench.running import race, serving_naive
from bench.stage import Size, Stage, lay_in
from insatsbas.app import create_app
from insatsbas.catalogue.models import Occasion
from insatsbas.core import config, migrations
from insatsbas.core.db import db, sqlite_module, writing
from insatsbas.core.viewer import SYSTEM
from insatsbas.exchange.models import ExchangeRequest, ExchangeStep, Offer
from insatsbas.exchange.states import Action, State
from insatsbas.interchange import demo
from tests.support import postgres
from tests.support.serving import serving

SECRET = "the key of the race, which is no secret at all"
ACKNOWLEDGED, REFUSED = 303, 409


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a race on one database, and what of the control."""

    database: str
    requests: int
    forms: int
    acknowledged: int
    refused: int
    other_answers: dict[int, int]
    rows: int
    acknowledged_but_not_there: int
    there_but_not_acknowledged: int
    offers: int
    full: int
    oversold: int
    swap_offers: int
    swaps: int
    swaps_agreed: int
    swaps_half: int
    refused_with_room: int
    answered_twice: int
    seconds: float
    per_second: float
    control_offers: int
    control_oversold: int
    control_sold_too_many: int

    @property
    def holds(self) -> bool:
        """Whether all that is promised held, and the control showed that it was a race."""
        faults = (
            self.oversold,
            self.acknowledged_but_not_there,
            self.there_but_not_acknowledged,
            self.swaps_half,
            self.refused_with_room,
            self.answered_twice,
            *self.other_answers.values(),
        )
        return not any(faults) and self.full == self.offers and self.control_oversold > 0


def run(database: str, size: Size, *, workers: int, folder: Path, url: URL | None = None, control_url: URL | None = None) -> Outcome:
    """Race on one database: SQLite in the folder, or what `url` names; the control on its own."""
    control = control_url or URL.create("sqlite", database=str(folder / "control.db"))
    data_dir = folder / "data"
    given = {"DATABASE_URL": url.render_as_string(hide_password=False)} if url else {}
    told = {"DATA_DIR": str(data_dir), "SECRET_KEY": SECRET, **given}
    app = create_app(config.from_environ({f"INSATSBAS_{name}": value for name, value in told.items()}))
    with app.app_context():
        migrations.upgrade(db.engine)
        with writing() as session:
            demo.lay_in_lists(SYSTEM, session)
    stage = lay_in(app, size)
    with app.app_context():
        db.engine.dispose()
    with serving(data_dir, workers=workers, SECRET_KEY=SECRET, **given) as server:
        answers, seconds = race(int(server.url.rsplit(":", 1)[1]), stage.tasks)
        if any(status not in (ACKNOWLEDGED, REFUSED) for _, status in answers):
            # What went wrong is known by the server alone.
            sys.stderr.write(server.log.read_text())
    oversold = _race_control(control, size, workers=workers, folder=folder)
    with app.app_context():
        try:
            return _judged(database, stage, answers, seconds, oversold)
        finally:
            db.session.rollback()
            db.engine.dispose()


def _race_control(url: URL, size: Size, *, workers: int, folder: Path) -> dict[int, int]:
    """Sell the same places naively; for each offer how many too many."""
    naive.lay_in(url, [(number, size.places) for number in range(1, size.offers + 1)])
    asked = [number for number in range(1, size.offers + 1) for _ in range(size.contenders)]
    tasks: list[list[dict[str, Any]]] = [[] for _ in range(size.processes)]
    for place, number in enumerate(asked):
        tasks[place % size.processes].append({"name": str(number), "path": f"/{number}", "cookie": "", "fields": {}})
    with serving_naive(url, workers=workers, folder=folder) as port:
        race(port, tasks)
    sold = naive.sold(url)
    return {number: sold.get(number, 0) - size.places for number in range(1, size.offers + 1)}


def _judged(database: str, stage: Stage, answers: list[tuple[str, int]], seconds: float, oversold: dict[int, int]) -> Outcome:
    """Compare what was answered with what stands in the database."""
    yes = {int(name.split(":")[0]) for name, status in answers if name.endswith(Action.ACCEPT) and status == ACKNOWLEDGED}
    no = {int(name.split(":")[0]) for name, status in answers if name.endswith(Action.DECLINE) and status == ACKNOWLEDGED}
    requests = {r.id: r for r in db.session.scalars(select(ExchangeRequest).options(selectinload(ExchangeRequest.legs)))}
    rows = {number for number, request in requests.items() if request.state is State.ACCEPTED}
    taken: Counter[int | None] = Counter(leg.offer_id for number in rows for leg in requests[number].legs)
    offers = {offer.id: offer for offer in db.session.scalars(select(Offer))}
    left = {number: offer.offered - taken[number] for number, offer in offers.items()}
    steps = Counter(db.session.scalars(select(ExchangeStep.request_id).where(ExchangeStep.action == Action.ACCEPT)))
    statuses = Counter(status for _, status in answers)
    return Outcome(
        database=database,
        requests=len(requests),
        forms=len(answers),
        acknowledged=len(yes),
        refused=statuses[REFUSED],
        other_answers={status: count for status, count in statuses.items() if status not in (ACKNOWLEDGED, REFUSED)},
        rows=len(rows),
        acknowledged_but_not_there=len(yes - rows) + sum(requests[number].state is not State.DECLINED for number in no),
        there_but_not_acknowledged=len(rows - yes),
        offers=len(stage.offers),
        full=sum(left[number] == 0 for number in stage.offers),
        oversold=sum(count < 0 for count in left.values()) + _disagreeing(offers, taken),
        swap_offers=len(stage.swap_offers),
        swaps=len(stage.swaps),
        swaps_agreed=len(rows & set(stage.swaps)),
        # Both legs have an offer, and each offer's count is the sum of the legs of what is agreed on: else one leg went without the other.
        swaps_half=sum(taken[number] != offers[number].accepted for number in stage.swap_offers),
        refused_with_room=sum(all(left[leg.offer_id or 0] > 0 for leg in requests[n].legs) for n in set(stage.swaps) - rows),
        answered_twice=sum(count > 1 for count in steps.values()) + len(yes & no) + sum(not {n} & (yes | no) for n in stage.rivals),
        seconds=round(seconds, 1),
        per_second=round(len(answers) / seconds, 1),
        control_offers=len(oversold),
        control_oversold=sum(count > 0 for count in oversold.values()),
        control_sold_too_many=sum(count for count in oversold.values() if count > 0),
    )


def _disagreeing(offers: dict[int, Offer], taken: Counter[int | None]) -> int:
    """How many offers or starts tell another number than the deals that stand: each has one start of its own."""
    starts = {row.id: row.accepted for row in db.session.scalars(select(Occasion))}
    return sum(not taken[number] == offer.accepted == starts[offer.occasion_id] for number, offer in offers.items())


def machine(postgres_version: str = "") -> dict[str, object]:
    """What it was run on."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    return {
        "commit": done.stdout.strip(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite_module().sqlite_version,
        "postgresql": postgres_version,
    }


@contextmanager
def _postgres_urls() -> Iterator[tuple[URL, URL, str]]:
    """Two databases of a throwaway server, and its version."""
    programs = postgres.programs()
    if programs is None:
        sys.exit("PostgreSQL's initdb and pg_ctl are not here: install its server, or choose --database sqlite.")
    with postgres.cluster(programs) as cluster:
        url, control = cluster.create(), cluster.create()
        app = create_app(config.from_environ({"INSATSBAS_DATA_DIR": tempfile.mkdtemp(), "INSATSBAS_DATABASE_URL": str(url)}))
        with app.app_context():
            version = str(db.session.scalar(text("SHOW server_version")))
            db.session.rollback()
            db.engine.dispose()
        yield url, control, version


def table(report: dict[str, Any]) -> str:
    """The report for people."""
    told = report["machine"]
    lines = [
        f"seed {report['size']['seed']}, {report['size']['processes']} processes, {report['workers']} workers, commit {told['commit']}",
        f"{told['cores']} cores, Python {told['python']}, SQLite {told['sqlite']}, PostgreSQL {told['postgresql'] or 'not used'}",
        "",
    ]
    names = list(report["outcomes"][0])
    width = max(map(len, names))
    for name in names:
        values = [str(outcome[name]) for outcome in report["outcomes"]]
        lines.append(f"{name.replace('_', ' '):<{width}}" + "".join(f"{value:>14}" for value in values))
    return "\n".join(lines)


def main() -> int:
    """Race as asked, and tell what came of it; 1 when something did not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench.race", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--processes", type=int, default=40, help="how many race (40)")
    parser.add_argument("--offers", type=int, default=1000, help="offers that are bought from (1000)")
    parser.add_argument("--swap-offers", type=int, default=200, help="offers that are swapped, besides (200)")
    parser.add_argument("--places", type=int, default=3, help="places of each offer (3)")
    parser.add_argument("--contenders", type=int, default=6, help="how many want one of each offer's places; more than there are (6)")
    parser.add_argument("--workers", type=int, default=4, help="processes that answer (4)")
    parser.add_argument("--seed", type=int, default=1, help="for who wants what (1)")
    parser.add_argument("--json", action="store_true", help="tell it as JSON")
    given = parser.parse_args()
    size = Size(given.processes, given.offers, given.swap_offers, given.places, given.contenders, given.seed)
    if not size.places < size.contenders < size.processes:
        parser.error("more must want a place than there are places, and no more than race")
    outcomes, version = [], ""
    with tempfile.TemporaryDirectory(prefix="insatsbas-race-") as folder:
        if given.database != "postgresql":
            outcomes.append(run("sqlite", size, workers=given.workers, folder=_made(folder, "sqlite")))
        if given.database != "sqlite":
            with _postgres_urls() as (url, control, version):
                own = _made(folder, "postgresql")
                outcomes.append(run("postgresql", size, workers=given.workers, folder=own, url=url, control_url=control))
    report = {
        "machine": machine(version),
        "size": asdict(size),
        "workers": given.workers,
        "outcomes": [{**asdict(outcome), "holds": outcome.holds} for outcome in outcomes],
    }
    print(json.dumps(report, indent=2) if given.json else table(report))
    return 0 if all(outcome.holds for outcome in outcomes) else 1


def _made(folder: str, name: str) -> Path:
    made = Path(folder) / name
    made.mkdir()
    return made


if __name__ == "__main__":
    sys.exit(main())
