"""The co-ordinator's page of what may be traded, and on which ground."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.core.db import db
from insatsbas.core.forms import posted
from insatsbas.core.i18n import gettext as _
from insatsbas.exchange import legal_actions, legal_queries
from insatsbas.exchange.desk_forms import rules_form

blueprint = Blueprint("exchange_desk", __name__)


@blueprint.route("/samordna/utbyten", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def rules() -> Response | str | tuple[str, int]:
    """Which legal grounds exist between which organisations, and what is said where there is none."""
    sent = posted(request.form) if request.method == "POST" else None
    form = rules_form(sent, legal_queries.rules(db.session))
    if sent is None:
        return render_template("exchange/rules.html", form=form)
    if not form.validate():
        return render_template("exchange/rules.html", form=form), 422
    changes = legal_actions.save(current_viewer(), db.session, form.rules())
    flash(" ".join((_("Reglerna är sparade."), *changes)) if changes else _("Inget är ändrat."))
    db.session.commit()
    return redirect(url_for("exchange_desk.rules"), 303)
