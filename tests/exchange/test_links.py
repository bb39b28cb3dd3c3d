"""Every page of the exchange is reached by links, by those whom it is for: walked from where each begins."""

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest
from flask import Flask

from insatsbas.accounts import examples as example_people
from insatsbas.core.config import current_settings
from insatsbas.core.db import writing
from insatsbas.core.viewer import SYSTEM
from insatsbas.exchange import examples
from tests.support.checks import parse
from tests.support.people import SignedInClient, signed_in

EXCHANGE = re.compile(r"/utbyten|/erbjudanden|/overenskommelser|/insatser/[^/]+/(fraga-om-platser|erbjud-platser)|/samordna/utbyten")
ENOUGH = 6
FILES = re.compile(r"\.(pdf|json|xlsx|csv)$")
# What each reaches: the rule of every page of theirs, those of the exchange alone.
OF_STAFF = {
    "/utbyten",
    "/utbyten/<int:number>",
    "/utbyten/<int:number>/motforslag",
    "/utbyten/<int:number>/arkiv.json",
    "/utbyten/<int:number>/arkiv.pdf",
    "/utbyten/ekonomi",
    "/utbyten/ekonomi.<any(xlsx, csv):form>",
    "/utbyten/beslut",
    "/erbjudanden",
    "/insatser/<public_id>/fraga-om-platser",
}
OF_EDITOR = OF_STAFF | {"/erbjudanden/<int:number>", "/insatser/<public_id>/erbjud-platser"}
OF_COORDINATOR = {
    "/utbyten/ekonomi",
    "/utbyten/ekonomi.<any(xlsx, csv):form>",
    "/utbyten/beslut",
    "/erbjudanden",
    "/erbjudanden/<int:number>",
    "/samordna/utbyten",
}


@pytest.fixture
def tried(app: Flask) -> Flask:
    """The demo with its people and its exchange."""
    with app.app_context():
        example_people.lay_in(SYSTEM, current_settings())
        with writing() as session:
            assert examples.lay_in(session)
    return app


def rule_of(app: Flask, path: str) -> str:
    """The rule that a path is of, and what it is asked by."""
    return str(app.url_map.bind("localhost").match(path, method="GET", return_rule=True)[0].rule)


def walked(app: Flask, client: SignedInClient, start: str) -> set[str]:
    """The rules of the exchange's pages that links lead to, through its own pages and those of interventions; each opens."""
    seen: set[str] = set()
    of_its_kind: Counter[str] = Counter()
    waiting = [start]
    found: set[str] = set()
    while waiting:
        address = waiting.pop()
        path = urlsplit(address).path
        if address in seen:
            continue
        seen.add(address)
        of_its_kind[rule_of(app, path)] += 1
        # A few pages of each kind have the links that all of them have.
        if of_its_kind[rule_of(app, path)] > ENOUGH:
            continue
        if EXCHANGE.match(path):
            found.add(rule_of(app, path))
        if FILES.search(path):
            # Taking it out is others' to test, and a PDF takes its time.
            continue
        answer = client.get(address)
        assert answer.status_code == 200, f"{address} does not open"
        for link in parse(answer.text).iter("a"):
            href = link.get("href", "")
            if EXCHANGE.match(urlsplit(href).path) or (href.startswith("/insatser/") and href.count("/") == 2 and "/utbyten" in start):
                waiting.append(href.split("#")[0])
    return found


@pytest.mark.parametrize(
    ("who", "start", "expected"),
    [
        ("redaktor@huddinge", "/utbyten", OF_EDITOR),
        ("handlaggare@huddinge", "/utbyten", OF_STAFF),
        ("beslutsfattare@huddinge", "/utbyten", OF_STAFF),
        ("samordnare", "/samordna", OF_COORDINATOR),
    ],
)
def test_all_that_is_theirs_is_reached(tried: Flask, who: str, start: str, expected: set[str]) -> None:
    email = f"{who}.exempel.example" if "@" in who else f"{who}@exempel.example"
    found = walked(tried, signed_in(tried, email), start)
    assert expected <= found, f"no link leads to {sorted(expected - found)}"
    if "@" in who:
        assert any("overenskommels" in rule for rule in found), "the agreement is read"
