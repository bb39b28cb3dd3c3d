"""Reads one file as an upload is read, and tells what it took: python -m tests.interchange.measuring FILE NAME.

In a process of its own, so that the most memory that the reading child ever held is that of this file alone.
"""

import json
import resource
import sys
import time
from pathlib import Path

from insatsbas.interchange import bulk_guard
from insatsbas.interchange.table import UnreadableError

# Of getrusage: kilobytes, but bytes on macOS.
_UNIT = 1024 * 1024 if sys.platform == "darwin" else 1024


def main() -> None:
    """Read, and write what it took as JSON."""
    data, reason = Path(sys.argv[1]).read_bytes(), ""
    rows, began, own = 0, time.perf_counter(), time.process_time()
    try:
        rows = len(bulk_guard.read(data, sys.argv[2])["rows"])
    except UnreadableError as fault:
        reason = str(fault)
    seconds, child = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = time.process_time() - own + child.ru_utime + child.ru_stime
    json.dump({"rows": rows, "reason": reason, "seconds": seconds, "worked": worked, "memory": child.ru_maxrss / _UNIT}, sys.stdout)


if __name__ == "__main__":
    main()
