"""Settings: read from `INSATSBAS_*` once, checked whole, all faults told at once."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from flask import current_app
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from insatsbas.core import paths
from insatsbas.core.errors import SettingsError

PREFIX = "INSATSBAS_"
# Read by the test suite, not by the application.
TEST_ONLY = ("TEST_STRICT", "TEST_DATA")
NAMES = (
    "DATA_DIR",
    "DATABASE_URL",
    "INDEX_DIR",
    "SECRET_KEY",
    "PUBLIC_URL",
    "SOURCE",
    "REGION",
    "OPERATOR",
    "CONTACT",
    "ACCESSIBILITY_REVIEWED",
    "ACCESSIBILITY_FAULTS",
    "GUEST_ACCESS",
    "SMTP_URL",
    "MAIL_FROM",
    "PROXIES",
)
KEY_MIN = 32
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_MOST_PROXIES = 5
LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation's settings.

    `secret_key` is None when neither the setting nor a kept key exists yet; `public_url` None means loopback only.
    """

    data_dir: Path
    database_url: URL
    index_dir: Path
    secret_key: str | None
    public_url: SplitResult | None
    source: str
    region: str
    # What the pages about us say: who runs this, where to write, when accessibility was last looked over, what is known to be wrong.
    operator: str = ""
    contact: str = ""
    accessibility_reviewed: date | None = None
    accessibility_faults: tuple[str, ...] = ()
    # Whether anybody may read, or only those who have signed in.
    is_open: bool = True
    # How letters are sent; None means that they are shown on a page, on the own computer only.
    smtp: SplitResult | None = None
    mail_from: str = ""
    # How many proxies of ours stand before us and tell whom they speak for.
    proxies: int = 0

    @property
    def shows_letters(self) -> bool:
        """Whether letters are shown on a page in place of being sent: only where nobody else can reach us."""
        return self.smtp is None and self.public_url is None

    @property
    def is_https(self) -> bool:
        """Whether people reach us over https: decides Secure and `__Host-` cookies, and HSTS."""
        return self.public_url is not None and self.public_url.scheme == "https"

    @property
    def key_file(self) -> Path:
        """Where a key is kept that `serve` made itself."""
        return self.data_dir / "secret-key"

    @property
    def trusted_hosts(self) -> list[str]:
        """The Host headers that are answered."""
        return [*LOOPBACK] if self.public_url is None else [self.public_url.hostname or ""]


def current_settings() -> Settings:
    """The settings of the current application."""
    settings: Settings = current_app.extensions["insatsbas"]
    return settings


