"""What was given and taken between organisations in a year, as a file for the accounts."""

import io

from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.core.db import db
from insatsbas.core.i18n import gettext as _
from insatsbas.exchange import account_queries
from insatsbas.exchange.account_views import asked_year, blueprint
from insatsbas.interchange import bulk_downloads, writing


@blueprint.get("/utbyten/ekonomi.<any(xlsx, csv):form>")
@access(Permission.FOLLOW_TRADE)
def fetch(form: str) -> Response:
    """The year's table, with a number in each cell that holds one."""
    year = asked_year()
    heads = (_("Ger platser"), _("Får platser och betalar"), _("År"), _("Överenskommelser"), _("Platser"), _("Belopp exklusive moms"))
    rows = [
        [row.giver, row.taker, year, row.deals, row.places, row.amount, row.unpriced]
        for row in account_queries.accounts(current_viewer(), db.session, year)
    ]
    out = io.BytesIO()
    writing.TABLES[form](_("Utbyten"), [[*heads, _("Enligt överenskommelse")], *rows], out)
    return bulk_downloads.attachment(out.getvalue(), bulk_downloads.KINDS[form][0], f"utbyten-{year}.{form}")
