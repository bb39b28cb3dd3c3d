"""Every page that the co-ordinator may open: the most of any role, in a file of its own so that others are looked at meanwhile."""

import json

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PeopleOfPages, Picture
from tests.browser.roles import wrong_with

pytestmark = pytest.mark.browser


def test_every_page_of_the_coordinator(chromium: Browser, people_of_pages: PeopleOfPages, axe: str, picture: Picture) -> None:
    wrong = wrong_with("co-ordinator", people_of_pages, chromium, axe, picture)
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)
