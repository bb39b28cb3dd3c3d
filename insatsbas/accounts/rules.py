"""What holds for people and passwords whatever stores them."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from insatsbas.core.viewer import Role

PASSWORD_MIN = 12
PASSWORD_MAX = 200
# A session ends after so long, however it is used, and when it has not been used for so long.
SESSION_LONGEST = timedelta(hours=12)
SESSION_UNUSED = timedelta(minutes=60)
LINK_LASTS = timedelta(hours=1)
# Failed tries within the window: of one account, and from one address on the network, where many may sit behind the same one.
TRIES_WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT = 5
TRIES_PER_ADDRESS = 20
# Letters with a new link, within the same window.
LETTERS_PER_ACCOUNT = 3
LETTERS_PER_ADDRESS = 20
# Who prepares what another decides on.
PREPARERS = frozenset({Role.CASE_OFFICER, Role.EDITOR})
# Of a network address of the sixth version, the part that one household or office has.
_HOUSEHOLD = 64


class Counted(StrEnum):
    """What is counted, so that somebody cannot do it too often."""

    SIGN_IN = "inloggning"
    LETTER = "brev"

    @property
    def per_account(self) -> int:
        """How many within the window for one account."""
        return TRIES_PER_ACCOUNT if self is Counted.SIGN_IN else LETTERS_PER_ACCOUNT

    @property
    def per_address(self) -> int:
        """How many within the window from one address on the network."""
        return TRIES_PER_ADDRESS if self is Counted.SIGN_IN else LETTERS_PER_ADDRESS


class LinkPurpose(StrEnum):
    """What a link in a letter is for."""

    INVITATION = "inbjudan"
    RESET = "aterstall"


@dataclass(frozen=True, slots=True)
class Mandate:
    """What a decision-maker may decide on: up to how many kronor (None: without limit), and by which order of delegation."""

    decides_up_to: Decimal | None = None
    delegation: str = ""


def decides(roles: Collection[Role], *, one_may_do_both: bool) -> bool:
    """Whether somebody with these roles in an organisation decides for it: who also prepares there does so only where it allows that."""
    return Role.DECISION_MAKER in roles and (one_may_do_both or PREPARERS.isdisjoint(roles))


def normal_email(text: str) -> str:
    """An e-mail address as it is kept and compared."""
    return text.strip().casefold()


def new_token() -> str:
    """A random token: 32 bytes, too many to guess."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is kept of a token. It is random and long, so one round suffices, and the row can be found by it."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed(secret: str, counted: Counted, text: str) -> str:
    """What is kept of an account or an address to count by. Without the key nobody can tell whose it is, nor try all there are."""
    return hmac.new(secret.encode(), f"{counted.value}:{text}".encode(), hashlib.sha256).hexdigest()


def network_of(address: str) -> str:
    """What counts as one address on the network: all of the sixth version that one household has are one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else f"{int(found) >> (128 - _HOUSEHOLD):x}"
    return str(found)


def is_own_path(path: str) -> bool:
    """Whether an address to go on to lies within the site, however a browser may read it."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return False
    is_plain = all(" " < letter != "\\" and letter != "\x7f" for letter in path)
    return is_plain and path.startswith("/") and not path.startswith("//") and not parts.scheme and not parts.netloc


def session_is_over(*, began: datetime, used: datetime, now: datetime) -> bool:
    """Whether a session that began and was last used then has ended."""
    return now - began >= SESSION_LONGEST or now - used >= SESSION_UNUSED
