"""The matrix: every role × every route × what is the own organisation's and what is another's, asked over HTTP.

What is expected follows from `accounts/policy.py` and, for routes with something in their address, from `SCOPES`; what is seen is the
answer. Where a write is refused, not a byte of the database may have changed.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from insatsbas.accounts.guard import permission_of
from insatsbas.accounts.models import Membership
from insatsbas.accounts.policy import POLICY, Permission
from insatsbas.core.db import writing
from tests.house.policy_world import NAMES, ROLES, SCOPES, Variant, World, path_of, variants_of, world_in
from tests.support.needs import ROOT
from tests.support.people import SignedInClient

LET_IN, SIGN_IN, REFUSED = "let in", "asked to sign in", "refused"


@pytest.fixture(scope="module")
def world(bare_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two organisations with all that they have, and one person of each role."""
    with world_in(bare_template, tmp_path_factory.mktemp("policy") / "data") as made:
        yield made


def rules_of(app: Flask) -> list[tuple[Rule, str]]:
    """Each route with each method that it answers."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    return [(rule, method) for rule in rules for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]


def seen(answer: TestResponse) -> str:
    """What became of whoever asked."""
    to_sign_in = answer.status_code in (302, 303) and answer.headers["Location"].startswith("/logga-in?nasta=")
    if answer.status_code == 401 or to_sign_in:
        return SIGN_IN
    return REFUSED if answer.status_code in (403, 404) else LET_IN


def expected(world: World, role: str, permission: Permission, variant: Variant, whose: str) -> str:
    """What the policy says."""
    if variant.allows(world, role, permission, whose):
        return LET_IN
    is_out = role == "anyone" and not any(holds(world.viewers[role], None, True) for holds in POLICY[permission])
    return SIGN_IN if is_out else REFUSED


def cells(world: World) -> Iterator[tuple[Rule, str, Variant, str, str]]:
    """Every route with its methods × what its address can stand for × every role × whose it is."""
    for rule, method in rules_of(world.app):
        for variant in variants_of(rule):
            for role in ROLES:
                yield from ((rule, method, variant, role, whose) for whose in NAMES)


def test_the_matrix(world: World) -> None:
    counted: Counter[str] = Counter()
    wrong = []
    for rule, method, variant, role, whose in cells(world):
        permission = permission_of(world.app, rule.endpoint)
        assert permission is not None, f"{rule.rule} has not said whom it is for"
        path, want = path_of(world, rule, variant, whose), expected(world, role, permission, variant, whose)
        got, has_written = ask(world, role, method, path)
        is_foreign = has_written and want != LET_IN
        counted["cells"] += 1
        counted["foreign writes"] += is_foreign
        if got != want or is_foreign:
            wrote = ", and wrote" if is_foreign else ""
            wrong.append(f"{method} {path} ({variant.name or 'plain'}) by {role}, {whose}: {got}, not {want}{wrote}")
    write_table(world, counted)
    assert not wrong, "\n".join(wrong)
    assert counted["cells"] > 1000


def ask(world: World, role: str, method: str, path: str) -> tuple[str, bool]:
    """Ask, and take back what it wrote: what became of it, and whether anything was written."""
    client = world.clients[role]
    if method == "GET":
        return answered(client, method, path), False
    with world.undone():
        before = world.kept()
        got = answered(client, method, path)
        return got, world.kept() != before


def answered(client: SignedInClient, method: str, path: str) -> str:
    """What became of it. A page that breaks what holds for every page is told with the rest."""
    try:
        return seen(client.get(path) if method == "GET" else client.post(path))
    except AssertionError as fault:
        return f"a faulty page ({fault})"


def write_table(world: World, counted: Counter[str]) -> None:
    """The matrix in numbers, kept with the other artefacts of a run."""
    routes = rules_of(world.app)
    by_permission = Counter(str(getattr(permission_of(world.app, rule.endpoint), "name", "")) for rule, _ in routes)
    lines = ["# The matrix of roles and routes", "", "| what | number |", "| --- | ---: |"]
    lines += [f"| roles | {len(ROLES)} |", f"| routes and methods | {len(routes)} |", f"| cells asked | {counted['cells']} |"]
    lines += ["| cells not declared | 0 |", f"| foreign writes | {counted['foreign writes']} |", ""]
    lines += [
        "| asked for | routes and methods |",
        "| --- | ---: |",
        *(f"| {name} | {n} |" for name, n in sorted(by_permission.items())),
        "",
    ]
    folder = ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    (folder / "policy.md").write_text("\n".join(lines), "utf-8")


def test_every_address_with_something_in_it_has_its_scope(world: World) -> None:
    """Whoever adds a route with an entry, a question, a batch or a number in its address says whose it is."""
    open_to_all = {"code", "slug", "name", "form", "filename"}
    for rule, _ in rules_of(world.app):
        if rule.arguments - open_to_all and not rule.endpoint.startswith("desk."):
            assert rule.endpoint in SCOPES, f"say in SCOPES of tests/house/policy_world.py whose {rule.rule} is"


def test_a_session_that_holds_no_role_is_a_guest(world: World) -> None:
    """Roles are read anew with each request: taking one away takes effect at once."""
    client, person_id = world.clients["editor"], world.viewers["editor"].person_id
    with world.undone():
        assert client.get("/vara-kollegor").status_code == 200
        with world.app.app_context(), writing() as session:
            session.execute(delete(Membership).where(Membership.person_id == person_id))
        assert client.get("/vara-kollegor").status_code == 403
