"""What each answer tells the browser not to do, and which hosts and sizes are answered at all."""

import re
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Request, Response, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix

from insatsbas.core.config import Settings

_RAW = re.compile(rb"[^!-~]")
_UNREADABLE = b"%EF%BF%BD"
MAX_REQUEST = 6 * 1024 * 1024
# Nothing from anywhere else, nothing inline: what a hostile text could smuggle in does not run.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def init_app(app: Flask, settings: Settings) -> None:
    """Set limits, cookies and headers from the settings."""
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_REQUEST,
        TRUSTED_HOSTS=settings.trusted_hosts,
        SESSION_COOKIE_NAME="__Host-insatsbas" if settings.is_https else "insatsbas",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PREFERRED_URL_SCHEME=settings.public_url.scheme if settings.public_url else "http",
    )

    app.request_class = _Request
    if settings.public_url is not None:
        app.wsgi_app = _Scheme(app.wsgi_app, settings.public_url.scheme)  # type: ignore[method-assign]

    if settings.proxies:
        # Whom they speak for, and nothing else: host and scheme are those of the setting.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]

    @app.before_request
    def _no_nul() -> None:
        if "\0" in request.path:
            abort(404)

    @app.after_request
    def _headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.is_https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-cache")
        return response


class _Request(Request):
    """A request whose address can be read: raw bytes, which a browser would have encoded, are taken as if it had.

    NUL, which no database can be asked about, is read as the sign of something unreadable, as browsers do.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.query_string = _RAW.sub(lambda raw: b"%%%02X" % raw[0][0], self.query_string).replace(b"%00", _UNREADABLE)
        # HEAD is a GET whose body is left out. A view that asks "is it GET?" must not take it for a form that was sent.
        if self.method == "HEAD":
            self.method = "GET"


class _Scheme:
    """Tells the application the scheme that people reach us by. Between a proxy and us it is http; what a header says is not believed."""

    def __init__(self, inner: WSGIApplication, scheme: str) -> None:
        self._inner, self._scheme = inner, scheme

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.url_scheme"] = self._scheme
        return self._inner(environ, start_response)