def from_environ(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the settings.

    Raises:
        SettingsError: one or more settings are wrong or unknown; carries every fault.
    """
    env = os.environ if environ is None else environ
    told = {name.removeprefix(PREFIX): text.strip() for name, text in env.items() if name.startswith(PREFIX)}
    faults = [
        f"{PREFIX}{name} är ingen inställning. De som finns: {', '.join(PREFIX + n for n in NAMES)}."
        for name in sorted(told)
        if name not in NAMES and name not in TEST_ONLY
    ]
    given = dict.fromkeys(NAMES, "") | told
    data_dir = _folder(given["DATA_DIR"]) or paths.default_data_dir()
    contact = _mailbox("CONTACT", given["CONTACT"], "ska vara en e-postadress till en funktionsbrevlåda.", faults)
    settings = Settings(
        data_dir=data_dir,
        database_url=_database_url(given["DATABASE_URL"], data_dir, faults),
        index_dir=_folder(given["INDEX_DIR"]) or data_dir / "index",
        secret_key=_secret_key(given["SECRET_KEY"], faults) or _kept_key(data_dir / "secret-key"),
        public_url=_public_url(given["PUBLIC_URL"], faults),
        source=_source(given["SOURCE"], faults),
        region=given["REGION"],
        operator=given["OPERATOR"],
        contact=contact,
        accessibility_reviewed=_day("ACCESSIBILITY_REVIEWED", given["ACCESSIBILITY_REVIEWED"], faults),
        accessibility_faults=tuple(part.strip() for part in given["ACCESSIBILITY_FAULTS"].split("|") if part.strip()),
        is_open=_is_open(given["GUEST_ACCESS"], faults),
        smtp=_smtp(given["SMTP_URL"], faults),
        mail_from=_mailbox("MAIL_FROM", given["MAIL_FROM"], "ska vara en e-postadress.", faults) or contact,
        proxies=_proxies(given["PROXIES"], faults),
    )
    if settings.smtp is not None and not settings.mail_from:
        faults.append("INSATSBAS_SMTP_URL kräver INSATSBAS_MAIL_FROM, adressen som breven kommer från.")
    if faults:
        raise SettingsError(faults)
    return settings


def _folder(text: str) -> Path | None:
    # Absolute, so that the index, the key and an SQLite file are found from any folder.
    return Path(text).expanduser().absolute() if text else None


def _secret_key(text: str, faults: list[str]) -> str | None:
    if text and len(text) < KEY_MIN:
        faults.append(f"INSATSBAS_SECRET_KEY är {len(text)} tecken. Den ska vara minst {KEY_MIN}.")
    return text or None


def _source(text: str, faults: list[str]) -> str:
    if "|" in text or ";" in text:
        faults.append("INSATSBAS_SOURCE får inte innehålla | eller ;.")
    return text or "insatsbas"


def _mailbox(name: str, text: str, wish: str, faults: list[str]) -> str:
    if text and not _ADDRESS.fullmatch(text):
        faults.append(f"{PREFIX}{name} {wish}")
    return text


def _is_open(text: str, faults: list[str]) -> bool:
    if text not in ("", "open", "account"):
        faults.append("INSATSBAS_GUEST_ACCESS ska vara open (alla får läsa) eller account (bara den som har loggat in).")
    return text in ("", "open")


def _proxies(text: str, faults: list[str]) -> int:
    if text and not (text.isdecimal() and int(text) <= _MOST_PROXIES):
        faults.append(f"INSATSBAS_PROXIES ska vara ett tal från 0 till {_MOST_PROXIES}.")
        return 0
    return int(text or "0")


def _smtp(text: str, faults: list[str]) -> SplitResult | None:
    if not text:
        return None
    try:
        url = urlsplit(text)
        fits = url.scheme in ("smtp", "smtps", "smtp+starttls") and bool(url.hostname) and url.path in ("", "/")
        _ = url.port
    except ValueError:
        fits = False
    if not fits:
        faults.append("INSATSBAS_SMTP_URL ska vara till exempel smtp+starttls://anvandare:losenord@post.example:587.")
        return None
    return url


def _day(name: str, text: str, faults: list[str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        faults.append(f"{PREFIX}{name} ska vara ett datum, till exempel 2026-11-22.")
        return None


def _database_url(text: str, data_dir: Path, faults: list[str]) -> URL:
    default = URL.create("sqlite", database=str(data_dir / "insatsbas.db"))
    if not text:
        return default
    try:
        url = make_url(text)
    except ArgumentError:
        faults.append("INSATSBAS_DATABASE_URL är ingen databasadress. Skriv till exempel postgresql+psycopg://anvandare@vard/databas.")
        return default
    backend = url.get_backend_name()
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        faults.append("INSATSBAS_DATABASE_URL ska börja med sqlite: eller postgresql:.")
        return default
    if not url.database or url.database == ":memory:":
        faults.append("INSATSBAS_DATABASE_URL ska peka ut en fil, till exempel sqlite:////var/lib/insatsbas/insatsbas.db.")
        return default
    return url.set(database=str(Path(url.database).expanduser().absolute()))


def _public_url(text: str, faults: list[str]) -> SplitResult | None:
    if not text:
        return None
    try:
        url = urlsplit(text)
        fits = url.scheme in ("http", "https") and bool(url.hostname) and url.path in ("", "/") and not (url.query or url.fragment)
        _ = url.port
    except ValueError:
        fits = False
    if not fits:
        faults.append("INSATSBAS_PUBLIC_URL ska vara en adress utan sökväg, till exempel https://insatsbas.example.")
        return None
    return url


def _kept_key(file: Path) -> str | None:
    return file.read_text("ascii").strip() if file.is_file() else None


def make_key(settings: Settings) -> str:
    """Make a key and keep it, readable by the owner only. Two processes at once agree on the first one's.

    Raises:
        OSError: the data folder cannot be written.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    draft = settings.key_file.with_name(f"secret-key.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(draft, settings.key_file)
    except FileExistsError:
        return settings.key_file.read_text("ascii").strip()
    finally:
        draft.unlink()
    return settings.key_file.read_text("ascii").strip()
