"""What the co-ordinator sets for the whole installation."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.catalogue.freshness_queries import review_days
from insatsbas.core.db import db
from insatsbas.core.i18n import gettext as _
from insatsbas.keeping.desk import queries, settings_actions
from insatsbas.keeping.desk.blueprint import blueprint, faults_of, sent
from insatsbas.keeping.desk.forms import SettingsForm


@blueprint.route("/samordna/installningar", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def settings() -> Response | str | tuple[str, int]:
    """The days of review, and whose freshness everybody may see."""
    form = _form()
    if request.method == "GET":
        return render_template("keeping/desk/settings.html", form=form, faults=())
    faults = faults_of(
        form,
        lambda: settings_actions.save(
            current_viewer(),
            db.session,
            days=(f"{form.manad_1.data}-{form.dag_1.data}", f"{form.manad_2.data}-{form.dag_2.data}"),
            show_freshness=set(form.farskhet.data or ()),
        ),
    )
    if faults:
        return render_template("keeping/desk/settings.html", form=form, faults=faults), 422
    flash(_("Inställningarna är sparade."))
    db.session.commit()
    return redirect(url_for("desk.settings"), 303)


def _form() -> SettingsForm:
    days = review_days(db.session).days
    first, last = days[0], days[-1]
    rows = queries.organisation_rows(db.session)
    organisations = [row.organisation for row in rows if row.ongoing or row.organisation.shows_freshness]
    known = {
        "dag_1": f"{first[1]:02d}",
        "manad_1": f"{first[0]:02d}",
        "dag_2": f"{last[1]:02d}",
        "manad_2": f"{last[0]:02d}",
        "farskhet": [o.slug for o in organisations if o.shows_freshness],
    }
    form = SettingsForm(sent(), data=known)
    form.offer([(o.slug, o.name) for o in organisations])
    return form
