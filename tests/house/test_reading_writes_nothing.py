"""Opening a page changes nothing, whoever opens it; and no form does anything without the token that a page of ours puts in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from insatsbas.accounts.policy import POLICY
from tests.house.policy_world import NAMES, ROLES, World, path_of, variants_of, world_in
from tests.house.test_policy import rules_of
from tests.support.checks import CheckingClient


@pytest.fixture(scope="module")
def world(bare_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two organisations with all that they have, and one person of each role."""
    with world_in(bare_template, tmp_path_factory.mktemp("reading") / "data") as made:
        yield made


def addresses(world: World, wanted: str) -> list[str]:
    """Every address of a method, with each thing that it can stand for, of both organisations."""
    found = {
        path_of(world, rule, variant, whose)
        for rule, method in rules_of(world.app)
        if method == wanted
        for variant in variants_of(rule)
        for whose in NAMES
    }
    return sorted(found)


@pytest.mark.parametrize("role", ROLES)
def test_opening_a_page_writes_nothing(world: World, role: str) -> None:
    client, before = world.clients[role], world.kept()
    opened = [(path, client.get(path).status_code) for path in addresses(world, "GET")]
    assert len(opened) > len(POLICY) * 10
    if world.kept() != before:
        wrote = [path for path, _ in opened if writes(world, client, path)]
        pytest.fail(f"opening these wrote: {wrote or 'some, once'}")


def writes(world: World, client: CheckingClient, path: str) -> bool:
    """Whether opening it now changes a byte."""
    before = world.kept()
    client.get(path)
    return world.kept() != before


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("token", [None, "", "made-up"])
def test_no_form_is_taken_without_its_token(world: World, role: str, token: str | None) -> None:
    client, before = world.clients[role], world.kept()
    sent = {} if token is None else {"csrf_token": token}
    got: dict[str, int] = {}
    for path in addresses(world, "POST"):
        # Past the client's own way of posting, which puts the token in.
        answer: TestResponse = CheckingClient.post(client, path, data=sent)
        got[path] = answer.status_code
    assert not {path: code for path, code in got.items() if code not in (400, 401, 405)}
    assert len(got) > 40
    assert world.kept() == before
