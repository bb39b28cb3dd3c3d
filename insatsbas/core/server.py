"""Serving with gunicorn, from the command: no configuration file, one process beside the workers for the periodic work."""

import errno
import socket
import subprocess
import sys
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from insatsbas.core import config
from insatsbas.core.config import LOOPBACK, Settings
from insatsbas.core.errors import RefusedError

# The longest request line that is read: a shared search with many filters, and room to spare.
_LONGEST_LINE = 8190


def refuse_to_serve(settings: Settings, host: str, port: int) -> None:
    """Raise what would make serving unsafe or impossible.

    Raises:
        RefusedError: the port is taken, or this address needs settings that are missing.
    """
    if host not in LOOPBACK and settings.public_url is None:
        raise RefusedError(f"Att svara på {host} kräver INSATSBAS_PUBLIC_URL: utan den svarar vi bara på den egna datorn (127.0.0.1).")
    if host not in LOOPBACK and settings.secret_key is None:
        raise RefusedError(f"Att svara på {host} kräver INSATSBAS_SECRET_KEY (minst {config.KEY_MIN} tecken).")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = "är upptagen" if error.errno == errno.EADDRINUSE else "får inte användas"
            raise RefusedError(f"Port {port} på {host} {why}. Välj en annan med --port.") from error


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with our settings. `make` is called in each worker, so that no connection is shared between processes."""

    def __init__(self, make: Any, *, host: str, port: int, workers: int) -> None:
        self._make, self._host, self._port, self._workers = make, host, port, workers
        self._work: subprocess.Popen[bytes] | None = None
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn what it needs to know."""
        address = f"[{self._host}]" if ":" in self._host else self._host
        options = {
            "bind": f"{address}:{self._port}",
            "workers": self._workers,
            "worker_class": "gthread",
            "threads": 4,
            "timeout": 60,
            "graceful_timeout": 10,
            "limit_request_line": _LONGEST_LINE,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": self._when_ready,
            "on_exit": self._on_exit,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application of one worker."""
        app: Flask = self._make()
        return app

    def _when_ready(self, _arbiter: Any) -> None:
        # A process of its own: a thread in the arbiter would be copied into every worker.
        self._work = subprocess.Popen([sys.executable, "-m", "insatsbas", "work"])
        print(f"\nInsatsbas svarar på http://{self._host}:{self._port} (sluta med Ctrl+C)", flush=True)

    def _on_exit(self, _arbiter: Any) -> None:
        if self._work is not None:
            self._work.terminate()
            self._work.wait(timeout=10)
