"""What comes with each answer: headers, compression, caching, which hosts are answered, and whether we are well."""

import gzip
import re
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from flask import Flask
from sqlalchemy import text

from insatsbas.core.config import current_settings
from insatsbas.core.db import db
from tests.conftest import client_of, open_app, settings_in
from tests.support.checks import CheckingClient, parse
from tests.support.postgres import Cluster

PAGES = ("/", "/sok", "/sok?q=sfi", "/halsa", "/api/v1/insatser", "/finns-inte", "/api/v1/finns-inte")


def static_files(client: CheckingClient) -> list[str]:
    """The stylesheet, the script and the icon that a page fetches."""
    page = parse(client.get("/").text)
    named = [element.get("href") or element.get("src") or "" for tag in ("link", "script") for element in page.iter(tag)]
    found = [address for address in named if address.startswith("/static/")]
    assert len(found) >= 2
    return found


@pytest.mark.parametrize("address", PAGES)
def test_headers(demo_client: CheckingClient, address: str) -> None:
    answer = demo_client.get(address)
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in answer.headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in answer.headers, "not over http"
    assert "Server" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("address", PAGES)
def test_head_is_get_without_its_body(demo_client: CheckingClient, address: str) -> None:
    head, whole = demo_client.head(address), demo_client.get(address)
    assert (head.status_code, head.mimetype, head.data) == (whole.status_code, whole.mimetype, b"")


def test_static_files_are_kept_for_a_year(demo_client: CheckingClient) -> None:
    for address in static_files(demo_client):
        answer = demo_client.get(address)
        assert answer.status_code == 200
        assert set(answer.headers["Cache-Control"].split(", ")) == {"public", "max-age=31536000", "immutable"}
        again = demo_client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert "immutable" in again.headers["Cache-Control"]


def test_a_static_file_without_the_mark_of_its_contents_is_not_kept(demo_client: CheckingClient) -> None:
    for address in static_files(demo_client):
        assert "immutable" not in demo_client.get(address.partition("?")[0]).headers["Cache-Control"]


def test_fonts_of_the_stylesheet_are_ours_and_marked(demo_client: CheckingClient) -> None:
    (css,) = [address for address in static_files(demo_client) if ".css" in address]
    fonts = re.findall(r"url\(([^)]+)\)", demo_client.get(css).text)
    assert fonts, "the stylesheet names no font"
    for font in fonts:
        assert re.fullmatch(r"\"?\.\./fonts/[\w.-]+\?v=\w+\"?", font), f"{font} is not our own, or may not be kept"
        answer = demo_client.get("/static/css/" + font.strip('"'))
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]


UNPACK: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress, "deflate": zlib.decompress}


# Flask-Compress drops the file that it packs instead of closing it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("accepted", ["gzip, deflate, br", "gzip, deflate"], ids=["https", "http"])
def test_text_is_compressed(demo_client: CheckingClient, accepted: str) -> None:
    """As browsers ask: over plain http to another computer they take no brotli."""
    for address in ("/", "/sok", "/api/v1/insatser", *static_files(demo_client)):
        plain = demo_client.get(address)
        packed = demo_client.get(address, headers={"Accept-Encoding": accepted})
        encoding = packed.headers.get("Content-Encoding", "none")
        assert encoding in UNPACK, f"{address} has the encoding {encoding}"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert len(packed.data) < len(plain.data) / 2
        assert UNPACK[encoding](packed.data) == plain.data


# Which hosts


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8000"])
@pytest.mark.parametrize("address", ["/", "/sok", "/api/v1/insatser", "/halsa"])
def test_another_host_is_refused(demo_client: CheckingClient, host: str, address: str) -> None:
    answer = demo_client.get(address, base_url=f"http://{host}")
    assert answer.status_code == 400
    assert "evil" not in answer.text, "a link to a host that is not ours"


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:4711"])
def test_this_computer_is_answered(demo_client: CheckingClient, host: str) -> None:
    assert demo_client.get("/", base_url=f"http://{host}").status_code == 200


def test_a_public_address_decides_host_and_security(demo_template: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(demo_template, folder)
    with open_app(settings_in(folder, PUBLIC_URL="https://insatsbas.example")) as app:
        client, ours = client_of(app), "https://insatsbas.example"
        answer = client.get("/", base_url=ours)
        assert answer.status_code == 200
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        found = client.get("/api/v1/insatser", base_url=ours).json
        assert found is not None
        assert all(item["url"].startswith(f"{ours}/insatser/") for item in found["items"])
        assert client.get("/", base_url="http://localhost").status_code == 400
        assert app.config["SESSION_COOKIE_NAME"] == "__Host-insatsbas"
        assert app.config["SESSION_COOKIE_SECURE"]
        assert app.config["SESSION_COOKIE_HTTPONLY"]


def test_on_this_computer_only_the_cookies_need_no_https(demo_app: Flask) -> None:
    assert demo_app.config["SESSION_COOKIE_NAME"] == "insatsbas"
    assert not demo_app.config["SESSION_COOKIE_SECURE"]


# Whether we are well


def test_all_is_well(demo_client: CheckingClient) -> None:
    answer = demo_client.get("/halsa")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json == {"status": "ok", "databas": "ok", "index": "ok"}


def test_without_an_index(app: Flask) -> None:
    client = client_of(app)
    with app.app_context():
        shutil.rmtree(current_settings().index_dir)
    answer = client.get("/halsa")
    assert answer.status_code == 503
    assert answer.json == {"status": "fel", "databas": "ok", "index": "svarar inte"}
    assert client.get("/sok?q=sfi").status_code == 503
    assert client.get("/api/v1/insatser").mimetype == "application/problem+json"


def test_without_a_database(app: Flask) -> None:
    with app.app_context(), db.engine.execution_options(write=True).begin() as connection:
        for table in ("intervention_need", "need"):
            connection.execute(text(f"DROP TABLE {table}"))
    client = client_of(app)
    client.may_break = True
    answer = client.get("/halsa")
    assert answer.status_code == 503
    assert answer.json == {"status": "fel", "databas": "svarar inte", "index": "ok"}
    assert client.get("/sok").status_code == 500


@pytest.mark.postgres
def test_with_a_database_that_has_gone(postgres: Cluster, demo_template: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(demo_template, folder)
    url = postgres.create()
    postgres.drop(url)
    with open_app(settings_in(folder, DATABASE_URL=str(url))) as app:
        client = client_of(app)
        client.may_break = True
        assert client.get("/halsa").status_code == 503
        assert client.get("/").status_code == 500
