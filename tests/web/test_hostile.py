"""No guest gets a fault of ours, whatever they ask of whichever page: odd paths, parameters, headers, methods, raw bytes."""

import re
import socket
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from insatsbas.accounts.guard import permission_of
from insatsbas.accounts.policy import Permission
from insatsbas.core.db import writing
from tests.factories import index_all, make_intervention
from tests.support.serving import Server

OURS = 500
TEXTS = (
    *(
        "\x00",
        "sfi\x00",
        "\x00" * 300,
        "\r\nSet-Cookie: x=1",
        "\x1b[31m",
        "\u202e",
        "\ufeff",
        "\ufffe",
        "a" + "\u0301" * 500,
        "👩‍👩‍👧‍👦" * 50,
    ),
    *("å" * 3000, "x" * 7000, "../../etc/passwd", "..\\..", "%", "%%00", "%s%n", "{{7*7}}", "${7*7}", "'; DROP TABLE need; --", '" OR 1=1'),
    *("<script>alert(1)</script>", "</script>", "&lt;", "]]>", "<!--", "javascript:alert(1)", "//evil.example", "https://evil.example/"),
    *("-1", "0", "9" * 400, "1e400", "NaN", "٣", "１", "None", "null", "[]", "{}", "日本語", "العربية", "ትግርኛ", " ", "\t", ".", ".."),
)
RAW = ("%", "%zz", "%ff%fe", "%c3%28", "%ed%a0%80", "%f4%90%80%80", "%00", "%0d%0aX-Evil:%201", "%2e%2e%2f", "%252e", ";", "?", "%23")
QUERIES = (
    "q=%00&behov=sfi%00&delar=%00&status=%00&sida=-1&per_sida=%00&anordnare=%0%000&=&a=&=b&&&&q",
    "q=%ff&delar=%ff&delar=boende&behov=%c3%28&kommun=%ed%a0%80&min=%f4%90%80%80&q=%zz%",
    f"delar={'x' * 3000}&behov={'å' * 500}&q={'y' * 3000}",
    "delar=<script>alert(1)</script>&q=</title><script>alert(1)</script>&behov=%3Cscript%3Ealert(1)",
    "delar[]=a&q[]=1;q=2&utm_source=%0d%0aSet-Cookie:x&" + "?" * 50,
    "&".join(f"p{n}=1" for n in range(1200)),
    "&".join(["behov=sfi&delar=boende"] * 400),
)
HEADERS = (
    {"Accept": "\xff"},
    {"Accept": "application/" + "x" * 4000},
    {"Accept-Encoding": "br;q=banana, gzip;q=-1, *;q=\xff"},
    {"Accept-Encoding": ", ,;;q=,"},
    {"Accept-Language": "sv;q=\x01, *;;"},
    {"Cookie": "insatsbas=\xff; ;;=; insatsbas=eyJ.x.y; " + "a=b; " * 500},
    {"Cookie": "insatsbas=" + "e" * 4000},
    {"If-None-Match": '"' + "x" * 3000},
    {"If-None-Match": 'W/"\xff", *'},
    {"If-Modified-Since": "Tue, 99 Foo 99999 99:99:99"},
    {"If-Range": "\x7f"},
    {"Range": "bytes=-999999999999999999999"},
    {"Range": "bytes=5-1,2-,x-y"},
    {"Content-Type": "multipart/form-data; boundary="},
    {"Content-Type": "\xff/\xfe; charset=none"},
    {"Content-Length": "-1"},
    {"Content-Length": "banana"},
    {"Transfer-Encoding": "chunked, identity"},
    {"Authorization": "Basic %%%"},
    {"Authorization": "Digest \xff"},
    {"Referer": "http://[::1"},
    {"Origin": "null\xff"},
    {"X-Forwarded-Host": "evil.example"},
    {"X-Forwarded-Proto": "javascript", "X-Forwarded-For": "'; --", "Forwarded": "host=evil.example;proto=\xff"},
    {"X-HTTP-Method-Override": "DELETE"},
    {"X-Original-URL": "/oversikt", "X-Rewrite-URL": "//evil.example"},
    {"User-Agent": "() { :;}; echo"},
)
HOSTS = (
    "",
    " ",
    "localhost:banana",
    "localhost:99999999",
    "[::1",
    "a" * 300,
    "localhost, evil.example",
    "local\xffhost",
    "localhost\x00",
    "@localhost",
    ".",
)
FOR_GUESTS = (Permission.READ, Permission.ENTER, Permission.REPORT_FAULT)
METHODS = ("POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "banana", "OPTIONS", "HEAD")


def routes(app: Flask) -> list[str]:
    """Every rule that a guest may ask with GET, its variables as they are written."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return sorted(rule.rule for rule in rules if permission_of(app, rule.endpoint) in FOR_GUESTS)


def addresses(app: Flask, client: FlaskClient) -> list[str]:
    """Every page, with something that is there for each variable."""
    item = client.get("/api/v1/insatser").get_json()["items"][0]
    told = {
        "public_id": item["id"],
        "code": "sfi",
        "slug": "haninge",
        "filename": "css/insatsbas.css",
        "form": "csv",
        "token": "no-such-link",
    }
    filled = [re.sub(r"<(?:[^<>]+:)?(\w+)>", lambda found: told[found[1]], rule) for rule in routes(app)]
    return [page.replace("/organisationer/haninge", "/organisationer/haninge-kommun") for page in filled]


def check(answer: TestResponse, asked: object) -> None:
    """No fault of ours, nothing that was sent as markup or as a header, and no way to somebody else."""
    assert answer.status_code < OURS, (answer.status_code, asked)
    body = answer.get_data().decode("utf-8", "replace")
    answer.close()
    assert "<script>alert" not in body or "json" in (answer.mimetype or ""), asked
    assert "Traceback" not in body, asked
    assert urlsplit(answer.headers.get("Location", "")).netloc in ("", "localhost"), asked
    # A form is proof against forgery by a cookie of ours; nothing else sets one.
    has_a_form = "csrf_token" in body or answer.request.method == "HEAD"
    is_ours = answer.headers.get("Set-Cookie", "").startswith("insatsbas=") and has_a_form
    assert "X-Evil" not in answer.headers, asked
    assert "Set-Cookie" not in answer.headers or is_ours, asked
    assert answer.headers["Content-Security-Policy"], asked
    if answer.status_code >= 400:
        assert answer.mimetype in ("text/html", "text/plain", "application/problem+json"), asked


@pytest.fixture(scope="module")
def pages(demo_app: Flask) -> list[str]:
    """Every page that a guest may read."""
    found = addresses(demo_app, FlaskClient(demo_app, demo_app.response_class))
    assert len(found) >= 20
    assert not [page for page in found if "<" in page]
    return found


def test_odd_names_in_paths(demo_app: Flask, plain_client: FlaskClient) -> None:
    rules = [rule for rule in routes(demo_app) if "<" in rule]
    assert len(rules) >= 5
    for rule in rules:
        for name in (*(quote(text, safe="") for text in TEXTS), *RAW):
            for path in (re.sub(r"<[^>]+>", "{}", rule).format(odd) for odd in (name, f"sfi{name}")):
                answer = plain_client.get(path)
                check(answer, path)
                # A made-up link of a letter is told of on a page of its own.
                is_fine = answer.status_code in (301, 302, 308, 404) or "<token>" in rule
                assert is_fine or path.endswith(("?", ".")) or "%23" in path, (answer.status_code, path)


def test_odd_paths(plain_client: FlaskClient) -> None:
    for text in (
        *TEXTS,
        *RAW,
        "/",
        "//",
        "/evil.example/",
        "/.env",
        "sok/../..",
        "SOK",
        "sok/",
        "sok//",
        "behov/sfi/",
        "%2f%2fevil.example",
    ):
        # As a server hands a path over: bytes, told as latin-1.
        path = f"/{text}".encode().decode("latin-1")
        check(plain_client.get("/", environ_overrides={"PATH_INFO": path, "RAW_URI": path, "REQUEST_URI": path}), text)


def test_odd_parameters(plain_client: FlaskClient, pages: list[str]) -> None:
    for page in pages:
        for query in QUERIES if "static" not in page else ():
            check(plain_client.get(page, environ_overrides={"QUERY_STRING": query}), (page, query[:80]))
    for page in ("/oversikt", "/oversikt.svg"):
        for text in TEXTS:
            check(plain_client.get(page, query_string={"delar": text}), (page, text[:80]))


# Flask-Compress drops the file that it packs instead of closing it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_odd_headers(plain_client: FlaskClient, pages: list[str]) -> None:
    for page in pages:
        for headers in HEADERS:
            environ = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
            environ |= {
                name.removeprefix("HTTP_"): value for name, value in environ.items() if name in ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH")
            }
            check(plain_client.get(page, environ_overrides=environ), (page, headers))


def test_odd_hosts(plain_client: FlaskClient, pages: list[str]) -> None:
    for page in pages:
        for host in HOSTS:
            check(plain_client.get(page, environ_overrides={"HTTP_HOST": host}), (page, host))


def test_odd_methods(plain_client: FlaskClient, pages: list[str]) -> None:
    for page in pages:
        for method in METHODS:
            answer = plain_client.open(page, method=method, data=b"\x00\xff" * 200, content_type="application/json")
            check(answer, (page, method))
            # A page with a form takes a post, but none without the token against forgery.
            as_read = plain_client.get(page, buffered=True).status_code
            may_be = {"OPTIONS": (200,), "HEAD": (as_read,), "POST": (400, 401, 405)}.get(method, (405,))
            assert answer.status_code in may_be, (answer.status_code, page, method)


def test_too_much_is_refused(plain_client: FlaskClient) -> None:
    answer = plain_client.post("/sok", data=b"x" * (7 * 1024 * 1024), content_type="application/x-www-form-urlencoded")
    check(answer, "a large body")
    assert answer.status_code in (405, 413)


def test_names_that_a_database_cannot_hold(both_databases: Flask) -> None:
    client = FlaskClient(both_databases, both_databases.response_class)
    with writing() as session:
        make_intervention(session)
    index_all(both_databases)
    for name in ("%00", "sfi%00", "%ff", "%ed%a0%80", "x" * 5000, quote("'; --"), "%e2%80%ae"):
        for path in ("/behov/", "/kommuner/", "/organisationer/", "/insatser/", "/api/v1/insatser/"):
            check(client.get(path + name), path + name)
        for path in ("/sok?behov=", "/sok?q=", "/sok?anordnare=", "/oversikt?delar=", "/api/v1/insatser?behov=", "/api/v1/insatser?q="):
            check(client.get(path + name), path + name)


BYTES = (
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: \r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /behov/\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /sok?q=\xc3\x28\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET http://evil.example/sok HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET //evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /static/%2e%2e/%2e%2e/data/lists.toml HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /sok HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET /sok HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
    b"GET /sok HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n",
    b"GET /sok HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n",
    b"GET /sok HTTP/1.1\r\nHost: localhost\r\nX\x00Y: a\r\n\r\n",
    b"GET /sok HTTP/1.1\r\nHost: localhost\r\n: empty\r\n\r\n",
    b"GET /sok HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(300)) + b"\r\n",
    b"GET /sok HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
    b"GET /sok?q=" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /sok HTTP/9.9\r\nHost: localhost\r\n\r\n",
    b"GET /sok\r\n\r\n",
    b"banana\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"\xff" * 5000 + b"\r\n\r\n",
)


def told(server: Server, sent: bytes) -> bytes:
    """The first line of what a server says to some bytes; empty when it hangs up."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        try:
            return line.recv(200).split(b"\r\n")[0]
        except ConnectionResetError:
            return b""


@pytest.mark.parametrize("sent", BYTES, ids=lambda sent: repr(sent[:60]))
def test_raw_bytes_to_a_real_server(server: Server, sent: bytes) -> None:
    line = told(server, sent)
    assert line == b"" or re.match(rb"HTTP/1\.[01] [234]\d\d ", line), line
    assert told(server, b"GET /halsa HTTP/1.0\r\nHost: localhost\r\n\r\n").split()[1] == b"200", "it answers others as before"
