"""The pages about ourselves: what belongs here, help, accessibility, privacy. What differs between installations stands in settings."""

from flask import render_template

from insatsbas.accounts.guard import access
from insatsbas.accounts.policy import Permission
from insatsbas.core.config import current_settings
from insatsbas.pages.blueprint import blueprint
from insatsbas.pages.page import ContactLink, TextPage

# The authority for digital government, which supervises the law on accessibility (2018:1937).
_AUTHORITY = "https://www.digg.se/digital-tillganglighet/anmal-bristande-tillganglighet"
_SOURCE_CODE = ""


def _page() -> TextPage:
    settings = current_settings()
    contact = ContactLink(settings.contact, f"mailto:{settings.contact}") if settings.contact else None
    return TextPage(
        operator=settings.operator,
        contact=contact,
        reviewed_on=settings.accessibility_reviewed,
        faults=settings.accessibility_faults,
        authority_url=_AUTHORITY,
        source_url=_SOURCE_CODE,
    )


@blueprint.get("/om")
@access(Permission.ENTER)
def about() -> str:
    """What belongs in the catalogue, and where it comes from."""
    return render_template("pages/about.html", page=_page())


@blueprint.get("/hjalp")
@access(Permission.ENTER)
def help_page() -> str:
    """How to search and read."""
    return render_template("pages/help.html", page=_page())


@blueprint.get("/tillganglighet")
@access(Permission.ENTER)
def accessibility() -> str:
    """The accessibility statement: what is known to be wrong, and where to complain. Never a claim that nothing is."""
    return render_template("pages/accessibility.html", page=_page())


@blueprint.get("/personuppgifter")
@access(Permission.ENTER)
def privacy() -> str:
    """What is kept of whom."""
    return render_template("pages/privacy.html", page=_page())
