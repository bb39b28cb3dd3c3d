"""What stands between a file from anyone and us: its size and kind are looked at, then another process reads it under hard limits."""

import json
import os
import subprocess
import sys
import threading
from pathlib import PurePath

from insatsbas.interchange import bulk_wire
from insatsbas.interchange.reading import ENDINGS
from insatsbas.interchange.spreadsheet import MAX_FILE
from insatsbas.interchange.table import UnreadableError

# The child ends by itself long before this; on a machine that is overloaded it may get no turn.
_PATIENCE = 20
_AT_ONCE = 2
_KEPT = ("PATH", "PYTHONPATH", "HOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_turns = threading.BoundedSemaphore(_AT_ONCE)

_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"
_ADVICE = {
    ".xls": "Filen är i det gamla formatet .xls. Öppna den i Excel och spara den som .xlsx.",
    ".xlsm": "Filen kan ha makron, och sådana tar vi inte emot. Spara den som .xlsx.",
    ".xlsb": "Filen är i formatet .xlsb. Öppna den i Excel och spara den som .xlsx.",
    ".ods": "Filen är i formatet .ods. Spara den som .xlsx eller CSV.",
    ".zip": "Filen är ett arkiv. Packa upp det och välj filen i det.",
}


def read(data: bytes, name: str) -> bulk_wire.Packed:
    """The rows and faults of a file, packed. `name` is what it is called; only its ending is believed, and that not much.

    Raises:
        UnreadableError: it is refused; the message says why, and what to do.
    """
    return _read_elsewhere(data, check_kind(data, name))


def check_kind(data: bytes, name: str) -> str:
    """The ending of a file that may be what it is called, and is not too large.

    Raises:
        UnreadableError: it is too large, empty, or plainly something else.
    """
    ending = PurePath(name).suffix.lower()
    if len(data) > MAX_FILE:
        raise UnreadableError("Filen är större än 5 MB. Dela den i flera.")
    if not data:
        raise UnreadableError("Filen är tom.")
    if data.startswith(_OLE):
        raise UnreadableError("Filen är skyddad med lösenord eller i det gamla formatet .xls. Ta bort lösenordet och spara den som .xlsx.")
    if ending not in ENDINGS:
        raise UnreadableError(_ADVICE.get(ending, "Välj en fil som slutar på .xlsx, .csv eller .json."))
    if ending != ".xlsx" and data.startswith(_ZIP):
        raise UnreadableError(
            f"Filen heter {ending} men är en Excelfil eller ett arkiv. Spara den som {ending}, eller ge den rätt ändelse."
        )
    if data.startswith(_PDF):
        raise UnreadableError("Filen är en PDF. Välj en fil som slutar på .xlsx, .csv eller .json.")
    return ending


def _read_elsewhere(data: bytes, ending: str) -> bulk_wire.Packed:
    if not _turns.acquire(timeout=_PATIENCE):
        raise UnreadableError("Många läser in filer just nu. Försök igen om en stund.")
    try:
        done = subprocess.run(  # noqa: S603 - our own module, with an ending of ours
            [sys.executable, "-m", "insatsbas.interchange.bulk_child", ending],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
            # Not ours: that has the key and the database's address in it.
            env={name: os.environ[name] for name in _KEPT if name in os.environ} | {"LC_ALL": "C.UTF-8", "OPENPYXL_LXML": "False"},
        )
    except subprocess.TimeoutExpired:
        raise UnreadableError(bulk_wire.TOO_MUCH) from None
    finally:
        _turns.release()
    if done.returncode:
        raise UnreadableError(bulk_wire.TOO_MUCH)
    answer: bulk_wire.Packed = json.loads(done.stdout)
    if "refused" in answer:
        raise UnreadableError(answer["refused"])
    return answer
