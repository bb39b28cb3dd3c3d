"""One of those who race: a process of its own that sends its forms over HTTP, one after the other. Standard library only: many are started.

Reads what to do as JSON from its standard input, says `ready`, waits for the moment when all may begin, and writes what was answered.
"""

import http.client
import json
import sys
import time
from typing import Any
from urllib.parse import urlencode

_ACKNOWLEDGED = 303


def send(connection: http.client.HTTPConnection, task: dict[str, Any]) -> int:
    """The status with which a form was answered; 0 when nothing was."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": task["cookie"]}
    try:
        connection.request("POST", task["path"], urlencode(task["fields"]), headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        # Not sent again: whether it was done is then not known, and that is told.
        connection.close()
        return 0
    # What leads to the page for signing in has done nothing.
    is_sent_away = answer.status == _ACKNOWLEDGED and "/logga-in" in answer.headers.get("Location", "")
    return 401 if is_sent_away else answer.status


def main() -> None:
    """Wait at the barrier, then send all."""
    told = json.loads(sys.stdin.readline())
    connection = http.client.HTTPConnection("127.0.0.1", told["port"], timeout=120)
    print("ready", flush=True)
    begins = float(sys.stdin.readline())
    time.sleep(max(0.0, begins - time.time()))
    began = time.time()
    answers = [[task["name"], send(connection, task)] for task in told["tasks"]]
    print(json.dumps({"answers": answers, "began": began, "ended": time.time()}), flush=True)


if __name__ == "__main__":
    main()
