"""Whose network address counts when a proxy stands before us."""

from pathlib import Path

import pytest
from flask import Flask, request

from insatsbas.accounts.guard import access
from insatsbas.accounts.policy import Permission
from tests.conftest import open_app, settings_in

CHAIN = "203.0.113.9, 198.51.100.2, 192.0.2.1"


@pytest.mark.parametrize(
    ("proxies", "seen"), [(0, "127.0.0.1"), (1, "192.0.2.1"), (2, "198.51.100.2"), (3, "203.0.113.9"), (4, "127.0.0.1")]
)
def test_only_our_own_proxies_are_believed(tmp_path: Path, proxies: int, seen: str) -> None:
    with open_app(settings_in(tmp_path / "data", PROXIES=str(proxies))) as app:
        assert _seen(app) == seen


def _seen(app: Flask) -> str:
    told: dict[str, str] = {}

    @app.get("/vem")
    @access(Permission.ENTER)
    def who() -> str:
        told["address"], told["host"] = request.remote_addr or "", request.host
        return ""

    app.test_client().get("/vem", headers={"X-Forwarded-For": CHAIN, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    assert told["host"] == "localhost"
    return told["address"]
