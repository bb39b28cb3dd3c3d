"""Run beside the browser, in a process of its own: lays courses and people who trade places into a data folder, or lets days pass in it.

    python -m tests.browser.people_of_exchange FOLDER lay-in
    python -m tests.browser.people_of_exchange FOLDER days 20

The first prints JSON: for each of the people the cookie of their session, for each course its address. The second does the periodic
work as it will be done so many days from now.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from insatsbas.accounts import session_actions
from insatsbas.accounts.models import Membership
from insatsbas.core import clock
from insatsbas.core.db import writing
from insatsbas.core.viewer import Role
from insatsbas.exchange import periodic
from tests.conftest import open_app, settings_in
from tests.factories import make_intervention, occasion
from tests.house.policy_world import COOKIE
from tests.support.people import SignedInClient, keep_token, make_person

HUDDINGE, HANINGE = "Huddinge kommun", "Haninge kommun"
PEOPLE = {
    "Huddinge prepares": (Role.CASE_OFFICER, HUDDINGE),
    "Huddinge decides": (Role.DECISION_MAKER, HUDDINGE),
    "Haninge edits": (Role.EDITOR, HANINGE),
    "Haninge decides": (Role.DECISION_MAKER, HANINGE),
    "Nacka decides": (Role.DECISION_MAKER, "Nacka kommun"),
    "Tyresö decides": (Role.DECISION_MAKER, "Tyresö kommun"),
    "Botkyrka decides": (Role.DECISION_MAKER, "Botkyrka kommun"),
}
DELEGATION = "Delegationsordningen punkt 4.2"
# For each course its owner, and the places of its only start.
COURSES = {
    "Svetsning för nybörjare": (HANINGE, 6),
    "Truckkort på lätt svenska": (HUDDINGE, 6),
    "Lastbilskörkort steg ett": (HANINGE, 4),
    "Restaurangkök första året": (HANINGE, 6),
    "Lokalvård med praktik": (HANINGE, 6),
    "Plåtslageri på kvällstid": (HANINGE, 6),
}


def lay_in(folder: Path) -> dict[str, dict[str, Any]]:
    """Make the courses and the people; the way to each."""
    told: dict[str, dict[str, Any]] = {"people": {}, "courses": {}}
    with open_app(settings_in(folder)) as app, app.app_context(), writing() as session:
        for title, (owner, places) in COURSES.items():
            row = make_intervention(
                session, title=title, owner=owner, needs=("yrkesutbildning",), occasions=[occasion(60, places=places, taken=0)]
            )
            told["courses"][title] = f"/insatser/{row.public_id}"
        for name, role in PEOPLE.items():
            person = make_person(session, f"{name.lower().replace(' ', '-').replace('ö', 'o')}@exempel.example", role, name=name)
            session.flush()
            client = SignedInClient(app, app.response_class, use_cookies=True)
            keep_token(client, session_actions.begin_session(session, person))
            cookie = client.get_cookie(COOKIE)
            assert cookie is not None
            told["people"][name] = cookie.value
        for held in session.scalars(select(Membership).where(Membership.role == Role.DECISION_MAKER)):
            held.delegation = DELEGATION
    return told


def let_pass(folder: Path, days: int) -> None:
    """Do what the exchange does by itself, as it will be done so many days from now."""
    later = clock.now() + timedelta(days=days)
    clock.now = lambda: later
    with open_app(settings_in(folder)) as app, app.app_context():
        periodic.keep_time()


if __name__ == "__main__":
    if sys.argv[2] == "lay-in":
        print(json.dumps(lay_in(Path(sys.argv[1]))))
    else:
        let_pass(Path(sys.argv[1]), int(sys.argv[3]))
