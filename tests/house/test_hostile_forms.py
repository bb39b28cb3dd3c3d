"""Every field of every form, filled with what nobody means to send: refused or kept, never a fault of ours, on both databases."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import BOTH, open_app, settings_in
from tests.house.policy_world import COOKIE, OWN, World, lay_in, path_of, variants_of
from tests.house.test_policy import rules_of
from tests.support.checks import parse
from tests.support.people import SignedInClient

HOSTILE = {
    "long": "x" * 10_000,
    "of very many figures": "9" * 6_000,
    "beyond every number": "99999999999999999999",
    "the last day": "9999-12-31",
    "signs that no page can show": "a\x00\x01\x0b\x1b\x85\ufffe\uffffb",
}
# Pages whose form would end the test: whoever asks would be gone, or all texts.
LEFT_ALONE = ("/logga-", "/mitt-konto", "/glomt-losenord", "/valj-losenord", "/samordna/maskera/utfor", "/ta-bort", "/avbryt")


class Sender(SignedInClient):
    """A client that looks at no page: for thousands of requests."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Fetch, and check nothing."""
        return FlaskClient.open(self, *args, **{"buffered": True, **kwargs})


@pytest.fixture(params=BOTH)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Two organisations with all that they have, and one person of each role, on each database."""
    folder, given = tmp_path / "data", {}
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("bare_template"), folder)
    else:
        given["DATABASE_URL"] = str(request.getfixturevalue("postgres").create(request.getfixturevalue("postgres_template").database))
    # Within no context of its own: each request must have one, and let go of the database after it.
    with open_app(settings_in(folder, **given)) as app:
        made = World(app, folder)
        lay_in(made)
        yield made


def pages(world: World) -> Iterator[str]:
    """Every page that may have a form."""
    for rule, method in rules_of(world.app):
        if method == "GET" and not rule.rule.startswith((*LEFT_ALONE, "/static", "/api")):
            yield from {path_of(world, rule, variant, OWN) for variant in variants_of(rule)}


def forms_of(html: str, path: str) -> Iterator[tuple[str, list[tuple[str, str]], list[str]]]:
    """Each form that is posted: where to, what it holds as it stands, and the names of the fields that take a text or a choice."""
    for form in parse(html).iter("form"):
        action = form.get("action") or path
        if (form.get("method") or "").lower() == "post" and not any(part in action for part in LEFT_ALONE):
            held = [pair for field in form.iter() for pair in pairs_of(field)]
            yield action, held, list(dict.fromkeys(name for field in form.iter() if (name := typed_in(field))))


def typed_in(field: Element) -> str:
    """The name of a field that holds a text, seen or not; "" for any other."""
    is_text = field.tag == "textarea" or (field.tag == "input" and field.get("type") not in ("checkbox", "radio", "file", "submit"))
    name = field.get("name") or ""
    return name if is_text and name != "csrf_token" else ""


def pairs_of(field: Element) -> Iterator[tuple[str, str]]:
    """What a browser would send of a field, and an empty text for what it would not."""
    name = field.get("name")
    if name is None or field.tag not in ("input", "textarea", "select"):
        return
    if field.tag == "select":
        chosen = [option for option in field.iter("option") if option.get("selected") is not None] or list(field.iter("option"))[:1]
        yield from ((name, option.get("value") or "") for option in chosen)
    elif field.tag == "textarea":
        yield name, "".join(field.itertext())
    elif field.get("type") not in ("checkbox", "radio", "file") or field.get("checked") is not None:
        yield name, field.get("value") or ""
    else:
        yield name, ""


@pytest.mark.slow
def test_no_field_breaks_us(world: World) -> None:
    """As the co-ordinator, who is shown every form but those of requests, and as a decision-maker, who is shown those."""
    broken, done = [], set()
    for role in ("co-ordinator", "decision-maker"):
        client = sender(world, role)
        for path in sorted(set(pages(world))):
            page = client.get(path)
            if page.status_code != 200 or page.mimetype != "text/html":
                continue
            for action, held, names in forms_of(page.text, path):
                for name in (name for name in names if (action, name) not in done):
                    done.add((action, name))
                    codes = {kind: send(client, action, held, name, value) for kind, value in HOSTILE.items()}
                    broken += [f"{action}: {kind} in {name}: {code}" for kind, code in codes.items() if code >= 500]
    assert not broken, "\n".join(broken)
    assert len(done) > 80
    assert {"text", "villkor", "till_och_med"} <= {name for _action, name in done}


def sender(world: World, role: str) -> Sender:
    """A client that looks at nothing, of somebody who has signed in."""
    client, cookie = Sender(world.app, world.app.response_class, use_cookies=True), world.clients[role].get_cookie(COOKIE)
    if cookie is not None:
        client.set_cookie(COOKIE, cookie.value)
    return client


def send(client: Sender, action: str, held: list[tuple[str, str]], name: str, value: str) -> int:
    """Post a form with one field hostile; what was answered."""
    data: dict[str, list[str]] = {}
    for field, told in held:
        if field not in ("csrf_token", name) and told:
            data.setdefault(field, []).append(told)
    return client.post(action, data={**data, name: value}).status_code
