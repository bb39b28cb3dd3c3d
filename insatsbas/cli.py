"""The command `insatsbas`: everything that is done outside the pages."""

import gc
import logging
import signal
import sys
from pathlib import Path

import click
from flask import Flask

from insatsbas import __version__, cli_users
from insatsbas.accounts import examples, session_actions
from insatsbas.app import create_app
from insatsbas.cli_shared import require_database, with_app
from insatsbas.core import config, jobs, mail, migrations, pdf, server
from insatsbas.core.config import current_settings
from insatsbas.core.db import db, refresh_statistics, writing
from insatsbas.core.jobs import Job
from insatsbas.core.progress import step
from insatsbas.core.swedish_cli import NewFile, ReadableFile, SwedishGroup, Whole
from insatsbas.core.viewer import SYSTEM
from insatsbas.exchange import examples as what_is_traded
from insatsbas.exchange import periodic as exchange_periodic
from insatsbas.interchange import actions, bulk_actions
from insatsbas.interchange import demo as demo_catalogue
from insatsbas.interchange import region as region_file
from insatsbas.interchange import writing as files
from insatsbas.interchange.columns import Column
from insatsbas.keeping import examples as what_waits
from insatsbas.keeping import periodic
from insatsbas.search import indexing, warming
from insatsbas.search import periodic as search_periodic
from insatsbas.search.service import coming_search, index_is_ready


