"""A PDF of a page of HTML, tagged so that it can be read aloud (PDF/UA). WeasyPrint is imported when it is used: it may be missing."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from insatsbas.core.errors import InsatsbasError

_LOOK = """
@page { size: A4; margin: 20mm 18mm 22mm; @bottom-right { content: counter(page) " (" counter(pages) ")"; font-size: 9pt; } }
html { font-family: "Source Sans 3", "Noto Sans", sans-serif; font-size: 10.5pt; line-height: 1.4; }
h1 { font-size: 18pt; margin: 0 0 6mm; } h2 { font-size: 13pt; margin: 7mm 0 2mm; } h3 { font-size: 11pt; margin: 4mm 0 1mm; }
h1, h2, h3 { break-after: avoid; } p { margin: 0 0 2mm; white-space: pre-line; }
dl { margin: 0; } dl div { display: flex; margin: 0 0 1mm; } dt { color: #454545; flex: 0 0 60mm; }
dd { margin: 0; white-space: pre-line; }
"""


class NoPdfError(InsatsbasError):
    """No PDF can be made here; the text says what is missing."""


def missing() -> str:
    """What keeps PDFs from being made here; "" when nothing does."""
    found = _weasyprint()
    return found if isinstance(found, str) else ""


def render(html: str) -> bytes:
    """A PDF of a whole document. It fetches nothing: what it shows stands in it.

    Raises:
        NoPdfError: what it is made with is missing.
    """
    made_with = _weasyprint()
    if isinstance(made_with, str):
        raise NoPdfError(made_with)
    document = made_with.HTML(string=html, url_fetcher=made_with.urls.URLFetcher(allowed_protocols=()))
    pdf: bytes = document.write_pdf(stylesheets=[made_with.CSS(string=_LOOK)], pdf_variant="pdf/ua-1")
    return pdf


@cache
def _weasyprint() -> Any:
    """The library, or in Swedish what is missing: itself, or what it draws text with."""
    try:
        return import_module("weasyprint")
    except ImportError:
        return "WeasyPrint är inte installerat. Installera insatsbas med tillägget [pdf], som README säger."
    except OSError as error:
        library = str(error).split("'")[1] if "'" in str(error) else "Pango"
        return f"{Path(library).name} saknas. Installera Debians libpango-1.0-0, libpangoft2-1.0-0 och libharfbuzz-subset0."
