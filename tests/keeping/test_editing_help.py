"""Beside each field of the form stands help in plain language, and an example."""

from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from insatsbas.core.db import writing
from insatsbas.core.viewer import Role
from tests.factories import make_intervention, occasion
from tests.support.checks import parse, text_of
from tests.support.people import as_role

HUDDINGE = "Huddinge kommun"
EXAMPLE = "Exempel: "


def help_of(page: Element) -> dict[str, str]:
    """What is said of each field that one fills in, or of the group that it stands in; by its name."""
    form = next(each for each in page.iter("form") if any(field.get("name") == "version" for field in each.iter("input")))
    parents = {child: parent for parent in form.iter() for child in parent}
    said = {each.get("id"): text_of(each) for each in form.iter() if each.get("id")}
    found = {}
    for field in form.iter():
        if field.tag not in ("input", "select", "textarea") or field.get("type") == "hidden":
            continue
        about = field
        while about.get("aria-describedby") is None and about is not form:
            about = parents[about]
        found[field.get("name", "")] = " ".join(said[name] for name in (about.get("aria-describedby") or "").split())
    return found


@pytest.mark.parametrize("status", ["utkast", "aktiv", "avslutad"])
def test_each_field_has_help_and_an_example(bare_app: Flask, status: str) -> None:
    with bare_app.app_context(), writing() as session:
        results = [("Gick vidare till arbete", 12)] if status == "avslutad" else []
        public_id = make_intervention(session, owner=HUDDINGE, status=status, occasions=[occasion()], outcomes=results).public_id
    told = help_of(parse(as_role(bare_app, (Role.EDITOR, HUDDINGE)).get(f"/insatser/{public_id}/redigera").text))
    assert {"title", "needs", "open_for", "form", "rolling", "occasions-0-start", "occasions-0-address_on_request", "why"} <= set(told)
    assert ("outcomes-0-count" in told) is (status == "avslutad")
    assert not [name for name, text in told.items() if EXAMPLE not in text], "an example"
    assert not [name for name, text in told.items() if len(text.partition(EXAMPLE)[0].split()) < 2], "help before the example"
