"""A course to ask for, and people on both sides in their browsers."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from insatsbas.core.db import db, writing
from insatsbas.core.viewer import Role
from insatsbas.exchange.models import ExchangeLeg, ExchangeRequest
from insatsbas.exchange.states import State
from tests.factories import make_intervention, occasion
from tests.support.checks import parse, text_of
from tests.support.people import SignedInClient, as_role

HUDDINGE, HANINGE = "Huddinge kommun", "Haninge kommun"
PRICE = 18_500


class Market:
    """Haninge gives a course, Huddinge asks; on each side somebody who prepares and a decision-maker."""

    def __init__(self, app: Flask, **more: Any) -> None:
        with app.app_context(), writing() as session:
            welding = {"title": "Svetsning för nybörjare", "needs": ("yrkesutbildning",), "owner": HANINGE}
            row = make_intervention(session, **welding, occasions=[occasion(30, places=5, taken=1), occasion(90, places=5)], **more)
            own = make_intervention(
                session, title="Truckkort", needs=("yrkesutbildning",), owner=HUDDINGE, occasions=[occasion(40, places=4, taken=0)]
            )
            self.public_id, self.start, self.own_start = row.public_id, row.occasions[0].id, own.occasions[0].id
            self.later_start = row.occasions[1].id
        self.app = app
        self.people = {
            "asker": as_role(app, (Role.EDITOR, HUDDINGE), email="redaktor@huddinge.example"),
            "asker decides": as_role(app, (Role.DECISION_MAKER, HUDDINGE), email="beslut@huddinge.example"),
            "answerer": as_role(app, (Role.CASE_OFFICER, HANINGE), email="handlaggare@haninge.example"),
            "answerer decides": as_role(app, (Role.DECISION_MAKER, HANINGE), email="beslut@haninge.example"),
        }

    def __getitem__(self, who: str) -> SignedInClient:
        return self.people[who]

    @property
    def asking(self) -> str:
        """Where one asks for the course."""
        return f"/insatser/{self.public_id}/fraga-om-platser"

    def ask(self, who: str = "asker", way: str = "kop", **typed: str) -> str:
        """Huddinge asks for two places; the address of the request."""
        # A swap has no price of its own.
        price = {} if way == "byte" else {"pris": "18 500"}
        told = {"start": str(self.start), "platser": "2", "grund": "avtalssamverkan", **price, **typed}
        answer = self.fill(who, f"{self.asking}?vad={way}", **told)
        assert answer.status_code == 303, faults(answer)
        return answer.headers["Location"]

    def fill(self, who: str, page: str, to: str = "", **typed: str) -> TestResponse:
        """Send a form of a page as a browser would: as it stands there, but for what is typed. `to` is how its address ends."""
        action, held = form_of(self[who].get(page).text, to)
        return self[who].post(action or page, data={**held, **typed})

    def do(self, who: str, address: str, button: str, **typed: str) -> int:
        """Press a button of the page; what it answered."""
        return self.fill(who, address, f"/{button}", **typed).status_code

    def state(self, address: str) -> State:
        """Where a request is."""
        with self.app.app_context():
            return db.session.get_one(ExchangeRequest, number_of(address)).state

    def legs(self, address: str) -> list[ExchangeLeg]:
        """What is on the table."""
        with self.app.app_context():
            return list(db.session.get_one(ExchangeRequest, number_of(address)).legs)


def number_of(address: str) -> int:
    """The number of a request, by its address."""
    return int(address.rsplit("/", 1)[1])


def form_of(html: str, to: str = "") -> tuple[str, dict[str, str]]:
    """The form in the page's main part whose address ends so; what it holds as it stands."""
    main = next(parse(html).iter("main"))
    form = next(form for form in main.iter("form") if (form.get("action") or "").endswith(to))
    held: dict[str, str] = {}
    for field in form.iter():
        name, kind = field.get("name") or "", field.get("type")
        if field.tag == "select":
            options = list(field.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            held[name] = chosen[0].get("value") or "" if chosen else ""
        elif field.tag == "textarea":
            held[name] = "".join(field.itertext())
        elif field.tag == "input" and (kind not in ("radio", "checkbox") or field.get("checked") is not None):
            held[name] = field.get("value") or ""
    held.pop("csrf_token", None)
    return form.get("action") or "", held


def words(html: str) -> str:
    """What the page's main part says, in one line, with plain spaces."""
    return text_of(next(parse(html).iter("main"))).replace("\N{NO-BREAK SPACE}", " ")


def faults(answer: TestResponse) -> str:
    """What a page says is wrong; "" when it says nothing."""
    summary = [each for each in parse(answer.text).iter("div") if each.get("class") == "govuk-error-summary"]
    return text_of(summary[0]) if summary else ""
