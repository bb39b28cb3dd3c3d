"""Reads one file in a process of its own, which may use little memory and little time: what is hostile in it ends here.

    python -m insatsbas.interchange.bulk_child .xlsx < FILE

It writes one JSON object: the table, or the reason why the file is refused. Started by `bulk_guard`. It knows no database and no secret.
"""

import json
import resource
import signal
import sys
from contextlib import suppress

if __name__ == "__main__":
    # The workbook library takes numpy in where it finds it, which costs more time and memory than all the rest. Nothing here needs it.
    sys.modules["numpy"] = None  # type: ignore[assignment]

from insatsbas.interchange import bulk_wire, reading
from insatsbas.interchange.table import UnreadableError

MEMORY = 256 * 1024 * 1024
SECONDS = 1.2
MOST_ROWS = 1000


def main() -> None:
    """Read what comes in, say what it is."""
    _limit()
    try:
        answer = bulk_wire.pack(reading.read_bytes(sys.stdin.buffer.read(), sys.argv[1], most=MOST_ROWS))
    except UnreadableError as fault:
        answer = {"refused": str(fault)}
    except (MemoryError, RecursionError):
        answer = {"refused": bulk_wire.TOO_MUCH}
    json.dump(answer, sys.stdout)


def _limit() -> None:
    """From here on: no more memory, no more time on the processor, no files of any size, no dump of a crash."""
    # Ends the process from outside of Python, however deep in a library it is.
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        # One of these is not to be had on every system; the others hold.
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
