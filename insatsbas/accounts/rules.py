"""What holds for people and passwords whatever stores them."""

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

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


class LinkPurpose(StrEnum):
    """What a link in a letter is for."""

    INVITATION = "inbjudan"
    RESET = "aterstall"


def normal_email(text: str) -> str:
    """An e-mail address as it is kept and compared."""
    return text.strip().casefold()


def new_token() -> str:
    """A random token: 32 bytes, too many to guess."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is kept of a token. It is random and long, so one round suffices, and the row can be found by it."""
    return hashlib.sha256(token.encode()).hexdigest()


def session_is_over(*, began: datetime, used: datetime, now: datetime) -> bool:
    """Whether a session that began and was last used then has ended."""
    return now - began >= SESSION_LONGEST or now - used >= SESSION_UNUSED
