"""The signed links of the letters: who may confirm which entry, for which day of review. They say it themselves; no row is kept of them."""

from dataclasses import dataclass
from datetime import date

from flask import current_app
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from insatsbas.core import clock
from insatsbas.keeping.review.rules import LINK_LASTS

_SALT = "oversyn.bekrafta"


@dataclass(frozen=True, slots=True)
class Leave:
    """What a link lets one do: this person, this entry, this day of review."""

    person_id: int
    public_id: str
    review: date


class _Signer(TimestampSigner):
    """Stamps by our one clock."""

    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt=_SALT, signer=_Signer)


def sign(leave: Leave) -> str:
    """The token of a link."""
    return str(_serializer().dumps([leave.person_id, leave.public_id, leave.review.isoformat()]))


def read(token: str) -> Leave | None:
    """What a token lets one do; None when it is not ours or too old."""
    try:
        person_id, public_id, review = _serializer().loads(token, max_age=int(LINK_LASTS.total_seconds()))
    except BadData:
        return None
    return Leave(person_id, public_id, date.fromisoformat(review))
