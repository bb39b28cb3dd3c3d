"""Each kind of event that the code records can be read on the co-ordinator's page of what has happened."""

import ast
from collections.abc import Iterator

import pytest

from insatsbas.core.event_kinds import KINDS
from tests.support.needs import ROOT

PACKAGE = sorted((ROOT / "insatsbas").rglob("*.py"))
# Where the kind stands in `events.record(viewer, session, kind, …)`.
_PLACE = 2


def recorded() -> dict[str, str]:
    """Each kind that is recorded somewhere, with where."""
    return {kind: f"{path.relative_to(ROOT)}" for path in PACKAGE for kind in kinds_in(ast.parse(path.read_text("utf-8")))}


def kinds_in(tree: ast.AST) -> Iterator[str]:
    """The kinds of the calls of `events.record`; of a choice between some, each."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "events.record":
            named = [keyword.value for keyword in node.keywords if keyword.arg == "kind"]
            kind = named[0] if named else node.args[_PLACE]
            # A test in a choice is no kind: kinds are parted by a point.
            yield from (c.value for c in ast.walk(kind) if isinstance(c, ast.Constant) and isinstance(c.value, str) and "." in c.value)


def test_each_kind_has_its_sentence() -> None:
    silent = {kind: where for kind, where in recorded().items() if kind not in KINDS}
    assert not silent, f"say in insatsbas/core/event_kinds.py how these are read: {silent}"


def test_kinds_are_found() -> None:
    assert recorded().keys() >= {"person.ny", "person.avstangd"}
    assert list(kinds_in(ast.parse('events.record(v, s, "a.b" if x == "c" else "a.d", subject="e.f")'))) == ["a.b", "a.d"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_sentence_says_who_did_it(kind: str) -> None:
    assert KINDS[kind] % {"who": "Anna", "what": "Språkcafé"}
    assert "%(who)s" in KINDS[kind]
    assert KINDS[kind].endswith(".")