@click.group(cls=SwedishGroup, context_settings={"help_option_names": ["--help"]})
@click.version_option(__version__, message="insatsbas %(version)s", help="Visa versionen och sluta.")
def main() -> None:
    """Insatsbas: den gemensamma katalogen över insatser för nyanlända."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    # What it says of its own doings is no news to whoever runs a command.
    logging.getLogger("alembic").setLevel(logging.WARNING)


@main.command()
@with_app
def init() -> None:
    """Skapa eller uppgradera databasen och lägg in listorna.

    Kan köras hur många gånger som helst. Det som samordnaren har ändrat rörs inte.
    """
    with step("Uppgraderar databasen"):
        done = migrations.upgrade(db.engine)
    with step("Lägger in behov och andra listor"), writing() as session:
        added = demo_catalogue.lay_in_lists(SYSTEM, session)
    if not coming_search().engine.is_ready():
        indexing.rebuild(coming_search())
    click.echo(f"Databasen är klar: {len(done)} nya migreringar, {added} nya rader i listorna.", err=True)


@main.command()
@with_app
def demo() -> None:
    """Lägg in demokatalogen: Södertörn, de insatser som är kända och exempel som är märkta som exempel."""
    require_database()
    with step("Lägger in demokatalogen"), writing() as session:
        added = demo_catalogue.load_demo(SYSTEM, session, source=current_settings().source)
    password = examples.lay_in(SYSTEM, current_settings())
    traded = 0
    if password is not None and current_settings().shows_letters:
        with writing() as session:
            added += what_waits.lay_in(session)
            traded = what_is_traded.lay_in(session)
    with step("Uppdaterar sökindexet"):
        indexing.drain(coming_search(), wait=True)
    click.echo(f"{added} insatser lades in, och {traded} erbjudanden och förfrågningar om platser.", err=True)
    if password is not None:
        _tell_of_examples(password)


@main.command()
@click.argument("file", metavar="FIL", type=ReadableFile())
@with_app
def region(file: Path) -> None:
    """Läs in en regions kommuner, kartrutor, pendling, orter och organisationer ur en TOML-fil."""
    require_database()
    with writing() as session:
        facts = region_file.load(SYSTEM, session, file)
    indexing.drain(coming_search(), wait=True)
    click.echo(f"{facts} kommuner lades in eller uppdaterades.", err=True)


def _warm_app() -> Flask:
    """The application of a process that is about to answer."""
    app = create_app()
    warming.warm(app)
    # What has been read stays: to look through it again and again for what could be thrown away stops all answers for a moment.
    gc.collect()
    gc.freeze()
    return app


@main.command()
@click.option("--host", default="127.0.0.1", metavar="ADRESS", help="Adress att svara på. Annars 127.0.0.1.")
@click.option("--port", default=8000, type=Whole(1, 65535), metavar="PORT", help="Port att svara på. Annars 8000.")
@click.option("--workers", default=2, type=Whole(1, 64), metavar="ANTAL", help="Antal processer som svarar. Annars 2.")
def serve(host: str, port: int, workers: int) -> None:
    """Svara på webben, och gör det periodiska arbetet."""
    settings = config.from_environ()
    server.refuse_to_serve(settings, host, port)
    if settings.secret_key is None:
        config.make_key(settings)
    if settings.public_url is not None and not settings.proxies and host in config.LOOPBACK:
        click.echo("Står en proxy framför? Sätt INSATSBAS_PROXIES, annars räknas alla som försöker logga in som en och samma.", err=True)
    with create_app().app_context():
        require_database()
        # An index by earlier word lists answers too, until the periodic work has made a new one.
        if not index_is_ready():
            indexing.rebuild(coming_search())
        db.engine.dispose()
    server.Server(_warm_app, host=host, port=port, workers=workers).run()


@main.command()
@click.option("--once", is_flag=True, help="Gör allt en gång och sluta.")
@with_app
def work(once: bool) -> None:
    """Gör det periodiska arbetet: håller sökindexet i takt med databasen, skickar brev, tar bort det som har gått ut."""
    require_database()
    to_do = [
        Job("sökindex", every=2.0, run=lambda: indexing.drain(coming_search())),
        Job("det som har sökts", every=60.0, run=search_periodic.count_searches),
        Job("brev", every=10.0, run=mail.send_waiting),
        Job("det som har gått ut", every=600.0, run=_throw_away_old),
        Job("översynens brev", every=3600.0, run=periodic.write_review_letters),
        Job("rapporternas avsändare", every=600.0, run=periodic.forget_addresses),
        Job("det som en maskering lämnade", every=60.0, run=periodic.clean_after_masking),
        Job("utbytenas tider och köer", every=60.0, run=exchange_periodic.keep_time),
        Job("databasens statistik", every=3600.0, run=refresh_statistics),
    ]
    if once:
        sys.exit(1 if jobs.run_once(to_do) else 0)
    stop = _Stop()
    jobs.run_for_ever(to_do, should_stop=stop.is_asked)


@main.command("import")
@click.argument("file", metavar="FIL", type=ReadableFile())
@click.option("--create-missing", is_flag=True, help="Skapa behov (under Övrigt) och organisationer som saknas.")
@click.option("--dry-run", is_flag=True, help="Visa vad som skulle hända, men ändra inget.")
@click.option("--skip-faulty", is_flag=True, help="Ta in resten även om några rader har fel.")
@with_app
def import_(file: Path, create_missing: bool, dry_run: bool, skip_faulty: bool) -> None:
    """Läs in insatser ur en fil: .csv, .xlsx eller .json."""
    require_database()
    with writing() as session:
        outcome = actions.import_file(
            SYSTEM, session, file, source=current_settings().source, create_missing=create_missing, skip_faulty=skip_faulty
        )
        for fault in outcome.faults:
            click.echo(str(fault), err=True)
        if not create_missing and any(fault.column in (Column.NEEDS, Column.OWNER) for fault in outcome.faults):
            click.echo("Med --create-missing skapas behov och organisationer som saknas.", err=True)
        if dry_run or not outcome.is_taken_in:
            session.rollback()
    if not dry_run and outcome.is_taken_in:
        indexing.drain(coming_search(), wait=True)
    click.echo(outcome.summary(dry_run=dry_run), err=True)
    sys.exit(0 if outcome.is_taken_in else 1)


@main.command()
@click.argument("file", metavar="FIL", type=NewFile())
@with_app
def export(file: Path) -> None:
    """Skriv alla insatser till en fil: .csv, .xlsx eller .json."""
    require_database()
    count = files.export_file(SYSTEM, db.session, file, source=current_settings().source)
    click.echo(f"{count} insatser skrevs till {file}.", err=True)


@main.group(cls=SwedishGroup)
def index() -> None:
    """Sökindexet: håll det i takt, bygg om det, kontrollera det."""


@index.command()
@with_app
def drain() -> None:
    """Gör det som väntar, så att indexet visar databasen som den är."""
    require_database()
    click.echo(f"{indexing.drain(coming_search(), wait=True)} ändringar gjordes.", err=True)


@index.command()
@with_app
def rebuild() -> None:
    """Bygg ett nytt index vid sidan av och byt till det."""
    require_database()
    with step("Bygger om sökindexet"):
        count = indexing.rebuild(coming_search())
    click.echo(f"Indexet har {count} insatser.", err=True)


@index.command()
@with_app
def check() -> None:
    """Jämför indexet med databasen. Slutar med kod 1 om de skiljer sig."""
    require_database()
    found = indexing.compare(coming_search())
    if found.is_equal:
        click.echo(f"Lika: {found.found} insatser i databas och index, {found.waiting} ändringar väntar.")
        return
    click.echo(
        f"Olika: {len(found.missing)} saknas i indexet, {len(found.extra)} är för mycket, {len(found.stale)} är gamla; "
        f"{found.waiting} ändringar väntar. Kör insatsbas index drain, eller rebuild."
    )
    sys.exit(1)


@index.command()
@with_app
def show() -> None:
    """Visa var indexet ligger och vad det innehåller."""
    require_database()
    found = indexing.compare(coming_search())
    click.echo(f"Mapp: {current_settings().index_dir}\nInsatser: {found.found}\nVäntande ändringar: {found.waiting}")


@main.command("pdf")
def pdf_() -> None:
    """Säg om PDF går att göra här, och vad som annars saknas. Slutar då med kod 1."""
    missing = pdf.missing()
    click.echo(missing or "PDF går att göra.")
    sys.exit(1 if missing else 0)


def _tell_of_examples(password: str) -> None:
    """One sign-in for each role, where only the one at this computer can use it."""
    click.echo(f"\nLogga in på /logga-in med lösenordet {password} och en av adresserna:")
    for example in examples.EXAMPLES:
        changed = "" if examples.works(db.session, example, password) else " (har ett annat lösenord, eller är avstängd)"
        click.echo(f"  {example.email:<42}{example.told}{changed}")


def _throw_away_old() -> None:
    """Take away what has ended: sessions, links, tries that no longer count, files that wait, texts with a link never sent."""
    with writing() as session:
        session_actions.throw_away_old(session)
        bulk_actions.forget_old(session)
    search_periodic.forget_searches()
    mail.wipe_old_secrets()


class _Stop:
    """Whether somebody asked us to end, by Ctrl+C or a signal."""

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self._asked = True

    def is_asked(self) -> bool:
        """Whether to stop."""
        return self._asked


main.add_command(cli_users.user)
