"""For the accounts and for the board: what was given and taken in a year, and what was decided."""

from flask import Blueprint, render_template, request

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission, may
from insatsbas.core import clock
from insatsbas.core.db import db
from insatsbas.exchange import account_presenter, account_queries

blueprint = Blueprint("exchange_accounts", __name__)
_EARLIEST, _LATEST = 2000, 2100


@blueprint.get("/utbyten/ekonomi")
@access(Permission.FOLLOW_TRADE)
def year() -> str:
    """Places and money given and taken between organisations in a year."""
    viewer, chosen = current_viewer(), asked_year()
    rows = account_queries.accounts(viewer, db.session, chosen)
    years = account_queries.years(viewer, db.session)
    trades = may(viewer, Permission.TRADE)
    return render_template("exchange/accounts.html", rows=rows, year=chosen, years=_with(years, chosen), trades=trades)


@blueprint.get("/utbyten/beslut")
@access(Permission.FOLLOW_TRADE)
def decisions() -> str:
    """What one's organisation has decided in a year, to report to its board."""
    viewer, chosen = current_viewer(), asked_year()
    rows = account_queries.decisions(viewer, db.session, chosen)
    years = account_queries.decision_years(viewer, db.session)
    told = [(row, account_presenter.decided(row)) for row in rows]
    # The co-ordinator follows what is decided, but the requests themselves are their sides' to read.
    trades = may(viewer, Permission.TRADE)
    return render_template("exchange/decisions.html", rows=told, year=chosen, years=_with(years, chosen), trades=trades)


def asked_year() -> int:
    """The year of the address, else this year."""
    told = request.args.get("ar", "")
    is_year = told.isascii() and told.isdigit() and _EARLIEST <= int(told[:5]) <= _LATEST
    return int(told) if is_year else clock.today().year


def _with(years: list[int], chosen: int) -> list[int]:
    return sorted({chosen, *years}, reverse=True)
