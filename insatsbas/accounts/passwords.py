"""Hashing passwords, and saying which are too easy. Slow on purpose: never done with a transaction open."""

from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from insatsbas.accounts.rules import PASSWORD_MAX, PASSWORD_MIN
from insatsbas.core import paths
from insatsbas.core.i18n import gettext as _

# OWASP's least for argon2id: 19 MiB, two rounds. Not many at once, or a crowd at the door takes all memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_at_once = BoundedSemaphore(4)
# zxcvbn's steps: 3 is more than 10^8 guesses.
_STRONG = 3


def hash_password(password: str) -> str:
    """What is kept of a password."""
    with _at_once:
        return _hasher.hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether it is the password that the hash is of. Takes as long when there is none, so that time tells nobody of accounts."""
    with _at_once:
        try:
            return _hasher.verify(kept or _decoy(), password[: PASSWORD_MAX + 1]) and kept is not None
        except (VerifyMismatchError, InvalidHashError):
            return False


@lru_cache(maxsize=1)
def _decoy() -> str:
    return _hasher.hash("no account has this password")


@lru_cache(maxsize=1)
def _common() -> tuple[str, ...]:
    """Words that passwords in Swedish offices are made of; zxcvbn itself knows English ones."""
    lines = (paths.PACKAGE / "data" / "common-in-passwords.txt").read_text("utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())


def fault(password: str, *, known: tuple[str, ...] = ()) -> str | None:
    """Why a new password cannot be used, or None. `known` are words that stand for the person: name, address, organisation."""
    if len(password) < PASSWORD_MIN:
        return _("Lösenordet ska ha minst %(least)d tecken. Tre eller fyra ord i följd är lätta att minnas.", least=PASSWORD_MIN)
    if len(password) > PASSWORD_MAX:
        return _("Lösenordet får ha högst %(most)d tecken.", most=PASSWORD_MAX)
    # Imported here: its lists of words take a tenth of a second to read, and are wanted only now.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    words = [word for text in known for word in (text, *text.replace("@", " ").replace(".", " ").split())]
    # It reads 72 characters at the most; what comes after only adds.
    if zxcvbn(password[:72], user_inputs=[*words, *_common()])["score"] < _STRONG:
        return _("Lösenordet är för lätt att gissa. Använd inte ditt namn, ett vanligt lösenord eller tecken i följd.")
    return None
